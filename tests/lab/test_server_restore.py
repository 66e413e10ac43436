#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""The server comes back from a backup, and people's programs find their way."""

import os

from company import Company, Site
from lab import Failure, Lab, check, main, test, wait_until


def restore(company, backup, *options):
    """The disk is gone; a new server is set up from the backup."""
    company.kill()
    os.rename(company.state, company.state + ".lost")
    return company.command(*options, "restore", backup)


def dial_at_once(peer):
    """A network that changes ends the pause between two attempts, which may have grown long."""
    peer.host.ip("addr", "add", "10.99.0.%d/32" % peer.host.lab.serial(), "dev", "e0")


def refused(company, *words):
    """A command that must fail; what it said."""
    try:
        company.command(*words)
    except Failure as problem:
        return str(problem)
    raise Failure("not refused: " + " ".join(words))


def names(peer):
    return sorted(p["name"] for p in peer.call("directory.list")["people"])


def deposits(company):
    return int(company.command("status").split("deposits=")[1].split()[0])


@test("confirmed by the organisation's key: one notice, the older directory, lost mail once more")
def _():
    with Lab() as lab:
        company = Company(lab)
        site = Site(company, 1)
        a, b = site.host("anna").peer("Anna"), Site(company, 2).host("ben").peer("Ben")
        company.join(a, "anna")
        company.join(b, "ben")
        a.wait_for("person.seen", id=b.id)
        company.command("backup", lab.path("backup"))

        # What the backup does not know: Cem, and a letter for Ben.
        c = site.host("cem").peer("Cem")
        company.join(c, "cem")
        wait_until(lambda: "Cem" in names(a), "Anna knows Cem", every=0.05)
        c.quit()
        b.quit()
        a.wait_for("person.gone", id=b.id, timeout=20)
        number = a.call("message.send", to=b.id, text="lost with the disk")["id"]
        a.wait_for("message.state", id=number, state="mailbox", timeout=20)

        mark = a.mark()
        said = restore(company, lab.path("backup"), "--org-key", lab.path("org.key"),
                       "--passphrase-file", company.secret)
        check("confirmed" in said, said)
        company.start()
        dial_at_once(a)
        a.wait_for("notice", code="directory-restarted", since=mark, timeout=60)
        wait_until(lambda: names(a) == ["Ben"], "the directory of the backup", every=0.1)
        state = a.call("server.state")
        check(state["state"] == "online" and "warning" not in state, "no warning: %s" % state)
        wait_until(lambda: deposits(company) == 1, "the letter is left once more", 30, every=0.2)
        a.quit()
        b = b.restart()
        b.wait_for("message.received", text="lost with the disk", timeout=20)
        b.wait_for("notice", code="directory-restarted", timeout=20)
        # Told once.
        b = b.restart()
        wait_until(lambda: b.call("server.state")["state"] == "online", "online", every=0.1)
        company.command("user", "ben", "--title", "Driver")
        wait_until(lambda: b.call("self.get").get("title") == "Driver", "the news", every=0.1)
        check(not b.notifications("notice") or "directory-restarted" not in
              [n["code"] for n in b.notifications("notice")], "no second notice")


@test("not confirmed: the warning stays until the organisation's key has signed the request")
def _():
    with Lab() as lab:
        company = Company(lab)
        a = Site(company, 1).host("anna").peer("Anna")
        company.join(a, "anna")
        company.command("backup", lab.path("backup"))
        company.command("user", "anna", "--title", "Director")
        wait_until(lambda: a.call("self.get").get("title") == "Director", "the news", every=0.05)
        said = restore(company, lab.path("backup"))
        check("org request" in said and "org restart" in said, said)
        company.start()
        dial_at_once(a)
        wait_until(lambda: a.call("server.state").get("warning") == "rollback", "warned", 60, 0.1)
        check(a.call("self.get")["title"] == "Director", "what was shown holds")
        company.command("org", "request", lab.path("request"))
        company.command("--output", lab.path("signed"), "--passphrase-file", company.secret, "--yes",
                        "org", "restart", lab.path("org.key"), lab.path("request"))
        mark = a.mark()
        company.command("org", "import", lab.path("signed"))
        a.wait_for("notice", code="directory-restarted", since=mark, timeout=20)
        wait_until(lambda: "warning" not in a.call("server.state"), "no warning", every=0.05)
        check(a.call("self.get").get("title", "") != "Director", "the backup's word")


@test("the issuer's key is renewed while everybody stays connected, and vouches for who joins next")
def _():
    with Lab() as lab:
        company = Company(lab)
        site = Site(company, 1)
        a, b = site.host("anna").peer("Anna"), Site(company, 2).host("ben").peer("Ben")
        company.join(a, "anna")
        company.join(b, "ben")
        a.wait_for("person.seen", id=b.id)
        b.quit()
        folder = lab.path("renewed")
        os.mkdir(folder)
        mark = a.mark()
        said = company.command("--output", folder, "--passphrase-file", company.secret,
                               "org", "renew", lab.path("org.key"))
        check("org import" in said, said)
        old = open(os.path.join(company.state, "issuer.cert"), "rb").read()
        company.command("org", "import", folder)
        new = open(os.path.join(company.state, "issuer.cert"), "rb").read()
        check(old != new and new == open(os.path.join(folder, "issuer.cert"), "rb").read(), "kept")
        c = site.host("cem").peer("Cem")
        company.join(c, "cem")
        wait_until(lambda: names(a) == ["Ben", "Cem"], "Cem is vouched for", every=0.05)
        check(not a.notifications("server.state", since=mark), "nobody was disconnected")
        check(a.call("people.get", id=c.id)["trust"] == "attested", "attested")
        # Also for who was off meanwhile, and after a restart of the server.
        company.kill()
        company.start()
        dial_at_once(a)
        b = b.restart()
        wait_until(lambda: names(b) == ["Anna", "Cem"], "Ben learns it", every=0.05)
        for peer in a, b:
            wait_until(lambda: peer.call("server.state")["state"] == "online", "online", 40, 0.1)
            check("warning" not in peer.call("server.state"), "no warning")
        # What is no key of this organisation's is refused, and changes nothing.
        with open(os.path.join(folder, "issuer.cert"), "r+b") as f:
            f.seek(30)
            f.write(b"nobody")
        said = refused(company, "org", "import", folder)
        check("no key that" in said, said)
        check(open(os.path.join(company.state, "issuer.cert"), "rb").read() == new, "as it was")


if __name__ == "__main__":
    main()
