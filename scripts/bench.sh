#!/bin/bash
# Measures the cluster beside what one would build instead; options go to the program, such as: --scenario hot,zipf
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/install-servers.sh

# The Python contestant needs Debian's own Python with these; without prometheus-client it has no metrics page.
have_python() {
    [ -x /usr/bin/python3 ] && /usr/bin/python3 -c 'import pika, psycopg2' 2>/dev/null
}
if ! have_python; then
    echo "installing: python3-pika python3-psycopg2 python3-prometheus-client" >&2
    as_root=
    [ "$(id -u)" -eq 0 ] || as_root="sudo -n"
    packages="python3-pika python3-psycopg2 python3-prometheus-client"
    # shellcheck disable=SC2086 # one argument a package
    {
        $as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends $packages ||
            { $as_root apt-get -qq update &&
                $as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends $packages; }
    } >/dev/null 2>&1 </dev/null || true
    have_python || echo "Python's pika and psycopg2 are missing: the contestant \`python\` will fail" >&2
fi

scripts/build.sh
exec dotnet Bench/bin/Release/net10.0/Votes.Bench.dll run "$@"
