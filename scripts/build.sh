#!/bin/bash
# Builds everything in Release. A step that takes longer than some seconds says what it is and how long it has taken, with
# and without a terminal: a build from nothing takes minutes. Errors are shown.
set -euo pipefail
cd "$(dirname "$0")/.."

command -v dotnet >/dev/null || { echo "The .NET 10 SDK is missing: https://dot.net/download" >&2; exit 1; }
log=$(mktemp)
clock=
trap '[ -z "$clock" ] || kill "$clock" 2>/dev/null; rm -f "$log"' EXIT
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1

# step NAME COMMAND...
step() {
    local name=$1 began
    shift
    began=$(date +%s)
    (
        sleep 5
        echo "$name" >&2
        while sleep 15; do echo "$name: $(($(date +%s) - began)) s" >&2; done
    ) &
    clock=$!
    if ! "$@" >"$log" 2>&1 </dev/null; then
        sort -u "$log" | grep -E ': error |^error' >&2 || cat "$log" >&2
        exit 1
    fi
    kill "$clock" 2>/dev/null || true
    wait "$clock" 2>/dev/null || true
    clock=
    local took=$(($(date +%s) - began))
    [ "$took" -lt 5 ] || echo "$name: done in $took s" >&2
}

step "restoring packages" dotnet restore Orleans.sln -v quiet
step "building" dotnet build Orleans.sln -c Release --no-restore -v quiet -clp:NoSummary "$@"
