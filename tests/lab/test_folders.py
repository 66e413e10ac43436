#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""Folders, choices, pauses, and transfers that are killed again and again."""

import os
import random
import subprocess
import sys

from filelab import MIB, digest, inbox, listing, make_file, pair, sent_bytes
from lab import Lab, check, main, note, test, wait_until


def make_tree(lab, files, size):
    top = os.path.join(lab.path("tree-%d" % lab.serial()), "项目 files")
    os.makedirs(os.path.join(top, "leer"))
    os.makedirs(os.path.join(top, "a", "b", "c", ".hidden"))
    rng = random.Random(files)
    for i in range(files):
        folder = os.path.join(top, "d%d" % (i % 7), "e%d" % (i % 3))
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, "file %d.txt" % i), "wb") as f:
            f.write(rng.randbytes(size))
    with open(os.path.join(top, "a", "b", "c", "long.bin"), "wb") as f:
        f.write(os.urandom(3 * MIB + 5))
    with open(os.path.join(top, "a", "run.sh"), "w") as f:
        f.write("#!/bin/sh\n")
    os.chmod(os.path.join(top, "a", "run.sh"), 0o755)
    open(os.path.join(top, "empty"), "w").close()
    os.utime(os.path.join(top, "empty"), (1234567890, 1234567890))
    return top


def offer_tree(a, b, top):
    mark = b.mark()
    sent = a.call("file.send", to=b.id, paths=[top])["id"]
    got = b.wait_for("file.offered", since=mark, id=sent, timeout=60)[1]
    check(got.get("folder"), "said to be a folder: %s" % got)
    return sent


def tree_of(b, sent):
    wait_until(lambda: b.call("file.list", id=sent)["entries"], "the tree before acceptance")
    return b.call("file.list", id=sent)["entries"]


@test("a folder arrives as it is")
def _():
    with Lab() as lab:
        a, b = pair(lab)
        box = inbox(lab)
        top = make_tree(lab, 500, 4096)
        sent = offer_tree(a, b, top)
        entries = tree_of(b, sent)
        check({e["path"] for e in entries} == set(listing(top)), "everything is shown")
        b.call("file.accept", id=sent, dir=box)
        done = b.wait_for("file.done", id=sent, timeout=60)[1]
        check(os.path.basename(done["path"]) == "项目 files", "its name: %s" % done)
        check(listing(done["path"]) == listing(top), "content, modes and times")
        check(os.listdir(box) == ["项目 files"], "nothing else: %s" % os.listdir(box))
        again = offer_tree(a, b, top)
        tree_of(b, again)
        b.call("file.accept", id=again, dir=box)
        second = b.wait_for("file.done", id=again, timeout=60)[1]["path"]
        check(os.path.basename(second) == "项目 files (2)", "keeps both: " + second)


@test("some of a folder, and what is there stays")
def _():
    with Lab() as lab:
        a, b = pair(lab)
        box = inbox(lab)
        top = make_tree(lab, 20, 100)
        os.makedirs(os.path.join(box, "项目 files", "a"))
        with open(os.path.join(box, "项目 files", "a", "run.sh"), "w") as f:
            f.write("mine")
        sent = offer_tree(a, b, top)
        tree_of(b, sent)
        b.call("file.accept", id=sent, dir=box, entries=["a", "empty"], conflict="skip")
        done = b.wait_for("file.done", id=sent, timeout=60)[1]["path"]
        check(done == os.path.join(box, "项目 files"), "into the one that is there")
        check(open(os.path.join(done, "a", "run.sh")).read() == "mine", "what was there stays")
        check(os.path.getsize(os.path.join(done, "a", "b", "c", "long.bin")) == 3 * MIB + 5, "new")
        check(not os.path.exists(os.path.join(done, "d1")), "what was left out")
        left = [e["path"] for e in b.call("file.list", id=sent)["entries"]
                if e.get("wanted") is False]
        check("leer" in left, "and said so: %s" % left)


