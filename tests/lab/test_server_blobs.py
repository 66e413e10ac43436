#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""Files for somebody who is away, left sealed with the company's server."""

import glob
import os
import sqlite3
import sys

from company import Company, Site
from lab import Lab, check, main, test, wait_until
from people import say

SLOW = float(os.environ.get("LANYARD_TEST_SLOW", "1"))
WAIT = 40 * SLOW
MARK = "the merger with Globex is off"


class Shelf:
    """The server's database, looked at and tampered with from outside."""

    def __init__(self, company):
        self.company = company

    def ask(self, words, *values):
        db = sqlite3.connect(os.path.join(self.company.state, "server.db"), timeout=30)
        try:
            with db:
                return db.execute(words, values).fetchall()
        finally:
            db.close()

    def sizes(self):
        return sorted(size for (size,) in self.ask("SELECT size FROM blob WHERE complete"))

    def root_near(self, size):
        """Whose sealed size is that of a file of `size` bytes."""
        (root,), = self.ask("SELECT root FROM blob WHERE size BETWEEN ? AND ? * 1.15 + 1024", size, size)
        return root

    def again(self, *changes):
        """The server is killed, these are made, it starts."""
        self.company.kill()
        for change in changes:
            self.ask(*change)
        self.company.start()


def company_of_two(lab):
    """Two in different networks, of whom the second has gone after a few words."""
    company = Company(lab)
    a = Site(company, 1).host("anna").peer("Anna")
    b = Site(company, 2).host("bob").peer("Bob")
    company.join(a, "anna")
    company.join(b, "bob")
    a.wait_for("person.seen", id=b.id, timeout=WAIT)
    b.wait_for("person.seen", id=a.id, timeout=WAIT)
    for peer, other in ((a, b), (b, a)):
        number, _ = say(peer, other, "hello", timeout=WAIT)
        peer.wait_for("message.state", id=number, state="delivered", timeout=WAIT)
    b.quit()
    a.wait_for("person.gone", id=b.id, timeout=WAIT)
    return company, Shelf(company), a, b


def make(peer, name, size, head=b""):
    path = os.path.join(peer.host.dir, name)
    with open(path, "wb") as f:
        f.write(head + os.urandom(size - len(head)))
    return path


def send(a, b, path):
    return a.call("file.send", to=b.id, paths=[path])["id"]


def is_at(peer, number, state):
    peer.wait_for("file.progress", id=number, at_server=state, timeout=WAIT)


def content(path):
    with open(path, "rb") as f:
        return f.read()


def take(b, number, path):
    got = b.wait_for("file.done", id=number, timeout=WAIT)[1]["path"]
    check(got != path and content(got) == content(path), "the same bytes: %s" % got)


def accept(b, *numbers):
    for number in numbers:
        b.wait_for("file.offered", id=number, timeout=WAIT)
        b.call("file.accept", id=number, dir=b.host.dir)


def not_readable(company, *texts):
    """None of these stands in anything that the server wrote."""
    said = company.process.errors().encode()
    files = [p for p in glob.glob(os.path.join(company.state, "**"), recursive=True)
             if os.path.isfile(p)]
    check(files, "the server has files")
    for text in texts:
        for form in (text.encode(), text.encode("utf-16-le"), text.encode().hex().encode()):
            check(form not in said, "%r stands in the log" % text)
            for path in files:
                check(form not in content(path), "%r stands in %s" % (text, path))


