#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""People of one company in different networks, brought together by its server."""

import os
import re
import subprocess
import sys
import time

from company import PORT, SERVER, WALL, Company, Site
from lab import Lab, Peer, Process, RpcError, check, main, note, test, wait_until
from names import NameServer
from people import history, say, texts


def two_sites(lab, **options):
    """A company with one person in each of two routed networks, both joined."""
    company = Company(lab, **options)
    one, two = Site(company, 1), Site(company, 2)
    a = one.host("anna").peer("Anna")
    b = two.host("bob").peer("李伟")
    company.join(a, "anna", "Engineer", "Research/Optics")
    company.join(b, "liwei", "工程师", "研发部/光学")
    return company, a, b


def sees(a, b, timeout=10):
    return a.wait_for("person.seen", id=b.id, timeout=timeout)


@test("two subnets: join by invitation, see each other, write, send a file")
def _():
    with Lab() as lab:
        company, a, b = two_sites(lab)
        state = a.call("server.state")
        check(state["name"] == "Example 公司" and state["address"] == "%s:%d" % (SERVER, PORT),
              "name and address: %s" % state)
        sees(a, b)
        sees(b, a)
        person = {p["id"]: p for p in a.call("directory.list")["people"]}[b.id]
        check(person["name"] == "李伟" and person["title"] == "工程师"
              and person["department"] == "研发部/光学" and person["trust"] == "attested"
              and person["level"] == 1, "what the directory says: %s" % person)
        _, took = say(a, b, "第一条消息")
        note("first message after %.0f ms" % (took * 1000))
        check(not b.notifications("message.received")[0].get("request"), "a colleague, no stranger")
        first = a.notifications("message.state")[0]["id"]
        a.wait_for("message.state", id=first, state="delivered")
        check(a.call("link.stats", id=b.id)["path"] == "direct", "directly, no relay")
        answer, took = say(b, a, "hello back")
        note("an answer after %.1f ms" % (took * 1000))
        b.wait_for("message.state", id=answer, state="delivered")
        path = os.path.join(a.host.dir, "plan.bin")
        with open(path, "wb") as f:
            f.write(os.urandom(3000000))
        offer = a.call("file.send", to=b.id, paths=[path])["id"]
        b.wait_for("file.offered", id=offer)
        b.call("file.accept", id=offer, dir=b.host.dir)
        got = b.wait_for("file.done", id=offer, timeout=30)[1]["path"]
        with open(got, "rb") as f, open(path, "rb") as g:
            check(f.read() == g.read(), "the same file")


@test("the line under a name reaches contacts without a channel, and nobody else can read it")
def _():
    with Lab() as lab:
        company, a, b = two_sites(lab)
        sees(a, b)
        for peer, other, text in ((a, b, "so we are contacts"), (b, a, "we are")):
            number, _ = say(peer, other, text)
            # Else there is a reason for a channel after the restart.
            peer.wait_for("message.state", id=number, state="delivered", timeout=20)
        b.quit()
        a.wait_for("person.gone", id=b.id, timeout=20)
        capture = company.backbone.capture()
        mark = a.mark()
        a.call("self.set", presence="busy", status="counting sheep in the meadow")
        b = b.restart()
        b.wait_for("person.changed", id=a.id, status="counting sheep in the meadow", timeout=20)
        check(not b.notifications("link.state"), "no channel was made for it")
        a.call("self.set", presence="busy", status="asleep after all")
        b.wait_for("person.changed", id=a.id, status="asleep after all", timeout=20)
        check(not capture.stop().holds("counting sheep"), "sealed")


@test("join by typed address: the words are compared before anything is sent")
def _():
    with Lab() as lab:
        company = Company(lab)
        a = Site(company, 1).host("anna").peer("Anna")
        where = "%s:%d" % (SERVER, PORT)
        looked = a.call("server.look", address=where)
        check(" ".join(looked["words"]) == company.words, "the words that the server printed")
        company.command("user", "anna", "--name", "Anna")
        secret = lab.path("password")
        with open(secret, "w") as f:
            f.write("correct horse\n")
        company.command("password", "anna", "--passphrase-file", secret)
        for code, params in (
                ("words", {}),
                ("mismatch", {"words": "abandon " * 11 + "about", "login": "anna",
                              "password": "correct horse"}),
                ("credentials", {"words": company.words}),
                ("credentials", {"words": company.words, "login": "anna", "password": "wrong"})):
            try:
                a.call("server.join", address=where, timeout=30, **params)
                check(False, "joined with %s" % params)
            except RpcError as e:
                check(e.error["data"]["code"] == code, "%s for %s" % (e.error, params))
            check(a.call("server.state")["state"] == "none", "as before")
        state = a.call("server.join", address=where, words=company.words, login="anna",
                       password="correct horse", timeout=30)
        check(state["state"] == "online" and state["login"] == "anna", "joined: %s" % state)
        try:
            a.call("server.join", url=company.first_invite)
            check(False, "joined twice")
        except RpcError as e:
            check(e.error["data"]["code"] == "joined", str(e.error))
        a.call("server.leave")
        check(a.call("server.state")["state"] == "none", "left")
        a = a.restart()
        check(a.call("server.state")["state"] == "none", "left for good")


