namespace Votes.LoadTest.Chaos.Faults;

/// <summary>
/// Statements of the silos run into a real statement timeout of their own session (SQLSTATE 57014), in the middle of a
/// flush. Lanes set their time limits when they connect, which wins over anything set for the role, and the server arms the
/// timer when a statement begins; so a trigger shortens the session's limit in every third flush, and holds the
/// session's next one up for longer than that, when it has inserted its audit rows and moved its totals. A lane gives the
/// connection up then, and the short limit with it.
/// </summary>
internal sealed class StatementTimeouts(DrillCluster drill) : Fault
{
    private const string Prepare = """
        create schema chaos_timeout;
        create sequence chaos_timeout.seen;
        create function chaos_timeout.shorten() returns trigger language plpgsql security definer as $$
        begin
          if current_setting('statement_timeout') = '317ms' then
            perform pg_sleep(3);
          elsif nextval('chaos_timeout.seen') % 3 = 0 then
            perform set_config('statement_timeout', '317ms', false);
          end if;
          return null;
        end $$;
        """;

    private const string Begin = """
        create trigger chaos_timeout after insert on public.vote_results
          for each statement execute function chaos_timeout.shorten();
        """;

    private readonly SuperuserSql _sql = new(drill.Superuser);
    private LogMark? _log;
    private int _struck;

    public override string? Evidence => $"{_struck} statements were cancelled by their statement timeout";

    public override bool Bit => _struck > 0;

    public override string Describe() => "every third flush runs into a statement timeout (57014)";

    public override async Task InjectAsync(CancellationToken cancellationToken)
    {
        _log = new LogMark(drill.Cluster.Postgres.LogFile);
        await _sql.ExecuteAsync(Prepare, cancellationToken);
        await _sql.ExecuteAsync(Begin, cancellationToken);
    }

    public override async Task HealAsync(CancellationToken cancellationToken)
    {
        await _sql.ExecuteAsync("drop trigger if exists chaos_timeout on public.vote_results", cancellationToken);
        await _sql.ExecuteAsync("drop schema if exists chaos_timeout cascade", cancellationToken);
        _struck = await _log!.CountAsync("canceling statement due to statement timeout", cancellationToken);
    }
}
