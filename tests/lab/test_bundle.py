#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""C11: messages in a file, between computers that no wire joins."""

import json
import os
import shutil
import stat
import subprocess

from lab import DEADLINE, Lab, Peer, RpcError, check, main, test, wait_until
from people import befriend, texts

REFUSED = {"unreadable": 0, "stranger": 0, "no-room": 0, "old": 0}


def cli(lab, peer, *arguments):
    """One command for the peer's profile, in its namespace. Returns: its exit code and what it said."""
    done = subprocess.run(["ip", "netns", "exec", peer.host.namespace, lab.cli(), "--profile",
                           peer.profile, "--no-mdns", *arguments],
                          env=peer.host.environment(), capture_output=True, text=True, timeout=6 * DEADLINE)
    return done.returncode, done.stdout + done.stderr


def stick(peer, name):
    return os.path.join(peer.host.dir, name)


def has_key(a, b):
    """Whether a can seal for b."""
    path = stick(a, "probe")
    made = a.call("bundle.create", path=path, people=[b.id])
    os.unlink(path)
    return made["unreached"] == []


def islands(lab, names):
    """People who know each other, each in a namespace with nothing but itself in it."""
    _, hosts = lab.office([name.lower() for name in names])
    peers = [host.peer(name) for host, name in zip(hosts, names)]
    pairs = [(a, b) for i, a in enumerate(peers) for b in peers[i + 1:]]
    for a, b in pairs:
        befriend(a, b)
        wait_until(lambda: has_key(a, b) and has_key(b, a), "they can seal for each other", 3 * DEADLINE, 0.1)
    apart = []
    for peer in peers:
        peer.quit()
        island = lab.host("i" + peer.person_name.lower())
        apart.append(Peer(island, peer.person_name, profile=peer.profile, create=False).ready())
        check(island.ip("-o", "link").count("\n") == 1, "only the loopback is there")
    return apart


def hand_over(a, b, name="mail", **params):
    """a writes a bundle, somebody carries it, b reads it. Returns: what each said."""
    path, copy = stick(a, name), stick(b, name)
    made = a.call("bundle.create", path=path, **params)
    shutil.copyfile(path, copy)
    return made, b.call("bundle.read", path=copy)


@test("a letter goes by stick, and its receipt comes back by another")
def _():
    with Lab() as lab:
        a, b = islands(lab, ["Anna", "Bert"])
        first = a.call("message.send", to=b.id, text="Das Angebot liegt im Fach 青鸟")["id"]
        a.call("message.send", to=b.id, text="und noch etwas")
        made, read = hand_over(a, b)
        check((made["letters"], made["people"], made["unreached"]) == (1, 1, []), "made: %s" % made)
        info = os.lstat(stick(a, "mail"))
        check(stat.S_IMODE(info.st_mode) == 0o600 and info.st_size == made["bytes"], "its file")
        check(read["new"] == 1 and read["heard"] == 1 and read["refused"] == REFUSED, "read: %s" % read)
        b.wait_for("message.received", id=first)
        check(a.call("message.get", id=first)["state"] == "queued", "its writer knows nothing yet")
        with open(stick(a, "mail"), "rb") as f:
            data = f.read()
        for word in ("Angebot", "青鸟", "Anna", "Bert", a.id[:16], b.id[:16]):
            check(word.encode() not in data, "%s is in the file" % word)
        check(bytes.fromhex(a.id) not in data and bytes.fromhex(b.id) not in data, "whose it is")

        b.call("message.read", id=first)
        b.call("message.send", to=a.id, text="danke")
        made, read = hand_over(b, a, "answer")
        check(read["new"] == 1, "read: %s" % read)
        wait_until(lambda: a.call("message.get", id=first)["state"] in ("delivered", "read"),
                   "the receipt came with it")
        check(texts(a, b.id, b.id)[-1] == "danke", "and the answer")
        # Nothing waits on either side: a word is all that goes.
        made, read = hand_over(b, a, "again", people=[a.id])
        check(made["letters"] == 1 and read["known"] == 1 and read["new"] == 0,
              "b has heard nothing of a's disk: %s %s" % (made, read))
        made, read = hand_over(a, b, "third", people=[b.id])
        check(made["letters"] <= 1 and read["refused"] == REFUSED, "third: %s %s" % (made, read))
        made, read = hand_over(b, a, "fourth", people=[a.id])
        check(made["letters"] == 0 and made["told"] == 1, "fourth: %s %s" % (made, read))


