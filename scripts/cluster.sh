#!/bin/bash
# Runs a command of the local cluster, such as: scripts/cluster.sh status
# The demo and the chaos drill are commands of the load test, which start clusters of their own.
# What starts processes is built first; what looks at them, or stops them, runs as it was built.
set -euo pipefail
cd "$(dirname "$0")/.."

program=LocalCluster/bin/Release/net10.0/Votes.LocalCluster.dll
[ "${1:-}" != demo ] && [ "${1:-}" != chaos ] || program=LoadTest/bin/Release/net10.0/Votes.LoadTest.dll
case "${1:-}" in
up | demo | chaos)
    scripts/install-servers.sh
    scripts/build.sh
    ;;
down | clean)
    # A fresh clone has nothing to stop, and nothing to build for it.
    [ -d .local ] || exit 0
    [ -f "$program" ] || scripts/build.sh
    ;;
*)
    [ -f "$program" ] || scripts/build.sh
    ;;
esac
exec dotnet "$program" "$@"
