# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""Signed records and the logs that they form (section 8)."""

import hashlib
import os
import struct
import time

from .certs import Refused, digest, require, sign, verify

HEAD = struct.Struct("<16s8sQ32s16sQHI")
TEXT, FILE_OFFER, READ_UP_TO = 1, 2, 3
BODIES = {TEXT: "text", FILE_OFFER: "file_offer", READ_UP_TO: "read_up_to"}
MAX_RECORD = 49152
MAX_HLC = 2 ** 59 - 1


class Early(Exception):
    """A record that comes before its time; `fetch` asks for what is missing before it."""

    def __init__(self, conversation, device, first, last):
        super().__init__("records %d to %d are missing" % (first, last))
        self.fetch = {"conversation": conversation, "device": device, "from": first, "to": last}


def conversation_id(a, b):
    return hashlib.blake2b(min(a, b) + max(a, b), digest_size=16).digest()


def pack(keys, conversation, seq, previous, message, hlc, kind, content):
    """A signed record; keys: certs.Keys of the author."""
    part = HEAD.pack(conversation, keys.device_id, seq, previous, message, hlc, kind,
                     len(content)) + content
    return part + sign(keys.signing, b"LYR1", part)


class Record:
    def __init__(self, data):
        require(HEAD.size + 64 <= len(data) <= MAX_RECORD, "record: size")
        (self.conversation, self.device, self.seq, self.previous, self.message, self.hlc,
         self.kind, size) = HEAD.unpack(data[:HEAD.size])
        require(len(data) == HEAD.size + size + 64, "record: length of the content")
        require(self.seq >= 1 and self.kind != 0 and self.message != bytes(16), "record: zeros")
        require((self.seq == 1) == (self.previous == bytes(32)), "record: previous")
        require(0 < self.hlc <= MAX_HLC, "record: hlc")
        self.data, self.hash = data, digest(data)
        self.raw_content = data[HEAD.size:-64]

    def check_signature(self, signing_key):
        verify(signing_key, b"LYR1", self.data[:-64], self.data[-64:])

    def content(self, proto):
        """The Content, or None where the kind is not known."""
        if self.kind not in BODIES:
            return None
        try:
            content = proto.Content.FromString(self.raw_content)
        except Exception as problem:
            raise Refused("record: content") from problem
        require(content.WhichOneof("body") == BODIES[self.kind], "record: another body")
        return content


class HybridClock:
    """hlc values: the clock's milliseconds with a counter below, never twice the same."""

    def __init__(self):
        self.last = 0

    def next(self):
        self.last = max(int(time.time() * 1000) << 16, self.last + 1)
        return self.last

    def see(self, hlc):
        if hlc >> 16 <= int(time.time() * 1000) + 300000:
            self.last = max(self.last, hlc)


class Log:
    """Records of one device in one conversation, without a gap from seq 1."""

    def __init__(self):
        self.records = []

    @property
    def seq(self):
        return len(self.records)

    @property
    def hash(self):
        return self.records[-1].hash if self.records else bytes(32)

    @property
    def hlc(self):
        return self.records[-1].hlc if self.records else 0

    def continues(self, record):
        return (record.seq == self.seq + 1 and record.previous == self.hash
                and record.hlc > self.hlc)

    def add(self, record):
        self.records.append(record)


class Conversation:
    """What two people wrote to each other, as far as it is known here."""

    def __init__(self, proto, keys, other, clock):
        self.proto, self.keys, self.other, self.clock = proto, keys, other, clock
        self.id = conversation_id(keys.account_key, other)
        self.own = Log()
        self.logs = {}  # device id -> Log, of the other person
        self.order = 0
        self.acknowledged = 0  # of our own log, by the other's newest vector
        self.read_hlc = 0

    def write(self, kind, content, message=None, keys=None, seq=None, hlc=None, keep=True):
        """Signs the next record of our log and stores it; tests bend it by the other arguments."""
        hlc = hlc or self.clock.next()
        content.order = min(max(hlc, self.order + 1), MAX_HLC)
        record = Record(pack(keys or self.keys, self.id, seq or self.own.seq + 1, self.own.hash,
                             message or os.urandom(16), hlc, kind, content.SerializeToString()))
        if keep:
            self.order = content.order
            self.own.add(record)
        return record

    def take(self, data, certs):
        """Judges a record that came in. Returns it when it is new, None when it is known."""
        record = Record(data)
        require(record.conversation == self.id, "record: conversation")
        require(record.device in certs, "record: device")
        log = self.logs.setdefault(record.device, Log())
        if record.seq <= log.seq:
            return None
        if record.seq > log.seq + 1:
            raise Early(self.id, record.device, log.seq + 1, record.seq - 1)
        require(log.continues(record), "record: does not continue")
        record.check_signature(certs[record.device].signing)
        content = record.content(self.proto)
        self.clock.see(record.hlc)
        self.order = max(self.order, record.hlc, content.order if content else 0)
        log.add(record)
        if record.kind == READ_UP_TO:
            for mark in content.read_up_to.marks:
                if mark.device == self.keys.device_id:
                    self.read_hlc = max(self.read_hlc, mark.hlc)
        return record

    def vector(self):
        vector = self.proto.Vector(conversation=self.id)
        for device, log in [(self.keys.device_id, self.own)] + sorted(self.logs.items()):
            if log.seq:
                vector.heads.add(device=device, seq=log.seq, hash=log.hash)
        return vector

    def acknowledge(self, vector):
        """Takes in what the other holds of our log."""
        self.acknowledged = 0
        for head in vector.heads:
            if head.device == self.keys.device_id and head.seq <= self.own.seq:
                if head.seq and self.own.records[head.seq - 1].hash == head.hash:
                    self.acknowledged = head.seq
