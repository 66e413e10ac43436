#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""What is done with messages between two programs: reply, edit, recall, react, pin, forward."""

import subprocess

from lab import Lab, RpcError, check, main, test, wait_until
from people import befriend, history, say

THUMB = "\U0001f44d"


def same(a, b):
    """Both programs show the same messages, but for their states and whose they are."""
    def plain(row):
        row = {k: v for k, v in row.items() if k not in ("state", "mentions_me", "request")}
        row["reactions"] = [(r["emoji"], r["people"]) for r in row.get("reactions", [])]
        return row
    return [plain(r) for r in history(a, b.id)] == [plain(r) for r in history(b, a.id)]


@test("edit, recall, react, pin, reply and forward, seen by both")
def _():
    with Lab() as lab:
        _, (one, two) = lab.office(["one", "two"], avahi=False)
        a = one.peer("Anna")
        b = two.peer("Bert")
        befriend(a, b)
        first, _ = say(a, b, "the contract is redy")
        op = a.call("message.edit", id=first, text="the contract is ready")["id"]
        b.wait_for("message.changed", id=first, text="the contract is ready")
        a.wait_for("message.state", id=op, state="delivered")
        edits = b.call("message.edits", id=first)["edits"]
        check([e["text"] for e in edits] == ["the contract is redy", "the contract is ready"], edits)

        b.call("message.react", id=first, emoji=THUMB)
        _, got = a.wait_for("message.changed", id=first, where=lambda p: "reactions" in p)
        check(got["reactions"] == [{"emoji": THUMB, "count": 1, "own": False, "people": [b.id]}], got)
        a.call("message.react", id=first, emoji=THUMB)
        b.wait_for("message.changed", id=first,
                   where=lambda p: p.get("reactions", [{}])[0].get("count") == 2)
        b.call("message.react", id=first, emoji=THUMB, on=False)
        a.wait_for("message.changed", id=first,
                   where=lambda p: [r["people"] for r in p.get("reactions", [])] == [[a.id]])

        answer = b.call("message.reply", id=first, text="thanks @Anna", mentions=[a.id], urgent=True)
        _, got = a.wait_for("message.received", id=answer["id"])
        check(got["quote"] == {"id": first, "text": "the contract is ready", "from": a.id}, got)
        check(got["urgent"] and got["mentions_me"], got)

        a.call("message.pin", id=answer["id"])
        b.wait_for("message.changed", id=answer["id"], pinned=True)
        check([m["id"] for m in b.call("message.pinned", peer=a.id)["messages"]] == [answer["id"]], "pin")
        b.call("message.pin", id=answer["id"], on=False)
        a.wait_for("message.changed", id=answer["id"], where=lambda p: "pinned" not in p)

        copy = b.call("message.forward", id=first, to=[a.id])["ids"][0]
        _, got = a.wait_for("message.received", id=copy, text="the contract is ready")
        check(got["forwarded"] == "Anna", got)

        a.call("message.recall", id=first)
        _, got = b.wait_for("message.changed", id=first, recalled=True)
        check(got["text"] == "" and "reactions" not in got, got)
        check(b.call("message.edits", id=first)["edits"] == [], "nothing of it is left to see")
        wait_until(lambda: same(a, b), "both show the same", 5)


@test("what one may not do to a message is refused, and nothing leaves")
def _():
    with Lab() as lab:
        _, (one, two) = lab.office(["one", "two"], avahi=False)
        a = one.peer("Anna")
        b = two.peer("Bert")
        befriend(a, b)
        first, _ = say(a, b, "mine")
        for peer, method, params, code in (
                (b, "message.edit", {"id": first, "text": "yours"}, "invalid"),
                (b, "message.recall", {"id": first}, "invalid"),
                (a, "message.edit", {"id": first, "text": ""}, "invalid"),
                (a, "message.edit", {"id": "0" * 31 + "1", "text": "x"}, "not-found"),
                (a, "message.edit", {"id": "x", "text": "x"}, "invalid"),
                (a, "message.edit", {"id": first}, "params"),
                (b, "message.react", {"id": first, "emoji": "words"}, "invalid"),
                (b, "message.react", {"id": first, "emoji": "\u202e"}, "invalid"),
                (b, "message.react", {"id": first, "emoji": THUMB, "on": 1}, "params"),
                (b, "message.reply", {"id": first, "text": "x", "mentions": ["me"]}, "invalid"),
                (b, "message.forward", {"id": first, "to": []}, "params"),
                (b, "message.pin", {"id": first, "from": "nobody here"}, "not-found"),
                (a, "message.send", {"to": [b.id, "nobody here"], "text": "x"}, "not-found")):
            try:
                result = peer.call(method, **params)
            except RpcError as e:
                check(e.error["data"]["code"] == code, "%s %s: %s" % (method, params, e.error))
            else:
                check(False, "%s %s: %s" % (method, params, result))
        check(len(history(b, a.id)) == 3, "nothing came")
        check(history(b, a.id)[2]["text"] == "mine", "as it was")


@test("said while the other was away, and by commands of one shot")
def _():
    with Lab() as lab:
        _, (one, two) = lab.office(["one", "two"], avahi=False)
        a = one.peer("Anna")
        b = two.peer("Bert")
        befriend(a, b)
        first, _ = say(a, b, "first")
        b.kill()
        a.call("message.edit", id=first, text="second")
        a.call("message.react", id=first, emoji=THUMB)
        b = b.restart()
        wait_until(lambda: same(a, b) and history(b, a.id)[-1]["text"] == "second",
                   "what was said meanwhile came", 15)
        a.quit()
        done = subprocess.run(
            ["ip", "netns", "exec", one.namespace, lab.cli(), "edit", "--profile", a.profile,
             "--no-mdns", first, "third"], env=one.environment(), timeout=20, stdout=subprocess.PIPE)
        check(done.returncode == 0, "exit code %d: %s" % (done.returncode, done.stdout))
        b.wait_for("message.changed", id=first, text="third")


main()
