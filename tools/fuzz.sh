#!/bin/bash
# `make fuzz`: builds the fuzz targets with clang and libFuzzer and runs each for FUZZ_SECONDS seconds (default 60) over its corpus;
# FUZZ_ONLY=NAME runs one. Says for each how many inputs it tried and how many edges of the code they reached, from the corpus alone and
# at the end. What it finds is kept in build-fuzz/found/ and makes the status 1; an input that shows a fault belongs into fuzz/corpus/NAME/
# with the mend.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${FUZZ_SECONDS:-60}
only=${FUZZ_ONLY:-}
if [ ! -f build-fuzz/build.ninja ]; then
    CC=clang meson setup build-fuzz -Dfuzz=true -Doptimization=1 -Db_sanitize=address,undefined -Db_lundef=false >/dev/null
fi
ninja -C build-fuzz --quiet build.ninja >/dev/null
mapfile -t targets < <(ninja -C build-fuzz -t targets all | grep -o '^fuzz/fuzz_[a-z_]*:' | tr -d ':')
ninja -C build-fuzz --quiet "${targets[@]}"
mkdir -p build-fuzz/found
ran=0 found=0
for target in "${targets[@]}"; do
    name=${target#fuzz/fuzz_}
    [ -z "$only" ] || [ "$only" = "$name" ] || continue
    mkdir -p "build-fuzz/corpus/$name"
    log=build-fuzz/found/$name.log
    # libFuzzer ends by itself; the outer limit is for a target that hangs where it cannot see it.
    status=0
    timeout -k 5 $((seconds + 90)) "build-fuzz/$target" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 -max_len=16384 \
        -print_final_stats=1 -artifact_prefix="build-fuzz/found/$name-" "build-fuzz/corpus/$name" "fuzz/corpus/$name" \
        >"$log" 2>&1 || status=$?
    inputs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    first=$(sed -n 's/^#.*INITED cov: \([0-9]*\).*/\1/p' "$log" | head -n 1)
    last=$(sed -n 's/^#.* cov: \([0-9]*\).*/\1/p' "$log" | tail -n 1)
    echo "$name: ${inputs:-?} inputs, ${first:-?} edges at the start, ${last:-?} at the end"
    ran=$((ran + 1))
    if [ "$status" -ne 0 ]; then
        found=$((found + 1))
        grep -E 'ERROR|SUMMARY|Test unit written' "$log" || tail -n 3 "$log"
    fi
done
if [ "$ran" -eq 0 ]; then
    echo "There is no fuzz target \"$only\"; they are the files fuzz/fuzz_NAME.c" >&2
    exit 64
fi
echo "$ran targets ran, $found found something"
[ "$found" -eq 0 ]
