#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""Writes mail.json: what an organisation signs, its log, prekeys, sealed mail and how one joins.

An implementation of its own, after src/wire/PROTOCOL.md, sections 15 to 17; it shares no code with the
C one and needs only python3-nacl.
"""
import base64
import hashlib
import hmac
import json
import struct
import sys

from nacl.bindings import (crypto_aead_chacha20poly1305_ietf_encrypt as aead_seal,
                           crypto_scalarmult as dh, crypto_scalarmult_base as public,
                           crypto_sign, crypto_sign_seed_keypair)
from nacl.bindings.crypto_pwhash import crypto_pwhash_ALG_ARGON2ID13, crypto_pwhash_alg

NOW = 1700000000


def key(first):
    return bytes(range(first, first + 32))


def blake(data, size, person=b""):
    return hashlib.blake2b(data, digest_size=size, person=person).digest()


def sign(seed, tag, data):
    _, secret = crypto_sign_seed_keypair(seed)
    return data + crypto_sign(tag + data, secret)[:64]


def sign_public(seed):
    return crypto_sign_seed_keypair(seed)[0]


def text(value):
    data = value.encode()
    return bytes([len(data)]) + data


def organisation():
    root, issuer = key(0x10), key(0x40)
    org, issuer_id = blake(sign_public(root), 16), blake(sign_public(issuer), 8)
    lik1 = sign(root, b"LIK1", b"LIK1" + bytes([1, 1, 0, 0]) + org + sign_public(issuer) +
                struct.pack("<QQ", NOW, NOW + 86400 * 300))
    lsk1 = sign(root, b"LSK1", b"LSK1" + bytes([1, 0, 0, 0]) + org + public(key(0x70)) +
                struct.pack("<QQ", 2, NOW))
    entries = []
    for i in range(7):
        entries.append(sign(issuer, b"LAT1", b"LAT1" + bytes([1, i % 3, 1, 0]) + org + bytes([i] * 16) +
                            bytes([i + 100] * 32) + struct.pack("<QQQ", i + 1, NOW + i, NOW + 86400 * 900) +
                            issuer_id + text("person%d" % i) + text("人 %d" % i) +
                            text("Engineer" if i % 2 else "") + text("Company/Research" if i % 2 == 0 else "")))
    roots = [merkle(entries[:n]) for n in range(len(entries) + 1)]
    first = sign(issuer, b"LDH1", b"LDH1" + bytes([1, 0, 0, 0]) + org + struct.pack("<QQQ", 1, NOW + 10, 3) +
                 roots[3] + bytes(32) + issuer_id)
    second = sign(issuer, b"LDH1", b"LDH1" + bytes([1, 0, 0, 0]) + org + struct.pack("<QQQ", 2, NOW + 20, 7) +
                  roots[7] + blake(first, 32) + issuer_id)
    return {"root_seed": root.hex(), "root_public": sign_public(root).hex(), "organisation": org.hex(),
            "issuer_seed": issuer.hex(), "issuer_id": issuer_id.hex(), "lik1": lik1.hex(), "lsk1": lsk1.hex(),
            "entries": [e.hex() for e in entries], "roots": [r.hex() for r in roots],
            "inclusion_2_of_7": [h.hex() for h in path(2, entries)],
            "consistency_3_to_7": [h.hex() for h in subproof(3, entries, True)],
            "heads": [first.hex(), second.hex()]}


def merkle(entries):
    if not entries:
        return blake(b"", 32, b"LY1-mroot")
    if len(entries) == 1:
        return blake(entries[0], 32, b"LY1-mleaf")
    k = split(len(entries))
    return blake(merkle(entries[:k]) + merkle(entries[k:]), 32, b"LY1-mnode")


def split(n):
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def path(m, entries):
    if len(entries) == 1:
        return []
    k = split(len(entries))
    if m < k:
        return path(m, entries[:k]) + [merkle(entries[k:])]
    return path(m - k, entries[k:]) + [merkle(entries[:k])]


def subproof(m, entries, whole):
    if m == len(entries):
        return [] if whole else [merkle(entries)]
    k = split(len(entries))
    if m <= k:
        return subproof(m, entries[:k], whole) + [merkle(entries[k:])]
    return subproof(m - k, entries[k:], False) + [merkle(entries[:k])]


class Envelope:
    """Noise's SymmetricState, as far as an envelope needs it."""

    def __init__(self):
        self.h = self.ck = b"LY1env_25519_ChaChaPoly_BLAKE2b".ljust(64, b"\0")

    def mix_hash(self, data):
        self.h = hashlib.blake2b(self.h + data).digest()

    def mix_key(self, ikm):
        temp = hmac.new(self.ck, ikm, hashlib.blake2b).digest()
        self.ck = hmac.new(temp, b"\1", hashlib.blake2b).digest()
        self.k, self.n = hmac.new(temp, self.ck + b"\2", hashlib.blake2b).digest()[:32], 0

    def seal(self, data):
        out = aead_seal(data, self.h, bytes(4) + struct.pack("<Q", self.n), self.k)
        self.n += 1
        self.mix_hash(out)
        return out


