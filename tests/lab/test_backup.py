#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""Backups: made while the profile is in use, refused where they are not whole, and restored as the same person."""

import os
import subprocess

from lab import DEADLINE, Failure, Lab, RpcError, check, main, test, wait_until
from people import befriend, say


def texts(peer, other):
    return [m["text"] for m in peer.call("history.list", peer=other.id, limit=1000)["messages"]]


def cli(lab, host, profile, *arguments):
    """One command in the host's namespace. Returns: its exit code and what it said."""
    command = ["ip", "netns", "exec", host.namespace, lab.cli(), "--profile", profile, "--no-mdns", *arguments]
    done = subprocess.run(command, env=host.environment(), capture_output=True, text=True, timeout=DEADLINE)
    return done.returncode, done.stdout + done.stderr


def refused(call, code):
    try:
        call()
    except RpcError as error:
        got = error.error.get("data", {}).get("code")
        check(got == code, "%s, not %s" % (error, code))
        return
    check(False, "refused")


def secret_file(lab, text):
    path = lab.path("secret-%d" % lab.serial())
    with open(path, "w", encoding="utf-8") as f:
        f.write(text + "\n")
    return path


@test("who lost a computer is the same person on a new one, and gets back what others have")
def _():
    with Lab() as lab:
        _, (one, two, three) = lab.office(["one", "two", "three"], avahi=False)
        a, b = one.peer("Anna"), two.peer("李伟")
        befriend(a, b)
        for i in range(5):
            say(a, b, "before %d" % i)
            say(b, a, "答 %d" % i)
        first, _ = say(a, b, "first draft")
        a.call("peer.verify", id=b.id, words=a.call("people.get", id=b.id)["words"])
        code = a.call("backup.code", renew=True)["code"]
        check(a.call("backup.code")["code"] == code, "the code stays")
        path = lab.path("anna.backup")
        made = a.call("backup.create", path=path)["messages"]
        check(made >= 11 and os.stat(path).st_mode & 0o777 == 0o600, "%d messages" % made)
        a.call("message.edit", id=first, text="second draft")
        say(a, b, "after 我的")
        say(b, a, "after 他的")
        everything = texts(a, b)
        self_id = a.id
        a.kill()
        wait_until(lambda: not a.is_alive(), "it is gone")

        profile = os.path.join(three.dir, "restored")
        status, said = cli(lab, three, profile, "backup", "restore", path, "--secret-file", secret_file(lab, code))
        check(status == 0 and "Anna" in said, "restored: %s" % said)
        new = three.peer("Anna", profile=profile, create=False)
        check(new.id == self_id, "the same person")
        check(new.call("people.get", id=b.id)["trust"] == "verified", "what was verified stays so")
        check("before 0" in texts(new, b) and "答 4" in texts(new, b), "what was in the backup")
        check([m["text"] for m in new.call("history.search", text="答")["messages"]][0] == "答 4", "found by words")
        wait_until(lambda: sorted(texts(new, b)) == sorted(everything), "what came after it, from the other")
        say(new, b, "from the new one")
        say(b, new, "你好")
        check(b.call("people.get", id=self_id)["trust"] in ("tofu", "verified"), "no key has changed")
        check(len(set(m["id"] for m in b.call("history.list", peer=self_id, limit=1000)["messages"])) ==
              len(texts(b, new)), "nothing twice")
        devices = new.call("device.list")["devices"]
        check(len(devices) == 2 and sum(d["self"] for d in devices) == 1, "a device beside the old one: %s" % devices)
        check(new.call("backup.code")["code"] == code, "the code holds on")
        old = [d["id"] for d in devices if not d["self"]][0]
        new.call("device.revoke", device=old)
        say(new, b, "still here")
        say(b, new, "也在")


@test("a backup that is not whole, or is opened with something else, makes no profile")
def _():
    with Lab() as lab:
        host = lab.host("one")
        a = host.peer("Anna")
        path = lab.path("anna.backup")
        refused(lambda: a.call("backup.create", path=path), "not-found")
        check(not os.path.exists(path), "no file without a code")
        code = a.call("backup.code", renew=True)["code"]
        a.call("backup.create", path=path)
        refused(lambda: a.call("backup.create", path=path), "invalid")
        refused(lambda: a.call("backup.create", path="/nowhere/anna.backup"), "failed")
        found = a.call("backup.verify", path=path, secret=code.lower().replace("-", " "))
        check(found["id"] == a.id and found["name"] == "Anna", "whose it is: %s" % found)
        with open(path, "rb") as f:
            whole = f.read()
        check(b"Anna" not in whole and len(os.listdir(os.path.dirname(path))) >= 1, "sealed")
        bad = lab.path("bad.backup")
        target = os.path.join(host.dir, "restored")
        cases = [(whole[:n], "damaged") for n in (0, 100, 136, 137, len(whole) // 2, len(whole) - 1)]
        cases += [(whole + b"x", "damaged"), (whole[:200] + bytes([whole[200] ^ 1]) + whole[201:], "damaged"), (b"LYBK0002" + whole[8:], "newer-version")]
        for data, error in cases:
            with open(bad, "wb") as f:
                f.write(data)
            refused(lambda: a.call("backup.verify", path=bad, secret=code), error)
            refused(lambda: a.call("backup.restore", path=bad, secret=code, dir=target), error)
            check(not os.path.exists(os.path.join(target, "keys")) and
                  not os.path.exists(os.path.join(target, "history")), "no profile of %d bytes" % len(data))
        refused(lambda: a.call("backup.verify", path=path, secret="no code"), "passphrase-wrong")
        other = a.call("backup.code", renew=True)["code"]
        refused(lambda: a.call("backup.verify", path=path, secret=other), "passphrase-wrong")
        refused(lambda: a.call("backup.restore", path=path, secret=code, dir=a.profile), "profile-in-use")
        done = a.call("backup.restore", path=path, secret=code, dir=target)
        check(done["id"] == a.id, "the old code opens the old backup")
        locked = lab.path("locked.backup")
        a.call("backup.create", path=locked, passphrase="二 words")
        refused(lambda: a.call("backup.verify", path=locked, secret=code), "passphrase-wrong")
        check(a.call("backup.verify", path=locked, secret="二 words")["id"] == a.id, "with a passphrase of its own")
        a.quit()


@test("a forgotten passphrase gives way to the recovery code")
def _():
    with Lab() as lab:
        host = lab.host("one")
        profile = os.path.join(host.dir, "locked")
        status, said = cli(lab, host, profile, "init", "--name", "Anna", "--passphrase-file", secret_file(lab, "old"))
        check(status == 0, said)
        status, said = cli(lab, host, profile, "backup", "code", "new", "--passphrase-file", secret_file(lab, "old"))
        check(status == 0, said)
        code = said.split()[0]
        check(cli(lab, host, profile, "id", "--passphrase-file", secret_file(lab, "wrong"))[0] == 1, "locked")
        status, said = cli(lab, host, profile, "id", "--passphrase-file", secret_file(lab, code))
        check(status == 0 and "Anna" in said, "opened: %s" % said)


if __name__ == "__main__":
    main()
