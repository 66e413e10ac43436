#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""Strangers, impostors and floods against running programs (rows of SECURITY.md section 10)."""

import os
import re
import resource
import socket
import struct
import sys
import time

from forge import Attack, beacon, in_namespace
from lab import Lab, check, main, note, run, test, wait_until
from people import befriend, meet, say, texts, trust


def ports_of(peer):
    """[(protocol, port)] of the sockets that the program listens on, in its namespace."""
    found = set()
    text = run("ip", "netns", "exec", peer.host.namespace, "ss", "-tulnpH")
    for line in text.splitlines():
        if "pid=%d," % peer.pid in line:
            fields = line.split()
            found.add((fields[0], int(fields[4].rsplit(":", 1)[1])))
    return sorted(found)


def address_of(peer):
    return re.search(r"inet (10\.81\.0\.\d+)/", peer.host.ip("addr", "show", "e0")).group(1)


def office_of_three(lab, avahi=True):
    _, (one, two, bad) = lab.office(["one", "two", "bad"], avahi=avahi)
    a, b = one.peer("Anna"), two.peer("Bo")
    befriend(a, b)
    return a, b, bad


def still_works(a, b):
    say(a, b, "still here %d" % time.monotonic_ns())
    say(b, a, "me too %d" % time.monotonic_ns())


@test("strangers are requests; blocking shuts the door")
def _():
    with Lab() as lab:
        _, (one, two) = lab.office(["one", "two"])
        a, s = one.peer("Anna"), two.peer("Stranger")
        meet(a, s)
        first, _ = say(s, a, "buy something")
        got = a.wait_for("message.received", id=first)[1]
        check(got.get("request") is True, "a request: %s" % got)
        person = a.call("people.get", id=s.id)
        check(person["trust"] == "claimed" and not person["accepted"], "claimed: %s" % person)
        path = lab.path("offer.txt")
        with open(path, "w") as f:
            f.write("free")
        sent = s.call("file.send", to=a.id, paths=[path])["id"]
        check(a.wait_for("file.offered", id=sent)[1].get("request") is True, "a file as a request")
        a.call("people.block", id=s.id, on=True)
        mark = a.mark()
        blocked = s.call("message.send", to=a.id, text="are you there?")["id"]
        time.sleep(2)
        check(not a.notifications("message.received", since=mark), "nothing comes in")
        check("are you there?" not in texts(a, s.id), "nor is it kept")
        check(not [p for p in s.notifications("message.state")
                   if p["id"] == blocked and p["state"] in ("delivered", "read")], "nor confirmed")
        a.call("people.block", id=s.id, on=False)
        a.call("people.accept", id=s.id)
        mark = a.mark()
        say(s, a, "thank you")
        check(trust(a, s.id) == "tofu", "accepted")


@test("a stranger gets at most 200 messages and 3 files in")
def _():
    with Lab() as lab:
        _, (one, two) = lab.office(["one", "two"])
        a, s = one.peer("Anna"), two.peer("Stranger")
        meet(a, s)
        for i in range(260):
            s.post("message.send", to=a.id, text="flood %d" % i)
        a.wait_for("message.received", text="flood 199")
        time.sleep(1)
        check(len(a.notifications("message.received")) == 200, "two hundred, not %d" %
              len(a.notifications("message.received")))
        a.call("people.accept", id=s.id)
        a.wait_for("message.received", text="flood 259")
        check(texts(a, s.id, s.id) == ["flood %d" % i for i in range(260)], "then the rest, in order")


