#!/bin/bash
# Builds the real Dockerfiles and runs what they make, where there is no container engine: with buildah (chroot
# isolation), on stand-ins for the base images, against a private PostgreSQL and RabbitMQ. Two silos and an Ingest start,
# become healthy, count the load test's votes exactly, run as no root, write nothing, and end with status 0 when told to.
# Needs root, and Debian's buildah and debootstrap. Ten minutes the first time; everything is under .local/containers.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '%s %s\n' "$(date +%T)" "$*" >&2; }
fail() { say "FAILED: $*"; exit 1; }

[ "$(id -u)" -eq 0 ] || { echo "This needs root: buildah's chroot isolation does." >&2; exit 1; }
for program in buildah debootstrap; do
    command -v "$program" >/dev/null || DEBIAN_FRONTEND=noninteractive apt-get -qq install -y \
        --no-install-recommends "$program" </dev/null >/dev/null 2>&1 ||
        fail "$program is missing: apt-get install $program"
done
scripts/install-servers.sh

work=$PWD/.local/containers
mkdir -p "$work/logs" && chmod 755 .local "$work"
rm -rf "$work/run" && mkdir -p "$work/run"
dotnet_root=$(dirname "$(readlink -f "$(command -v dotnet)")")
export BUILDAH_ISOLATION=chroot BUILDAH_FORMAT=docker

build_tool() {
    buildah --root "$work/storage" --runroot "$work/storage-run" --storage-driver vfs "$@"
}

# shellcheck source=scripts/containers/servers.sh
source scripts/containers/servers.sh
# shellcheck source=scripts/containers/images.sh
source scripts/containers/images.sh

containers=()
processes=()
kill_tree() {
    local child
    # shellcheck disable=SC2013 # process ids, separated by spaces
    for child in $(cat /proc/"$1"/task/*/children 2>/dev/null); do kill_tree "$child"; done
    kill -KILL "$1" 2>/dev/null || true
}

clean_up() {
    local status=$?
    trap - EXIT INT TERM
    for pid in "${processes[@]}"; do kill_tree "$pid"; done
    stop_servers
    for container in "${containers[@]}"; do build_tool rm "$container" >/dev/null 2>&1 || true; done
    [ "$status" -eq 0 ] || say "the logs are in $work/logs"
    exit "$status"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Prints a part of an image's configuration, one word a line.
config_of() {
    build_tool inspect --type image --format "{{range $2}}{{.}}
{{end}}" "$1" | sed '/^$/d'
}

# Makes a container of an image: prints its name, and its folder goes to logs/<name>.mount.
make_container() {
    local name=$1 image=$2
    build_tool from --name "$name" --pull-never "localhost/$image" >/dev/null
    build_tool mount "$name" >"$work/run/$name.mount"
    touch "$work/run/$name.made"
}

# Runs a command in a container, as its image's user: in_container NAME [--env A=b]... -- COMMAND...
in_container() {
    local name=$1 options=()
    shift
    while [ "$1" != -- ]; do options+=("$1") && shift; done
    build_tool run --network host --hostname container --volume "$work/run/hosts:/etc/hosts:ro" \
        "${options[@]}" "$name" "$@"
}

# Starts the entry point of a container's image, with these variables; its program's process id goes to run/<name>.pid.
start_container() {
    local name=$1 image=$2 entry options=()
    shift 2
    make_container "$name" "$image"
    containers+=("$name")
    for variable in "$@"; do options+=(--env "$variable"); done
    mapfile -t entry < <(config_of "$image" .Docker.Config.Entrypoint)
    (
        set +e
        in_container "$name" "${options[@]}" -- "${entry[@]}" >"$work/logs/$name.log" 2>&1
        echo $? >"$work/run/$name.status"
    ) &
    local shell=$! limit=$((SECONDS + 120)) pid
    echo "$shell" >"$work/run/$name.shell"
    processes+=("$shell")
    until pid=$(descendant "$shell" "${entry[1]}"); do
        if [ -e "$work/run/$name.status" ] || [ $SECONDS -ge $limit ]; then
            fail "$name did not start: $(tail -3 "$work/logs/$name.log")"
        fi
        sleep 0.2
    done
    echo "$pid" >"$work/run/$name.pid"
}

# Prints the process below another one whose program is `dotnet` and whose first argument is this.
descendant() {
    local child
    # shellcheck disable=SC2013 # process ids, separated by spaces
    for child in $(cat /proc/"$1"/task/*/children 2>/dev/null); do
        if [[ $(tr '\0' ' ' <"/proc/$child/cmdline" 2>/dev/null) == */dotnet\ "$2 " ]] &&
            [ "$(basename "$(readlink "/proc/$child/exe")")" = dotnet ]; then
            echo "$child"
            return
        fi
        descendant "$child" "$2" && return
    done
    return 1
}

