#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""Calls between real programs: a tone is spoken at one end and looked for in a file at the other."""

from calllab import connect, helper_of, mouth_to_ear, speakers, state, wait_stats
from lab import Lab, RpcError, check, main, note, test, wait_until
from people import history


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
