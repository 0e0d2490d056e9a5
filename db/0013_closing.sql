-- Closing a law and counting votes on it exclude each other by advisory locks (docs/adr/0006-closing-a-law.md): each flush
-- takes the locks of its laws shared, and a change of a law's status takes the law's lock exclusively. Other edits of a
-- law lock nothing that a flush waits for. Laws share 64 locks, called buckets, so that a flush of any number of laws
-- takes at most 64, and a change of status that is left open holds up a 64th of the laws.

create function law_bucket(law_id text) returns integer
  language sql immutable strict parallel safe
  return hashtext(law_id collate "C") & 63;

comment on function law_bucket(text) is 'The advisory lock of a law: the second key, beside the first key 1987015781.';

-- Flushes call this in a statement of its own, ahead of the one that reads the laws: only a snapshot that is taken after
-- the lock was granted shows what the last change of status committed. Buckets go in order, so that two transactions
-- that each take several of them do not wait for each other crosswise.
create function hold_laws(law_ids text[]) returns void language plpgsql as $$
begin
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'A flush runs in a transaction of isolation level read committed, and not %.',
      current_setting('transaction_isolation')
      using errcode = 'invalid_transaction_state',
            detail = 'With one snapshot for all statements it would not see that a law was closed a moment ago.';
  end if;
  perform pg_advisory_xact_lock_shared(1987015781, bucket)
     from (select distinct law_bucket(law_id) as bucket from unnest(law_ids) as held (law_id) order by 1) as buckets;
end $$;

comment on function hold_laws(text[]) is
  'Keeps the status of some laws as it is until the transaction ends; waits for a change of it that is under way.';

create function laws_changing_status(law_ids text[]) returns setof text language sql as $$
  with buckets as materialized (
    select distinct law_bucket(law_id) as bucket from unnest(law_ids) as asked (law_id)),
  taken as materialized (
    select bucket from buckets where not pg_try_advisory_xact_lock_shared(1987015781, bucket))
  select law_id from unnest(law_ids) as asked (law_id) join taken on taken.bucket = law_bucket(asked.law_id)
$$;

comment on function laws_changing_status(text[]) is
  'Those of some laws that hold_laws would wait for; does not wait, and holds the others until the transaction ends.';

-- An insert of a key that another transaction has inserted, and not committed, waits for that transaction. Which law it
-- is that one waits for, only trying tells; the attempt is rolled back.
create function laws_being_registered(law_ids text[]) returns setof text language plpgsql as $$
declare
  candidate text;
begin
  perform set_config('lock_timeout', '1ms', true);
  for candidate in
    select law_id from unnest(law_ids) as asked (law_id)
     where not exists (select from laws where laws.law_id = asked.law_id)
  loop
    begin
      insert into laws (law_id, title) values (candidate, candidate) on conflict do nothing;
      raise exception using errcode = 'VT001';
    exception
      when lock_not_available then
        return next candidate;
      when sqlstate 'VT001' or check_violation or program_limit_exceeded then
        null;
    end;
  end loop;
end $$;

comment on function laws_being_registered(text[]) is
  'Those of some laws that a transaction which has not committed registers; changes nothing.';

-- Whoever changes a law's status, by the API or by hand, waits for the flushes that hold the law, and those that come
-- later wait for the change. A law that appears or disappears is a change of status as well: a law that is not there
-- counts as open.
create function change_law_status() returns trigger language plpgsql as $$
begin
  perform pg_advisory_xact_lock(1987015781, bucket)
     from (select distinct bucket
             from unnest(array[law_bucket(old.law_id), law_bucket(new.law_id)]) as changed (bucket)
            where bucket is not null
            order by 1) as buckets;
  return case tg_op when 'DELETE' then old else new end;
end $$;

create trigger laws_insert_status_tg
  before insert on laws
  for each row when (new.status <> 'open')
  execute function change_law_status();

create trigger laws_status_tg
  before update on laws
  for each row when (old.status is distinct from new.status or old.law_id is distinct from new.law_id)
  execute function change_law_status();

create trigger laws_delete_status_tg
  before delete on laws
  for each row execute function change_law_status();
