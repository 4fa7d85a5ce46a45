#!/bin/bash
# `make fuzz`: builds the fuzz targets with clang and libFuzzer and runs each for FUZZ_SECONDS seconds (default 60) over its corpus.
# What it finds is kept in build-fuzz/found/; a new input that shows a fault belongs into fuzz/corpus/ with the mend.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${FUZZ_SECONDS:-60}
only=${FUZZ_ONLY:-}
if [ ! -f build-fuzz/build.ninja ]; then
    CC=clang meson setup build-fuzz -Dfuzz=true -Doptimization=1 -Db_sanitize=address,undefined -Db_lundef=false >/dev/null
fi
ninja -C build-fuzz --quiet $(ninja -C build-fuzz -t targets all | grep -o '^fuzz/fuzz_[a-z_]*:' | tr -d ':')
mkdir -p build-fuzz/found
status=0
for target in build-fuzz/fuzz/fuzz_*; do
    [ -x "$target" ] && [ -f "$target" ] || continue
    name=${target##*/fuzz_}
    [ -z "$only" ] || [ "$only" = "$name" ] || continue
    mkdir -p "build-fuzz/corpus/$name"
    echo "== $name, $seconds s"
    "$target" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 -max_len=65536 -print_final_stats=1 \
        -artifact_prefix="build-fuzz/found/$name-" "build-fuzz/corpus/$name" "fuzz/corpus/$name" 2>&1 |
        grep -E 'ERROR|SUMMARY|stat::number_of_executed_units|Test unit written' || true
    if ls "build-fuzz/found/$name-"* >/dev/null 2>&1; then status=1; fi
done
exit $status
