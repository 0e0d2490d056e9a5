#!/bin/bash
# Checks prometheus/ and grafana/ on the real thing: promtool's checks and rule tests, then a Prometheus that scrapes a
# local cluster of its own under votes, with RabbitMQ's metrics and those of PostgreSQL. Every rule must be valid, every
# panel must have data, and every metric that an alert names must be there. Two minutes; the cluster is in
# .local/dashboards. Whether alerts fire when they should is scripts/alert-drill.sh's to show.
set -euo pipefail
cd "$(dirname "$0")/.."

folder=$PWD/.local/dashboards
# shellcheck source=scripts/dashboards/functions.sh
. scripts/dashboards/functions.sh

get_tools
"$promtool" check config --syntax-only prometheus/prometheus.yml >&2
"$promtool" check rules prometheus/recording.yml prometheus/alerts.yml >&2
"$promtool" test rules prometheus/rules_test.yml >&2
[ "${1:-}" != --rules ] || exit 0

[ -n "${NO_BUILD:-}" ] || scripts/build.sh
begin
start_monitored_cluster "$PWD/prometheus" --silos 2 --ingests 1

# Slow enough to last until the check has seen what it needs.
dotnet LoadTest/bin/Release/net10.0/Votes.LoadTest.dll publish --votes 200000 --rate 500 --malformed 0.002 \
    --ledger "$folder/ledger.json" >"$folder/load.log" 2>&1 &
processes+=($!)

python3 scripts/dashboards/check.py "http://127.0.0.1:$prometheus_port" grafana/dashboards/*.json
say "passed"
