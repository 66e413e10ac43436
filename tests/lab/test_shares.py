#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""Shared folders between real programs: on demand, in step, apart, taken back, killed."""

import os
import time

from filelab import MIB, digest, pair
from lab import Lab, RpcError, check, main, test, wait_until
from people import befriend

PRIVATE = ".lanyard-share"


def write(folder, path, data):
    full = os.path.join(folder, path)
    os.makedirs(os.path.dirname(full), exist_ok=True)
    with open(full, "wb") as f:
        f.write(data if isinstance(data, bytes) else data.encode())


def read(folder, path):
    with open(os.path.join(folder, path), "rb") as f:
        return f.read()


def says(folder, path):
    """As read(), for what may be replaced at this moment."""
    try:
        return read(folder, path)
    except FileNotFoundError:
        return None


def content(folder):
    """What is where; a file that is replaced at this moment counts as one that nobody else has."""
    found = {}
    for at, folders, files in os.walk(folder):
        if PRIVATE in folders:
            folders.remove(PRIVATE)
        for name in files:
            path = os.path.join(at, name)
            try:
                found[os.path.relpath(path, folder)] = digest(path)
            except FileNotFoundError:
                found[os.path.relpath(path, folder)] = path
    return found


def versions(folder):
    found = []
    for at, _, files in os.walk(os.path.join(folder, PRIVATE, "versions")):
        found += [os.path.join(at, name) for name in files]
    return found


def share_of(peer, share):
    return next((s for s in peer.call("share.list")["shares"] if s["id"] == share), None)


def states(peer, share):
    return {e["path"]: e["state"] for e in peer.call("share.tree", id=share)["entries"]}


def events(peer, share, event):
    return [r for r in peer.call("share.log", id=share)["log"] if r["event"] == event]


def create(lab, owner, members, access="read", files=None):
    top = lab.path("shared-%d" % lab.serial())
    os.mkdir(top)
    for path, data in (files or {}).items():
        write(top, path, data)
    share = owner.call("share.create", dir=top, name="项目 files")["id"]
    for member in members:
        wait_until(lambda: share_of(owner, share), "the share is listed")
        owner.call("share.invite", id=share, person=member.id, access=access)
    return share, top


def accept(lab, peer, share, keep):
    wait_until(lambda: share_of(peer, share), "the invitation")
    folder = lab.path("member-%d" % lab.serial())
    peer.call("share.accept", id=share, dir=folder, keep=keep)
    wait_until(lambda: share_of(peer, share)["state"] == "joined", "it is accepted")
    return folder


def wait_same(one, two, what, timeout=20):
    wait_until(lambda: content(one) == content(two), what, timeout=timeout, every=0.05)


@test("a folder is shared read-only, and fetched on demand")
def _():
    with Lab() as lab:
        a, b = pair(lab)
        share, top = create(lab, a, [b], files={"a.txt": "one", "deep/er/b.bin": os.urandom(3 * MIB),
                                                "deep/empty": ""})
        wait_until(lambda: share_of(b, share), "the invitation")
        seen = share_of(b, share)
        check((seen["state"], seen["access"], seen["name"]) == ("invited", "read", "项目 files"),
              "what is offered: %s" % seen)
        wait_until(lambda: len(states(b, share)) == 5, "the tree before it is accepted")
        folder = accept(lab, b, share, keep=False)
        wait_until(lambda: states(b, share).get("a.txt") == "away", "nothing comes by itself")
        b.call("share.fetch", id=share, paths=["deep"])
        wait_until(lambda: states(b, share)["deep/er/b.bin"] == "here", "what was asked for")
        check(set(content(folder)) == {"deep/er/b.bin", "deep/empty"}, "and no more")
        check(read(folder, "deep/er/b.bin") == read(top, "deep/er/b.bin"), "its content")
        wait_until(lambda: len(events(a, share, "fetched")) == 2, "the owner's log says who fetched")
        check(events(a, share, "fetched")[0]["who"] == b.id, "who")
        check(a.call("file.list")["files"] == [] and b.call("file.list")["files"] == [],
              "these are no files of a chat")
        write(folder, "a.txt", "mine")
        write(top, "new.txt", "new")
        wait_until(lambda: states(b, share).get("new.txt") == "away", "a change is seen")
        wait_until(lambda: states(b, share)["a.txt"] == "changed", "what only is here")
        check(read(top, "a.txt") == b"one", "who may only read changes nothing")
        check(states(a, share)["a.txt"] == "here", "nor says so")


@test("in step: changes both ways, removed things are kept, a crash loses nothing")
def _():
    with Lab() as lab:
        a, b = pair(lab)
        share, top = create(lab, a, [b], access="write",
                            files={"a.txt": "one", "big.bin": os.urandom(20 * MIB), "x/y/z": "deep"})
        folder = accept(lab, b, share, keep=True)
        wait_until(lambda: os.path.exists(os.path.join(folder, "x/y/z")), "it begins", timeout=20)
        b = b.restart()
        wait_same(top, folder, "everything, also after kill -9")
        # What was put there just before the kill is not known to be there until it is looked at: then it can be missed.
        wait_until(lambda: set(states(b, share).values()) == {"here"}, "Bo's program has seen what is there")
        write(folder, "a.txt", "two")
        write(folder, "from-b.txt", "new")
        os.remove(os.path.join(folder, "x/y/z"))
        wait_same(top, folder, "changes of the other side")
        check(read(top, "a.txt") == b"two", "changed")
        check(not os.path.exists(os.path.join(top, "x/y/z")), "removed")
        check(sorted(read("/", p) for p in versions(top)) == [b"deep", b"one"],
              "what was there before is kept: %s" % versions(top))
        os.rename(os.path.join(top, "from-b.txt"), os.path.join(top, "renamed.txt"))
        wait_same(top, folder, "a new name")
        a = a.restart()
        write(top, "while-restarting", "late")
        wait_same(top, folder, "after the owner's crash")
        check(events(b, share, "changed")[-1]["who"] == a.id, "the log says who changed what")


