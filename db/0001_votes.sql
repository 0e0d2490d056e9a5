-- The tables of the count. Whoever counts is votes_app; whoever migrates owns the tables.
--
-- Text keys are COLLATE "C": they compare by bytes, which is fast, and an index on them outlives an upgrade of the
-- machine's locale data. Lengths are in characters, as PostgreSQL counts them (code points): a message that passed
-- the message table's limits in UTF-16 units passes here as well.

create function are_choices(choices text[]) returns boolean
  language sql immutable strict parallel safe
  return cardinality(choices) between 1 and 100
     and array_ndims(choices) = 1
     and (select bool_and(choice is not null and char_length(choice) between 1 and 64
                          and choice !~ '[\u0001-\u001f\u007f-\u009f]')
                 and count(distinct choice) = cardinality(choices)
            from unnest(choices) as c(choice));

comment on function are_choices(text[]) is
  'True for what can be the choices of a law: 1 to 100 different ones of 1 to 64 characters, no control characters.';

-- laws: what can be voted on.
-- Invariant: a law that has votes keeps its law_id for ever and is not deleted; votes name their law by this key alone.
-- Nothing references this table: a foreign key on vote_audit would cost a lookup and a row lock per vote.
create table laws (
  law_id     text collate "C" not null,
  -- People read and search titles, so they sort in the database's own collation. Empty: the law has no title yet.
  title      text not null default '',
  status     text collate "C" not null default 'open',
  -- Null means yes, no, abstain.
  choices    text[] collate "C",
  opens_at   timestamptz,
  closes_at  timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint laws_pk primary key (law_id),
  constraint laws_law_id_ck check (
    char_length(law_id) between 1 and 128 and law_id !~ '[\u0001-\u001f\u007f-\u009f]'),
  constraint laws_title_ck check (char_length(title) <= 500 and title !~ '[\u0001-\u001f\u007f-\u009f]'),
  constraint laws_status_ck check (status in ('open', 'closed')),
  constraint laws_choices_ck check (are_choices(choices)),
  constraint laws_window_ck check (opens_at < closes_at)
);

-- Lists of laws, newest first.
create index laws_created_at_idx on laws (created_at desc, law_id);

-- People edit laws by hand, so the table itself keeps the time of the last change.
create function set_updated_at() returns trigger language plpgsql as $$
begin
  new.updated_at := now();
  return new;
end $$;

create trigger laws_updated_at_tg
  before update on laws
  for each row when (old.* is distinct from new.*)
  execute function set_updated_at();

grant select, insert, update on laws to votes_app;

