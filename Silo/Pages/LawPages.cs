using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http.Features;
using Votes.Grains;
using Votes.Silo.Api;

namespace Votes.Silo.Pages;

/// <summary>
/// A law's page with its title and last totals written in: for previews of links, for search engines, for browsers without
/// scripts, and for the moment before the script runs.
/// </summary>
public sealed class LawPages
{
    private const string Path = "/laws/";
    private const int DescribedChoices = 4;

    // What the file has in these places.
    private const string Head = "<title>Vote results</title>";
    private const string Heading = "<h1 id=\"title\" dir=\"auto\">Loading</h1>";
    private const string Figures = "<!-- The last totals, for browsers without scripts. -->";

    // Letters of all scripts stay what they are; what HTML or the direction of writing could be changed by does not.
    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    private readonly LawCards _cards;
    private readonly PageFile _file;
    private readonly string _template;

    /// <summary>Takes the page's file.</summary>
    /// <exception cref="InvalidOperationException">It has no place for a law.</exception>
    public LawPages(PageFiles files, LawCards cards)
    {
        _cards = cards;
        _file = files.Find("law.html") ?? throw new InvalidOperationException("The page law.html is missing.");
        _template = Encoding.UTF8.GetString(_file.Plain);
        foreach (var place in new[] { Head, Heading, Figures })
        {
            if (!_template.Contains(place, StringComparison.Ordinal))
            {
                throw new InvalidOperationException($"The page law.html does not hold: {place}");
            }
        }
    }

    /// <summary>The page of the law that a request asks for; where the law is not known, the page without one.</summary>
    public async Task<PageFile> ReadAsync(HttpContext context)
    {
        if (LawIdOf(context) is not { } lawId || await _cards.FindAsync(lawId, context.RequestAborted) is not { } card)
        {
            return _file;
        }

        var address = $"{context.Request.Scheme}://{context.Request.Host}{Path}{Uri.EscapeDataString(lawId)}";
        return PageFile.Of(Encoding.UTF8.GetBytes(Write(card, address)), _file.ContentType, CompressionLevel.Fastest);
    }

    /// <summary>The page with a law in it.</summary>
    internal string Write(LawCard card, string address)
    {
        var title = card.Law.Title is { Length: > 0 } given ? given : card.Law.LawId;
        return _template
            .Replace(Head, HeadOf(title, card.Tally, address), StringComparison.Ordinal)
            .Replace(
                Heading,
                $"<h1 id=\"title\" dir=\"auto\" data-title=\"{Text(title)}\">{Text(title)}</h1>",
                StringComparison.Ordinal)
            .Replace(Figures, FiguresOf(card.Tally), StringComparison.Ordinal);
    }

    /// <summary>The law's id is what stands behind /laws/, decoded once; a decoded path would take a%2Fb for a/b.</summary>
    private static string? LawIdOf(HttpContext context)
    {
        var target = context.Features.Get<IHttpRequestFeature>()?.RawTarget.Split('?', 2)[0] ?? "";
        var lawId = target.StartsWith(Path, StringComparison.Ordinal) ? Uri.UnescapeDataString(target[Path.Length..]) : "";
        return LawIds.IsValid(lawId) ? lawId : null;
    }

    private static string HeadOf(string title, TallyView tally, string address)
    {
        var shares = tally.Choices.Take(DescribedChoices)
            .Select(static choice => $"{choice.Choice} {Percent(choice.Share)}");
        var more = tally.Choices.Count > DescribedChoices ? ", …" : "";
        var description = $"{Votes(tally.Total)} counted: {string.Join(", ", shares)}{more}.";
        return $"""
            <title>⁨{Text(title)}⁩ – vote results</title>
              <meta name="description" content="{Text(description)}">
              <meta property="og:type" content="website">
              <meta property="og:site_name" content="Vote results">
              <meta property="og:title" content="{Text(title)}">
              <meta property="og:description" content="{Text(description)}">
              <meta property="og:url" content="{Text(address)}">
            """;
    }

    private static string FiguresOf(TallyView tally)
    {
        var rows = new StringBuilder();
        foreach (var choice in tally.Choices)
        {
            rows.Append(CultureInfo.InvariantCulture, $"<tr><th scope=\"row\" dir=\"auto\">{Text(choice.Choice)}</th>")
                .Append(CultureInfo.InvariantCulture, $"<td class=\"number\">{choice.Total:N0}</td>")
                .Append(CultureInfo.InvariantCulture, $"<td class=\"number\">{Percent(choice.Share)}</td></tr>");
        }

        var at = tally.AsOf.UtcDateTime.ToString("d MMM yyyy, HH:mm:ss", CultureInfo.InvariantCulture);
        return $"""
            <noscript><section class="panel"><h2>{Votes(tally.Total)} counted</h2>
                    <table><thead><tr><th scope="col">Choice</th><th scope="col" class="number">Votes</th><th scope="col" class="number">Share</th></tr></thead><tbody>{rows}</tbody></table>
                    <p class="quiet">As of {at} UTC. Load the page again for newer totals.</p></section></noscript>
            """;
    }

    private static string Votes(long count) =>
        count == 1 ? "1 vote" : string.Create(CultureInfo.InvariantCulture, $"{count:N0} votes");

    private static string Percent(decimal? share) =>
        share is { } known ? string.Create(CultureInfo.InvariantCulture, $"{known * 100:0.0} %") : "–";

    private static string Text(string text) => Encoder.Encode(text);
}
