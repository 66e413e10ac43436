#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""Files on a bad day: full, read-only and unplugged places, sources that go or change, people who freeze."""

import os
import signal
import subprocess
import sys

from filelab import MIB, digest, inbox, listing, make_file, pair, sent_bytes
from lab import Lab, check, main, note, test, wait_until

KEPT_FREE = 256 * MIB


class Medium:
    """A disk of @size in memory, mounted in a folder of the lab, as @peer alone sees it (hosts have mounts of their own)."""

    def __init__(self, lab, peer, size):
        self.peer = peer
        self.path = lab.path("medium-%d" % lab.serial())
        self.image = lab.path("image-%d" % lab.serial())
        os.mkdir(self.path)
        os.mkdir(self.image)
        self.run("mount", "-t", "tmpfs", "-o", "size=%d" % size, "lanyard-lab", self.image)
        self.plug()

    def run(self, *command):
        subprocess.run(["nsenter", "-t", str(self.peer.pid), "-m", *command], check=True)

    def seen(self, path):
        """Where we find what the peer calls @path."""
        return "/proc/%d/root%s" % (self.peer.pid, path)

    def plug(self):
        self.run("mount", "--bind", self.image, self.path)

    def unplug(self):
        self.run("umount", "-l", self.path)

    def set_read_only(self, on):
        self.run("mount", "-o", "remount,bind," + ("ro" if on else "rw"), self.path)

    def left(self):
        vfs = os.statvfs(self.seen(self.image))
        return vfs.f_bavail * vfs.f_frsize

    def fill(self):
        """Takes what is kept free, and more."""
        with open(self.seen(self.image + "/filler"), "wb") as f:
            os.posix_fallocate(f.fileno(), 0, self.left() - KEPT_FREE + MIB)

    def free(self):
        os.unlink(self.seen(self.image + "/filler"))


def begin(a, b, path, box, until):
    """Sends @path into @box and waits until so many bytes are there."""
    sent = a.call("file.send", to=b.id, paths=[path])["id"]
    b.wait_for("file.offered", id=sent, timeout=60)
    wait_until(lambda: not os.path.isdir(path) or b.call("file.list", id=sent)["entries"], "the tree")
    b.call("file.accept", id=sent, dir=box)
    b.wait_for("file.progress", id=sent, where=lambda p: p["done"] >= until, timeout=60)
    return sent


def fails(b, sent, code):
    failed = b.wait_for("file.failed", id=sent, timeout=60)[1]
    check(failed["code"] == code, "why: %s" % failed)
    return failed


def again(b, sent, box):
    """Tries once more. Returns where it is."""
    mark = b.mark()
    b.call("file.accept", id=sent, dir=box)
    return b.wait_for("file.done", since=mark, id=sent, timeout=90)[1]["path"]


def make_folder(lab, files, size):
    top = os.path.join(lab.path("top-%d" % lab.serial()), "folder")
    os.makedirs(top)
    for i in range(files):
        with open(os.path.join(top, "f%03d" % i), "wb") as f:
            f.write(os.urandom(size))
    return top


def full(make, same):
    with Lab() as lab:
        a, b = pair(lab)
        medium = Medium(lab, b, KEPT_FREE + 200 * MIB)
        path, size = make(lab), 110 * MIB
        a.call("file.limit", bytes_per_second=30 * MIB)
        start = sent_bytes(a)
        sent = begin(a, b, path, medium.path, 20 * MIB)
        medium.fill()
        text = fails(b, sent, "disk-full")["text"]
        check("needed" in text and "free" in text and "kept free" in text, "what is needed: " + text)
        had = b.call("file.list", id=sent)["done"]
        check(had >= 20 * MIB, "what is there is kept")
        check(medium.left() >= KEPT_FREE - 80 * MIB, "the disk is not filled up")
        medium.free()
        done = again(b, sent, medium.path)
        moved = sent_bytes(a) - start
        note("full with %.0f of %.0f MiB there; %.3f of the size was sent" % (had / MIB, size / MIB, moved / size))
        check(same(path, medium.seen(done)), "the same bytes")
        check(moved < 1.25 * size, "what was there was not sent again: %.3f" % (moved / size))


@test("a disk that gets full in the middle of a file: said, kept, and gone on with")
def _():
    full(lambda lab: make_file(lab, "big.bin", 110 * MIB), lambda x, y: digest(x) == digest(y))


@test("a disk that gets full in the middle of a folder")
def _():
    full(lambda lab: make_folder(lab, 110, MIB), lambda x, y: listing(x) == listing(y))


