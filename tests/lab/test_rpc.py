#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""What is wrong on standard input is answered with an error, and nothing else happens."""

import json
import subprocess
import sys

from lab import Failure, Lab, RpcError, check, main, test
from people import befriend

NOBODY = "0" * 64
NO_MESSAGE = "1" * 32


def refused(who_asks, error_code, rpc_method, /, **params):
    try:
        result = who_asks.call(rpc_method, **params)
    except RpcError as e:
        check(e.error["data"]["code"] == error_code,
              "%s %s: %s" % (rpc_method, str(params)[:80], e.error))
        check(len(e.error["message"]) > 8, "a sentence: %s" % e.error)
    else:
        raise Failure("%s %s: %s" % (rpc_method, str(params)[:80], result))


@test("wrong parameters of every method")
def _():
    with Lab() as lab:
        _, (one, two) = lab.office(["one", "two"], avahi=False)
        a = one.peer("Anna")
        b = two.peer("Bert")
        befriend(a, b)
        for who in (NOBODY, "", "x", a.id, "\u202e", "A" * 500000):
            for method, key, more in (
                    ("people.get", "id", {}), ("people.accept", "id", {}),
                    ("people.block", "id", {"on": True}), ("people.remove", "id", {}),
                    ("peer.verify", "id", {"number": "1" * 60}), ("peer.verify", "id", {}),
                    ("message.send", "to", {"text": "x"}), ("typing.set", "to", {}),
                    ("history.list", "peer", {"limit": 5}), ("link.stats", "id", {}),
                    ("file.send", "to", {"paths": ["/etc/hostname"]}),
                    ("people.merge", "old", {"new": b.id})):
                refused(a, "not-found", method, **{key: who}, **more)
        refused(a, "invalid", "people.merge", old=b.id, new=b.id)
        for method in ("file.accept", "file.decline", "file.cancel"):
            refused(a, "not-found", method, id=NO_MESSAGE, dir="/tmp")
        for method, params in (
                ("people.get", {}), ("people.get", {"id": 5}), ("people.get", {"id": b.id, "language": 1}),
                ("people.block", {"id": b.id, "on": "no"}), ("typing.set", {"to": b.id, "on": 1}),
                ("self.set", {"hidden": "yes"}), ("self.set", {"presence": "offline"}),
                ("self.set", {"name": 5}), ("history.list", {"peer": b.id, "limit": "5"}),
                ("history.list", {"peer": b.id, "limit": 0}), ("history.list", {"peer": b.id, "before": 1}),
                ("message.send", {"to": b.id}), ("message.send", {"to": b.id, "text": None}),
                ("file.send", {"to": b.id, "paths": []}), ("file.send", {"to": b.id, "paths": [5]}),
                ("peer.verify", {"id": b.id}), ("peer.verify", {"id": b.id, "number": 5})):
            refused(a, "params", method, **params)
        for text in ("", "x" * 50000, "字" * 20000):
            refused(a, "invalid", "message.send", to=b.id, text=text)
        check(not a.call("people.get", id=b.id)["blocked"], "not blocked by a wrong parameter")

        # Changes that follow each other do not undo each other.
        a.call("self.set", status="out for lunch")
        a.call("self.set", presence="busy")
        b.wait_for("person.changed", id=a.id, presence="busy", status="out for lunch")


@test("what cannot be done now is refused with a word and a sentence")
def _():
    with Lab() as lab:
        _, (one, two) = lab.office(["one", "two"], avahi=False)
        a = one.peer("Anna")
        b = two.peer("Bert")
        befriend(a, b)
        refused(b, "not-found", "message.read", id=NO_MESSAGE)
        refused(b, "invalid", "message.read", id="x")
        for address in (":", "", "host:", "host:0", "host:99999", "10.0.0.1:99999", "[::1", "[x]:5",
                        "a b:5", "host:5:6", "-x", "host/5", "x" * 300):
            refused(a, "invalid", "address.add", address=address)
        for address in ("10.81.0.77", "10.81.0.77:4000", "[fe80::1]:4000", "printer.example:4000"):
            a.call("address.add", address=address)

        sent = a.call("file.send", to=b.id, paths=["/etc/hostname"])["id"]
        b.wait_for("file.offered", id=sent)
        for method in ("file.accept", "file.decline"):
            refused(a, "invalid", method, id=sent, dir="/tmp")
        b.call("file.decline", id=sent)
        b.wait_for("file.failed", id=sent, code="declined")
        for method in ("file.accept", "file.decline", "file.cancel"):
            refused(b, "invalid", method, id=sent, dir="/tmp")


