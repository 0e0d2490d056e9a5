#!/bin/sh
# Makes what the members of a cluster (silos, Ingests) know each other by: an authority made for this cluster alone, and one
# certificate of it, which all members show. Writes ca.crt, member.crt and member.key into a folder:
#
#   deploy/new-certificates.sh [FOLDER [DAYS]]
#
# The authority's key is thrown away, so that nobody can make a further member. To renew, run this again with another folder,
# and exchange all three files in all members at once: old and new do not know each other.
set -eu
umask 077
folder=${1:-deploy/secrets/tls}
days=${2:-3650}

command -v openssl >/dev/null || { echo "openssl is missing." >&2; exit 1; }
[ ! -e "$folder/member.key" ] || { echo "$folder has certificates already, and is left as it is." >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days "$days" -subj "/CN=votes members" \
    -addext keyUsage=critical,keyCertSign,cRLSign -keyout "$work/ca.key" -out "$work/ca.crt" 2>"$work/log" ||
    { cat "$work/log" >&2; exit 1; }
openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=member" \
    -keyout "$work/member.key" -out "$work/member.csr" 2>"$work/log" || { cat "$work/log" >&2; exit 1; }

# Both purposes, by name: a silo is a server to some and a client to others, and refuses a certificate that lacks one.
printf '%s\n' subjectAltName=DNS:member.votes extendedKeyUsage=serverAuth,clientAuth keyUsage=critical,digitalSignature \
    basicConstraints=critical,CA:FALSE >"$work/extensions"
openssl x509 -req -in "$work/member.csr" -CA "$work/ca.crt" -CAkey "$work/ca.key" -CAcreateserial -days "$days" \
    -extfile "$work/extensions" -out "$work/member.crt" 2>"$work/log" || { cat "$work/log" >&2; exit 1; }

# The folder is its owner's alone. The files in it are readable, as containers that get them run as users of their own.
mkdir -p "$folder"
for file in ca.crt member.crt member.key; do
    cp "$work/$file" "$folder/$file"
    chmod 644 "$folder/$file"
done
echo "wrote $folder/ca.crt, member.crt and member.key" >&2
