#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""A second implementation (second/) talks to the real program over lanes."""

import sys

from lab import Lab, check, main, note, test
from second import certs, frames, lane
from second.client import SecondPeer
from secondlab import (Announcer, address_of, become_contacts, both_ways, ip_of, listening_socket,
                       office, wire_socket)


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
        number = a.call("people.get", id=p.id)["number"]
        check("".join(c for c in number if c.isdigit())
              == certs.safety_number(account, p.keys.account_key), "safety number: %s" % number)
        check(len([c for c in p.channels if c.is_open]) == 1, "one lane all the time")
        note("frames that came: %s" % sorted(set(channel.seen)))
        p.close()

@test("IK: a new lane with known keys, and what waited on both sides")
def _():
    with Lab() as lab:
        a, p, bad = office(lab)
        account, channel = become_contacts(a, p, bad)
        dh = channel.cert.dh
        channel.shut()
        a.wait_for("person.gone", id=p.id)
        waiting = a.call("message.send", to=p.id, text="for later")["id"]
        mine = [p.send_text(account, "kept %d" % i) for i in range(5)]
        again = p.connect(wire_socket(bad, address_of(a)), dh)
        check(p.wait_identified(again) == account, "the same person")
        check(again.lane.remote_static == dh, "the same device")
        check(p.wait_message("for later")[1].message.hex() == waiting, "it came")
        a.wait_for("message.state", id=waiting, state="delivered")
        p.wait_delivered(account, mine[-1])
        a.wait_for("message.received", text="kept 4")  # told after the receipt is sent
        got = [m["text"] for m in a.notifications("message.received")]
        check(got[-5:] == ["kept %d" % i for i in range(5)], "in order, once: %s" % got)
        both_ways(a, p, account)
        p.close()


@test("dialled by the program after a beacon: XX, later IK")
def _():
    with Lab() as lab:
        a, p, bad = office(lab)
        p.listen(listening_socket(bad, ip_of(bad)))
        with Announcer(bad, p):
            check(a.wait_for("person.seen", id=p.id)[1]["name"] == p.name, "the certificate's name")
            account = bytes.fromhex(a.id)
            first = p.wait(lambda: p.open_channels(account), "a dial")[0]
            check(first.lane.pattern == lane.XX and not first.lane.is_dialler, "XX from the program")
            a.call("message.send", to=p.id, text="you called?")
            p.wait_message("you called?")
            p.accept(account)
            both_ways(a, p, account)
            first.lane.sock.shutdown(2)  # cut, not ended
            p.wait_end(first)
            a.wait_for("person.gone", id=p.id)
            waiting = a.call("message.send", to=p.id, text="are you back?")["id"]
            second = p.wait(lambda: p.open_channels(account), "another dial")[0]
            check(second.lane.pattern == lane.IK, "IK, since the key is known")
            p.wait_message("are you back?")
            a.wait_for("message.state", id=waiting, state="delivered")
            both_ways(a, p, account)
        p.close()


@test("of lanes that both sides dialled the one from the smaller device id stays")
def _():
    for ours_is_smaller in (True, False):
        with Lab() as lab:
            a, p, bad = office(lab)
            known = SecondPeer("Known")
            account = known.wait_identified(known.connect(wire_socket(bad, address_of(a))))
            their_id = known.channels[0].cert.device
            known.close()
            while (p.keys.device_id < their_id) != ours_is_smaller:
                p = SecondPeer("Zweite")
            p.listen(listening_socket(bad, ip_of(bad)))
            with Announcer(bad, p):
                old = p.wait(lambda: p.open_channels(account), "a dial")[0]
                a.wait_for("person.seen", id=p.id)
                a.call("message.send", to=p.id, text="a lane that is needed")
                p.wait_message("a lane that is needed")
                new = p.connect(wire_socket(bad, address_of(a)), old.cert.dh)
                p.wait_end(old if ours_is_smaller else new)
                check((new if ours_is_smaller else old).is_open, "the other one stays")
                both_ways(a, p, account)
            p.close()


@test("a link that is offered and declined, or not answered: the lane does it all")
def _():
    for declines in (True, False):
        with Lab() as lab:
            a, p, bad = office(lab, capabilities=1)
            p.declines_links = declines
            account, channel = become_contacts(a, p, bad)
            both_ways(a, p, account)
            p.wait(lambda: "link_signal" in channel.seen, "an offer")
            for _ in range(10):
                both_ways(a, p, account)
            check(channel.is_open, "the first lane is still there")
            p.close()
    with Lab() as lab:
        a, p, bad = office(lab)
        account, channel = become_contacts(a, p, bad)
        for _ in range(10):
            both_ways(a, p, account)
        check("link_signal" not in channel.seen, "no offer to who cannot")
        p.close()


@test("long texts, many texts, padding, new keys, unknown frames and kinds, a new name")
def _():
    with Lab() as lab:
        a, p, bad = office(lab)
        account, channel = become_contacts(a, p, bad)
        long = "字" * 13000 + "end"
        p.wait_delivered(account, p.send_text(account, long))
        a.wait_for("message.received", text=long)
        a.call("message.send", to=p.id, text=long[::-1])
        p.wait_message(long[::-1])
        for i in range(100):
            a.post("message.send", to=p.id, text="many %d" % i)
        p.wait_message("many 99")
        channel.lane.send_rekey()
        channel.lane.send(frames.frame("ping", token=7), padding=30000)
        channel.lane.send(b"\xfa\x07\x00")  # member 127
        both_ways(a, p, account)
        p.wait(lambda: "pong" in channel.seen, "Pong")
        odd = p.write(account, 9, p.proto.Content())
        p.wait_delivered(account, odd)
        got = a.wait_for("message.received", id=odd.message.hex())[1]
        check(got["kind"] == "unknown", "shown as such: %s" % got)
        p.name = "Umbenannt"
        p.set_identity(2, p.digest_of_list())
        channel.send("identity", list=p.list, certs=[p.cert])
        a.wait_for("person.changed", id=p.id, name="Umbenannt")
        both_ways(a, p, account)
        theirs = p.conversation(account).logs[channel.cert.device]
        before = len(p.fetched)
        channel.send("fetch", conversation=p.conversation(account).id, device=channel.cert.device,
                     **{"from": 1, "to": 0})
        p.wait(lambda: len(p.fetched) >= before + theirs.seq, "the whole log again")
        check([r.data for r in theirs.records] == p.fetched[before:], "the same bytes")
        p.close()


if __name__ == "__main__":
    sys.exit(main())
