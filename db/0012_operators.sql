-- What operators do, and which of their sign-ins have ended.

-- operator_log: what operators did, and who was refused.
-- Invariant: a row is written once. The application may insert and read, and neither change nor delete; it cannot set the
-- time, which is this database's clock. A change of a law and its row are one transaction: neither is there without the other.
-- Bounded by what operators do, and by a limit on the refusals of a minute; the owner deletes what is older than it must be kept.
create table operator_log (
  entry_id bigint generated always as identity,
  at       timestamptz not null default clock_timestamp(),
  who      text collate "C" not null,
  action   text collate "C" not null,
  subject  text collate "C" not null default '',
  outcome  text collate "C" not null,
  address  inet,
  details  jsonb not null default '{}',
  constraint operator_log_pk primary key (entry_id),
  constraint operator_log_who_ck check (char_length(who) between 1 and 200),
  constraint operator_log_action_ck check (char_length(action) between 1 and 64),
  constraint operator_log_subject_ck check (char_length(subject) <= 200),
  constraint operator_log_outcome_ck check (char_length(outcome) between 1 and 64),
  constraint operator_log_details_ck check (octet_length(details::text) <= 8192)
);

-- What happened to one law.
create index operator_log_subject_idx on operator_log (subject, entry_id) where subject <> '';

comment on table operator_log is 'What operators did, and who was refused; written once.';
comment on column operator_log.at is 'When, by the database''s clock.';
comment on column operator_log.who is
  'key:<the first 8 hexadecimal digits of the key''s SHA-256>, token:<the token''s subject>, or anonymous.';
comment on column operator_log.action is 'What was asked for, such as law-close or sign-in.';
comment on column operator_log.subject is 'The law that it was about; empty: none.';
comment on column operator_log.outcome is 'done, refused, begun, failed or suppressed.';
comment on column operator_log.address is 'The address that the request came from.';
comment on column operator_log.details is 'What else there is to know; never a key, and no voter.';

grant select on operator_log to votes_app;
grant insert (who, action, subject, outcome, address, details) on operator_log to votes_app;

-- ended_sign_ins: sign-ins of operators and readers that were ended by signing out, before their time.
-- Invariant: a session is in here from its sign-out until its cookie would have expired. Silos delete what expired a day ago.
create table ended_sign_ins (
  session    uuid not null,
  expires_at timestamptz not null,
  constraint ended_sign_ins_pk primary key (session)
);

comment on table ended_sign_ins is 'Sign-ins that were ended before their cookies expired; silos refuse those cookies.';
comment on column ended_sign_ins.session is 'The sign-in; a random number that is in its cookie alone.';
comment on column ended_sign_ins.expires_at is 'When its cookie expires.';

grant select, insert, delete on ended_sign_ins to votes_app;
