#!/bin/bash
# Breaks a cluster until every alert of prometheus/alerts.yml fires, and mends it until each is resolved: real faults,
# on a local cluster of its own under votes, seen by a real Prometheus. Says for each alert how long both took; ends with
# status 0 where all fired and all were resolved. The cluster is in .local/alert-drill.
#
# The rules are prometheus/'s own, but for time: with PACE=5, "for" and the windows of queries are a fifth as long, and
# Prometheus scrapes each second. Thresholds are as they are. PACE=1 takes the rules' own times. FAULTS=silo,disk makes some
# faults alone.
set -euo pipefail
cd "$(dirname "$0")/.."
exec </dev/null

folder=$PWD/.local/alert-drill
pace=${PACE:-5}
limit=$((1800 / pace + 180))
# shellcheck source=scripts/dashboards/functions.sh
. scripts/dashboards/functions.sh

# No function: what is started in the background must be the program itself, or only a shell would be killed.
load=(dotnet LoadTest/bin/Release/net10.0/Votes.LoadTest.dll publish)
pid_of() { grep -o '"Pid": *[0-9]*' "$folder/run/$1.process" | tr -dc 0-9; }
kill_and_wait() {
    local signal=$1 name pid
    shift
    for name in "$@"; do
        pid=$(pid_of "$name")
        kill "-$signal" "$pid"
        while kill -0 "$pid" 2>/dev/null; do sleep 0.2; done
    done
}
all_up() { cluster up --silos 2 --ingests 2 >>"$folder/up.log" 2>&1 || { cat "$folder/up.log"; exit 1; }; }

# The faults, and what ends each.
break_total() {
    as_superuser -d votes -c "update vote_results set total = total + 1 where (law_id, choice) =
        (select law_id, choice from vote_results order by total desc limit 1)"
}
mend_total() { dotnet Ops/bin/Release/net10.0/Votes.Ops.dll reconcile --repair >"$folder/repair.log" 2>&1 || true; }

# As if counted past the Ingests: votes that no report explains. The check wants a sample that is three minutes old.
break_reports() {
    as_superuser -d votes -c "update aggregation_stats set counted = 0 where process like 'ingest/%'"
}
mend_reports() {
    as_superuser -d votes -c "insert into statistics_accepted (votes, why)
        select votes_on_record, 'drill' from statistics_ledger"
}

# Totals and audit stay right: what silos hold in memory is newer than what is on record.
break_versions() {
    as_superuser -d votes -c "update vote_results set version = 1 where law_id =
        (select law_id from vote_results group by law_id order by sum(version) desc limit 1)"
}
mend_versions() { :; }

break_publisher() {
    "${load[@]}" --votes 1000000 --rate 60 --malformed 0.4 --ledger "$folder/poison.json" >"$folder/poison.log" 2>&1 &
    poison=$!
    processes+=("$poison")
}
mend_publisher() { kill "$poison"; }

# The limit holds for channels opened after it; poison longer than it waits in the queue by then.
break_dead_letters() {
    kill_and_wait TERM ingest-1 ingest-2
    "${load[@]}" --votes 3000 --malformed 0.2 --ledger "$folder/long.json" >"$folder/long.log" 2>&1
    rabbitmq rabbitmqctl -q eval 'application:set_env(rabbit, max_message_size, 10000).' >/dev/null
    all_up
}
mend_dead_letters() {
    rabbitmq rabbitmqctl -q eval 'application:set_env(rabbit, max_message_size, 134217728).' >/dev/null
}

# Votes that cannot become durable come again with each connection that is lost.
break_redelivery() {
    local time
    as_superuser -d votes -c "begin; lock table vote_audit in exclusive mode; select pg_sleep(60); commit" >/dev/null &
    locked=$!
    for time in 1 2 3 4 5 6 7 8 9 10 11 12; do
        sleep 3
        rabbitmq rabbitmqctl -q close_all_connections --global "alert drill, $time" >/dev/null
    done
}
# A new process has seen none of it.
mend_redelivery() {
    wait "$locked" || true
    kill_and_wait TERM ingest-1 ingest-2
    all_up
}

break_broker() { rabbitmq rabbitmqctl -q set_vm_memory_high_watermark absolute 1MB; }
mend_broker() { rabbitmq rabbitmqctl -q set_vm_memory_high_watermark 0.4; }

# Three seconds: more than the alert's second, less than what keeps a process from starting.
break_clock() {
    as_superuser -d votes -c "
        create function public.clock_timestamp() returns timestamptz language sql as
            'select pg_catalog.clock_timestamp() - interval ''3 seconds''';
        alter database votes set search_path = public, pg_catalog;
        select pg_terminate_backend(pid) from pg_stat_activity where application_name in ('votes-silo', 'votes-ingest')"
}
mend_clock() {
    as_superuser -d votes -c "
        alter database votes reset search_path;
        drop function public.clock_timestamp();
        select pg_terminate_backend(pid) from pg_stat_activity where application_name in ('votes-silo', 'votes-ingest')"
}

break_silo() { kill_and_wait KILL silo-2; }
mend_silo() { all_up; }

break_silos() { kill_and_wait KILL silo-1 silo-2; }
mend_silos() { all_up; }

