-- The database's clock writes the times of the membership. Silos used to write their own: a silo whose clock was an hour
-- fast, and that died last, kept every other from joining for an hour.
--
-- Orleans still sends its times as parameters; @StartTime and @IAmAliveTime of these queries are ignored. Silos read the
-- queries once, at start, so that those of an earlier version go on with the old ones until they are replaced.

update orleansquery set querytext = $q$
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
  select @DeploymentId, @Address, @Port, @Generation, @SiloName, @HostName, @Status, @ProxyPort, now(), now()
    from v
  returning 1)
select count(*)::int from i
$q$ where querykey = 'InsertMembershipKey';

-- A silo's own steps show that it lives. What others write of it (a suspicion leaves its status, its death is status 6)
-- does not, and leaves the time alone.
update orleansquery set querytext = $q$
with v as (
  update orleans_cluster set version = version + 1
   where deployment_id = @DeploymentId and version = @Version
     and exists (
       select 1 from orleans_silo
        where deployment_id = @DeploymentId and address = @Address and port = @Port and generation = @Generation)
  returning 1),
u as (
  update orleans_silo
     set status = @Status, suspect_times = @SuspectTimes,
         alive_time = case when status = @Status or @Status = 6 then alive_time else now() end
    from v
   where deployment_id = @DeploymentId and address = @Address and port = @Port and generation = @Generation
  returning 1)
select count(*)::int from u
$q$ where querykey = 'UpdateMembershipKey';

update orleansquery set querytext = $q$
update orleans_silo set alive_time = now()
 where deployment_id = @DeploymentId and address = @Address and port = @Port and generation = @Generation
$q$ where querykey = 'UpdateIAmAlivetimeKey';

-- Rows from a clock that was fast.
update orleans_silo set alive_time = least(alive_time, now()), start_time = least(start_time, now())
 where alive_time > now() or start_time > now();
