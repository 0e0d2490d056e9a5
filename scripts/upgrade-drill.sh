#!/bin/bash
# Tries a rolling upgrade: starts a private cluster of an older version, and exchanges its silos and Ingests one by one for
# this version's while votes are published. Old and new silos count together meanwhile. Checks every vote at the end.
#   scripts/upgrade-drill.sh v1.0     from that tag, branch or commit
set -euo pipefail
cd "$(dirname "$0")/.."

from=${1:?which version to upgrade from: a tag, a branch or a commit}
folder=$PWD/.local/upgrade-drill
old=$folder.old
votes=${VOTES:-300000}
# shellcheck source=scripts/drill-functions.sh
. scripts/drill-functions.sh

scripts/install-servers.sh
scripts/build.sh
git worktree remove --force "$old" 2>/dev/null || true
git worktree add -q --detach "$old" "$from"
say "Building $(git -C "$old" log -1 --format='%h, %s')"
"$old/scripts/build.sh"
trap 'cluster clean >/dev/null 2>&1 || true; git worktree remove --force "$old" || true' EXIT

cluster clean >/dev/null 2>&1 || true
dotnet "$old/LocalCluster/bin/Release/net10.0/Votes.LocalCluster.dll" --folder "$folder" up --silos 3 --ingests 2 | tail -1 >/dev/null
say "The older version counts"
publish 2500 &
publishing=$!
sleep 5

# The first one to come migrates the database; the older silos go on with the newer schema.
for service in silo-1 silo-2 silo-3 ingest-1 ingest-2; do
    say "$service is exchanged"
    stop_services $service
    cluster up --silos 3 --ingests 2 | grep "$service" | head -1
    sleep 5
done
kill -0 $publishing 2>/dev/null || { echo "publishing ended before the upgrade: raise VOTES"; exit 1; }
wait $publishing
say "All run this version"
verify
cluster check-db | tail -4