@test("T21: the name and id of a contact on another's beacon change no trust")
def _():
    with Lab() as lab:
        a, b, bad = office_of_three(lab, avahi=False)
        b_id = b.id
        before = a.call("people.get", id=b_id)
        mark = a.mark()

        def spoof():
            s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            listener = socket.socket()
            listener.bind(("10.81.0.12", 24789))
            listener.listen(16)
            listener.settimeout(0.1)
            instance = os.urandom(8)
            for _ in range(20):
                s.sendto(beacon(instance, "Bo", bytes.fromhex(b_id)[:16]), ("10.81.0.255", 24789))
                try:
                    c, _ = listener.accept()
                    c.send(os.urandom(300))
                    c.close()
                except (socket.timeout, OSError):
                    pass

        in_namespace(bad, spoof)
        after = a.call("people.get", id=b_id)
        check(after["trust"] == before["trust"] and after["name"] == before["name"],
              "nothing changed: %s" % after)
        check(not [p for p in a.notifications("person.seen", since=mark) if p["id"] != b_id],
              "nobody new")
        b.kill()
        b = b.restart()
        still_works(a, b)


@test("T21: another person of the same name is another person")
def _():
    with Lab() as lab:
        a, b, bad = office_of_three(lab)
        fake = bad.peer("Bo")
        meet(a, fake)
        people = {p["id"]: p for p in a.call("people.list")["people"]}
        check(people[b.id]["trust"] == "tofu", "the one we know: %s" % people[b.id])
        check(people[fake.id]["trust"] in ("claimed", "changed"), "the other: %s" % people[fake.id])
        check(people[fake.id].get("claims") == b.id, "claims Bo's place: %s" % people[fake.id])
        first, _ = say(fake, a, "it is me, Bo")
        check(a.wait_for("message.received", id=first)[1].get("request") is True, "a request")
        check("it is me, Bo" not in texts(a, b.id), "not in Bo's conversation")
        still_works(a, b)


JUNK = [
    b"", b"\0", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    b"LY", b"LY\x01", b"LY\xff\x01\x01" + b"\0" * 16, b"LY\x01\x63\x01" + b"\0" * 16,
    b"LY\x01\x01\x63" + b"\0" * 16, b"LY\x01\x01\x01" + b"\0" * 16,
    b"LY\x01\x02\x01" + b"\1" * 16 + b"\0\x60" + b"\2" * 96,
] + [b"LY\x01\x01\x01" + b"\0" * 16 + struct.pack(">H", n) + b"\3" * min(n, 200)
     for n in (0, 1, 15, 32, 96, 65535)]

STUN = [
    struct.pack(">HHI", 1, 0, 0x2112A442) + bytes(12),
    struct.pack(">HHI", 1, 8, 0x2112A442) + bytes(12) + struct.pack(">HH", 6, 0xFFFF) + bytes(4),
    struct.pack(">HHI", 1, 0xFFFC, 0x2112A442) + bytes(12) + bytes(60),
    struct.pack(">HHI", 0x101, 12, 0x2112A442) + bytes(12) + struct.pack(">HHQ", 0x20, 8, 0),
    struct.pack(">HHI", 1, 24, 0x2112A442) + bytes(12) + struct.pack(">HH", 8, 20) + bytes(20),
]


@test("T3, T13, T18, T19: junk to every port in every state")
def _():
    with Lab() as lab:
        a, b, bad = office_of_three(lab)
        targets = [(address_of(p), kind, port) for p in (a, b) for kind, port in ports_of(p)]
        note("ports: %s" % targets)
        check([t for t in targets if t[1] == "tcp"], "a listener is among them")

        def attack():
            for address, kind, port in targets:
                if kind == "tcp":
                    for junk in JUNK + [os.urandom(n) for n in (1, 15, 100, 70000)]:
                        s = socket.create_connection((address, port), 5)
                        try:
                            s.sendall(junk)
                        except OSError:
                            pass
                        s.close()
                else:
                    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                    for junk in JUNK + STUN + [os.urandom(n) for n in range(0, 1400, 7)]:
                        for first in (None, 1, 4, 5, 6, 0x80):
                            data = junk if first is None else bytes([first]) + junk[1:]
                            s.sendto(data, (address, port))

        memory = a.status("VmRSS")
        in_namespace(bad, attack)
        still_works(a, b)
        grown = a.status("VmRSS") - memory
        note("grew by %d kB" % grown)
        check(grown < 20000, "memory")