def padded(n):
    if n <= 4096:
        return -(-n // 256) * 256
    exponent = n.bit_length() - 1
    step = 1 << (exponent - exponent.bit_length())
    return min(-(-n // step) * step, 56 * 1024 - 124)


def envelope(records, one_time):
    account, sign_seed, dh_b = bytes([3] * 32), key(0x20), key(0x50)
    dh_a, e, spk, opk = key(0x60), key(0x80), key(0x90), key(0xa0)
    device = blake(account + sign_public(sign_seed) + public(dh_b), 8)
    head = struct.pack("<BBH", 1, 1, 0) + device + bytes(8) + struct.pack("<II", 7, 9 if one_time else 0)
    body = struct.pack("<I", 4) + account + bytes([len(records)]) + b"".join(records)
    s = Envelope()
    s.mix_hash(head)
    s.mix_hash(public(dh_b))
    s.mix_hash(public(spk))
    if one_time:
        s.mix_hash(public(opk))
    s.mix_hash(public(e))
    s.mix_key(dh(e, public(dh_b)))
    s.mix_key(dh(e, public(spk)))
    if one_time:
        s.mix_key(dh(e, public(opk)))
    sender = s.seal(public(dh_a))
    s.mix_key(dh(dh_a, public(spk)))
    sealed = s.seal(body.ljust(padded(len(body)), b"\0"))
    return {"account": account.hex(), "recipient_sign_seed": sign_seed.hex(), "recipient_dh": dh_b.hex(),
            "sender_dh": dh_a.hex(), "ephemeral": e.hex(), "signed_id": 7, "signed_secret": spk.hex(),
            "one_time_id": 9 if one_time else 0, "one_time_secret": opk.hex(), "list_seq": 4,
            "records": [r.hex() for r in records], "envelope": (head + public(e) + sender + sealed).hex()}


def record(content):
    """Of a record's length and nothing else: an envelope does not look further in."""
    return bytes([5] * 90) + struct.pack("<I", len(content)) + content + bytes([6] * 64)


def prekey():
    account, sign_seed, dh_b = bytes([3] * 32), key(0x20), key(0x50)
    device = blake(account + sign_public(sign_seed) + public(dh_b), 8)
    return {"sign_public": sign_public(sign_seed).hex(), "device": device.hex(),
            "lsp1": sign(sign_seed, b"LSP1", b"LSP1" + struct.pack("<I", 7) + public(key(0x90)) + device +
                         struct.pack("<QQ", NOW, NOW + 14 * 86400)).hex()}


def join():
    server, root, code = public(key(0x70)), sign_public(key(0x10)), bytes(range(16))
    b32 = lambda data: base64.b32encode(data).decode().rstrip("=").lower()
    kdf = hashlib.blake2b(server, digest_size=64, key=bytes(32), person=b"LY1-server").digest()
    bits = int.from_bytes(kdf, "big")
    words = [bits >> (512 - 11 * (i + 1)) & 0x7ff for i in range(12)]
    salt = blake(b"LY1 pw" + server + b"li.wei", 16)
    secret = crypto_pwhash_alg(32, "correct horse 李".encode(), salt, 3, 64 * 1024 * 1024,
                               crypto_pwhash_ALG_ARGON2ID13)
    return {"server_public": server.hex(), "root_public": root.hex(), "code": code.hex(),
            "link": "lanyard://chat.example.org:24790/?k=%s&o=%s&i=%s" % (b32(server), b32(root), b32(code)),
            "code_hash": blake(code, 32).hex(), "net_id": blake(server, 16).hex(), "words": words,
            "login": "li.wei", "password": "correct horse 李", "secret": secret.hex()}


json.dump({"organisation": organisation(), "prekey": prekey(),
           "envelopes": [envelope([record(b"hello"), record(b"")], True), envelope([record(b"x" * 40)], False),
                         envelope([record(b"y" * 5000)], True)],
           "join": join()}, sys.stdout, indent=1, ensure_ascii=False)
print()
