using System.Globalization;

namespace Votes.LoadTest.Chaos.Faults;

/// <summary>
/// Sessions of the application are ended by the database while they are in the middle of something; the drill's own are
/// not under test.
/// </summary>
internal sealed class TerminatedBackends(DrillCluster drill, int seed) : Fault
{
    private const string Terminate = """
        select count(*) from (
          select pg_terminate_backend(pid) as done from pg_stat_activity
           where usename in ('votes_silo', 'votes_ingest') and state in ('active', 'idle in transaction')
             and application_name !~ '^votes-(chaos|load-test)') as ended
         where done
        """;

    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(5);

    private readonly SuperuserSql _sql = new(drill.Superuser);
    private readonly Dice _dice = new(seed);
    private Repetition? _repetition;
    private long _terminated;

    public override string? Evidence => string.Create(
        CultureInfo.InvariantCulture, $"terminated {_terminated:#,0} working backends");

    public override bool Bit => _terminated > 0;

    public override string Describe() => "backends at work are terminated, again and again";

    public override Task InjectAsync(CancellationToken cancellationToken)
    {
        _repetition = new Repetition(UseConnectionAsync, drill.Stopping);
        return Task.CompletedTask;
    }

    public override Task HealAsync(CancellationToken cancellationToken) => _repetition?.StopAsync() ?? Task.CompletedTask;

    // One connection for as long as it lives: to connect each time would cost more than to look.
    private async Task<TimeSpan> UseConnectionAsync(CancellationToken stop)
    {
        await using var connection = await _sql.OpenAsync(stop);
        await using var terminate = connection.CreateCommand();
        terminate.CommandText = Terminate;
        while (true)
        {
            var terminated = (long)(await terminate.ExecuteScalarAsync(stop))!;
            _terminated += terminated;
            await Task.Delay(terminated > 0 ? Rest() : LookAgain, TimeProvider.System, stop);
        }
    }

    private TimeSpan Rest() => _dice.Between(TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(250));
}
