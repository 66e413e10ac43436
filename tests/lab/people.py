# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""What several lab tests do with people: meet, become contacts, look at a conversation."""

import time

from lab import check, note, wait_until


def meet(a, b, timeout=10):
    """Waits until each has seen the other. Returns the two moments (monotonic seconds)."""
    return (a.wait_for("person.seen", id=b.id, timeout=timeout)[0],
            b.wait_for("person.seen", id=a.id, timeout=timeout)[0])


def say(a, b, text, timeout=10):
    """a sends, b has it. Returns (message id, seconds until b printed it)."""
    mark = b.mark()
    start = time.monotonic()
    number = a.post("message.send", to=b.id, text=text)
    at, got = b.wait_for("message.received", timeout=timeout, since=mark, text=text)
    check(got["from"] == a.id, "from %s: %s" % (a.person_name, got))
    sent = a.answer(number, "message.send")
    check(sent["id"] == got["id"], "one id on both sides")
    return got["id"], at - start


def befriend(a, b):
    """Makes the two contacts: each has written to the other."""
    meet(a, b)
    one, _ = say(a, b, "hello from " + a.person_name)
    two, _ = say(b, a, "hello from " + b.person_name)
    a.wait_for("message.state", id=one, state="delivered")
    b.wait_for("message.state", id=two, state="delivered")


def history(peer, other_id):
    """The whole conversation, oldest first, read in pages."""
    rows = []
    before = None
    while True:
        params = {"peer": other_id, "limit": 100}
        if before:
            params["before"] = before
        page = peer.call("history.list", **params)["messages"]
        known = {r["id"] for r in rows}
        new = [r for r in page if r["id"] not in known]
        if not new:
            return rows
        rows = new + rows
        before = rows[0]["id"]


def texts(peer, other_id, author_id=None):
    return [r["text"] for r in history(peer, other_id)
            if author_id is None or r["from"] == author_id]


def trust(peer, other_id):
    return peer.call("people.get", id=other_id)["trust"]


def wait_path(peer, other_id, timeout=10):
    """Waits until a link to the other is up; returns its statistics."""
    return wait_until(lambda: (lambda s: s if s.get("state") in ("up", "ready", "connected") else None)(
        peer.call("link.stats", id=other_id)), "a link", timeout)


def link(old, new, name="laptop", **options):
    """Links @new to @old by the typed code; @new's program goes on as the person."""
    begun = new.call("device.link.begin", name=name)
    check(len(begun["code"].replace("-", "")) == 26, "26 characters: %s" % begun["code"])
    check(begun["qr"].startswith("LYL1:"), "a QR text")
    start = time.monotonic()
    old.call("device.link.join", code=begun["code"], **options)
    for peer in (old, new):
        peer.wait_for("device.link", state="confirm", timeout=20)
    note("met %.2f s after the code was given" % (time.monotonic() - start))
    check(old.call("device.link.state")["device"] == name, "the new one's name is shown")
    check(new.call("device.link.state")["person"] == old.call("self.get")["name"], "whose it becomes")
    mark = new.mark()
    new.call("device.link.confirm")
    old.call("device.link.confirm")
    old.wait_for("device.link", state="done", timeout=20)
    new.wait_for("ready", since=mark, id=old.id, timeout=20)
    new._id = None
    check(new.id == old.id, "the same person on both")
    return new
