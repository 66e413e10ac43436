# SPDX-License-Identifier: MIT
# install-packages.sh [build|test]: installs what is missing of data/packages.txt on Debian 12 or later.
# Says what it lacks, and the command to type, where it may not install by itself.
set -eu
kind=${1:-build}
list=$(dirname "$0")/packages.txt
if [ "$kind" = test ]; then
  wanted=$(sed -e 's/#.*//' "$list")
else
  wanted=$(sed -e '/^# test/,$d' -e 's/#.*//' "$list")
fi
if ! command -v dpkg-query >/dev/null 2>&1; then
  echo "This is not a Debian system: install what corresponds to these packages yourself:" $wanted >&2
  exit 0
fi
missing=
for p in $wanted; do
  case $(dpkg-query -W -f '${Status}' "$p" 2>/dev/null || true) in
    'install ok installed') ;;
    *) missing="$missing $p" ;;
  esac
done
[ -n "$missing" ] || exit 0
if [ "$(id -u)" = 0 ]; then
  as_root=
elif command -v sudo >/dev/null 2>&1; then
  as_root=sudo
else
  echo "Missing packages. As root, type: apt-get install$missing" >&2
  exit 1
fi
echo "Installing:$missing" >&2
$as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q >&2 || true
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing >&2
