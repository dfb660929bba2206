#!/bin/sh
# npm start: installs and builds what is missing, then diagnoses this machine; `npm start -- ARGS` is `kmai ARGS`.
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
[ $# -gt 0 ] || set -- diagnose
exec "$root/bin/kmai" "$@"
