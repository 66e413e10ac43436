#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""The server's own key is renewed: people's programs follow the organisation's signature, nothing else."""

import os
import re

from company import PORT, SERVER, Company, Site
from lab import Failure, Lab, check, main, test, wait_until
from people import say


def dial_at_once(peer):
    """A network that changes ends the pause between two attempts, which may have grown long."""
    peer.host.ip("addr", "add", "10.99.0.%d/32" % peer.host.lab.serial(), "dev", "e0")


def is_online(peer):
    return peer.call("server.state")["state"] == "online"


def new_key(company, folder):
    """What the administrator does at the computer with the organisation's key."""
    os.mkdir(folder)
    company.command("--output", folder, "--passphrase-file", company.secret, "org", "server-key",
                    company.lab.path("org.key"))
    return folder


def key_of(company):
    return re.search(r"key=(\w+)", company.command("status")).group(1)


@test("renewed while people are connected, away and off: all come back by themselves, nothing is lost")
def _():
    with Lab() as lab:
        company = Company(lab)
        site = Site(company, 1)
        a, b = site.host("anna").peer("Anna"), Site(company, 2).host("ben").peer("Ben")
        company.join(a, "anna")
        company.join(b, "ben")
        a.wait_for("person.seen", id=b.id)
        say(a, b, "before")
        b.quit()
        a.wait_for("person.gone", id=b.id, timeout=20)

        # Anna is told over the lane that she has, which stays.
        old, mark, pid = key_of(company), a.mark(), company.process.pid
        folder = new_key(company, lab.path("renewed"))
        said = company.command("org", "import", folder)
        check("invites" in said, said)
        a.wait_for("notice", code="server-key-renewed", since=mark)
        check(key_of(company) != old and company.process.pid == pid, "another key, the same server")
        check(is_online(a), "nobody is disconnected")
        letter = a.call("message.send", to=b.id, text="meanwhile")["id"]
        a.wait_for("message.state", id=letter, state="mailbox", timeout=20)

        # The same once more is an old key now.
        try:
            company.command("org", "import", folder)
            check(False, "an old key was taken")
        except Failure as problem:
            check("not newer" in str(problem), str(problem))

        # Ben was off all the time; nothing at the old key's place answers any more.
        b = b.restart()
        b.wait_for("notice", code="server-key-renewed", timeout=30)
        b.wait_for("message.received", text="meanwhile", timeout=20)

        # Both come back after a restart of the server, told of nothing twice.
        company.kill()
        company.start()
        mark = [a.mark(), b.mark()]
        for peer in a, b:
            dial_at_once(peer)
            wait_until(lambda: is_online(peer), "online again", 30, every=0.1)
        say(b, a, "after")
        for peer, since in zip((a, b), mark):
            state = peer.call("server.state")
            check("warning" not in state, "no warning: %s" % state)
            check(not peer.notifications("notice", since=since), "told once")

        # Who joins from now on joins by the new key.
        c = site.host("cem").peer("Cem")
        company.join(c, "cem")
        a.wait_for("person.seen", id=c.id)


@test("a stranger's server at the address is not followed, and the right one is found again")
def _():
    with Lab() as lab:
        company = Company(lab)
        a = Site(company, 1).host("anna").peer("Anna")
        company.join(a, "anna")
        state = a.call("server.state")
        config, right = company.config, company.state
        company.kill()
        # Another company's server, with a key that its own root has signed.
        company.config, company.state = lab.path("other.conf"), lab.path("other-state")
        company.command("init", "--state", company.state, "--address", "%s:%d" % (SERVER, PORT),
                        "--organisation", state["name"], "--org-key", lab.path("other.key"),
                        "--passphrase-file", company.secret)
        company.set("http", "listen", "off")
        company.start()
        dial_at_once(a)
        refused = lambda: len(re.findall("handshake-failed", company.process.errors()))
        # The third try looks who is there before it dials.
        wait_until(lambda: refused() >= 3 or is_online(a), "some tries", 30, every=0.1)
        check(not is_online(a), "away: %s" % a.call("server.state"))
        check("server-key-renewed" not in [n["code"] for n in a.notifications("notice")],
              "no notice of a new key")
        company.kill()
        company.config, company.state = config, right
        company.start()
        dial_at_once(a)
        wait_until(lambda: is_online(a), "online again", 30, every=0.1)


@test("restored from a backup of before: one more new key, and people's programs follow")
def _():
    with Lab() as lab:
        company = Company(lab)
        a = Site(company, 1).host("anna").peer("Anna")
        company.join(a, "anna")
        company.command("backup", lab.path("backup"))
        mark = a.mark()
        company.command("org", "import", new_key(company, lab.path("renewed")))
        a.wait_for("notice", code="server-key-renewed", since=mark)
        company.kill()
        os.rename(company.state, company.state + ".lost")
        company.command("--org-key", lab.path("org.key"), "--passphrase-file", company.secret,
                        "restore", lab.path("backup"))
        # Without a server running, too.
        mark = a.mark()
        company.command("org", "import", new_key(company, lab.path("again")))
        company.start()
        dial_at_once(a)
        a.wait_for("notice", code="server-key-renewed", since=mark, timeout=40)
        wait_until(lambda: is_online(a), "online again", 30, every=0.1)


if __name__ == "__main__":
    main()
