using System.IO.Compression;
using System.Text;
using Microsoft.Net.Http.Headers;
using Votes.LocalCluster;
using Votes.Silo.Api;
using Votes.Silo.Pages;
using Xunit;

namespace Votes.Tests.Silo.Pages;

public sealed class LawPagesTests
{
    private static readonly DateTimeOffset Time = new(2026, 11, 30, 17, 43, 5, TimeSpan.Zero);
    private static readonly PageFiles Files = new(Path.Combine(Repository.Root, "Silo", "wwwroot"));

    [Fact]
    public void A_laws_title_and_last_totals_stand_in_the_page_itself()
    {
        var page = new LawPages(Files, null!).Write(
            Card("Night Trains Act", ("yes", 1_500), ("no", 500)), "https://votes.example/laws/law-1");

        Assert.Contains("<meta property=\"og:title\" content=\"Night Trains Act\">", page, StringComparison.Ordinal);
        Assert.Contains(
            "<meta name=\"description\" content=\"2,000 votes counted: yes 75.0 %, no 25.0 %.\">", page, StringComparison.Ordinal);
        Assert.Contains(
            "<meta property=\"og:url\" content=\"https://votes.example/laws/law-1\">", page, StringComparison.Ordinal);
        Assert.Contains("data-title=\"Night Trains Act\">Night Trains Act</h1>", page, StringComparison.Ordinal);
        Assert.Contains("<td class=\"number\">1,500</td><td class=\"number\">75.0 %</td>", page, StringComparison.Ordinal);
        Assert.Contains("As of 30 Nov 2026, 17:43:05 UTC.", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<title>Vote results</title>", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Texts_from_outside_stay_text()
    {
        var page = new LawPages(Files, null!).Write(
            Card("\"><script>alert(1)</script>", ("<img src=x>", 1)), "https://votes.example/laws/x");

        Assert.DoesNotContain("<script>alert", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<img", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_law_without_a_title_or_votes_has_its_id_and_no_shares()
    {
        var page = new LawPages(Files, null!).Write(Card("", ("yes", 0)), "https://votes.example/laws/law-1");

        Assert.Contains(">law-1</h1>", page, StringComparison.Ordinal);
        Assert.Contains("content=\"0 votes counted: yes –.\"", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("identity", null)]
    [InlineData("gzip", "gzip")]
    [InlineData("gzip, deflate, br", "br")]
    [InlineData("br;q=0, gzip", "gzip")]
    public void A_file_goes_out_in_an_encoding_that_the_browser_takes(string accepted, string? encoding)
    {
        var file = PageFile.Of(Encoding.UTF8.GetBytes(new string('x', 1_000)), "text/css", CompressionLevel.SmallestSize);

        var (content, used, tag) = file.For(accepted.Length > 0 ? [.. StringWithQualityHeaderValue.ParseList([accepted])] : []);

        Assert.Equal(encoding, used);
        Assert.Equal($"\"{file.Digest}{(encoding is null ? "" : $"-{encoding}")}\"", tag.ToString());
        using Stream stream = encoding switch
        {
            "br" => new BrotliStream(new MemoryStream(content), CompressionMode.Decompress),
            "gzip" => new GZipStream(new MemoryStream(content), CompressionMode.Decompress),
            _ => new MemoryStream(content),
        };
        Assert.Equal(new string('x', 1_000), new StreamReader(stream).ReadToEnd());
    }

    [Fact]
    public void The_runbook_is_a_page_whose_sections_can_be_linked_to()
    {
        var docs = new DocPages(Files);
        var page = Encoding.UTF8.GetString(docs.Find("operations")!.Plain);

        Assert.Contains("<h3 id=\"votesdatabasedown\">", page, StringComparison.Ordinal);
        Assert.Contains("href=\"/ops/docs/architecture", Encoding.UTF8.GetString(docs.Find("adr/0002-flush-statements")!.Plain)
            + Encoding.UTF8.GetString(docs.Find("loadtest")!.Plain), StringComparison.Ordinal);
        Assert.DoesNotContain(".md\"", page, StringComparison.Ordinal);
        Assert.Null(docs.Find("../README"));
    }

    [Theory]
    [InlineData("votesnobodyconsumes")]
    [InlineData("votesbrokeralarm")]
    [InlineData("votesdatabasedown")]
    [InlineData("votestargetdown")]
    [InlineData("votesnoprogress")]
    [InlineData("votesdeadlettersheld")]
    [InlineData("votesnosilo")]
    [InlineData("votessilolost")]
    [InlineData("votestotalsdifferfromaudit")]
    [InlineData("votesreconcilenotrunning")]
    public void Each_section_that_the_health_strip_names_is_there(string section) => Assert.Contains(
        $"id=\"{section}\"", Encoding.UTF8.GetString(new DocPages(Files).Find("operations")!.Plain), StringComparison.Ordinal);

    private static LawCard Card(string title, params (string Choice, long Votes)[] choices)
    {
        var total = choices.Sum(static choice => choice.Votes);
        return new LawCard(
            new LawView("law-1", title, "open", [.. choices.Select(static choice => choice.Choice)], null, null, Time, Time, total, 1, false, null, null, 0),
            new TallyView(
                "law-1",
                "open",
                false,
                total,
                0,
                1,
                Time,
                null,
                [.. choices.Select(choice => new ChoiceView(choice.Choice, choice.Votes, ChoiceView.ShareOf(choice.Votes, total), 0))]));
    }
}
