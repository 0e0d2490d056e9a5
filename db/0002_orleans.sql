-- Where the cluster's silos find each other, and the grains' own small states.
--
-- Orleans' AdoNet provider brings no SQL. It reads named queries from a table whose name is fixed (OrleansQuery), binds
-- parameters by name and reads result columns by name; the tables behind the queries are ours. Each query is one
-- statement, so that a conditional write and its condition cannot come apart.

-- orleansquery: the statements that the provider runs.
-- Invariant: complete before the first silo starts (a provider reads it once), and changed by migrations alone.
create table orleansquery (
  querykey  text collate "C" not null,
  querytext text collate "C" not null,
  constraint orleansquery_pk primary key (querykey)
);

-- Silos run what stands here: the application may read it, not write it.
grant select on orleansquery to votes_app;

-- orleans_cluster: one row per cluster.
-- Invariant: version grows by one with each change of the membership, and never otherwise; a silo that changes it on
-- the strength of an older version changes nothing. Heartbeats are not changes.
create table orleans_cluster (
  deployment_id text collate "C" not null,
  version       int not null default 0,
  constraint orleans_cluster_pk primary key (deployment_id)
) with (fillfactor = 50);

-- orleans_silo: one row per silo that is or was a member.
-- Invariant: (address, port, generation) names one run of one silo. status: 1 created, 2 joining, 3 active, 4 shutting
-- down, 5 stopping, 6 dead; a dead silo stays dead.
create table orleans_silo (
  deployment_id text collate "C" not null,
  address       text collate "C" not null,
  port          int not null,
  generation    int not null,
  silo_name     text collate "C" not null,
  host_name     text collate "C" not null,
  status        int not null,
  proxy_port    int not null,
  suspect_times text collate "C",
  start_time    timestamptz not null,
  alive_time    timestamptz not null,
  constraint orleans_silo_pk primary key (deployment_id, address, port, generation),
  constraint orleans_silo_cluster_fk foreign key (deployment_id) references orleans_cluster on delete cascade
) with (fillfactor = 50);

-- orleans_grain_state: the states that grains keep with the AdoNet storage.
-- Invariant: one row per grain and state (the key is what makes two first writers one winner); version grows by one
-- with each write. A cleared state keeps its row and version, and has no payload.
create table orleans_grain_state (
  service_id  text collate "C" not null,
  grain_type  text collate "C" not null,
  n0          bigint not null,
  n1          bigint not null,
  ext         text collate "C" not null,
  payload     bytea,
  version     int not null,
  modified_on timestamptz not null default now(),
  constraint orleans_grain_state_pk primary key (service_id, grain_type, n0, n1, ext)
) with (fillfactor = 70);

grant select, insert, update, delete on orleans_cluster, orleans_silo, orleans_grain_state to votes_app;

insert into orleansquery (querykey, querytext) values
('InsertMembershipVersionKey', $q$
with i as (
  insert into orleans_cluster (deployment_id) values (@DeploymentId) on conflict do nothing returning 1)
select count(*)::int from i
$q$),

('InsertMembershipKey', $q$
with v as (
  update orleans_cluster set version = version + 1
   where deployment_id = @DeploymentId and version = @Version
     and not exists (
       select 1 from orleans_silo
        where deployment_id = @DeploymentId and address = @Address and port = @Port and generation = @Generation)
  returning 1),
i as (
  insert into orleans_silo (
    deployment_id, address, port, generation, silo_name, host_name, status, proxy_port, start_time, alive_time)
  select @DeploymentId, @Address, @Port, @Generation, @SiloName, @HostName, @Status, @ProxyPort, @StartTime,
         @IAmAliveTime
    from v
  returning 1)
select count(*)::int from i
$q$),

('UpdateMembershipKey', $q$
with v as (
  update orleans_cluster set version = version + 1
   where deployment_id = @DeploymentId and version = @Version
     and exists (
       select 1 from orleans_silo
        where deployment_id = @DeploymentId and address = @Address and port = @Port and generation = @Generation)
  returning 1),
u as (
  update orleans_silo set status = @Status, suspect_times = @SuspectTimes, alive_time = @IAmAliveTime
    from v
   where deployment_id = @DeploymentId and address = @Address and port = @Port and generation = @Generation
  returning 1)
select count(*)::int from u
$q$),

