-- Silos follow the laws that people edit, and must miss none. updated_at is the time at which a transaction began: one that
-- commits later than a silo looks back was never seen. A transaction's number and the server's list of those that still go
-- on tell exactly what a silo has not seen yet.

-- changed_xid: the transaction that changed the row last; null: none since this script. A silo asks for the rows of its
-- oldest transaction that had not ended when it looked last, and of those after it.
alter table laws add column changed_xid xid8;
alter table laws alter column changed_xid set default pg_current_xact_id();

create index laws_changed_xid_idx on laws (changed_xid);

create function set_changed_xid() returns trigger language plpgsql as $$
begin
  new.changed_xid := pg_current_xact_id();
  return new;
end $$;

create trigger laws_changed_xid_tg
  before update on laws
  for each row when (old.* is distinct from new.*)
  execute function set_changed_xid();

comment on column laws.changed_xid is 'The transaction that changed the row last; silos find changes by it.';

-- A time that a vote cannot have, such as a year of five digits or infinity, is a slip of the pen: null says "no limit".
-- Rows that are there already stay as they are until they are edited; silos read their times as the nearest that votes have.
alter table laws add constraint laws_opens_at_ck check (
  opens_at >= '0001-01-01 00:00:00+00' and opens_at < '10000-01-01 00:00:00+00') not valid;
alter table laws add constraint laws_closes_at_ck check (
  closes_at >= '0001-01-01 00:00:00+00' and closes_at < '10000-01-01 00:00:00+00') not valid;
alter table laws add constraint laws_created_at_ck check (
  created_at >= '0001-01-01 00:00:00+00' and created_at < '10000-01-01 00:00:00+00') not valid;
alter table laws add constraint laws_updated_at_ck check (
  updated_at >= '0001-01-01 00:00:00+00' and updated_at < '10000-01-01 00:00:00+00') not valid;

do $$
declare
  name text;
begin
  foreach name in array array['laws_opens_at_ck', 'laws_closes_at_ck', 'laws_created_at_ck', 'laws_updated_at_ck'] loop
    begin
      execute format('alter table laws validate constraint %I', name);
    exception when check_violation then
      raise warning 'Some laws do not fulfil %: no edit of them is taken until it gives them a time of the years 1 to 9999.', name;
    end;
  end loop;
end $$;
