using RabbitMQ.Client;

namespace Votes.DeadLetters;

/// <summary>
/// Looks at the letters that were ready when it began, each once, and puts every one of them somewhere: at the end of the
/// dead-letter queue again, or into the main queue. A letter is published there, confirmed by the broker, and only then
/// acked; so a walk that is killed at any point loses nothing, and leaves at most <see cref="Hands"/> copies. Letters that are
/// to be discarded are acked, and so gone, once their record is written.
/// </summary>
/// <remarks>
/// Letters are not simply returned unacked. A quorum queue counts returns, and drops a message over its delivery limit:
/// since RabbitMQ 4.0 that is the twentieth look. A copy has a count of its own. Nor would a walk get past the letters
/// that it returns, as they go to the head of the queue, without holding all of them unacked.
/// </remarks>
public sealed class LetterWalk(BrokerConnection connection, BrokerAddress address)
{
    /// <summary>How many letters are on their way at once, each on a channel of its own.</summary>
    public const int Hands = 32;

    /// <summary>The most letters of one record of discarded letters.</summary>
    public const int MostDiscardedTogether = 100;

    private readonly Lock _gate = new();
    private long _ready;
    private long _tickets;
    private long _lookedAt;
    private long _replayed;
    private long _discarded;
    private bool _ended;

    /// <summary>Walks.</summary>
    /// <param name="judge">Says what becomes of a letter; called for one at a time.</param>
    /// <param name="most">The most letters to look at.</param>
    /// <param name="progress">Told how many letters are done, of how many.</param>
    /// <param name="stop">Asks it to take no more letters; those in hand are put where they belong.</param>
    /// <param name="record">
    /// Puts letters that are to be discarded on record; they are gone once it returns. Needed where the judge discards.
    /// </param>
    /// <exception cref="DeadLettersException">It broke off; the message says what is done.</exception>
    public async Task<WalkReport> RunAsync(
        Func<Letter, Verdict> judge,
        long most,
        IProgress<(long Done, long Of)> progress,
        CancellationToken stop,
        Func<IReadOnlyList<Letter>, Task>? record = null)
    {
        await connection.LockAsync(address.DeadLetterQueue, stop);
        _ready = await connection.ReadyAsync(address.DeadLetterQueue, stop);
        _tickets = Math.Min(_ready, most);
        var hands = Enumerable.Range(0, (int)Math.Min(_tickets, Hands))
            .Select(_ => WalkAsync(judge, progress, Math.Min(_ready, most), record, stop))
            .ToArray();
        try
        {
            await Task.WhenAll(hands);
        }
        catch (Exception exception) when (BrokerConnection.IsOfTheBroker(exception))
        {
            throw new DeadLettersException(
                $"broke off after {_lookedAt} of {_ready} letters, {_replayed} of them replayed, {_discarded} discarded: "
                + $"{BrokerConnection.Tell(exception)}. Nothing is lost, and up to {Hands} letters may be there twice; "
                + "it is safe to run it again",
                isUnusable: false,
                exception);
        }

        return new(_ready, _lookedAt, _replayed, _discarded, stop.IsCancellationRequested);
    }

    private async Task WalkAsync(
        Func<Letter, Verdict> judge,
        IProgress<(long Done, long Of)> progress,
        long of,
        Func<IReadOnlyList<Letter>, Task>? record,
        CancellationToken stop)
    {
        List<BasicGetResult> discarded = [];
        try
        {
            // No caller's token below: a letter in hand is put where it belongs first, and each call has a limit.
            var channel = await connection.OpenChannelAsync(CancellationToken.None);
            while (!stop.IsCancellationRequested && TakeTicket())
            {
                var taken = await BrokerConnection.CallAsync(
                    token => channel.BasicGetAsync(address.DeadLetterQueue, autoAck: false, token), CancellationToken.None);
                if (taken is null)
                {
                    // Somebody else consumed letters meanwhile.
                    break;
                }

                var verdict = Judge(judge, new Letter(taken.BasicProperties, taken.Body));
                if (verdict is Verdict.Discard or Verdict.DiscardAndEnd)
                {
                    discarded.Add(taken);
                    if (discarded.Count == MostDiscardedTogether)
                        progress.Report((await DiscardAsync(channel, discarded, record!), of));
                    continue;
                }

                var replay = verdict is Verdict.Replay or Verdict.ReplayAndEnd;
                await MoveAsync(channel, taken, replay);
                progress.Report((Done(1, replayed: replay ? 1 : 0), of));
            }

            if (discarded.Count > 0)
                progress.Report((await DiscardAsync(channel, discarded, record!), of));

            // The answer to this one says that the broker has had the acks before it.
            await BrokerConnection.CallAsync(
                async token =>
                {
                    await channel.CloseAsync(token);
                    return true;
                },
                CancellationToken.None);
        }
        catch
        {
            End();
            throw;
        }
    }

    private async Task MoveAsync(IChannel channel, BasicGetResult taken, bool replay)
    {
        var queue = replay ? address.Queue : address.DeadLetterQueue;
        var properties = replay
            ? LetterHeaders.ToReplay(taken.BasicProperties)
            : LetterHeaders.ToPutBack(taken.BasicProperties);

        // Returns with the broker's confirm; throws where it refuses, or has no such queue.
        await BrokerConnection.CallAsync(
            async token =>
            {
                await channel.BasicPublishAsync("", queue, mandatory: true, properties, taken.Body, token);
                await channel.BasicAckAsync(taken.DeliveryTag, multiple: false, token);
                return true;
            },
            CancellationToken.None);
    }

    private async Task<long> DiscardAsync(
        IChannel channel, List<BasicGetResult> taken, Func<IReadOnlyList<Letter>, Task> record)
    {
        // The record first: a walk that dies between the two leaves letters that are on record, and are discarded again.
        await record([.. taken.Select(static letter => new Letter(letter.BasicProperties, letter.Body))]);
        foreach (var letter in taken)
        {
            await BrokerConnection.CallAsync(
                async token =>
                {
                    await channel.BasicAckAsync(letter.DeliveryTag, multiple: false, token);
                    return true;
                },
                CancellationToken.None);
        }

        var done = Done(taken.Count, discarded: taken.Count);
        taken.Clear();
        return done;
    }

    private bool TakeTicket()
    {
        lock (_gate)
            return !_ended && _tickets-- > 0;
    }

    private Verdict Judge(Func<Letter, Verdict> judge, Letter letter)
    {
        lock (_gate)
        {
            var verdict = _ended ? Verdict.PutBack : judge(letter);
            _ended |= verdict is Verdict.PutBackAndEnd or Verdict.ReplayAndEnd or Verdict.DiscardAndEnd;
            return verdict;
        }
    }

    private long Done(int letters, int replayed = 0, int discarded = 0)
    {
        lock (_gate)
        {
            _replayed += replayed;
            _discarded += discarded;
            return _lookedAt += letters;
        }
    }

    private void End()
    {
        lock (_gate)
            _ended = true;
    }
}
