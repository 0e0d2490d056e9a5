#!/bin/bash
# Runs a command for operators on the local cluster, such as: scripts/ops.sh dead-letters list --json
# On another installation: --amqp-url or --postgres-url, or AMQP_URL and POSTGRES_URL in the environment.
set -euo pipefail
cd "$(dirname "$0")/.."

program=Ops/bin/Release/net10.0/Votes.Ops.dll
[ -f "$program" ] || scripts/build.sh
exec dotnet "$program" "$@"