('UpdateIAmAlivetimeKey', $q$
update orleans_silo set alive_time = @IAmAliveTime
 where deployment_id = @DeploymentId and address = @Address and port = @Port and generation = @Generation
$q$),

-- Both reads give a row as long as the cluster has one, silos or none: the provider takes the version from it.
('MembershipReadRowKey', $q$
select s.address as Address, s.port as Port, s.generation as Generation, s.silo_name as SiloName,
       s.host_name as HostName, s.status as Status, s.proxy_port as ProxyPort, s.suspect_times as SuspectTimes,
       s.start_time as StartTime, s.alive_time as IAmAliveTime, c.version as Version
  from orleans_cluster c
  left join orleans_silo s
    on s.deployment_id = c.deployment_id and s.address = @Address and s.port = @Port and s.generation = @Generation
 where c.deployment_id = @DeploymentId
$q$),

('MembershipReadAllKey', $q$
select s.address as Address, s.port as Port, s.generation as Generation, s.silo_name as SiloName,
       s.host_name as HostName, s.status as Status, s.proxy_port as ProxyPort, s.suspect_times as SuspectTimes,
       s.start_time as StartTime, s.alive_time as IAmAliveTime, c.version as Version
  from orleans_cluster c
  left join orleans_silo s on s.deployment_id = c.deployment_id
 where c.deployment_id = @DeploymentId
$q$),

('DeleteMembershipTableEntriesKey', $q$
delete from orleans_cluster where deployment_id = @DeploymentId
$q$),

('GatewaysQueryKey', $q$
select address as Address, proxy_port as ProxyPort, generation as Generation
  from orleans_silo
 where deployment_id = @DeploymentId and status = @Status and proxy_port > 0
$q$),

-- Both clean-ups take dead silos only (6): a slow joining one looks just as silent.
('CleanupDefunctSiloEntriesKey', $q$
delete from orleans_silo
 where deployment_id = @DeploymentId and status = 6 and alive_time < @IAmAliveTime and start_time < @IAmAliveTime
   and coalesce(suspect_times, '') = ''
$q$),

('CleanupDefunctSiloEntryKey', $q$
delete from orleans_silo
 where deployment_id = @DeploymentId and address = @Address and port = @Port and generation = @Generation
   and status = 6 and alive_time = @IAmAliveTime and start_time = @StartTime
   and coalesce(suspect_times, '') = coalesce(@SuspectTimes, '')
$q$),

('ReadFromStorageKey', $q$
select payload as PayloadBinary, version as Version
  from orleans_grain_state
 where service_id = @ServiceId and grain_type = @GrainTypeString and n0 = @GrainIdN0 and n1 = @GrainIdN1
   and ext = coalesce(@GrainIdExtensionString, '')
$q$),

-- Gives back the version that it was called with where it wrote nothing: the provider takes that for a conflict.
('WriteToStorageKey', $q$
with i as (
  insert into orleans_grain_state (service_id, grain_type, n0, n1, ext, payload, version)
  select @ServiceId, @GrainTypeString, @GrainIdN0, @GrainIdN1, coalesce(@GrainIdExtensionString, ''), @PayloadBinary, 1
   where @GrainStateVersion is null
  on conflict do nothing
  returning version),
u as (
  update orleans_grain_state set payload = @PayloadBinary, version = version + 1, modified_on = now()
   where service_id = @ServiceId and grain_type = @GrainTypeString and n0 = @GrainIdN0 and n1 = @GrainIdN1
     and ext = coalesce(@GrainIdExtensionString, '') and version = @GrainStateVersion
  returning version)
select coalesce((select version from i), (select version from u), @GrainStateVersion) as NewGrainStateVersion
$q$),

('ClearStorageKey', $q$
update orleans_grain_state set payload = null, version = version + 1, modified_on = now()
 where service_id = @ServiceId and grain_type = @GrainTypeString and n0 = @GrainIdN0 and n1 = @GrainIdN1
   and ext = coalesce(@GrainIdExtensionString, '') and version = @GrainStateVersion
returning version as NewGrainStateVersion
$q$),

('DeleteStorageKey', $q$
delete from orleans_grain_state
 where service_id = @ServiceId and grain_type = @GrainTypeString and n0 = @GrainIdN0 and n1 = @GrainIdN1
   and ext = coalesce(@GrainIdExtensionString, '') and version = @GrainStateVersion
returning version + 1 as NewGrainStateVersion
$q$);
