-- Creates the roles and the database. Run once by a superuser, before the first migration; running it again makes what is
-- missing, sets the passwords that it is given, and changes nothing else.
--
--   VOTES_OWNER_PASSWORD=... VOTES_SERVICE_PASSWORD=... VOTES_DATABASE=votes \
--     psql -X -d postgres -f roles.sql
--
-- Optional, each a role that logs in once it has a password: VOTES_SILO_PASSWORD, VOTES_INGEST_PASSWORD,
-- VOTES_READ_PASSWORD, VOTES_READER_PASSWORD.
--
-- The first three as psql variables (-v owner_password=... -v service_password=... -v database=...) win over the
-- environment, but other users of the machine can see them in the list of processes.
--
--   votes_owner    owns the database and its tables, and migrates; no process that counts votes knows its password
--   votes_app      what counting needs; nobody logs in as this role
--   votes_silo     silos log in as this role, a member of votes_app
--   votes_ingest   Ingests: membership, the voter key's fingerprint, statistics; no law and no vote
--   votes_read     the API's reads; writes nothing
--   votes_reader   analysts: totals, charts and views; no table that has a row per voter
--   votes_service  operators' command lines, a member of votes_app that may repair totals; silos and Ingests of earlier
--                  installations too
--
-- A role can change its own password and its own defaults (alter role ... set); PostgreSQL has no way to forbid that. What
-- counting rests on (synchronous_commit, time limits) each session therefore sets for itself.

\set ON_ERROR_STOP on

\if :{?owner_password}
\else
  \getenv owner_password VOTES_OWNER_PASSWORD
\endif
\if :{?service_password}
\else
  \getenv service_password VOTES_SERVICE_PASSWORD
\endif
\if :{?database}
\else
  \getenv database VOTES_DATABASE
\endif
\if :{?owner_password}
\else
  do $$ begin raise exception 'Set VOTES_OWNER_PASSWORD, or the psql variable owner_password.'; end $$;
\endif
\if :{?service_password}
\else
  do $$ begin raise exception 'Set VOTES_SERVICE_PASSWORD, or the psql variable service_password.'; end $$;
\endif
\if :{?database}
\else
  \set database votes
\endif

-- The passwords stand in statements: keep those out of the server's log, whatever it logs otherwise.
set log_statement = 'none';
set log_min_duration_statement = -1;
set log_min_error_statement = 'panic';

select format('create role %I', name)
  from unnest(array['votes_owner', 'votes_app', 'votes_service', 'votes_silo', 'votes_ingest', 'votes_read',
                    'votes_reader']) as wanted(name)
 where not exists (select from pg_roles where rolname = name)
\gexec

alter role votes_owner   login   nosuperuser nocreatedb nocreaterole password :'owner_password';
alter role votes_app     nologin nosuperuser nocreatedb nocreaterole;
alter role votes_service login   nosuperuser nocreatedb nocreaterole password :'service_password';
alter role votes_silo    nosuperuser nocreatedb nocreaterole;
alter role votes_ingest  nosuperuser nocreatedb nocreaterole;
alter role votes_read    nosuperuser nocreatedb nocreaterole;
alter role votes_reader  nosuperuser nocreatedb nocreaterole connection limit 20;

\getenv silo_password VOTES_SILO_PASSWORD
\if :{?silo_password}
  alter role votes_silo login password :'silo_password';
\endif
\getenv ingest_password VOTES_INGEST_PASSWORD
\if :{?ingest_password}
  alter role votes_ingest login password :'ingest_password';
\endif
\getenv read_password VOTES_READ_PASSWORD
\if :{?read_password}
  alter role votes_read login password :'read_password';
\endif
\getenv reader_password VOTES_READER_PASSWORD
\if :{?reader_password}
  alter role votes_reader login password :'reader_password';
\endif

grant votes_app to votes_service, votes_silo;

-- votes_service may write totals and audit rows, which silos must not.
select 'revoke votes_service from votes_silo' where pg_has_role('votes_silo', 'votes_service', 'member')
\gexec

-- Silos ask, through a function of the owner's, whether a transaction that counts goes on, whatever role it is of.
grant pg_read_all_stats to votes_owner;

