# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""Noise with X25519, ChaCha20-Poly1305 and BLAKE2b (section 2)."""

import hashlib
import hmac
import os
import struct

from nacl import bindings, exceptions

PATTERNS = {  # keys known before; then the tokens of each message
    "N": ("<s", ["e es"]),
    "X": ("<s", ["e es s ss"]),
    "NN": ("", ["e", "e ee"]),
    "NK": ("<s", ["e es", "e ee"]),
    "KK": (">s <s", ["e es ss", "e ee se"]),
    "XK": ("<s", ["e es", "e ee", "s se"]),
    "XX": ("", ["e", "e ee s es", "s se"]),
    "IK": ("<s", ["e es s ss", "e ee se"]),
}


class NoiseError(Exception):
    """A message that is not as the pattern says, or does not authenticate."""


def public(secret):
    return bindings.crypto_scalarmult_base(secret)


def dh(secret, key):
    try:
        return bindings.crypto_scalarmult(secret, key)
    except (RuntimeError, exceptions.CryptoError) as problem:
        raise NoiseError("a DH of zeros") from problem


def seal(key, counter, extra, plain):
    return bindings.crypto_aead_chacha20poly1305_ietf_encrypt(
        plain, extra, bytes(4) + struct.pack("<Q", counter), key)


def unseal(key, counter, extra, sealed):
    try:
        return bindings.crypto_aead_chacha20poly1305_ietf_decrypt(
            sealed, extra, bytes(4) + struct.pack("<Q", counter), key)
    except exceptions.CryptoError as problem:
        raise NoiseError("does not open") from problem


def rekey(key):
    """Noise's REKEY: 32 zero bytes, sealed under the greatest nonce, without the tag."""
    return seal(key, 2 ** 64 - 1, b"", bytes(32))[:32]


def mac(key, data):
    return hmac.new(key, data, hashlib.blake2b).digest()


def hkdf(key, material, count):
    inner = mac(key, material)
    outputs, last = [], b""
    for i in range(1, count + 1):
        last = mac(inner, last + bytes([i]))
        outputs.append(last)
    return outputs


def kdf(key, label, context, size):
    """KDF of section 2."""
    return hashlib.blake2b(context, digest_size=size, key=key, salt=bytes(16),
                           person=label.encode().ljust(16, b"\0")).digest()


def split_name(name):
    """("XX", {2: ["psk"] at the end of message 2 ...}) of "XXpsk0+psk2"; 0 is message 1's start."""
    base, *modifiers = name.replace("+", "").split("psk")
    return base, [int(m) for m in modifiers]


class Handshake:
    """One side of a handshake. Secrets are 32 raw bytes; `e` is given by tests only."""

    def __init__(self, pattern, initiator, prologue, s=None, rs=None, e=None, psks=()):
        base, psk_places = split_name(pattern)
        known, messages = PATTERNS[base]
        self.messages = [m.split() for m in messages]
        for place in psk_places:
            if place == 0:
                self.messages[0].insert(0, "psk")
            else:
                self.messages[place - 1].append("psk")
        self.has_psk = bool(psk_places)
        self.initiator, self.s, self.rs, self.e, self.re = initiator, s, rs, e, None
        self.psks = list(psks)
        self.next, self.key, self.counter = 0, None, 0
        name = ("Noise_%s_25519_ChaChaPoly_BLAKE2b" % pattern).encode()
        self.h = name.ljust(64, b"\0") if len(name) <= 64 else hashlib.blake2b(name).digest()
        self.ck = self.h
        self.mix_hash(prologue)
        for item in known.split():
            ours = (item[0] == ">") == initiator
            self.mix_hash(public(self.s) if ours else self.rs)

    def mix_hash(self, data):
        self.h = hashlib.blake2b(self.h + data).digest()

    def mix_key(self, material):
        self.ck, key = hkdf(self.ck, material, 2)
        self.key, self.counter = key[:32], 0

    def mix_key_and_hash(self, material):
        self.ck, middle, key = hkdf(self.ck, material, 3)
        self.mix_hash(middle)
        self.key, self.counter = key[:32], 0

    def encrypt_and_hash(self, plain):
        out = plain
        if self.key:
            out = seal(self.key, self.counter, self.h, plain)
            self.counter += 1
        self.mix_hash(out)
        return out

    def decrypt_and_hash(self, data):
        out = data
        if self.key:
            out = unseal(self.key, self.counter, self.h, data)
            self.counter += 1
        self.mix_hash(data)
        return out

    def mix_dh(self, token):
        """"es" is the initiator's e with the responder's s, and so on."""
        mine, theirs = token if self.initiator else token[::-1]
        self.mix_key(dh(self.e if mine == "e" else self.s, self.re if theirs == "e" else self.rs))

    def write(self, payload=b""):
        out = b""
        for token in self.messages[self.next]:
            if token == "e":
                self.e = self.e or os.urandom(32)
                out += public(self.e)
                self.mix_hash(public(self.e))
                if self.has_psk:
                    self.mix_key(public(self.e))
            elif token == "s":
                out += self.encrypt_and_hash(public(self.s))
            elif token == "psk":
                self.mix_key_and_hash(self.psks.pop(0))
            else:
                self.mix_dh(token)
        self.next += 1
        return out + self.encrypt_and_hash(payload)

    def read(self, data):
        def take(n):
            nonlocal data
            if len(data) < n:
                raise NoiseError("too short")
            head, data = data[:n], data[n:]
            return head

        for token in self.messages[self.next]:
            if token == "e":
                self.re = take(32)
                self.mix_hash(self.re)
                if self.has_psk:
                    self.mix_key(self.re)
            elif token == "s":
                self.rs = self.decrypt_and_hash(take(48 if self.key else 32))
            elif token == "psk":
                self.mix_key_and_hash(self.psks.pop(0))
            else:
                self.mix_dh(token)
        self.next += 1
        return self.decrypt_and_hash(data)

    @property
    def finished(self):
        return self.next == len(self.messages)

    def split(self):
        """(key of what the initiator sends, key of what the responder sends)"""
        return tuple(k[:32] for k in hkdf(self.ck, b"", 2))

    def exporter(self):
        return mac(self.ck, b"LY1 exporter" + self.h)[:32]
