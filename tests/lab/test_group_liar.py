#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""A member who signs different things for different people, and two owners who take each other out: real programs."""

import json
import shutil
import subprocess

from lab import Lab, check, main, run, test, wait_until
from people import befriend, history


def texts_in(peer, group):
    return [r["text"] for r in history(peer, group) if r.get("kind") is None]


def found(peer, group):
    return [g for g in peer.call("group.list")["groups"] if g["id"] == group]


def known(peer, group, **wanted):
    wait_until(lambda: found(peer, group) and all(found(peer, group)[0].get(k) == v for k, v in wanted.items()),
               "%s knows the group as %s" % (peer.label(), wanted), 30)


def split(switch, *sides):
    """Puts each side (hosts) onto a bridge of its own: nothing goes between them."""
    ports = {p["ifindex"]: p["ifname"] for p in json.loads(run("ip", "-n", switch.namespace, "-j", "link", "show"))}
    for number, side in enumerate(sides):
        bridge = "sw%d" % number
        if bridge not in ports.values():
            run("ip", "-n", switch.namespace, "link", "add", bridge, "type", "bridge", "mcast_snooping", "0",
                "forward_delay", "0")
            run("ip", "-n", switch.namespace, "link", "set", bridge, "up")
        for host in side:
            port = json.loads(host.ip("-j", "link", "show", "e0"))[0]["link_index"]
            run("ip", "-n", switch.namespace, "link", "set", ports[port], "master", bridge)


def office(lab, names):
    switch, hosts = lab.office(["h%d" % i for i in range(len(names))], avahi=False)
    peers = [h.peer(n) for h, n in zip(hosts, names)]
    for i, peer in enumerate(peers):
        for other in peers[i + 1:]:
            befriend(peer, other)
    return switch, hosts, peers


@test("one key that tells two people different things: both see who it was, in the program and on the command line")
def _():
    with Lab() as lab:
        switch, hosts, (anna, cleo, bert) = office(lab, ("Anna", "Cleo", "Bert"))
        group = anna.call("group.create", name="Design", people=[cleo.id, bert.id])["id"]
        for peer in (anna, cleo, bert):
            known(peer, group, members=3)
        bert.call("message.send", to=group, text="to everybody")
        for peer in (anna, cleo):
            wait_until(lambda: texts_in(peer, group) == ["to everybody"], "%s has it" % peer.label(), 20)
        bert_id, profile = bert.id, bert.profile
        bert.quit()
        copy = lab.path("copy-of-bert")
        shutil.copytree(profile, copy, ignore=shutil.ignore_patterns("*.socket", "lock"))
        for to, where, words in ((anna, profile, "yes"), (cleo, copy, "no")):
            # The two others are never on one bridge meanwhile, not even for a moment.
            split(switch, hosts[:1] + (hosts[2:] if to is anna else []), hosts[1:2] + (hosts[2:] if to is cleo else []))
            liar = hosts[2].peer("Bert", profile=where, create=False)
            liar.call("message.send", to=group, text=words)
            wait_until(lambda: words in texts_in(to, group), "%s was told %s" % (to.label(), words), 30)
            liar.quit()
        split(switch, [h for h in hosts])
        for peer in (anna, cleo):
            wait_until(lambda: [m["id"] for m in peer.call("group.members", id=group)["members"] if m.get("forked")]
                       == [bert_id], "%s sees who lies" % peer.label(), 60)
        check(("yes" in texts_in(anna, group), "no" in texts_in(cleo, group)) == (True, True), "what each was told stays")
        anna.quit()
        done = subprocess.run(["ip", "netns", "exec", hosts[0].namespace, lab.cli(), "group", "members", "Design",
                               "--profile", anna.profile, "--no-mdns"], env=hosts[0].environment(), timeout=30,
                              capture_output=True, text=True)
        check("Bert" in done.stdout and "different things" in done.stdout, done.stdout + done.stderr)


@test("two owners take each other out in two partitions: all agree on one end")
def _():
    with Lab() as lab:
        switch, hosts, peers = office(lab, ("Anna", "Bert", "Cleo", "Dora"))
        anna, bert, cleo, dora = peers
        group = anna.call("group.create", name="Design", people=[p.id for p in peers[1:]])["id"]
        for peer in peers:
            known(peer, group, members=4)
        anna.call("group.role", id=group, person=bert.id, role="owner")
        known(bert, group, role="owner")
        known(dora, group, members=4)
        split(switch, [hosts[0], hosts[2]], [hosts[1], hosts[3]])
        anna.call("group.remove", id=group, person=bert.id)
        bert.call("group.remove", id=group, person=anna.id)
        known(cleo, group, members=3)
        known(dora, group, members=3)
        split(switch, hosts)

        def ends():
            return [(found(p, group)[0]["role"], sorted(m["id"] for m in p.call("group.members", id=group)["members"]))
                    for p in (cleo, dora)]
        wait_until(lambda: ends()[0][1] == ends()[1][1], "Cleo and Dora agree", 40)
        left = ends()[0][1]
        check(len(left) in (2, 3) and cleo.id in left and dora.id in left, left)
        for owner in (anna, bert):
            known(owner, group, role="owner" if owner.id in left else "none")
        cleo.call("message.send", to=group, text="who is left")
        wait_until(lambda: "who is left" in texts_in(dora, group), "it goes on", 20)


main()
