#!/bin/sh
# Writes .env, the secrets that docker-compose.yml reads, each made up anew. Leaves a .env that is there alone: the voter
# key must never change, and the database keeps the passwords it was made with.
set -eu
umask 077
cd "$(dirname "$0")/.."
file=${1:-.env}

[ ! -e "$file" ] || { echo "$file is there already, and is left as it is." >&2; exit 1; }
command -v openssl >/dev/null || { echo "openssl is missing." >&2; exit 1; }
password() { openssl rand -hex 24; }

operator_key=$(openssl rand -hex 32)
operator_hash=$(printf %s "$operator_key" | openssl dgst -sha256 -r | cut -d' ' -f1)
partial=$(mktemp "$file.XXXXXX")
trap 'rm -f "$partial"' EXIT
cat >"$partial" <<END
# PostgreSQL: its superuser, the owner of the tables, the application, the exporter of its metrics.
POSTGRES_PASSWORD=$(password)
VOTES_OWNER_PASSWORD=$(password)
VOTES_SERVICE_PASSWORD=$(password)
VOTES_MONITOR_PASSWORD=$(password)

RABBITMQ_PASSWORD=$(password)

# What voter ids are replaced with. Keep a copy in a safe place: with another one, nobody's vote is recognised.
VOTER_KEY_SECRET=$(openssl rand -base64 32)

# What operators sign in with is the key; silos know its hash alone. Keep the key elsewhere and remove it from here.
#OPERATOR_KEY=$operator_key
OPERATOR_KEY_SHA256=$operator_hash
SIGN_IN_SECRET=$(openssl rand -base64 32)

# Grafana's user admin.
GRAFANA_ADMIN_PASSWORD=$(password)
END
mv "$partial" "$file"
trap - EXIT
echo "wrote $file" >&2
