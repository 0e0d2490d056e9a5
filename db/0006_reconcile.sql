-- The record of the periodic recount (Silo/Reconcile): any silo may do the next check, and all of them show the last one.

-- reconcile_state: how far the recount is.
-- Invariant: one row. claimed_at only grows, and whoever moves it does the check that is due: one an interval, whichever
-- silos live or die. next_law is where the next slice begins: laws after it, by their bytes; empty: the first.
create table reconcile_state (
  only_row     boolean not null default true,
  claimed_at   timestamptz not null default '-infinity',
  next_law     text collate "C" not null default '',
  -- Null as long as no check has succeeded, or no sweep through all laws has ended.
  checked_at   timestamptz,
  swept_at     timestamptz,
  duration_ms  double precision not null default 0,
  audit_rows   bigint not null default 0,
  constraint reconcile_state_pk primary key (only_row),
  constraint reconcile_state_only_row_ck check (only_row)
);

insert into reconcile_state default values;

grant select, update on reconcile_state to votes_app;

-- reconcile_differences: totals that were not their number of audit rows when they were last recounted.
-- Invariant: written by checks alone. A row goes when a check finds its total right; every check recounts all laws that
-- have a row here, wherever its slice is.
create table reconcile_differences (
  law_id     text collate "C" not null,
  choice     text collate "C" not null,
  total      bigint not null,
  audit_rows bigint not null,
  -- When it was found first.
  found_at   timestamptz not null default now(),
  constraint reconcile_differences_pk primary key (law_id, choice),
  constraint reconcile_differences_differ_ck check (total <> audit_rows)
);

grant select, insert, update, delete on reconcile_differences to votes_app;
