#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""People on one network see each other, talk, and vanish."""

import os
import signal
import sys
import time

from lab import Lab, check, main, note, test, wait_until
from people import befriend, meet, say, texts


def first_light(avahi, *options):
    with Lab() as lab:
        _, (one, two) = lab.office(["one", "two"], avahi=avahi)
        a = one.peer("Anna", *options)
        b = two.peer("李伟", *options)
        seen = meet(a, b)
        slowest = max(at - b.started for at in seen)
        note("each saw the other %.3f s after the second's start" % slowest)
        check(slowest < 2.0, "seen within 2 s")
        first, took = say(a, b, "第一条消息")
        note("first message after %.1f ms" % (took * 1000))
        check(took < 0.3, "first message within 300 ms")
        check(b.wait_for("message.received", id=first)[1].get("request") is True, "a request")
        a.wait_for("message.state", id=first, state="delivered")
        answer, _ = say(b, a, "hello back")
        check(not a.wait_for("message.received", id=answer)[1].get("request"), "no request: asked for")
        a.call("message.read", id=answer)
        b.wait_for("message.state", id=answer, state="read")
        b.call("message.read", id=first)
        a.wait_for("message.state", id=first, state="read")
        check(a.call("people.get", id=b.id)["trust"] == "tofu", "trust on first use")
        times = sorted(say(a, b, "again %d" % i)[1] for i in range(100))
        note("later messages: p50 %.2f ms, p90 %.2f ms" % (times[50] * 1000, times[90] * 1000))
        killed = time.monotonic()
        mark = a.mark()
        b.kill()
        gone = a.wait_for("person.gone", id=b.id, since=mark)[0] - killed
        note("gone %.3f s after kill -9" % gone)
        check(gone < 5, "gone within 5 s")


@test("two hosts: see, write, read, vanish")
def _():
    first_light(True)


@test("the same without Avahi")
def _():
    first_light(False)


@test("the same with Avahi alone")
def _():
    first_light(True, "--no-broadcast")


@test("killed with words on the way: gone all the same")
def _():
    with Lab() as lab:
        _, (one, two) = lab.office(["one", "two"], avahi=False)
        a, b = one.peer("Anna"), two.peer("Bo")
        befriend(a, b)
        for i in range(5):
            say(a, b, "there %d" % i)
            say(b, a, "and back %d" % i)
        # The end of the lane is read before the words that came by the link.
        mark = a.mark()
        os.kill(a.pid, signal.SIGSTOP)
        try:
            for i in range(3):
                b.call("message.send", to=a.id, text="last words %d" % i)
            b.kill()
        finally:
            os.kill(a.pid, signal.SIGCONT)
        start = time.monotonic()
        gone = a.wait_for("person.gone", id=b.id, since=mark)[0] - start
        note("gone %.3f s after" % gone)
        check(gone < 5, "gone within 5 s")


@test("five hosts: everybody sees everybody and writes to everybody")
def _():
    with Lab() as lab:
        _, hosts = lab.office(["h1", "h2", "h3", "h4", "h5"])
        peers = [h.peer("Person %d" % i) for i, h in enumerate(hosts)]
        for p in peers:
            for other in peers:
                if p is not other:
                    p.wait_for("person.seen", id=other.id)
        for p in peers:
            for other in peers:
                if p is not other:
                    p.post("message.send", to=other.id,
                           text="%s to %s" % (p.person_name, other.person_name))
        for p in peers:
            for other in peers:
                if p is not other:
                    p.wait_for("message.received", **{"from": other.id},
                               text="%s to %s" % (other.person_name, p.person_name))
                    p.wait_for("message.state", state="delivered", peer=other.id)
        for p in peers:
            check(len(p.notifications("message.received")) == 4, "four each, once")


@test("two profiles behind one address are two people")
def _():
    with Lab() as lab:
        _, (one, two) = lab.office(["one", "two"])
        a = one.peer("Anna")
        b = two.peer("Bo")
        c = two.peer("Cy")
        for x, y in ((a, b), (a, c), (b, c)):
            meet(x, y)
        check(b.id != c.id, "two ids")
        say(a, b, "for Bo only")
        say(a, c, "for Cy only")
        say(b, c, "from one chair to the next")
        check(texts(b, a.id, a.id) == ["for Bo only"], "Bo's")
        check(texts(c, a.id, a.id) == ["for Cy only"], "Cy's")


@test("one person with two interfaces is one, and stays when one goes and another comes")
def _():
    with Lab() as lab:
        _, (one, two) = lab.office(["one", "two"], avahi=False)
        wifi = lab.switch("wifi")
        one.plug(wifi, "w0", "10.82.0.10/24")
        two.plug(wifi, "w0", "10.82.0.11/24")
        for host in (one, two):
            host.start_avahi(("e0", "w0"))
        a = one.peer("Anna")
        b = two.peer("Bo")
        befriend(a, b)
        time.sleep(2)  # whatever else would be seen, is seen by now
        people = a.call("people.list")["people"]
        check(len([p for p in people if p["id"] != a.id]) == 1, "one person: %s" % people)
        two.ip("link", "set", "e0", "down")
        say(a, b, "over the other one", timeout=20)
        say(b, a, "and back", timeout=20)
        third = lab.switch("third")
        one.plug(third, "e5", "10.83.0.10/24")
        two.plug(third, "e5", "10.83.0.11/24")
        wait_until(lambda: "10.83.0.11" in one.ip("neigh", "show", "dev", "e5"),
                   "the new network is used for something", timeout=15)
        two.ip("link", "set", "w0", "down")
        say(a, b, "over a third", timeout=20)
        say(b, a, "and back again", timeout=20)
        check(not [p for p in a.notifications("person.seen") if p["id"] not in (b.id,)],
              "nobody else was ever seen")


@test("messages wait for the absent and come once, in order")
def _():
    with Lab() as lab:
        _, (one, two) = lab.office(["one", "two"])
        a = one.peer("Anna")
        b = two.peer("Bo")
        befriend(a, b)
        b.quit()
        a.wait_for("person.gone", id=b.id)
        ids = [a.call("message.send", to=b.id, text="waiting %d" % i)["id"] for i in range(20)]
        for i in ids:
            a.wait_for("message.state", id=i, state="queued")
        a = a.restart()
        b = b.restart()
        b.wait_for("message.received", id=ids[-1])
        got = [p["text"] for p in b.notifications("message.received")]
        check(got == ["waiting %d" % i for i in range(20)], "in order, once: %s" % got)
        for i in ids:
            a.wait_for("message.state", id=i, state="delivered")


if __name__ == "__main__":
    sys.exit(main())