@test("what is left out of a folder is said to its sender, and to who is offered it")
def _():
    with Lab() as lab:
        a, b = pair(lab)
        top = make_tree(lab, 5, 100)
        check("left_out" not in a.call("file.send", to=b.id, paths=[top]), "nothing is left out")
        for i in range(3):
            os.symlink("run.sh", os.path.join(top, "a", "link %d" % i))
        os.mkfifo(os.path.join(top, "leer", "pipe"))
        sent = a.call("file.send", to=b.id, paths=[top])
        check(sent["left_out"] == {"links": 3, "others": 1}, "counted: %s" % sent)
        offer = b.wait_for("file.offered", id=sent["id"], timeout=60)[1]
        check(offer["left_out"] == sent["left_out"], "and the receiver hears of it: %s" % offer)
        shown = {e["path"] for e in tree_of(b, sent["id"])}
        check("a/run.sh" in shown and not shown & {"a/link 0", "leer/pipe"}, "and is not offered: %s" % shown)
        said = subprocess.run(["ip", "netns", "exec", a.host.namespace, lab.cli(), "send-file", b.id, top, "--wait", "1",
                               "--profile", a.profile], env=a.host.environment(), timeout=30,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout.decode()
        check("3 links are left out." in said and "1 thing that is neither" in said, said)
        a, b = a.restart(), b.restart()
        for one in (a, b):
            kept = one.call("file.list", id=sent["id"])
            check(kept.get("left_out") == sent["left_out"], "kept: %s" % kept)


@test("held up and let go on by either side")
def _():
    with Lab() as lab:
        a, b = pair(lab)
        box = inbox(lab)
        path = make_file(lab, "big.bin", 500 * MIB)
        sent = a.call("file.send", to=b.id, paths=[path])["id"]
        b.wait_for("file.offered", id=sent, timeout=60)
        a.call("file.limit", bytes_per_second=60 * MIB)
        b.call("file.accept", id=sent, dir=box)
        for who in (b, a):
            mark = b.mark()
            b.wait_for("file.progress", since=mark, id=sent, where=lambda p: p["rate"] > 0)
            who.call("file.pause", id=sent)
            for x in (a, b):
                wait_until(lambda: x.call("file.list", id=sent)["state"] == "paused", "paused")
            first = b.call("file.list", id=sent)["done"]
            check(b.call("file.list", id=sent)["done"] == first, "nothing moves")
            if who is b:
                b = b.restart()
                check(b.call("file.list", id=sent)["state"] == "paused", "over a restart too")
                check(b.call("file.list", id=sent)["done"] > 0, "and keeps what is there")
                who = b
            who.call("file.resume", id=sent)
        a.call("file.limit", bytes_per_second=0)
        done = b.wait_for("file.done", id=sent, timeout=60)[1]["path"]
        check(digest(done) == digest(path), "the same bytes")


@test("the same content is not fetched twice")
def _():
    with Lab() as lab:
        a, b = pair(lab)
        box = inbox(lab)
        path = make_file(lab, "same.bin", 100 * MIB)
        arrived = []
        for _round in range(2):
            mark = b.mark()
            before = sent_bytes(a)
            sent = a.call("file.send", to=b.id, paths=[path])["id"]
            b.wait_for("file.offered", since=mark, id=sent, timeout=60)
            b.call("file.accept", id=sent, dir=box)
            arrived.append(b.wait_for("file.done", since=mark, id=sent, timeout=60)[1]["path"])
            moved = sent_bytes(a) - before
            note("%.1f MiB sent" % (moved / MIB))
        check(moved < 5 * MIB, "the second time from its own disk")
        check(digest(arrived[0]) == digest(arrived[1]), "both whole")


@test("killed twenty times, either side, in one transfer")
def _():
    rng = random.Random(4)
    with Lab() as lab:
        a, b = pair(lab)
        box = inbox(lab)
        size = 2048 * MIB
        path = make_file(lab, "long.bin", size)
        sent = a.call("file.send", to=b.id, paths=[path])["id"]
        b.wait_for("file.offered", id=sent, timeout=60)
        start = sent_bytes(a)
        a.call("file.limit", bytes_per_second=100 * MIB)
        b.call("file.accept", id=sent, dir=box)
        for kill in range(20):
            mark = b.mark()
            want = rng.randrange(2, 80) * MIB
            state = b.call("file.list", id=sent)
            if state["state"] == "done":
                break
            goal = min(state["done"] + want, size - MIB)
            wait_until(lambda: b.call("file.list", id=sent)["done"] >= goal or
                       b.call("file.list", id=sent)["state"] == "done", "goes on", timeout=90)
            if rng.random() < 0.5:
                a = a.restart()
                a.call("file.limit", bytes_per_second=100 * MIB)
            else:
                b = b.restart()
        note("killed %d times" % (kill + 1))
        a.call("file.limit", bytes_per_second=0)
        wait_until(lambda: b.call("file.list", id=sent)["state"] == "done", "done", timeout=120)
        done = b.call("file.list", id=sent)["path"]
        moved = sent_bytes(a) - start
        note("sent %.3f of the size" % (moved / size))
        check(digest(done) == digest(path), "the same bytes")
        check(moved <= 1.05 * size, "at most a twentieth more: %.3f" % (moved / size))


if __name__ == "__main__":
    sys.exit(main())
