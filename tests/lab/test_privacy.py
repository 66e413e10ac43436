#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""T31: what a colleague with a packet sniffer learns."""

import os
import sys
import time

from lab import Lab, check, main, note, test, wait_until
from people import befriend, meet, say

TEXTS = ["The merger is called Bluebird", "合并计划叫做青鸟行动"]
FILE = "bluebird-terms-2026.pdf"
INSIDE = b"clause 17: nobody may know of this clause\n" * 5000
STATUS = "negotiating with the Hamburg office"


def talk(lab, a, b):
    for text in TEXTS:
        say(a, b, text)
        say(b, a, text + " indeed")
    a.call("self.set", presence="busy", status=STATUS)
    b.wait_for("person.changed", id=a.id, where=lambda p: p.get("status") == STATUS)
    path = lab.path(FILE)
    with open(path, "wb") as f:
        f.write(INSIDE)
    sent = a.call("file.send", to=b.id, paths=[path])["id"]
    b.wait_for("file.offered", id=sent)
    box = lab.path("box-%d" % lab.serial())
    os.mkdir(box)
    b.call("file.accept", id=sent, dir=box)
    b.wait_for("file.done", id=sent)


def secrets():
    return TEXTS + [FILE, "bluebird-terms", "青鸟行动", STATUS, "Hamburg",
                    "nobody may know of this clause"]


@test("T31: no text, file name, file content or status text crosses the network readably")
def _():
    with Lab() as lab:
        switch, (one, two) = lab.office(["one", "two"])
        capture = switch.capture()
        a, b = one.peer("Anneliese"), two.peer("Bartholomew")
        befriend(a, b)
        talk(lab, a, b)
        a.quit()
        b.quit()
        capture.stop()
        note("%d bytes captured" % len(capture.bytes))
        check(len(capture.bytes) > len(INSIDE), "the capture holds what was sent")
        for text in secrets() + ["hello from"]:
            check(not capture.holds(text), "readable: " + text)
        check(capture.holds("Anneliese"), "a visible person's name is announced, as said")


@test("T31: with 'hidden' on not even names")
def _():
    with Lab() as lab:
        switch, (one, two) = lab.office(["one", "two"])
        a, b = one.peer("Anneliese"), two.peer("Bartholomew")
        befriend(a, b)
        for p in (a, b):
            p.call("self.set", hidden=True)
        # As contacts they know each other by tags; all that was announced before is over.
        a_profile, b_profile = a, b
        a.quit()
        b.quit()
        for host in (one, two):
            host.stop_avahi()
            host.start_avahi()
        capture = switch.capture()
        a = a_profile.restart()
        b = b_profile.restart()
        meet(a, b)
        talk(lab, a, b)
        a.quit()
        b.quit()
        capture.stop()
        check(len(capture.bytes) > len(INSIDE), "the capture holds what was sent")
        for text in secrets() + ["Anneliese", "Bartholomew"]:
            check(not capture.holds(text), "readable: " + text)
        for text in (a.id[:32], b.id[:32]):
            check(bytes.fromhex(text) not in capture.bytes, "an account's id is readable")


if __name__ == "__main__":
    sys.exit(main())
