#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""Links through routers and relays: who gets a direct path, who a relayed one, and how they move."""

import shutil
import sys

import lab as framework
from lab import Lab, check, main, note, test, wait_until
from nat import LinkPeer, Post, Relay, Street

FRAMES, BYTES = 4000, 8000


def join(lab, a, b):
    """Both ends signal through us; the first path in use, and how long it took."""
    post = Post(a, b)
    start = len(a.seen)
    a.write("open")
    at, first = a.wait("path", since=start)
    a.wait("up")
    b.wait("up")
    return post, first


@test("each pair of houses gets the path that there is")
def _():
    rows = (
        ("open", "open", "direct", "udp"),
        ("port-restricted", "port-restricted", "direct", "udp"),
        ("fully-random", "fully-random", "relayed", "udp"),
        ("udp-blocked", "port-restricted", "relayed", "tcp"),
        ("udp-blocked", "udp-blocked", "relayed", "tcp"),
    )
    for left, right, expected, transport in rows:
        with Lab() as lab:
            street = Street(lab)
            relay = Relay(street)
            hosts = [street.house(n, kind).host(n + "1") for n, kind in (("a", left), ("b", right))]
            options = [relay.option(transport), "stun=%s:3478" % relay.address]
            a, b = (LinkPeer(h, side, *options) for h, side in zip(hosts, "ab"))
            post, first = join(lab, a, b)
            note("%s and %s: %s in %s ms" % (left, right, first["path"], first["ms"]))
            wait_until(lambda: a.values("path")[-1] == expected, "%s in the end: %s" % (
                expected, a.values("path")))
            a.write("send 200 1000")
            got = b.wait("got", 200)[1]
            check(got["wrong"] == 0, "in order: %s" % got)
            post.stop()


@test("a file goes from the relay to a direct path and back without a gap")
def _():
    with Lab() as lab:
        street = Street(lab)
        relay = Relay(street)
        one, two = street.house("a", "fully-random"), street.house("b", "fully-random")
        options = [relay.option(), "stun=%s:3478" % relay.address]
        a = LinkPeer(one.host("a1"), "a", *options)
        b = LinkPeer(two.host("b1"), "b", *options)
        post, first = join(lab, a, b)
        check(a.values("path")[-1] == "relayed", "relayed at first: %s" % a.values("path"))
        a.write("send %d %d" % (FRAMES, BYTES))
        b.wait("got", 100)
        mark = a.mark()
        one.set_kind("port-restricted")
        two.set_kind("port-restricted")
        a.wait("path", "direct", timeout=60, since=mark)
        note("direct with %d of %d frames there" % (b.values("got")[-1], FRAMES))
        a.write("send %d %d" % (FRAMES, BYTES))
        mark = a.mark()
        # Nothing direct any more: what was punched is forgotten, what is new goes nowhere.
        one.set_kind("fully-random")
        two.set_kind("fully-random")
        for house in (one, two):
            framework.run("ip", "netns", "exec", house.router.namespace, "conntrack", "-F",
                          quiet=True)
        a.wait("path", "relayed", timeout=60, since=mark)
        got = b.wait("got", 2 * FRAMES, timeout=120)[1]
        check(got["wrong"] == 0, "each frame once, in order: %s" % got)
        check(not a.values("closed") and not b.values("closed"), "one link all the time")
        post.stop()


@test("a relay hears that what it allotted is not needed any more")
def _():
    with Lab() as lab:
        street = Street(lab)
        relay = Relay(street, options=("--verbose",))
        hosts = [street.house(n, "fully-random").host(n + "1") for n in "ab"]
        a, b = (LinkPeer(h, side, relay.option()) for h, side in zip(hosts, "ab"))
        post, _ = join(lab, a, b)
        wait_until(lambda: a.values("path")[-1] == "relayed", "relayed")
        for one in (a, b):
            one.write("close")
            wait_until(lambda: one.ended, "its end")
        post.stop()
        allotted = relay.sessions("ALLOCATE processed, success")
        check(len(allotted) >= 2, "something was allotted to both: %s" % allotted)
        wait_until(lambda: relay.sessions("lifetime=0") >= allotted, "that all of it was given back")


@test("a cable is pulled and another put in: the link goes on")
def _():
    with Lab() as lab:
        street = Street(lab)
        one, two = street.house("a", "open"), street.house("b", "open")
        h1, h2 = one.host("a1"), two.host("b1")
        a, b = LinkPeer(h1, "a"), LinkPeer(h2, "b")
        post, _ = join(lab, a, b)
        a.write("send %d %d" % (FRAMES, BYTES))
        b.wait("got", 100)
        h1.ip("addr", "del", "192.168.1.10/24", "dev", "e0")
        h1.ip("addr", "add", "192.168.1.77/24", "dev", "e0")
        h1.ip("route", "add", "default", "via", "192.168.1.1")
        a.write("ground")
        got = b.wait("got", FRAMES, timeout=60)[1]
        check(got["wrong"] == 0, "each frame once, in order: %s" % got)
        check(not a.values("closed") and not b.values("closed"), "one link all the time")
        post.stop()


if __name__ == "__main__":
    missing = [p for p in ("turnserver", "nft", "ss") if shutil.which(p) is None]
    if missing:
        print("1..0 # SKIP needs " + " ".join(missing))
        sys.exit(0)
    sys.exit(main())