-- vote_results: the totals, one row per law and choice that has votes.
-- Invariant: in every snapshot, total is the number of rows of vote_audit with this law_id and choice, because both
-- change in one transaction; version is the number of changes of the row, so neither ever goes back.
-- The rows of busy laws change each second. Half of each page stays free and no index holds a column that changes, so
-- an update stays within its page (HOT) and pages clean themselves; vacuum comes by dead rows, not by a share of the
-- table, lest a large table of quiet laws hide a few hot ones.
create table vote_results (
  law_id     text collate "C" not null,
  choice     text collate "C" not null,
  total      bigint not null,
  version    bigint not null default 1,
  updated_at timestamptz not null default now(),
  constraint vote_results_pk primary key (law_id, choice),
  constraint vote_results_law_id_ck check (char_length(law_id) between 1 and 128),
  constraint vote_results_choice_ck check (char_length(choice) between 1 and 64),
  constraint vote_results_total_ck check (total >= 0),
  constraint vote_results_version_ck check (version >= 0)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

grant select, insert, update on vote_results to votes_app;

-- vote_audit: every counted vote.
-- Invariant: at most one row per law and voter, for ever; this key alone decides that nobody counts twice. A row is
-- written once, never changed and never deleted: the application may only insert and select.
-- voter is the first 128 bits of HMAC-SHA-256(secret, voter_id): the table does not tell who voted.
-- This is the table that grows and that every vote waits for: no trigger, no foreign key, no btree beside the key. The
-- block range index costs next to nothing to write, as rows arrive in the order of counted_at.
create table vote_audit (
  law_id     text collate "C" not null,
  voter      uuid not null,
  vote_id    uuid not null,
  choice     text collate "C" not null,
  cast_at    timestamptz not null,
  counted_at timestamptz not null default now(),
  constraint vote_audit_pk primary key (law_id, voter),
  constraint vote_audit_law_id_ck check (char_length(law_id) between 1 and 128),
  constraint vote_audit_choice_ck check (char_length(choice) between 1 and 64)
) with (
  -- By default a table is vacuumed after a fifth of it is new: at a hundred million votes, far too rare and too much.
  autovacuum_vacuum_insert_scale_factor = 0.05,
  autovacuum_analyze_scale_factor = 0.02,
  autovacuum_analyze_threshold = 10000
);

-- What was counted lately: busiest_laws, and ranges of time for charts.
create index vote_audit_counted_at_idx on vote_audit using brin (counted_at)
  with (pages_per_range = 64, autosummarize = on);

grant select, insert on vote_audit to votes_app;

-- duplicate_attempts: votes of voters who had already voted on the law with another vote_id.
-- Invariant: counted_vote_id is the vote_id of the voter's row in vote_audit, and never the vote_id of this row. One
-- row per attempt however often it is redelivered; written once, never changed and never deleted.
-- The key serves both queries that exist: is this vote_id on record, and the attempts on one law.
create table duplicate_attempts (
  law_id          text collate "C" not null,
  voter           uuid not null,
  vote_id         uuid not null,
  choice          text collate "C" not null,
  counted_vote_id uuid not null,
  seen_at         timestamptz not null default now(),
  constraint duplicate_attempts_pk primary key (law_id, voter, vote_id),
  constraint duplicate_attempts_law_id_ck check (char_length(law_id) between 1 and 128),
  constraint duplicate_attempts_choice_ck check (char_length(choice) between 1 and 64),
  constraint duplicate_attempts_counted_vote_id_ck check (counted_vote_id <> vote_id)
);

grant select, insert on duplicate_attempts to votes_app;

-- aggregation_stats: what each process did, minute by minute.
-- Invariant: one row per process and minute, its figures for that minute alone. Only its process writes a row.
-- The figures inform; no outcome of a vote rests on them, and rows may be pruned by the owner.
create table aggregation_stats (
  process      text collate "C" not null,
  minute       timestamptz not null,
  received     bigint not null default 0,
  counted      bigint not null default 0,
  duplicates   bigint not null default 0,
  redelivered  bigint not null default 0,
  rejected     bigint not null default 0,
  batches      bigint not null default 0,
  -- Null where the process flushed nothing in this minute.
  flush_p50_ms double precision,
  flush_p99_ms double precision,
  constraint aggregation_stats_pk primary key (process, minute),
  constraint aggregation_stats_process_ck check (char_length(process) between 1 and 200),
  constraint aggregation_stats_minute_ck check (extract(second from minute at time zone 'UTC') = 0),
  constraint aggregation_stats_figures_ck check (
    least(received, counted, duplicates, redelivered, rejected, batches) >= 0)
) with (fillfactor = 70);

-- The last minutes of all processes.
create index aggregation_stats_minute_idx on aggregation_stats (minute);

grant select, insert, update on aggregation_stats to votes_app;

-- voter_key: which secret made the voter keys of vote_audit.
-- Invariant: at most one row, never changed: with another secret the same person would be another voter. The
-- fingerprint is an HMAC of a fixed text under the secret and does not give the secret away.
create table voter_key (
  only_row    boolean not null default true,
  fingerprint bytea not null,
  created_at  timestamptz not null default now(),
  constraint voter_key_pk primary key (only_row),
  constraint voter_key_only_row_ck check (only_row),
  constraint voter_key_fingerprint_ck check (octet_length(fingerprint) = 32)
);

grant select, insert on voter_key to votes_app;
