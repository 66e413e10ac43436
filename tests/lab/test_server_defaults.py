#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""The limits of SECURITY 8.5 as they are when nobody sets any: driven to where they hold."""

import os
import socket
import struct
import threading
import time

from lab import check, main, note, test, wait_until
from second import office
from second.office import Gone, OfficeClient, Refused
from serverlab import SLOW, Server, wait_gone

RATE, QUOTA = 4, 9


def connect(server, source="127.0.0.1"):
    return socket.create_connection(server.address, timeout=20 * SLOW, source_address=(source, 0))


def count_answers(client, count):
    """How many of so many deposits were stored, and the refusals."""
    stored, refused = 0, []
    while stored + len(refused) < count:
        name, body = client.receive()
        if name == "stored":
            stored += 1
        elif name == "refused":
            refused.append((body.code, body.retry_ms))
    return stored, refused


def deposit_many(client, device, count, envelope):
    """All on the way at once; a lane carries answers meanwhile, so somebody must read them."""
    answers = []
    reader = threading.Thread(target=lambda: answers.append(count_answers(client, count)))
    reader.start()
    for i in range(count):
        client.send("deposit", device=device, id=struct.pack("<QQ", len(envelope), i),
                    envelope=envelope)
    reader.join(60 * SLOW)
    check(answers, "not every deposit was answered")
    return answers[0]


def until_pong(client, count, make):
    """Sends so many frames and counts those that were not refused for their number; and the seconds."""
    begun = time.monotonic()
    refused = 0

    def send():
        for i in range(count):
            client.lane.send(make(i))
        client.send("ping", token=7)
    writer = threading.Thread(target=send)
    writer.start()
    while True:
        name, body = client.receive()
        if name == "pong":
            break
        refused += name == "refused" and body.code == RATE
    writer.join()
    return count - refused, time.monotonic() - begun


@test("who is silent is cut after 2 s, who is slow after 10 s, who does not log in after 10 s")
def _():
    with Server() as server:
        alice = server.join("Alice")
        silent, half = connect(server), connect(server)
        half.sendall(office.handshake(office.XK, alice.key, os.urandom(32))[0])
        nobody = office.dial(connect(server), office.NK, alice.key)
        took = [None] * 3

        def wait(number, sock):
            took[number] = wait_gone(sock, 30 * SLOW)
        waiting = [threading.Thread(target=wait, args=(i, s))
                   for i, s in enumerate((silent, half, nobody.sock))]
        for thread in waiting:
            thread.start()
        for thread in waiting:
            thread.join()
        note("cut after %.1f, %.1f and %.1f s" % tuple(took))
        check(1.5 <= took[0] < 4 * SLOW, "first bytes: 2 s")
        check(9 <= took[1] < 13 * SLOW and 9 <= took[2] < 13 * SLOW, "the rest: 10 s")
        alice.ping()


@test("512 connections that are not logged in, in all; who is in stays, and who comes after gets in")
def _():
    with Server() as server:
        alice = server.join("Alice")
        crowd = []
        for i in range(20):
            for _ in range(30):
                crowd.append(connect(server, "127.0.1.%d" % (1 + i)))
        wait_until(lambda: (server.metric('refused_total{why="crowded"}') or
                            server.metric('refused_total{why="total"}') or 0) >= 88 or
                   server.metric("unauthenticated") == 512, "512 are left", 10 * SLOW)
        check(server.metric("unauthenticated") <= 512, "not more")
        alice.ping()
        for sock in crowd:
            sock.close()
        wait_until(lambda: server.metric("unauthenticated") == 0, "all is forgotten", 10 * SLOW)
        alice.close()
        server.again(alice)


@test("5,000 envelopes of a device at once, then 50 a second; 64 MiB wait for a device, not more")
def _():
    with Server() as server:
        alice, bob, carol = server.join("Alice"), server.join("Bob"), server.join("Carol")
        bob.close()
        begun = time.monotonic()
        stored, refused = deposit_many(alice, bob.device, 5600, b"e")
        took = time.monotonic() - begun
        note("%d of 5,600 stored in %.1f s" % (stored, took))
        check(5000 <= stored <= 5000 + 50 * (took + 1), "%d stored" % stored)
        check(refused and all(code == RATE and retry > 0 for code, retry in refused), "the reason")
        # 128 bytes are counted on top of each.
        room = 64 * 1024 * 1024 - stored * 129
        most = room // (57344 + 128)
        stored, refused = deposit_many(carol, bob.device, most + 30, bytes(57344))
        check(stored == most and [code for code, _ in refused] == [QUOTA] * 30,
              "%d of %d stored, %s" % (stored, most, refused[:3]))


@test("20 attempts to join in a minute from one address; 5 wrong passwords for one login")
def _():
    with Server() as server:
        link = server.first_invite

        def attempt(login, **what):
            try:
                OfficeClient("Eve").enrol(link, login, address=server.address, **what)
            except (Refused, Gone) as no:
                return no.code
            return 0
        codes = [attempt("eve", code=b"", secret=os.urandom(32)) for _ in range(7)]
        check(codes == [3] * 5 + [RATE] * 2, "wrong passwords: %s" % codes)
        codes = [attempt("", code=os.urandom(16)) for _ in range(16)]
        check(codes.count(3) == 13 and codes[13:] == [RATE] * 3, "in all: %s" % codes)


@test("2,000 signals of a device at once, 500 requests; who reads none of 1 MiB is dropped")
def _():
    with Server() as server:
        alice, bob, carol = server.join("Alice"), server.join("Bob"), server.join("Carol")
        passed, took = until_pong(alice, 6000, lambda i: alice.frame(
            "signal", device=carol.device, payload=b"s"))
        note("%d of 6,000 signals passed in %.1f s" % (passed, took))
        check(2000 <= passed <= 2000 + 200 * (took + 1), "2,000 at once, then 200 a second")
        passed, took = until_pong(carol, 2500, lambda i: carol.frame("turn_get", request=1 + i))
        note("%d of 2,500 requests passed in %.1f s" % (passed, took))
        check(500 <= passed <= 500 + 20 * (took + 1), "500 at once, then 20 a second")
        bob.lane.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        others = [server.join("Other%d" % i) for i in range(3)]
        deadline = time.monotonic() + 30 * SLOW
        for other in others:
            for _ in range(1900):
                other.send("signal", device=bob.device, payload=bytes(4600))
            if server.metric("dropped_slow_total"):
                break
            check(time.monotonic() < deadline, "in time")
        wait_until(lambda: server.metric("dropped_slow_total"), "dropped", 10 * SLOW)


main()
