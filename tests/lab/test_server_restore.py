#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""The server comes back from a backup, and people's programs find their way."""

import os

from company import Company, Site
from lab import Lab, check, main, test, wait_until


def restore(company, backup, *options):
    """The disk is gone; a new server is set up from the backup."""
    company.kill()
    os.rename(company.state, company.state + ".lost")
    return company.command(*options, "restore", backup)


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


if __name__ == "__main__":
    main()
