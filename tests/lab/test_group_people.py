#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""A group whose members change computers: two devices of one person, and a profile put back from a backup."""

import os
import subprocess

from lab import DEADLINE, Lab, check, main, test, wait_until
from people import befriend, history, link


def texts_in(peer, group):
    return [(r["from"], r["text"]) for r in history(peer, group) if r.get("kind") is None]


def known(peer, group, **wanted):
    def is_known():
        found = [g for g in peer.call("group.list")["groups"] if g["id"] == group]
        return found and all(found[0].get(k) == v for k, v in wanted.items()) and found[0]
    return wait_until(is_known, "%s knows the group as %s" % (peer.label(), wanted), 30)


def write(peer, group, text):
    return peer.call("message.send", to=group, text=text)["id"]


def all_have(peers, group, expected, timeout=30):
    for peer in peers:
        wait_until(lambda: sorted(texts_in(peer, group)) == sorted(expected),
                   "%s has the %d texts" % (peer.label(), len(expected)), timeout, every=0.1)


@test("two computers of one person: both read and write in a group that the other one joined")
def _():
    with Lab() as lab:
        _, hosts = lab.office(["one", "two", "three", "four"], avahi=False)
        anna, bert, cleo = [h.peer(n) for h, n in zip(hosts, ("Anna", "Bert", "Cleo"))]
        befriend(anna, bert)
        befriend(anna, cleo)
        group = anna.call("group.create", name="Design", people=[bert.id, cleo.id])["id"]
        for peer in (bert, cleo):
            known(peer, group, members=3)
        expected = [(bert.id, "before the laptop")]
        write(bert, group, "before the laptop")
        all_have((anna, bert, cleo), group, expected)
        laptop = link(anna, hosts[3].peer("somebody new"))
        known(laptop, group, members=3, role="owner")
        for peer, text in ((bert, "to both computers"), (laptop, "from the laptop"), (anna, "from the desk")):
            write(peer, group, text)
            expected.append((peer.id, text))
        check(laptop.id == anna.id, "the same person")
        all_have((bert, cleo, anna), group, expected)
        wait_until(lambda: set(expected[1:]) <= set(texts_in(laptop, group)), "the laptop has what came after it", 30)
        laptop.call("group.rename", id=group, name="Drawing")
        for peer in (anna, bert, cleo):
            known(peer, group, name="Drawing", members=3)
        check(all("forked" not in m for m in bert.call("group.members", id=group)["members"]), "no liar")


@test("a profile put back from a backup reads and writes in its groups, and catches up")
def _():
    with Lab() as lab:
        _, hosts = lab.office(["one", "two", "three", "four"], avahi=False)
        anna, bert, cleo = [h.peer(n) for h, n in zip(hosts, ("Anna", "Bert", "Cleo"))]
        befriend(anna, bert)
        befriend(anna, cleo)
        group = anna.call("group.create", name="Design", people=[bert.id, cleo.id])["id"]
        expected = []
        for peer in (anna, bert, cleo):
            known(peer, group, members=3)
        for peer in (anna, bert, cleo):
            write(peer, group, "before, %s" % peer.person_name)
            expected.append((peer.id, "before, %s" % peer.person_name))
        all_have((anna, bert, cleo), group, expected)
        code = bert.call("backup.code", renew=True)["code"]
        path = lab.path("bert.backup")
        bert.call("backup.create", path=path)
        for peer in (anna, bert):
            write(peer, group, "after, %s" % peer.person_name)
            expected.append((peer.id, "after, %s" % peer.person_name))
        all_have((anna, bert, cleo), group, expected)
        bert_id = bert.id
        bert.kill()
        wait_until(lambda: not bert.is_alive(), "it is gone")
        secret = lab.path("secret")
        with open(secret, "w", encoding="utf-8") as f:
            f.write(code + "\n")
        profile = os.path.join(hosts[3].dir, "restored")
        done = subprocess.run(["ip", "netns", "exec", hosts[3].namespace, lab.cli(), "--profile", profile, "--no-mdns",
                               "backup", "restore", path, "--secret-file", secret], env=hosts[3].environment(),
                              capture_output=True, text=True, timeout=DEADLINE)
        check(done.returncode == 0, done.stdout + done.stderr)
        new = hosts[3].peer("Bert", profile=profile, create=False)
        check(new.id == bert_id, "the same person")
        known(new, group, members=3, role="member")
        check(set(expected[:3]) <= set(texts_in(new, group)), "what the backup held")
        all_have((new,), group, expected, 60)
        write(new, group, "here I am again")
        expected.append((new.id, "here I am again"))
        write(cleo, group, "welcome back")
        expected.append((cleo.id, "welcome back"))
        all_have((anna, cleo, new), group, expected, 60)


main()
