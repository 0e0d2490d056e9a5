-- Votes by the minute (Silo/Minutes), so that a chart of a busy night reads minutes and not a hundred million votes.

-- vote_minutes: votes counted per law, minute and choice.
-- Invariant: for each minute from minutes_range.since to before minutes_range.until, votes is the number of rows of
-- vote_audit with that law and choice whose counted_at is in it; other minutes have no rows. Written once, by one silo.
create table vote_minutes (
  law_id text collate "C" not null,
  minute timestamptz not null,
  choice text collate "C" not null,
  votes  bigint not null,
  constraint vote_minutes_pk primary key (law_id, minute, choice),
  constraint vote_minutes_votes_ck check (votes > 0)
);

grant select, insert on vote_minutes to votes_app;

-- minutes_range: which minutes are in vote_minutes.
-- Invariant: one row; since never changes, until only grows, by a minute in the transaction that writes that minute's rows.
-- Votes that were counted before, or were brought in with an earlier time, are in the audit alone.
create table minutes_range (
  only_row boolean not null default true,
  since    timestamptz not null default date_trunc('minute', now()),
  until    timestamptz not null default date_trunc('minute', now()),
  constraint minutes_range_pk primary key (only_row),
  constraint minutes_range_only_row_ck check (only_row),
  constraint minutes_range_grows_ck check (until >= since)
);

insert into minutes_range default values;

grant select, update on minutes_range to votes_app;
