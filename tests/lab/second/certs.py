# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""Keys, device certificates and device lists (sections 2 and 5)."""

import hashlib
import os
import struct
import time
import unicodedata

from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey

from . import noise

DAY = 86400
LIFE = 400 * DAY
PATIENCE = 3 * DAY
ACTIVE, REVOKED = 0, 1


class Refused(Exception):
    """Bytes of somebody else that are not acceptable."""


def require(condition, text):
    if not condition:
        raise Refused(text)


def digest(data):
    return hashlib.blake2b(data, digest_size=32).digest()


def sign(key, tag, data):
    return key.sign(tag + data).signature


def verify(key, tag, data, signature):
    try:
        VerifyKey(key).verify(tag + data, signature)
    except (BadSignatureError, ValueError) as problem:
        raise Refused("signature " + tag.decode()) from problem


class Keys:
    """Secrets of a person (account) and one device of theirs; random unless seeds are given."""

    def __init__(self, account=None, signing=None, dh=None):
        self.account = SigningKey(account or os.urandom(32))
        self.signing = SigningKey(signing or os.urandom(32))
        self.dh = dh or os.urandom(32)

    @property
    def account_key(self):
        return bytes(self.account.verify_key)

    @property
    def signing_key(self):
        return bytes(self.signing.verify_key)

    @property
    def dh_key(self):
        return noise.public(self.dh)

    @property
    def device_id(self):
        return device_id(self.account_key, self.signing_key, self.dh_key)


def device_id(account, signing, dh):
    return hashlib.blake2b(account + signing + dh, digest_size=8).digest()


def make_cert(keys, name, list_number=1, capabilities=0, start=None, end=None):
    raw = name.encode()
    start = int(time.time()) if start is None else start
    end = start + LIFE if end is None else end
    body = (b"LDC1" + bytes([1, 0, len(raw), 0]) + keys.account_key + keys.signing_key
            + keys.dh_key + keys.device_id + struct.pack("<QQII", start, end, list_number,
                                                         capabilities) + raw)
    body += sign(keys.signing, b"LDC1-device", body)
    return body + sign(keys.account, b"LDC1-account", body)


class Cert:
    """A certificate whose layout and signatures are right; its time is not looked at."""

    def __init__(self, data):
        require(265 <= len(data) <= 264 + 48, "certificate: size")
        require(data[:6] == b"LDC1\x01\x00" and data[7] == 0, "certificate: head")
        require(1 <= data[6] <= 48 and len(data) == 264 + data[6], "certificate: name length")
        self.data, self.hash = data, digest(data)
        self.account, self.signing, self.dh, self.device = (
            data[8:40], data[40:72], data[72:104], data[104:112])
        self.start, self.end, self.list_number, self.capabilities = struct.unpack(
            "<QQII", data[112:136])
        signed = len(data) - 128
        try:
            self.name = data[136:signed].decode()
        except UnicodeDecodeError as problem:
            raise Refused("certificate: name") from problem
        require(is_clean(self.name), "certificate: name")
        require(len({self.account, self.signing, self.dh}) == 3, "certificate: keys")
        require(self.device == device_id(self.account, self.signing, self.dh),
                "certificate: device id")
        verify(self.signing, b"LDC1-device", data[:signed], data[signed:signed + 64])
        verify(self.account, b"LDC1-account", data[:signed + 64], data[signed + 64:])

    def is_valid_at(self, now):
        return self.start - PATIENCE <= now <= self.end + PATIENCE


def is_clean(name):
    return (unicodedata.is_normalized("NFC", name) and name == name.strip(" ")
            and "  " not in name
            and not any(unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp") for c in name))


def make_list(account, entries, number=1, before=bytes(32), when=None):
    """entries: (device id, certificate hash, state) in any order."""
    body = (b"LDL1" + bytes([1, len(entries), 0, 0]) + bytes(account.verify_key)
            + struct.pack("<IQ", number, int(time.time()) if when is None else when) + before)
    for device, cert_hash, state in entries:
        body += device + cert_hash + bytes([state])
    return body + sign(account, b"LDL1", body)


class DeviceList:
    def __init__(self, data):
        require(len(data) >= 189 and data[:5] == b"LDL1\x01" and data[6:8] == bytes(2),
                "list: head")
        count = data[5]
        require(1 <= count <= 16 and len(data) == 148 + 41 * count, "list: size")
        self.data, self.hash = data, digest(data)
        self.account = data[8:40]
        self.number, self.time = struct.unpack("<IQ", data[40:52])
        self.before = data[52:84]
        require(self.number >= 1 and (self.number > 1 or self.before == bytes(32)),
                "list: number")
        self.devices = {}
        for at in range(84, 84 + 41 * count, 41):
            device = data[at:at + 8]
            require(device not in self.devices, "list: a device twice")
            self.devices[device] = (data[at + 8:at + 40], data[at + 40])
        verify(self.account, b"LDL1", data[:-64], data[-64:])

    def is_active(self, device, cert_hash):
        return self.devices.get(device) == (cert_hash, ACTIVE)

    def check_follows(self, known):
        """Whether it may take the place of a list of the same account."""
        require(self.number > known.number, "list: number went back")
        if self.number == known.number + 1:
            require(self.before == known.hash, "list: another predecessor")
        for device, (_, state) in known.devices.items():
            if state != ACTIVE:
                require(self.devices.get(device, (b"", REVOKED))[1] != ACTIVE, "list: un-revokes")


def safety_number(a, b):
    """The sixty digits that two people compare."""
    digits = ""
    for key in sorted((a, b)):
        d = noise.kdf(bytes(32), "LY1-sn", key, 64)
        for at in range(0, 30, 5):
            digits += "%05d" % (int.from_bytes(d[at:at + 5], "big") % 100000)
    return digits


class Person:
    """Somebody whose Identity was accepted: newest list, certificates by device."""

    def __init__(self, account):
        self.account = account
        self.list = None
        self.certs = {}


def judge(identity, dh, people, now=None):
    """Section 7: returns (person, certificate of the device that holds dh); raises Refused."""
    require(1 <= len(identity.list) <= 1024 and 1 <= len(identity.certs) <= 16, "identity: limits")
    new = DeviceList(identity.list)
    person = people.get(new.account) or Person(new.account)
    newest = person.list
    if newest is None or new.number > newest.number:
        if newest is not None:
            new.check_follows(newest)
        newest = new
    elif new.number == newest.number:
        require(new.data == newest.data, "identity: two lists of one number")
    certs = [Cert(c) for c in identity.certs]
    mine = [c for c in certs if c.dh == dh]
    require(mine, "identity: no certificate for this channel's key")
    cert = mine[0]
    require(cert.account == new.account, "identity: another account's certificate")
    require(cert.is_valid_at(time.time() if now is None else now), "identity: out of its time")
    state = newest.devices.get(cert.device)
    require(state is None or state[1] == ACTIVE, "identity: revoked")
    require(newest.is_active(cert.device, cert.hash), "identity: not in the list")
    person.list = newest
    for c in certs:
        if c.account == person.account and newest.is_active(c.device, c.hash):
            person.certs[c.device] = c
    people[person.account] = person
    return person, cert