@test("by name: a DNS record leads from the domain to the server, another name to the relay")
def _():
    with Lab() as lab:
        company = Company(lab, relay=True)
        company.set("relay", "address", "relay.example.lan")
        company.command("reload")
        host = Site(company, 1).host("anna")
        names = {"example.lan": "10.9.0.77", "_lanyard-server._tcp.example.lan":
                 "chat.example.lan:%d" % PORT, "chat.example.lan": SERVER,
                 "relay.example.lan": SERVER}
        with NameServer(company.host, SERVER, names, [host]):
            a = host.peer("Anna")
            company.command("user", "anna", "--name", "Anna")
            secret = lab.path("password")
            with open(secret, "w") as f:
                f.write("correct horse\n")
            company.command("password", "anna", "--passphrase-file", secret)
            looked = a.call("server.look", address="example.lan")
            check(" ".join(looked["words"]) == company.words, "the server that the record names")
            state = a.call("server.join", address="example.lan", words=company.words, login="anna",
                           password="correct horse", timeout=30)
            check(state["state"] == "online" and state["address"] == "example.lan:%d" % PORT,
                  "joined: %s" % state)
            a.wait_for("server.state", relay=True)
            # The record is no condition: a name alone leads there as well.
            mark = a.mark()
            looked = a.call("server.look", address="chat.example.lan")
            check(" ".join(looked["words"]) == company.words, "the server of this name")
            check(not a.notifications("server.state", since=mark), "nothing has changed")


def one_shot(host, profile, *arguments):
    """A command for people. Returns (exit code, what it printed)."""
    done = subprocess.run(
        ["ip", "netns", "exec", host.namespace, os.environ["LANYARD_CLI"]] + list(arguments)
        + ["--profile", profile], env=host.environment(), stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)
    return done.returncode, done.stdout.decode()


@test("the commands for people: join, server status, directory, server leave")
def _():
    with Lab() as lab:
        company = Company(lab)
        site = Site(company, 1)
        b = site.host("bob").peer("Bob")
        company.join(b, "bob", "Driver", "Transport")
        host, profile = site.host("anna"), lab.path("anna-profile")
        code, said = one_shot(host, profile, "init", "--name", "Anna")
        check(code == 0, said)
        code, said = one_shot(host, profile, "server", "status")
        check(code == 1 and "join" in said, "no server yet: %d %s" % (code, said))
        code, said = one_shot(host, profile, "join", "%s:%d" % (SERVER, PORT))
        check(code == 1 and "--words" in said, "words are needed: %d %s" % (code, said))
        code, said = one_shot(host, profile, "join", company.invite("anna", "Anna"))
        check(code == 0 and "Example 公司" in said, "joined: %d %s" % (code, said))
        code, said = one_shot(host, profile, "server", "status")
        check(code == 0 and "connected" in said, "connected: %d %s" % (code, said))
        code, said = one_shot(host, profile, "directory")
        check(code == 0 and "Transport" in said and "Bob, Driver  (available)" in said,
              "the directory: %d %s" % (code, said))
        company.kill()
        code, said = one_shot(host, profile, "server", "status")
        check(code == 3 and "does not answer" in said, "away: %d %s" % (code, said))
        code, said = one_shot(host, profile, "directory", "--wait", "0")
        check(code == 0 and "Bob, Driver  (not here)" in said, "kept: %d %s" % (code, said))
        code, said = one_shot(host, profile, "server", "leave")
        check(code == 0, said)
        code, said = one_shot(host, profile, "directory", "--wait", "0")
        check(code == 0 and "Bob" not in said, "forgotten: %d %s" % (code, said))


@test("one-shot send says where the message is: at the server is not delivered")
def _():
    with Lab() as lab:
        company = Company(lab)
        site = Site(company, 1)
        b = Site(company, 2).host("bob").peer("Bob")
        company.join(b, "bob")
        b.quit()
        host, profile = site.host("anna"), lab.path("anna-profile")
        one_shot(host, profile, "init", "--name", "Anna")
        one_shot(host, profile, "join", company.invite("anna", "Anna"))
        code, said = one_shot(host, profile, "send", "Bob", "when you are back", "--wait", "20")
        check(code == 4 and "Left at the server" in said and "Delivered" not in said,
              "%d: %s" % (code, said))
        b = b.restart()
        b.wait_for("message.received", text="when you are back", timeout=20)


