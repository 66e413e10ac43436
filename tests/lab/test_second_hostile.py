#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""What the protocol refuses, said to the real program by the second implementation (second/)."""

import os
import socket
import sys
import time

from lab import Lab, check, main, note, test
from second import certs, frames, lane, noise, records
from second.client import BAD_IDENTITY, BROKE_RULE, REVOKED, SecondPeer
from secondlab import address_of, become_contacts, both_ways, office, wire_socket


class Scene:
    """Anna's program, a friend of hers who must never notice anything, and a hostile host."""

    def __init__(self, lab):
        self.a, self.friend, self.host = office(lab, "Friend")
        self.address = address_of(self.a)
        self.account, self.channel = become_contacts(self.a, self.friend, self.host)
        self.dh = self.channel.cert.dh
        self.memory = self.a.status("VmRSS")
        self.dials = 0

    def wire(self):
        """A connection from an address of its own: failures slow down further dials from one."""
        self.dials += 1
        source = "10.81.0.%d" % (100 + self.dials)
        self.host.ip("addr", "add", source + "/24", "dev", "e0")
        sock = wire_socket(self.host, self.address, source)
        sock.settimeout(15)
        return sock

    def still_works(self):
        both_ways(self.a, self.friend, self.account)
        check(len([c for c in self.friend.channels if c.is_open]) == 1, "the friend's lane")
        check(self.a.status("VmRSS") - self.memory < 20000, "memory")

    def ends_with(self, what, peer, reason, hook=None):
        """Dials as peer; the program must end the lane with this Close.reason (None: no Close)."""
        channel = peer.connect(self.wire())
        if hook:
            hook(channel)
        got = peer.wait_end(channel)
        check(got == reason, "%s: reason %s, not %s" % (what, got, reason))
        peer.close()

    def is_silent(self, what, data):
        """Sends bytes; the program must close without a byte of answer."""
        sock = self.wire()
        sock.sendall(data)
        try:
            answer = sock.recv(1000)
        except socket.timeout:
            check(False, what + ": still open after 15 s")
        except ConnectionResetError:
            answer = b""
        check(answer == b"", "%s: answered %s" % (what, answer.hex()))
        sock.close()


    def crowd(self):
        """Many failed dials from one address: the others are heard all the same."""
        for _ in range(200):
            sock = wire_socket(self.host, self.address)
            sock.sendall(b"LY\x01\x01\x09" + bytes(16))
            sock.close()
        newcomer = SecondPeer("Newcomer")
        newcomer.wait_identified(newcomer.connect(self.wire(), self.dh))
        newcomer.close()
        self.still_works()


class Tape:
    """A socket that remembers what was sent."""

    def __init__(self, sock):
        self.sock, self.sent = sock, b""

    def sendall(self, data):
        self.sent += data
        self.sock.sendall(data)

    def __getattr__(self, name):
        return getattr(self.sock, name)


def first_message(scene, peer, text=None, pattern=lane.IK, ts=None, kind=lane.KIND_PEER, key=None):
    """Preamble and IK1 of the peer, bent by the arguments."""
    id = os.urandom(16)
    hs = noise.Handshake("IK", True, text or lane.prologue(pattern, kind, id), s=peer.keys.dh,
                         rs=key or scene.dh)
    hello = lane.make_hello(ts, 1) if ts else peer.hello()
    return lane.preamble(pattern, kind, id) + lane.unit(hs.write(hello))


@test("handshakes: another prologue, another key, a replay, an old time, no confirmation")
def _():
    with Lab() as lab:
        s = Scene(lab)
        mallory = SecondPeer("Mallory")
        s.is_silent("another prologue", first_message(s, mallory, text=b"x" * 48))
        s.is_silent("another network", first_message(s, mallory, text=lane.prologue(
            lane.IK, lane.KIND_PEER, bytes(16), b"n" * 16)))
        s.is_silent("another's key", first_message(s, mallory, key=noise.public(os.urandom(32))))
        s.is_silent("a kind that is not heard here", first_message(s, mallory, kind=9))
        s.is_silent("a pattern that is not one", first_message(s, mallory, pattern=7))
        s.is_silent("a key of small order", lane.preamble(lane.IK, 1, bytes(16)) + lane.unit(
            bytes(32) + bytes(108)))
        s.is_silent("too long", lane.preamble(lane.XX, 1, bytes(16)) + lane.unit(bytes(1025)))
        s.is_silent("no confirmation", first_message(s, mallory)[:-1] + b"\0")
        s.still_works()
        tape = Tape(s.wire())
        channel = mallory.connect(tape, s.dh)
        mallory.wait_identified(channel)
        s.is_silent("a replay while the lane is open", tape.sent[:21 + 2 + 140])
        check(channel.is_open, "the replay did not touch it")
        channel.shut()
        mallory.wait_end(channel)
        s.is_silent("a replay afterwards", tape.sent[:21 + 2 + 140])
        s.is_silent("a replay of everything", tape.sent)
        s.is_silent("a time before that", first_message(s, mallory, ts=b"\0" * 8 + b"\1" * 4))
        again = mallory.connect(s.wire(), s.dh)
        check(mallory.wait_identified(again) == s.account, "a newer time is fine")
        mallory.close()
        try:
            lane.dial(s.wire(), lane.XX, mallory.keys.dh, mallory.hello, wrong_prologue=b"y" * 48)
            check(False, "XX2 under another prologue opened")
        except lane.LaneError:
            pass
        s.still_works()
        s.crowd()


