#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""The rendezvous server with a client that shares no code with it: joining, mail, commands."""

import hashlib
import os
import signal

from lab import check, main, test, wait_until
from second import certs, lane, office
from second.office import Gone, OfficeClient, Refused
from serverlab import Server


def refused(call):
    try:
        call()
    except Refused as no:
        return no.code
    except Gone as gone:
        return gone.code
    return 0


def waiting(server, client):
    client.close()
    return server.again(client).mail_count


@test("an invite is for one person; enrolled devices log in by their key")
def _():
    with Server() as server:
        alice = OfficeClient("Alice")
        done = alice.enrol(server.first_invite, "alice", address=server.address)
        check(done.login == "alice" and done.org_name == "ACME 公司", "enrolled: %s" % done)
        check(len(done.org_root) == 32 and done.attestation[:4] == b"LAT1", "attested at once")
        welcome = alice.log_in()
        check(welcome.uid == done.uid and 0 < welcome.idle_ms <= 90000, "welcome: %s" % welcome)
        alice.ping()
        check(refused(lambda: OfficeClient("Eve").enrol(server.first_invite, "eve",
                                                        address=server.address)) == 3,
              "a used invite is worth nothing")
        check(refused(lambda: OfficeClient("Eve").enrol(server.first_invite, "eve",
                                                        address=server.address,
                                                        code=os.urandom(16))) == 3,
              "nor is a guessed one")
        stranger = OfficeClient("Stranger")
        stranger.key, stranger.address = alice.key, alice.address
        check(refused(stranger.log_in) != 0, "a key that nobody enrolled is not let in")
        table = server.command("users", "--plain").split("\t")
        check(table[0] == "alice" and table[5] == "admin", "users: %s" % table)


@test("who types an address is shown the server's key and its signature, and no more")
def _():
    with Server() as server:
        key = office.Invite(server.first_invite).key
        probe = OfficeClient("Probe")
        opened = office.dial(probe.connect(server.address), lane.XX, key, probe.keys.dh)
        check(opened.remote_static == key, "the key is the one that invites carry")
        # What the company says of it, which anybody may know.
        frame = office.proto().Frame.FromString(opened.receive())
        check(frame.WhichOneof("body") == "server_key", "nothing else: %s" % frame)
        signed = frame.server_key.key
        root = office.Invite(server.first_invite).root
        check(signed[:8] == b"LSK1\x01\0\0\0" and signed[24:56] == key and
              signed[8:24] == hashlib.blake2b(root, digest_size=16).digest(), "of this key")
        certs.verify(root, b"LSK1", signed[:72], signed[72:])
        try:
            opened.receive()
            check(False, "another frame on a lane that only asks")
        except lane.LaneEnd:
            pass


@test("mail waits for the absent, over a restart, until it is acknowledged, and comes once")
def _():
    with Server() as server:
        alice, bob = server.join("Alice"), server.join("Bob")
        bob.close()
        sent = [os.urandom(700) for _ in range(20)]
        ids = [alice.deposit(bob.device, envelope) for envelope in sent]
        check(alice.deposit(bob.device, sent[0], ids[0]) == ids[0], "the same again is stored once")
        server.restart()
        check(server.again(bob).mail_count == 20, "all of it waits")
        got = bob.fetch(20)
        check([m.envelope for m in got] == sent, "in order and whole")
        check([m.id for m in got] == sorted(m.id for m in got), "ids grow")
        bob.acknowledge(got[:15])
        wait_until(lambda: waiting(server, bob) == 5, "what was acknowledged is gone")
        server.again(alice)
        check(alice.deposit(bob.device, sent[0], ids[0]) == ids[0], "still known as stored")
        check(waiting(server, bob) == 5, "and not stored again")


@test("signals go to who is connected, and from whom is the server's word")
def _():
    with Server() as server:
        alice, bob = server.join("Alice"), server.join("Bob")
        alice.send("signal", device=bob.device, payload=b"candidate")
        signal_ = bob.wait("signal")
        check(signal_.device == alice.device and signal_.payload == b"candidate", "routed")
        bob.close()
        wait_until(lambda: server.metric("logged_in") == 1, "Bob is gone")
        check(refused(lambda: (alice.send("signal", device=bob.device, payload=b"x"),
                               alice.wait("pong"))) in (6, 7), "offline is said")


