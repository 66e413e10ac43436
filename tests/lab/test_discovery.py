#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""The discovery module on real networks with real Avahi daemons, without the rest of Lanyard."""

import os
import socket
import struct
import sys
import time

from forge import beacon, in_namespace
from lab import DEADLINE, JsonProcess, Lab, check, main, note, test, wait_until

MDNS, BEACON, MANUAL = 1, 2, 4


class Finder(JsonProcess):
    def __init__(self, host, name, port=24789, sources=("mdns", "beacons"), interfaces=()):
        command = [os.environ["DISCOVERY_PEER"], name, str(port), *sources]
        command += ["if=" + i for i in interfaces]
        self.name = name
        self.started = time.monotonic()
        super().__init__(host, command, stdin=True)
        self.wait("ready")

    def wait(self, event, timeout=DEADLINE, since=0, **fields):
        return self.wait_object(
            lambda o: o["event"] == event and all(o.get(k) == v for k, v in fields.items()),
            "%s %s" % (event, fields), timeout, since)

    def sees(self, name, timeout=DEADLINE, sources=0, since=0):
        """Returns (time, candidate) when a candidate of this name is known by all the sources."""
        return self.wait_object(
            lambda o: o.get("name") == name and (o["sources"] & sources) == sources,
            "sees %s by %d" % (name, sources), timeout, since)

    def now(self):
        """The candidates it has at this moment, by key."""
        known = {}
        with self.changed:
            for _, o in self.seen:
                if o["event"] in ("found", "updated"):
                    known[o["key"]] = o
                elif o["event"] == "lost":
                    known.pop(o["key"], None)
        return known


def pair(lab, avahi, sources):
    _, (one, two) = lab.office(["one", "two"], avahi=avahi)
    return Finder(one, "Anna", sources=sources), Finder(two, "Bo", sources=sources)


def see_each_other(avahi, sources, limit):
    with Lab() as lab:
        a, b = pair(lab, avahi, sources)
        seen_a = a.sees("Bo")[0] - b.started
        seen_b = b.sees("Anna")[0] - b.started
        note("seen after %.3f and %.3f s of the second's start" % (seen_a, seen_b))
        check(max(seen_a, seen_b) < limit, "each other within %.1f s" % limit)
        key = a.sees("Bo")[1]["key"]
        killed = time.monotonic()
        b.kill()
        gone = a.wait("lost", key=key)[0] - killed
        note("gone after %.3f s" % gone)
        check(gone < 5, "gone within 5 s")


@test("two hosts: beacons only")
def _():
    see_each_other(False, ("beacons",), 1.0)


@test("two hosts: Avahi only")
def _():
    see_each_other(True, ("mdns",), 2.0)


@test("two hosts: both")
def _():
    see_each_other(True, ("mdns", "beacons"), 1.0)


@test("one candidate for all sources and both families")
def _():
    with Lab() as lab:
        a, b = pair(lab, True, ("mdns", "beacons"))
        wait_until(lambda: any(
            {x["address"] for x in c["addresses"]} >= {"10.81.0.11"}
            and any(x["address"].startswith("fe80:") and "%e0" in x["address"]
                    for x in c["addresses"])
            and all(x["sources"] == MDNS | BEACON for x in c["addresses"])
            for c in a.now().values()), "both addresses by both sources: %s" % a.now())
        check(len(a.now()) == 1, "one candidate: %s" % a.now())


@test("a record is changed in place, hidden, and shown again")
def _():
    with Lab() as lab:
        a, b = pair(lab, True, ("mdns", "beacons"))
        first = a.sees("Bo", sources=MDNS | BEACON)[1]["key"]
        b.write("publish Bo Berg")
        changed = a.sees("Bo Berg")[1]
        check(changed["key"] == first and changed["event"] == "updated", "updated in place")
        mark = a.mark()
        b.write("hide")
        a.wait("found", since=mark, hidden=True)
        a.wait("lost", since=mark, key=first)
        check(all(c["name"] == "" for c in a.now().values()), "no name is left")
        b.write("publish Bo")
        a.wait("found", since=mark, name="Bo")
        mark = a.mark()
        b.write("stop")
        wait_until(lambda: not a.now(), "goodbye", timeout=3)


@test("Avahi absent, dying, frozen and coming back")
def _():
    with Lab() as lab:
        _, (one, two) = lab.office(["one", "two"], avahi=False)
        two.start_avahi()
        b = Finder(two, "Bo", sources=("mdns",))
        a = Finder(one, "Anna", sources=("mdns",))
        a.wait("notice", code="mdns-absent")
        one.start_avahi()
        a.wait("notice", code="mdns-back", timeout=45)
        a.sees("Bo")
        b.sees("Anna")
        mark = a.mark()
        one.stop_avahi()
        a.wait("notice", code="mdns-absent", since=mark)
        one.start_avahi()
        a.wait("notice", code="mdns-back", since=mark)
        # The restart lost nobody: the table outlives the daemon for a while.
        time.sleep(11)
        check([c["name"] for c in a.now().values()] == ["Bo"], "still Bo: %s" % a.now())
        b.sees("Anna", since=0)
        # A daemon that hangs must not hold anybody up, not even the end of the program.
        os.kill(one.avahi.pid, 19)
        start = time.monotonic()
        a.write("publish Anna Alt")
        a.write("add 10.81.0.11:7")
        a.wait("found", sources=MANUAL, timeout=2)
        a.write("quit")
        wait_until(lambda: not a.is_alive(), "ends", timeout=3)
        note("with a hanging daemon: answered and ended in %.2f s" % (time.monotonic() - start))
        os.kill(one.avahi.pid, 18)


