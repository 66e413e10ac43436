#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""T13, T29, T33: what a server takes from strangers and from members who mean no good (SECURITY 8.5)."""

import contextlib
import os
import socket
import sqlite3
import struct
import time

from lab import check, main, note, test, wait_until
from second import lane, office
from second.office import Gone, OfficeClient, Refused
from serverlab import SLOW, Server, wait_gone

QUICK = "[limits]\nfirst-bytes = 1 s\nhandshake = 3 s\nidle = 6 s\n"


def connect(server, source=None):
    return socket.create_connection(server.address, timeout=10 * SLOW,
                                    source_address=source and (source, 0))


def dribble(sock, data, timeout=20):
    """One byte every 0.2 s until the other side has had enough; returns the seconds."""
    begun = time.monotonic()
    try:
        for byte in data:
            sock.sendall(bytes([byte]))
            sock.settimeout(0.2)
            try:
                if not sock.recv(1):
                    break
            except TimeoutError:
                pass
            check(time.monotonic() - begun < timeout * SLOW, "still patient")
    except ConnectionError:
        pass
    return time.monotonic() - begun


def is_open(sock):
    sock.settimeout(0.05)
    try:
        return sock.recv(1) != b""
    except TimeoutError:
        return True
    except OSError:
        return False


def code_of(call):
    try:
        call()
    except (Refused, Gone) as no:
        return no.code if no.code is not None else -1
    return 0


@test("T33: a slow loris is put out at each stage")
def _():
    with Server(QUICK) as server:
        alice = server.join("Alice")
        took = wait_gone(connect(server))
        check(0.7 <= took < 3 * SLOW, "silence is cut after first-bytes: %.1f" % took)
        preamble = office.handshake(office.XK, alice.key, os.urandom(32))[0]
        took = dribble(connect(server), preamble)
        check(2.5 <= took < 6 * SLOW, "a dribbled handshake is cut: %.1f" % took)
        half = connect(server)
        half.sendall(preamble)
        took = wait_gone(half)
        check(2.5 <= took < 6 * SLOW, "half a handshake is cut: %.1f" % took)
        silent = OfficeClient("Silent")
        opened = office.dial(connect(server), office.NK, alice.key)
        took = wait_gone(opened.sock, 25)
        check(took < 14 * SLOW, "a lane on which nobody says who they are is cut: %.1f" % took)
        record = alice.lane.seal_record(lane.DATA, bytes(2000))
        took = dribble(alice.lane.sock, record, 40)
        check(took < 12 * SLOW, "a dribbled record does not keep a lane: %.1f" % took)
        del silent


@test("T29: one address has 32 unfinished handshakes, all together the total; others get in")
def _():
    with Server("[limits]\nfirst-bytes = 10 s\nhandshake = 20 s\n") as server:
        alice = server.join("Alice")
        crowd = [connect(server, "127.0.0.9") for _ in range(40)]
        wait_until(lambda: sum(map(is_open, crowd)) == 32, "32 are left", 5 * SLOW)
        alice.close()
        server.again(alice)
        wait_until(lambda: server.metric('refused_total{why="address"}') >= 8, "they were counted")
        for sock in crowd:
            sock.close()
    with Server("[limits]\nunauthenticated = 40\nfirst-bytes = 10 s\n") as server:
        alice = server.join("Alice")
        crowd = [connect(server, "127.0.0.%d" % (10 + i)) for i in range(60)]
        wait_until(lambda: sum(map(is_open, crowd)) == 40, "40 are left", 5 * SLOW)
        alice.ping()
        for sock in crowd:
            sock.close()
        wait_until(lambda: server.metric("unauthenticated") == 0, "all is forgotten", 5 * SLOW)
        alice.close()
        server.again(alice)


@contextlib.contextmanager
def frees_at_once():
    """A sanitizer keeps what was freed for a while, and would be counted as having grown."""
    before = os.environ.get("ASAN_OPTIONS")
    os.environ["ASAN_OPTIONS"] = "detect_leaks=1:quarantine_size_mb=1:thread_local_quarantine_size_kb=64"
    try:
        yield
    finally:
        os.environ.pop("ASAN_OPTIONS")
        if before is not None:
            os.environ["ASAN_OPTIONS"] = before


