#!/bin/sh
# SPDX-License-Identifier: MIT
# run.sh: installs what is missing, builds, runs every suite, then builds with the address and
# undefined-behaviour sanitizers and runs the suites again with leak detection. The last line is
# "N passed, N failed, N skipped"; the exit code is 1 if anything failed.
# LANYARD_BUILD_DIR: where to build (default: build-tests in the source tree).
set -u
cd "$(dirname "$0")/.." || exit 1
root=$(pwd)
out=${LANYARD_BUILD_DIR:-$root/build-tests}
mkdir -p "$out"

finish() {
  # finish PASSED FAILED SKIPPED
  echo "$1 passed, $2 failed, $3 skipped"
  [ "$2" -eq 0 ] && [ "$1" -gt 0 ] || exit 1
  exit 0
}

sh data/install-packages.sh test || { echo "the packages above are missing" >&2; finish 0 1 0; }

build() {
  # build FOLDER TARGETS OPTION...: configures and compiles, shows the log where that fails
  dir=$1
  targets=$2
  shift 2
  if [ -f "$dir/build.ninja" ]; then set -- --reconfigure "$@"; fi
  echo "building $dir"
  $behind meson setup --fatal-meson-warnings "$dir" "$root" "$@" >"$dir.log" 2>&1 &&
    $behind ninja -C "$dir" $targets >>"$dir.log" 2>&1 || {
    tail -n 60 "$dir.log"
    return 1
  }
}

build_behind() {
  # the same, beside what comes next and with nothing but the time that it leaves over
  build "$@" &
  building=$!
  trap 'pkill -P "$building"; kill "$building"' EXIT
}

built() {
  wait "$building"
  code=$?
  trap - EXIT
  return "$code"
}

run_tests() {
  # run_tests FOLDER OPTION...: most tests wait for others most of the time, so twice as many as cores
  dir=$1
  shift
  meson test -C "$dir" --no-rebuild --print-errorlogs --num-processes $(($(nproc) * 2)) "$@"
}

# A plain pass of everything, and a sanitized pass of everything but what only measures or drives a
# screen through accessibility (slow there, and the widgets' libraries leak by design). While one
# pass is tested the next is built.
failed=0
behind=
build "$out/plain" all --werror || finish 0 1 0
replayers=$(ninja -C "$out/plain" -t targets all | sed -n 's/^\(tests\/fuzz\/replay-[a-z0-9-]*\): .*/\1/p')

behind="nice -n 19"
chrt --idle 0 true 2>/dev/null && behind="chrt --idle 0"
build_behind "$out/sanitized" all --werror -Db_sanitize=address,undefined -Db_lundef=false -Doptimization=1
run_tests "$out/plain" --timeout-multiplier 2 || failed=1
built || finish 0 1 0

build_behind "$out/coverage" "$replayers" -Db_coverage=true -Doptimization=0
LANYARD_TEST_SLOW=4 run_tests "$out/sanitized" --timeout-multiplier 4 --no-suite lint --no-suite ui --no-suite measure || failed=1
built || finish 0 1 0

# Do the committed corpora still reach what they should?
/usr/bin/python3 tests/fuzz/coverage.py "$out/coverage" || failed=1

counts=$(/usr/bin/python3 "$root/tests/count.py" "$out/plain" "$out/sanitized" "$out/coverage") || finish 0 1 0
# shellcheck disable=SC2086
set -- $counts
[ "$failed" -eq 0 ] || [ "$2" -gt 0 ] || set -- "$1" 1 "$3"
finish "$1" "$2" "$3"
