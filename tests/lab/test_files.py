#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""Files between two hosts: offered, taken, refused, broken off, and across restarts."""

import os
import sys

from filelab import MIB, digest, inbox, make_file, pair
from lab import Lab, check, main, note, test, wait_until
from people import befriend, say


def offer(a, b, path):
    mark = b.mark()
    sent = a.call("file.send", to=b.id, paths=[path])["id"]
    got = b.wait_for("file.offered", since=mark, id=sent)[1]
    check(got["name"] == os.path.basename(path), "its name: %s" % got)
    check(got["size"] == os.path.getsize(path), "its size: %s" % got)
    check(got["from"] == a.id, "its sender: %s" % got)
    return sent


@test("files of many sizes arrive byte for byte")
def _():
    with Lab() as lab:
        a, b = pair(lab)
        box = inbox(lab)
        for name, size in (("empty", 0), ("one byte", 1), ("一份报告.pdf", 262144),
                           ("odd.bin", 262145), ("x" * 120 + ".dat", 3 * MIB + 17),
                           ("big.iso", 64 * MIB)):
            path = make_file(lab, name, size)
            sent = offer(a, b, path)
            b.call("file.accept", id=sent, dir=box)
            at, done = b.wait_for("file.done", id=sent, timeout=60)
            a.wait_for("file.done", id=sent)
            check(os.path.dirname(done["path"]) == box, "in the chosen folder")
            check(digest(done["path"]) == digest(path), "the same bytes: " + name)
        last = [p for p in b.notifications("file.progress") if p["id"] == sent]
        check(last and all(x["done"] <= y["done"] for x, y in zip(last, last[1:])),
              "progress grows")
        note("last rate %.0f MB/s" % (max(p["rate"] for p in last) / 1e6))
        check(not [n for n in os.listdir(box) if n.endswith(".part")], "no part is left")


@test("the same name twice overwrites nothing")
def _():
    with Lab() as lab:
        a, b = pair(lab)
        box = inbox(lab)
        paths = [make_file(lab, "report.txt", 1000), make_file(lab, "report.txt", 2000)]
        arrived = []
        for path in paths:
            sent = offer(a, b, path)
            b.call("file.accept", id=sent, dir=box)
            arrived.append(b.wait_for("file.done", id=sent)[1]["path"])
        check(len(set(arrived)) == 2, "two names: %s" % arrived)
        check([digest(p) for p in arrived] == [digest(p) for p in paths], "both whole")


@test("taken without asking: only of a verified person, only up to the size that was said")
def _():
    with Lab() as lab:
        a, b = pair(lab)
        box = inbox(lab)
        rule = b.call("file.rule", id=a.id, max_bytes=MIB, dir=box)
        check(rule == {"max_bytes": MIB, "dir": box}, "is said: %s" % rule)

        def offer(size):
            number = a.call("file.send", to=b.id, paths=[make_file(lab, "plan.bin", size)])["id"]
            b.wait_for("file.offered", id=number)
            return number

        def waits(number):
            say(a, b, "have you seen it?")  # what a rule does was done by then
            return b.call("file.list", id=number)["state"] == "offered"

        check(waits(offer(1000)), "who is known by the key of the first day only is asked for")
        b.call("peer.verify", id=a.id, words=b.call("people.get", id=a.id)["words"])
        number = offer(MIB)
        done = b.wait_for("file.done", id=number)[1]
        check(os.path.dirname(done["path"]) == box, "taken, there: %s" % done)
        check(waits(offer(MIB + 1)), "one byte more is asked for")
        check(b.call("file.rule", id=a.id, max_bytes=0) == {"max_bytes": 0}, "no rule any more")
        check(waits(offer(1000)), "and asked for again")


@test("declined and cancelled by either side")
def _():
    with Lab() as lab:
        a, b = pair(lab)
        box = inbox(lab)
        path = make_file(lab, "secret plan.doc", 300 * MIB)
        sent = offer(a, b, path)
        b.call("file.decline", id=sent)
        check(a.wait_for("file.failed", id=sent)[1]["code"] == "declined", "declined")
        for who in (a, b):
            sent = offer(a, b, path)
            b.call("file.accept", id=sent, dir=box)
            b.wait_for("file.progress", id=sent, where=lambda p: p["done"] > 0)
            who.call("file.cancel", id=sent)
            for x in (a, b):
                code = x.wait_for("file.failed", id=sent)[1]["code"]
                check(code == "cancelled", "cancelled: %s" % code)
            check("secret plan.doc" not in os.listdir(box), "nothing under the file's name")
        sent = offer(a, b, path)
        a.call("file.cancel", id=sent)
        b.wait_for("file.failed", id=sent)
        check(a.is_alive() and b.is_alive(), "both live on")


def across_restart(which):
    with Lab() as lab:
        a, b = pair(lab)
        box = inbox(lab)
        path = make_file(lab, "long.bin", 400 * MIB)
        sent = offer(a, b, path)
        b.call("file.accept", id=sent, dir=box)
        b.wait_for("file.progress", id=sent, where=lambda p: p["done"] > 8 * MIB)
        if which == "sender":
            a = a.restart()
        else:
            before = max(p["done"] for p in b.notifications("file.progress") if p["id"] == sent)
            b = b.restart()
        if which == "receiver":
            first = b.wait_for("file.progress", id=sent, where=lambda p: p["done"] > 0)[1]["done"]
            note("had %d, went on at %d" % (before, first))
            check(first >= before // 2, "went on, did not begin again")
        done = b.wait_for("file.done", id=sent, timeout=90)[1]
        check(digest(done["path"]) == digest(path), "the same bytes")


@test("kill -9 of the sender in the middle")
def _():
    across_restart("sender")


@test("kill -9 of the receiver in the middle")
def _():
    across_restart("receiver")


@test("an offer outlives restarts of both sides")
def _():
    with Lab() as lab:
        a, b = pair(lab)
        box = inbox(lab)
        path = make_file(lab, "later.txt", 5 * MIB)
        sent = offer(a, b, path)
        a, b = a.restart(), b.restart()
        b.call("file.accept", id=sent, dir=box)
        done = b.wait_for("file.done", id=sent, timeout=60)[1]
        check(digest(done["path"]) == digest(path), "the same bytes")


@test("offered to somebody who is away")
def _():
    with Lab() as lab:
        a, b = pair(lab)
        box = inbox(lab)
        b.quit()
        a.wait_for("person.gone", id=b.id)
        path = make_file(lab, "for later.txt", 100000)
        sent = a.call("file.send", to=b.id, paths=[path])["id"]
        b = b.restart()
        b.wait_for("file.offered", id=sent)
        b.call("file.accept", id=sent, dir=box)
        done = b.wait_for("file.done", id=sent)[1]
        check(digest(done["path"]) == digest(path), "the same bytes")


if __name__ == "__main__":
    sys.exit(main())
