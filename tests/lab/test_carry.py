#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""C11: mail for the absent, carried by a colleague's computer."""

from lab import Lab, check, main, test, wait_until
from people import befriend, texts


def office(lab):
    """Anna writes to Bert; Carla knows both and carries."""
    _, hosts = lab.office(["one", "two", "three"])
    a, b, c = [host.peer(name) for host, name in zip(hosts, ["Anna", "Bert", "Carla"])]
    befriend(a, b)
    befriend(a, c)
    befriend(b, c)
    c.call("carry.set", on=True)
    wait_until(lambda: c.call("carry.get")["on"], "Carla carries")
    return a, b, c


def write_carried(a, b, text):
    """Anna writes to Bert, who is off; returns the message's id once somebody carries it."""
    message = a.call("message.send", to=b.id, text=text)["id"]
    state = a.wait_for("message.state", id=message, state="carried")[1]
    check(state["carrier"] == "Carla", "by whom: %s" % state)
    return message


@test("a letter reaches its reader through a colleague, once, and its writer learns of it")
def _():
    with Lab() as lab:
        a, b, c = office(lab)
        b.quit()
        message = write_carried(a, b, "Das Angebot liegt im Fach 青鸟")
        row = a.call("message.get", id=message)
        check(row["state"] == "carried" and row["carrier"] == "Carla", "shown so: %s" % row)
        wait_until(lambda: c.call("carry.get")["letters"] == 1, "one letter is with Carla")
        a.quit()
        c = c.restart()  # what it took is on its disk
        wait_until(lambda: c.call("carry.get")["letters"] == 1, "kill -9 takes nothing")
        b = b.restart()
        b.wait_for("message.received", id=message)
        wait_until(lambda: c.call("carry.get")["letters"] == 0, "Carla deletes it")
        b.quit()
        a = a.restart()
        wait_until(lambda: a.call("message.get", id=message)["state"] == "delivered",
                   "Anna learns of it from Carla")
        b = b.restart()
        second = a.call("message.send", to=b.id, text="und noch etwas")["id"]
        a.wait_for("message.state", id=second, state="delivered")
        check(texts(b, a.id, a.id)[1:] == ["Das Angebot liegt im Fach 青鸟", "und noch etwas"],
              "each once, in order: %s" % texts(b, a.id, a.id))


@test("without consent nobody carries anything")
def _():
    with Lab() as lab:
        a, b, c = office(lab)
        c.call("carry.set", on=False)
        b.quit()
        message = a.call("message.send", to=b.id, text="stays here")["id"]
        other = a.call("message.send", to=c.id, text="does this arrive?")["id"]
        a.wait_for("message.state", id=other, state="delivered")
        check(c.call("carry.get") == {"on": False, "letters": 0, "bytes": 0}, "nothing is held")
        check(a.call("message.get", id=message)["state"] == "queued", "it waits on this computer")


@test("what is written in a group is carried to its absent member, by somebody who is not in it")
def _():
    with Lab() as lab:
        a, b, c = office(lab)
        group = a.call("group.create", name="Optik", people=[b.id])["id"]
        first = a.call("message.send", to=group, text="Guten Morgen")["id"]
        a.wait_for("message.state", id=first, state="delivered")
        b.quit()
        a.wait_for("person.gone", id=b.id, timeout=30)
        message = a.call("message.send", to=group, text="Das Angebot liegt im Fach 青鸟")["id"]
        state = a.wait_for("message.state", id=message, state="carried", timeout=40)[1]
        check(state["carrier"] == "Carla", "by whom: %s" % state)
        row = a.call("message.get", id=message)
        check(row["state"] == "carried" and row["carrier"] == "Carla", "shown so: %s" % row)
        a.quit()
        b = b.restart()
        b.wait_for("message.received", id=message, timeout=40)
        wait_until(lambda: c.call("carry.get")["letters"] == 0, "Carla deletes it")
        b.quit()
        a = a.restart()
        wait_until(lambda: a.call("message.get", id=message)["state"] == "delivered",
                   "Anna learns of it from Carla", 40)
        check(c.call("group.list")["groups"] == [], "Carla never heard of the group")


main()
