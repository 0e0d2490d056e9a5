namespace Votes.Silo.Api;

/// <summary>Which laws a list shall show.</summary>
/// <param name="Page">Which part of the list, from 1.</param>
/// <param name="Limit">The most laws on a page.</param>
/// <param name="Search">A part of the id or the title; null: all.</param>
/// <param name="Status">open, closing or closed; null: all.</param>
/// <param name="ByVotes">Most votes first; else newest first.</param>
public sealed record LawListQuery(int Page, int Limit, string? Search, string? Status, bool ByVotes)
{
    /// <summary>What the last page that there can be says of the laws behind it.</summary>
    public const string EndOfList =
        "Lists end at page 1000, and there are more laws. Narrow the list by search or status, or take more laws a page.";

    private const int MaxPage = 1_000;
    private const int MaxLimit = 100;
    private const int DefaultLimit = 20;
    private const int MaxSearchCharacters = 100;

    /// <summary>Whether no page comes behind this one, whatever there is.</summary>
    public bool IsLastPage => Page == MaxPage;

    /// <summary>Reads a query string's values.</summary>
    /// <exception cref="BadRequestException">One of them is out of its bounds.</exception>
    public static LawListQuery Parse(int? page, int? limit, string? search, string? status, string? sort)
    {
        Within("page", page, MaxPage);
        Within("limit", limit, MaxLimit);
        if (search is { Length: > MaxSearchCharacters } || search?.Any(char.IsControl) == true)
        {
            throw new BadRequestException(
                $"search must have at most {MaxSearchCharacters} characters and no control characters.");
        }

        if (status is not (null or "open" or "closing" or "closed"))
        {
            throw new BadRequestException("status must be open, closing or closed, or absent for all.");
        }

        return sort is null or "votes" or "recent"
            ? new LawListQuery(
                page ?? 1, limit ?? DefaultLimit, string.IsNullOrEmpty(search) ? null : search, status, sort != "recent")
            : throw new BadRequestException("sort must be votes or recent.");
    }

    private static void Within(string name, int? value, int most)
    {
        if (value < 1 || value > most)
        {
            throw new BadRequestException($"{name} is {value}; it must be from 1 to {most}.");
        }
    }
}
