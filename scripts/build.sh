#!/bin/bash
# Builds everything in Release. Quiet when it succeeds; errors are shown.
set -euo pipefail
cd "$(dirname "$0")/.."

command -v dotnet >/dev/null || { echo "The .NET 10 SDK is missing: https://dot.net/download" >&2; exit 1; }
log=$(mktemp)
trap 'rm -f "$log"' EXIT
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
[ ! -t 2 ] || echo "building" >&2
if ! dotnet build Orleans.sln -c Release -v quiet -clp:NoSummary "$@" >"$log" 2>&1 </dev/null; then
    sort -u "$log" | grep -E ': error |^error' >&2 || cat "$log" >&2
    exit 1
fi
