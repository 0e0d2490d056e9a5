using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Votes.Ingest.Messages;
using Votes.Ingest.VoterKeys;
using Xunit;

namespace Votes.Tests.Ingest;

/// <summary>A message under construction: valid until a test spoils one thing of it.</summary>
internal static class Message
{
    public const string VoteId = "0198c9a4-77f2-7d3e-9a51-2f6d1c5b8e01";
    public const long ReceivedAt = 1_772_366_400_000_000;

    public static readonly VoterKey Key = new(Encoding.ASCII.GetBytes("a secret of the tests, 32 bytes.."));

    private static readonly JsonSerializerOptions Plain =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Json(
        string? voteId = VoteId,
        string? lawId = "law-1",
        string? voterId = "ann",
        string? choice = "yes",
        string? castAt = null,
        string? more = null) =>
        "{" + string.Join(',', new[]
        {
            Field("vote_id", voteId),
            Field("law_id", lawId),
            Field("voter_id", voterId),
            Field("choice", choice),
            Field("cast_at", castAt),
            more,
        }.Where(field => field is not null)) + "}";

    public static byte[] Bytes(
        string? lawId = "law-1", string? voterId = "ann", string? choice = "yes", Guid? voteId = null) =>
        Encoding.UTF8.GetBytes(Json((voteId ?? Guid.Parse(VoteId)).ToString(), lawId, voterId, choice));

    public static string Quote(string text) => JsonSerializer.Serialize(text, Plain);

    public static VoteParser Parser() => new(Key.CreateHasher(VoterKeyRegistry.Newest), cachedLaws: 16);

    /// <summary>The key of a voter on a law.</summary>
    public static Guid KeyOf(string voterId, string lawId = "law-1") =>
        Key.CreateHasher(VoterKeyRegistry.Newest).Hash(lawId, Encoding.UTF8.GetBytes(voterId));

    public static Vote Good(string json) => Good(Encoding.UTF8.GetBytes(json));

    public static Vote Good(byte[] body)
    {
        Assert.True(Parser().TryParse(body, ReceivedAt, out var vote, out var poison), poison.ToString());
        return vote;
    }

    public static Poison Bad(string json) => Bad(Encoding.UTF8.GetBytes(json));

    public static Poison Bad(byte[] body)
    {
        Assert.False(Parser().TryParse(body, ReceivedAt, out var vote, out var poison));
        Assert.Equal(default, vote);
        Assert.NotEmpty(poison.Detail);
        return poison;
    }

    public static void AssertPoison(string reason, string field, Poison poison)
    {
        Assert.Equal(reason, poison.Reason);
        Assert.Equal(field, poison.Field);
    }

    private static string? Field(string name, string? value) => value is null ? null : $"\"{name}\":{Quote(value)}";
}
