#!/bin/sh
# Prints RabbitMQ's definitions: the accounts of publishers, Ingests, silos and people with their rights, and the exchange
# for votes. The passwords come from the environment, and the broker gets their hashes alone:
#
#   PUBLISHER_PASSWORD=... INGEST_PASSWORD=... SILO_PASSWORD=... ADMIN_PASSWORD=... deploy/rabbitmq/definitions.sh
#
# A broker reads them at its start (load_definitions), or by `rabbitmqctl import_definitions FILE`, at any time: accounts
# that are there get these passwords and rights.
set -eu
cd "$(dirname "$0")"

# RabbitMQ's form: four bytes of salt, behind them SHA-256 of salt and password. Passwords are random, so text will do.
hash() {
    salt=$(openssl rand -hex 2)
    { printf %s "$salt" && printf %s "$salt$1" | openssl dgst -sha256 -binary; } | openssl base64 -A
}

sed -e "s|@PUBLISHER@|$(hash "${PUBLISHER_PASSWORD:?is missing}")|" \
    -e "s|@INGEST@|$(hash "${INGEST_PASSWORD:?is missing}")|" \
    -e "s|@SILO@|$(hash "${SILO_PASSWORD:?is missing}")|" \
    -e "s|@ADMIN@|$(hash "${ADMIN_PASSWORD:?is missing}")|" definitions.template.json
