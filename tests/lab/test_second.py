#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""A second implementation (second/) talks to the real program over lanes."""

import sys

from lab import Lab, check, main, note, test, wait_until
from secondlab import address_of, office, wire_socket
from people import texts


def both_ways(a, p, account):
    """A text from the program and one back, each confirmed."""
    import time
    text = "ping %d" % time.monotonic_ns()
    sent = a.call("message.send", to=p.id, text=text)["id"]
    _, record = p.wait_message(text)
    check(record.message.hex() == sent, "the id is the record's message id")
    a.wait_for("message.state", id=sent, state="delivered")
    mark = a.mark()
    answer = p.send_text(account, "pong to " + text)
    got = a.wait_for("message.received", since=mark, text="pong to " + text)[1]
    check(got["id"] == answer.message.hex() and got["from"] == p.id, "%s" % got)
    p.wait_delivered(account, answer)


@test("XX dialled by the second: identity, a request, an answer, receipts")
def _():
    with Lab() as lab:
        a, p, bad = office(lab)
        account = bytes.fromhex(a.id)
        channel = p.connect(wire_socket(bad, address_of(a)))
        check(p.wait_identified(channel) == account, "the person is who it says")
        check(channel.cert.name == "Anna", "name of the certificate")
        first = p.send_text(account, "第一条消息")
        got = a.wait_for("message.received", text="第一条消息")[1]
        check(got["id"] == first.message.hex() and got["from"] == p.id, "%s" % got)
        check(got.get("request") is True, "a stranger's message is a request")
        p.wait_delivered(account, first)
        a.call("people.accept", id=p.id)
        p.wait(lambda: account in p.accepted_by, "ContactAccept")
        answer = a.call("message.send", to=p.id, text="hello back")["id"]
        _, record = p.wait_message("hello back")
        check(record.message.hex() == answer and record.seq >= 1, "the answer")
        a.wait_for("message.state", id=answer, state="delivered")
        p.wait(lambda: account in p.secrets, "the contact's secret")
        p.send_read(account)
        a.wait_for("message.state", id=answer, state="read")
        a.call("message.read", id=first.message.hex())
        p.wait_read(account, first)
        for _ in range(20):
            both_ways(a, p, account)
        check(len([c for c in p.channels if c.is_open]) == 1, "one lane all the time")
        note("frames that came: %s" % sorted(set(channel.seen)))
        p.close()


if __name__ == "__main__":
    sys.exit(main())