@test("IK1 without a first record: no word, no trace, gone in time")
def _():
    with Lab() as lab:
        s = Scene(lab)
        mark = s.a.mark()
        mallory = SecondPeer("Mallory")
        sock = s.wire()
        start = time.monotonic()
        sock.sendall(first_message(s, mallory))
        answer = lane.read_unit(sock)
        check(len(answer) == 32 + 44 + 16, "IK2")
        try:
            more = sock.recv(100)
        except OSError:
            more = b""
        check(more == b"", "nothing after IK2: %s" % more.hex())
        took = time.monotonic() - start
        note("closed after %.1f s" % took)
        check(took < 12, "closed by the deadline")
        check(not [p for p in s.a.notifications("person.seen", since=mark)], "nobody was seen")
        s.still_works()


def with_list(name, entry=None, number=1, **cert):
    """A person whose list has another entry, or whose certificate is bent."""
    peer = SecondPeer(name)
    if cert:
        peer.cert = certs.make_cert(peer.keys, peer.name, **cert)
    entries = [entry(peer) if entry else (peer.keys.device_id, certs.digest(peer.cert), 0)]
    peer.list = certs.make_list(peer.keys.account, entries, number)
    return peer


@test("identities that are refused")
def _():
    with Lab() as lab:
        s = Scene(lab)
        mark = s.a.mark()
        now = int(time.time())
        borrowed = SecondPeer("Borrowed")
        borrowed.list, borrowed.cert = s.friend.list, s.friend.cert
        mixed = SecondPeer("Mixed")
        mixed.list = s.friend.list
        torn = SecondPeer("Torn")
        torn.cert = torn.cert[:-1] + bytes([torn.cert[-1] ^ 1])
        torn.list = certs.make_list(torn.keys.account, [
            (torn.keys.device_id, certs.digest(torn.cert), 0)])
        unsigned = SecondPeer("Unsigned")
        unsigned.list = unsigned.list[:-1] + bytes([unsigned.list[-1] ^ 1])
        for what, peer, reason in (
                ("another's list and certificate", borrowed, BAD_IDENTITY),
                ("another's list", mixed, BAD_IDENTITY),
                ("a torn certificate", torn, BAD_IDENTITY),
                ("a torn list", unsigned, BAD_IDENTITY),
                ("out of its time", with_list("Old", start=1000, end=now - 4 * 86400),
                 BAD_IDENTITY),
                ("before its time", with_list("New", start=now + 4 * 86400), BAD_IDENTITY),
                ("a name with two spaces", SecondPeer("Two  spaces"), BAD_IDENTITY),
                ("a name that turns round", SecondPeer("abc\u202edef"), BAD_IDENTITY),
                ("a device that is not in the list", with_list(
                    "Stray", lambda p: (os.urandom(8), certs.digest(p.cert), 0)), REVOKED),
                ("another certificate in the list", with_list(
                    "Other", lambda p: (p.keys.device_id, os.urandom(32), 0)), REVOKED),
                ("a revoked device", with_list(
                    "Lost", lambda p: (p.keys.device_id, certs.digest(p.cert), 1)), REVOKED)):
            s.ends_with(what, peer, reason)
        seen = [p["name"] for p in s.a.notifications("person.seen", since=mark)]
        check(seen == [], "nobody was seen: %s" % seen)
        s.still_works()


