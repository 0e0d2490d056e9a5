-- For those who read with SQL (docs/SCHEMA.md): charts by choice, and a comment on every table, column and view.

create view choices_by_minute as
select law_id, minute, choice, votes,
       sum(votes) over (partition by law_id, choice order by minute)::bigint as votes_so_far
  from vote_minutes;

create view choices_by_hour as
select law_id, hour, choice, votes,
       sum(votes) over (partition by law_id, choice order by hour)::bigint as votes_so_far
  from (select law_id, date_trunc('hour', minute, 'UTC') as hour, choice, sum(votes)::bigint as votes
          from vote_minutes
         group by 1, 2, 3) as hours;

-- Shares that were rounded one by one added up to 1.000002. Rounded as sums from the first choice on, their differences
-- add up to 1, and each is within a millionth of what it is.
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
       round(sum(t.total) over so_far / nullif(sum(t.total) over law, 0), 6)
         - round((sum(t.total) over so_far - t.total) / nullif(sum(t.total) over law, 0), 6) as share,
       t.version, t.updated_at
  from tallies t
  left join laws l using (law_id)
window law as (partition by t.law_id),
       so_far as (partition by t.law_id order by t.place nulls last, t.choice)
 order by t.law_id, t.place nulls last, t.choice;

grant select on choices_by_minute, choices_by_hour to votes_app;

do $$ begin
  if exists (select from pg_roles where rolname = 'votes_reader') then
    grant select on choices_by_minute, choices_by_hour to votes_reader;
  end if;
end $$;

comment on view choices_by_minute is
  'Votes of each law by minute and choice, without a look at the audit; minutes without a vote have no row. The last minute is missing until a silo has summed it up (minutes_range).';
comment on column choices_by_minute.law_id is 'The law.';
comment on column choices_by_minute.minute is 'The minute''s start.';
comment on column choices_by_minute.choice is 'What was voted.';
comment on column choices_by_minute.votes is 'Votes counted in that minute.';
comment on column choices_by_minute.votes_so_far is 'Votes of the choice up to the end of that minute, since minutes_range.since.';
comment on view choices_by_hour is 'The same by hour: of the hour that goes on, the minutes that are summed up.';
comment on column choices_by_hour.law_id is 'The law.';
comment on column choices_by_hour.hour is 'The hour''s start.';
comment on column choices_by_hour.choice is 'What was voted.';
comment on column choices_by_hour.votes is 'Votes counted in that hour.';
comment on column choices_by_hour.votes_so_far is 'Votes of the choice up to the end of that hour, since minutes_range.since.';

comment on table laws is 'The laws that can be voted on; one row a law, made by an operator or by its first vote.';
comment on column laws.law_id is 'The law''s id, as votes carry it: 1 to 128 characters, compared byte by byte.';
comment on column laws.title is 'For people; empty where nobody gave one.';
comment on column laws.choices is 'What can be voted; null: yes, no, abstain.';
comment on column laws.opens_at is 'Votes cast before are rejected; null: no begin.';
comment on column laws.closes_at is 'Votes cast from then on are rejected; null: no end.';
comment on column laws.created_at is 'When the law was registered.';
comment on column laws.updated_at is 'When the row was changed last.';

comment on table vote_results is
  'The total of each law and choice that has had a vote. At every moment it is the number of its rows in vote_audit, and of its archived votes.';
comment on column vote_results.law_id is 'The law.';
comment on column vote_results.choice is 'What was voted.';
comment on column vote_results.total is 'Votes counted.';
comment on column vote_results.version is 'Grows with each change of the total.';
comment on column vote_results.updated_at is 'When the total moved last.';

comment on table vote_audit is
  'Every counted vote: one row a law and voter, for ever, or until the closed law is archived. Only readers who may see single votes are granted it.';
comment on column vote_audit.law_id is 'The law.';
comment on column vote_audit.voter is 'A keyed hash of the voter''s id: the same person is the same value in all laws.';
comment on column vote_audit.vote_id is 'The vote''s own id, as it was published.';
comment on column vote_audit.choice is 'What was voted.';
comment on column vote_audit.cast_at is 'When it was cast, as the publisher says; where it does not say, when it was received.';
comment on column vote_audit.counted_at is 'The start of the transaction that counted it, by the database''s clock.';

comment on table duplicate_attempts is
  'Votes of voters who had voted on the law already with another vote; not counted. One row a law, voter and vote.';
comment on column duplicate_attempts.law_id is 'The law.';
comment on column duplicate_attempts.voter is 'The keyed hash of the voter''s id.';
comment on column duplicate_attempts.vote_id is 'The vote that was not counted.';
comment on column duplicate_attempts.choice is 'What it said.';
comment on column duplicate_attempts.counted_vote_id is 'The voter''s vote that counts.';
comment on column duplicate_attempts.seen_at is 'When it came first.';

