#!/bin/sh
# SPDX-License-Identifier: MIT
# run.sh [cli|server ARGUMENT...]: installs what is missing, builds, and starts Lanyard: the desktop
# app, or the command line or the rendezvous server with `cli` or `server` in front of its arguments.
set -eu
cd "$(dirname "$0")/.."
sh data/install-packages.sh build
build=build
if [ ! -f "$build/build.ninja" ]; then
  meson setup "$build" --buildtype=release -Dtests=false >"$build.log" 2>&1 || {
    cat "$build.log" >&2
    exit 1
  }
  rm -f "$build.log"
fi
echo "Building..." >&2
ninja -C "$build" >"$build/build.log" 2>&1 || {
  cat "$build/build.log" >&2
  exit 1
}
case ${1:-} in
  cli)
    shift
    exec "$build/src/cli/lanyard-cli" "$@"
    ;;
  server)
    shift
    exec "$build/src/server/lanyard-server" "$@"
    ;;
esac
if [ -z "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
  echo "There is no display here, so the desktop app cannot start. The command line can:" >&2
  echo "  sh data/run.sh cli init --name 'Your Name'" >&2
  echo "  sh data/run.sh cli people --wait 5" >&2
  echo >&2
  exec "$build/src/cli/lanyard-cli" --help
fi
exec "$build/src/app/lanyard" "$@"
