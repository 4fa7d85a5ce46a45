#!/bin/bash
# Installs what is missing: `packages` from packages.txt (as root, or by sudo), `node` for the style sheet and browser tests.
set -euo pipefail
cd "$(dirname "$0")/.."

# A package is there when dpkg says so, or when what we need of it is (node may come from elsewhere than Debian).
missing() {
    local name
    while read -r name; do
        case "$name" in '' | '#'*) continue ;; esac
        case "$name" in
        nodejs) command -v node >/dev/null && continue ;;
        npm) command -v npm >/dev/null && continue ;;
        esac
        dpkg-query -W -f '${Status}' "$name" 2>/dev/null | grep -q 'install ok installed' || echo "$name"
    done <packages.txt
}

packages() {
    local wanted as_root=()
    wanted=$(missing)
    [ -z "$wanted" ] && return 0
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null || {
            echo "These packages are missing and neither root nor sudo is at hand; install them and try again:" $wanted >&2
            exit 77
        }
        as_root=(sudo -n)
    fi
    echo "Installing from Debian:" $wanted
    export DEBIAN_FRONTEND=noninteractive
    "${as_root[@]}" apt-get update -qq
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $wanted >/dev/null
}

node_modules() {
    [ -f package-lock.json ] || return 0
    if [ ! -f node_modules/.staithe ] || ! cmp -s package-lock.json node_modules/.staithe; then
        echo "Fetching the style sheet's and the browser tests' packages"
        npm ci --no-audit --no-fund --loglevel=error
        cp package-lock.json node_modules/.staithe
    fi
}

case "${1:-}" in
packages) packages ;;
node) node_modules ;;
*)
    echo "usage: tools/setup.sh packages|node" >&2
    exit 64
    ;;
esac