@test("lists that go back, branch or bring a revoked device back")
def _():
    with Lab() as lab:
        s = Scene(lab)
        p = SecondPeer("Lists")
        one = p.list
        first = p.connect(s.wire())
        p.wait_identified(first)
        p.set_identity(2, certs.digest(one))
        two = p.list, p.cert
        first.send("identity", list=p.list, certs=[p.cert])
        first.send("ping", token=1)
        p.wait(lambda: "pong" in first.seen, "Pong after the second list")
        p.set_identity(2, os.urandom(32))
        s.ends_with("another list of the same number", p, BAD_IDENTITY)
        p = SecondPeer("Lists", p.keys)
        p.set_identity(3, os.urandom(32))
        s.ends_with("another predecessor", p, BAD_IDENTITY)
        p = SecondPeer("Lists", p.keys)
        p.list, p.cert = two
        ok = p.connect(s.wire())
        p.wait_identified(ok)
        p.wait(lambda: "vector" in ok.seen, "the known list is fine")
        p.set_identity(3, certs.digest(two[0]), certs.REVOKED)
        s.ends_with("revoked by its own list", p, REVOKED)
        p = SecondPeer("Lists", p.keys)
        p.set_identity(9, os.urandom(32))
        s.ends_with("brought back", p, BAD_IDENTITY)
        s.still_works()


@test("frames that end a lane")
def _():
    with Lab() as lab:
        s = Scene(lab)

        def sends(data, **how):
            return lambda channel: channel.lane.send(data, **how)

        def silent():
            return SecondPeer("Silent", announce=False)

        wrong_heads = frames.proto().Vector(conversation=bytes(16))
        for i in range(65):
            wrong_heads.heads.add(device=bytes([i]) * 8, seq=1, hash=bytes(32))
        ping = frames.frame("ping", token=1)
        s.ends_with("a Vector before Identity", silent(), BROKE_RULE,
                    sends(frames.frame("vector", conversation=bytes(16))))
        s.ends_with("the same behind an unknown frame", silent(), BROKE_RULE,
                    lambda c: (c.lane.send(b"\xfa\x07\x00"), c.send("fetch")))
        for what, data in (("not protobuf", b"\xff\xff\xff"),
                           ("65 heads", frames.frame("vector", wrong_heads)),
                           ("an id of 3 bytes", frames.frame("vector", conversation=b"abc")),
                           ("a device of 9 bytes", frames.frame(
                               "fetch", conversation=bytes(16), device=bytes(9))),
                           ("401 records", frames.frame("records", records=[b"x"] * 401)),
                           ("a secret of 5 bytes", frames.frame("contact_accept",
                                                                secret=b"12345"))):
            s.ends_with(what, SecondPeer("Odd"), BROKE_RULE, sends(data))
        fits = ping + b"\xfa\x07\xdf\xfb\x03" + bytes(65000 - len(ping) - 5)  # member 127
        big = ping + b"\xfa\x07\xe0\xfb\x03" + bytes(65001 - len(ping) - 5)
        check((len(fits), len(big)) == (65000, 65001), "sizes")
        plain = SecondPeer("Big")
        channel = plain.connect(s.wire())
        plain.wait_identified(channel)
        channel.lane.send(fits)
        plain.wait(lambda: "pong" in channel.seen, "an answer to the greatest frame")
        plain.close()
        s.ends_with("a frame of %d bytes" % len(big), SecondPeer("Odd"), None,
                    sends(big))
        s.ends_with("a record of type 7", SecondPeer("Odd"), None, sends(b"", type=7))
        s.ends_with("a full rekey", SecondPeer("Odd"), None, sends(b"x", type=lane.REKEY))
        s.ends_with("bytes that do not open", SecondPeer("Odd"), None,
                    lambda c: c.lane.sock.sendall(lane.unit(os.urandom(40))))
        s.ends_with("a record too short", SecondPeer("Odd"), None,
                    lambda c: c.lane.sock.sendall(lane.unit(bytes(18))))
        s.still_works()


