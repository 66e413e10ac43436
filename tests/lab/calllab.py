# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""Calls between peers: made, looked at, and what was heard in them."""

import array
import math
import os
import time

from lab import ahead, wait_until
from people import befriend

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


def pair(one, two, files):
    """Two who speak a tone and write what they hear. How long sound takes is measured: they go first."""
    with ahead():
        return [host.peer(name, "--audio-source", "test", "--audio-sink", "file:" + path)
                for host, name, path in ((one, "Anna", files[0]), (two, "Bo", files[1]))]


def speakers(lab):
    _, (one, two) = lab.office(["one", "two"])
    files = [lab.path("anna.wav"), lab.path("bo.wav")]
    a, b = pair(one, two, files)
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
