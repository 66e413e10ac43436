#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""One file for several people, who give it to each other: real programs, a narrow uplink."""

import os
import subprocess
import sys
import time

from filelab import MIB, digest, inbox, make_file
from lab import Lab, check, main, note, test, wait_until
from people import befriend

RECEIVERS = 8


def narrow(host, rate="100mbit"):
    """Holds what leaves @host to @rate."""
    subprocess.run(["ip", "netns", "exec", host.namespace, "tc", "qdisc", "replace", "dev", "e0", "root",
                    "tbf", "rate", rate, "burst", "128kb", "latency", "100ms"], check=True)


def sent_by(host):
    out = subprocess.run(["ip", "netns", "exec", host.namespace, "cat",
                          "/sys/class/net/e0/statistics/tx_bytes"], check=True, capture_output=True)
    return int(out.stdout)


def team(lab, n):
    """One sender whom all know; the receivers have never met each other."""
    _, hosts = lab.office(["sender"] + ["r%d" % i for i in range(n)])
    sender = hosts[0].peer("Anna")
    others = [host.peer("Bo %d" % i) for i, host in enumerate(hosts[1:])]
    for other in others:
        befriend(sender, other)
    return hosts, sender, others


def give(sender, others, path, boxes):
    """Returns seconds from acceptance until all have it, and what the sender's host sent."""
    to = [other.id for other in others]
    ids = sender.call("file.send", to=to if len(to) > 1 else to[0], paths=[path])
    ids = ids.get("ids") or [ids["id"]]
    for other, number in zip(others, ids):
        other.wait_for("file.offered", id=number, timeout=30)
    start, before = time.monotonic(), sent_by(sender.host)
    for other, number, box in zip(others, ids, boxes):
        other.call("file.accept", id=number, dir=box)
    paths = [other.wait_for("file.done", id=number, timeout=120)[1]["path"]
             for other, number in zip(others, ids)]
    return time.monotonic() - start, sent_by(sender.host) - before, paths


@test("eight receivers behind a 100 Mbit/s uplink: hardly later than one, about one copy sent")
def _():
    with Lab() as lab:
        hosts, sender, others = team(lab, RECEIVERS)
        size = 40 * MIB
        path = make_file(lab, "film.bin", size)
        single = make_file(lab, "alone.bin", size)
        narrow(hosts[0])
        alone, _, _ = give(sender, others[:1], single, [inbox(lab)])
        took, sent, paths = give(sender, others, path, [inbox(lab) for _ in others])
        note("one %.2f s, eight %.2f s (%.2f times), sent %.2f times the size"
             % (alone, took, took / alone, sent / size))
        check(all(digest(p) == digest(path) for p in paths), "the same bytes everywhere")
        check(took <= 1.6 * alone, "%.2f s for eight, %.2f s for one" % (took, alone))
        check(sent <= 1.5 * size, "%.2f times the size was sent" % (sent / size))


@test("the sender is gone once the others have it: who accepts later gets it from them")
def _():
    with Lab() as lab:
        hosts, sender, others = team(lab, 3)
        path = make_file(lab, "plan.bin", 24 * MIB)
        whole = digest(path)
        ids = sender.call("file.send", to=[o.id for o in others], paths=[path])["ids"]
        for other, number in zip(others, ids):
            other.wait_for("file.offered", id=number)
        for other, number in list(zip(others, ids))[:2]:
            other.call("file.accept", id=number, dir=inbox(lab))
            other.wait_for("file.done", id=number, timeout=30)
        sender.kill()
        others[2].call("file.accept", id=ids[2], dir=inbox(lab))
        done = others[2].wait_for("file.done", id=ids[2], timeout=40)[1]
        check(digest(done["path"]) == whole, "the same bytes, from those who have it")


@test("the sender is gone half way: who has it and was restarted gives the rest")
def _():
    with Lab() as lab:
        _, sender, (early, late) = team(lab, 2)
        path = make_file(lab, "plan.bin", 24 * MIB)
        whole = digest(path)
        ids = sender.call("file.send", to=[early.id, late.id], paths=[path])["ids"]
        for other, number in zip((early, late), ids):
            other.wait_for("file.offered", id=number)
        early.call("file.accept", id=ids[0], dir=inbox(lab))
        early.wait_for("file.done", id=ids[0], timeout=30)
        early.kill()
        sender.call("file.limit", bytes_per_second=4 * MIB)
        late.call("file.accept", id=ids[1], dir=inbox(lab))
        late.wait_for("file.progress", id=ids[1], where=lambda p: p["done"] >= 4 * MIB, timeout=30)
        sender.kill()
        had = late.call("file.list", id=ids[1])["done"]
        check(had < 20 * MIB, "the sender gave %d bytes, a part" % had)
        early = early.restart()
        done = late.wait_for("file.done", id=ids[1], timeout=40)[1]
        check(digest(done["path"]) == whole, "the same bytes, the rest from one that was restarted")


if __name__ == "__main__":
    main()
