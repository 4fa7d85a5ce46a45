#!/bin/bash
# `make run`: a sample county made, landed and linked (once; seconds the second time), then served. PROGRAM DATA PORT RESIDENTS SEED
set -euo pipefail
cd "$(dirname "$0")/.."
program=$1 data=$2 port=$3 residents=$4 seed=$5

if [ ! -f "$data/ready" ]; then
    # Only what this script began and did not finish is taken away and made anew; anybody else's hub is left alone.
    if [ -d "$data" ] && [ ! -f "$data/unfinished" ] && [ -n "$(ls -A "$data")" ]; then
        echo "The folder $data holds something that make run has not made; choose another with DATA=…" >&2
        exit 73
    fi
    rm -rf "$data"
    mkdir -p "$data"
    touch "$data/unfinished"
    echo "Making a sample county of $residents residents (seed $seed)"
    "$program" sample --residents "$residents" --seed "$seed" --out "$data/sample"
    "$program" init --data "$data" --county county/norfolk --demo
    while IFS=, read -r source file as_at; do
        [ "$source" = source ] && continue
        "$program" land --data "$data" "$source" "$data/sample/$file" --as-at "${as_at%$'\r'}"
    done <"$data/sample/extracts.csv"
    "$program" link --data "$data"
    mv "$data/unfinished" "$data/ready"
fi
exec "$program" serve --data "$data" --port "$port"