comment on table aggregation_stats is
  'What each process did in each minute; rows older than Statistics:KeepFor are deleted. Outcomes are the Ingests'', flushes the silos''.';
comment on column aggregation_stats.minute is 'The minute''s start, by the database''s clock.';
comment on column aggregation_stats.flush_p50_ms is 'Silo: the median of its flushes'' times in milliseconds; null: there was none.';
comment on column aggregation_stats.flush_p99_ms is 'Silo: their 99th percentile in milliseconds; null: there was none.';

comment on table voter_key is 'The fingerprint of the key that voter ids are hashed with: one row, written by the first Ingest, for ever.';
comment on column voter_key.only_row is 'Always true: there is one row.';
comment on column voter_key.fingerprint is 'SHA-256 over the key; the key itself is nowhere in the database.';
comment on column voter_key.created_at is 'When the first Ingest wrote it.';

comment on table orleansquery is 'The statements that Orleans'' AdoNet provider runs, by name; each process reads them at its start.';
comment on column orleansquery.querykey is 'The name that the provider knows.';
comment on column orleansquery.querytext is 'The statement, with the provider''s parameters.';
comment on table orleans_cluster is 'One row a cluster: the version of its membership, which grows with each change.';
comment on column orleans_cluster.deployment_id is 'Cluster:ClusterId.';
comment on column orleans_cluster.version is 'The membership''s version.';
comment on table orleans_silo is 'The membership: a row for each start of a silo. Dead rows are deleted after a day.';
comment on column orleans_silo.deployment_id is 'Cluster:ClusterId.';
comment on column orleans_silo.address is 'The silo''s address.';
comment on column orleans_silo.port is 'Its port for other silos.';
comment on column orleans_silo.generation is 'Tells this start from others at the same address: later ones have a higher number.';
comment on column orleans_silo.silo_name is 'Cluster:Name, or one that was made up.';
comment on column orleans_silo.host_name is 'The machine''s name.';
comment on column orleans_silo.status is '1 created, 2 joining, 3 active, 4 shutting down, 5 stopping, 6 dead.';
comment on column orleans_silo.proxy_port is 'Its gateway''s port for Ingests.';
comment on column orleans_silo.suspect_times is 'Which silos suspect it, and since when.';
comment on column orleans_silo.start_time is 'When it joined, by the database''s clock.';
comment on column orleans_silo.alive_time is 'When it last wrote that it lives, by the database''s clock.';
comment on table orleans_grain_state is 'States that grains keep: the leaderboard''s alone. A law''s totals are in vote_results.';
comment on column orleans_grain_state.service_id is 'Cluster:ServiceId.';
comment on column orleans_grain_state.grain_type is 'The kind of grain.';
comment on column orleans_grain_state.n0 is 'First half of the grain''s number.';
comment on column orleans_grain_state.n1 is 'Second half of the grain''s number.';
comment on column orleans_grain_state.ext is 'The grain''s name.';
comment on column orleans_grain_state.payload is 'The state, as JSON; null: cleared.';
comment on column orleans_grain_state.version is 'Grows with each write.';
comment on column orleans_grain_state.modified_on is 'When it was written last.';

comment on table reconcile_state is 'How far the silos'' periodic recount of totals is: one row.';
comment on column reconcile_state.only_row is 'Always true: there is one row.';
comment on column reconcile_state.claimed_at is 'When a silo last began a check.';
comment on column reconcile_state.next_law is 'The law behind which the next check goes on; empty: at the begin.';
comment on column reconcile_state.checked_at is 'When a check last succeeded.';
comment on column reconcile_state.swept_at is 'When all laws had been looked at once more.';
comment on column reconcile_state.duration_ms is 'How long the last check took, in milliseconds.';
comment on column reconcile_state.audit_rows is 'Audit rows that the last check looked at.';
comment on table reconcile_differences is 'Totals that were not the number of their votes when the recount last looked; empty where all is well.';
comment on column reconcile_differences.law_id is 'The law.';
comment on column reconcile_differences.choice is 'What was voted.';
comment on column reconcile_differences.total is 'The total that was found.';
comment on column reconcile_differences.audit_rows is 'The votes on record that were found.';
comment on column reconcile_differences.found_at is 'When it was found first.';

