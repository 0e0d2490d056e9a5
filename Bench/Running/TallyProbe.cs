using System.Diagnostics;
using Votes.Bench.Measuring;

namespace Votes.Bench.Running;

/// <summary>
/// Asks for totals at a steady pace, each question at its time whether or not the one before has its answer, and keeps
/// how long each answer took. Owns the durations.
/// </summary>
internal sealed class TallyProbe
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(5);

    private readonly ITallySource _source;
    private readonly IReadOnlyList<string> _laws;
    private readonly CancellationTokenSource _stop;
    private readonly List<(DateTimeOffset At, double Milliseconds)> _answers = [];
    private readonly Lock _gate = new();
    private readonly Task _running;

    /// <summary>Starts asking.</summary>
    public TallyProbe(ITallySource source, IReadOnlyList<string> laws, CancellationToken cancellationToken)
    {
        _source = source;
        _laws = laws;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _running = Task.Run(() => RunAsync(_stop.Token), CancellationToken.None);
    }

    /// <summary>Stops asking.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_running.Exception is { } failure)
            throw new BenchException("A total could not be asked for: " + failure.GetBaseException().Message, failure);
    }

    /// <summary>The durations of the questions asked between two moments.</summary>
    public Percentiles? Between(DateTimeOffset from, DateTimeOffset to)
    {
        lock (_gate)
        {
            return Percentiles.Of(
                [.. _answers.Where(answer => answer.At >= from && answer.At <= to)
                    .Select(static answer => answer.Milliseconds)]);
        }
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Look, TimeProvider.System);
        var start = Stopwatch.GetTimestamp();
        var open = new List<Task>();
        var number = 0;
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            for (var due = Stopwatch.GetElapsedTime(start).TotalSeconds * _source.QuestionsPerSecond; number < due; number++)
                open.Add(AskAsync(_laws[(int)((uint)number * 2_654_435_761u % (uint)_laws.Count)], cancellationToken));
            foreach (var answered in open.Where(static task => task.IsCompleted).ToList())
            {
                await answered;
                open.Remove(answered);
            }
        }
    }

    private async Task AskAsync(string law, CancellationToken cancellationToken)
    {
        var at = TimeProvider.System.GetUtcNow();
        var start = Stopwatch.GetTimestamp();
        await _source.AskAsync(law, cancellationToken);
        var took = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        lock (_gate)
            _answers.Add((at, took));
    }
}
