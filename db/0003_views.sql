-- Views for analysts. They read the tables as they are: nothing is kept beside the truth, so nothing can drift from it.

-- law_totals: a row per law and choice: those that the law names, in its order, then others that hold votes.
-- share is null as long as the law has no votes. total and law_total come from one snapshot and add up.
create view law_totals as
with tallies as (
  select law_id, choice, min(place) as place, sum(total)::bigint as total, max(version) as version,
         max(updated_at) as updated_at
    -- Stacked and grouped, not joined: a condition on law_id reaches both tables' keys.
    from (select l.law_id, c.choice, c.place, 0 as total, null::bigint as version, null::timestamptz as updated_at
            from laws l
           cross join lateral unnest(coalesce(l.choices, array['yes', 'no', 'abstain']))
                 with ordinality as c(choice, place)
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

-- turnout_by_minute, turnout_by_hour: votes per law as they were counted, and how many there were by then.
-- Minutes and hours in which nothing was counted have no row.
create view turnout_by_minute as
select law_id, minute, votes, sum(votes) over (partition by law_id order by minute)::bigint as votes_so_far
  from (select law_id, date_trunc('minute', counted_at, 'UTC') as minute, count(*) as votes
          from vote_audit
         group by 1, 2) as m;

create view turnout_by_hour as
select law_id, hour, votes, sum(votes) over (partition by law_id order by hour)::bigint as votes_so_far
  from (select law_id, date_trunc('hour', counted_at, 'UTC') as hour, count(*) as votes
          from vote_audit
         group by 1, 2) as h;

-- busiest_laws: the laws with votes in the last hour, busiest first. Reads that hour of vote_audit, not all of it.
create view busiest_laws as
select recent.law_id, l.title, l.status, recent.votes_last_minute, recent.votes_last_hour,
       (select coalesce(sum(r.total), 0)::bigint from vote_results r where r.law_id = recent.law_id) as law_total
  from (select law_id,
               count(*) filter (where counted_at >= now() - interval '1 minute') as votes_last_minute,
               count(*) as votes_last_hour
          from vote_audit
         where counted_at >= now() - interval '1 hour'
         group by law_id) as recent
  left join laws l using (law_id)
 order by recent.votes_last_hour desc, recent.law_id;

-- vote_ledger: the totals against the votes they stand for, per law and choice. difference is 0 in every row, always:
-- anything else is a fault. Reads all of vote_audit unless a law_id narrows it.
create view vote_ledger as
select law_id, choice,
       sum(total)::bigint as total,
       sum(audit_rows)::bigint as audit_rows,
       (sum(total) - sum(audit_rows))::bigint as difference
  from (select law_id, choice, total, 0 as audit_rows from vote_results
        union all
        select law_id, choice, 0, count(*) from vote_audit group by law_id, choice) as entries
 group by law_id, choice;

-- law_ledger: the same, law by law. wrong_choices counts the choices that differ, so that a vote booked under the wrong
-- choice shows although the law's sum is right.
create view law_ledger as
select law_id,
       sum(total)::bigint as total,
       sum(audit_rows)::bigint as audit_rows,
       sum(difference)::bigint as difference,
       count(*) filter (where difference <> 0) as wrong_choices
  from vote_ledger
 group by law_id;

grant select on law_totals, turnout_by_minute, turnout_by_hour, busiest_laws, vote_ledger, law_ledger to votes_app;
