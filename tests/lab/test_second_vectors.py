#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""The second implementation against the known answers: noise, channels, records."""

import json
import os
import socket
import struct
import sys
import threading
import traceback

from second import certs, lane, noise, records, vectors

TESTS = []


def test(function):
    TESTS.append(function)
    return function


def load(name):
    directory = sys.argv[1] if len(sys.argv) > 1 else os.path.join(
        os.path.dirname(os.path.abspath(__file__)), "../vectors")
    with open(os.path.join(directory, name)) as f:
        return json.load(f)


def raw(vector, name):
    return bytes.fromhex(vector[name]) if name in vector else None


def same(a, b, what):
    if a != b:
        raise AssertionError("%s\n got  %s\n want %s" % (what, a.hex(), b.hex()))


def play_noise(v):
    pattern = v["protocol_name"].split("_")[1]
    psks = [bytes.fromhex(p) for p in v.get("psks", [])]
    static = raw(v, "resp_static")
    remote = raw(v, "init_remote_static")
    if pattern[0] == "K" and static:
        remote = noise.public(static)
    a = noise.Handshake(pattern, True, raw(v, "init_prologue"), raw(v, "init_static"), remote,
                        raw(v, "init_ephemeral"), psks)
    known = raw(v, "init_static")
    b = noise.Handshake(pattern, False, raw(v, "resp_prologue"), static,
                        noise.public(known) if pattern[0] == "K" else None,
                        raw(v, "resp_ephemeral"), psks)
    one_way = len(a.messages) == 1
    keys, counters = None, [0, 0]
    for i, message in enumerate(v["messages"]):
        payload, wire = raw(message, "payload"), raw(message, "ciphertext")
        side = 0 if one_way else i % 2
        writer, reader = ((a, b), (b, a))[side]
        if not writer.finished:
            same(writer.write(payload), wire, "message %d" % i)
            same(reader.read(wire), payload, "payload %d" % i)
        else:
            keys = keys or (a.split(), b.split())
            same(noise.seal(keys[side][side], counters[side], b"", payload), wire, "data %d" % i)
            same(noise.unseal(keys[1 - side][side], counters[side], b"", wire), payload, "data")
            counters[side] += 1
    if "handshake_hash" in v:
        same(a.h, raw(v, "handshake_hash"), "h")
    same(a.h, b.h, "both h")


@test
def noise_json():
    for vector in load("noise.json")["vectors"]:
        play_noise(vector)


@test
def lane_xx():
    v = load("channels.json")["lane_xx"]
    id = raw(v, "lane_id")
    same(lane.prologue(lane.XX, lane.KIND_PEER, id), raw(v, "prologue"), "prologue")
    a = noise.Handshake("XX", True, raw(v, "prologue"), raw(v, "dialler_static"),
                        e=raw(v, "dialler_ephemeral"))
    b = noise.Handshake("XX", False, raw(v, "prologue"), raw(v, "listener_static"),
                        e=raw(v, "listener_ephemeral"))
    one = a.write()
    flights = [raw(f, "bytes") for f in v["flights"]]
    same(lane.preamble(lane.XX, lane.KIND_PEER, id) + lane.unit(one), flights[0], "XX1")
    b.read(one)
    two = b.write(raw(v, "listener_hello"))
    same(lane.unit(two), flights[1], "XX2")
    same(a.read(two), raw(v, "listener_hello"), "listener's HELLO")
    three = a.write(raw(v, "dialler_hello"))
    same(lane.unit(three), flights[2], "XX3")
    same(b.read(three), raw(v, "dialler_hello"), "dialler's HELLO")
    same(a.h, raw(v, "handshake_hash"), "h")
    same(a.split()[0] + a.split()[1], raw(v, "dialler_key") + raw(v, "listener_key"), "keys")
    same(a.exporter(), raw(v, "exporter"), "exporter")
    same(noise.kdf(a.exporter(), "LY1-lane", id + b"\0", 32),
         raw(v, "extra_lane_psk_dialler_opens"), "one-time secret")
    hello = lane.Hello(raw(v, "dialler_hello"))
    dialler, listener = lane.Lane(None, a, hello, True), lane.Lane(None, b, hello, False)
    for record in v["records"]:
        sender, taker = ((dialler, listener) if record["from"] == "dialler"
                         else (listener, dialler))
        wire = sender.seal_record(lane.DATA, raw(record, "frame"))
        same(wire, raw(record, "bytes"), "record")
        same(taker.open_record(wire[2:])[1], raw(record, "frame"), "frame")
    same(dialler.seal_record(lane.END), raw(v, "end"), "end")


