#!/bin/bash
# shellcheck disable=SC2034,SC2154 # what is set here is for whoever sources this, who sets $folder first
# A local cluster that a real Prometheus scrapes, with the metrics of RabbitMQ and of PostgreSQL: what
# scripts/dashboards.sh and scripts/alert-drill.sh share. Sourced, not run.

say() { printf '%s %s\n' "$(date +%T)" "$*" >&2; }
fail() { say "FAILED: $*"; exit 1; }
cluster() { dotnet LocalCluster/bin/Release/net10.0/Votes.LocalCluster.dll --folder "$folder" "$@"; }

# Debian's packages, unpacked and not installed: no service of theirs is started, and no root is needed.
tool() {
    local package=$2
    if command -v "$1" >/dev/null; then
        command -v "$1"
        return
    fi
    if [ ! -x ".local/tools/usr/bin/$1" ]; then
        say "getting $package"
        mkdir -p .local/tools
        (cd .local/tools && apt-get -qq download "$package" && dpkg-deb -x "$package"_*.deb .) >&2 ||
            fail "$1 is missing: apt-get install $package"
    fi
    echo "$PWD/.local/tools/usr/bin/$1"
}

get_tools() {
    scripts/install-servers.sh
    command -v python3 >/dev/null || fail "python3 is missing"
    promtool=$(tool promtool prometheus)
    prometheus=$(tool prometheus prometheus)
    exporter=$(tool prometheus-postgres-exporter prometheus-postgres-exporter)
}

# Makes an empty folder, and sees to it that everything in it is stopped and removed at the end.
begin() {
    cluster clean >/dev/null 2>&1 || true
    mkdir -p "$folder/prometheus"
    processes=()
    trap clean_up EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
}
clean_up() {
    local status=$?
    trap - EXIT INT TERM
    for pid in "${processes[@]}"; do kill "$pid" 2>/dev/null || true; done
    wait
    cluster clean >&2 || true
    exit "$status"
}

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# The real scripts: a distribution's wrappers run them as another user, with another cookie.
rabbitmq_bin=$(dirname "$(readlink -f "$(command -v rabbitmq-server || echo /usr/lib/rabbitmq/bin/rabbitmq-server)")")
[ -e "$rabbitmq_bin/rabbitmq-env" ] || rabbitmq_bin=/usr/lib/rabbitmq/bin
rabbitmq() {
    local program=$1 cookie_home=$folder/rabbitmq
    shift
    env HOME="$cookie_home" ERL_EPMD_ADDRESS=127.0.0.1 \
        ERL_EPMD_PORT="$(grep -o '"EpmdPort": *[0-9]*' "$folder/cluster.json" | tr -dc 0-9)" \
        RABBITMQ_NODENAME=votes@localhost RABBITMQ_CONF_ENV_FILE="$cookie_home/rabbitmq-env.conf" \
        RABBITMQ_CONFIG_FILE="$cookie_home/rabbitmq" RABBITMQ_ENABLED_PLUGINS_FILE="$cookie_home/enabled_plugins" \
        RABBITMQ_CTL_ERL_ARGS="-kernel inet_dist_use_interface {127,0,0,1}" \
        "$rabbitmq_bin/$program" -n votes@localhost "$@"
}

# Runs psql on the cluster's server with the superuser's rights.
as_superuser() {
    PGPASSWORD=$(cat "$folder/secrets/postgres") psql -X -q -v ON_ERROR_STOP=1 -h 127.0.0.1 \
        -p "$(sed -E 's#.*:([0-9]+)/.*#\1#' <<<"$POSTGRES_URL")" -U postgres "$@"
}

# Starts the cluster and all that watches it. The folder given holds the rules.
start_monitored_cluster() {
    local rules=$1 rabbitmq_port exporter_port
    shift
    cluster up "$@" >&2
    set -a
    # shellcheck disable=SC1091 # written by the command before
    . "$folder/endpoints.env"
    set +a
    rabbitmq_port=$(free_port) exporter_port=$(free_port) prometheus_port=$(free_port)

    # The broker's metrics, which a local cluster does not serve by itself.
    rabbitmq rabbitmqctl -q eval "application:set_env(rabbitmq_prometheus, tcp_config,
        [{port, $rabbitmq_port}, {ip, \"127.0.0.1\"}], [{persistent, true}])." >&2
    rabbitmq rabbitmq-plugins -q enable rabbitmq_prometheus >&2

    # PostgreSQL's, by the role that docker-compose.yml makes for them.
    VOTES_MONITOR_PASSWORD=monitor VOTES_DATABASE=votes as_superuser -d postgres -f deploy/postgres/monitor.sql >&2
    DATA_SOURCE_NAME=$(sed -E 's#//[^@]*@#//votes_monitor:monitor@#; s#$#?sslmode=disable#' <<<"$POSTGRES_URL") \
        "$exporter" --web.listen-address="127.0.0.1:$exporter_port" >"$folder/exporter.log" 2>&1 &
    processes+=($!)

    python3 scripts/dashboards/local_config.py "127.0.0.1:$rabbitmq_port" "127.0.0.1:$exporter_port" \
        "127.0.0.1:$prometheus_port" "$rules" >"$folder/prometheus/prometheus.yml"
    "$promtool" check config "$folder/prometheus/prometheus.yml" >/dev/null
    "$prometheus" --config.file="$folder/prometheus/prometheus.yml" --storage.tsdb.path="$folder/prometheus/data" \
        --web.listen-address="127.0.0.1:$prometheus_port" >"$folder/prometheus.log" 2>&1 &
    processes+=($!)
}
