# Sourced by scripts/containers.sh: a private PostgreSQL and RabbitMQ on loopback, bootstrapped as docker-compose.yml
# does it. Sets BASE_PORT, VOTES, OWNER (connection strings), POSTGRES_URL and AMQP.

postgres_bin=$(printf '%s\n' /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /usr/local/pgsql/bin | while read -r folder; do
    [ ! -x "$folder/initdb" ] || echo "$folder"
done | tail -1)
rabbitmq_bin=$(dirname "$(readlink -f "$(command -v rabbitmq-server || echo /usr/lib/rabbitmq/bin/rabbitmq-server)")")
[ -e "$rabbitmq_bin/rabbitmq-env" ] || rabbitmq_bin=/usr/lib/rabbitmq/bin
servers=$work/servers
as_postgres=(setpriv --reuid=postgres --regid=postgres --clear-groups)

free_ports() {
    local port
    for BASE_PORT in $(shuf -i 200-290 -n 20); do
        BASE_PORT=$((BASE_PORT * 100))
        for port in $(seq "$BASE_PORT" $((BASE_PORT + 60))); do
            # Somebody answers: try the next hundred.
            ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || continue 2
        done
        return
    done
    fail "no sixty free ports in a row"
}

start_servers() {
    free_ports
    rm -rf "$servers"
    mkdir -p "$servers/postgres" "$servers/rabbitmq"
    export VOTES_DATABASE=votes VOTES_OWNER_PASSWORD VOTES_SERVICE_PASSWORD VOTES_MONITOR_PASSWORD PGPASSWORD
    export VOTES_SILO_PASSWORD VOTES_INGEST_PASSWORD
    VOTES_OWNER_PASSWORD=$(openssl rand -hex 16)
    VOTES_SERVICE_PASSWORD=$(openssl rand -hex 16)
    VOTES_SILO_PASSWORD=$(openssl rand -hex 16)
    VOTES_INGEST_PASSWORD=$(openssl rand -hex 16)
    VOTES_MONITOR_PASSWORD=$(openssl rand -hex 16)
    PGPASSWORD=$(openssl rand -hex 16)
    broker_password=$(openssl rand -hex 16)
    start_postgres
    start_rabbitmq
    VOTES="Host=127.0.0.1;Port=$BASE_PORT;Database=votes;GSS Encryption Mode=Disable"
    OWNER="$VOTES;Username=votes_owner;Password=$VOTES_OWNER_PASSWORD"
    SILO_VOTES="$VOTES;Username=votes_silo;Password=$VOTES_SILO_PASSWORD"
    INGEST_VOTES="$VOTES;Username=votes_ingest;Password=$VOTES_INGEST_PASSWORD"
    POSTGRES_URL="postgresql://votes_service:$VOTES_SERVICE_PASSWORD@127.0.0.1:$BASE_PORT/votes"
    AMQP="amqp://votes:$broker_password@127.0.0.1:$((BASE_PORT + 1))/"
    say "PostgreSQL and RabbitMQ run on ports $BASE_PORT and $((BASE_PORT + 1))"
}

start_postgres() {
    chown postgres "$servers/postgres"
    printf %s "$PGPASSWORD" >"$servers/postgres/password"
    chmod 600 "$servers/postgres/password" && chown postgres "$servers/postgres/password"
    "${as_postgres[@]}" "$postgres_bin/initdb" -D "$servers/postgres/data" -U postgres -A scram-sha-256 -E UTF8 \
        --pwfile="$servers/postgres/password" >"$work/logs/initdb.log" 2>&1 || fail "initdb: see logs/initdb.log"
    # pg_ctl writes what the server says as the server's user.
    "${as_postgres[@]}" "$postgres_bin/pg_ctl" -D "$servers/postgres/data" -w -t 120 -l "$servers/postgres/log" start \
        -o "-p $BASE_PORT -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=200" >/dev/null ||
        fail "PostgreSQL did not start: $(tail -3 "$servers/postgres/log")"
    # As the entry point of PostgreSQL's image runs them.
    for script in db/bootstrap/roles.sql deploy/postgres/monitor.sql; do
        psql -h 127.0.0.1 -p "$BASE_PORT" -v ON_ERROR_STOP=1 --username postgres --no-password --no-psqlrc \
            --dbname postgres -f "$script" >"$work/logs/$(basename "$script").log" 2>&1 ||
            fail "$script: see logs/$(basename "$script").log"
    done
}

start_rabbitmq() {
    printf '%s\n' "listeners.tcp.1 = 127.0.0.1:$((BASE_PORT + 1))" 'default_user = votes' \
        "default_pass = $broker_password" 'log.console = true' 'log.file = false' >"$servers/rabbitmq/rabbitmq.conf"
    # The image reads this file too; sizes that fit its container are left out.
    grep -E '^(max_message_size|frame_max)' deploy/rabbitmq/rabbitmq.conf >>"$servers/rabbitmq/rabbitmq.conf"
    echo '[].' >"$servers/rabbitmq/enabled_plugins"
    : >"$servers/rabbitmq/env.conf"
    broker_variables=(
        HOME="$servers/rabbitmq" ERL_EPMD_ADDRESS=127.0.0.1 ERL_EPMD_PORT=$((BASE_PORT + 2))
        RABBITMQ_NODENAME=votes@localhost RABBITMQ_DIST_PORT=$((BASE_PORT + 3))
        RABBITMQ_CONF_ENV_FILE="$servers/rabbitmq/env.conf" RABBITMQ_CONFIG_FILE="$servers/rabbitmq/rabbitmq"
        RABBITMQ_ENABLED_PLUGINS_FILE="$servers/rabbitmq/enabled_plugins"
        RABBITMQ_MNESIA_BASE="$servers/rabbitmq/data" RABBITMQ_LOG_BASE="$servers/rabbitmq/log"
        RABBITMQ_PID_FILE="$servers/rabbitmq/pid" RUNNING_UNDER_SYSTEMD=true
        RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="-kernel inet_dist_use_interface {127,0,0,1}"
    )
    env -u NOTIFY_SOCKET "${broker_variables[@]}" "$(command -v epmd)" -address 127.0.0.1 -port $((BASE_PORT + 2)) &
    processes+=($!)
    disown
    env -u NOTIFY_SOCKET "${broker_variables[@]}" "$rabbitmq_bin/rabbitmq-server" >"$work/logs/rabbitmq.log" 2>&1 &
    broker=$!
    local limit=$((SECONDS + 180))
    until grep -q 'Server startup complete' "$work/logs/rabbitmq.log"; do
        if ! kill -0 "$broker" 2>/dev/null || [ $SECONDS -ge $limit ]; then
            fail "RabbitMQ did not start: see logs/rabbitmq.log"
        fi
        sleep 0.5
    done
}

stop_servers() {
    if [ -n "${broker:-}" ]; then
        kill -TERM "$broker" 2>/dev/null || true
        wait "$broker" 2>/dev/null || true
    fi
    [ ! -e "$servers/postgres/data/postmaster.pid" ] ||
        "${as_postgres[@]}" "$postgres_bin/pg_ctl" -D "$servers/postgres/data" -m fast -t 60 stop >/dev/null 2>&1 || true
}
