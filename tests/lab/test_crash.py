#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""kill -9 at random moments: everything that was accepted arrives exactly once, in order."""

import os
import random
import sys
import time

from lab import Lab, check, main, note, test, wait_until
from people import befriend, texts

BURST = 1500


def expected():
    return ["burst %04d" % i for i in range(BURST)]


def kept_of(peer, other_id, author_id):
    return [t for t in texts(peer, other_id, author_id) if t.startswith("burst")]


def burst(kill_sender, kill_receiver, seed):
    """The burst leaves in five portions; within each of the first four somebody is killed."""
    dice = random.Random(seed)
    note("seed %d" % seed)
    with Lab() as lab:
        _, (one, two) = lab.office(["one", "two"])
        a, b = one.peer("Anna"), two.peer("Bo")
        befriend(a, b)
        a_id, b_id = a.id, b.id
        for portion in range(1, 6):
            upto = BURST * portion // 5
            kept = kept_of(a, b_id, a_id)
            # What had reached the sender's disk is a beginning of the burst; the rest is sent anew.
            check(kept == expected()[:len(kept)], "the sender kept a beginning, in order")
            victim = a if kill_sender and (not kill_receiver or dice.random() < .5) else b
            mark = victim.mark()
            posts = [a.post("message.send", to=b_id, text=text) for text in expected()[len(kept):upto]]
            if portion == 5:
                break
            # Either after so many signs of life, or simply some time within the portion.
            if dice.random() < .3:
                signs = dice.randrange(1, BURST // 5)
                wait_until(lambda: len(victim.seen) - mark >= signs, "%d signs of life" % signs)
            time.sleep(dice.random() * 0.1)
            victim.kill()
            got = len(victim.notifications("message.received", since=mark))
            if victim is a:
                a = a.restart()
                note("killed the sender with %d of %d on its disk" % (
                    len(kept_of(a, b_id, a_id)), upto))
            else:
                b = b.restart()
                for number in posts[-1:]:  # what still waits at the sender's door is not to be sent twice
                    a.answer(number, "message.send")
                note("killed the receiver after %d messages of this portion" % got)
        wait_until(lambda: len(kept_of(b, a_id, a_id)) >= BURST, "all have arrived", timeout=30,
                   every=0.2)
        check(kept_of(b, a_id, a_id) == expected(), "each once, in order")
        wait_until(lambda: all(r["state"] in ("delivered", "read") for r in a.call(
            "history.list", peer=b_id, limit=100)["messages"] if r["from"] == a_id),
            "all are shown as delivered", timeout=20, every=0.1)
        # Nothing comes again after one more restart of both.
        a, b = a.restart(), b.restart()
        a.wait_for("person.seen", id=b_id)
        b.wait_for("person.seen", id=a_id)
        time.sleep(1)
        check(not b.notifications("message.received"), "nothing twice")
        check(kept_of(b, a_id, a_id) == expected(), "the same")


SEED = int(os.environ.get("LAB_SEED", random.randrange(1 << 30)))


@test("kill -9 of the sender at random moments of a burst")
def _():
    burst(True, False, SEED)


@test("kill -9 of the receiver at random moments of a burst")
def _():
    burst(False, True, SEED + 1)


@test("kill -9 of either at random moments of a burst")
def _():
    burst(True, True, SEED + 2)


@test("bursts in both directions at once, nobody killed")
def _():
    with Lab() as lab:
        _, (one, two) = lab.office(["one", "two"])
        a, b = one.peer("Anna"), two.peer("Bo")
        befriend(a, b)
        n = 2500
        start = time.monotonic()
        for i in range(n):
            a.post("message.send", to=b.id, text="a %d" % i)
            b.post("message.send", to=a.id, text="b %d" % i)
        end = max(a.wait_for("message.received", text="b %d" % (n - 1), timeout=60)[0],
                  b.wait_for("message.received", text="a %d" % (n - 1), timeout=60)[0])
        note("%.0f messages a second in both directions, JSON included" % (2 * n / (end - start)))
        for x, y, letter in ((a, b, "b"), (b, a, "a")):
            got = [p["text"] for p in x.notifications("message.received")
                   if p["text"].startswith(letter + " ")]
            check(got == ["%s %d" % (letter, i) for i in range(n)], "in order, once")


if __name__ == "__main__":
    sys.exit(main())