-- A vote is acked once its transaction has committed: a server that commits without writing first would lose acked
-- votes in a crash. And a forgotten transaction keeps the hot rows of vote_results from being cleaned up.
alter role votes_service set synchronous_commit = on;
alter role votes_service set idle_in_transaction_session_timeout = '5min';
alter role votes_silo set synchronous_commit = on;
alter role votes_silo set idle_in_transaction_session_timeout = '5min';
alter role votes_read set default_transaction_read_only = on;
alter role votes_read set idle_in_transaction_session_timeout = '5min';
alter role votes_reader set default_transaction_read_only = on;
alter role votes_reader set statement_timeout = '5min';
alter role votes_reader set idle_in_transaction_session_timeout = '5min';

select format('create database %I owner votes_owner encoding ''UTF8'' template template0', :'database')
 where not exists (select from pg_database where datname = :'database')
\gexec

alter database :"database" owner to votes_owner;
revoke all on database :"database" from public;
grant connect on database :"database" to votes_app, votes_ingest, votes_read, votes_reader;

-- Every role may connect to these otherwise, and make temporary tables there.
revoke connect, temporary on database postgres, template1 from public;

\connect :"database"

-- A superuser is at work in a database of votes_owner's: nothing of the owner's may run here, by whatever name it is called.
set search_path = pg_catalog, pg_temp;

revoke all on schema public from public;
grant usage, create on schema public to votes_owner;
grant usage on schema public to votes_app, votes_ingest, votes_read, votes_reader;

-- Large objects need no right to a schema or a table: without this any role fills the disk with them.
revoke execute on function
  lo_creat(int), lo_create(oid), lo_from_bytea(oid, bytea), lo_put(oid, bigint, bytea), lo_open(oid, int),
  lowrite(int, bytea), lo_truncate(int, int), lo_truncate64(int, bigint), lo_unlink(oid)
  from public;

-- Writes as much to the log as it is told to. count_votes needs it.
revoke execute on function pg_logical_emit_message(boolean, text, text), pg_logical_emit_message(boolean, text, bytea)
  from public;
grant execute on function pg_logical_emit_message(boolean, text, text), pg_logical_emit_message(boolean, text, bytea)
  to votes_app, votes_owner;

-- Flushes and closings wait for advisory locks (db/0013_closing.sql): whatever role takes one and keeps it holds up counting.
select format('revoke execute on function %s from public', oid::regprocedure),
       format('grant execute on function %s to votes_app, votes_owner', oid::regprocedure)
  from pg_proc
 where pronamespace = 'pg_catalog'::regnamespace and proname ~ '^pg_(try_)?advisory_'
 order by 1
\gexec

-- On a database that has been migrated: the rights of roles that are new, as scripts 0018 and 0019 give them. Written out,
-- because grant_rights() is the owner's function, and what a superuser runs has a superuser's rights.
select to_regclass('public.choices_by_hour') is not null as migrated
\gset
\if :migrated
  grant select on public.schema_journal, public.orleansquery, public.orleans_cluster, public.orleans_silo, public.voter_key
    to votes_ingest;
  grant insert on public.voter_key to votes_ingest;
  grant select, insert, update on public.aggregation_stats to votes_ingest;
  grant select on all tables in schema public to votes_read;
  revoke all on public.voter_key, public.orleansquery, public.orleans_cluster, public.orleans_silo,
                public.orleans_grain_state, public.operator_log, public.ended_sign_ins
    from votes_read;
  alter default privileges for role votes_owner in schema public grant select on tables to votes_read;
  grant select on public.laws, public.vote_results, public.vote_minutes, public.minutes_range, public.law_archives,
                  public.archived_votes, public.aggregation_stats, public.reconcile_state, public.reconcile_differences,
                  public.schema_journal, public.law_totals, public.turnout_by_minute, public.turnout_by_hour,
                  public.choices_by_minute, public.choices_by_hour, public.busiest_laws, public.vote_ledger,
                  public.law_ledger, public.cluster_minutes, public.process_ledger, public.statistics_ledger
    to votes_reader;
\endif
