-- The life of a law: a closing that waits for the last votes, when a law was closed, which votes came too late, laws
-- that lists do not show, and laws that are deleted.

-- closing: an operator has asked for the closing, and a silo closes the law once the votes that were published before
-- are settled. Until then it takes votes as an open law does, and programs that do not know the word treat it as open.
alter table laws drop constraint laws_status_ck;
alter table laws add constraint laws_status_ck check (status in ('open', 'closing', 'closed'));

alter table laws
  -- When the closing was asked for. It stays when the law is closed, and goes when the closing is called off.
  add column closing_since timestamptz,
  -- When the law was closed. Null for laws that were closed before this column was there.
  add column closed_at timestamptz,
  -- True: no list and no search shows the law; by its id it can be read.
  add column hidden boolean not null default false,
  -- Set: the law is deleted. The row stays, closed, so that no vote that is on its way is counted on a law that is not
  -- there.
  add column deleted_at timestamptz;

comment on column laws.status is 'open; closing: open until the votes published so far are settled; closed: the result is final.';
comment on column laws.closing_since is 'When its closing was asked for; null: it was not, or was called off, or was immediate.';
comment on column laws.closed_at is 'When it was closed; null: it is not, or was before schema 0017.';
comment on column laws.hidden is 'True: no list and no search shows the law; by its id it can be read.';
comment on column laws.deleted_at is 'When it was deleted; it had no vote. The same id can be registered again.';

-- Silos look for laws to close every few seconds; mostly there is none.
create index laws_closing_idx on laws (law_id) where status = 'closing';

-- The clock's time and not the transaction's: a closing waits for the flushes that hold the law, and ends after them. Triggers go by
-- their names: this one comes after laws_status_tg, which waits.
create function note_closing() returns trigger language plpgsql as $$
begin
  if new.status = 'closed' and old.status is distinct from 'closed' then
    new.closed_at := clock_timestamp();
  elsif new.status = 'closing' and old.status is distinct from 'closing' then
    new.closing_since := clock_timestamp();
  elsif new.status = 'open' then
    new.closing_since := null;
  end if;
  return new;
end $$;

create trigger laws_times_tg
  before insert or update of status on laws
  for each row execute function note_closing();

-- late_votes: votes that were rejected because their law was closed.
-- Invariant: one row per vote however often it comes, so that a vote that is delivered or replayed again counts once in
-- late_totals. Written after the flush that rejected the vote has committed, and before its message is acked.
create table late_votes (
  law_id  text collate "C" not null,
  voter   uuid not null,
  vote_id uuid not null,
  seen_at timestamptz not null default now(),
  constraint late_votes_pk primary key (law_id, voter, vote_id),
  constraint late_votes_law_id_ck check (char_length(law_id) between 1 and 128)
);

-- late_totals: how many rows of late_votes a law has. Invariant: both change in one statement.
create table late_totals (
  law_id text collate "C" not null,
  votes  bigint not null,
  constraint late_totals_pk primary key (law_id),
  constraint late_totals_votes_ck check (votes > 0)
);

comment on table late_votes is 'Votes that were rejected because their law was closed, each once.';
comment on table late_totals is 'How many votes of a law are in late_votes.';

grant select, insert on late_votes to votes_app;
grant select, insert, update on late_totals to votes_app;

-- delete_law: deletes a law that nobody has voted on. Returns false where there is none of this id.
-- The closing comes first: it waits for the flushes that hold the law, and no later one counts a vote on it. What has
-- been counted by then is seen by the look that follows, and calls the whole off.
create function delete_law(id text) returns boolean
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  found_in text;
begin
  update laws set status = 'closed', hidden = true, deleted_at = clock_timestamp()
   where law_id = id and deleted_at is null;
  if not found then
    return false;
  end if;
  found_in := case
    when exists (select from law_archives where law_id = id) then 'Its votes are archived'
    when exists (select from vote_results where law_id = id and total > 0) then 'It has votes'
    when exists (select from vote_audit where law_id = id) then 'It has votes on record'
    when exists (select from duplicate_attempts where law_id = id) then 'It has duplicate attempts on record'
  end;
  if found_in is not null then
    raise exception '%', found_in using errcode = 'object_in_use';
  end if;
  delete from late_totals where law_id = id;
  delete from late_votes where law_id = id;
  return true;
end $$;

-- forget_deleted_law: makes room for a law of the same id.
create function forget_deleted_law(id text) returns void
  language sql security definer set search_path = public, pg_temp as $$
  delete from laws where law_id = id and deleted_at is not null
     and not exists (select from vote_audit where vote_audit.law_id = id);
$$;

revoke execute on function delete_law(text), forget_deleted_law(text) from public;
grant execute on function delete_law(text), forget_deleted_law(text) to votes_app;

-- law_totals, without deleted laws.
create or replace view law_totals as
with tallies as (
  select law_id, choice, min(place) as place, sum(total)::bigint as total, max(version) as version,
         max(updated_at) as updated_at
    -- Stacked and grouped, not joined: a condition on law_id reaches both tables' keys.
    from (select l.law_id, c.choice, c.place, 0 as total, null::bigint as version, null::timestamptz as updated_at
            from laws l
           cross join lateral unnest(coalesce(l.choices, array['yes', 'no', 'abstain']))
                 with ordinality as c(choice, place)
           where l.deleted_at is null
          union all
          select law_id, choice, null, total, version, updated_at from vote_results) as entries
   group by law_id, choice
)
select t.law_id, l.title, l.status, t.choice, t.place, t.total,
       sum(t.total) over law::bigint as law_total,
       round(t.total / nullif(sum(t.total) over law, 0), 6) as share,
       t.version, t.updated_at
  from tallies t
  left join laws l using (law_id)
window law as (partition by t.law_id)
 order by t.law_id, t.place nulls last, t.choice;
