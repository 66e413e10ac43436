#!/bin/sh
# SPDX-License-Identifier: MIT
# encode-icons.sh TOOL OUTDIR SIZE SVG...: each icon as OUTDIR/NAME-SIZE.png in GTK's form for symbolic
# pictures. The toolkit then need not load a whole SVG renderer (6 MB and its time) to draw a few ticks.
set -e
tool=$1; out=$2; size=$3; shift 3
work=$(mktemp -d)
for svg; do
  "$tool" "$svg" "${size}x${size}" -o "$work"
  name=$(basename "$svg" .svg)
  mv "$work/$name.symbolic.png" "$out/$name-$size.png"
done
rmdir "$work"
