#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""A group over a company's networks: the server brings its members together, and the absent hear from whoever is there."""

from company import Company, Site
from lab import Lab, check, main, note, test, wait_until
from people import history


def texts_in(peer, group):
    return [(r["from"], r["text"]) for r in history(peer, group) if r.get("kind") is None]


def known(peer, group, members):
    wait_until(lambda: any(g["id"] == group and g["members"] == members for g in peer.call("group.list")["groups"]),
               "%s knows the group" % peer.label(), 30)


def all_have(peers, group, expected, timeout=40):
    for peer in peers:
        wait_until(lambda: len(texts_in(peer, group)) >= len(expected),
                   "%s has the %d texts" % (peer.label(), len(expected)), timeout, every=0.1)
        check(sorted(texts_in(peer, group)) == sorted(expected), "each once: %s" % texts_in(peer, group))


@test("three networks: an absent member hears from another one while the author is off; then without the server")
def _():
    with Lab() as lab:
        company = Company(lab)
        sites = [Site(company, n) for n in (1, 2, 3)]
        peers = []
        for site, (name, login) in zip(sites, (("Anna", "anna"), ("李伟", "liwei"), ("Cleo", "cleo"))):
            peers.append(site.host(login).peer(name))
            company.join(peers[-1], login, "Engineer", "Research")
        a, b, c = peers
        for other in (b, c):
            a.wait_for("person.seen", id=other.id, timeout=20)
        group = a.call("group.create", name="Optics", people=[b.id, c.id])["id"]
        for peer in peers:
            known(peer, group, 3)
        expected = []

        def write(peer, text):
            number = peer.call("message.send", to=group, text=text)["id"]
            expected.append((peer.id, text))
            return number
        for peer in peers:
            write(peer, "hello from " + peer.person_name)
        all_have(peers, group, expected)
        c.quit()
        a.wait_for("person.gone", id=c.id, timeout=30)
        for i in range(10):
            last = write(a, "while Cleo is away %d" % i)
        all_have((a, b), group, expected)
        check(sorted(a.call("group.readers", message=last)["delivered"]) == [b.id], "not delivered to Cleo")
        a.quit()
        c = c.restart()
        all_have((c,), group, expected)
        note("%d texts, the author being off" % len(expected))
        a = a.restart()
        for peer in (a, b, c):
            write(peer, "all here again, " + peer.person_name)
        all_have((a, b, c), group, expected)
        company.kill()
        for peer in (a, b, c):
            write(peer, "and the server is gone, " + peer.person_name)
        all_have((a, b, c), group, expected)
        company.start()
        write(c, "and back")
        all_have((a, b, c), group, expected)


@test("left at the server: nobody of the group is there when the absent one comes, and it is all there")
def _():
    with Lab() as lab:
        company = Company(lab)
        peers = []
        for number, (name, login) in enumerate((("Anna", "anna"), ("李伟", "liwei"), ("Cleo", "cleo")), 1):
            peers.append(Site(company, number).host(login).peer(name))
            company.join(peers[-1], login, "Engineer", "Research")
        a, b, c = peers
        for other in (b, c):
            a.wait_for("person.seen", id=other.id, timeout=20)
        group = a.call("group.create", name="Optics", people=[b.id, c.id])["id"]
        for peer in peers:
            known(peer, group, 3)
        expected = [(a.id, "hello")]
        a.call("message.send", to=group, text="hello")
        all_have(peers, group, expected)
        c.quit()
        for peer in (a, b):
            peer.wait_for("person.gone", id=c.id, timeout=30)
        sent = []
        for peer in (a, b):
            for i in range(5):
                text = "for Cleo from %s %d" % (peer.person_name, i)
                sent.append((peer, peer.call("message.send", to=group, text=text)["id"]))
                expected.append((peer.id, text))
        for peer, number in sent:
            peer.wait_for("message.state", id=number, state="mailbox", timeout=40)
            check(peer.call("message.get", id=number)["state"] == "mailbox", "and shows it so")
        a.quit()
        b.quit()
        c = c.restart()
        all_have((c,), group, expected)
        c.quit()
        a = a.restart()
        b = b.restart()
        c = c.restart()
        for peer, number in ((a, sent[4][1]), (b, sent[9][1])):
            wait_until(lambda: peer.call("message.get", id=number)["state"] == "delivered",
                       "%s learns that everybody has it" % peer.label(), 40)
        all_have((a, b, c), group, expected)


main()
