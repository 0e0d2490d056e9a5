#!/bin/bash
# Measures what a vote costs in memory, step by step; options are BenchmarkDotNet's, such as: --filter '*Parse*'
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/build.sh
[ $# -gt 0 ] || set -- --filter '*'
exec dotnet Bench.Micro/bin/Release/net10.0/Votes.Bench.Micro.dll --artifacts .local/microbench "$@"
