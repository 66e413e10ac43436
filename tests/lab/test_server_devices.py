#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""People with several computers at the company's server: each logs in for itself."""

from company import PORT, SERVER, Company, Site
from lab import Lab, check, main, test, wait_until
from people import link


def online(peer, login, timeout=30):
    """Logged in by itself, as whom the company knows."""
    wait_until(lambda: peer.call("server.state")["state"] == "online", "%s logs in" % peer.label(),
               timeout=timeout, every=0.1)
    wait_until(lambda: peer.call("server.state")["login"] == login, "as %s" % login, every=0.1)
    state = peer.call("server.state")
    check(state["address"] == "%s:%d" % (SERVER, PORT), "at the same server: %s" % state)


@test("a linked device logs in without a password, gets signals and mail of its own")
def _():
    with Lab() as lab:
        company = Company(lab)
        one, two = Site(company, 1), Site(company, 2)
        desk, ben = one.host("desk").peer("Anna"), two.host("ben").peer("Ben")
        company.join(desk, "anna", "Engineer", "Research")
        company.join(ben, "ben")
        ben.wait_for("person.seen", id=desk.id)
        laptop = link(desk, one.host("laptop").peer("whoever"))
        online(laptop, "anna")
        people = laptop.call("directory.list")["people"]
        check(ben.id in [p["id"] for p in people], "the directory came along: %s" % people)
        check(len(company.command("users", "--plain").split("\n")) == 3,
              "the same account, no other")

        # Alone, it is reached through the server: nothing else leads from one site to the other.
        desk.kill()
        mark = laptop.mark()
        ben.call("message.send", to=desk.id, text="is anybody there?")
        laptop.wait_for("message.received", text="is anybody there?", since=mark, timeout=20)
        sent = laptop.call("message.send", to=ben.id, text="the laptop is")["id"]
        laptop.wait_for("message.state", id=sent, state="delivered", timeout=20)

        # Nobody of hers is there: there is a letter for each of them.
        mark = ben.mark()
        laptop.quit()
        ben.wait_for("person.gone", id=desk.id, since=mark, timeout=20)
        number = ben.call("message.send", to=desk.id, text="when you are back")["id"]
        ben.wait_for("message.state", id=number, state="mailbox", timeout=30)
        ben.quit()
        laptop = laptop.restart()
        laptop.wait_for("message.received", text="when you are back", timeout=20)
        laptop.quit()
        desk = desk.restart()
        desk.wait_for("message.received", text="when you are back", timeout=20)


@test("a device that was linked before joins with the first one")
def _():
    with Lab() as lab:
        company = Company(lab)
        one = Site(company, 1)
        desk = one.host("desk").peer("Anna")
        laptop = link(desk, one.host("laptop").peer("whoever"))
        check(laptop.call("server.state")["state"] == "none", "no server yet")
        company.join(desk, "anna")
        online(laptop, "anna")
        laptop = laptop.restart()
        online(laptop, "anna")
        # It stays one's own choice to leave on one of them.
        laptop.call("server.leave")
        laptop = laptop.restart()
        check(laptop.call("server.state")["state"] == "none", "left for good")


if __name__ == "__main__":
    main()
