using System.Text;
using RabbitMQ.Client;
using Votes.DeadLetters;

namespace Votes.Tests.Ops;

/// <summary>Dead letters as Ingest writes them.</summary>
internal static class Letters
{
    public static BasicProperties Properties(string reason, string field = "", string detail = "It is wrong.") => new()
    {
        Persistent = true,
        Headers = new Dictionary<string, object?>
        {
            [LetterHeaders.Reason] = reason,
            [LetterHeaders.Field] = field,
            [LetterHeaders.Detail] = detail,
        },
    };

    public static byte[] Vote(int number, string law = "law-1") => Encoding.UTF8.GetBytes(
        $$"""{"vote_id":"{{number:00000000}}-0000-4000-8000-000000000000","law_id":"{{law}}","voter_id":"v","choice":"yes"}""");

    /// <summary>A letter as it comes from the queue: header texts are bytes.</summary>
    public static Letter Read(byte[] body, string reason, string field = "") =>
        new(
            new BasicProperties
            {
                Headers = new Dictionary<string, object?>
                {
                    [LetterHeaders.Reason] = Encoding.UTF8.GetBytes(reason),
                    [LetterHeaders.Field] = Encoding.UTF8.GetBytes(field),
                },
            },
            body);
}