@test("T29: five thousand connects")
def _():
    with Lab() as lab:
        a, b, bad = office_of_three(lab)
        port = [p for k, p in ports_of(a) if k == "tcp"][0]
        address = address_of(a)
        files, memory = a.open_files(), a.status("VmRSS")
        ready, go = os.pipe(), os.pipe()

        def flood():
            resource.setrlimit(resource.RLIMIT_NOFILE, (8192, 8192))
            sockets = []
            for _ in range(5000):
                s = socket.socket()
                s.setblocking(False)
                s.connect_ex((address, port))
                sockets.append(s)
                if len(sockets) % 250 == 0:
                    time.sleep(0.02)
            os.write(ready[1], b"1")
            os.read(go[0], 1)

        before = a.cpu_seconds()
        attack = Attack(bad, flood)
        os.read(ready[0], 1)
        most = a.open_files()
        still_works(a, b)
        third = bad.peer("Cy")  # the flood's own address is limited, others are not
        os.write(go[1], b"1")
        attack.finish()
        for end in ready + go:
            os.close(end)
        note("files %d -> %d, memory %d -> %d kB, CPU %.2f s" % (
            files, most, memory, a.status("VmRSS"), a.cpu_seconds() - before))
        check(most > files, "the connections were there")
        check(most - files < 600, "files are bounded")
        check(a.status("VmRSS") - memory < 30000, "memory is bounded")
        meet(a, third)
        wait_until(lambda: a.open_files() <= files + 8, "files come down again", timeout=20)


@test("T33: one byte a second is not waited for")
def _():
    with Lab() as lab:
        a, b, bad = office_of_three(lab)
        port = [p for k, p in ports_of(a) if k == "tcp"][0]
        address = address_of(a)
        stages = [b"", b"LY", b"LY\x01\x01\x01" + bytes(16),
                  b"LY\x01\x01\x01" + bytes(16) + b"\0\x20",
                  b"LY\x01\x02\x01" + bytes(16) + b"\0\x94" + bytes(20)]

        def loris():
            sockets = []
            for stage in stages:
                s = socket.create_connection((address, port), 5)
                s.sendall(stage)
                s.settimeout(0.05)
                sockets.append(s)
            end = time.monotonic() + 14
            while sockets and time.monotonic() < end:
                for s in list(sockets):
                    try:
                        s.send(b"\0")
                        if s.recv(65536) == b"":
                            sockets.remove(s)
                    except socket.timeout:
                        pass
                    except OSError:
                        sockets.remove(s)
                time.sleep(0.7)
            if sockets:
                raise SystemExit("%d were still open after 14 s" % len(sockets))

        in_namespace(bad, loris)
        still_works(a, b)


@test("T20: fake people by the thousand do not drown the real ones")
def _():
    with Lab() as lab:
        _, (one, two, bad) = lab.office(["one", "two", "bad"])
        a = one.peer("Anna")

        def flood():
            s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            for i in range(10000):
                s.sendto(beacon(os.urandom(8), "Fake %d" % i, os.urandom(16), interval=60000),
                         ("10.81.0.255", 24789))
                if i % 100 == 0:
                    time.sleep(0.01)

        memory = a.status("VmRSS")
        in_namespace(bad, flood)
        b = two.peer("Bo")
        at = max(meet(a, b))
        note("a newcomer was seen %.2f s after its start; memory grew by %d kB" % (
            at - b.started, a.status("VmRSS") - memory))
        check(at - b.started < 5, "seen in spite of the flood")
        check(len(a.notifications("person.seen")) <= 2, "fakes do not become people")
        befriend(a, b)


if __name__ == "__main__":
    sys.exit(main())
