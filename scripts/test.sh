#!/bin/sh
# npm test: installs what the tests need (Debian packages included, when root), then runs every check.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/scripts/bootstrap.sh"
bootstrap "$root"

missing=''
if command -v dpkg-query >/dev/null 2>&1; then
  for package in $(sed 's/#.*//' "$root/scripts/debian-packages.txt"); do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing="$missing $package"
  done
fi
if [ -n "$missing" ]; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "installing Debian packages:$missing"
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
  else
    echo "not root: the checks that need these Debian packages will be skipped:$missing"
  fi
fi
export PATH="$root/node_modules/.bin:$PATH"
exec "$(project_node "$root")" "$root/test/run.ts" "$@"
