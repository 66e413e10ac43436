#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""Microphones and loudspeakers of a real sound server: listed, chosen, pulled out in the middle of a call."""

import array
import math
import shutil
import subprocess
import sys

from calllab import connect, power, state, wait_stats
from lab import Lab, check, main, note, test, wait_until
from people import befriend
from soundlab import RATE, SoundServer

HZ = 700


TONE = array.array("h", (int(9000 * math.sin(2 * math.pi * HZ * i / RATE)) for i in range(RATE // 100))) * 400


def hears_note(samples):
    """Whether Bo's note, which is there a tenth of every second, is in the last second and a bit."""
    last = samples[-RATE * 5 // 4:]
    return any(power(last, i, 1000) > 0.02 for i in range(0, len(last) - 240, 2400))


def devices(peer):
    return peer.call("call.devices")


def names(peer, kind):
    return {d["name"]: d["id"] for d in devices(peer)["devices"] if d["kind"] == kind}


def two(lab):
    """Anna has a sound server, Bo speaks a tone."""
    _, (one, other) = lab.office(["one", "two"])
    sound = SoundServer(one).start()
    sound.speaker("desk", "Desk speakers")
    sound.speaker("headphones", "Headphones")
    sound.microphone("webcam", "Webcam microphone")
    sound.control("set-default-sink", "desk")
    sound.control("set-default-source", "webcam")
    a = one.peer("Anna", env=sound.env)
    heard = lab.path("bo.wav")
    b = other.peer("Bo", "--audio-source", "test", "--audio-sink", "file:" + heard)
    befriend(a, b)
    return sound, a, b, heard


def wait_heard(recording, what, since=None):
    start = recording.length() if since is None else since
    wait_until(lambda: recording.is_loud(start), what, 10, every=0.05)


@test("devices: listed with their names, chosen, kept over a restart")
def _():
    with Lab() as lab:
        (host,) = lab.office(["one"], avahi=False)[1]
        sound = SoundServer(host).start()
        sound.speaker("desk", "Desk speakers")
        sound.microphone("webcam", "Webcam microphone")
        a = host.peer("Anna", env=sound.env)
        speakers, microphones = names(a, "speaker"), names(a, "microphone")
        check(speakers.get("Desk speakers") == "desk", "the loudspeaker: %s" % speakers)
        check(microphones == {"Webcam microphone": "webcam"}, "what is played is no microphone: %s" % microphones)
        check((devices(a)["source"], devices(a)["sink"]) == ("default", "default"), "at first the default")
        done = subprocess.run(
            ["ip", "netns", "exec", host.namespace, lab.cli(), "sound", "Webcam microphone", "Desk speakers",
             "--profile", a.profile], env=host.environment(sound.env), stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True)
        check(done.returncode == 0, "chosen by name: " + done.stdout)
        check((devices(a)["source"], devices(a)["sink"]) == ("webcam", "desk"), "chosen")
        a = a.restart()
        check((devices(a)["source"], devices(a)["sink"]) == ("webcam", "desk"), "kept")


@test("a call rings, and is spoken and heard with real devices")
def _():
    with Lab() as lab:
        sound, a, b, _ = two(lab)
        ear = sound.record("desk.monitor")
        mark = a.mark()
        call = b.call("call.start", person=a.id)["id"]
        state(a, "ringing", mark, id=call)
        wait_heard(ear, "it rings", 0)
        a.call("call.answer", id=call)
        state(b, "active", id=call)
        at = ear.length()
        wait_until(lambda: hears_note(ear.samples(at)), "Bo's note at the loudspeaker", 15, every=0.5)
        voice = sound.speak("webcam-in", TONE)
        wait_stats(b, lambda s: s["level_out"] > 40, "Anna's voice at Bo's")
        voice.kill()
        stats = a.call("call.stats")
        check(not stats["no_microphone"] and not stats["no_speaker"], "nothing is missing: %s" % stats)


@test("other devices in the middle of a call, pulled out and plugged in again")
def _():
    with Lab() as lab:
        sound, a, b, _ = two(lab)
        desk, phones = sound.record("desk.monitor"), sound.record("headphones.monitor")
        call, _ = connect(a, b)
        wait_heard(desk, "the default loudspeaker")
        a.call("call.audio", source="webcam", sink="headphones")
        wait_heard(phones, "the headphones")

        # Pulled out: the default takes over. Plugged in: they are used again.
        number = next(line.split()[0] for line in sound.control("list", "short", "modules").splitlines()
                      if "sink_name=headphones" in line)
        sound.unload(number)
        wait_heard(desk, "the default loudspeaker again")
        check(a.call("call.stats")["state"] == "active", "the call goes on")
        sound.speaker("headphones", "Headphones")
        wait_heard(sound.record("headphones.monitor"), "the headphones again")

        # The whole sound server goes, and comes back.
        sound.stop()
        wait_until(lambda: a.call("call.stats")["no_microphone"], "without a microphone", 10)
        received = a.call("call.stats")["received"]
        wait_stats(a, lambda s: s["received"] > received + 50, "the call goes on")
        check(a.call("call.stats")["restarts"] == 0, "the helper did not die")
        a.call("call.end", id=call)


@test("no device at all: said, and the call stands")
def _():
    with Lab() as lab:
        _, (one, other) = lab.office(["one", "two"])
        sound = SoundServer(one)  # not started: there is none
        a = one.peer("Anna", env=sound.env)
        b = other.peer("Bo", "--audio-source", "test", "--audio-sink", "null")
        befriend(a, b)
        check(devices(a)["devices"] == [], "an empty list")
        call, _ = connect(a, b)
        stats = wait_stats(a, lambda s: s["no_microphone"] and s["no_speaker"], "both are missing")
        note("%s" % {k: stats[k] for k in ("state", "no_microphone", "no_speaker", "received")})
        wait_stats(a, lambda s: s["received"] > 30, "the voice comes all the same")
        a.call("call.end", id=call)


if __name__ == "__main__":
    if shutil.which("pulseaudio") is None or shutil.which("pactl") is None:
        print("1..0 # SKIP needs pulseaudio")
        sys.exit(0)
    sys.exit(main())
