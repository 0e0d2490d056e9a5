-- What each role may do, beside votes_app, which holds all that counting needs and whose members silos log in as. The roles
-- themselves are made by db/bootstrap/roles.sql, which this installation may have run before they existed: rights are
-- granted by a function, to those roles that are there, by this script and by each later run of roles.sql.
--
--   votes_ingest  membership, the voter key's fingerprint, statistics: no law, no vote, no total
--   votes_read    the API's reads: everything but the voter key, Orleans' tables and what operators do; nothing is written
--   votes_reader  analysts: totals, charts, statistics, and views; no table that has a row per voter

create function grant_rights() returns void language plpgsql set search_path = pg_catalog, public as $f$
begin
  if exists (select from pg_roles where rolname = 'votes_ingest') then
    grant select on schema_journal, orleansquery, orleans_cluster, orleans_silo, voter_key to votes_ingest;
    grant insert on voter_key to votes_ingest;
    grant select, insert, update on aggregation_stats to votes_ingest;
  end if;

  if exists (select from pg_roles where rolname = 'votes_read') then
    grant select on all tables in schema public to votes_read;
    revoke all on voter_key, orleansquery, orleans_cluster, orleans_silo, orleans_grain_state, operator_log, ended_sign_ins
      from votes_read;

    -- Tables of later scripts.
    alter default privileges for role votes_owner in schema public grant select on tables to votes_read;
  end if;

  if exists (select from pg_roles where rolname = 'votes_reader') then
    grant select on laws, vote_results, vote_minutes, minutes_range, law_archives, archived_votes, aggregation_stats,
                    reconcile_state, reconcile_differences, schema_journal,
                    law_totals, turnout_by_minute, turnout_by_hour, busiest_laws, vote_ledger, law_ledger,
                    cluster_minutes, process_ledger, statistics_ledger
      to votes_reader;
  end if;
end $f$;

comment on function grant_rights() is
  'Grants votes_ingest, votes_read and votes_reader what they may do, where they exist. Called by db/bootstrap/roles.sql.';

revoke execute on function grant_rights() from public;

select grant_rights();
