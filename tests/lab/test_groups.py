#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""Groups between real programs, without a server."""

import json
import subprocess

from lab import Lab, RpcError, check, main, note, run, test, wait_until
from people import befriend, history, meet, say

THUMB = "\U0001f44d"


def group_of(peer, name, *others, **more):
    return peer.call("group.create", name=name, people=[o.id for o in others], **more)["id"]


def has(peer, group, members=None, role=None):
    """Waits until the group is known to the peer."""
    def known():
        found = [g for g in peer.call("group.list")["groups"] if g["id"] == group]
        return (found and (members is None or found[0]["members"] == members)
                and (role is None or found[0]["role"] == role) and found[0])
    return wait_until(known, "%s knows the group" % peer.label(), 20)


def texts_in(peer, group):
    return [(r["from"], r["text"]) for r in history(peer, group) if r.get("kind") is None]


def events_in(peer, group):
    return [r["event"] for r in history(peer, group) if r.get("kind") == "event"]


def write(peer, group, text):
    return peer.call("message.send", to=group, text=text)["id"]


def all_have(peers, group, count, timeout=30):
    for peer in peers:
        wait_until(lambda: len(texts_in(peer, group)) >= count,
                   "%s has %d texts" % (peer.label(), count), timeout, every=0.1)
    shown = [texts_in(p, group) for p in peers]
    check(all(len(s) == count for s in shown), "as many as were written: %s" % [len(s) for s in shown])
    check(all(s == shown[0] for s in shown), "the same in the same order:\n%s" % shown)


def three(lab):
    """Anna knows both others; they do not know each other."""
    _, hosts = lab.office(["one", "two", "three"], avahi=False)
    a, b, c = [h.peer(n) for h, n in zip(hosts, ("Anna", "Bert", "Cleo"))]
    befriend(a, b)
    befriend(a, c)
    return a, b, c


@test("three in a group: everybody sees everything, once, in one order")
def _():
    with Lab() as lab:
        a, b, c = three(lab)
        group = group_of(a, "Design", b, c)
        for peer in (b, c):
            one = has(peer, group, members=3, role="member")
            peer.wait_for("message.received", group=group, event="created")
            check(one["name"] == "Design" and one["invited"] and one["inviter"] == a.id, one)
            peer.call("group.join", id=group)
            wait_until(lambda: "invited" not in has(peer, group), "joined", 5)
        sent = [write(p, group, "hello from " + p.person_name) for p in (a, b, c)]
        for peer in (a, b, c):
            for other, message in zip((a, b, c), sent):
                if other is not peer:
                    _, got = peer.wait_for("message.received", id=message)
                    check(got["from"] == other.id and got["group"] == group, got)
        all_have((a, b, c), group, 3)
        a.wait_for("message.state", id=sent[0], state="delivered")
        check(sorted(a.call("group.readers", message=sent[0])["delivered"]) == sorted([b.id, c.id]), "readers")
        for peer in (b, c):
            peer.call("message.read", id=sent[0])
        a.wait_for("message.state", id=sent[0], state="read")
        check(events_in(c, group) == ["created"], events_in(c, group))
        check([m["role"] for m in b.call("group.members", id=group)["members"]] ==
              ["owner", "member", "member"], "roles")


@test("two members who only know each other from the group, and have never met, reach each other")
def _():
    with Lab() as lab:
        _, hosts = lab.office(["one", "two", "three"], avahi=False)
        a, b, c = [h.peer(n) for h, n in zip(hosts, ("Anna", "Bert", "Cleo"))]
        # Bert is away while Cleo becomes a contact of Anna's, and the other way round.
        c.quit()
        befriend(a, b)
        b.quit()
        c = c.restart()
        befriend(a, c)
        group = group_of(a, "Design", b, c)
        has(c, group, 3)
        c.quit()
        b = b.restart()
        has(b, group, 3)
        a.quit()
        c = c.restart()
        write(c, group, "Is anybody here?")
        b.wait_for("message.received", timeout=30, text="Is anybody here?")
        write(b, group, "I am")
        c.wait_for("message.received", timeout=30, text="I am")