break_database() {
    local pid
    pid=$(grep -o '"Pid": *[0-9]*' "$folder/postgres/server.process" | tr -dc 0-9)
    kill -INT "$pid"
    while kill -0 "$pid" 2>/dev/null; do sleep 0.2; done
}
mend_database() { all_up; }

# Less than Flush__CommandTimeout, so that flushes succeed.
break_disk() {
    as_superuser -d votes -c "
        create function drill_slow() returns trigger language plpgsql as 'begin perform pg_sleep(6); return null; end';
        create trigger drill_slow_tg after insert on vote_audit for each statement execute function drill_slow()"
}
mend_disk() { as_superuser -d votes -c "drop function drill_slow cascade" 2>/dev/null; }

break_ingests() {
    kill_and_wait TERM ingest-1 ingest-2
    as_superuser -d votes -c "insert into laws (law_id, status, closing_since) values ('drill-closing', 'closing', now())"
    "${load[@]}" --votes 60000 --ledger "$folder/backlog.json" >"$folder/backlog.log" 2>&1
}
mend_ingests() { all_up; }

# drill FAULT "what it is" ALERT...: breaks, waits until all fire, mends, waits until none of them does.
drill() {
    local fault=$1 what=$2 began line name seconds others
    declare -A fired=() resolved=()
    shift 2
    [[ -z $FAULTS || ,$FAULTS, == *,$fault,* ]] || return 0
    kill -0 "$voters" 2>/dev/null || fail "publishing has ended: see $folder/load.log"
    say "$what"
    began=$(date +%s)
    "break_$fault"
    while read -r name seconds; do fired[$name]=$seconds; done \
        < <(python3 scripts/dashboards/alerts.py "$url" firing "$limit" "$began" "$@")
    local mended
    mended=$(date +%s)
    "mend_$fault"
    while read -r name seconds; do resolved[$name]=$seconds; done \
        < <(python3 scripts/dashboards/alerts.py "$url" resolved "$limit" "$mended" "$@")
    for name in "$@"; do
        [ "${fired[$name]:-never}" != never ] || resolved[$name]=-
        line=$(printf '%-27s %-48s %7s %9s' "$name" "$what" "${fired[$name]:-never}" "${resolved[$name]:-never}")
        echo "$line" | tee -a "$folder/report" >&2
    done
    others=$(python3 scripts/dashboards/alerts.py "$url" others $(($(date +%s) - began)) "$@")
    [ -z "$others" ] || say "fired beside: $others"
}

FAULTS=${FAULTS:-}
for fault in ${FAULTS//,/ }; do
    declare -F "break_$fault" >/dev/null || fail "there is no fault $fault"
done

get_tools
[ -n "${NO_BUILD:-}" ] || scripts/build.sh
begin
mkdir "$folder/rules"
python3 scripts/dashboards/faster_rules.py "$pace" "$folder/rules"
"$promtool" check rules "$folder"/rules/*.yml >&2

# The shortest that there is, so that a recount comes within the drill.
export Reconcile__Interval=00:00:10 Reconcile__StatementTimeout=00:00:05 RabbitMq__HeldLettersRetryPeriod=00:00:02
start_monitored_cluster "$folder/rules" --silos 2 --ingests 2
url=http://127.0.0.1:$prometheus_port
"${load[@]}" --votes 10000000 --rate 100 --malformed 0 --ledger "$folder/ledger.json" >"$folder/load.log" 2>&1 &
voters=$!
processes+=("$voters")
say "waiting until all is well"
python3 scripts/dashboards/alerts.py "$url" healthy "$limit" || fail "alerts fire, and nothing has been broken"

drill total "a total changed by hand" VotesTotalsDifferFromAudit
drill clock "the database's clock three seconds behind" VotesClockOff
drill reports "reports of counted votes lost" VotesUnreported
drill versions "versions of a law set back" VotesDatabaseWentBack
drill silo "a silo killed" VotesSiloLost VotesTargetDown
drill silos "all silos killed" VotesNoSilo
drill database "PostgreSQL stopped" VotesDatabaseDown VotesNoProgress VotesReconcileNotRunning
drill disk "a flush takes six seconds in PostgreSQL" VotesFlushLagHigh
drill broker "RabbitMQ out of memory" VotesBrokerAlarm
drill redelivery "connections lost with votes in hand, 12 times" VotesRedeliveredOften
drill ingests "Ingests stopped, 60,000 votes published" \
    VotesNobodyConsumes VotesQueueBacklogGrowing VotesClosingWaits
drill dead_letters "dead letters larger than the broker's limit" VotesDeadLettersHeld
drill publisher "a publisher that sends 40 % poison" VotesRejectedShareHigh VotesDeadLettersGrowing

kill "$voters"
cluster check-db | tail -4 >&2
printf '\n%-27s %-48s %7s %9s\n' alert fault "fires/s" "ends/s"
cat "$folder/report"
never=$(grep -E ' (never|-)$| never ' "$folder/report" || true)
[ -z "$never" ] || fail "not all alerts fired and were resolved"
while [ -z "$FAULTS" ] && read -r name; do
    grep -q "^$name " "$folder/report" || fail "nothing makes $name fire here"
done < <(sed -n 's/^ *- alert: //p' prometheus/alerts.yml)
say "every alert ${FAULTS:+of these faults }fired, and was resolved"
