#!/bin/bash
# `make run`: a sample county made, landed and linked (once; seconds the second time), then served. PROGRAM DATA PORT RESIDENTS SEED
set -euo pipefail
cd "$(dirname "$0")/.."
program=$1 data=$2 port=$3 residents=$4 seed=$5

if [ ! -f "$data/ready" ]; then
    # Begun but not finished: what is there came from this script, so it is made anew.
    if [ -d "$data" ] && [ ! -f "$data/staithe.yaml" ] && [ -n "$(ls -A "$data")" ]; then
        echo "The folder $data holds something else; choose another with DATA=…" >&2
        exit 73
    fi
    rm -rf "$data"
    echo "Making a sample county of $residents residents (seed $seed)"
    "$program" sample --residents "$residents" --seed "$seed" --out "$data/sample"
    "$program" init --data "$data" --county county/norfolk --demo
    while IFS=, read -r source file as_at; do
        [ "$source" = source ] && continue
        "$program" land --data "$data" "$source" "$data/sample/$file" --as-at "${as_at%$'\r'}"
    done <"$data/sample/extracts.csv"
    "$program" link --data "$data"
    touch "$data/ready"
fi
exec "$program" serve --data "$data" --port "$port"
