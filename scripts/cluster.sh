#!/bin/bash
# Runs a command of the local cluster, such as: scripts/cluster.sh status
# The demo is a command of the load test, which starts a cluster of its own.
# What starts processes is built first; what looks at them, or stops them, runs as it was built.
set -euo pipefail
cd "$(dirname "$0")/.."

program=LocalCluster/bin/Release/net10.0/Votes.LocalCluster.dll
[ "${1:-}" != demo ] || program=LoadTest/bin/Release/net10.0/Votes.LoadTest.dll
case "${1:-}" in
up | demo)
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