@test("edited on both sides while apart: both versions stay")
def _():
    with Lab() as lab:
        a, b = pair(lab)
        share, top = create(lab, a, [b], access="write", files={"plan.txt": "first", "other": "same"})
        folder = accept(lab, b, share, keep=True)
        wait_same(top, folder, "in step")
        b.kill()
        write(folder, "plan.txt", "by Bo, while away")
        write(top, "plan.txt", "by Anna, meanwhile")
        os.utime(os.path.join(top, "plan.txt"), (time.time() + 60, time.time() + 60))
        wait_until(lambda: len([r for r in events(a, share, "changed") if r["path"] == "plan.txt"]) == 2,
                   "Anna's is known")
        b = b.restart()
        wait_until(lambda: len(content(folder)) == 3, "a second file", timeout=20)
        wait_same(top, folder, "the same on both sides")
        found = {read(folder, name) for name in content(folder)}
        check(found == {b"by Bo, while away", b"by Anna, meanwhile", b"same"}, "both: %s" % found)
        check(read(folder, "plan.txt") == b"by Anna, meanwhile", "the later one has the name")
        check(events(b, share, "conflict"), "the log says so")


@test("three: members go on without the owner; who is taken out gets nothing more")
def _():
    with Lab() as lab:
        _, (one, two, three) = lab.office(["one", "two", "three"])
        a, b, c = one.peer("Anna"), two.peer("Bo"), three.peer("Cy")
        befriend(a, b)
        befriend(a, c)
        befriend(b, c)
        share, top = create(lab, a, [b, c], files={"a.txt": "one", "b.bin": os.urandom(2 * MIB)})
        at_b = accept(lab, b, share, keep=True)
        wait_same(top, at_b, "in step")
        at_c = accept(lab, c, share, keep=False)
        wait_until(lambda: len(states(c, share)) == 2, "Cy sees the tree")
        a.kill()
        c.call("share.keep", id=share, on=True)
        wait_same(at_b, at_c, "Cy has it from Bo, while Anna is away")
        a = a.restart()
        wait_until(lambda: all(m["joined"] for m in share_of(a, share)["members"]), "all joined")
        a.call("share.invite", id=share, person=c.id, access="none")
        wait_until(lambda: share_of(c, share)["state"] == "ended", "Cy hears of it")
        write(top, "secret.txt", "not for Cy")
        wait_same(top, at_b, "Bo goes on")
        check("secret.txt" not in states(c, share), "Cy does not see it")
        check(set(content(at_c)) == {"a.txt", "b.bin"}, "and keeps what was there")
        try:
            c.call("share.fetch", id=share)
            check(False, "fetched from an ended share")
        except RpcError:
            pass


@test("a computer is lost: its shared folders are in the backup, and filled by those who have them")
def _():
    with Lab() as lab:
        _, (one, two, three) = lab.office(["one", "two", "three"])
        a, b = one.peer("Anna"), two.peer("Bo")
        befriend(a, b)
        share, top = create(lab, a, [b], access="write",
                            files={"a.txt": "one", "deep/b.bin": os.urandom(2 * MIB)})
        folder = accept(lab, b, share, keep=True)
        wait_same(top, folder, "in step")
        before = content(folder)
        code = a.call("backup.code", renew=True)["code"]
        path, profile = lab.path("anna.backup"), os.path.join(three.dir, "restored")
        a.call("backup.create", path=path)
        a.call("backup.restore", path=path, secret=code, dir=profile)
        a.kill()
        os.rename(top, top + "-lost")
        new = three.peer("Anna", profile=profile, create=False)
        wait_until(lambda: (share_of(new, share) or {}).get("error") == "not-found", "its folder is not there")
        check([m["access"] for m in share_of(new, share)["members"] if m["id"] == b.id] == ["write"], "who takes part")
        check(len(events(new, share, "joined")) == 1, "and what happened")
        known = states(new, share)
        check([known.get(name) for name in ("a.txt", "deep/b.bin")] == ["away", "away"], "what is in it: %s" % known)
        place = lab.path("member-%d" % lab.serial())
        new.call("share.accept", id=share, dir=place)
        wait_until(lambda: content(place) == before, "everything came back", timeout=60, every=0.05)
        check(content(folder) == before, "nothing was taken for removed")
        write(place, "a.txt", "from the new one")
        wait_until(lambda: says(folder, "a.txt") == b"from the new one", "it is the owner's still", timeout=40)
        write(folder, "c.txt", "from Bo")
        wait_same(place, folder, "both ways", timeout=40)


if __name__ == "__main__":
    main()
