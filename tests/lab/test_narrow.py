#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""What a full-speed transfer does to others on a narrow cable, and what it makes of a wide one.

What a delay is held against is a second cable of the same kind that nothing is sent over, measured in the
same seconds: a machine that stands still for a moment does so for both. Everything that takes part runs
ahead of the machine's other work where that is allowed, since the queues of the cable are what is measured
and not those of the scheduler.
"""

import json
import os
import shutil
import sys
import threading
import time

from lab import Lab, Process, ahead, check, main, note, run, test, wait_until
from nat import Cable, LinkPeer, Post, Relay, Street, percentile

SENDER = """
import socket, struct, sys, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
end = time.monotonic() + float(sys.argv[2])
at = time.monotonic()
while at < end:
    s.sendto(struct.pack("<d", time.monotonic()) + bytes(152), (sys.argv[1], 7007))
    at += 0.02
    time.sleep(max(0, at - time.monotonic()))
"""
RECEIVER = """
import socket, struct, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("0.0.0.0", 7007))
print("ready", flush=True)
while True:
    data, who = s.recvfrom(2000)
    print("%.6f" % ((time.monotonic() - struct.unpack("<d", data[:8])[0]) * 1000), flush=True)
    s.sendto(data, who)
"""


def stream(one, two, seconds, address="10.90.0.2"):
    """One-way milliseconds of 50 packets a second from one to two."""
    receiver = Process(two, ["/usr/bin/python3", "-c", RECEIVER])
    check(receiver.lines.get(timeout=10) == b"ready\n", "the receiver")
    sender = Process(one, ["/usr/bin/python3", "-c", SENDER, address, str(seconds)])
    sender.popen.wait(seconds + 30)
    time.sleep(0.5)  # what is still in the cable's buffer
    receiver.kill()
    delays = []
    while not receiver.lines.empty():
        delays.append(float(receiver.lines.get()))
    return delays


def bulk(one, two, seconds):
    server = Process(two, [os.environ["BENCH_BULK"], "serve", "31000"])
    check(server.lines.get(timeout=10).startswith(b"ready"), "bench-bulk")
    client = Process(one, [os.environ["BENCH_BULK"], "send", "10.90.0.2", "31000", str(seconds)],
                     env={"BENCH_BULK_VERBOSE": "1"})
    return server, client


def rate(server):
    """Megabits a second, as the receiver saw it."""
    line = server.lines.get(timeout=60).decode()
    note("bulk lane: " + line.strip())
    return float(line.split()[0]) * 8


def iperf(one, two, seconds):
    server = Process(two, ["iperf3", "-s", "-1", "--forceflush"])
    wait_until(lambda: ":5201" in run("ip", "netns", "exec", two.namespace, "ss", "-ltn"),
               "iperf3 listens")
    out = run("ip", "netns", "exec", one.namespace, "iperf3", "-c", "10.90.0.2", "-t",
              str(seconds), "-J")
    server.kill()
    return json.loads(out)["end"]["sum_received"]["bits_per_second"] / 1e6


def beside(*works):
    """Runs the works at the same time, gives what they give."""
    results, errors = [None] * len(works), []

    def carry_out(i):
        try:
            results[i] = works[i]()
        except Exception as error:  # it belongs to the test, not to the thread
            errors.append(error)

    threads = [threading.Thread(target=carry_out, args=(i,)) for i in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return results


def compare(title, idle, loaded, speed):
    """At most 30 ms more at p99 than on the idle cable beside it."""
    extra = percentile(loaded, 0.99) - percentile(idle, 0.99)
    note("%s: idle p50 %.1f p99 %.1f; loaded p50 %.1f p99 %.1f max %.1f ms (%d), %.1f Mbit/s" % (
        title, percentile(idle, 0.5), percentile(idle, 0.99), percentile(loaded, 0.5),
        percentile(loaded, 0.99), max(loaded), len(loaded), speed))
    check(extra <= 30, "%.1f ms more than idle" % extra)


@test("a media stream beside a full-speed transfer waits at most 30 ms more at p99")
def _():
    with ahead(), Lab() as lab:
        works, servers = [], []
        for delay in (5, 20):
            for kind in ("busy", "idle"):
                one, two = (lab.host("%s%d%s" % (kind, delay, end)) for end in "ab")
                Cable(lab, one, two, "rate=20", "buffer=250", "delay=%d" % delay)
                if kind == "busy":
                    servers.append(bulk(one, two, 25)[0])
                works.append(lambda one=one, two=two: stream(one, two, 20))
        results = beside(*works)
        for i, delay in enumerate((5, 20)):
            speed = rate(servers[i])
            compare("delay %d ms" % delay, results[2 * i + 1], results[2 * i], speed)
            check(speed > 20 * 0.85, "and the cable is used: %.1f of 20 Mbit/s" % speed)


def pings(a, seconds):
    """Round trips of chat frames over a link, ten a second, in milliseconds."""
    mark, end, sent = a.mark(), time.monotonic() + seconds, 0
    while time.monotonic() < end:
        a.write("ping")
        sent += 1
        time.sleep(0.1)  # the pace of the pings
    wait_until(lambda: len(a.values("pong", since=mark)) >= sent, "every ping comes back")
    return [us / 1000 for us in a.values("pong", since=mark)]


def linked(lab, *names):
    """Two link peers with a connection over a narrow cable of their own."""
    one, two = (lab.host(name) for name in names)
    Cable(lab, one, two, "rate=20", "buffer=250", "delay=10")
    a, b = LinkPeer(one, "a"), LinkPeer(two, "b")
    post = Post(a, b)
    a.write("open")
    a.wait("up")
    b.wait("up")
    return one, two, a, post


@test("chat over a link beside a full-speed transfer waits at most 30 ms more at p99")
def _():
    with ahead(), Lab() as lab:
        one, two, a, post = linked(lab, "one", "two")
        _, _, quiet, quiet_post = linked(lab, "quiet", "other")
        server, _ = bulk(one, two, 25)
        loaded, idle = beside(lambda: pings(a, 20), lambda: pings(quiet, 20))
        compare("chat", idle, loaded, rate(server))
        post.stop()
        quiet_post.stop()


@test("a wide cable is filled as plain TCP fills it")
def _():
    with ahead(), Lab() as lab:
        one, two = lab.host("one"), lab.host("two")
        # As wide as this machine's shaper carries without trouble: the ratio is what counts.
        Cable(lab, one, two, "rate=200", "buffer=50", "delay=1")
        plain = iperf(one, two, 6)
        server, _ = bulk(one, two, 6)
        speed = rate(server)
        note("iperf3 %.1f, bulk lane %.1f Mbit/s: %.3f" % (plain, speed, speed / plain))
        check(speed >= 0.9 * plain, "%.3f of iperf3" % (speed / plain))


def flood(a, b, mbit):
    """Bare datagrams from a to b for three seconds, Mbit/s that arrived."""
    sent_at, got_at = a.mark(), b.mark()
    a.write("flood %f 3" % mbit)
    a.wait("flood", "sent", since=sent_at)
    b.wait("flood", "got", since=got_at)
    last = [None]

    def quiet():
        with b.changed:
            news = [o for _, o in b.seen[got_at:] if o.get("flood") == "got"]
        if news[-1] != last[0]:
            last[0], quiet.since = news[-1], time.monotonic()
        return time.monotonic() - quiet.since > 0.6

    wait_until(quiet, "the flood is over", every=0.05)
    return last[0]["bytes"] * 8 / last[0]["us"]


def far_relay(mbit, buffer):
    """Over a relay 50 ms away: what bare datagrams carry, what the link does, how its frames came."""
    with Lab() as lab:
        street, one = Street(lab), lab.host("one")
        relay = Relay(street, options=["--listening-ip=10.90.0.2"], prepare=lambda host: Cable(
            lab, one, host, "rate=%d" % mbit, "buffer=%d" % buffer, "delay=25"))
        two = street.house("b", "open").host("b1")
        a = LinkPeer(one, "a", relay.option(address="10.90.0.2"), "force-relay")
        b = LinkPeer(two, "b", relay.option(), "force-relay")
        post = Post(a, b)
        a.write("open")
        a.wait("up")
        b.wait("up")
        check(a.values("path") == ["relayed"], "relayed: %s" % a.values("path"))
        bare = max(flood(a, b, mbit * share) for share in (0.85, 0.95))
        frames = mbit * 100  # of 8000 bytes: some six seconds
        start = b.mark()
        a.write("send %d 8000" % frames)
        b.wait("got", frames, timeout=120, since=start)
        with b.changed:
            got = [(at, o) for at, o in b.seen[start:] if "got" in o]
        (t0, first), (t1, last) = got[0], got[-1]
        speed = (last["got"] - first["got"]) * 8000 * 8 / (t1 - t0) / 1e6
        post.stop()
    return mbit, bare, speed, last


@test("a link through a relay far away carries 0.7 of what bare datagrams do there")
def _():
    with ahead():
        results = beside(lambda: far_relay(20, 250), lambda: far_relay(50, 100))
    for mbit, bare, speed, last in results:
        note("%d Mbit/s, 50 ms: bare %.1f, link %.1f Mbit/s: %.2f" % (mbit, bare, speed, speed / bare))
        check(last["wrong"] == 0, "in order: %s" % last)
        check(speed >= 0.7 * bare, "%.2f of bare datagrams" % (speed / bare))


if __name__ == "__main__":
    missing = [p for p in ("iperf3", "ethtool", "ss", "turnserver", "nft") if shutil.which(p) is None]
    if missing:
        print("1..0 # SKIP needs " + " ".join(missing))
        sys.exit(0)
    sys.exit(main())
