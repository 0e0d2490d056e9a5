-- Totals move with audit rows, and in no other way that the application has: it may call the functions below, and may no
-- longer write the tables. A silo that is made to do what it should not can add votes, each with a voter and on record; it
-- cannot set a total, and it cannot count a vote on a closed law.
--
-- votes_service keeps the right to write them: silos of the release before log in as that role and write the tables
-- themselves, and so does `Votes.Ops reconcile --repair`.

-- count_votes: counts the votes of a flush (docs/adr/0002-flush-statements.md). Vote i has the law law_ids[i], and so on.
-- Returns a row of kind
--   'at'      once: at, the time of the transaction, in microseconds since the Unix epoch
--   'moved'   for each total that moved: law_id, choice, added, total, version
--   'closed'  for each law that is closed: law_id; none of its votes was counted
--   'known'   for each vote that was not counted and whose voter has a vote on record: ord, its place from 1 on
--   'filed'   for each duplicate that was filed just now: law_id, voter, vote_id
create function count_votes(law_ids text[], voters uuid[], vote_ids uuid[], choices text[], cast_ats timestamptz[])
  returns table (kind text, ord bigint, law_id text, choice text, voter uuid, vote_id uuid,
                 added bigint, total bigint, version bigint, at bigint)
  language plpgsql security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
declare
  flushed       text[] := array(select distinct law collate "C" from unnest(law_ids) as t (law));
  closed        text[];
  moved_laws    text[];
  moved_choices text[];
  moved_by      bigint[];
  counted       bigint;
begin
  -- Each statement has a snapshot of its own: the next one sees what the last change of a law's status committed.
  perform hold_laws(flushed);
  closed := array(select l.law_id from laws l where l.law_id = any (flushed) and l.status = 'closed');

  -- The unique key decides which votes are new. Rows go in key order, then totals in key order, so that two flushes
  -- cannot wait for each other crosswise. The constraint is named rather than inferred: inference can fail while an
  -- index is rebuilt concurrently.
  with ins as (
    insert into vote_audit (law_id, voter, vote_id, choice, cast_at)
    select t.law_id, t.voter, t.vote_id, t.choice, t.cast_at
      from unnest(law_ids, voters, vote_ids, choices, cast_ats)
           with ordinality as t (law_id, voter, vote_id, choice, cast_at, ord)
     where t.law_id <> all (closed)
     order by t.law_id collate "C", t.voter, t.ord
    on conflict on constraint vote_audit_pk do nothing
    returning law_id, choice),
  delta as (
    select law_id, choice, count(*) as votes from ins group by law_id, choice)
  select array_agg(law_id), array_agg(choice), array_agg(votes), coalesce(sum(votes), 0)
    into moved_laws, moved_choices, moved_by, counted
    from delta;

  return query
  with delta as (
    select * from unnest(moved_laws, moved_choices, moved_by) as t (law_id, choice, votes)),
  tot as (
    insert into vote_results as r (law_id, choice, total, version, updated_at)
    select law_id, choice, votes, 1, now() from delta order by law_id collate "C", choice collate "C"
    on conflict on constraint vote_results_pk do update
      set total = r.total + excluded.total, version = r.version + 1, updated_at = excluded.updated_at
    returning law_id, choice, total, version)
  select 'moved', null::bigint, tot.law_id, tot.choice, null::uuid, null::uuid,
         delta.votes, tot.total, tot.version, null::bigint
    from tot join delta on delta.law_id = tot.law_id and delta.choice = tot.choice
  union all
  select 'closed', null, law, null, null, null, null, null, null, null from unnest(closed) as t (law)
  union all
  select 'at', null, null, null, null, null, null, null, null, (extract(epoch from now()) * 1000000)::bigint;

  if counted = cardinality(law_ids) then
    return;
  end if;

  -- The row that a vote which was not counted met may be committed here and not yet on the synchronous standby: the flush
  -- that wrote it was cancelled while it waited for the standby. A commit waits for the standby only if its transaction
  -- wrote to the log, and a flush of nothing but redelivered votes writes no row. So it writes a message of some bytes to
  -- the log, which nothing reads. A transaction id alone would not do: the server waits for no standby where a
  -- transaction has an id and has logged nothing.
  perform pg_logical_emit_message(true, 'votes', '');

  -- What was not counted, and why: a newer snapshot sees the rows that were inserted above and those that concurrent
  -- transactions had just committed. A row of the audit that this transaction did not write stood there before
  -- (redelivered, or a duplicate of it); a row that it did write under another vote id is the winner of a duplicate inside
  -- this very flush. Duplicates are filed, those on closed laws as well: such a vote was none before the law closed
  -- either. OFFSET 0 keeps the planner from turning the key look-ups into a scan of the audit.
  return query
  with prior as (
    select t.ord, t.law_id, t.voter, t.vote_id, t.choice, a.vote_id as counted_vote_id
      from unnest(law_ids, voters, vote_ids, choices)
           with ordinality as t (law_id, voter, vote_id, choice, ord)
     cross join lateral (
       select x.vote_id, x.xmin from vote_audit x
        where x.law_id = t.law_id and x.voter = t.voter offset 0) as a
     where a.vote_id <> t.vote_id or a.xmin is distinct from pg_current_xact_id_if_assigned()::xid),
  filed as (
    insert into duplicate_attempts (law_id, voter, vote_id, choice, counted_vote_id)
    select law_id, voter, vote_id, choice, counted_vote_id from prior
     where vote_id <> counted_vote_id
     order by law_id collate "C", voter, vote_id, ord
    on conflict on constraint duplicate_attempts_pk do nothing
    returning law_id, voter, vote_id)
  select 'known', prior.ord, null::text, null::text, null::uuid, null::uuid,
         null::bigint, null::bigint, null::bigint, null::bigint from prior
  union all
  select 'filed', null, filed.law_id, null, filed.voter, filed.vote_id, null, null, null, null from filed;
