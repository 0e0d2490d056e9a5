using System.Globalization;
using System.Text;
using Votes.Grains.Interfaces;

namespace Votes.Bench.Micro;

/// <summary>The votes that are measured with: the same ones each time.</summary>
internal static class SampleVotes
{
    private static readonly DateTimeOffset CastAt = new(2026, 11, 3, 20, 0, 0, TimeSpan.Zero);
    private static readonly string[] Choices = ["yes", "no", "abstain"];

    /// <summary>Messages as they are published, about 190 bytes each.</summary>
    /// <param name="number">How many.</param>
    /// <param name="laws">On how many laws.</param>
    public static byte[][] Messages(int number, int laws)
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, number).Select(vote => Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $$"""
            {"vote_id":"{{Id(random)}}","law_id":"law-{{vote % laws:D5}}","voter_id":"voter-{{random.Next():D10}}","choice":"{{Choices[vote % 3]}}","cast_at":"{{CastAt.AddMilliseconds(vote):yyyy-MM-ddTHH:mm:ss.ffffffZ}}"}
            """)))];
    }

    /// <summary>Votes on one law, as Ingest sends them.</summary>
    public static CastVote[] OnOneLaw(int number)
    {
        var random = new Random(2);
        return [.. Enumerable.Range(0, number).Select(vote => new CastVote(
            Id(random), Id(random), Choices[vote % 3], (CastAt.ToUnixTimeMilliseconds() + vote) * 1000))];
    }

    private static Guid Id(Random random)
    {
        Span<byte> bytes = stackalloc byte[16];
        random.NextBytes(bytes);
        return new Guid(bytes);
    }
}
