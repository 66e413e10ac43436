#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""What is done with messages in the window: answer, edit, react, pin, take back.

The other side is lanyard-cli in a second namespace. Pictures are kept in tests/ui/shots of the build
folder, in English and in Chinese.
"""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from desk import Desk, Failed, need, run, wait  # noqa: E402
from peer import Peer, init  # noqa: E402

THUMB = "\U0001f44d"
STEPS = []
Atspi = None


def step(function):
    STEPS.append(function)
    return function


class Scene:
    def __init__(self, desk, app_class):
        self.desk = desk
        here, there = desk.cable()
        self.lin = app_class(desk, "lin-operations", here)
        init(desk, self.lin.profile, "林子墨")
        self.there = there
        self.peer = None
        self.id = None


def write(lin, text):
    """Types where the focus is, which is the field by now."""
    lin.activate()
    run("xdotool", "type", "--clearmodifiers", text, check=False)


@step
def answer(scene):
    lin = scene.lin.start()
    peer = scene.peer = Peer(scene.desk, scene.there, "李伟", "wei-operations")
    peer.send("林子墨", "The contract is redy for you")
    scene.id = peer.event("message.state")["id"]
    lin.open_chat("李伟")
    lin.press("Accept")
    lin.choose(": The contract is redy", "Answer")
    lin.find(name="Answer to 李伟")
    write(lin, "thank you")
    lin.shot("operations-answering")
    lin.press("Send")
    got = peer.event("message.received", text="thank you")
    if got.get("quote", {}).get("text") != "The contract is redy for you":
        raise Failed("the answer names what it answers: %s" % got)
    wait(lambda: not lin.all(name="Answer to 李伟"), "that the bar is gone")
    scene.own = got["id"]


@step
def what_the_other_does(scene):
    lin, peer = scene.lin, scene.peer
    peer.call("message.edit", id=scene.id, text="The contract is ready for you")
    lin.row(has=": The contract is ready for you")
    lin.find(name="edited")
    peer.call("message.react", id=scene.own, emoji=THUMB)
    lin.button(THUMB + " 1")
    lin.press(THUMB + " 1")
    lin.button(THUMB + " 2")
    peer.event("message.changed", id=scene.own)
    peer.call("message.send", to="林子墨", text="Please sign today", urgent=True)
    lin.find(name="Urgent")
    lin.shot("operations")
    lin.click(lambda: lin.all(Atspi.Role.LIST_ITEM, has=": thank you")[-1], button=3)
    lin.find(name="Take Back")
    lin.screen_shot("operations-menu")
    lin.key("Escape")


@step
def edit_pin_and_take_back(scene):
    lin, peer = scene.lin, scene.peer
    lin.choose(": thank you", "Edit")
    lin.find(name="Edit message")
    lin.key("ctrl+a")
    write(lin, "thanks, this afternoon")
    lin.shot("operations-editing")
    lin.press("Send")
    peer.event("message.changed", id=scene.own, text="thanks, this afternoon")
    lin.choose(": thanks, this afternoon", "Pin")
    lin.find(name="edited, pinned")
    lin.choose(": thanks, this afternoon", "Take Back")
    peer.event("message.changed", id=scene.own, recalled=True)
    lin.find(name="You took this message back.")
    lin.shot("operations-recalled")
    lin.close()


@step
def the_same_in_chinese_and_dark(scene):
    lin = scene.lin.start(chinese=True, dark=True)
    lin.open_chat("李伟")
    lin.find(name="你撤回了这条消息。")
    lin.find(name="已编辑")
    lin.find(name="紧急")
    lin.choose(": Please sign today", "回复(A)")
    lin.find(name="回复 李伟")
    lin.shot("operations-zh-dark")
    lin.menu(": Please sign today")
    lin.find(name="置顶(P)")
    lin.screen_shot("operations-menu-zh-dark")
    lin.key("Escape")
    lin.close()


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
