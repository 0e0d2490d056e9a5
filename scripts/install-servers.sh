#!/bin/sh
# Makes sure that the programs of PostgreSQL and RabbitMQ are on this machine; says nothing when they are.
# Installs what is missing with apt-get, as root or through sudo without a password. The distribution's own servers are
# neither made nor started, now or at the next boot: the local cluster and the tests start private ones.
set -eu

# Prints the folders in which distributions keep PostgreSQL's programs; LocalCluster/Servers/ServerBinaries.cs looks
# in the same places.
postgres_folders() {
    pg_config --bindir 2>/dev/null || true
    printf '%s\n' /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /usr/local/pgsql/bin
    printf '%s\n' "$PATH:/usr/local/bin:/usr/bin" | tr ':' '\n'
}

rabbitmq_folders() {
    printf '%s\n' /usr/lib/rabbitmq/bin /usr/lib/rabbitmq/lib/*/sbin /opt/rabbitmq/sbin /usr/local/sbin
    printf '%s\n' "$PATH:/usr/local/sbin:/usr/sbin" | tr ':' '\n' | while read -r folder; do
        [ -e "$folder/rabbitmq-server" ] || continue
        dirname "$(readlink -f "$folder/rabbitmq-server")"
    done
}

have_postgres() {
    postgres_folders | while read -r folder; do
        if [ -x "$folder/postgres" ] && [ -x "$folder/initdb" ]; then
            echo found
            break
        fi
    done | grep -q found
}

# rabbitmq-env lies beside the real script; beside a distribution's wrapper it does not.
have_rabbitmq() {
    rabbitmq_folders | while read -r folder; do
        if [ -x "$folder/rabbitmq-server" ] && [ -e "$folder/rabbitmq-env" ]; then
            echo found
            break
        fi
    done | grep -q found
}

have_psql() {
    postgres_folders | while read -r folder; do
        if [ -x "$folder/psql" ]; then
            echo found
            break
        fi
    done | grep -q found
}

missing=
have_postgres && have_psql || missing="$missing postgresql"
have_rabbitmq || missing="$missing rabbitmq-server"
[ -n "$missing" ] || exit 0

give_up() {
    {
        echo "Missing on this machine:$missing."
        echo "$1"
        echo "Install the server programs (Debian, Ubuntu: apt-get install postgresql rabbitmq-server;"
        echo "Fedora: dnf install postgresql-server postgresql rabbitmq-server), or use: docker compose up"
    } >&2
    exit 1
}

command -v apt-get >/dev/null 2>&1 || give_up "There is no apt-get here to install them with."
if [ "$(id -u)" -eq 0 ]; then
    as_root=
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
    as_root="sudo -n"
else
    give_up "Installing them takes root, or sudo without a password."
fi

policy=/usr/sbin/policy-rc.d
clusters=/etc/postgresql-common/createcluster.conf
work=$(mktemp -d)
made_policy=
saved_clusters=

# Whatever happens, the machine's configuration is left as it was.
restore() {
    [ -z "$made_policy" ] || $as_root rm -f "$policy"
    if [ -n "$saved_clusters" ]; then
        $as_root cp -p "$work/createcluster.conf" "$clusters"
        $as_root rm -f "$work/createcluster.conf"
    fi
    rm -rf "$work"
}
trap restore EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

apt() {
    if ! $as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 "$@" >"$work/log" 2>&1 </dev/null
    then
        return 1
    fi
}

install_packages() {
    # The lists of a fresh machine are empty or old; a machine with good lists needs no update.
    apt install -y --no-install-recommends "$@" && return
    echo "getting apt-get's package lists" >&2
    apt update || true
    apt install -y --no-install-recommends "$@" && return
    cat "$work/log" >&2
    give_up "apt-get could not install them; what it said is above."
}

echo "installing:$missing" >&2
# Packages ask this program whether they may start their servers; 101 means no.
if [ ! -e "$policy" ]; then
    made_policy=yes
    printf '#!/bin/sh\nexit 101\n' >"$work/policy-rc.d"
    $as_root install -m 755 "$work/policy-rc.d" "$policy"
fi

case "$missing" in
*postgresql*)
    # Its configuration first: the server's package reads there whether to make a database cluster.
    install_packages postgresql-common
    if [ -f "$clusters" ]; then
        $as_root cp -p "$clusters" "$work/createcluster.conf"
        saved_clusters=yes
        echo 'create_main_cluster = false' | $as_root tee -a "$clusters" >/dev/null
    fi
    install_packages postgresql
    ;;
esac
case "$missing" in
*rabbitmq-server*)
    units=rabbitmq-server.service
    # A port mapper that was here before is somebody's.
    command -v epmd >/dev/null 2>&1 || units="$units epmd.socket epmd.service"
    install_packages rabbitmq-server
    if command -v systemctl >/dev/null 2>&1; then
        # shellcheck disable=SC2086 # one argument a unit
        $as_root systemctl --quiet disable $units >/dev/null 2>&1 || true
    fi
    ;;
esac

have_postgres || give_up "apt-get installed postgresql, and its programs are in none of the usual places."
have_rabbitmq || give_up "apt-get installed rabbitmq-server, and its programs are in none of the usual places."
