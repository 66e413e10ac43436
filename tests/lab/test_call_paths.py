#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""Calls where the network or a program lets people down: loss, NAT, a cable that is pulled, a helper or a program killed."""

import os
import signal
import time

from calllab import (RATE, connect, heard, helper_of, longest_silence, mouth_to_ear, pair, speakers,
                     state, wait_stats)
from company import Company, Site
from lab import Lab, ahead, check, main, note, run, test, wait_until
from nat import Cable
from people import befriend, history, say

SLOW = float(os.environ.get("LANYARD_TEST_SLOW", "1"))


def now_in(peer, path):
    """Where the file of what is heard stands now, in samples."""
    return len(heard(path))


def two_files(lab):
    return [lab.path("anna.wav"), lab.path("bo.wav")]


@test("10 % of all packets are lost, 20 ms away: it is understood all the same")
def _():
    # Delays are measured: what carries goes ahead of what others do on this machine.
    with ahead(), Lab() as lab:
        one, two = lab.host("one"), lab.host("two")
        Cable(lab, one, two, "delay=20", "loss=10", "seed=7")
        for host in (one, two):
            host.start_avahi(("c0",))
        files = two_files(lab)
        a, b = pair(one, two, files)
        befriend(a, b)
        connect(a, b)
        for peer in (a, b):
            stats = wait_stats(peer, lambda s: s["first_sound_us"] > 0, "sound", 10 * SLOW)
            note("%s hears after %d ms" % (peer.person_name, stats["first_sound_us"] / 1000))
            check(stats["first_sound_us"] < 3000000 * SLOW, "the first sound: %s" % stats["first_sound_us"])
        begin = now_in(a, files[0]) + RATE // 2
        stats = wait_stats(a, lambda s: s["received"] > 350, "7 seconds of voice", 30)
        note("%s" % {k: stats[k] for k in ("received", "lost", "late", "concealed", "recovered", "wait_us",
                                           "loss_in", "loss_out", "quality")})
        check(stats["lost"] > 10, "something was lost: %s" % stats["lost"])
        check(stats["recovered"] * 2 > stats["lost"], "most of it was made good: %s" % stats)
        check(stats["quality"] in ("fair", "poor"), "and it is said: %s" % stats["quality"])
        silence = longest_silence(heard(files[0]), begin, now_in(a, files[0]))
        check(silence < 0.2, "a gap of %.2f s" % silence)
        delays = mouth_to_ear(a, files[0])
        note("mouth to ear %s ms" % [round(d) for d in delays])
        check(delays[len(delays) // 2] < 120 * SLOW, "mouth to ear: %s" % delays)


@test("the helper is killed in the middle: voice again within a second")
def _():
    with Lab() as lab:
        a, b, files = speakers(lab)
        connect(a, b)
        wait_stats(a, lambda s: s["received"] > 50, "a second of voice")
        begin = now_in(a, files[0])
        for pid in helper_of(b):
            os.kill(pid, signal.SIGKILL)
        wait_stats(b, lambda s: s["restarts"] == 1, "it is started again")
        received = a.call("call.stats")["received"]
        wait_stats(a, lambda s: s["received"] > received + 100, "voice")
        silence = longest_silence(heard(files[0]), begin, now_in(a, files[0]))
        note("silent for %.2f s" % silence)
        check(silence < 1.0 * SLOW, "a gap of %.2f s" % silence)


def busiest(host, peer):
    """The interface that a second of the call goes out by."""
    def sent():
        return {name: int(run("ip", "netns", "exec", host.namespace, "cat",
                              "/sys/class/net/%s/statistics/tx_packets" % name)) for name in ("e0", "e1")}
    before, packets = sent(), peer.call("call.stats")["sent"]
    wait_stats(peer, lambda s: s["sent"] > packets + 50, "a second of voice")
    after = sent()
    note("packets %s" % {name: after[name] - before[name] for name in after})
    return max(after, key=lambda name: after[name] - before[name])


@test("the cable is pulled: the call moves to the other network")
def _():
    with Lab() as lab:
        first, second = lab.switch("first"), lab.switch("second")
        hosts = []
        for i, name in enumerate(("one", "two")):
            host = lab.host(name).plug(first, "e0", "10.81.0.%d/24" % (10 + i))
            host.plug(second, "e1", "10.82.0.%d/24" % (10 + i))
            hosts.append(host.start_avahi(("e0", "e1")))
        files = two_files(lab)
        a, b = pair(*hosts, files)
        befriend(a, b)
        call, _ = connect(a, b)
        wait_stats(a, lambda s: s["received"] > 100, "two seconds of voice")
        used = busiest(hosts[0], a)
        begin = now_in(a, files[0])
        hosts[0].ip("link", "set", used, "down")
        before = a.call("call.stats")
        start = time.monotonic()
        stats = wait_stats(a, lambda s: s["received"] > before["received"] + 100, "voice by the other network", 30)
        missed = (stats["lost"] - before["lost"]) * 0.02
        note("voice again, and two seconds of it, after %.1f s, without %.2f s" %
             (time.monotonic() - start, missed))
        silence = longest_silence(heard(files[0]), begin, now_in(a, files[0]))
        note("silent for %.2f s" % silence)
        check(a.call("call.stats")["id"] == call, "the same call")
        # What stands in for lost packets can be heard too: silence alone does not tell.
        check(missed < 1.0 * SLOW, "%.2f s are missing" % missed)
        check(silence < 1.0 * SLOW, "a gap of %.2f s" % silence)


@test("both behind fully random NAT: by the relay, heard within a second")
def _():
    with Lab() as lab:
        company = Company(lab, relay=True, relay_to_relay=True)
        hosts = [Site(company, i, nat="random").host(name) for i, name in ((1, "anna"), (2, "bo"))]
        files = two_files(lab)
        a, b = pair(*hosts, files)
        company.join(a, "anna", "Engineer", "Research")
        company.join(b, "bo", "Engineer", "Research")
        a.wait_for("server.state", relay=True)
        b.wait_for("server.state", relay=True)
        a.wait_for("person.seen", id=b.id)
        say(a, b, "a word", timeout=30)
        connect(a, b)
        for peer in (a, b):
            stats = wait_stats(peer, lambda s: s["first_sound_us"] > 0, "sound", 20)
            note("%s hears after %d ms" % (peer.person_name, stats["first_sound_us"] / 1000))
            check(stats["first_sound_us"] < 1000000 * SLOW, "the first sound: %s" % stats["first_sound_us"])
        stats = wait_stats(a, lambda s: s["received"] > 150, "three seconds of voice", 20)
        check(stats["path"] == "relayed", "over the relay: %s" % stats["path"])


@test("the other program dies in a call: said soon, with a record")
def _():
    with Lab() as lab:
        a, b, _ = speakers(lab)
        call, _ = connect(a, b)
        wait_stats(a, lambda s: s["received"] > 50, "a second of voice")
        start, mark = time.monotonic(), a.mark()
        b.kill(signal.SIGKILL)
        wait_stats(a, lambda s: s["quality"] == "none", "it is said that nothing comes")
        ended = state(a, "ended", mark, timeout=30, id=call)[1]
        check(ended["end"] == "lost", "why it ended: %s" % ended)
        note("ended (%s) after %.1f s" % (ended["end"], time.monotonic() - start))
        row = wait_until(lambda: next((r for r in history(a, b._id) if r["id"] == call), None), "its record")
        check(row["outcome"] == "answered", "the record: %s" % row)
        wait_until(lambda: not helper_of(a), "the helper ends")


if __name__ == "__main__":
    main()
