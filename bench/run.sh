#!/bin/bash
# `make bench`: every benchmark on the release build, one after another, so that nothing else is measured with it. About ten minutes.
set -euo pipefail
build=$1
here=$(dirname "$0")
echo "== machine: $(nproc) cores, $(awk '/MemTotal/ {printf "%.0f GiB", $2 / 1048576}' /proc/meminfo), $(grep -m1 'model name' /proc/cpuinfo | cut -d: -f2)"
for part in sample landing pages address link plan_export; do
    if [ -f "$here/$part.py" ]; then
        echo "== $part"
        python3 "$here/$part.py" "$build"
    fi
done
echo "== csv"
"$build/bench/bench_csv"
echo "== audit"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
build=$(realpath "$build")
county=$(realpath "$here/../county/norfolk")
cd "$folder"
for threads in 1 8 64; do
    "$build/bench/bench_audit" "$county" "audit-$threads.db" "$threads" 3
    rm -rf bench-audit
done
"$build/bench/bench_audit" "$county" audit-200.db 32 10 0 200