def printed(process):
    return b"".join(process.lines.queue).decode()


@test("listen: what another command fetched is shown, what was read on another device is not")
def _():
    with Lab() as lab:
        company = Company(lab)
        site = Site(company, 1)
        a = Site(company, 2).host("anna").peer("Anna")
        company.join(a, "anna")
        host, profile = site.host("bob"), lab.path("bob-profile")
        one_shot(host, profile, "init", "--name", "Bob")
        one_shot(host, profile, "join", company.invite("bob", "Bob"))
        bob = a.wait_for("person.changed", where=lambda p: p["name"] == "Bob", timeout=20)[1]["id"]
        sent = a.call("message.send", to=bob, text="fetched by the way")["id"]
        a.wait_for("message.state", id=sent, state="mailbox", timeout=20)
        code, said = one_shot(host, profile, "directory")
        check(code == 0 and "Anna" in said, said)
        code, said = one_shot(host, profile, "listen", "--wait", "0")
        check("fetched by the way" in said, "what another command fetched: " + said)
        # Read at the desk, linked to a laptop: there it is history and no news.
        desk = Peer(host, "Bob", profile).ready()
        desk.call("message.read", id=sent)
        say(a, desk, "seen at the desk", timeout=20)
        desk.call("message.read", id=history(desk, a.id)[-1]["id"])
        laptop, other = site.host("laptop"), lab.path("laptop-profile")
        linking = Process(laptop, [os.environ["LANYARD_CLI"], "device", "link", "--yes", "--name",
                                   "laptop", "--profile", other])
        code = wait_until(lambda: re.search(r"device add (\S+)", printed(linking)), "a code").group(1)
        desk.call("device.link.join", code=code)
        desk.wait_for("device.link", state="confirm", timeout=20)
        desk.call("device.link.confirm")
        wait_until(lambda: not linking.is_alive(), "it has fetched what was said", 40)
        check("2 messages have come along" in printed(linking), printed(linking))
        code, said = one_shot(laptop, other, "listen", "--wait", "3")
        check("desk" not in said and "fetched" not in said, "no news: " + said)
        code, said = one_shot(laptop, other, "history", "Anna")
        check("seen at the desk" in said and "fetched by the way" in said, "but there: " + said)


@test("the server is killed in mid-conversation: those within reach go on, and merge after")
def _():
    with Lab() as lab:
        company, a, b = two_sites(lab)
        sees(a, b)
        say(a, b, "before")
        say(b, a, "before, too")
        mark = a.mark()
        company.kill()
        a.wait_for("server.state", state="away", since=mark, timeout=20)
        for i in range(20):
            say(a, b, "without a server %d" % i)
            say(b, a, "indeed %d" % i)
        company.start()
        a.wait_for("server.state", state="online", since=mark, timeout=70)
        check(not a.notifications("person.gone", since=mark), "nobody flickered")
        say(a, b, "after")
        wait_until(lambda: texts(a, b.id) == texts(b, a.id), "one and the same history")
        check(len(texts(a, b.id)) == 43, "nothing lost, nothing twice")
        # Somebody starts while it is away: known people and the directory are still there.
        company.kill()
        b = b.restart()
        check(a.id in [p["id"] for p in b.call("directory.list")["people"]], "kept directory")


@test("the recipient is off for the whole sending: gets it once after the start")
def _():
    with Lab() as lab:
        company, a, b = two_sites(lab)
        sees(a, b)
        say(a, b, "while both are here")
        b.quit()
        a.wait_for("person.gone", id=b.id, timeout=20)
        sent = [a.call("message.send", to=b.id, text="for later %d" % i)["id"] for i in range(30)]
        for number in sent:
            a.wait_for("message.state", id=number, state="mailbox", timeout=30)
        b_id, a_id = b.id, a.id
        a.quit()
        b = b.restart()
        for i in range(30):
            b.wait_for("message.received", text="for later %d" % i, timeout=30)
        got = texts(b, a_id, a_id)
        check(sorted(got) == sorted(["while both are here"] + ["for later %d" % i for i in range(30)]),
              "each once: %s" % got)
        a = a.restart()
        for number in sent:
            wait_until(lambda: {m["id"]: m["state"] for m in history(a, b_id)}[number]
                       == "delivered", "delivered after all", 30)
        say(b, a, "thank you")
        check(len(texts(b, a_id, a_id)) == 31, "the link brought nothing twice")


