namespace Votes.LoadTest.Chaos.Faults;

/// <summary>
/// Statements of the silos run into a real statement timeout of their own session (SQLSTATE 57014), in the middle of a
/// flush. Lanes set their time limits when they connect, which wins over anything set for the role; so triggers shorten
/// the limit for every third transaction, from its first statement on (which has inserted the audit rows and moved the
/// totals), and hold its second statement up for longer than that. The time limit ends with the transaction.
/// </summary>
internal sealed class StatementTimeouts(DrillCluster drill) : Fault
{
    private const string Shorten = """
        create schema chaos_timeout;
        create sequence chaos_timeout.seen;
        create sequence chaos_timeout.slow;
        create function chaos_timeout.shorten() returns trigger language plpgsql security definer as $$
        begin
          if nextval('chaos_timeout.seen') % 3 = 0 then
            perform set_config('statement_timeout', '317ms', true);
          end if;
          return null;
        end $$;
        create function chaos_timeout.hold_up() returns trigger language plpgsql security definer as $$
        begin
          if current_setting('statement_timeout') = '317ms' then
            perform nextval('chaos_timeout.slow');
            perform pg_sleep(3);
          end if;
          return null;
        end $$;
        """;

    private const string OnFirst = """
        create trigger chaos_timeout before insert on public.vote_audit
          for each statement execute function chaos_timeout.shorten();
        """;

    private const string OnSecond = """
        create trigger chaos_timeout before insert on public.duplicate_attempts
          for each statement execute function chaos_timeout.hold_up();
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
        // A table at a time, here and below: a flush locks the two one after the other, and must not wait crosswise.
        await _sql.ExecuteAsync(Shorten, cancellationToken);
        await _sql.ExecuteAsync(OnSecond, cancellationToken);
        await _sql.ExecuteAsync(OnFirst, cancellationToken);
    }

    public override async Task HealAsync(CancellationToken cancellationToken)
    {
        await _sql.ExecuteAsync("drop trigger if exists chaos_timeout on public.vote_audit", cancellationToken);
        await _sql.ExecuteAsync("drop trigger if exists chaos_timeout on public.duplicate_attempts", cancellationToken);
        await _sql.ExecuteAsync("drop schema if exists chaos_timeout cascade", cancellationToken);
        _struck = await _log!.CountAsync("canceling statement due to statement timeout", cancellationToken);
    }
}