# Waits until the image's own health check says yes.
await_healthy() {
    local name=$1 image=$2 check options=() limit=$((SECONDS + 240))
    shift 2
    for variable in "$@"; do options+=(--env "$variable"); done
    mapfile -t check < <(config_of "$image" .Docker.Config.Healthcheck.Test | sed 1d)
    [ "${#check[@]}" -ge 2 ] || fail "$image has no health check"
    until in_container "$name" "${options[@]}" -- "${check[@]}" >"$work/logs/$name.health" 2>&1; do
        [ ! -e "$work/run/$name.status" ] || fail "$name ended: $(tail -3 "$work/logs/$name.log")"
        [ $SECONDS -lt $limit ] || fail "$name is not healthy: $(cat "$work/logs/$name.health")"
        sleep 1
    done
    say "$name is healthy: $(tr '\n' ' ' <"$work/logs/$name.health")"
}

check_rights() {
    local name=$1 pid
    pid=$(cat "$work/run/$name.pid")
    [ "$(awk '$1 == "Uid:" { print $2, $3, $4, $5 }' "/proc/$pid/status")" = "1654 1654 1654 1654" ] ||
        fail "$name runs as $(grep Uid "/proc/$pid/status")"
    [ "$(awk '$1 == "CapEff:" { print $2 }' "/proc/$pid/status")" = 0000000000000000 ] || fail "$name has capabilities"
    say "$name runs as user 1654 without capabilities"
}

# Nothing but /tmp may have been written to since the container was made: it runs on a read-only file system as well.
check_written() {
    local name=$1 written
    written=$(cd "$(cat "$work/run/$name.mount")" &&
        find . -xdev -newer "$work/run/$name.made" -type f -not -path './tmp/*' -not -path './etc/*' \
            -not -path './run/*')
    [ -z "$written" ] || fail "$name wrote: $written"
    say "$name wrote nothing"
}

stop_container() {
    local name=$1 began=$SECONDS
    kill -TERM "$(cat "$work/run/$name.pid")"
    wait "$(cat "$work/run/$name.shell")" || true
    [ "$(cat "$work/run/$name.status")" = 0 ] || fail "$name ended with status $(cat "$work/run/$name.status")"
    ! grep -m1 -iE 'cannot load library|"LogLevel":"(Error|Critical)"' "$work/logs/$name.log" || fail "$name complained"
    say "$name ended with status 0, $((SECONDS - began)) s after SIGTERM"
}

make_base_images
[ -n "${NO_BUILD:-}" ] || for kind in silo ingest tools; do build_image "$kind"; done
start_servers

# A silo finds its own address by its name, as in a container of its own.
address=$(hostname -I | tr ' ' '\n' | grep -m1 -E '^[0-9.]+$' || true)
advertise=auto
[ -n "$address" ] || { address=127.0.0.1 advertise=127.0.0.1; }
printf '127.0.0.1 localhost\n%s %s\n' "$address" container >"$work/run/hosts"

make_container migrate votes-silo
containers+=(migrate)
in_container migrate --env "ConnectionStrings__Owner=$OWNER" -- dotnet Votes.Silo.dll migrate \
    >"$work/logs/migrate.log" 2>&1 || fail "migrate: $(tail -3 "$work/logs/migrate.log")"
say "the schema is there: $(grep -c . "$work/logs/migrate.log") lines in logs/migrate.log"

for number in 1 2; do
    silo=("ConnectionStrings__Votes=$SILO_VOTES" "Cluster__AdvertisedAddress=$advertise" "Cluster__AllowPlaintext=true"
        "Cluster__SiloPort=$((BASE_PORT + 10 + number))" "Cluster__GatewayPort=$((BASE_PORT + 20 + number))"
        "ASPNETCORE_URLS=http://127.0.0.1:$((BASE_PORT + 30 + number))"
        "Access__OperationsUrl=http://127.0.0.1:$((BASE_PORT + 40 + number))" "RabbitMq__Uri=$AMQP" "Laws__UnknownLaw=Accept")
    start_container "silo-$number" votes-silo "${silo[@]}"
    await_healthy "silo-$number" votes-silo "${silo[@]}"
done
ingest=("ConnectionStrings__Votes=$INGEST_VOTES" "RabbitMq__Uri=$AMQP" "VoterKey__Secret=$(openssl rand -base64 32)"
    "ASPNETCORE_URLS=http://127.0.0.1:$((BASE_PORT + 50))")
start_container ingest-1 votes-ingest "${ingest[@]}"
await_healthy ingest-1 votes-ingest "${ingest[@]}"
for name in silo-1 silo-2 ingest-1; do check_rights "$name"; done

make_container load-test votes-tools
containers+=(load-test)
in_container load-test --env "POSTGRES_URL=$POSTGRES_URL" --env "AMQP_URL=$AMQP" -- dotnet Votes.LoadTest.dll run \
    --votes "${VOTES_COUNT:-20000}" --ledger /tmp/last.json --stall-seconds 60 2>&1 | tee "$work/logs/load-test.log" >&2
in_container load-test --env "POSTGRES_URL=$POSTGRES_URL" -- dotnet Votes.Ops.dll reconcile \
    >"$work/logs/reconcile.log" 2>&1 || fail "reconcile: $(tail -3 "$work/logs/reconcile.log")"
say "reconcile: $(tail -1 "$work/logs/reconcile.log")"

for name in ingest-1 silo-2 silo-1; do
    stop_container "$name"
    check_written "$name"
done
say "passed"