@test("a suspended person loses access at once, and everybody learns it")
def _():
    with Lab() as lab:
        company, a, b = two_sites(lab)
        sees(a, b)
        say(a, b, "hello")
        mark, mark_b = a.mark(), b.mark()
        start = time.monotonic()
        company.command("suspend", "liwei")
        at, _ = a.wait_for("person.changed", id=b.id, trust="revoked", since=mark, timeout=10)
        note("others know after %.0f ms" % ((at - start) * 1000))
        state = b.wait_for("server.state", state="refused", since=mark_b, timeout=10)[1]
        check(state["code"] == "suspended" and state["text"], "told why: %s" % state)
        check(a.call("people.get", id=b.id)["standing"] == "suspended", "suspended, not withdrawn")
        try:
            a.call("message.send", to=b.id, text="no more")
            check(False, "a message to the suspended")
        except RpcError as e:
            check("suspended" in e.error["message"], str(e.error))
        mark = a.mark()
        company.command("resume", "liwei")
        a.wait_for("person.changed", id=b.id, trust="attested", since=mark, timeout=10)


@test("both behind port-restricted NAT: directly")
def _():
    through_nat("restricted", True, "direct")


@test("both behind fully random NAT: by the relay")
def _():
    through_nat("random", True, "relayed")


@test("UDP is blocked at one end: by the relay, over TCP")
def _():
    through_nat("restricted", False, "relayed")


@test("UDP is blocked at both ends: by the relay, over TCP on either side")
def _():
    through_nat("restricted", False, "relayed", far_udp=False)


@test("a path opens during a 200 MB file: from the relay to direct, and the file is whole")
def _():
    with Lab() as lab:
        company = Company(lab, relay=True)
        one, two = Site(company, 1), Site(company, 2)
        one.nft(WALL % (two.subnet, two.subnet))
        a = one.host("anna").peer("Anna")
        b = two.host("bob").peer("Bob")
        company.join(a, "anna")
        company.join(b, "bob")
        a.wait_for("server.state", relay=True)
        b.wait_for("server.state", relay=True)
        sees(a, b)
        say(a, b, "over the relay", timeout=30)
        wait_until(lambda: a.call("link.stats", id=b.id)["path"] == "relayed", "relayed", 20)
        path = os.path.join(a.host.dir, "large.bin")
        with open(path, "wb") as f:
            for _ in range(200):
                f.write(os.urandom(1 << 20))
        offer = a.call("file.send", to=b.id, paths=[path], timeout=60)["id"]
        b.wait_for("file.offered", id=offer, timeout=30)
        b.call("file.accept", id=offer, dir=b.host.dir)
        b.wait_for("file.progress", id=offer, timeout=30, where=lambda p: p["done"] > 4 << 20)
        mark = a.mark()
        one.nft("delete table ip b")
        at, _ = a.wait_for("link.state", peer=b.id, path="direct", since=mark, timeout=60)
        done = b.wait_for("file.progress", id=offer)[1]["done"]
        check(done < 200 << 20, "still under way when the path opened")
        say(a, b, "a word in between", timeout=10)
        got = b.wait_for("file.done", id=offer, timeout=120)[1]["path"]
        check(not a.notifications("file.failed") and not b.notifications("file.failed"), "no failure")
        with open(got, "rb") as f, open(path, "rb") as g:
            check(f.read() == g.read(), "the same file")
        check(len([m for m in history(b, a.id) if m.get("kind") != "file"]) == 2,
              "each message once")


def through_nat(nat, udp, path, far_udp=True):
    with Lab() as lab:
        company = Company(lab, relay=True, relay_to_relay=not udp and not far_udp)
        one, two = Site(company, 1, nat, udp), Site(company, 2, nat, far_udp)
        a = one.host("anna").peer("Anna")
        b = two.host("bob").peer("Bob")
        company.join(a, "anna")
        company.join(b, "bob")
        a.wait_for("server.state", relay=True)
        b.wait_for("server.state", relay=True)
        sees(a, b)
        _, took = say(a, b, "through two routers", timeout=30)
        note("first message after %.0f ms" % (took * 1000))
        wait_until(lambda: a.call("link.stats", id=b.id)["path"] == path, "path is " + path, 20)
        say(b, a, "and back")
        path = os.path.join(a.host.dir, "plan.bin")
        with open(path, "wb") as f:
            f.write(os.urandom(1000000))
        offer = a.call("file.send", to=b.id, paths=[path])["id"]
        b.wait_for("file.offered", id=offer)
        b.call("file.accept", id=offer, dir=b.host.dir)
        b.wait_for("file.done", id=offer, timeout=30)
        times = sorted(say(a, b, "again %d" % i)[1] for i in range(50))
        note("later messages: p50 %.1f ms, p90 %.1f ms" % (times[25] * 1000, times[45] * 1000))


if __name__ == "__main__":
    sys.exit(main())
