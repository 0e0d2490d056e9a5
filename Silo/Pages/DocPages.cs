using System.IO.Compression;
using System.Text;
using System.Text.Encodings.Web;
using Markdig;
using Markdig.Extensions.AutoIdentifiers;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace Votes.Silo.Pages;

/// <summary>
/// The documents of <c>docs/</c> as pages, so that the runbook is one click away from what is wrong, of the very version that
/// runs, and on a network without any other site. Made once, when they are first asked for.
/// </summary>
public sealed class DocPages(PageFiles files)
{
    private const string Prefix = "docs/";
    private const string Suffix = ".md";
    private const string Root = "/ops/docs/";

    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder()
        .UsePipeTables().UseAutoIdentifiers(AutoIdentifierOptions.GitHub).DisableHtml().Build();

    private readonly Lazy<Dictionary<string, PageFile>> _pages = new(() => Make(files));

    /// <summary>A document by its name, such as operations or adr/0002-flush-statements; null where there is none.</summary>
    public PageFile? Find(string name) => _pages.Value.GetValueOrDefault(name);

    private static Dictionary<string, PageFile> Make(PageFiles files)
    {
        var template = Encoding.UTF8.GetString(files.Find("doc.html")!.Plain);
        var assembly = typeof(DocPages).Assembly;
        var sources = assembly.GetManifestResourceNames()
            .Where(static name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .ToDictionary(static name => NameOf(name[Prefix.Length..]), StringComparer.Ordinal);
        return sources.ToDictionary(
            static source => source.Key,
            source =>
            {
                using var reader = new StreamReader(assembly.GetManifestResourceStream(source.Value)!);
                var page = Write(template, source.Key, reader.ReadToEnd(), sources.Keys);
                return PageFile.Of(Encoding.UTF8.GetBytes(page), "text/html; charset=utf-8", CompressionLevel.Optimal);
            },
            StringComparer.Ordinal);
    }

    private static string NameOf(string path) =>
        path.Replace('\\', '/')[..^Suffix.Length].ToLowerInvariant();

    private static string Write(string template, string name, string markdown, ICollection<string> names)
    {
        var document = Markdown.Parse(markdown, Pipeline);
        var title = document.Descendants<HeadingBlock>().FirstOrDefault()?.Inline?.FirstChild?.ToString() ?? name;
        foreach (var link in document.Descendants<LinkInline>().ToList())
        {
            Redirect(link, name, names);
        }

        return template.Replace("{title}", HtmlEncoder.Default.Encode(title), StringComparison.Ordinal)
            .Replace("{body}", document.ToHtml(Pipeline), StringComparison.Ordinal);
    }

    /// <summary>Leads a link between documents to their pages; what is no page of the silo stays as text.</summary>
    private static void Redirect(LinkInline link, string name, ICollection<string> names)
    {
        var target = link.Url ?? "";
        if (target.StartsWith('#') || target.Contains("://", StringComparison.Ordinal))
        {
            return;
        }

        var parts = target.Split('#', 2);
        var path = new Uri(new Uri($"http://docs/{name}"), parts[0]).AbsolutePath[1..];
        var page = path.EndsWith(Suffix, StringComparison.Ordinal) ? NameOf(path) : "";
        if (names.Contains(page))
        {
            link.Url = $"{Root}{page}{(parts.Length > 1 ? $"#{parts[1]}" : "")}";
            return;
        }

        link.ReplaceBy(new ContainerInline(), copyChildren: true);
    }
}