@test("a place that is read-only, and a medium that is pulled out")
def _():
    with Lab() as lab:
        a, b = pair(lab)
        medium = Medium(lab, b, KEPT_FREE + 256 * MIB)
        path = make_file(lab, "for the stick.bin", 80 * MIB)
        medium.set_read_only(True)
        sent = a.call("file.send", to=b.id, paths=[path])["id"]
        b.wait_for("file.offered", id=sent, timeout=60)
        b.call("file.accept", id=sent, dir=medium.path)
        fails(b, sent, "read-only")
        medium.set_read_only(False)
        a.call("file.limit", bytes_per_second=30 * MIB)
        mark = b.mark()
        b.call("file.accept", id=sent, dir=medium.path)
        b.wait_for("file.progress", since=mark, id=sent, where=lambda p: p["done"] >= 20 * MIB, timeout=60)
        mark = b.mark()
        medium.unplug()
        failed = b.wait_for("file.failed", since=mark, id=sent, timeout=30)[1]
        check(failed["code"] == "not-found", "said so: %s" % failed)
        check(os.listdir(medium.seen(medium.path)) == [], "nothing is written where the medium was")
        medium.plug()
        a.call("file.limit", bytes_per_second=0)
        done = again(b, sent, medium.path)
        check(digest(medium.seen(done)) == digest(path), "the same bytes")
        check(os.listdir(medium.seen(medium.path)) == [os.path.basename(path)], "and nothing else")


@test("a source that is shortened, and one that is removed, in the middle")
def _():
    with Lab() as lab:
        a, b = pair(lab)
        box = inbox(lab)
        a.call("file.limit", bytes_per_second=40 * MIB)
        path = make_file(lab, "shrinks.bin", 80 * MIB)
        sent = begin(a, b, path, box, 10 * MIB)
        os.truncate(path, 40 * MIB)
        for peer in (a, b):
            fails(peer, sent, "source-changed")
        wait_until(lambda: os.listdir(box) == [], "nothing is left")
        # A file that is open stays whole though its name is gone; it cannot be fetched anew.
        path = make_file(lab, "goes.bin", 80 * MIB)
        sent = begin(a, b, path, box, 10 * MIB)
        os.unlink(path)
        a = a.restart()
        a.call("file.limit", bytes_per_second=0)
        fails(a, sent, "not-found")
        check("not there" in fails(b, sent, "peer")["text"], "and says why")
        check(a.is_alive() and b.is_alive(), "both live on")


@test("a sender that freezes: the receiver waits, and goes on when it moves again")
def _():
    with Lab() as lab:
        a, b = pair(lab)
        box = inbox(lab)
        path = make_file(lab, "frozen.bin", 80 * MIB)
        a.call("file.limit", bytes_per_second=40 * MIB)
        sent = begin(a, b, path, box, 10 * MIB)
        os.kill(a.pid, signal.SIGSTOP)
        try:
            rate = b.call("file.list", id=sent)["rate"]
            wait_until(lambda: b.call("file.list", id=sent)["rate"] < rate / 4, "nothing moves", timeout=20)
            check(b.call("file.list", id=sent)["state"] == "running", "and is not given up")
        finally:
            os.kill(a.pid, signal.SIGCONT)
        a.call("file.limit", bytes_per_second=0)
        done = b.wait_for("file.done", id=sent, timeout=60)[1]["path"]
        check(digest(done) == digest(path), "the same bytes")


@test("a link is swapped in for the part, and for a folder of it, while they grow")
def _():
    with Lab() as lab:
        a, b = pair(lab)
        box = inbox(lab)
        outside = lab.path("outside")
        os.mkdir(outside)
        victim = os.path.join(outside, "victim")
        with open(victim, "w") as f:
            f.write("mine")
        a.call("file.limit", bytes_per_second=40 * MIB)
        path = make_file(lab, "swapped.bin", 100 * MIB)
        sent = begin(a, b, path, box, 10 * MIB)
        part = os.path.join(box, os.listdir(box)[0])
        os.rename(part, part + ".aside")
        os.symlink(victim, part)
        fails(b, sent, "path")
        check(open(victim).read() == "mine", "what the link points to is untouched")
        check("swapped.bin" not in os.listdir(box), "and got no new name")
        top = make_folder(lab, 60, MIB)
        os.makedirs(os.path.join(top, "zz"))
        for i in range(20):
            with open(os.path.join(top, "zz", "z%02d" % i), "wb") as f:
                f.write(os.urandom(MIB))
        sent = begin(a, b, top, box, 10 * MIB)
        part = os.path.join(box, [n for n in os.listdir(box) if n.startswith("folder.")][0])
        os.symlink(outside, os.path.join(part, "zz"))
        failed = b.wait_for("file.failed", id=sent, timeout=60)[1]
        note("said: %s" % failed["code"])
        check(os.listdir(outside) == ["victim"], "nothing was written through it: %s" % os.listdir(outside))


if __name__ == "__main__":
    sys.exit(main())