comment on table vote_minutes is 'Counted votes by law, minute and choice, summed up from the audit when the minute is over; minutes without a vote have no row.';
comment on column vote_minutes.law_id is 'The law.';
comment on column vote_minutes.minute is 'The minute''s start.';
comment on column vote_minutes.choice is 'What was voted.';
comment on column vote_minutes.votes is 'Votes counted in that minute.';
comment on table minutes_range is 'The minutes that are summed up: one row.';
comment on column minutes_range.only_row is 'Always true: there is one row.';
comment on column minutes_range.since is 'The first minute.';
comment on column minutes_range.until is 'The first minute that is not summed up yet.';

comment on table law_archives is 'Closed laws whose votes are in a file and no longer in vote_audit.';
comment on column law_archives.law_id is 'The law.';
comment on column law_archives.archived_at is 'When.';
comment on column law_archives.file is 'The file''s name.';
comment on column law_archives.sha256 is 'Its SHA-256.';
comment on column law_archives.votes is 'How many votes are in it.';
comment on table archived_votes is 'How many votes of a law and choice are in its archive.';
comment on column archived_votes.law_id is 'The law.';
comment on column archived_votes.choice is 'What was voted.';
comment on column archived_votes.votes is 'How many.';

comment on view law_totals is 'Every law''s choices with their totals, those without a vote included. Shares of a law add up to 1.';
comment on column law_totals.law_id is 'The law.';
comment on column law_totals.title is 'For people.';
comment on column law_totals.status is 'As in laws.';
comment on column law_totals.choice is 'A choice of the law, or one that has votes.';
comment on column law_totals.place is 'The choice''s place in the law''s list; null: it is no longer there.';
comment on column law_totals.total is 'Votes counted.';
comment on column law_totals.law_total is 'Votes of the law.';
comment on column law_totals.share is 'The choice''s part of them, 0 to 1, six decimals; null: the law has no vote.';
comment on column law_totals.version is 'Of the total; null: no vote yet.';
comment on column law_totals.updated_at is 'When the total moved last; null: never.';

comment on view turnout_by_minute is 'Votes of each law by minute, counted from the audit: slow on large laws, and without archived ones. choices_by_minute is faster.';
comment on column turnout_by_minute.law_id is 'The law.';
comment on column turnout_by_minute.minute is 'The minute''s start.';
comment on column turnout_by_minute.votes is 'Votes counted in that minute.';
comment on column turnout_by_minute.votes_so_far is 'Votes of the law up to the end of that minute.';
comment on view turnout_by_hour is 'The same by hour.';
comment on column turnout_by_hour.law_id is 'The law.';
comment on column turnout_by_hour.hour is 'The hour''s start.';
comment on column turnout_by_hour.votes is 'Votes counted in that hour.';
comment on column turnout_by_hour.votes_so_far is 'Votes of the law up to the end of that hour.';
comment on view busiest_laws is 'The laws that had votes within the last hour, busiest first.';
comment on column busiest_laws.law_id is 'The law.';
comment on column busiest_laws.title is 'For people.';
comment on column busiest_laws.status is 'As in laws.';
comment on column busiest_laws.votes_last_minute is 'Votes counted within the last 60 seconds.';
comment on column busiest_laws.votes_last_hour is 'Votes counted within the last hour.';
comment on column busiest_laws.law_total is 'All votes of the law.';
comment on view vote_ledger is 'Totals beside the votes on record, by law and choice: difference is 0 in every row at every moment.';
comment on column vote_ledger.law_id is 'The law.';
comment on column vote_ledger.choice is 'What was voted.';
comment on column vote_ledger.total is 'The total.';
comment on column vote_ledger.audit_rows is 'Its votes in the audit and in archives.';
comment on column vote_ledger.difference is 'Total less votes on record: 0.';
comment on view law_ledger is 'The same by law.';
comment on column law_ledger.law_id is 'The law.';
comment on column law_ledger.total is 'The sum of its totals.';
comment on column law_ledger.audit_rows is 'Its votes in the audit and in archives.';
comment on column law_ledger.difference is 'Totals less votes on record: 0.';
comment on column law_ledger.wrong_choices is 'How many of its choices differ: 0.';
comment on view cluster_minutes is 'aggregation_stats, summed over all processes by minute.';
comment on column cluster_minutes.minute is 'The minute''s start.';
comment on column cluster_minutes.ingests is 'Ingests that wrote a row.';
comment on column cluster_minutes.silos is 'Silos that wrote a row.';
comment on column cluster_minutes.received is 'Messages taken from the queue.';
comment on column cluster_minutes.counted is 'Votes counted.';
comment on column cluster_minutes.duplicates is 'Votes of voters who had voted on the law.';
comment on column cluster_minutes.redelivered is 'Votes that were on record already.';
comment on column cluster_minutes.rejected is 'Messages that went to the dead-letter queue.';
comment on column cluster_minutes.batches is 'Transactions that wrote votes.';
comment on column cluster_minutes.worst_flush_p99_ms is 'The worst silo''s 99th percentile of flushes, in milliseconds.';
comment on view process_ledger is 'What each process received and settled: those that still run have votes in hand.';
comment on column process_ledger.process is 'The process.';
comment on column process_ledger.first_minute is 'Its first minute.';
comment on column process_ledger.last_minute is 'Its last minute.';
comment on column process_ledger.received is 'Messages taken.';
comment on column process_ledger.settled is 'Messages with an outcome.';
comment on column process_ledger.unsettled is 'The rest: in hand, or delivered again to another process.';
comment on view statistics_ledger is 'Votes that Ingests say were counted, beside those on record: missing is 0 at every moment.';
comment on column statistics_ledger.counted is 'Votes counted, by the Ingests'' statistics.';
comment on column statistics_ledger.votes_on_record is 'The sum of all totals.';
comment on column statistics_ledger.missing is 'By how much the first is more: 0.';

