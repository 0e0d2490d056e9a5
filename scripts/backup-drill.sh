#!/bin/bash
# Tries the backups of docs/OPERATIONS.md on a private cluster: dumps and copies the database while votes are counted, loses it,
# restores each backup, publishes the run's votes again, and checks every vote. Ends with status 0 where all is exact.
set -euo pipefail
cd "$(dirname "$0")/.."

folder=$PWD/.local/backup-drill
votes=${VOTES:-60000}
# shellcheck source=scripts/drill-functions.sh
. scripts/drill-functions.sh

scripts/install-servers.sh
scripts/build.sh
binaries=$(for folder_of in /usr/lib/postgresql/*/bin; do echo "$folder_of"; done | sort -V | tail -1)
address() { sed -n 's/^POSTGRES_URL=.*@\([^/]*\)\/.*/\1/p' "$folder/endpoints.env"; }
as_superuser() {
    local tool=$1
    shift
    PGPASSWORD=$(cat "$folder/secrets/postgres") PGHOST=127.0.0.1 PGPORT=$port PGUSER=postgres "$binaries/$tool" "$@"
}
counted() { as_superuser psql -X -At -d votes -c 'select count(*) from vote_audit'; }
ledger() {
    as_superuser psql -X -At -d votes \
        -c "select format('%s votes counted, %s totals differ', (select count(*) from vote_audit),
                          (select count(*) from vote_ledger where difference <> 0))"
}
trap 'cluster clean >/dev/null 2>&1 || true' EXIT

cluster clean >/dev/null 2>&1 || true
cluster up --silos 2 --ingests 1 | tail -1 >/dev/null
address=$(address)
port=${address##*:}

say "Votes are published; pg_dump and pg_basebackup run meanwhile"
publish 4000 &
publishing=$!
sleep 4
as_superuser pg_dump -Fc -d votes -f "$folder/votes.dump"
echo "dump: $(du -h "$folder/votes.dump" | cut -f1), while $(counted) votes were counted"
install -d -m 700 -o "$(stat -c %U "$folder/postgres/data")" "$folder/postgres/base"
as_superuser pg_basebackup -D "$folder/postgres/base" -X stream -c fast
chown -R --reference="$folder/postgres/data" "$folder/postgres/base"
echo "base backup: $(du -sh "$folder/postgres/base" | cut -f1), while $(counted) votes were counted"
wait $publishing
verify
ledger

say "The database is lost and restored from the dump: what was counted after it is missing, what is there is exact"
# Silos and Ingests hold totals and leases of the database that was: they stop before it is exchanged.
stop_services ingest-1 silo-1 silo-2
as_superuser psql -X -q -d postgres -c 'drop database votes with (force)' -c 'create database votes owner votes_owner'
as_superuser pg_restore -d votes --exit-on-error "$folder/votes.dump"
ledger
cluster up --silos 2 --ingests 1 | tail -1 >/dev/null
echo "publishing the same votes once more"
publish 0
verify
ledger

say "The server is lost and restored from the base backup"
cluster down >/dev/null
mv "$folder/postgres/data" "$folder/postgres/lost"
mv "$folder/postgres/base" "$folder/postgres/data"
rm -f "$folder/postgres/data/postmaster.pid"
cluster up --silos 2 --ingests 1 | tail -1 >/dev/null
ledger
echo "publishing the same votes once more"
publish 0
verify
ledger
say "Both backups were restored, and every vote is counted once"