@test("operations on messages, roles, names, topics; who may what")
def _():
    with Lab() as lab:
        a, b, c = three(lab)
        group = group_of(a, "Design", b, c)
        for peer in (b, c):
            has(peer, group)
        first = write(b, group, "redy")
        for peer in (a, c):
            peer.wait_for("message.received", id=first)
        b.call("message.edit", id=first, text="ready")
        for peer in (a, c):
            peer.wait_for("message.changed", id=first, text="ready")
        c.call("message.react", id=first, emoji=THUMB)
        _, got = b.wait_for("message.changed", id=first, where=lambda p: "reactions" in p)
        check(got["reactions"][0]["people"] == [c.id], got)
        answer = c.call("message.reply", id=first, text="@all good", mentions=["all"], urgent=True)["id"]
        _, got = a.wait_for("message.received", id=answer)
        b.wait_for("message.received", id=answer)
        check(got["quote"]["text"] == "ready" and got["mentions_me"] and got["urgent"], got)
        a.call("message.pin", id=answer)
        wait_until(lambda: b.call("message.get", id=answer, **{"from": c.id}).get("pinned"), "pinned", 10)
        check([m["id"] for m in b.call("message.pinned", peer=group)["messages"]] == [answer], "pinned")
        check([m["id"] for m in c.call("history.search", text="good", peer=group)["messages"]] == [answer],
              "found in the group")
        for method, params in (("group.rename", {"name": "Mine"}), ("group.role", {"person": c.id, "role": "owner"}),
                               ("group.remove", {"person": c.id}), ("group.end", {})):
            try:
                b.call(method, id=group, **params)
            except RpcError as e:
                check(e.error["data"]["code"] == "invalid", "%s: %s" % (method, e.error))
            else:
                check(False, "%s by a member" % method)
        a.call("group.role", id=group, person=b.id, role="administrator")
        has(b, group, role="administrator")
        b.call("group.rename", id=group, name="Drawing")
        b.call("group.topic", id=group, topic="pens")
        for peer in (a, c):
            wait_until(lambda: (has(peer, group)["name"], has(peer, group)["topic"]) == ("Drawing", "pens"),
                       "another name", 10)
        wait_until(lambda: events_in(c, group) == ["created", "role", "renamed", "topic"],
                   "said in rows: %s" % events_in(c, group), 10)
        check(c.call("message.send", to="Drawing", text="by name")["id"], "written to by name")
        c.call("group.leave", id=group)
        has(a, group, members=2)
        has(c, group, role="none")
        try:
            write(c, group, "still here")
        except RpcError as e:
            check(e.error["data"]["code"] == "invalid", e.error)
        else:
            check(False, "written after leaving")


@test("who is writing in a group is seen by those at hand, until they stop or have written")
def _():
    with Lab() as lab:
        a, b, c = three(lab)
        group = group_of(a, "Design", b, c)
        for peer in (b, c):
            has(peer, group, members=3)
            peer.call("group.join", id=group)
        write(b, group, "hello")
        for peer in (a, c):
            wait_until(lambda: texts_in(peer, group), "%s has it" % peer.label(), 20)
        b.call("typing.set", to=group, on=True)
        wait_until(lambda: has(a, group).get("typing") == [b.id], "who is in touch with them sees it", 5)
        check([m.get("typing") for m in a.call("group.members", id=group)["members"]] == [None, True, None], "of whom")
        check("typing" not in has(b, group), "not of oneself")
        write(b, group, "done")
        for peer in (a, c):
            wait_until(lambda: "typing" not in has(peer, group), "%s sees that they stopped" % peer.label(), 5)
        c.call("typing.set", to=group, on=True)
        wait_until(lambda: has(a, group).get("typing") == [c.id], "and the other", 5)
        wait_until(lambda: "typing" not in has(a, group), "forgotten by itself", 15)


@test("a removed member reads nothing that is written later, a newcomer what is open to them")
def _():
    with Lab() as lab:
        a, b, c = three(lab)
        group = group_of(a, "Design", b, history=False)
        write(a, group, "before")
        has(b, group)
        a.call("group.invite", id=group, people=[c.id])
        has(c, group, members=3)
        wait_until(lambda: has(b, group)["members"] == 3, "b knows", 10)
        write(b, group, "for three")
        wait_until(lambda: [t for _, t in texts_in(c, group)] == ["for three"], "only what came after", 15)
        a.call("group.remove", id=group, person=b.id)
        has(b, group, role="none")
        has(c, group, members=2)
        secret = write(c, group, "not for Bert")
        a.wait_for("message.received", id=secret)
        say(a, b, "you were taken out")
        check([t for _, t in texts_in(b, group)] == ["before", "for three"], texts_in(b, group))
        b = b.restart()
        meet(a, b)
        check([t for _, t in texts_in(b, group)] == ["before", "for three"], "nor after a restart")
        check("removed" in events_in(a, group), events_in(a, group))