comment on column statistics_ledger.redelivered is 'Votes that Ingests say were on record already.';
comment on column statistics_ledger.accepted is 'Votes on record that no Ingest reported and that an operator accepted.';
comment on table statistics_deleted is 'What the deleted rows of aggregation_stats said, summed: one row.';
comment on column statistics_deleted.only_row is 'Always true: there is one row.';
comment on column statistics_deleted.counted is 'Votes counted, by rows that are deleted.';
comment on column statistics_deleted.redelivered is 'Votes redelivered, by rows that are deleted.';
comment on table statistics_accepted is 'Votes on record that no Ingest reported and that an operator looked into and accepted.';
comment on column statistics_accepted.accepted_at is 'When.';
comment on column statistics_accepted.votes is 'How many.';
comment on column statistics_accepted.why is 'Why they are right.';
comment on table statistics_check is 'The last comparison of votes on record with those that Ingests reported: one row.';
comment on column statistics_check.only_row is 'Always true: there is one row.';
comment on column statistics_check.sampled_at is 'When the votes on record were read.';
comment on column statistics_check.on_record is 'Votes on record then.';
comment on column statistics_check.unreported is 'Votes that no Ingest had reported by the next look.';

comment on column operator_log.entry_id is 'Grows with each entry.';
comment on function change_law_status() is 'Makes a change of a law''s status wait for the transactions that count votes on it.';
comment on function set_changed_xid() is 'Writes down the transaction that changed a law.';
comment on function keep_law_closed() is 'Refuses to open a closed law for every role but the owner and superusers.';
comment on function note_closing() is 'Writes down when a law began to close and when it was closed.';
comment on function delete_law(text) is 'Deletes a law that has no votes.';
comment on function forget_deleted_law(text) is 'Makes room for a new law of the id of one that was deleted.';
comment on column late_votes.law_id is 'The law.';
comment on column late_votes.voter is 'The keyed hash of the voter''s id.';
comment on column late_votes.vote_id is 'The vote that came after the closing.';
comment on column late_votes.seen_at is 'When it came first.';
comment on column late_totals.law_id is 'The law.';
comment on column late_totals.votes is 'How many of its votes are in late_votes.';
comment on column discarded_dead_letters.entry_id is 'Grows with each entry.';
comment on column discarded_dead_letters.at is 'When.';
comment on column discarded_dead_letters.operation is 'The same in all entries of one discarding.';
comment on column discarded_dead_letters.discarded_by is 'Who discarded them.';
comment on column discarded_dead_letters.why is 'Why, in that person''s words.';
comment on column discarded_dead_letters.reason is 'Why the messages had been rejected.';
comment on column discarded_dead_letters.law_id is 'Their law; null: none could be read.';
comment on column discarded_dead_letters.letters is 'How many.';
comment on column discarded_dead_letters.digest is 'The sum of the letters'' SHA-256, modulo 2 to the 256th.';
comment on column discarded_by_law.law_id is 'The law; null: none could be read.';
comment on column discarded_by_law.reason is 'Why the messages had been rejected.';
comment on column discarded_by_law.letters is 'How many.';
comment on column discarded_by_law.since is 'The first discarding.';
comment on column discarded_by_law.until is 'The last discarding.';
comment on function keep_deleted_statistics() is 'Adds what deleted rows of aggregation_stats said to statistics_deleted.';
comment on function set_updated_at() is 'Sets updated_at of a row that is changed.';
comment on function keep_archived_law_closed() is 'Refuses to open, rename or delete a law whose votes are archived.';
comment on column schema_journal.script is 'The script''s file name.';
comment on column schema_journal.checksum is 'SHA-256 of its text.';
comment on column schema_journal.applied_at is 'When it was applied.';
