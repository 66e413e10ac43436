#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""One person with two computers: linked by a code, both get everything, one is revoked."""

from lab import Lab, RpcError, check, main, test, wait_until
from people import befriend, history, link, say, texts


def count_of(peer, other):
    try:
        return len(history(peer, other))
    except RpcError:  # not even known yet
        return 0


def same(old, new, other, count, timeout=20):
    wait_until(lambda: count_of(new, other) >= count, "%d messages on the new device" % count,
               timeout=timeout, every=0.1)
    check([m["id"] for m in history(old, other)] == [m["id"] for m in history(new, other)],
          "the same messages in the same order")


@test("linked by a typed code: contacts, history, messages, read marks, revocation")
def _():
    with Lab() as lab:
        _, (one, two, three) = lab.office(["one", "two", "three"], avahi=False)
        anna = one.peer("Anna")
        ben = two.peer("Ben")
        befriend(anna, ben)
        for i in range(40):
            say(anna, ben, "before %d" % i)
        laptop = three.peer("somebody new")
        laptop = link(anna, laptop)
        same(anna, laptop, ben.id, 42)
        check(laptop.call("people.get", id=ben.id)["accepted"], "the contact came along")

        # What Ben writes reaches both; what either writes reaches Ben and the other.
        marks = anna.mark(), laptop.mark()
        ben.call("message.send", to=anna.id, text="to both of you")
        anna.wait_for("message.received", text="to both of you", since=marks[0])
        laptop.wait_for("message.received", text="to both of you", since=marks[1], timeout=15)
        mark = ben.mark()
        sent = laptop.call("message.send", to=ben.id, text="from the laptop")["id"]
        got = ben.wait_for("message.received", text="from the laptop", since=mark, timeout=15)[1]
        check(got["id"] == sent and got["from"] == anna.id, "it is Anna who wrote")
        wait_until(lambda: "from the laptop" in texts(anna, ben.id), "the desk has it", every=0.1)
        same(anna, laptop, ben.id, 44)
        check(len(history(ben, anna.id)) == 44, "nothing twice at Ben's")

        # Read on one is read on the other.
        newest = history(laptop, ben.id)[-2]
        laptop.call("message.read", id=newest["id"])
        wait_until(lambda: [m for m in history(anna, ben.id) if m["id"] == newest["id"]][0]["state"]
                   == "seen", "read on the desk as well", every=0.1)

        # Revoked: nobody accepts it any more.
        devices = anna.call("device.list")["devices"]
        check(len(devices) == 2 and all(d["active"] for d in devices), "two devices: %s" % devices)
        victim = [d for d in devices if not d["self"]][0]
        check(victim["name"] == "laptop", "its name: %s" % victim)
        mark = laptop.mark()
        anna.call("device.revoke", device=victim["id"])
        laptop.wait_for("notice", code="device-revoked", since=mark, timeout=15)
        wait_until(lambda: not [d for d in anna.call("device.list")["devices"]
                                if d["id"] == victim["id"]][0]["active"], "revoked in the list")
        laptop.call("message.send", to=ben.id, text="written by a thief")
        say(ben, anna, "and on we go")
        check("written by a thief" not in texts(ben, anna.id), "refused at Ben's")
        check("written by a thief" not in texts(anna, ben.id), "refused at the desk")


if __name__ == "__main__":
    main()