@test("two profiles behind one address are two, two interfaces of one are one")
def _():
    with Lab() as lab:
        switch, (one, two) = lab.office(["one", "two"], avahi=False)
        wifi = lab.switch("wifi")
        one.plug(wifi, "w0", "10.82.0.10/24")
        two.plug(wifi, "w0", "10.82.0.11/24")
        for host in (one, two):
            host.start_avahi(("e0", "w0"))
        a = Finder(one, "Anna", 24789)
        b = Finder(two, "Bo", 24789)
        c = Finder(two, "Cy", 24790)
        for finder, names in ((a, {"Bo", "Cy"}), (b, {"Anna", "Cy"}), (c, {"Anna", "Bo"})):
            wait_until(lambda: {x["name"] for x in finder.now().values()} == names
                       and len(finder.now()) == 2
                       and all(len(x["addresses"]) == 4 for x in finder.now().values()),
                       "%s sees %s: %s" % (finder.name, names, finder.now()))
        ports = {x["name"]: x["addresses"][0]["port"] for x in a.now().values()}
        check(ports == {"Bo": 24789, "Cy": 24790}, "ports: %s" % ports)
        # One interface goes: still there by the other; another comes.
        mark = a.mark()
        one.ip("link", "set", "w0", "down")
        wait_until(lambda: all(
            len(x["addresses"]) == 2 and x["addresses"][0]["address"] != "10.82.0.11"
            for x in a.now().values()), "only e0 is left: %s" % a.now())
        lan3 = lab.switch("lan3")
        two.plug(lan3, "e5", "10.83.0.11/24")
        one.plug(lan3, "e5", "10.83.0.10/24")
        wait_until(lambda: all(any(y["address"] == "10.83.0.11" for y in x["addresses"])
                               for x in a.now().values()), "e5 too: %s" % a.now(), timeout=5)
        check(not [o for _, o in a.seen[mark:] if o["event"] == "lost"], "nobody was lost")
        check(len(a.now()) == 2, "two people: %s" % a.now())


@test("containers' interfaces are not announced on, unless chosen")
def _():
    with Lab() as lab:
        switch, (one, two) = lab.office(["one", "two"], avahi=False)
        inner = lab.switch("inner")
        one.plug(inner, "docker0", "172.17.0.1/16")
        two.plug(inner, "veth1", "172.17.0.2/16")
        capture = inner.capture()
        a = Finder(one, "Anna", sources=("beacons",))
        b = Finder(two, "Bo", sources=("beacons",))
        address = {x["address"] for x in a.sees("Bo")[1]["addresses"]}
        check("172.17.0.2" not in address, "e0 only: %s" % address)
        time.sleep(1.5)
        check(not capture.stop().holds("LYBN"), "no beacon on docker0")
        capture = inner.capture()
        a.kill()
        b.kill()
        a = Finder(one, "Anna", sources=("beacons",), interfaces=("docker0",))
        b = Finder(two, "Bo", sources=("beacons",), interfaces=("veth1",))
        found = a.sees("Bo")[1]["addresses"]
        check(found[0]["address"] == "172.17.0.2", "chosen: %s" % found)
        check(capture.stop().holds("LYBN"), "beacons on docker0")


