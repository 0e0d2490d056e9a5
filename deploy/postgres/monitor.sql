-- The role that the exporter of PostgreSQL's metrics logs in as: it sees statistics, and no table. Run once by a
-- superuser, behind db/bootstrap/roles.sql:
--
--   VOTES_MONITOR_PASSWORD=... VOTES_DATABASE=votes psql -X -d postgres -f monitor.sql

\set ON_ERROR_STOP on
\getenv monitor_password VOTES_MONITOR_PASSWORD
\getenv database VOTES_DATABASE
\if :{?monitor_password}
\else
  do $$ begin raise exception 'Set VOTES_MONITOR_PASSWORD.'; end $$;
\endif
\if :{?database}
\else
  \set database votes
\endif

-- The password stands in a statement: keep it out of the server's log, whatever it logs otherwise.
set log_statement = 'none';
set log_min_duration_statement = -1;
set log_min_error_statement = 'panic';

select 'create role votes_monitor' where not exists (select from pg_roles where rolname = 'votes_monitor')
\gexec

alter role votes_monitor login nosuperuser nocreatedb nocreaterole connection limit 5 password :'monitor_password';
grant pg_monitor to votes_monitor;
grant connect on database :"database" to votes_monitor;
