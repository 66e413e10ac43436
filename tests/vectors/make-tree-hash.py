#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""Writes tree-hash.json: known answers of the file tree hash, from an implementation of its own.

File number n of a vector is the byte stream x(i) = (i * 131 + (i >> 8) * 7 + n) & 255.
"""
import hashlib
import json
import struct
import sys


def h(label, *parts):
    state = hashlib.blake2b(digest_size=32, person=label)
    for part in parts:
        state.update(part)
    return state.digest()


def root(data, leaf_size):
    leaves = [data[i:i + leaf_size] for i in range(0, len(data), leaf_size)]
    hashes = [h(b"LY1-fleaf", struct.pack("<QI", i, len(leaf)), leaf) for i, leaf in enumerate(leaves)]
    row = hashes
    while len(row) > 1:
        pairs = [h(b"LY1-fnode", row[i], row[i + 1]) for i in range(0, len(row) - 1, 2)]
        row = pairs + ([row[-1]] if len(row) % 2 else [])
    top = row[0] if row else bytes(32)
    return h(b"LY1-froot", struct.pack("<QII", len(data), leaf_size, len(leaves)), top), hashes


def content(n, size):
    return bytes((i * 131 + (i >> 8) * 7 + n) & 255 for i in range(size))


def main():
    vectors = []
    sizes = [(64, s) for s in (0, 1, 63, 64, 65, 128, 129, 192, 300, 320, 448, 449, 512, 1000, 4096, 5000)]
    sizes += [(1, 7), (262144, 262143), (262144, 262144), (262144, 262145), (262144, 1000000)]
    for n, (leaf_size, size) in enumerate(sizes):
        top, leaves = root(content(n, size), leaf_size)
        vectors.append({"number": n, "size": size, "leaf_size": leaf_size, "root": top.hex(),
                        "first_leaf": leaves[0].hex() if leaves else "",
                        "last_leaf": leaves[-1].hex() if leaves else ""})
    json.dump({"content": "x(i) = (i * 131 + (i >> 8) * 7 + number) & 255", "vectors": vectors},
              sys.stdout, indent=1)
    print()


main()