@test("commands of one shot, a discussion that becomes a group")
def _():
    with Lab() as lab:
        a, b, c = three(lab)
        a.quit()

        def cli(*arguments, wait="0.8"):
            done = subprocess.run(["ip", "netns", "exec", a.host.namespace, lab.cli(), *arguments, "--wait", wait,
                                   "--profile", a.profile, "--no-mdns"], env=a.host.environment(), timeout=30,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            return done.returncode, done.stdout.decode()
        code, out = cli("group", "create", "", "Bert", "Cleo", wait="2")
        check(code == 0 and "Made" in out, out)
        group = wait_until(lambda: b.call("group.list")["groups"], "b was told", 5)[0]
        check(group["kind"] == "discussion" and group["name"] == "Anna, Cleo", group)
        group = group["id"]
        code, out = cli("send", group[:8], "from the command line")
        check(code == 0, "%d %s" % (code, out))
        wait_until(lambda: texts_in(c, group) == [(a.id, "from the command line")], "c has it", 15)
        code, out = cli("group", "convert", group[:8])
        check(code == 0, out)
        code, out = cli("group", "rename", group[:8], "Proper")
        check(code == 0, out)
        wait_until(lambda: has(c, group)["name"] == "Proper" and has(c, group)["kind"] == "group", "a group", 15)
        code, out = cli("history", "Proper")
        check(code == 0 and "You: from the command line" in out and "created Bert, Cleo" in out, out)
        code, out = cli("group", "members", "Proper")
        check(code == 0 and "Bert  member" in out, out)
        code, out = cli("group", "members", "nonsense")
        check(code == 1, "no such group: %d %s" % (code, out))
        # What came in the group while nobody listened is news, as from a person; what one did oneself is not.
        write(b, group, "said while you were out")
        seen = []
        wait_until(lambda: seen.append(cli("listen")[1]) or "said while you were out" in seen[-1], "fetched", 20)
        for out in seen[-1], cli("listen", wait="0")[1]:
            check("Bert (Proper): said while you were out  [received]" in out and "command line" not in out
                  and "created" not in out, out)


def split(switch, *sides):
    """Puts each side onto a bridge of its own: nothing goes between them."""
    ports = {p["ifindex"]: p["ifname"] for p in json.loads(run("ip", "-n", switch.namespace, "-j", "link", "show"))}
    for number, side in enumerate(sides):
        bridge = "sw%d" % number
        if bridge not in ports.values():
            run("ip", "-n", switch.namespace, "link", "add", bridge, "type", "bridge", "mcast_snooping", "0",
                "forward_delay", "0")
            run("ip", "-n", switch.namespace, "link", "set", bridge, "up")
        for peer in side:
            port = json.loads(peer.host.ip("-j", "link", "show", "e0"))[0]["link_index"]
            run("ip", "-n", switch.namespace, "link", "set", ports[port], "master", bridge)


@test("five through three partitions and merges, some killed: all the same at the end")
def _():
    with Lab() as lab:
        switch, hosts = lab.office(["h%d" % i for i in range(5)], avahi=False)
        peers = [h.peer(n) for h, n in zip(hosts, ("Anna", "Bert", "Cleo", "Dora", "Emil"))]
        for other in peers[1:]:
            befriend(peers[0], other)
        group = group_of(peers[0], "Design", *peers[1:], history=True)
        for peer in peers:
            has(peer, group, members=5)
        count = 0
        for number, cut in enumerate(((0, 1), (1, 3), (2,))):
            split(switch, [p for i, p in enumerate(peers) if i not in cut], [peers[i] for i in cut])
            for i, peer in enumerate(peers):
                for k in range(3):
                    last = write(peer, group, "round %d, %s says %d" % (number, peer.person_name, k))
                    count += 1
                peer.wait_for("message.state", id=last)  # on its disk
                if i in (number, number + 2):  # one of either side
                    peers[i] = peer.restart()
            if number == 1:
                peers[0].call("group.rename", id=group, name="Drawing")
                peers[0].call("group.role", id=group, person=peers[1].id, role="administrator")
            check(all(len(texts_in(p, group)) < count for p in peers), "apart")
            split(switch, peers)
            all_have(peers, group, count, 40)
            note("round %d: %d texts everywhere" % (number, count))
        for peer in peers:
            wait_until(lambda: has(peer, group)["name"] == "Drawing", "the name", 10)
        check(events_in(peers[4], group) == ["created", "renamed", "role"], events_in(peers[4], group))
        # who is taken out while away reads nothing that the others write
        split(switch, peers[:4], peers[4:])
        peers[1].call("group.remove", id=group, person=peers[4].id)
        has(peers[3], group, members=4)
        secret = write(peers[3], group, "not for Emil")
        peers[0].wait_for("message.received", id=secret)
        split(switch, peers)
        has(peers[4], group, role="none")
        check(all(t != "not for Emil" for _, t in texts_in(peers[4], group)), "read by who was removed")


main()
