-- aggregation_stats is filled: how the figures of processes become the cluster's, and what they say about the votes.
-- Each column is one kind of process's to fill, so that a sum over rows counts nothing twice: an Ingest (process
-- 'ingest/...') tells the messages it took and what became of them, a silo ('silo/...') its flushes.

comment on column aggregation_stats.process is
  'Kind/machine/process id/start: ingest/... or silo/...; one that is started again has another name.';
comment on column aggregation_stats.received is 'Ingest: messages taken from the queue.';
comment on column aggregation_stats.counted is 'Ingest: votes that it was told are counted; they were durable by then.';
comment on column aggregation_stats.duplicates is 'Ingest: votes of voters who had voted on the law.';
comment on column aggregation_stats.redelivered is 'Ingest: votes that were on record already.';
comment on column aggregation_stats.rejected is 'Ingest: messages that the dead-letter queue has.';
comment on column aggregation_stats.batches is 'Silo: transactions that wrote votes.';

-- Silos delete rows that are older than Statistics:KeepFor.
grant delete on aggregation_stats to votes_app;

-- cluster_minutes: the cluster minute by minute. Minutes are those of the processes' own clocks.
create view cluster_minutes as
select minute,
       count(*) filter (where process like 'ingest/%') as ingests,
       count(*) filter (where process like 'silo/%') as silos,
       sum(received)::bigint as received,
       sum(counted)::bigint as counted,
       sum(duplicates)::bigint as duplicates,
       sum(redelivered)::bigint as redelivered,
       sum(rejected)::bigint as rejected,
       sum(batches)::bigint as batches,
       max(flush_p99_ms) as worst_flush_p99_ms
  from aggregation_stats
 group by minute;

-- process_ledger: what each process took and what became of it. unsettled is what an Ingest holds, or left to the broker
-- when it ended or lost its connection: those messages were received again, by it or by another. Never less than 0.
create view process_ledger as
select process, min(minute) as first_minute, max(minute) as last_minute,
       sum(received)::bigint as received,
       sum(counted + duplicates + redelivered + rejected)::bigint as settled,
       sum(received - counted - duplicates - redelivered - rejected)::bigint as unsettled
  from aggregation_stats
 group by process;

-- statistics_ledger: one row. counted can be less than the votes on record, and is never more: a minute is written after
-- its votes are durable. missing is what was told to be counted and is not on record: 0, always. votes_on_record is the
-- sum of the totals, which archiving the audit of a closed law does not touch.
create view statistics_ledger as
select counted, votes_on_record, greatest(counted - votes_on_record, 0) as missing
  from (select (select coalesce(sum(counted), 0)::bigint from aggregation_stats) as counted,
               (select coalesce(sum(total), 0)::bigint from vote_results) as votes_on_record) as sums;

grant select on cluster_minutes, process_ledger, statistics_ledger to votes_app;