@test("records that are not stored: another device, torn, too early, not ours, too many")
def _():
    with Lab() as lab:
        s = Scene(lab)
        p = SecondPeer("Forger")
        channel = p.connect(s.wire())
        p.wait_identified(channel)
        p.wait_delivered(s.account, p.send_text(s.account, "a true one"))
        s.a.wait_for("message.received", text="a true one")
        talk, mark = p.conversation(s.account), s.a.mark()
        content = p.proto.Content(text=p.proto.Text(text="forged"))

        def forge(**bent):
            return talk.write(records.TEXT, content, keep=False, **bent).data

        true = forge()
        other = certs.Keys(account=bytes(p.keys.account))
        as_ours = records.pack(p.keys, talk.id, 2, talk.own.hash, os.urandom(16),
                               p.clock.next(), records.FILE_OFFER, content.SerializeToString())
        their_log = s.a.call("message.send", to=p.id, text="mine")
        theirs = p.wait_message("mine")[1]
        wrong = {
            "signed by another device": forge(keys=other),
            "torn": true[:-1] + bytes([true[-1] ^ 1]),
            "another text": true.replace(b"forged", b"FORGED"),
            "an hlc that does not grow": forge(hlc=talk.own.hlc),
            "a kind with another body": as_ours,
            "in another conversation": records.pack(
                p.keys, records.conversation_id(s.account, s.friend.keys.account_key), 1,
                bytes(32), os.urandom(16), p.clock.next(), 1, content.SerializeToString()),
            "in the reader's own log": theirs.data[:-1] + bytes([theirs.data[-1] ^ 1]),
            "with a tail": true + b"\0",
        }
        note("own log's record was %s" % their_log["id"])
        for what, data in wrong.items():
            channel.send("records", records=[data])
            count = channel.seen.count("pong") + 1
            channel.send("ping", token=count)
            p.wait(lambda: channel.seen.count("pong") >= count or not channel.is_open, what)
            check(channel.is_open, "%s ended the lane: %s" % (what, channel.closed))
            check(talk.acknowledged == 1, what + ": acknowledged")
        early = records.pack(p.keys, talk.id, 4, os.urandom(32), os.urandom(16), p.clock.next(),
                             records.TEXT, content.SerializeToString())
        channel.send("records", records=[early])
        p.wait(lambda: "fetch" in channel.seen, "a Fetch for the gap")
        p.wait_delivered(s.account, p.send_text(s.account, "another true one"))
        s.a.wait_for("message.received", text="another true one")
        got = [m["text"] for m in s.a.notifications("message.received", since=mark)
               if m["from"] == p.id]
        check(got == ["another true one"], "only what is true is shown: %s" % got)
        torn = forge()
        torn = torn[:-1] + bytes([torn[-1] ^ 1])
        for _ in range(20):
            try:
                channel.send("records", records=[torn])
            except OSError:
                break
        note("after many wrong records: Close %s" % p.wait_end(channel))
        check(channel.closed.reason == BROKE_RULE, "Close 2")
        again = p.connect(s.wire())
        p.wait_identified(again)
        p.wait_delivered(s.account, p.send_text(s.account, "a third true one"))
        p.close()
        s.still_works()


class Heap:
    """A socket that keeps what is sent, to be given away at once."""

    def __init__(self):
        self.sent = bytearray()

    def sendall(self, data):
        self.sent += data


class Deaf(SecondPeer):
    """Stops reading while `is_deaf`."""

    is_deaf = False

    def on_frame(self, channel, name, body):
        while self.is_deaf:
            time.sleep(0.05)
        super().on_frame(channel, name, body)


@test("a contact who asks again and again and reads nothing: memory stays")
def _():
    # The last test of this file: a sanitizer would count as grown what was freed long ago.
    os.environ["ASAN_OPTIONS"] = "detect_leaks=1:quarantine_size_mb=1:thread_local_quarantine_size_kb=64"
    with Lab() as lab:
        s = Scene(lab)
        p = Deaf("Deaf")
        channel = p.connect(s.wire())
        p.wait_identified(channel)
        p.wait_delivered(s.account, p.send_text(s.account, "may I?"))
        s.a.call("people.accept", id=p.id)
        p.wait(lambda: s.account in p.accepted_by, "ContactAccept")
        p.is_deaf = True
        before = s.a.status("VmRSS")
        device = channel.cert.device
        for i in range(200):
            s.a.call("message.send", to=p.id, text="%d " % i + "x" * 20000)
        talk = p.conversation(s.account)
        fetch = frames.frame("fetch", conversation=talk.id, device=device, **{"from": 1})
        ping = frames.frame("ping", token=1)
        wire = channel.lane.sock
        wire.settimeout(20)
        channel.lane.sock = Heap()
        for frame, count in ((fetch, 2000), (ping, 1000000)):
            for _ in range(count):
                channel.lane.send(frame)
        try:
            wire.sendall(channel.lane.sock.sent)
        except OSError as problem:
            note("stopped: %s" % problem)
        channel.lane.sock = wire
        s.a.call("self.get")
        grown = s.a.status("VmHWM") - before
        note("memory grew by %d kB at most" % grown)
        # Red zones around small blocks cost a sanitized program memory of their own.
        check(grown < (128 if "LANYARD_TEST_SLOW" in os.environ else 64) * 1024, "memory")
        p.is_deaf = False
        p.close()
        both_ways(s.a, s.friend, s.account)


if __name__ == "__main__":
    sys.exit(main())
