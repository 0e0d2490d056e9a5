#!/bin/bash
# Runs the tests; the last line is `N passed, N failed`, with `, N skipped` where any were.
#   scripts/test.sh             all of them; installs the servers and the browser they need where they are missing
#   scripts/test.sh --unit      those that need no server
#   FILTER=Ledger scripts/test.sh    those whose full name has Ledger in it
#   SEED=7 scripts/test.sh      in another order: without it the order is the same on every machine and in every folder
set -euo pipefail
cd "$(dirname "$0")/.."

results=.local/test-results
mkdir -p "$results"
rm -f "$results/tests.xml" "$results/summary.txt"
# Pictures of an earlier run would pass for this one's.
rm -rf "$results/screenshots"
selection=()
if [ "${1:-}" = "--unit" ]; then
    selection+=(-trait- "Needs=Servers")
else
    scripts/install-servers.sh
    scripts/install-chromium.sh
fi
[ -z "${FILTER:-}" ] || selection+=(-method "*$FILTER*")
scripts/build.sh

status=0
dotnet Tests/bin/Release/net10.0/Votes.Tests.dll ":${SEED:-1}" -noLogo -noColor -noAutoReporters -reporter verbose \
    -result-xml "$results/tests.xml" "${selection[@]}" </dev/null |
    sed -u -e '/\[STARTING\]$/d' -e 's/^\( *\)Votes\.Tests\./\1/' | tee "$results/tests.log" || status=$?

# Reads one number off the report's assembly element.
number() {
    grep -m1 -o '<assembly [^>]*' "$results/tests.xml" | grep -o " $1=\"[0-9]*\"" | tr -dc '0-9'
}
if [ ! -s "$results/tests.xml" ]; then
    echo "the test run broke off with status $status and without a report" >&2
    passed=0 failed=1 skipped=0
else
    passed=$(number passed)
    # An error outside of a test, such as in a fixture, is in no test's result.
    failed=$(($(number failed) + $(number errors)))
    skipped=$(number skipped)
fi
if [ $((passed + failed)) -eq 0 ]; then
    echo "no test ran" >&2
    status=1
fi
[ "$failed" -eq 0 ] || status=1
# What failed once more at the end, where whoever reads a thousand lines looks first: each one's first lines and last.
if [ "$failed" -ne 0 ]; then
    echo "what failed (all of it is in $results/tests.log):"
    awk '
        function close_block() {
            for (i = lines > 90 ? lines - 29 : 61; i <= lines; i++) print kept[i % 30]
            lines = 0
        }
        /^  (  )?[^ ]/ { close_block(); failing = /\[FAIL\]$/ }
        failing { if (++lines <= 60) print; else kept[lines % 30] = $0 }
        END { close_block() }' "$results/tests.log"
fi
summary="$passed passed, $failed failed"
[ "$skipped" -eq 0 ] || summary="$summary, $skipped skipped"
echo "$summary" | tee "$results/summary.txt"
exit "$status"
