#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""Pictures in calls between real programs: the test source says in each picture which one it is, and what the other
side shows is read back. How even and how many is measured in virtual time (unit test media-picture): here others use
the machine too."""

import os
import signal

from calllab import connect, helper_of, state, wait_stats
from lab import Lab, RpcError, ahead, check, main, note, test, wait_until
from nat import Cable
from people import befriend, history

SLOW = float(os.environ.get("LANYARD_TEST_SLOW", "1"))
BITS = 16


def pair(one, two):
    with ahead():
        return [host.peer(name, "--audio-source", "test", "--audio-sink", "null", "--video-source", "test")
                for host, name in ((one, "Anna"), (two, "Bo"))]


def read_picture(peer, path):
    """Width, height and number of what a peer shows now."""
    said = peer.call("call.picture", path=path)
    with open(path, "rb") as f:
        magic, size, depth, pixels = f.read().split(b"\n", 3)
    width, height = (int(x) for x in size.split())
    check((magic, depth) == (b"P6", b"255") and len(pixels) == width * height * 3, "a PPM")
    check((said["width"], said["height"]) == (width, height), "its size: %s" % said)
    number = 0
    for bit in range(BITS):
        at = (height // 24 * width + (2 * bit + 1) * width // (2 * BITS)) * 3
        luma = (3 * pixels[at] + 6 * pixels[at + 1] + pixels[at + 2]) / 10
        check(luma < 90 or luma > 160, "field %d is neither black nor white: %d" % (bit, luma))
        number = number * 2 + (luma > 125)
    return width, height, number


def wait_pictures(peer, more, what):
    """@more pictures are shown here; what the figures say then."""
    shown = peer.call("call.stats")["pictures_shown"]
    return wait_stats(peer, lambda s: s["pictures_shown"] >= shown + more, what, 60 * SLOW)


def look(peer, path):
    """A picture of the test source is shown, and a later one after it."""
    first = read_picture(peer, path)
    return wait_until(lambda: (lambda p: p if p[2] != first[2] else None)(read_picture(peer, path)),
                      "another picture than %s" % (first,), 60 * SLOW, every=0.05)


def figures(stats):
    return {k[8:]: stats[k] for k in sorted(stats) if k.startswith("picture")}


@test("pictures both ways, switched on and off in mid-call, also when the helper dies")
def _():
    with Lab() as lab:
        _, (one, two) = lab.office(["one", "two"])
        a, b = pair(one, two)
        befriend(a, b)
        call, _ = connect(a, b)
        stats = wait_stats(b, lambda s: s["first_sound_us"] > 0, "sound")
        check(not stats["video"] and not stats["other_video"], "at first it is voice: %s" % stats)
        try:
            b.call("call.picture", path=lab.path("none.ppm"))
            check(False, "a picture of nothing")
        except RpcError:
            pass

        mark = b.mark()
        a.call("call.video", on=True)
        state(b, "active", mark, other_video=True, video=False)
        note("%s" % figures(wait_pictures(b, 30, "pictures")))
        width, height, _ = look(b, lab.path("b.ppm"))
        check((width, height) in ((640, 480), (320, 240)), "size %dx%d" % (width, height))
        check(a.call("call.stats")["pictures_shown"] == 0, "only one side shows something")

        mark = a.mark()
        b.call("call.video", on=True)
        state(a, "active", mark, other_video=True, video=True)
        wait_pictures(a, 10, "pictures the other way")
        wait_pictures(b, 10, "pictures both ways")
        look(a, lab.path("a.ppm"))
        check(a.call("call.stats")["first_sound_us"] > 0, "with sound")

        # Off: nothing is shown, and nothing more is sent; on again: begun anew.
        mark = b.mark()
        a.call("call.video", on=False)
        state(b, "active", mark, other_video=False)
        wait_until(lambda: nothing_shown(b, lab), "nothing is shown", 10 * SLOW)
        wait_pictures(a, 10, "the other way goes on")
        mark = b.mark()
        a.call("call.video", on=True)
        state(b, "active", mark, other_video=True)
        wait_pictures(b, 10, "pictures again")
        look(b, lab.path("b.ppm"))

        for pid in helper_of(a):
            os.kill(pid, signal.SIGKILL)
        wait_stats(a, lambda s: s["restarts"] == 1, "it is started again", 20 * SLOW)
        wait_pictures(b, 10, "pictures of the new helper")
        wait_stats(a, lambda s: s["pictures_shown"] >= 10, "pictures in the new helper", 60 * SLOW)
        look(b, lab.path("b.ppm"))
        look(a, lab.path("a.ppm"))

        a.call("call.camera", source="none")
        wait_stats(a, lambda s: s["no_camera"], "without a camera")
        a.call("call.camera", source="test")
        wait_stats(a, lambda s: not s["no_camera"], "with one")
        wait_pictures(b, 10, "and its pictures")
        a.call("call.end", id=call)
        state(b, "ended", end="hangup")
        row = wait_until(lambda: next((r for r in history(a, b.id) if r["id"] == call), None), "its record")
        check(row["outcome"] == "answered", "the record: %s" % row)
        wait_until(lambda: not helper_of(a) and not helper_of(b), "the helpers end")


def nothing_shown(peer, lab):
    try:
        peer.call("call.picture", path=lab.path("none.ppm"))
    except RpcError:
        return True
    return False


@test("5 % of all packets are lost, 30 ms away: pictures are repaired and go on")
def _():
    with Lab() as lab:
        one, two = lab.host("one"), lab.host("two")
        Cable(lab, one, two, "delay=30", "loss=5", "seed=11")
        for host in (one, two):
            host.start_avahi(("c0",))
        a, b = pair(one, two)
        befriend(a, b)
        connect(a, b)
        for peer in (a, b):
            peer.call("call.video", on=True)
        for peer in (a, b):
            wait_pictures(peer, 60, "pictures")
            stats = wait_stats(peer, lambda s: s["picture_packets_repaired"] >= 10, "what was lost comes again", 60 * SLOW)
            note("%s: %s" % (peer.person_name, figures(stats)))
            check(stats["picture_packets_lost"] > 0, "something was lost")
            look(peer, lab.path("%s.ppm" % peer.person_name))


if __name__ == "__main__":
    main()
