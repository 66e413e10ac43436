#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""What the server has acknowledged is there afterwards: killed, with a full disk, with a jumping clock."""

import os
import struct
import tempfile
import threading
import time

from lab import check, main, note, run, test, wait_until
from second.office import Gone, Refused
from serverlab import SLOW, Server

FAST = "[limits]\ndeposits-per-second = 1000000\ndeposit-burst = 1000000\n"


def take_all(client, count):
    """All of a mailbox, acknowledged as it comes."""
    got = []
    client.send("mail_fetch", after=0, window=100)
    while len(got) < count:
        got.append(client.wait("mail"))
        if len(got) % 50 == 0 or len(got) == count:
            client.acknowledge(got[-50:])
    return got


def code_of(call):
    try:
        call()
    except (Refused, Gone) as no:
        return no.code
    return 0


def deposit_until_cut(alice, device, turn, size, stored, started):
    """Pipelines deposits; ids whose Stored came go into the list `stored`."""
    window = threading.Semaphore(200)

    def read():
        try:
            while True:
                name, body = alice.receive()
                if name == "stored":
                    stored.append(body.id)
                window.release()
                if len(stored) > 300:
                    started.set()
        except Gone:
            started.set()

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    sent = 0
    try:
        while reader.is_alive():
            if window.acquire(timeout=0.5):
                alice.send("deposit", device=device, id=struct.pack("<QQ", turn, sent),
                           envelope=struct.pack("<Q", sent) + bytes(size))
                sent += 1
    except (OSError, ValueError):
        pass
    reader.join()
    return sent


@test("kill -9 amid deposits: every acknowledged one is there after the restart, once")
def _():
    with Server("[limits]\ndeposits-per-second = 1000000\ndeposit-burst = 1000000\n") as server:
        alice, bob = server.join("Alice"), server.join("Bob")
        bob.close()
        total = 0
        for turn in range(3):
            stored, started, sent = [], threading.Event(), []
            writer = threading.Thread(target=lambda: sent.append(deposit_until_cut(
                alice, bob.device, turn, 400, stored, started)), daemon=True)
            writer.start()
            check(started.wait(30 * SLOW), "deposits are under way")
            begun = time.monotonic()
            n = len(stored)
            time.sleep(0.3)
            rate = (len(stored) - n) / (time.monotonic() - begun)
            server.kill()
            writer.join()
            server.start()
            count = server.again(bob).mail_count
            got = take_all(bob, count)
            numbers = [struct.unpack("<Q", m.envelope[:8])[0] for m in got]
            acknowledged = {struct.unpack("<QQ", i)[1] for i in stored}
            check(len(set(numbers)) == len(numbers), "nothing is there twice")
            check(acknowledged <= set(numbers), "%d acknowledged are lost"
                  % len(acknowledged - set(numbers)))
            note("%d acknowledged, %d kept, about %d a second" % (len(stored), len(got), rate))
            total += len(stored)
            check(rate > 1000 / SLOW, "1,000 a second were under way, not %d" % rate)
            wait_until(lambda: (bob.close(), server.again(bob).mail_count)[1] == 0, "emptied",
                       20 * SLOW, 0.1)
            bob.close()
            server.again(alice)
        check(total > 900, "enough was tried")



class SmallDisk:
    """A file system of a few MiB for the state folder."""

    def __init__(self, size):
        self.path = tempfile.mkdtemp(prefix="lanyard-small-")
        run("mount", "-t", "tmpfs", "-o", "size=%d" % size, "tmpfs", self.path)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        run("umount", "-l", self.path, quiet=True)
        os.rmdir(self.path)


def fill(alice, device, size, limit):
    """Deposits until one is refused; returns (ids of the stored ones, the refusal's code)."""
    stored = []
    for _ in range(limit):
        try:
            stored.append(alice.deposit(device, os.urandom(size)))
        except Refused as no:
            return stored, no.code
    return stored, 0


