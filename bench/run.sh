#!/bin/bash
# `make bench`: every benchmark on the release build, one after another, so that nothing else is measured with it. About ten minutes.
set -euo pipefail
build=$1
here=$(dirname "$0")
echo "== machine: $(nproc) cores, $(awk '/MemTotal/ {printf "%.0f GiB", $2 / 1048576}' /proc/meminfo), $(grep -m1 'model name' /proc/cpuinfo | cut -d: -f2)"
for part in sample landing pages; do
    if [ -f "$here/$part.py" ]; then
        echo "== $part"
        python3 "$here/$part.py" "$build"
    fi
done
