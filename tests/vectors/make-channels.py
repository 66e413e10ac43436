#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""Writes channels.json: one XX lane and one IK link with fixed keys, byte by byte.

An implementation of its own, after src/wire/PROTOCOL.md and the Noise specification; it shares no
code with the C one and needs only python3-nacl.
"""
import hashlib
import hmac
import json
import struct
import sys

from nacl.bindings import (crypto_aead_chacha20poly1305_ietf_decrypt as aead_open,
                           crypto_aead_chacha20poly1305_ietf_encrypt as aead_seal,
                           crypto_scalarmult as dh, crypto_scalarmult_base as public)

PATTERNS = {"XX": (False, ["e", "e ee s es", "s se"]), "IK": (True, ["e es s ss", "e ee se"])}


def hash_(data):
    return hashlib.blake2b(data).digest()


def hmac_(key, data):
    return hmac.new(key, data, hashlib.blake2b).digest()


def hkdf(ck, ikm, n):
    temp, out, last = hmac_(ck, ikm), [], b""
    for i in range(n):
        last = hmac_(temp, last + bytes([i + 1]))
        out.append(last)
    return out


def nonce(n):
    return bytes(4) + struct.pack("<Q", n)


class Noise:
    def __init__(self, pattern, initiator, prologue, s, e, rs=None):
        name = b"Noise_" + pattern.encode() + b"_25519_ChaChaPoly_BLAKE2b"
        self.h = self.ck = name.ljust(64, b"\0")
        self.k = None
        self.initiator, self.s, self.e, self.rs, self.re = initiator, s, e, rs, None
        known, self.messages = PATTERNS[pattern]
        self.messages = list(self.messages)
        self.mix_hash(prologue)
        if known:
            self.mix_hash(rs if initiator else public(s))

    def mix_hash(self, data):
        self.h = hash_(self.h + data)

    def mix_key(self, ikm):
        self.ck, k = hkdf(self.ck, ikm, 2)
        self.k, self.n = k[:32], 0

    def seal(self, data):
        if self.k:
            data = aead_seal(data, self.h, nonce(self.n), self.k)
            self.n += 1
        self.mix_hash(data)
        return data

    def open(self, data):
        plain = data
        if self.k:
            plain = aead_open(data, self.h, nonce(self.n), self.k)
            self.n += 1
        self.mix_hash(data)
        return plain

    def mix_dh(self, token):
        own_e = token == "ee" or (token == "es") == self.initiator and token != "ss"
        remote_e = token == "ee" or (token == "se") == self.initiator and token != "ss"
        self.mix_key(dh(self.e if own_e else self.s, self.re if remote_e else self.rs))

    def write(self, payload):
        out = b""
        for token in self.messages.pop(0).split():
            if token == "e":
                out += public(self.e)
                self.mix_hash(public(self.e))
            elif token == "s":
                out += self.seal(public(self.s))
            else:
                self.mix_dh(token)
        return out + self.seal(payload)

    def read(self, data):
        for token in self.messages.pop(0).split():
            if token == "e":
                self.re, data = data[:32], data[32:]
                self.mix_hash(self.re)
            elif token == "s":
                n = 48 if self.k else 32
                self.rs, data = self.open(data[:n]), data[n:]
            else:
                self.mix_dh(token)
        return self.open(data)

    def split(self):
        a, b = (k[:32] for k in hkdf(self.ck, b"", 2))
        exporter = hmac_(self.ck, b"LY1 exporter" + self.h)[:32]
        return (a, b, exporter) if self.initiator else (b, a, exporter)


def preamble(pattern, kind, ident):
    return b"LY" + bytes([1, pattern, kind]) + ident


def prologue(pattern, kind, ident):
    return b"LANYARD" + bytes([1, kind, pattern, 0]) + bytes(16) + preamble(pattern, kind, ident)


def hello(seconds, nanoseconds, seq, caps):
    return struct.pack(">QI", seconds, nanoseconds) + struct.pack("<IQ16sI", seq, 0, bytes(16), caps)


def framed(message):
    return struct.pack(">H", len(message)) + message


def record(key, n, rtype, body):
    return framed(aead_seal(struct.pack("<BH", rtype, 0) + body, b"", nonce(n), key))


def kdf(key, label, context, size=32):
    return hashlib.blake2b(context, digest_size=size, key=key, person=label).digest()


def key(n):
    return bytes((n + i) & 255 for i in range(32))


def lane_xx():
    ident = bytes(range(16))
    hello_d, hello_l = hello(1700000000, 0, 1, 1), hello(1700000001, 500, 2, 1)
    d = Noise("XX", True, prologue(1, 1, ident), key(0x10), key(0x30))
    l = Noise("XX", False, prologue(1, 1, ident), key(0x50), key(0x70))
    m1 = d.write(b"")
    assert l.read(m1) == b""
    m2 = l.write(hello_l)
    assert d.read(m2) == hello_l
    m3 = d.write(hello_d)
    assert l.read(m3) == hello_d
    send_d, send_l, exporter = d.split()
    assert l.split() == (send_l, send_d, exporter) and d.h == l.h
    return {
        "dialler_static": key(0x10).hex(), "dialler_ephemeral": key(0x30).hex(),
        "listener_static": key(0x50).hex(), "listener_ephemeral": key(0x70).hex(),
        "lane_id": ident.hex(), "dialler_hello": hello_d.hex(), "listener_hello": hello_l.hex(),
        "prologue": prologue(1, 1, ident).hex(),
        "flights": [{"from": "dialler", "bytes": (preamble(1, 1, ident) + framed(m1)).hex()},
                    {"from": "listener", "bytes": framed(m2).hex()},
                    {"from": "dialler", "bytes": framed(m3).hex()}],
        "handshake_hash": d.h.hex(), "dialler_key": send_d.hex(), "listener_key": send_l.hex(),
        "exporter": exporter.hex(),
        "extra_lane_psk_dialler_opens": kdf(exporter, b"LY1-lane", ident + b"\0").hex(),
        "records": [
            {"from": "dialler", "frame": b"hello".hex(), "bytes": record(send_d, 0, 0, b"hello").hex()},
            {"from": "listener", "frame": b"world".hex(), "bytes": record(send_l, 0, 0, b"world").hex()},
            {"from": "dialler", "frame": b"again".hex(), "bytes": record(send_d, 1, 0, b"again").hex()}],
        "end": record(send_d, 2, 2, b"").hex(),
    }


def link_ik():
    ident = bytes(range(0xa0, 0xb0))
    hello_i, hello_r = hello(1700000000, 0, 1, 1), hello(1700000001, 500, 2, 1)
    i = Noise("IK", True, prologue(2, 0, ident), key(0x10), key(0x30), public(key(0x50)))
    r = Noise("IK", False, prologue(2, 0, ident), key(0x50), key(0x70))
    index_i, index_r = 0x11223344, 0x55667788
    ik1 = struct.pack("<BBHI", 5, 1, 0, index_i) + i.write(hello_i)
    assert r.read(ik1[8:]) == hello_i
    ik2 = struct.pack("<BBHII", 6, 1, 0, index_r, index_i) + r.write(hello_r)
    assert i.read(ik2[12:]) == hello_r
    send_i, send_r, exporter = i.split()
    assert (len(ik1), len(ik2)) == (148, 104)

    def data(k, index, n, lane, body):
        header = struct.pack("<IIQ", 4, index, n)
        return header + aead_seal(bytes([lane]) + body, header, nonce(n), k)

    return {
        "initiator_static": key(0x10).hex(), "initiator_ephemeral": key(0x30).hex(),
        "responder_static": key(0x50).hex(), "responder_ephemeral": key(0x70).hex(),
        "initiator_index": index_i, "responder_index": index_r,
        "link_id": ident.hex(), "initiator_hello": hello_i.hex(), "responder_hello": hello_r.hex(),
        "ik1": ik1.hex(), "ik2": ik2.hex(),
        "confirmation": data(send_i, index_r, 0, 1, b"").hex(),
        "data_initiator": data(send_i, index_r, 1, 0, b"ping").hex(),
        "data_responder": data(send_r, index_i, 0, 2, b"pong").hex(),
        "session_name": kdf(exporter, b"LY1-session", b"", 16)[:8].hex(),
    }


json.dump({"lane_xx": lane_xx(), "link_ik": link_ik()}, sys.stdout, indent=1)
print()
