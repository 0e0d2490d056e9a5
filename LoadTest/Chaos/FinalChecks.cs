using System.Globalization;
using Votes.LoadTest.Chaos.Invariants;
using Votes.LoadTest.Verifying;
using Votes.LocalCluster;

namespace Votes.LoadTest.Chaos;

/// <summary>What is checked once, when everything is healed and drained.</summary>
internal sealed class FinalChecks(InvariantBook book, Endpoints endpoints, RabbitMqServer broker, TimeProvider time)
{
    private static readonly TimeSpan PageLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan EmptyLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);

    private static readonly Dictionary<DifferenceKind, Invariant> InvariantOf = new()
    {
        [DifferenceKind.MissingVote] = Invariant.EveryVoteSettled,
        [DifferenceKind.MissingDuplicate] = Invariant.EveryVoteSettled,
        [DifferenceKind.CountedTwice] = Invariant.OnlySentVotes,
        [DifferenceKind.UnknownVote] = Invariant.OnlySentVotes,
        [DifferenceKind.WrongLaw] = Invariant.OnlySentVotes,
        [DifferenceKind.WrongChoice] = Invariant.OnlySentVotes,
        [DifferenceKind.VoterKeys] = Invariant.OnlySentVotes,
        [DifferenceKind.TotalDiffers] = Invariant.TotalsMatchAudit,
        [DifferenceKind.UnknownDuplicate] = Invariant.OneFilingPerDuplicate,
        [DifferenceKind.CountedAndDuplicate] = Invariant.OneFilingPerDuplicate,
        [DifferenceKind.WrongCountedVote] = Invariant.OneFilingPerDuplicate,
        [DifferenceKind.DeadLetters] = Invariant.NothingLeft,
        [DifferenceKind.WrongRejection] = Invariant.NothingLeft,
        [DifferenceKind.QueueNotEmpty] = Invariant.NothingLeft,
    };

    /// <summary>Books every difference between what was published and what the database and the queues hold.</summary>
    public void Compare(LoadReport report)
    {
        foreach (var (kind, count) in report.DifferenceCounts)
        {
            var details = report.Differences.Where(difference => difference.Kind == kind).ToList();
            foreach (var difference in details)
                book.Violated(InvariantOf[kind], $"{kind}: {difference.Detail}");
            if (count > details.Count)
                book.Violated(InvariantOf[kind], $"{kind}: {count - details.Count} more", count - details.Count);
        }

        book.Checked(Invariant.EveryVoteSettled, report.Published);
        book.Checked(Invariant.OnlySentVotes, report.Counted);
        book.Checked(Invariant.TotalsMatchAudit, report.Laws.Count);
        book.Checked(Invariant.OneFilingPerDuplicate, report.Duplicates);
        if (report.Stalled is { } missing)
            book.Violated(Invariant.NothingLeft, $"nothing moved any more; missing: {missing}");
    }

    /// <summary>Books what is left in the queue or unacked, and what is pending on the silos, after a while of waiting.</summary>
    /// <returns>What was found, in words.</returns>
    public async Task<string> CheckNothingLeftAsync(CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            var (ready, unacked) = await QueueAsync(cancellationToken);
            var pending = await PendingAsync(cancellationToken);
            var found = string.Create(
                CultureInfo.InvariantCulture, $"ready {ready}, unacked {unacked}, pending {pending}");
            if (ready + unacked + pending == 0)
            {
                book.Checked(Invariant.NothingLeft);
                return found;
            }

            if (time.GetElapsedTime(started) > EmptyLimit)
            {
                book.Violated(Invariant.NothingLeft, $"at the end: {found}");
                return found;
            }

            await Task.Delay(PollInterval, time, cancellationToken);
        }
    }

    /// <summary>Messages of the queue that wait, and that a consumer holds, as the broker tells.</summary>
    public async Task<(long Ready, long Unacked)> QueueAsync(CancellationToken cancellationToken)
    {
        var list = await broker.ControlAsync(
            ["list_queues", "--no-table-headers", "name", "messages_ready", "messages_unacknowledged"],
            cancellationToken);
        var row = list.Split('\n').Select(line => line.Split('\t', StringSplitOptions.TrimEntries))
            .FirstOrDefault(cells => cells[0] == endpoints.Queue)
            ?? throw new LoadFailedException($"the broker has no queue {endpoints.Queue}:\n{list}");
        return (long.Parse(row[1], CultureInfo.InvariantCulture), long.Parse(row[2], CultureInfo.InvariantCulture));
    }

    private async Task<double> PendingAsync(CancellationToken cancellationToken)
    {
        using var http = new HttpClient { Timeout = PageLimit };
        var pending = 0.0;
        foreach (var silo in endpoints.SiloHttp)
        {
            var page = await http.GetStringAsync(new Uri(silo, "/metrics"), cancellationToken);
            pending += MetricsPage.Value(page, "pending_votes")
                ?? throw new LoadFailedException($"{silo}metrics has no pending_votes");
        }

        return pending;
    }
}
