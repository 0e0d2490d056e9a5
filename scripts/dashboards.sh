#!/bin/bash
# Checks prometheus/ and grafana/ on the real thing: promtool's checks and rule tests, then a Prometheus that scrapes a
# local cluster of its own under votes, with RabbitMQ's metrics and those of PostgreSQL. Every rule must be valid, every
# panel must have data, and every metric that an alert names must be there. Two minutes; the cluster is in
# .local/dashboards.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '%s %s\n' "$(date +%T)" "$*" >&2; }
fail() { say "FAILED: $*"; exit 1; }

scripts/install-servers.sh
command -v python3 >/dev/null || fail "python3 is missing"
mkdir -p .local/tools
# Debian's packages, unpacked and not installed: no service of theirs is started, and no root is needed.
tool() {
    local package=$2
    if command -v "$1" >/dev/null; then
        command -v "$1"
        return
    fi
    if [ ! -x ".local/tools/usr/bin/$1" ]; then
        say "getting $package"
        (cd .local/tools && apt-get -qq download "$package" && dpkg-deb -x "$package"_*.deb .) >&2 ||
            fail "$1 is missing: apt-get install $package"
    fi
    echo "$PWD/.local/tools/usr/bin/$1"
}
promtool=$(tool promtool prometheus)
prometheus=$(tool prometheus prometheus)
exporter=$(tool prometheus-postgres-exporter prometheus-postgres-exporter)

"$promtool" check config --syntax-only prometheus/prometheus.yml >&2
"$promtool" check rules prometheus/recording.yml prometheus/alerts.yml >&2
"$promtool" test rules prometheus/rules_test.yml >&2
[ "${1:-}" != --rules ] || exit 0

[ -n "${NO_BUILD:-}" ] || scripts/build.sh
folder=$PWD/.local/dashboards
cluster=(dotnet LocalCluster/bin/Release/net10.0/Votes.LocalCluster.dll)
"${cluster[@]}" clean --folder "$folder" >/dev/null 2>&1 || true
mkdir -p "$folder/prometheus"
processes=()
clean_up() {
    local status=$?
    trap - EXIT INT TERM
    for pid in "${processes[@]}"; do kill "$pid" 2>/dev/null || true; done
    wait
    "${cluster[@]}" clean --folder "$folder" >&2 || true
    exit "$status"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

"${cluster[@]}" up --folder "$folder" --silos 2 --ingests 1 >&2
set -a
# shellcheck disable=SC1091 # written by the command before
. "$folder/endpoints.env"
set +a

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
rabbitmq_port=$(free_port) exporter_port=$(free_port) prometheus_port=$(free_port)

# The broker's metrics, which a local cluster does not serve by itself.
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
rabbitmq rabbitmqctl -q eval "application:set_env(rabbitmq_prometheus, tcp_config,
    [{port, $rabbitmq_port}, {ip, \"127.0.0.1\"}], [{persistent, true}])." >&2
rabbitmq rabbitmq-plugins -q enable rabbitmq_prometheus >&2

# PostgreSQL's, by the role that docker-compose.yml makes for them.
PGPASSWORD=$(cat "$folder/secrets/postgres") VOTES_MONITOR_PASSWORD=monitor VOTES_DATABASE=votes psql -X -q \
    -h 127.0.0.1 -p "$(sed -E 's#.*:([0-9]+)/.*#\1#' <<<"$POSTGRES_URL")" -U postgres -d postgres \
    -f deploy/postgres/monitor.sql >&2
DATA_SOURCE_NAME=$(sed -E 's#//[^@]*@#//votes_monitor:monitor@#; s#$#?sslmode=disable#' <<<"$POSTGRES_URL") \
    "$exporter" --web.listen-address="127.0.0.1:$exporter_port" >"$folder/exporter.log" 2>&1 &
processes+=($!)

python3 scripts/dashboards/local_config.py "127.0.0.1:$rabbitmq_port" "127.0.0.1:$exporter_port" \
    "127.0.0.1:$prometheus_port" >"$folder/prometheus/prometheus.yml"
"$promtool" check config "$folder/prometheus/prometheus.yml" >/dev/null
"$prometheus" --config.file="$folder/prometheus/prometheus.yml" --storage.tsdb.path="$folder/prometheus/data" \
    --web.listen-address="127.0.0.1:$prometheus_port" >"$folder/prometheus.log" 2>&1 &
processes+=($!)

# Slow enough to last until the check has seen what it needs.
dotnet LoadTest/bin/Release/net10.0/Votes.LoadTest.dll publish --votes 200000 --rate 500 --malformed 0.002 \
    --ledger "$folder/ledger.json" >"$folder/load.log" 2>&1 &
processes+=($!)

python3 scripts/dashboards/check.py "http://127.0.0.1:$prometheus_port" grafana/dashboards/*.json
say "passed"
