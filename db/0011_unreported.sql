-- Votes that are on record and that no Ingest reported: whoever reaches the silos past the Ingests can have votes counted, and
-- such votes look like any others. What Ingests report (aggregation_stats) is compared with the totals by each periodic check.

-- statistics_deleted: what the rows of aggregation_stats had that were deleted for their age.
-- Invariant: one row; only grows, in the transaction that deletes, whichever version of a silo that is.
create table statistics_deleted (
  only_row    boolean not null default true,
  counted     bigint not null default 0,
  redelivered bigint not null default 0,
  constraint statistics_deleted_pk primary key (only_row),
  constraint statistics_deleted_only_row_ck check (only_row)
);

insert into statistics_deleted default values;

-- With its owner's rights: the application may delete rows of statistics, and may not change these sums.
create function keep_deleted_statistics() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  update statistics_deleted d
     set counted = d.counted + gone.counted, redelivered = d.redelivered + gone.redelivered
    from (select coalesce(sum(rows.counted), 0) as counted, coalesce(sum(rows.redelivered), 0) as redelivered
            from deleted_rows rows) as gone
   where gone.counted + gone.redelivered > 0;
  return null;
end $$;

create trigger aggregation_stats_deleted_tg after delete on aggregation_stats
  referencing old table as deleted_rows for each statement execute function keep_deleted_statistics();

-- statistics_accepted: votes without a report that somebody has looked into and explained, such as those of an Ingest that
-- was killed before it wrote its last minute. Written by the owner of the tables, by hand.
create table statistics_accepted (
  accepted_at timestamptz not null default now(),
  votes       bigint not null,
  why         text not null,
  constraint statistics_accepted_votes_ck check (votes > 0),
  constraint statistics_accepted_why_ck check (length(why) between 1 and 1000)
);

-- What was on record before this was watched has lost some of its reports to age already.
insert into statistics_accepted (votes, why)
select votes, 'on record before reports were compared with it'
  from (select (select coalesce(sum(total), 0) from vote_results)
             - (select coalesce(sum(counted + redelivered), 0) from aggregation_stats) as votes) as unexplained
 where votes > 0;

-- statistics_check: what the last check found.
-- Invariant: one row. on_record is the number of votes on record at sampled_at; a later check compares it with the reports,
-- when those of that time have been written. unreported is what it found.
create table statistics_check (
  only_row   boolean not null default true,
  sampled_at timestamptz not null default now(),
  on_record  bigint not null,
  unreported bigint not null default 0,
  constraint statistics_check_pk primary key (only_row),
  constraint statistics_check_only_row_ck check (only_row)
);

insert into statistics_check (on_record) select coalesce(sum(total), 0) from vote_results;

-- As in 0007, with the rows that were deleted, and behind its columns the reports that explain a vote on record without
-- being counted by name: a vote whose first answer was lost is reported as redelivered.
create or replace view statistics_ledger as
select counted, votes_on_record, greatest(counted - votes_on_record, 0) as missing, redelivered, accepted
  from (select (select coalesce(sum(counted), 0) from aggregation_stats)::bigint + d.counted as counted,
               (select coalesce(sum(redelivered), 0) from aggregation_stats)::bigint + d.redelivered as redelivered,
               (select coalesce(sum(votes), 0) from statistics_accepted)::bigint as accepted,
               (select coalesce(sum(total), 0) from vote_results)::bigint as votes_on_record
          from statistics_deleted d) as sums;

grant select on statistics_deleted, statistics_accepted to votes_app;
grant select, update on statistics_check to votes_app;