@test("beside another program, too, what was asked before the end is answered")
def _():
    with Lab() as lab:
        host = lab.host("one")
        a = host.peer("Anna", "--no-mdns", "--no-broadcast")
        lines = [json.dumps({"jsonrpc": "2.0", "id": i, "method": "history.list",
                             "params": {"peer": a.id}}) for i in range(200)]
        lines.insert(100, "{")
        done = subprocess.run(
            ["ip", "netns", "exec", host.namespace, lab.cli(), "run", "--profile", a.profile],
            env=host.environment(), timeout=20, input="\n".join(lines).encode() + b"\n",
            stdout=subprocess.PIPE)
        check(done.returncode == 0, "exit code %d" % done.returncode)
        answers = [o for o in map(json.loads, done.stdout.splitlines()) if "method" not in o]
        check(sorted(o["id"] for o in answers if o["id"] is not None) == list(range(200)),
              "all answered: %d" % len(answers))
        check(sum(o["id"] is None for o in answers) == 1, "and what could not be read")


@test("an interface that is not there")
def _():
    with Lab() as lab:
        host = lab.host("one")
        a = host.peer("Anna", "--no-mdns", "--no-broadcast")
        a.quit()
        for name, code in (("nosuch0", 2), ("nos*", 2), ("lo", 0), ("l*", 0)):
            done = subprocess.run(
                ["ip", "netns", "exec", host.namespace, lab.cli(), "id", "--profile", a.profile,
                 "--interface", name], env=host.environment(), timeout=20, stdout=subprocess.PIPE,
                stderr=subprocess.PIPE)
            check(done.returncode == code, "%s: %d %s" % (name, done.returncode, done.stderr))
            check(code == 0 or name.encode() in done.stderr, done.stderr)


@test("what was asked before the end of input is answered")
def _():
    with Lab() as lab:
        host = lab.host("one")
        a = host.peer("Anna", "--no-mdns", "--no-broadcast")
        a.quit()
        lines = [json.dumps({"jsonrpc": "2.0", "id": i, "method": "self.get"}) for i in range(500)]
        lines.append(json.dumps({"jsonrpc": "2.0", "id": 500, "method": "link.stats",
                                 "params": {"id": NOBODY}}))
        done = subprocess.run(
            ["ip", "netns", "exec", host.namespace, lab.cli(), "run", "--profile", a.profile,
             "--no-mdns", "--no-broadcast"], env=host.environment(), timeout=20,
            input="\n".join(lines).encode() + b"\n", stdout=subprocess.PIPE)
        check(done.returncode == 0, "exit code %d" % done.returncode)
        answers = [json.loads(line).get("id") for line in done.stdout.splitlines()]
        check([i for i in answers if i is not None] == list(range(501)), "all answered, in order")


@test("arguments that are not text")
def _():
    with Lab() as lab:
        host = lab.host("one")
        a = host.peer("Anna", "--no-mdns", "--no-broadcast")
        done = subprocess.run(
            ["ip", "netns", "exec", host.namespace, lab.cli(), "send", "--profile", a.profile,
             NOBODY, b"\xff\xfe"], env=host.environment(), timeout=20, stderr=subprocess.PIPE)
        check(done.returncode == 2 and b"UTF-8" in done.stderr, done.stderr)


if __name__ == "__main__":
    sys.exit(main())
