-- discarded_dead_letters: dead letters that were taken out of their queue for good, in numbers.
-- Invariant: a row is written before its letters go, and never changed or deleted: of every letter that an operator discarded,
-- reason and law stay on record. A tool that dies between the two leaves letters that are on record, and counts them once more
-- when they are discarded at last. One operation writes a row for each reason and law of up to a hundred letters.
create table discarded_dead_letters (
  entry_id     bigint generated always as identity,
  at           timestamptz not null default clock_timestamp(),
  operation    uuid not null,
  discarded_by text collate "C" not null,
  why          text not null,
  reason       text collate "C" not null,
  -- Null where no law can be read in the message, or one that can be none.
  law_id       text collate "C",
  letters      bigint not null,
  -- The sum, modulo 2 to the 256th, of SHA-256 of each letter (reason, NUL, field, NUL, body): sums of rows add up, so an
  -- export can be shown to hold what was discarded.
  digest       bytea not null,
  constraint discarded_dead_letters_pk primary key (entry_id),
  constraint discarded_dead_letters_discarded_by_ck check (char_length(discarded_by) between 1 and 500),
  constraint discarded_dead_letters_why_ck check (char_length(why) between 1 and 500),
  constraint discarded_dead_letters_reason_ck check (char_length(reason) between 1 and 64),
  constraint discarded_dead_letters_law_id_ck check (char_length(law_id) between 1 and 128),
  constraint discarded_dead_letters_letters_ck check (letters > 0),
  constraint discarded_dead_letters_digest_ck check (octet_length(digest) = 32)
);

comment on table discarded_dead_letters is
  'Dead letters that operators discarded: who, why, and how many by reason and law. Written before they go, never changed.';

-- How many votes on a law were rejected and will not come back.
create view discarded_by_law as
  select law_id, reason, sum(letters)::bigint as letters, min(at) as since, max(at) as until
    from discarded_dead_letters
   group by law_id, reason;

comment on view discarded_by_law is 'Discarded dead letters by law and reason; law_id is null where none could be read.';

grant select on discarded_dead_letters, discarded_by_law to votes_app;
grant insert (operation, discarded_by, why, reason, law_id, letters, digest) on discarded_dead_letters to votes_app;