@test("a full disk: deposits are refused with the reason, the rest goes on, nothing stored is lost")
def _():
    with SmallDisk(24 << 20) as disk:
        state = os.path.join(disk.path, "state")
        with Server(FAST + "reserve = 8 MiB\n", state=state) as server:
            alice, bob = server.join("Alice"), server.join("Bob")
            bob.close()
            stored, code = fill(alice, bob.device, 50000, 2000)
            check(code == 18 and len(stored) > 20, "%d stored, then %d" % (len(stored), code))
            server.join("Carol").close()
            check(server.again(bob).mail_count == len(stored), "login and mailbox go on")
            check(len(take_all(bob, len(stored))) == len(stored), "fetching goes on")
            wait_until(lambda: (bob.close(), server.again(bob).mail_count)[1] == 0, "acknowledged")


@test("a disk that is full to the last byte loses nothing that was acknowledged")
def _():
    with SmallDisk(6 << 20) as disk:
        state = os.path.join(disk.path, "state")
        with Server(FAST + "reserve = 0\n", state=state) as server:
            alice, bob = server.join("Alice"), server.join("Bob")
            bob.close()
            stored, code = fill(alice, bob.device, 30000, 2000)
            check(code == 18, "refused because of storage: %d" % code)
            check(server.log_holds("error storage"), "the log says it")
            wait_until(lambda: server.get("/healthz")[0] == 503 or
                       fill(alice, bob.device, 30000, 1)[1] != 18, "health says it", 10)
            server.kill()
            run("mount", "-o", "remount,size=%d" % (40 << 20), disk.path)
            server.start()
            count = server.again(bob).mail_count
            check(count >= len(stored), "%d of %d are there" % (count, len(stored)))
            take_all(bob, count)
            server.again(alice)
            alice.deposit(bob.device, b"goes on")


@test("the clock jumps a year ahead and two back: connections stay, mail comes, logins work")
def _():
    shim = os.environ.get("CLOCK_SHIFT_LIBRARY")
    with Server(start=False) as server:
        shift = server.path("shift")

        def jump(days):
            with open(shift + ".new", "w") as f:
                f.write(str(days * 86400))
            os.rename(shift + ".new", shift)
        jump(0)
        # A sanitizer minds what is loaded before it; this library takes over nothing but the clock.
        options = os.environ.get("ASAN_OPTIONS", "detect_leaks=1")
        os.environ.update(LD_PRELOAD=shim, CLOCK_SHIFT=shift,
                          ASAN_OPTIONS=options + ":verify_asan_link_order=0")
        try:
            server.start()
        finally:
            del os.environ["LD_PRELOAD"]
            os.environ["ASAN_OPTIONS"] = options
        alice, bob = server.join("Alice"), server.join("Bob")
        for days in (365, -365, 20, 0):
            jump(days)
            alice.ping()
            bob.ping()
            alice.send("signal", device=bob.device, payload=b"now")
            bob.wait("signal")
            bob.close()
            alice.deposit(bob.device, b"envelope")
            check(server.again(bob).mail_count >= 1, "mail waits at %d days" % days)
            check(len(take_all(bob, 1)) == 1, "and comes")
        check(server.process.poll() is None, "the server lives")


@test("10,000 accounts: the server starts within a second")
def _():
    with Server() as server:
        alice = server.join("Alice")
        alice.close()
        server.stop()
        path = os.path.join(server.state, "server.db")
        script = (
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)"
            " INSERT INTO account SELECT randomblob(16), zeroblob(32), 'user' || i, 'User ' || i, '',"
            " 'Sales/North', 0, 0, NULL, 1700000000 FROM n;")
        import sqlite3
        with sqlite3.connect(path) as db:
            db.executescript(script)
        db.close()
        begun = time.monotonic()
        server.start()
        took = time.monotonic() - begun
        note("started with 10,000 accounts in %.2f s" % took)
        check(took < 1.0 * SLOW, "slow start: %.2f s" % took)
        check(server.metric("accounts") == 10001, "all are there")


main()
