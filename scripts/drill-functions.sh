#!/bin/bash
# shellcheck disable=SC2154 # both are set by whoever sources this
# What the drills of a private cluster share; they set $folder and $votes first. Sourced, not run.

run=0000000bac0f
cluster() { dotnet LocalCluster/bin/Release/net10.0/Votes.LocalCluster.dll --folder "$folder" "$@"; }
load() {
    dotnet LoadTest/bin/Release/net10.0/Votes.LoadTest.dll "$@" --endpoints "$folder/endpoints.env" \
        --ledger "$folder/ledger.json" </dev/null
}
publish() { load publish --votes "$votes" --run-id $run --rate "$1" >"$folder/publish.log"; }

# Ends the drill where one vote is not as it should be.
verify() { load verify >"$folder/verify.log" || { cat "$folder/verify.log"; exit 1; }; grep '^exact' "$folder/verify.log"; }
say() { printf '\n== %s\n' "$*"; }

# Stops silos or Ingests by name, such as silo-1, as a service manager does, and waits until they are gone.
stop_services() {
    local name pid
    for name in "$@"; do
        pid=$(grep -o '"Pid": *[0-9]*' "$folder/run/$name"* | tr -dc '0-9')
        kill "$pid"
        while kill -0 "$pid" 2>/dev/null; do sleep 0.2; done
    done
}
