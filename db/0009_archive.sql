-- The audit of a closed law can be put into a file and its rows dropped (Votes.Ops archive): totals stay what they are.

-- law_archives: which laws' votes are in a file, or on their way there.
-- Invariant: the file was complete, and had been read back and compared with the totals, before the row was written. The law
-- is closed for as long as the row is there: its voters are no longer known, and would be counted again.
create table law_archives (
  law_id      text collate "C" not null,
  archived_at timestamptz not null default now(),
  -- As it was called when it was written; without the folder.
  file        text not null,
  sha256      bytea not null,
  votes       bigint not null,
  constraint law_archives_pk primary key (law_id),
  constraint law_archives_sha256_ck check (octet_length(sha256) = 32),
  constraint law_archives_votes_ck check (votes > 0)
);

-- archived_votes: how many votes of a law and choice have been dropped from vote_audit.
-- Invariant: in every snapshot, rows of vote_audit and votes here together are the law's total by choice, because rows go
-- from the one in the transaction that adds them up in the other.
create table archived_votes (
  law_id text collate "C" not null,
  choice text collate "C" not null,
  votes  bigint not null,
  constraint archived_votes_pk primary key (law_id, choice),
  constraint archived_votes_votes_ck check (votes > 0),
  constraint archived_votes_law_fk foreign key (law_id) references law_archives (law_id)
);

create function keep_archived_law_closed() returns trigger language plpgsql as $$
begin
  if (tg_op = 'DELETE' or new.status <> 'closed' or new.law_id <> old.law_id)
     and exists (select from law_archives where law_id = old.law_id) then
    raise exception 'The votes of law % are archived: it stays, and stays closed.', old.law_id
      using errcode = 'object_not_in_prerequisite_state', hint = 'Restore its votes first: Votes.Ops archive restore.';
  end if;
  return case tg_op when 'DELETE' then old else new end;
end $$;

create trigger laws_archived_tg
  before update of law_id, status or delete on laws
  for each row execute function keep_archived_law_closed();

-- vote_ledger: the totals against the votes they stand for, per law and choice: those in vote_audit and those in archives.
-- difference is 0 in every row, always: anything else is a fault. Reads all of vote_audit unless a law_id narrows it.
create or replace view vote_ledger as
select law_id, choice,
       sum(total)::bigint as total,
       sum(audit_rows)::bigint as audit_rows,
       (sum(total) - sum(audit_rows))::bigint as difference
  from (select law_id, choice, total, 0 as audit_rows from vote_results
        union all
        select law_id, choice, 0, count(*) from vote_audit group by law_id, choice
        union all
        select law_id, choice, 0, votes from archived_votes) as entries
 group by law_id, choice;

grant select on law_archives, archived_votes to votes_app;
