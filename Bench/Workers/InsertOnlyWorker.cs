using Votes.Grains.Flush;
using Votes.Grains.Store;
using Votes.LoadTest.Planning;

namespace Votes.Bench.Workers;

/// <summary>
/// The statements fed from memory: no design that writes these rows is quicker on this database. As many lanes as a
/// silo has, each with its own laws.
/// </summary>
internal static class InsertOnlyWorker
{
    private const int Lanes = 2;

    private static readonly TimeSpan CommandTimeout = TimeSpan.FromSeconds(60);

    /// <summary>Writes the plan's votes, and stays until it is asked to stop.</summary>
    public static async Task RunAsync(WorkerSettings settings, CancellationToken cancellationToken)
    {
        var batches = Prepare(settings);
        await using var store = new PostgresTallyStore(settings.Database, Lanes, CommandTimeout);
        await Task.WhenAll(batches.Select((rows, lane) => WriteAsync(store, lane, rows, cancellationToken)));
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
    }

    private static async Task WriteAsync(
        PostgresTallyStore store, int lane, List<FlushRows> batches, CancellationToken cancellationToken)
    {
        foreach (var rows in batches)
            await store.WriteAsync(lane, rows, cancellationToken);
    }

    private static List<FlushRows>[] Prepare(WorkerSettings settings)
    {
        var plan = new MessagePlan(settings.ReadPlan());
        var writer = new MessageWriter(plan);
        var parser = settings.CreateParser();
        var castAt = TimeProvider.System.GetUtcNow();
        var buffer = new byte[MessageWriter.BufferBytes];
        var lanes = Enumerable.Range(0, Lanes).Select(static _ => new List<FlushRows>()).ToArray();
        for (var index = 0L; index < plan.Messages; index++)
        {
            var message = plan.At(index);
            var length = writer.Write(message, castAt, buffer);
            if (!parser.TryParse(buffer.AsSpan(0, length), 0, out var vote, out var poison))
                throw new BenchException($"a message cannot be parsed: {poison.Detail}");
            var batches = lanes[message.Law % Lanes];
            if (batches.Count == 0 || batches[^1].Count == FloorConsumer.BatchVotes)
                batches.Add(new FlushRows());
            batches[^1].Add(vote.LawId, vote.Cast);
        }

        return lanes;
    }
}