end $$;

comment on function count_votes(text[], uuid[], uuid[], text[], timestamptz[]) is
  'Counts the votes of a flush: audit rows, totals and duplicate attempts, in one transaction.';

-- laws_locked: those of some laws that count_votes would wait for: those with a total that another transaction holds a lock on,
-- those whose status one is changing, and those that one is registering. Waits for none of them. What is free is locked
-- until the transaction ends; a CTE that locks rows is evaluated once and whole.
create function laws_locked(law_ids text[]) returns setof text
  language sql security definer set search_path = public, pg_temp as $$
  with free as (
    select law_id, choice from vote_results where law_id = any (law_ids) for no key update skip locked)
  select r.law_id
    from vote_results r left join free f on f.law_id = r.law_id and f.choice = r.choice
   where r.law_id = any (law_ids) and f.law_id is null
  union
  select * from laws_changing_status(law_ids)
  union
  select * from laws_being_registered(law_ids)
$$;

comment on function laws_locked(text[]) is 'Those of some laws that count_votes would wait for; waits for none.';

-- counting_transactions: when each transaction began that goes on in this database in a role that counts. A role sees the
-- transactions of others in pg_stat_activity only if the server lets it: db/bootstrap/roles.sql lets the owner.
create function counting_transactions() returns setof timestamptz
  language sql security definer set search_path = public, pg_temp as $$
  select xact_start from pg_stat_activity
   where pg_has_role(usesysid, 'votes_app', 'member') and datname = current_database() and pid <> pg_backend_pid()
     and xact_start is not null
$$;

comment on function counting_transactions() is 'When each transaction began that goes on here in a role that counts.';

revoke execute on function
  count_votes(text[], uuid[], uuid[], text[], timestamptz[]), laws_locked(text[]), counting_transactions() from public;
grant execute on function
  count_votes(text[], uuid[], uuid[], text[], timestamptz[]), laws_locked(text[]), counting_transactions() to votes_app;

revoke insert, update on vote_results from votes_app;
revoke insert on vote_audit, duplicate_attempts from votes_app;

do $$
begin
  if exists (select from pg_roles where rolname = 'votes_service') then
    grant insert, update on vote_results to votes_service;
    grant insert on vote_audit, duplicate_attempts to votes_service;
  end if;
end $$;