@test("the suspended lose access at once, and get it back")
def _():
    with Server() as server:
        alice, bob = server.join("Alice"), server.join("Bob")
        server.command("suspend", "bob")
        check(refused(lambda: bob.wait("pong")) == 11, "Bob is put out at once")
        check(refused(lambda: server.again(bob)) == 11, "and not let in")
        server.command("resume", "bob")
        server.again(bob)
        server.command("leave", "bob")
        check(refused(lambda: bob.wait("pong")) == 12, "left is told")
        server.command("suspend", "nobody", fails=True)
        alice.ping()


@test("a backup made while serving is a whole server; commands work without a running one")
def _():
    with Server() as server:
        alice, bob = server.join("Alice"), server.join("Bob")
        bob.close()
        alice.deposit(bob.device, b"e" * 500)
        server.command("backup", server.path("backup"))
        check(os.stat(server.path("backup")).st_mode & 0o777 == 0o600, "only its owner may read it")
        server.command("backup", server.path("backup"), fails=True)
        server.stop()
        check("alice" in server.command("users"), "users without a server")
        os.rename(server.state, server.state + ".old")
        server.command("restore", server.path("backup"))
        server.command("restore", server.path("backup"), fails=True)
        server.start()
        check(server.again(bob).mail_count == 1, "mail is there")
        server.again(alice)


@test("a damaged database is not started with, and the way back is said")
def _():
    with Server() as server:
        server.join("Alice")
        server.stop()
        server.command("backup", server.path("backup"))
        path = os.path.join(server.state, "server.db")
        with open(path, "r+b") as f:
            for page in range(1, os.path.getsize(path) // 4096):
                f.seek(page * 4096 + 10)
                f.write(os.urandom(200))
        text = server.command("run", fails=True)
        check("restore" in text and "damaged" in text, "it says what to do: " + text)
        check("restore" in server.command("check", fails=True), "so does check")
        os.rename(server.state, server.state + ".bad")
        server.command("restore", server.path("backup"))
        server.start()


@test("a wrong configuration names line and cure; a reload keeps connections")
def _():
    with Server() as server:
        alice = server.join("Alice")
        for settings, line, cure in (
                ("[limits]\nmailbox = plenty", 9, "64 MiB"),
                ("[limits]\nmailboxes = 1 MiB", 9, "did you mean mailbox"),
                ("[limit]\n", 8, "sections are"),
                ("[relay]\nallow = 10.0.0.0/8, fe80::/10", 9, "IPv4 subnets"),
                ("[limits]\nidle = 30 s\nidle = 40 s", 10, "keep one"),
                ("[log]\nwhatever", 9, "key = value")):
            server.configure(settings)
            text = server.command("check", fails=True)
            check("line %d:" % line in text and cure in text, text)
        server.process.send_signal(signal.SIGHUP)
        wait_until(lambda: server.log_holds("reload-refused"), "a wrong one is refused")
        server.configure("[limits]\nmailbox = 64 KiB\n")
        server.command("reload")
        bob = server.join("Bob")
        bob.close()
        check(refused(lambda: [alice.deposit(bob.device, bytes(40000)) for _ in range(3)]) == 9,
              "the new quota holds for who was connected before")
        alice.ping()


@test("health and metrics are served locally")
def _():
    with Server() as server:
        alice = server.join("Alice")
        check(server.get("/healthz") == (200, "ok\n"), "healthy")
        wait_until(lambda: server.metric("logged_in") == 1, "who is here is counted")
        check(server.get("/nothing")[0] == 404, "nothing else is served")
        alice.ping()


@test("people signed by the offline key are of level 2")
def _():
    with Server() as server:
        alice = server.join("Alice")
        issuer, people, done = (server.path(n) for n in ("issuer", "people.txt", "signed.txt"))
        server.command("org", "issuer", server.path("org.key"), "--output", issuer,
                       "--passphrase-file", server.path("pass"))
        server.command("org", "export", people)
        server.command("org", "sign", issuer, people, "--output", done, "--yes")
        server.command("org", "import", done)
        check(server.command("users", "--plain").strip().split("\t")[8] == "2", "level 2")
        alice.ping()


main()
