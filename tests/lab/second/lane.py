# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""Lanes: a TCP connection, a handshake, sealed records (sections 2 and 3)."""

import os
import struct
import threading
import time

from . import noise

KIND_LINK, KIND_PEER = 0, 1
XX, IK = 1, 2
NAMES = {XX: "XX", IK: "IK"}
DATA, REKEY, END, ERROR = 0, 1, 2, 3
REKEY_RECORDS, REKEY_BYTES = 65535, 2 ** 30
MAX_BODY = 65533 - 16 - 3


class LaneError(Exception):
    """The lane broke: what came is not as the protocol says, or nothing came."""


class LaneEnd(LaneError):
    """The other end said that nothing more follows."""


def preamble(pattern, kind, id):
    return b"LY" + bytes([1, pattern, kind]) + id


def prologue(pattern, kind, id, net_id=bytes(16)):
    return b"LANYARD" + bytes([1, kind, pattern, 0]) + net_id + preamble(pattern, kind, id)


class Clock:
    """Timestamps of handshakes: they grow, whatever the computer's clock does."""

    def __init__(self):
        self.last = 0
        self.lock = threading.Lock()

    def next(self):
        with self.lock:
            self.last = max(time.time_ns(), self.last + 1)
            return struct.pack(">QI", *divmod(self.last, 10 ** 9))


def make_hello(ts, list_number, capabilities=0):
    return ts + struct.pack("<IQ16sI", list_number, 0, bytes(16), capabilities)


class Hello:
    def __init__(self, data):
        if len(data) != 44:
            raise LaneError("HELLO has %d bytes" % len(data))
        self.ts = data[:12]
        self.list_number, self.epoch, self.root, self.capabilities = struct.unpack(
            "<IQ16sI", data[12:])


class Lane:
    """An open lane. send() may be called by any thread, receive() by one."""

    def __init__(self, sock, handshake, remote_hello, is_dialler, pattern=XX):
        self.pattern = pattern
        self.sock, self.remote_hello, self.is_dialler = sock, remote_hello, is_dialler
        self.remote_static, self.h = handshake.rs, handshake.h
        self.exporter = handshake.exporter()
        dialler, listener = handshake.split()
        self.out_key, self.in_key = (dialler, listener) if is_dialler else (listener, dialler)
        self.out_counter = self.in_counter = 0
        self.out_records = self.out_bytes = 0
        self.sent_end = False
        self.first = None  # (type, body) of the record that confirmed the keys
        self.lock = threading.Lock()

    def seal_record(self, type, body=b"", padding=0):
        plain = struct.pack("<BH", type, padding) + body + bytes(padding)
        sealed = noise.seal(self.out_key, self.out_counter, b"", plain)
        self.out_counter += 1
        self.out_records += 1
        self.out_bytes += len(sealed)
        return struct.pack(">H", len(sealed)) + sealed

    def send(self, body=b"", type=DATA, padding=0):
        with self.lock:
            out = b""
            if self.out_records >= REKEY_RECORDS or self.out_bytes >= REKEY_BYTES:
                out = self.rekey()
            self.sock.sendall(out + self.seal_record(type, body, padding))

    def rekey(self):
        out = self.seal_record(REKEY)
        self.out_key = noise.rekey(self.out_key)
        self.out_records = self.out_bytes = 0
        return out

    def send_rekey(self):
        """A new key before its time."""
        with self.lock:
            self.sock.sendall(self.rekey())

    def open_record(self, sealed):
        """Returns (type, body) of one record without its length."""
        if not 19 <= len(sealed) <= 65533:
            raise LaneError("a record of %d bytes" % len(sealed))
        plain = noise.unseal(self.in_key, self.in_counter, b"", sealed)
        self.in_counter += 1
        type, padding = struct.unpack("<BH", plain[:3])
        body = plain[3:]
        if padding > len(body) or any(body[len(body) - padding:]):
            raise LaneError("wrong padding")
        body = body[:len(body) - padding]
        if type > ERROR or (type in (REKEY, END) and body):
            raise LaneError("a record of type %d" % type)
        if type == REKEY:
            self.in_key = noise.rekey(self.in_key)
        return type, body

    def receive(self):
        """The next frame's bytes; passes over empty records, follows new keys."""
        while True:
            type, body = self.first or self.open_record(read_unit(self.sock))
            self.first = None
            if type == DATA and body:
                return body
            if type == END:
                self.end()
                raise LaneEnd("end")
            if type == ERROR:
                raise LaneError("the other end gave up: %s" % body.hex())

    def end(self):
        """Says that nothing more follows, once."""
        if not self.sent_end:
            self.sent_end = True
            try:
                self.send(type=END)
            except OSError:
                pass

    def close(self):
        self.sock.close()


def read_exactly(sock, n):
    data = b""
    while len(data) < n:
        try:
            more = sock.recv(n - len(data))
        except OSError as problem:
            raise LaneError("cut: %s" % problem) from problem
        if not more:
            raise LaneError("cut")
        data += more
    return data


def read_unit(sock):
    return read_exactly(sock, struct.unpack(">H", read_exactly(sock, 2))[0])


def unit(data):
    return struct.pack(">H", len(data)) + data


def dial(sock, pattern, static, hello, remote_static=None, id=None, e=None, wrong_prologue=None):
    """Shakes hands on a connected socket; returns a Lane. hello() gives the 44 bytes."""
    id = id or os.urandom(16)
    text = wrong_prologue or prologue(pattern, KIND_PEER, id)
    hs = noise.Handshake(NAMES[pattern], True, text, s=static, rs=remote_static, e=e)
    first = hello() if pattern == IK else b""
    sock.sendall(preamble(pattern, KIND_PEER, id) + unit(hs.write(first)))
    try:
        remote = Hello(hs.read(read_unit(sock)))
    except noise.NoiseError as problem:
        raise LaneError("handshake: %s" % problem) from problem
    if pattern == XX:
        sock.sendall(unit(hs.write(hello())))
    lane = Lane(sock, hs, remote, True, pattern)
    if pattern == IK:
        lane.send()  # confirms the keys to the listener
    return lane


def accept(sock, static, hello, newest_ts):
    """The listener's side. newest_ts: {static key: greatest ts}, changed when confirmed."""
    head = read_exactly(sock, 21)
    pattern, kind = head[3], head[4]
    if head[:3] != b"LY\x01" or pattern not in NAMES or kind != KIND_PEER:
        raise LaneError("refused a preamble")
    hs = noise.Handshake(NAMES[pattern], False, prologue(pattern, kind, head[5:]), s=static)
    try:
        return shake(sock, hs, pattern, hello, newest_ts)
    except noise.NoiseError as problem:
        raise LaneError("handshake: %s" % problem) from problem


def shake(sock, hs, pattern, hello, newest_ts):
    payload = hs.read(read_unit(sock))
    if pattern == IK:
        remote = Hello(payload)
        if remote.ts <= newest_ts.get(hs.rs, bytes(12)):
            raise LaneError("replayed")
        sock.sendall(unit(hs.write(hello())))
    else:
        if payload:
            raise LaneError("a payload where none belongs")
        sock.sendall(unit(hs.write(hello())))
        remote = Hello(hs.read(read_unit(sock)))
    lane = Lane(sock, hs, remote, False, pattern)
    if pattern == IK:
        lane.first = lane.open_record(read_unit(sock))  # nothing is believed before it
        newest_ts[hs.rs] = remote.ts
    return lane