@test("T20: ten thousand fake beacons, and junk")
def _():
    with Lab() as lab:
        _, (one, two, bad) = lab.office(["one", "two", "bad"], avahi=False)
        a = Finder(one, "Anna", sources=("beacons",))

        def flood():
            s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            to = ("10.81.0.255", 24789)
            for i in range(10000):
                s.sendto(beacon(os.urandom(8), "Fake %d" % i, os.urandom(16), interval=60000), to)
                if i % 100 == 0:
                    s.sendto(os.urandom(1400), to)
                    s.sendto(beacon(os.urandom(8), "x" * 48, bytes(16))[:i // 100], to)
                    time.sleep(0.01)

        in_namespace(bad, flood)
        b = Finder(two, "Bo", sources=("beacons",))
        seen = a.sees("Bo")[0] - b.started
        note("newcomer seen after %.3f s among %d, RSS %d kB, CPU %.2f s" % (
            seen, len(a.now()), a.status("VmRSS"), a.cpu_seconds()))
        check(seen < 2, "a newcomer is seen in a flood")
        check(len(a.now()) <= 513, "capped: %d" % len(a.now()))
        check(a.status("VmRSS") < 40000, "memory")


@test("T20: ten thousand fake services and a TXT record of many kilobytes")
def _():
    with Lab() as lab:
        _, (one, two, bad) = lab.office(["one", "two", "bad"])
        a = Finder(one, "Anna", sources=("mdns",))
        b = Finder(two, "Bo", sources=("mdns",))
        a.sees("Bo")
        mark = a.mark()

        def name(labels):
            return b"".join(bytes([len(x)]) + x for x in labels) + b"\0"

        service = [b"_lanyard", b"_tcp", b"local"]
        host = name([b"evil", b"local"])

        def rr(owner, kind, data, flush=True):
            return owner + struct.pack(">HHIH", kind, 0x8001 if flush else 1, 120,
                                       len(data)) + data

        def answer(records):
            return struct.pack(">HHHHHH", 0, 0x8400, 0, len(records), 0, 0) + b"".join(records)

        def records(instance, txt):
            owner = name([instance] + service)
            return [rr(name(service), 12, owner, False),
                    rr(owner, 33, struct.pack(">HHH", 0, 0, 4444) + host), rr(owner, 16, txt),
                    rr(host, 1, socket.inet_aton("10.81.0.12"))]

        def txt(label):
            items = [b"v=1", b"p=4444", b"n=" + label, b"i=" + os.urandom(16), b"s=0"]
            return b"".join(bytes([len(i)]) + i for i in items)

        def flood():
            s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            s.bind(("10.81.0.12", 5353))
            s.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 255)
            s.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("10.81.0.12"))
            to = ("224.0.0.251", 5353)
            # As much TXT as a datagram on this network takes whole, and as much as UDP takes.
            for size in (8000, 60000):
                big = b"".join(bytes([255]) + b"z" * 255 for _ in range(size // 256))
                s.sendto(answer(records(os.urandom(8).hex().encode(), big)), to)
            for i in range(10000):
                s.sendto(answer(records(os.urandom(8).hex().encode(), txt(b"Fake"))), to)
                if i % 50 == 0:
                    time.sleep(0.01)

        bad.stop_avahi()
        in_namespace(bad, flood)
        check(a.is_alive(), "alive")
        bad_names = [c for c in a.now().values() if c["name"] not in ("Bo", "Fake")]
        check(not bad_names, "only known names: %s" % bad_names[:3])
        check(len(a.now()) <= 1025, "capped: %d" % len(a.now()))
        bo = [c for c in a.now().values() if c["name"] == "Bo"]
        check(len(bo) == 1, "Bo is still there")
        note("%d candidates, RSS %d kB, CPU %.2f s" % (
            len(a.now()), a.status("VmRSS"), a.cpu_seconds()))
        check(a.status("VmRSS") < 60000, "memory")


@test("T21: a spoofer cannot take somebody's place or say goodbye for them")
def _():
    with Lab() as lab:
        _, (one, two, bad) = lab.office(["one", "two", "bad"], avahi=False)
        a = Finder(one, "Anna", sources=("beacons",))
        b = Finder(two, "Bo", sources=("beacons",))
        real = a.sees("Bo")[1]
        instance = bytes.fromhex(real["instance"])
        prefix = b"Bo" + bytes(14)

        def spoof():
            s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            to = ("10.81.0.255", 24789)
            s.sendto(beacon(instance, "Bo", prefix, flags=1), to)
            s.sendto(beacon(instance, "Bo", b"Mallory" + bytes(9)), to)
            s.sendto(beacon(instance, "Bo", prefix, port=6666), to)

        in_namespace(bad, spoof)
        a.wait_object(lambda o: any(x["port"] == 6666 for x in o.get("addresses", ())),
                      "the spoofed address is a further one")
        time.sleep(1)
        mine = [c for c in a.now().values() if c["key"] == real["key"]]
        check(len(mine) == 1 and any(
            x["address"] == "10.81.0.11" and x["port"] == 24789
            for x in mine[0]["addresses"]), "the true address stays: %s" % mine)
        check(not [o for _, o in a.seen if o["event"] == "lost"], "nobody was lost")


@test("sixteen hosts keep to the segment's limit of beacons")
def _():
    with Lab() as lab:
        switch, hosts = lab.office(["h%d" % i for i in range(4)], avahi=False)
        finders = [Finder(h, "P%d-%d" % (i, j), 24789 + j, sources=("beacons",))
                   for i, h in enumerate(hosts) for j in range(8)]
        for f in finders:
            wait_until(lambda: len(f.now()) == 31, "%s sees 31: %d" % (f.name, len(f.now())))
        capture = switch.capture()
        time.sleep(6)
        count = capture.stop().bytes.count(b"LYBN")
        note("%.1f beacon datagrams a second from 32 profiles" % (count / 6))
        check(count <= 6 * 55, "at most 50 a second")
        check(count >= 6 * 30, "and not many fewer")


if __name__ == "__main__":
    sys.exit(main())
