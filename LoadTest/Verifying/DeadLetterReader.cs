using System.Security.Cryptography;
using System.Text;
using RabbitMQ.Client;
using Votes.LoadTest.Planning;
using Votes.LoadTest.Publishing;

namespace Votes.LoadTest.Verifying;

/// <summary>
/// Reads the dead letters without consuming them, and looks for each malformed message of a run by its bytes. Copies
/// are no difference here: a consumer that dies between dead-lettering and its ack leaves two. A body that another
/// run sent as well, such as the empty one, is matched by number.
/// </summary>
internal sealed class DeadLetterReader(Broker broker, Endpoints endpoints, LoadSettings settings)
{
    private const string FieldHeader = "x-votes-field";
    private const string ReasonHeader = "x-votes-reason";

    public async Task CompareAsync(
        RunLedger ledger, PlanPart part, DifferenceLog differences, CancellationToken cancellationToken)
    {
        var wanted = Wanted(part);
        // Where the queue was empty before the run, a letter of any other kind is one that nobody should have got.
        var onlyOfRun = ledger.DeadLettersBefore == 0;
        try
        {
            await ReadAsync(wanted, onlyOfRun, differences, cancellationToken);
        }
        catch (Exception exception) when (Broker.IsTransient(exception) && !cancellationToken.IsCancellationRequested)
        {
            throw broker.Unreachable(exception);
        }

        foreach (var (kind, count) in wanted.Values.Where(letter => letter.Count > 0))
        {
            for (var copy = 0; copy < count; copy++)
            {
                differences.Add(DifferenceKind.DeadLetters, () =>
                    $"a malformed message of kind {kind} of run {ledger.Plan.RunId} is not among the dead letters");
            }
        }
    }

    private static Dictionary<UInt128, (MalformedKind Kind, int Count)> Wanted(PlanPart part)
    {
        var plan = part.Plan;
        var wanted = new Dictionary<UInt128, (MalformedKind Kind, int Count)>();
        var writer = new MessageWriter(plan);
        var buffer = new byte[MessageWriter.BufferBytes];
        for (long index = 0; index < part.Messages; index++)
        {
            var message = plan.At(index);
            if (message.Kind != MessageKind.Malformed)
                continue;
            var key = KeyOf(buffer.AsSpan(0, writer.Write(message, default, buffer)));
            wanted[key] = (message.Malformed, wanted.GetValueOrDefault(key).Count + 1);
        }

        return wanted;
    }

    private static UInt128 KeyOf(ReadOnlySpan<byte> body)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(body, hash);
        return new(BitConverter.ToUInt64(hash), BitConverter.ToUInt64(hash[sizeof(ulong)..]));
    }

    private static string Header(IReadOnlyBasicProperties properties, string name) =>
        properties.Headers is { } headers && headers.TryGetValue(name, out var value) && value is byte[] text
            ? Encoding.UTF8.GetString(text)
            : "";

    private async Task ReadAsync(
        Dictionary<UInt128, (MalformedKind Kind, int Count)> wanted, bool onlyOfRun, DifferenceLog differences,
        CancellationToken cancellationToken)
    {
        var connection = await broker.ConnectAsync("dead letters", cancellationToken);
        try
        {
            using var opening = broker.Limit(cancellationToken);
            var channel = await connection.CreateChannelAsync(cancellationToken: opening.Token);
            while (true)
            {
                using var limit = broker.Limit(cancellationToken);
                var letter = await channel.BasicGetAsync(endpoints.DeadLetterQueue, autoAck: false, limit.Token)
                    .WaitAsync(settings.BrokerTimeout, limit.Token);
                if (letter is null)
                    return;
                Match(letter, wanted, onlyOfRun, differences);
            }
        }
        finally
        {
            // Closing gives every letter back to the queue: none of them was acked.
            await broker.CloseAsync(connection);
        }
    }

    private static void Match(
        BasicGetResult letter, Dictionary<UInt128, (MalformedKind Kind, int Count)> wanted, bool onlyOfRun,
        DifferenceLog differences)
    {
        var key = KeyOf(letter.Body.Span);
        if (!wanted.TryGetValue(key, out var found))
        {
            if (onlyOfRun)
            {
                differences.Add(DifferenceKind.DeadLetters, () =>
                    $"a message of {letter.Body.Length} bytes that breaks no rule is among the dead letters, as " +
                    $"{Header(letter.BasicProperties, ReasonHeader)}");
            }

            return;
        }

        if (found.Count == 0)
            return;
        wanted[key] = found with { Count = found.Count - 1 };
        var expected = MalformedMessage.RejectionOf(found.Kind);
        var rejection = new ExpectedRejection(
            Header(letter.BasicProperties, ReasonHeader), Header(letter.BasicProperties, FieldHeader));
        if (rejection != expected)
        {
            differences.Add(DifferenceKind.WrongRejection, () =>
                $"a {found.Kind} message was rejected as {rejection.Reason} of field '{rejection.Field}' instead of " +
                $"{expected.Reason} of field '{expected.Field}'");
        }
    }
}
