-- Creates the roles and the database. Run once by a superuser, before the first migration; running it again changes
-- nothing but the two passwords.
--
--   VOTES_OWNER_PASSWORD=... VOTES_SERVICE_PASSWORD=... VOTES_DATABASE=votes \
--     psql -X -d postgres -f roles.sql
--
-- The same three as psql variables (-v owner_password=... -v service_password=... -v database=...) win over the
-- environment, but other users of the machine can see them in the list of processes.
--
--   votes_owner    owns the database and its tables, and migrates; no process that counts votes knows its password
--   votes_app      what the application may do; nobody logs in as this role
--   votes_service  silos and ingests log in as this role, a member of votes_app

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
  from unnest(array['votes_owner', 'votes_app', 'votes_service']) as wanted(name)
 where not exists (select from pg_roles where rolname = name)
\gexec

alter role votes_owner   login   nosuperuser nocreatedb nocreaterole password :'owner_password';
alter role votes_app     nologin nosuperuser nocreatedb nocreaterole;
alter role votes_service login   nosuperuser nocreatedb nocreaterole password :'service_password';
grant votes_app to votes_service;

-- A vote is acked once its transaction has committed: a server that commits without writing first would lose acked
-- votes in a crash. And a forgotten transaction keeps the hot rows of vote_results from being cleaned up.
alter role votes_service set synchronous_commit = on;
alter role votes_service set idle_in_transaction_session_timeout = '5min';

select format('create database %I owner votes_owner encoding ''UTF8'' template template0', :'database')
 where not exists (select from pg_database where datname = :'database')
\gexec

alter database :"database" owner to votes_owner;
revoke all on database :"database" from public;
grant connect on database :"database" to votes_app;

\connect :"database"

revoke all on schema public from public;
grant usage, create on schema public to votes_owner;
grant usage on schema public to votes_app;
