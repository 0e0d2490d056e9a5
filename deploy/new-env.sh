#!/bin/sh
# Makes what docker-compose.yml reads: .env with secrets made up anew, the broker's accounts, and the certificates of the
# cluster's members below deploy/secrets. Leaves a .env that is there alone: the voter key must never change, and database
# and broker keep the passwords they were made with.
set -eu
umask 077
cd "$(dirname "$0")/.."
file=${1:-.env}
secrets=${2:-deploy/secrets}

[ ! -e "$file" ] || { echo "$file is there already, and is left as it is." >&2; exit 1; }
[ ! -e "$secrets" ] || { echo "$secrets is there already: it belongs to another .env." >&2; exit 1; }
command -v openssl >/dev/null || { echo "openssl is missing." >&2; exit 1; }
password() { openssl rand -hex 24; }

operator_key=$(openssl rand -hex 32)
operator_hash=$(printf %s "$operator_key" | openssl dgst -sha256 -r | cut -d' ' -f1)
publisher=$(password) ingest=$(password) silo=$(password) admin=$(password)
partial=$(mktemp "$file.XXXXXX")
trap 'rm -f "$partial"' EXIT
cat >"$partial" <<END
# PostgreSQL: its superuser; the owner of the tables; operators' command lines, silos, Ingests, the API's reads, analysts; the
# exporter of its metrics.
POSTGRES_PASSWORD=$(password)
VOTES_OWNER_PASSWORD=$(password)
VOTES_SERVICE_PASSWORD=$(password)
VOTES_SILO_PASSWORD=$(password)
VOTES_INGEST_PASSWORD=$(password)
VOTES_READ_PASSWORD=$(password)
VOTES_READER_PASSWORD=$(password)
VOTES_MONITOR_PASSWORD=$(password)

# RabbitMQ's accounts: programs that publish votes, Ingests, silos, and the administrator, whom no program needs. The broker
# has the hashes of these, in $secrets/definitions.json.
RABBITMQ_PUBLISHER_PASSWORD=$publisher
RABBITMQ_INGEST_PASSWORD=$ingest
RABBITMQ_SILO_PASSWORD=$silo
RABBITMQ_ADMIN_PASSWORD=$admin

# What voter ids are replaced with. Keep a copy in a safe place: with another one, nobody's vote is recognised.
VOTER_KEY_SECRET=$(openssl rand -base64 32)

# What operators sign in with is the key; silos know its hash alone. Keep the key elsewhere and remove it from here.
#OPERATOR_KEY=$operator_key
OPERATOR_KEY_SHA256=$operator_hash
SIGN_IN_SECRET=$(openssl rand -base64 32)

# Grafana's user admin.
GRAFANA_ADMIN_PASSWORD=$(password)
END

# The folder is its owner's alone. The files in it are readable, as containers that get them run as users of their own.
mkdir -p "$secrets"
PUBLISHER_PASSWORD=$publisher INGEST_PASSWORD=$ingest SILO_PASSWORD=$silo ADMIN_PASSWORD=$admin \
    deploy/rabbitmq/definitions.sh >"$secrets/definitions.json"
chmod 644 "$secrets/definitions.json"
deploy/new-certificates.sh "$secrets/tls"
mv "$partial" "$file"
trap - EXIT
echo "wrote $file and $secrets" >&2
