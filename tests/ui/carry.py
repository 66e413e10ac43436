#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""Mail for somebody who is away: carried by a colleague, who agreed to that in the preferences.

The other sides are lanyard-cli in a second namespace. Pictures are kept in tests/ui/shots of the build
folder, in English and in Chinese.
"""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from desk import Desk, Failed, need, run, wait  # noqa: E402
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
        self.lin = app_class(desk, "lin-carry", here)
        init(desk, self.lin.profile, "林子墨")
        self.wei = self.chen = None


def privacy_page(app, names=("Enter sends", "Preferences", "Privacy")):
    app.activate()
    app.key("ctrl+comma")
    app.find(Atspi.Role.TOGGLE_BUTTON, name=names[0])
    window = wait(lambda: run("xdotool", "search", "--onlyvisible", "--name", names[1], check=False).split(),
                  "the window of the preferences")[-1]
    run("xdotool", "windowmove", "--sync", window, "300", "60", check=False)
    app.press(names[2])


@step
def agreed_in_the_preferences(scene):
    lin = scene.lin.start()
    scene.wei = Peer(scene.desk, scene.there, "李伟", "wei-carry")
    scene.chen = Peer(scene.desk, scene.there, "Chen Yu", "chen-carry", "--port", "0")
    for peer in (scene.wei, scene.chen):
        peer.send("林子墨", "hello")
        peer.event("message.state")
    for name in ("李伟", "Chen Yu"):
        lin.open_chat(name)
        lin.press("Accept")
    scene.wei.send("Chen Yu", "hello from Wei")
    scene.chen.event("message.received", text="hello from Wei")
    scene.chen.send("李伟", "hello from Chen")
    scene.wei.event("message.received", text="hello from Chen")
    privacy_page(lin)
    lin.find(Atspi.Role.TOGGLE_BUTTON, name="Carry mail for colleagues").get_action_iface().do_action(0)
    lin.screen_shot("carry-switch")
    lin.key("Escape")


@step
def kept_here_for_another(scene):
    """Who is away gets it from this window."""
    scene.wei.quit()
    sent = scene.chen.call("message.send", to="李伟", text="on Monday at nine")["id"]
    scene.chen.event("message.state", id=sent, state="carried", carrier="林子墨")
    scene.chen.quit()
    scene.wei = Peer.again(scene.wei)
    scene.wei.event("message.received", id=sent)
    scene.chen = Peer.again(scene.chen)
    scene.chen.event("message.state", id=sent, state="delivered")


@step
def carried_by_another(scene):
    lin = scene.lin
    scene.chen.call("carry.set", on=True)
    scene.wei.quit()
    lin.open_chat("李伟")
    lin.write("明天九点")
    lin.press("Send")
    lin.row(has=": 明天九点, carried by Chen Yu")
    lin.choose(": 明天九点", "Info")
    lin.find(has="Carried by Chen Yu, sealed, until they meet")
    lin.screen_shot("carry-info")
    lin.key("Escape")
    lin.close()


@step
def the_same_in_chinese(scene):
    lin = scene.lin.start(chinese=True, dark=True)
    lin.open_chat("李伟")
    lin.row(has="明天九点, 由 Chen Yu 代为转交")
    lin.shot("carry-zh-dark")
    privacy_page(lin, ("按 Enter 发送", "首选项", "隐私"))
    lin.find(Atspi.Role.TOGGLE_BUTTON, name="替同事转交消息")
    lin.screen_shot("carry-switch-zh")
    lin.key("Escape")
    scene.wei = Peer.again(scene.wei)
    scene.wei.event("message.received", text="明天九点")
    lin.row(has="明天九点, 已送达")
    lin.close()


def main():
    global Atspi
    print("1..%d" % len(STEPS))
    need("Xvfb", "dbus-daemon", "openbox", "xdotool", "import", "ip")
    desk = Desk(sys.argv[1], sys.argv[2])
    done = 0
    try:
        import app  # the bus has to be there first
        Atspi = app.Atspi
        scene = Scene(desk, app.App)
        for function in STEPS:
            try:
                function(scene)
            except Failed:
                if scene.lin.process.poll() is None:
                    scene.lin.screen_shot("failed-" + scene.lin.name)
                raise
            done += 1
            print("ok %d - %s" % (done, function.__name__.replace("_", " ")), flush=True)
    except Failed as failure:
        print("not ok %d - %s" % (done + 1, failure))
        sys.exit(1)
    finally:
        desk.close()


if __name__ == "__main__":
    main()