def data_packet(key, index, counter, plain):
    head = struct.pack("<BBHIQ", 4, 0, 0, index, counter)
    return head + noise.seal(key, counter, head, plain)


@test
def link_ik():
    v = load("channels.json")["link_ik"]
    text = lane.prologue(lane.IK, lane.KIND_LINK, raw(v, "link_id"))
    static = raw(v, "responder_static")
    a = noise.Handshake("IK", True, text, raw(v, "initiator_static"), noise.public(static),
                        raw(v, "initiator_ephemeral"))
    b = noise.Handshake("IK", False, text, static, e=raw(v, "responder_ephemeral"))
    one = a.write(raw(v, "initiator_hello"))
    same(struct.pack("<BBHI", 5, 1, 0, v["initiator_index"]) + one, raw(v, "ik1"), "IK1")
    same(b.read(one), raw(v, "initiator_hello"), "HELLO")
    two = b.write(raw(v, "responder_hello"))
    same(struct.pack("<BBHII", 6, 1, 0, v["responder_index"], v["initiator_index"]) + two,
         raw(v, "ik2"), "IK2")
    same(a.read(two), raw(v, "responder_hello"), "HELLO")
    out, back = a.split()
    same(data_packet(out, v["responder_index"], 0, b"\1"), raw(v, "confirmation"), "confirmation")
    for name, key in (("data_initiator", out), ("data_responder", back)):
        wire = raw(v, name)
        index, counter = struct.unpack("<IQ", wire[4:16])
        plain = noise.unseal(key, counter, wire[:16], wire[16:])
        same(data_packet(key, index, counter, plain), wire, name)
    same(noise.kdf(a.exporter(), "LY1-session", b"", 16)[:8], raw(v, "session_name"), "name")


@test
def lanes_over_sockets():
    """Both sides of XX and IK here, with padding and new keys."""
    one, two = os.urandom(32), os.urandom(32)
    clock = lane.Clock()
    known = {}

    def hello():
        return lane.make_hello(clock.next(), 1)

    for pattern in (lane.XX, lane.IK):
        left, right = socket.socketpair()
        got = []
        thread = threading.Thread(target=lambda: got.append(
            lane.accept(right, two, hello, known)))
        thread.start()
        a = lane.dial(left, pattern, one, hello, noise.public(two))
        a.send(b"first", padding=20)
        a.send_rekey()
        a.send(b"second")
        a.end()
        thread.join()
        b = got[0]
        same(b.remote_static, noise.public(one), "who dials")
        same(b.receive() + b.receive(), b"firstsecond", "frames")
        try:
            b.receive()
            raise AssertionError("no end")
        except lane.LaneEnd:
            pass
        left.close()
        right.close()


@test
def signed_layouts():
    """records.json: a certificate, a list, records and what is derived from two accounts."""
    want = load("records.json")
    got = vectors.make()
    for name in want:
        if name != "note" and want[name] != got[name]:
            raise AssertionError("%s\n got  %s\n want %s" % (name, got[name], want[name]))
    cert = certs.Cert(raw(want, "certificate"))
    devices = certs.DeviceList(raw(want, "list"))
    if not devices.is_active(cert.device, cert.hash):
        raise AssertionError("not in the list")
    log = records.Log()
    for data in want["records"]:
        record = records.Record(bytes.fromhex(data))
        record.check_signature(cert.signing)
        if not log.continues(record):
            raise AssertionError("record %d does not continue" % record.seq)
        log.add(record)


def main():
    print("1..%d" % len(TESTS))
    failed = False
    for i, function in enumerate(TESTS, 1):
        try:
            function()
            print("ok %d - %s" % (i, function.__name__))
        except Exception:
            failed = True
            print("# " + traceback.format_exc().replace("\n", "\n# "))
            print("not ok %d - %s" % (i, function.__name__))
    return failed


if __name__ == "__main__":
    sys.exit(main())
