#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""What goes further: pinned messages, forwarding, one text for several people, urgent ones, and what a
message said before it was edited.

The other side is lanyard-cli in a second namespace. Pictures are kept in tests/ui/shots of the build
folder, in English and in Chinese.
"""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from desk import Desk, Failed, need, wait  # noqa: E402
from peer import Peer, init  # noqa: E402

STEPS = []
Atspi = None

def step(function):
    STEPS.append(function)
    return function


class Scene:
    def __init__(self, desk, app_class):
        self.desk = desk
        here, self.there = desk.cable()
        self.lin = app_class(desk, "lin-sending", here)
        init(desk, self.lin.profile, "林子墨")
        self.peer = None


@step
def pinned(scene):
    lin = scene.lin.start()
    peer = scene.peer = Peer(scene.desk, scene.there, "李伟", "wei-sending")
    peer.send("林子墨", "The room is B 302")
    lin.open_chat("李伟")
    lin.press("Accept")
    lin.choose(": The room is B 302", "Pin")
    lin.button("Pinned message 1 of 1: The room is B 302")
    sent = peer.call("message.send", to="林子墨", text="Lunch is at noon")["id"]
    peer.event("message.state", id=sent)  # it is on the disk
    peer.call("message.pin", id=sent, on=True)
    lin.press("Pinned message 2 of 2: Lunch is at noon")
    lin.button("Pinned message 1 of 2: The room is B 302")
    peer.call("message.edit", id=sent, text="Lunch is at one")
    lin.row(has=": Lunch is at one")
    lin.shot("sending-pinned")


@step
def earlier_versions(scene):
    lin = scene.lin
    lin.choose(": Lunch is at one", "Earlier Versions")
    lin.label("Lunch is at noon")
    lin.screen_shot("sending-versions")
    lin.key("Escape")


@step
def urgent(scene):
    lin, peer = scene.lin, scene.peer
    lin.write("Please come now")
    lin.press("Send as urgent")
    lin.shot("sending-urgent")
    lin.press("Send")
    got = peer.event("message.received", text="Please come now")
    if not got.get("urgent"):
        raise Failed("it asks for attention: %s" % got)
    lin.find(name="Urgent")


@step
def mention(scene):
    lin, peer = scene.lin, scene.peer
    lin.click(lambda: lin.all(Atspi.Role.TEXT, name="Message")[0])
    lin.type("@")
    lin.row(name="李伟")
    lin.row(name="all")
    lin.screen_shot("sending-mention")
    lin.key("Return")
    wait(lambda: not lin.all(Atspi.Role.LIST_ITEM, name="all"), "that the names are gone")
    lin.type("hello")
    lin.press("Send")
    got = peer.event("message.received", text="@李伟 hello")
    if not got.get("mentions_me"):
        raise Failed("it calls the other: %s" % got)


@step
def forward(scene):
    lin, peer = scene.lin, scene.peer
    lin.choose(": The room is B 302", "Forward…")
    check = lin.find(Atspi.Role.CHECK_BOX, name="李伟")
    check.get_action_iface().do_action(0)
    lin.label("1 chosen")
    lin.screen_shot("sending-forward")
    lin.press("Forward")
    got = peer.event("message.received", text="The room is B 302")
    if got.get("forwarded") != "李伟":
        raise Failed("it says who wrote it first: %s" % got)
    lin.label("Sent to 1 person.")


@step
def to_several(scene):
    lin, peer = scene.lin, scene.peer
    lin.write("For everybody")
    lin.press("Send files")
    lin.press("Send to Several People…")
    lin.find(Atspi.Role.CHECK_BOX, name="李伟").get_action_iface().do_action(0)
    lin.button("Send").get_action_iface()
    wait(lambda: [n for n in lin.all(Atspi.Role.PUSH_BUTTON, name="Send")
                  if n.get_state_set().contains(Atspi.StateType.SENSITIVE)][-1].get_action_iface().do_action(0), "Send")
    peer.event("message.received", text="For everybody")
    lin.close()


@step
def the_same_in_chinese_and_dark(scene):
    lin = scene.lin.start(chinese=True, dark=True)
    lin.open_chat("李伟")
    lin.button("置顶消息 2 / 2：Lunch is at one")
    lin.write("马上来", label="消息")
    lin.button("作为紧急消息发送")
    lin.shot("sending-zh-dark")
    lin.choose(": Lunch is at one", "转发(F)…")
    lin.find(Atspi.Role.CHECK_BOX, name="李伟").get_action_iface().do_action(0)
    lin.label("已选 1 人")
    lin.screen_shot("sending-forward-zh-dark")
    lin.key("Escape")
    lin.stop()


def main():
    need("Xvfb", "dbus-daemon", "openbox", "xdotool", "import", "ip")
    desk = Desk(sys.argv[1], sys.argv[2])
    print("1..%d" % len(STEPS))
    status = 0
    try:
        global Atspi
        from app import App, Atspi  # the bus has to be there first
        scene = Scene(desk, App)
        for number, function in enumerate(STEPS, 1):
            name = function.__name__.replace("_", " ")
            try:
                function(scene)
            except Failed as error:
                print("not ok %d - %s\n# %s" % (number, name, error))
                if scene.lin.process is not None and scene.lin.process.poll() is None:
                    scene.lin.screen_shot("failed-" + scene.lin.name)
                print("Bail out!")
                status = 1
                break
            print("ok %d - %s" % (number, name), flush=True)
    finally:
        desk.close()
    return status


if __name__ == "__main__":
    sys.exit(main())