@test("T29: 5,000 connections leave memory and descriptors as they were")
def _():
    with frees_at_once(), Server() as server:
        alice = server.join("Alice")

        def descriptors():
            return len(os.listdir("/proc/%d/fd" % server.process.pid))

        def flood(n):
            for _ in range(n):
                sock = connect(server, "127.0.0.8")
                sock.close()
        flood(500)
        wait_until(lambda: server.metric("connections") == 1, "the first are gone", 10 * SLOW)
        before, fds = server.memory(), descriptors()
        flood(5000)
        wait_until(lambda: server.metric("connections") == 1, "the flood is gone", 20 * SLOW)
        grown = server.memory() - before
        note("memory grew by %d kB" % (grown // 1024))
        check(grown < 2 * 1024 * 1024, "memory grew by %d" % grown)
        check(descriptors() <= fds + 1, "descriptors stay")
        alice.ping()


@test("ten failed handshakes a second close the door for an address, not for others")
def _():
    with Server() as server:
        alice = server.join("Alice")
        for _ in range(14):
            sock = connect(server, "127.0.0.7")
            try:
                sock.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                wait_gone(sock)
            except OSError:
                pass
        wait_until(lambda: server.metric('refused_total{why="failures"}'), "the door was closed")
        alice.close()
        server.again(alice)
        wait_until(lambda: code_of(lambda: server.again(alice, source="127.0.0.7")) == 0,
                   "a second later it is open again", 10 * SLOW, 0.3)


@test("T13: wrong lengths, junk and oversized frames end a lane and nothing else")
def _():
    with Server("[limits]\nfailures-per-second = 1000\n") as server:
        alice, mallory = server.join("Alice"), server.join("Mallory")
        for junk in (b"\0\0", b"\0\x01x", b"\xff\xff" + bytes(65535), b"\0\x26" + os.urandom(38)):
            mallory.lane.sock.sendall(junk)
            wait_gone(mallory.lane.sock)
            server.again(mallory)
        mallory.lane.sock.sendall(mallory.lane.seal_record(lane.DATA, bytes(65001)))
        wait_gone(mallory.lane.sock)
        for frame in (b"\x0a\xff\xff\xff\xff\x7f", os.urandom(3000),
                      mallory.frame("signal", device=alice.device, payload=bytes(4601)),
                      mallory.frame("deposit", device=alice.device, id=bytes(16),
                                    envelope=bytes(57345)),
                      mallory.frame("welcome", time_ms=1)):
            server.again(mallory)
            mallory.lane.send(frame)
            check(code_of(lambda: mallory.wait("pong")) in (1, 10, -1), "put out or refused")
            mallory.close()
        for cut in range(1, 140, 7):
            first = office.handshake(office.XK, alice.key, os.urandom(32))[0]
            sock = connect(server, "127.0.0.6")
            sock.sendall(first[:cut])
            sock.close()
        alice.ping()


@test("a client that never reads is dropped at its queue's limit; the sender goes on")
def _():
    with frees_at_once(), \
            Server("[limits]\nsignals-per-second = 1000000\nsignal-burst = 1000000\n"
                   "write-queue = 256 KiB\n") as server:
        alice, bob, carol = server.join("Alice"), server.join("Bob"), server.join("Carol")
        before = server.memory()
        payload = bytes(4600)
        bob.lane.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        deadline = time.monotonic() + 30 * SLOW
        while server.metric("dropped_slow_total") == 0:
            check(time.monotonic() < deadline, "never dropped")
            for _ in range(400):
                alice.send("signal", device=bob.device, payload=payload)
        grown = server.memory() - before
        note("memory grew by %d kB" % (grown // 1024))
        check(grown < 3 * 1024 * 1024, "memory grew by %d" % grown)
        alice.send("signal", device=carol.device, payload=b"still here")
        check(carol.wait("signal").payload == b"still here", "others are served")


@test("a full mailbox refuses with a reason, and takes again when there is room")
def _():
    with Server("[limits]\nmailbox = 64 KiB\n") as server:
        alice, bob = server.join("Alice"), server.join("Bob")
        bob.close()
        stored = [alice.deposit(bob.device, bytes(20000)) for _ in range(3)]
        check(code_of(lambda: alice.deposit(bob.device, bytes(20000))) == 9, "quota")
        check(server.again(bob).mail_count == len(stored), "what was stored waits")
        bob.acknowledge(bob.fetch(2)[:2])
        wait_until(lambda: code_of(lambda: alice.deposit(bob.device, bytes(20000))) == 0,
                   "room again", 10 * SLOW, 0.1)


def put(client, root, size):
    """The first piece of a blob."""
    return client.ask("blob_put", "blob_state", root=root, size=size, offset=0, data=bytes(min(size, 32768)))


@test("size, quota and days of sealed files are the administrator's, also while clients are connected")
def _():
    with Server("[limits]\nblob = 128 KiB\nblob-quota = 200 KiB\nblob-days = 3\n") as server:
        alice = OfficeClient("Alice")
        alice.enrol(server.invite(), "alice", address=server.address)
        welcome = alice.log_in()
        check((welcome.blob_max, welcome.blob_days) == (128 << 10, 3), "clients are told: %s" % welcome)
        check(code_of(lambda: put(alice, b"1" * 32, (128 << 10) + 1)) == 10, "too large")
        check(put(alice, b"2" * 32, 128 << 10).have == 32768, "as large as may be")
        check(code_of(lambda: put(alice, b"3" * 32, 100 << 10)) == 9, "over the quota")
        check(put(server.join("Bob"), b"3" * 32, 100 << 10).have == 32768, "which is each person's own")
        with sqlite3.connect(os.path.join(server.state, "server.db")) as db:
            (left_ms,), = db.execute("SELECT min(expires_ms) FROM blob")
        left_s = left_ms / 1000 - time.time()
        check(3 * 86400 - 600 * SLOW < left_s <= 3 * 86400, "three days from then on: %d s" % left_s)
        said = server.command("check", fails=None)
        check("128.0 KiB, 200.0 KiB of one person, for 3 days" in said.replace("\u00a0", " "), said)
        server.configure("[limits]\nblob = 300 KiB\nblob-quota = 100 KiB\n")
        check("all of one person's only 100.0 KiB" in server.command("check", fails=True).replace("\u00a0", " "),
              "a quota that no file fits into is named")
        server.configure("[limits]\nblob = 300 KiB\nblob-quota = 1 MiB\n")
        server.command("reload")
        check(put(alice, b"1" * 32, 300 << 10).have == 32768, "the new size holds for who is connected")
        check(put(alice, b"3" * 32, 100 << 10).have == 32768, "and the new quota")


@test("5,000 envelopes of one device at once, then 50 a second, and the refusal says when")
def _():
    with Server("[limits]\ndeposit-burst = 100\ndeposits-per-second = 20\n") as server:
        alice, bob = server.join("Alice"), server.join("Bob")
        bob.close()
        for i in range(130):
            alice.send("deposit", device=bob.device, id=struct.pack("<QQ", 1, i), envelope=b"e")
        stored = refused = 0
        while stored + refused < 130:
            name, body = alice.receive()
            stored += name == "stored"
            refused += name == "refused" and body.code == 4 and body.retry_ms > 0
        check(100 <= stored < 125 and refused > 0, "%d stored, %d refused" % (stored, refused))


@test("four connections of a device; a fifth does not stay beside them")
def _():
    with Server() as server:
        alice = server.join("Alice")
        more = []
        for _ in range(4):
            again = OfficeClient("Alice", alice.keys)
            again.key, again.address = alice.key, alice.address
            try:
                again.log_in()
                more.append(again)
            except (Gone, Refused):
                pass
        wait_until(lambda: server.metric("logged_in") == 4, "four are left")


main()
