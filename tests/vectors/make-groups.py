#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""Writes groups.json: a group's id, sender keys, sealed bodies, boxes and a signed record of its log.

An implementation of its own, after src/wire/PROTOCOL.md and SECURITY section 6; it shares no code with the C one and
needs only python3-nacl. Usage: make-groups.py FILE
"""
import hashlib
import json
import struct
import sys

from nacl.bindings import (crypto_aead_chacha20poly1305_ietf_encrypt as aead_seal, crypto_scalarmult as dh,
                           crypto_scalarmult_base as public, crypto_sign, crypto_sign_seed_keypair)


GROUP_OP = 60  # both the record's kind and the field of Content


def run(first, n=32):
    return bytes((first + i) % 256 for i in range(n))


def blake(data, size):
    return hashlib.blake2b(data, digest_size=size).digest()


def kdf(key, label, context, size=32):
    return hashlib.blake2b(context, digest_size=size, key=key, person=label).digest()


def seal(key, n, ad, plain):
    return aead_seal(plain, ad, bytes(4) + struct.pack("<Q", n), key)


class Chain:
    """One device's sender keys."""

    def __init__(self, group, device, first):
        self.group, self.device, self.key, self.index = group, device, first, 0
        self.name = kdf(first, b"LY1-gname", group + device)

    def context(self):
        return self.group + self.device + self.name + struct.pack("<I", self.index)

    def step(self):
        self.key = kdf(self.key, b"LY1-gchain", self.context())
        self.index += 1

    def seal(self, index, message, plain):
        while self.index < index:
            self.step()
        context = self.context()
        key = kdf(self.key, b"LY1-gmsg", context + message)
        self.step()
        return seal(key, index, context, plain)


def chains():
    founder, nonce = run(0x20), run(0x80, 16)
    group = blake(b"LY1 group" + founder + nonce, 16)
    device, first = run(0xd0, 8), run(0x01)
    chain = Chain(group, device, first)
    places = []
    for index, text in ((0, b"first"), (1, "第二条".encode()), (7, b""), (999, bytes(range(200)))):
        message = run(0x30 + index % 7, 16)
        places.append({"index": index, "message": message.hex(), "plain": text.hex(),
                       "sealed": chain.seal(index, message, text).hex()})
    later = Chain(group, device, first)
    for _ in range(10):
        later.step()
    return {"founder": founder.hex(), "nonce": nonce.hex(), "group": group.hex(), "device": device.hex(),
            "first_key": first.hex(), "name": chain.name.hex(), "key_at_10": later.key.hex(), "messages": places}


def boxes():
    group, device, first = run(0x11, 16), run(0x22, 8), run(0x33)
    name = Chain(group, device, first).name
    out = []
    for n in range(3):
        ephemeral, secret = run(0x40 + n), run(0x90 + 3 * n)
        shared = dh(ephemeral, public(secret))
        key = kdf(shared, b"LY1-gbox", public(ephemeral) + public(secret) + name)
        out.append({"ephemeral_secret": ephemeral.hex(), "ephemeral_public": public(ephemeral).hex(),
                    "dh_secret": secret.hex(), "dh_public": public(secret).hex(),
                    "box": seal(key, 0, b"", first).hex()})
    return {"group": group.hex(), "device": device.hex(), "first_key": first.hex(), "name": name.hex(), "boxes": out}


# --- protobuf by hand: what is signed is bytes ---

def varint(n):
    out = b""
    while n > 127:
        out, n = out + bytes([n & 127 | 128]), n >> 7
    return out + bytes([n])


def number(field, n):
    return varint(field << 3) + varint(n) if n else b""


def data(field, value):
    return varint(field << 3 | 2) + varint(len(value)) + value


def record(seed, head, content):
    signed = head + struct.pack("<I", len(content)) + content
    _, secret = crypto_sign_seed_keypair(seed)
    return signed + crypto_sign(b"LYR1" + signed, secret)[:64]


def log():
    """The first two records of a founder: CREATE, and a RENAME that names it as its parent."""
    founder, nonce, seed, device = run(0x20), run(0x80, 16), run(0x61), run(0xd0, 8)
    group = blake(b"LY1 group" + founder + nonce, 16)
    person = data(1, founder) + number(2, 3) + data(3, b"Anna")
    create = (number(1, 1) + number(2, 1) + data(4, nonce) + number(5, 1) + number(6, 1) + data(7, person) +
              data(8, "设计".encode()))
    contents = [create]
    records, previous = [], bytes(32)
    for seq in (1, 2):
        if seq == 2:
            contents.append(number(1, 1) + number(2, 6) + data(3, previous) + data(8, b"Drawing"))
        content = data(GROUP_OP, contents[-1])
        head = (group + device + struct.pack("<Q", seq) + previous + run(0xb0 + seq, 16) +
                struct.pack("<QH", (1700000000000 + seq) << 16 | seq, GROUP_OP))
        records.append(record(seed, head, content))
        previous = blake(records[-1], 32)
    return {"seed": seed.hex(), "public": crypto_sign_seed_keypair(seed)[0].hex(), "founder": founder.hex(),
            "device": device.hex(), "group": group.hex(), "records": [r.hex() for r in records],
            "hashes": [blake(r, 32).hex() for r in records], "name": "Drawing", "members": 1}


def main():
    with open(sys.argv[1], "w", encoding="utf-8") as f:
        json.dump({"chains": chains(), "boxes": boxes(), "log": log()}, f, indent=1, ensure_ascii=False)
        f.write("\n")


main()
