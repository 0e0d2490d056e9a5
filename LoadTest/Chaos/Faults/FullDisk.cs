using System.Globalization;

namespace Votes.LoadTest.Chaos.Faults;

/// <summary>
/// Each write of the audit fails with SQLSTATE 53100 (disk full). No disk is full: that would take special rights on the
/// machine. A trigger, made and removed by the superuser, raises what PostgreSQL raises when it cannot extend a file,
/// within the statement that would have extended it. The sequence that counts does not take part in transactions.
/// </summary>
internal sealed class FullDisk(DrillCluster drill) : Fault
{
    private const string Fill = """
        create schema chaos_disk;
        create sequence chaos_disk.refused;
        create function chaos_disk.refuse() returns trigger language plpgsql security definer as $$
        begin
          perform nextval('chaos_disk.refused');
          raise exception 'could not extend file "base": No space left on device (chaos drill)' using errcode = '53100';
        end $$;
        create trigger chaos_disk before insert on public.vote_audit
          for each statement execute function chaos_disk.refuse();
        """;

    private const string Refused = "select case when is_called then last_value else 0 end from chaos_disk.refused";

    private readonly SuperuserSql _sql = new(drill.Superuser);
    private long _refused;

    public override string? Evidence => string.Create(CultureInfo.InvariantCulture, $"refused {_refused:#,0} writes");

    public override bool Bit => _refused > 0;

    public override string Describe() => "each write of vote_audit fails: disk full (53100)";

    public override Task InjectAsync(CancellationToken cancellationToken) =>
        _sql.ExecuteAsync(Fill, cancellationToken);

    public override async Task HealAsync(CancellationToken cancellationToken)
    {
        _refused = await _sql.NumberAsync(Refused, cancellationToken);
        await _sql.ExecuteAsync("drop schema chaos_disk cascade", cancellationToken);
    }
}
