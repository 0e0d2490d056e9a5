#!/bin/sh
# Makes sure that a Chromium is on this machine, for the tests of the pages; says nothing when there is one.
# Installs it with apt-get, as root or through sudo without a password.
set -eu

for name in chromium chromium-browser google-chrome google-chrome-stable; do
    ! command -v "$name" >/dev/null 2>&1 || exit 0
done

give_up() {
    {
        echo "Chromium is missing on this machine. $1"
        echo "Install it (Debian: apt-get install chromium), or run the tests that need no server: make test-unit"
    } >&2
    exit 1
}

command -v apt-get >/dev/null 2>&1 || give_up "There is no apt-get here to install it with."
as_root=
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null || give_up "That takes root, or sudo without a password."
    as_root="sudo -n"
fi

apt() {
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 "$@" </dev/null >/dev/null 2>&1
}

echo "installing: chromium" >&2
# With a font that has more than Latin letters: a minimal machine has none at all.
apt install -y --no-install-recommends chromium fonts-dejavu-core ||
    { apt update && apt install -y --no-install-recommends chromium fonts-dejavu-core; } ||
    give_up "apt-get could not install it."
