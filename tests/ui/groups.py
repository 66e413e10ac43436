#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""Groups in the window: made in two clicks, chatted in, looked at, joined, left.

The others are lanyard-cli in a second namespace. Pictures are kept in tests/ui/shots of the build
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
        self.lin = app_class(desk, "lin-groups", here)
        init(desk, self.lin.profile, "林子墨")
        self.wei = self.chen = None
        self.group = None


def check(lin, name):
    box = wait(lambda: lin.all(Atspi.Role.CHECK_BOX, name=name), "the box of " + name)[0]
    box.get_action_iface().do_action(0)


def known(peer, **fields):
    """The one group that the peer knows, once it is as said."""
    def found():
        return [g for g in peer.call("group.list")["groups"] if all(g.get(k) == v for k, v in fields.items())]
    return wait(found, "a group with %s" % fields)[0]


@step
def made_in_two_clicks(scene):
    lin = scene.lin.start()
    scene.wei = Peer(scene.desk, scene.there, "李伟", "wei-groups")
    scene.chen = Peer(scene.desk, scene.there, "Chen Yu", "chen-groups", "--port", "0")
    for peer in (scene.wei, scene.chen):
        peer.send("林子墨", "hello")
        peer.event("message.state")
    for name in ("李伟", "Chen Yu"):
        lin.open_chat(name)
        lin.press("Accept")
    lin.press("Add")
    lin.press("New group or discussion…")
    lin.find(name="0 people chosen")
    check(lin, "李伟")
    check(lin, "Chen Yu")
    lin.find(name="2 people chosen")
    entry = lin.find(Atspi.Role.TEXT, name="Name of the group")
    entry.get_editable_text_iface().set_text_contents("Design")
    lin.find(name="Make group")
    lin.screen_shot("groups-new")
    lin.press("Make group")
    lin.find(name="3 members")
    scene.group = known(scene.wei, name="Design", members=3)["id"]
    known(scene.chen, name="Design")


@step
def chatted_in(scene):
    lin = scene.lin
    lin.row(has="You brought")
    lin.write("Who draws the roof?")
    lin.key("Return")
    for peer in (scene.wei, scene.chen):
        peer.event("message.received", text="Who draws the roof?", group=scene.group)
    scene.wei.call("message.send", to=scene.group, text="I do, tomorrow")
    scene.chen.call("message.send", to=scene.group, text="Then I take the stairs")
    lin.row(has=": I do, tomorrow")
    lin.row(has=": Then I take the stairs")
    lin.find(Atspi.Role.LABEL, name="Chen Yu")
    lin.shot("groups-chat")


@step
def some_have_it_and_some_have_read_it(scene):
    """Beside one's own message, and by name on a click."""
    lin, wei = scene.lin, scene.wei
    scene.chen.quit()
    lin.write("The plans are in the folder")
    lin.key("Return")
    sent = wei.event("message.received", text="The plans are in the folder", group=scene.group)["id"]
    lin.press("1 of 2")
    lin.row(name="Delivered, not read (1)")
    lin.row(name="Not yet delivered (1)")
    lin.screen_shot("groups-share")
    lin.key("Escape")
    wait(lambda: not lin.all(name="Not yet delivered (1)"), "that the list is gone")
    wei.call("message.read", id=sent)
    lin.choose(": The plans are in the folder", "Info")
    lin.row(name="Read (1)")
    lin.row(name="Not yet delivered (1)")
    lin.screen_shot("groups-info")
    lin.key("Escape")
    scene.chen = Peer.again(scene.chen)
    scene.chen.event("message.received", id=sent)
    lin.button("Read by 1 of 2")
    lin.shot("groups-read")
    scene.chen.call("message.read", id=sent)
    wait(lambda: not lin.all(name="Read by 1 of 2"), "that the ticks say it")
    lin.row(has=": The plans are in the folder, read")


@step
def and_so_in_chinese(scene):
    lin = scene.lin
    lin.close()
    scene.chen.quit()
    lin = scene.lin.start(chinese=True)
    lin.open_chat("Design")
    lin.write("图纸已放进文件夹", "消息")
    lin.key("Return")
    scene.wei.event("message.received", text="图纸已放进文件夹", group=scene.group)
    lin.press("1 / 2")
    lin.row(name="已送达，未读（1）")
    lin.row(name="尚未送达（1）")
    lin.screen_shot("groups-share-zh")
    lin.key("Escape")
    wait(lambda: not lin.all(name="尚未送达（1）"), "that the list is gone")
    lin.close()
    scene.chen = Peer.again(scene.chen)
    scene.chen.event("message.received", text="图纸已放进文件夹")
    scene.lin.start().open_chat("Design")


@step
def members_and_roles(scene):
    lin = scene.lin
    lin.key("F9")
    lin.find(name="Members")
    lin.press("What to do with 李伟")
    lin.press("Make an administrator")
    known(scene.wei, role="administrator")
    lin.row(has="You made 李伟 an administrator")
    scene.wei.call("group.topic", id=scene.group, topic="the new house")
    lin.row(has="李伟 set the topic: the new house")
    lin.find(name="3 members · the new house")
    lin.shot("groups-members")
    lin.press("What to do with Chen Yu")
    lin.press("Remove from the group")
    known(scene.chen, role="none")
    lin.row(has="You removed Chen Yu")
    lin.find(name="2 members · the new house")


@step
def invited_and_out_again(scene):
    lin = scene.lin
    other = scene.chen.call("group.create", name="Lunch", people=["林子墨", "李伟"])["id"]
    lin.open_chat("Lunch")
    lin.find(name="Chen Yu invites you to Lunch")
    lin.shot("groups-invited")
    lin.press("Join")
    wait(lambda: not lin.all(name="Chen Yu invites you to Lunch"), "that the bar is gone")
    scene.chen.call("group.remove", id=other, person="林子墨")
    lin.find(name="You are no longer in this group")
    lin.shot("groups-out")
    lin.close()


@step
def the_same_in_chinese_and_dark(scene):
    lin = scene.lin.start(chinese=True, dark=True)
    lin.open_chat("Design")
    lin.row(has="我移除了Chen Yu")
    lin.find(name="2 名成员 · the new house")
    lin.shot("groups-zh-dark")
    lin.click_row(begins="Lunch")
    lin.find(name="你已不在此群组中")
    lin.shot("groups-out-zh-dark")
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