@test("left by one, fetched by the other while the first is away: bytes equal, sealed meanwhile, deleted after")
def _():
    with Lab() as lab:
        company, shelf, a, b = company_of_two(lab)
        path = make(a, "merger-plan-globex.bin", 700001, MARK.encode() * 40)
        folder = os.path.join(a.host.dir, "dossier")
        os.makedirs(os.path.join(folder, "deep"))
        for name in ("a.bin", "deep/letters-of-smith.bin"):
            os.rename(make(a, "one", 90000), os.path.join(folder, name))
        a.call("message.send", to=b.id, text=MARK)
        numbers = [send(a, b, path), send(a, b, folder)]
        for number in numbers:
            is_at(a, number, "there")
        check(len(shelf.sizes()) == 2, "two blobs: %s" % shelf.sizes())
        not_readable(company, MARK, "merger-plan", "letters-of-smith", "dossier")
        a_id = a.id
        a.quit()
        b = b.restart()
        b.wait_for("message.received", text=MARK, timeout=WAIT)
        accept(b, *numbers)
        take(b, numbers[0], path)
        got = b.wait_for("file.done", id=numbers[1], timeout=WAIT)[1]["path"]
        for name in ("a.bin", "deep/letters-of-smith.bin"):
            check(content(os.path.join(got, name)) == content(os.path.join(folder, name)), name)
        check(all(p["id"] != a_id for p in b.notifications("person.seen")), "the sender is away")
        a = a.restart()
        for number in numbers:
            a.wait_for("file.done", id=number, timeout=WAIT)
        wait_until(lambda: shelf.sizes() == [], "nothing is left there", WAIT)
        not_readable(company, MARK, "merger-plan", "letters-of-smith", "dossier")


@test("server, sender and receiver are killed on the way: it goes on where it was")
def _():
    with Lab() as lab:
        company, shelf, a, b = company_of_two(lab)
        path = make(a, "long.bin", 12000000)
        number = send(a, b, path)
        wait_until(lambda: shelf.ask("SELECT have FROM blob WHERE have > 0"), "it begins", WAIT)
        shelf.again()
        (root, have), = shelf.ask("SELECT root, have FROM blob")
        a.kill()
        a = a.restart()
        is_at(a, number, "there")
        (same, whole, size), = shelf.ask("SELECT root, have, size FROM blob")
        check(same == root and whole == size >= have > 0, "the same one went on")
        a.quit()
        b = b.restart()
        accept(b, number)
        b.wait_for("file.progress", id=number, where=lambda p: p["done"] > 0, timeout=WAIT)
        b.kill()
        b = b.restart()
        take(b, number, path)


@test("too large, no room, taken back, corrupt and gone: each is said, and in the end it comes directly")
def _():
    with Lab() as lab:
        company, shelf, a, b = company_of_two(lab)
        sizes = {"corrupt": 100000, "gone": 200000, "back": 300000, "late": 400000}
        paths = {name: make(a, name + ".bin", size) for name, size in sizes.items()}
        paths["large"] = os.path.join(a.host.dir, "large.bin")
        with open(paths["large"], "wb") as f:
            f.truncate(65 << 20)
        numbers = {name: send(a, b, paths[name]) for name in ("corrupt", "gone", "back", "large")}
        is_at(a, numbers["large"], "too-big")
        for name in ("corrupt", "gone", "back"):
            is_at(a, numbers[name], "there")
        a.call("file.cancel", id=numbers["back"])
        wait_until(lambda: len(shelf.sizes()) == 2, "taken back", WAIT)
        shelf.ask("INSERT INTO blob SELECT uid, zeroblob(32), 256 << 20, 0, 0, expires_ms FROM blob"
                  " LIMIT 1")
        numbers["late"] = send(a, b, paths["late"])
        is_at(a, numbers["late"], "no-room")
        mark = a.mark()
        shelf.again(("DELETE FROM blob WHERE root = zeroblob(32)",))
        a.wait_for("file.progress", id=numbers["late"], at_server="there", timeout=WAIT, since=mark)
        a.quit()
        shelf.again(("UPDATE blob_piece SET data = zeroblob(length(data)) WHERE root = ?"
                     " AND offset = 32768", shelf.root_near(sizes["corrupt"])),
                    ("UPDATE blob SET expires_ms = 1 WHERE root = ?", shelf.root_near(sizes["gone"])))
        b = b.restart()
        accept(b, numbers["corrupt"], numbers["gone"], numbers["late"])
        is_at(b, numbers["corrupt"], "broken")
        is_at(b, numbers["gone"], "gone")
        take(b, numbers["late"], paths["late"])
        check(all(p["id"] != numbers["corrupt"] for p in b.notifications("file.done")),
              "nothing of it was kept")
        a = a.restart()
        for name in ("corrupt", "gone"):
            take(b, numbers[name], paths[name])
        wait_until(lambda: shelf.sizes() == [], "nothing is left there", WAIT)


if __name__ == "__main__":
    sys.exit(main())
