#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""Files in groups: one record, fetched from every member who has it. Real programs, no server."""

import os
import subprocess

from filelab import MIB, digest, inbox, listing, make_file
from lab import Lab, check, main, test, wait_until
from people import befriend, history

NAMES = ("Anna", "Bert", "Cleo", "Dora")


def known(peers, number, n):
    for peer in peers:
        wait_until(lambda: any(g["id"] == number and g["members"] == n for g in peer.call("group.list")["groups"]),
                   "%s knows the group" % peer.label(), 20)


def group(lab, n, late=0, **more):
    """Anna knows all; they do not know each other. The last ones are not in the group yet."""
    _, hosts = lab.office(["h%d" % i for i in range(n + late)])
    peers = [h.peer(name) for h, name in zip(hosts, NAMES)]
    for other in peers[1:]:
        befriend(peers[0], other)
    number = peers[0].call("group.create", name="Design", people=[p.id for p in peers[1:n]], **more)["id"]
    known(peers[:n], number, n)
    return number, peers


def offered(peer, number, group_id):
    _, got = peer.wait_for("file.offered", id=number, timeout=30)
    check(got["group"] == group_id, got)
    return got


def take(peer, number, box):
    peer.call("file.accept", id=number, dir=box)
    return peer.wait_for("file.done", id=number, timeout=60)[1]["path"]


def shown(peer, group_id, number):
    return [r for r in history(peer, group_id) if r["id"] == number][0]["file"]


@test("one record for all; the sender is off once one has it, and the others get it from that one")
def _():
    with Lab() as lab:
        number_of_group, (a, b, c, d) = group(lab, 4)
        path = make_file(lab, "plan.bin", 12 * MIB)
        number = a.call("file.send", to=number_of_group, paths=[path])["id"]
        for peer in (b, c, d):
            file = offered(peer, number, number_of_group)
            check(file["name"] == "plan.bin" and file["size"] == 12 * MIB and "request" not in file, file)
        check(digest(take(b, number, inbox(lab))) == digest(path), "the first has it")
        wait_until(lambda: shown(a, number_of_group, number).get("fetched") == 1, "the sender sees who has it", 10)
        check(shown(a, number_of_group, number)["members"] == 3, shown(a, number_of_group, number))
        check(len([r for r in history(a, number_of_group) if "file" in r]) == 1, "one row at the sender's")
        a.quit()
        for peer in (c, d):
            check(digest(take(peer, number, inbox(lab))) == digest(path), "the others have it from the first")
        # A member who was asked while the author was away is known to have it when they meet again.
        a = a.restart()
        wait_until(lambda: shown(a, number_of_group, number)["state"] == "done", "all have it", 30)
        check(shown(a, number_of_group, number)["fetched"] == 3, shown(a, number_of_group, number))


@test("a member sends a folder from the command line; a newcomer gets it too; cancelled, nobody gets it")
def _():
    with Lab() as lab:
        number_of_group, (a, b, c, late) = group(lab, 3, late=1, history=True)
        top = os.path.join(lab.path("%d-out" % lab.serial()), "photos")
        os.makedirs(os.path.join(top, "deep"))
        for name in ("one.jpg", "deep/two.jpg"):
            with open(os.path.join(top, name), "wb") as f:
                f.write(os.urandom(MIB + 77))
        b.quit()
        done = subprocess.run(["ip", "netns", "exec", b.host.namespace, lab.cli(), "send-file", "Design", top,
                               "--wait", "8", "--profile", b.profile, "--no-mdns"], env=b.host.environment(),
                              timeout=60, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        check(b"Offered" in done.stdout, "%d %s" % (done.returncode, done.stdout))
        b = b.restart()
        number = wait_until(lambda: [r["id"] for r in history(c, number_of_group) if "file" in r], "c has the row",
                            30)[0]
        box = inbox(lab)
        take(c, number, box)
        check(listing(os.path.join(box, "photos")).keys() == listing(top).keys(), "the folder as it was")
        a.call("group.invite", id=number_of_group, people=[late.id])
        known((a, b, c, late), number_of_group, 4)
        wait_until(lambda: [r for r in history(late, number_of_group) if r["id"] == number], "the row is there", 20)
        box = inbox(lab)
        take(late, number, box)
        check(listing(os.path.join(box, "photos")).keys() == listing(top).keys(), "and a newcomer has it")
        path = make_file(lab, "secret.bin", MIB)
        number = c.call("file.send", to=number_of_group, paths=[path])["id"]
        for peer in (a, b, late):
            offered(peer, number, number_of_group)
        c.call("file.cancel", id=number)
        for peer in (a, b, late):
            wait_until(lambda: shown(peer, number_of_group, number)["state"] == "cancelled", "withdrawn", 20)


main()