@test("shown twice, cut, altered and taken for something else")
def _():
    with Lab() as lab:
        a, b = islands(lab, ["Anna", "Bert"])
        a.call("message.send", to=b.id, text="einmal")
        made, read = hand_over(a, b)
        check(read["new"] == 1, "read: %s" % read)
        whole = stick(b, "mail")
        again = b.call("bundle.read", path=whole)
        check(again["new"] == 0 and again["known"] == 1, "twice: %s" % again)
        b = b.restart()
        again = b.call("bundle.read", path=whole)
        check(again["new"] == 0 and again["known"] == 1, "after kill -9: %s" % again)
        check(texts(b, a.id, a.id)[-1:] == ["einmal"] and texts(b, a.id, a.id).count("einmal") == 1, "once")
        a.call("message.send", to=b.id, text="zweimal")
        a.call("bundle.create", path=stick(a, "second"))
        with open(stick(a, "second"), "rb") as f:
            data = f.read()
        bad = {"short": data[:-1], "half": data[:len(data) // 2], "empty": b"", "long": data + b"x",
               "bent": data[:200] + bytes([data[200] ^ 1]) + data[201:], "noise": os.urandom(5000),
               "newer": b"LYBU0002" + data[8:]}
        for name, content in bad.items():
            with open(stick(b, name), "wb") as f:
                f.write(content)
            try:
                b.call("bundle.read", path=stick(b, name))
            except RpcError as refused:
                code = refused.error["data"]["code"]
                check(code == ("newer-version" if name == "newer" else "damaged"), "%s: %s" % (name, refused))
            else:
                check(False, "%s was taken" % name)
        check("zweimal" not in texts(b, a.id, a.id), "nothing of a bent one is taken")
        check(a.call("bundle.read", path=stick(a, "second"))["own"] == 1, "one's own")


def fails(peer, method, code, **params):
    try:
        peer.call(method, **params)
    except RpcError as refused:
        check(refused.error["data"]["code"] == code, "%s, not %s" % (refused, code))
    else:
        check(False, "%s did not fail" % method)


@test("links, folders, pipes, full sticks and files that are there")
def _():
    with Lab() as lab:
        a, b = islands(lab, ["Anna", "Bert"])
        fails(a, "bundle.create", "not-found", path=stick(a, "nobody"), people=["0" * 64])
        a.call("message.send", to=b.id, text="x" * 30000)
        made, _read = hand_over(a, b)
        check(made["letters"] == 1, "made: %s" % made)
        fails(a, "bundle.create", "invalid", path=stick(a, "mail"))
        os.symlink(stick(a, "elsewhere"), stick(a, "dangling"))
        fails(a, "bundle.create", "invalid", path=stick(a, "dangling"))
        check(not os.path.lexists(stick(a, "elsewhere")), "the link was not followed")
        os.symlink(stick(b, "mail"), stick(b, "link"))
        fails(b, "bundle.read", "invalid", path=stick(b, "link"))
        os.mkfifo(stick(b, "pipe"))
        fails(b, "bundle.read", "invalid", path=stick(b, "pipe"))
        fails(b, "bundle.read", "invalid", path=b.host.dir)
        fails(b, "bundle.read", "not-found", path=stick(b, "missing"))
        with open(stick(b, "huge"), "wb") as f:
            f.truncate(257 * 1024 * 1024)
        fails(b, "bundle.read", "damaged", path=stick(b, "huge"))
        a.quit()
        # The stick is seen by this command alone.
        os.mkdir(stick(a, "full"))
        script = ('mount -t tmpfs -o size=4k tmpfs "$1" && "$2" --profile "$3" --no-mdns bundle create "$1/mail";'
                  ' echo "code $?, files: $(ls -A "$1")."')
        done = subprocess.run(["ip", "netns", "exec", a.host.namespace, "sh", "-c", script, "sh",
                               stick(a, "full"), lab.cli(), a.profile], env=a.host.environment(),
                              capture_output=True, text=True, timeout=6 * DEADLINE)
        check("code 1, files: ." in done.stdout and "no room left" in done.stderr,
              "a full stick: %s%s" % (done.stdout, done.stderr))


@test("for somebody else: left, or carried on by whoever carries")
def _():
    with Lab() as lab:
        a, b, c = islands(lab, ["Anna", "Bert", "Carla"])
        a.call("message.send", to=b.id, text="an Bert")
        _made, read = hand_over(a, c)
        check(read["left"] == 1 and read["kept"] == 0 and read["new"] == 0, "left: %s" % read)
        c.call("carry.set", on=True)
        read = c.call("bundle.read", path=stick(c, "mail"))
        check(read["kept"] == 1, "kept: %s" % read)
        c = c.restart()
        check(c.call("carry.get")["letters"] == 1, "and still there after kill -9")
        made, read = hand_over(c, b, "onward")
        check(made["others"] == 1 and read["new"] >= 1, "through two hands: %s %s" % (made, read))
        wait_until(lambda: texts(b, a.id, a.id)[-1] == "an Bert", "it arrived")
        check(texts(b, a.id, a.id).count("an Bert") == 1, "once")


@test("from somebody who was blocked or removed")
def _():
    with Lab() as lab:
        a, b = islands(lab, ["Anna", "Bert"])
        b.call("carry.set", on=True)
        a.call("message.send", to=b.id, text="hallo?")
        b.call("people.block", id=a.id, on=True)
        _made, read = hand_over(a, b)
        check(read["new"] == 0 and read["kept"] == 0 and read["refused"]["stranger"] >= 1, "blocked: %s" % read)
        fails(b, "bundle.create", "not-found", path=stick(b, "blocked"), people=[a.id])
        b.call("people.block", id=a.id, on=False)
        b.call("people.remove", id=a.id)
        read = b.call("bundle.read", path=stick(b, "mail"))
        check(read["new"] == 0, "removed: %s" % read)
        check(b.call("carry.get")["letters"] == 0 or read["kept"] == 1, "nothing is hidden: %s" % read)
        check("hallo?" not in texts(b, a.id, a.id), "it is not shown")


@test("the commands, by hand")
def _():
    with Lab() as lab:
        a, b = islands(lab, ["Anna", "Bert"])
        a.call("message.send", to=b.id, text="mit der Hand")
        a.quit()
        code, said = cli(lab, a, "bundle", "create", stick(a, "mail"), "Bert")
        check(code == 0 and "1 sealed letter" in said, "%s %s" % (code, said))
        code, said = cli(lab, a, "bundle", "create", stick(a, "mail"))
        check(code == 1 and "exists already" in said, "%s %s" % (code, said))
        code, said = cli(lab, b, "bundle", "read", stick(a, "mail"))
        check(code == 0 and "1 new letter for you" in said, "%s %s" % (code, said))
        code, said = cli(lab, b, "--json", "bundle", "read", stick(a, "mail"))
        check(code == 0 and json.loads(said)["known"] == 1, "%s %s" % (code, said))
        code, said = cli(lab, b, "bundle", "read")
        check(code == 2, "%s %s" % (code, said))


main()
