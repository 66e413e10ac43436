#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""Calls between real programs: a tone is spoken at one end and looked for in a file at the other."""

import array
import math
import os
import signal
import time

from lab import Lab, RpcError, check, main, note, test, wait_until
from people import befriend, history, wait_path

RATE = 48000
NOTE_HZ, HUM_HZ = 1000, 300
STEP = 240  # samples looked at together: 5 ms


def heard(path):
    """The samples of what a helper has written so far."""
    with open(path, "rb") as f:
        data = f.read()[44:]
    samples = array.array("h")
    samples.frombytes(data[:len(data) // 2 * 2])
    return samples


def power(samples, at, hz, length=STEP):
    """How much of one frequency there is (Goertzel), 0 to about 1."""
    k = 2 * math.cos(2 * math.pi * hz / RATE)
    a = b = 0.0
    for x in samples[at:at + length]:
        a, b = x / 32768.0 + k * a - b, a
    return max(0.0, (a * a + b * b - k * a * b)) / (length / 2) ** 2


def notes(samples):
    """Where notes begin, in samples."""
    found, last = [], -RATE
    for at in range(0, len(samples) - STEP, STEP):
        if power(samples, at, NOTE_HZ) > 0.02 and at - last > RATE // 2:
            found.append(at)
            last = at
    return found


def longest_silence(samples, begin, end):
    """Seconds without anything to be heard."""
    longest = run = 0
    for at in range(begin, min(end, len(samples)) - STEP, STEP):
        run = run + 1 if max(abs(x) for x in samples[at:at + STEP]) < 300 else 0
        longest = max(longest, run)
    return longest * STEP / RATE


def mouth_to_ear(peer, path):
    """Delays of the notes that were heard, in ms: they are spoken at full seconds of the clock."""
    start = peer.call("call.stats")["start_us"] / 1e6
    found = [(start + at / RATE) % 1.0 * 1000 for at in notes(heard(path))]
    return sorted(d if d < 900 else d - 1000 for d in found)


def speakers(lab):
    _, (one, two) = lab.office(["one", "two"])
    files = [lab.path("anna.wav"), lab.path("bo.wav")]
    a, b = (host.peer(name, "--audio-source", "test", "--audio-sink", "file:" + path)
            for host, name, path in ((one, "Anna", files[0]), (two, "Bo", files[1])))
    befriend(a, b)
    return a, b, files


def state(peer, wanted, since=0, timeout=10, **fields):
    return peer.wait_for("call.changed", state=wanted, since=since, timeout=timeout, **fields)


def connect(a, b):
    """a calls, b answers; the moment of the answer."""
    marks = a.mark(), b.mark()
    call = a.call("call.start", person=b.id)["id"]
    state(b, "ringing", marks[1], id=call)
    state(a, "alerting", marks[0], id=call)
    at = time.monotonic()
    b.call("call.answer", id=call)
    state(a, "active", marks[0], id=call)
    state(b, "active", marks[1], id=call)
    return call, at


def helper_of(peer):
    """Process ids of lanyard-media below a peer."""
    found = []
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            with open("/proc/%s/stat" % entry) as f:
                name, rest = f.read().rsplit(")", 1)
        except OSError:
            continue
        if "lanyard-media" in name and int(rest.split()[1]) == peer.pid:
            found.append(int(entry))
    return found


def wait_stats(peer, condition, what, timeout=10):
    return wait_until(lambda: (lambda s: s if condition(s) else None)(peer.call("call.stats")), what,
                      timeout, every=0.05)


@test("a call: heard at once, in time, at both ends, and its record in the chat")
def _():
    with Lab() as lab:
        a, b, files = speakers(lab)
        call, at = connect(a, b)
        for peer in (a, b):
            stats = wait_stats(peer, lambda s: s["first_sound_us"] > 0, "sound")
            note("%s hears after %d ms" % (peer.person_name, stats["first_sound_us"] / 1000))
            check(stats["first_sound_us"] < 500000, "the first sound within 500 ms")
        wait_stats(a, lambda s: s["received"] > 160, "3 seconds of voice", 15)
        for peer, path in ((a, files[0]), (b, files[1])):
            delays = mouth_to_ear(peer, path)
            note("%s: mouth to ear %s ms" % (peer.person_name, [round(d) for d in delays]))
            check(len(delays) >= 2, "notes are heard: %s" % delays)
            check(delays[len(delays) // 2] < 150, "mouth to ear")
        stats = a.call("call.stats")
        note("%s" % {k: stats[k] for k in ("path", "quality", "lost", "late", "concealed", "jitter_us",
                                           "wait_us", "rtt_us", "bitrate")})
        check(stats["path"] == "direct" and stats["quality"] == "good", "a good direct call: %s" % stats)

        # What one side does is shown to the other.
        b.call("call.mute", on=True)
        state(a, "active", other_muted=True)
        sent = wait_stats(b, lambda s: s["muted"], "it is muted")["sent"]
        b.call("call.mute", on=False)
        state(a, "active", a.mark(), other_muted=False)
        wait_stats(b, lambda s: s["sent"] > sent + 10, "speaking again")
        try:
            a.call("call.start", person=b.id)
            check(False, "a second call")
        except RpcError:
            pass

        a.call("call.end", id=call)
        check(state(b, "ended", end="hangup")[1]["missed"] is False, "it was not missed")
        for peer, other in ((a, b), (b, a)):
            row = wait_until(lambda: next((r for r in history(peer, other.id) if r["id"] == call), None),
                             "its record")
            check(row["kind"] == "call" and row["outcome"] == "answered" and row["duration"] > 2000,
                  "the record: %s" % row)
        wait_until(lambda: not helper_of(a) and not helper_of(b), "the helpers end")


if __name__ == "__main__":
    main()
