#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""Ways that a file takes: links where no TCP connection can be made, lanes made by either side, and changes between."""

import shutil
import subprocess
import sys
import time

from filelab import MIB, digest, inbox, make_file, pair
from lab import Lab, check, main, note, run, test, wait_until
from nat import Street
from people import say

COUNT = """
table inet count {
  counter by_tcp {}
  counter by_udp {}
  chain in {
    type filter hook input priority -10;
    iifname e0 meta l4proto tcp counter name by_tcp
    iifname e0 meta l4proto udp counter name by_udp
  }
}
"""
NO_NEW_TCP = """
table inet wall {
  chain in { type filter hook input priority 0; iifname e0 tcp flags & (syn|ack) == syn counter drop; }
}
"""


# What is asked arrives and is acknowledged; what is sent does not, nor that the other end is gone.
NO_DATA = """
table inet deaf {
  chain in {
    type filter hook input priority 0;
    iifname e0 meta l4proto tcp meta length > 200 counter drop
    iifname e0 tcp flags & rst == rst counter drop
  }
}
"""


def nft(host, text):
    done = subprocess.run(["ip", "netns", "exec", host.namespace, "nft", "-f", "-"],
                          input=text.encode(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    check(done.returncode == 0, "nft: " + done.stdout.decode())


def arrived(host):
    """Bytes that came to @host over TCP, and over UDP."""
    words = run("ip", "netns", "exec", host.namespace, "nft", "list", "counters").split()
    counts = [int(words[i + 1]) for i, word in enumerate(words) if word == "bytes"]
    names = [words[i + 1] for i, word in enumerate(words) if word == "counter"]
    found = dict(zip(names, counts))
    return found["by_tcp"], found["by_udp"]


def wall(*hosts):
    """No new TCP connections to them."""
    for host in hosts:
        nft(host, NO_NEW_TCP)


def open_again(*hosts):
    for host in hosts:
        nft(host, "delete table inet wall\n")


def accept(b, sent, box):
    b.wait_for("file.offered", id=sent, timeout=30)
    b.call("file.accept", id=sent, dir=box)


@test("the speed limit holds over a link too, and over a restart")
def _():
    with Lab() as lab:
        a, b = pair(lab)
        nft(b.host, COUNT)
        wall(a.host, b.host)
        box = inbox(lab)
        path = make_file(lab, "slow.bin", 12 * MIB)
        limit = 4 * MIB
        check(a.call("file.limit", bytes_per_second=limit)["bytes_per_second"] == limit, "is said")
        start = time.monotonic()
        sent = a.call("file.send", to=b.id, paths=[path])["id"]
        accept(b, sent, box)
        b.wait_for("file.progress", id=sent, where=lambda p: p["done"] > 2 * MIB, timeout=30)
        first = time.monotonic()
        done = b.wait_for("file.progress", id=sent, where=lambda p: p["done"] > 10 * MIB, timeout=30)[0]
        rate = 8 * MIB / (done - first)
        b.wait_for("file.done", id=sent, timeout=30)
        tcp, udp = arrived(b.host)
        note("%.2f MiB/s, %.1f MiB by TCP, %.1f by UDP" % (rate / MIB, tcp / MIB, udp / MIB))
        check(udp > 12 * MIB and tcp < MIB, "over the link")
        check(rate < 1.35 * limit, "not faster: %.2f MiB/s" % (rate / MIB))
        check(rate > 0.5 * limit, "and not much slower: %.2f MiB/s" % (rate / MIB))
        open_again(a.host, b.host)
        a = a.restart()
        check(a.call("file.limit")["bytes_per_second"] == limit, "kept")
        path = make_file(lab, "slow again.bin", 8 * MIB)
        sent = a.call("file.send", to=b.id, paths=[path])["id"]
        start = time.monotonic()
        accept(b, sent, box)
        at = b.wait_for("file.done", id=sent, timeout=30)[0]
        check(at - start > 1.3, "and in force: %.2f s for two seconds' worth" % (at - start))


@test("in mid-file from a link to a lane and back: only what was under way is sent again")
def _():
    with Lab() as lab:
        a, b = pair(lab)
        nft(b.host, COUNT)
        wall(a.host, b.host)
        box = inbox(lab)
        size = 160 * MIB
        path = make_file(lab, "moving.bin", size)
        a.call("file.limit", bytes_per_second=24 * MIB)
        sent = a.call("file.send", to=b.id, paths=[path])["id"]
        accept(b, sent, box)
        b.wait_for("file.progress", id=sent, where=lambda p: p["done"] > 20 * MIB, timeout=40)
        tcp, udp = arrived(b.host)
        check(udp > 20 * MIB and tcp < MIB, "over the link at first")
        open_again(a.host, b.host)
        wait_until(lambda: arrived(b.host)[0] > 30 * MIB, "then over a lane", timeout=40)
        by_link = arrived(b.host)[1]
        # The lane is cut, no other can be made: everything that it carried and that did not arrive comes over the link.
        wall(a.host, b.host)
        run("ip", "netns", "exec", a.host.namespace, "ss", "-K", "state", "established", quiet=True)
        wait_until(lambda: arrived(b.host)[1] > by_link + 10 * MIB, "and over the link", timeout=40)
        open_again(a.host, b.host)
        a.call("file.limit", bytes_per_second=0)
        done = b.wait_for("file.done", id=sent, timeout=60)[1]
        tcp, udp = arrived(b.host)
        note("%.1f MiB by TCP, %.1f by UDP: %.3f of the size" %
             (tcp / MIB, udp / MIB, (tcp + udp) / size))
        check(digest(done["path"]) == digest(path), "the same bytes")
        check(tcp + udp < 1.03 * size + 3 * 9 * MIB, "what was under way, and no more")


def unanswered(host):
    """Whether something that was sent over TCP is not acknowledged yet."""
    return "unacked:" in run("ip", "netns", "exec", host.namespace, "ss", "-tni")


@test("a lane is gone and nothing says so: the rest comes over the link within seconds")
def _():
    with Lab() as lab:
        a, b = pair(lab)
        nft(b.host, COUNT)
        path = make_file(lab, "moving.bin", 160 * MIB)
        a.call("file.limit", bytes_per_second=24 * MIB)
        sent = a.call("file.send", to=b.id, paths=[path])["id"]
        accept(b, sent, inbox(lab))
        wait_until(lambda: arrived(b.host)[0] > 30 * MIB, "over a lane", timeout=40)
        by_link = arrived(b.host)[1]
        wall(a.host, b.host)
        nft(b.host, NO_DATA)
        wait_until(lambda: not unanswered(b.host), "all that it asks is acknowledged")
        run("ip", "netns", "exec", a.host.namespace, "ss", "-K", "state", "established", quiet=True)
        nft(b.host, "delete table inet deaf\n")
        start = time.monotonic()
        wait_until(lambda: arrived(b.host)[1] > by_link + 10 * MIB, "over the link", timeout=15)
        note("over the link after %.1f s" % (time.monotonic() - start))
        open_again(a.host, b.host)
        a.call("file.limit", bytes_per_second=0)
        done = b.wait_for("file.done", id=sent, timeout=60)[1]
        check(digest(done["path"]) == digest(path), "the same bytes")


@test("whoever can open a connection does: the receiver or the sender behind a router")
def _():
    for hidden_sends in (True, False):
        with Lab() as lab:
            street = Street(lab)
            house = street.house("a", "port-restricted")
            outside = street.host("open", "10.80.0.50")
            a = house.host("hidden").peer("Anna", "--no-mdns")
            b = outside.peer("Bo", "--no-mdns")
            a.call("address.add", address="10.80.0.50")
            a.wait_for("person.seen", id=b.id, timeout=20)
            say(a, b, "hello")
            say(b, a, "hello too")
            sender, receiver = (a, b) if hidden_sends else (b, a)
            nft(receiver.host, COUNT)
            path = make_file(lab, "through.bin", 48 * MIB)
            # Slowly until there is a lane: what comes over the link before says nothing about it.
            sender.call("file.limit", bytes_per_second=MIB // 4)
            sent = sender.call("file.send", to=receiver.id, paths=[path])["id"]
            accept(receiver, sent, inbox(lab))
            wait_until(lambda: arrived(receiver.host)[0] > MIB // 4, "a lane")
            sender.call("file.limit", bytes_per_second=0)
            done = receiver.wait_for("file.done", id=sent, timeout=60)[1]
            tcp, udp = arrived(receiver.host)
            note("%.1f MiB by TCP, %.1f by UDP" % (tcp / MIB, udp / MIB))
            check(digest(done["path"]) == digest(path), "the same bytes")
            check(tcp > 40 * MIB, "over a lane that the one behind the router opened")


if __name__ == "__main__":
    missing = [p for p in ("nft", "ss") if shutil.which(p) is None]
    if missing:
        print("1..0 # SKIP needs " + " ".join(missing))
        sys.exit(0)
    sys.exit(main())
