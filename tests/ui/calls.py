#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""Calls in the window: one rings and is answered, goes on, ends; one is missed; one is made; one has no sound.

The other side is lanyard-cli in a second namespace. Both speak a tone that the product makes itself
and hear nothing, as there is no sound here. Pictures are kept in tests/ui/shots of the build folder.
"""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from desk import Desk, Failed, need, run, wait  # noqa: E402
from peer import Peer, init  # noqa: E402

AUDIO = ("--audio-source", "test", "--audio-sink", "null")
STEPS = []
Atspi = None


def step(function):
    STEPS.append(function)
    return function


class Scene:
    def __init__(self, desk, app_class):
        self.desk = desk
        here, self.there = desk.cable()
        self.lin = app_class(desk, "lin-calls", here)
        init(desk, self.lin.profile, "林子墨")
        self.peer = self.notes = None


def gone(lin, name):
    wait(lambda: not lin.all(name=name), "that %s is gone" % name)


def checked(lin, name):
    return lin.button(name).get_state_set().contains(Atspi.StateType.CHECKED)


def away(lin):
    """Nobody looks at the window."""
    lin.activate()
    run("xdotool", "windowminimize", "--sync", lin.window, check=False)
    wait(lambda: not lin.in_front(), "that the window is away")


def rings(scene, title=None):
    """The peer calls; what rings is the call that it made."""
    call = scene.peer.call("call.start", person="林子墨")["id"]
    scene.peer.event("call.changed", id=call, state="alerting")
    if title is not None:
        scene.lin.find(name=title)
    return call


def called(scene):
    """The window calls: the id of what rings at the peer now."""
    def found():
        calls = [o["params"] for o in scene.peer.lines() if o.get("method") == "call.changed"]
        return calls and calls[-1]["state"] == "ringing" and [calls[-1]["id"]]
    return wait(found, "a call to the peer")[0]


@step
def it_rings_and_is_answered(scene):
    lin = scene.lin.start(arguments=AUDIO)
    peer = scene.peer = Peer(scene.desk, scene.there, "李伟", "wei-calls", *AUDIO)
    peer.send("林子墨", "May I call you?")
    lin.open_chat("李伟")
    if lin.all(name="Call"):
        raise Failed("somebody who is not a contact can be called")
    lin.press("Accept")
    lin.button("Call")
    lin.write("Yes")
    lin.key("Return")
    peer.event("message.received", text="Yes")
    scene.call = rings(scene, "李伟 is calling")
    lin.button("Decline")
    lin.shot("calls-ringing")
    lin.press("Answer")
    peer.event("call.changed", id=scene.call, state="active")
    lin.find(name="Call with 李伟")
    gone(lin, "Answer")


@step
def it_goes_on(scene):
    lin, peer = scene.lin, scene.peer
    lin.find(begins="0:", has=" · good")
    lin.press("Mute")
    peer.event("call.changed", id=scene.call, other_muted=True)
    wait(lambda: checked(lin, "Mute"), "that it is muted")
    peer.call("call.mute", on=True)
    lin.find(has="the other side is muted")
    lin.shot("calls-talking")
    lin.press("Mute")
    wait(lambda: not checked(lin, "Mute"), "that it is not muted any more")
    wait(lambda: peer.call("call.stats")["other_muted"] is False, "that the peer knows")
    lin.press("Call")
    lin.find(name="There is a call already.")
    lin.press("Close")
    lin.press("End")
    peer.event("call.changed", id=scene.call, state="ended", end="hangup")
    gone(lin, "Call with 李伟")
    lin.row(has=": Call, 0:")


@step
def missed_and_declined(scene):
    lin, peer = scene.lin, scene.peer
    away(lin)
    call = rings(scene)
    scene.notes.wait_for("李伟 is calling")
    peer.call("call.end", id=call)
    scene.notes.wait_gone("李伟 is calling")
    scene.notes.wait_for("李伟")
    lin.activate()
    lin.row(has=": Missed call")
    call = rings(scene, "李伟 is calling")
    lin.shot("calls-missed")
    lin.press("Decline")
    peer.event("call.changed", id=call, state="ended", end="declined")
    gone(lin, "李伟 is calling")
    lin.row(has=": Call declined")


@step
def answered_from_the_notification(scene):
    lin, peer = scene.lin, scene.peer
    away(lin)
    call = rings(scene)
    scene.notes.press(scene.notes.wait_for("李伟 is calling"), "Answer")
    peer.event("call.changed", id=call, state="active")
    wait(lin.in_front, "that the window shows itself")
    lin.find(name="Call with 李伟")
    peer.call("call.end", id=call)
    gone(lin, "Call with 李伟")


@step
def called_from_the_chat(scene):
    lin, peer = scene.lin, scene.peer
    lin.press("Call")
    call = called(scene)
    lin.find(name="It rings at the other side…")
    peer.call("call.end", id=call)
    lin.find(name="The call was declined.")
    lin.shot("calls-declined")
    lin.press("Close")
    gone(lin, "The call was declined.")
    lin.close()


@step
def without_sound_in_chinese_and_dark(scene):
    """The helper process is not there: the call ends, and it is said why."""
    os.environ["LANYARD_MEDIA"] = scene.desk.dir + "/nothing"
    try:
        lin = scene.lin.start(chinese=True, dark=True, arguments=AUDIO)
    finally:
        del os.environ["LANYARD_MEDIA"]
    lin.open_chat("李伟")
    call = rings(scene, "李伟来电")
    lin.shot("calls-ringing-zh-dark")
    lin.press("接听")
    scene.peer.event("call.changed", id=call, state="ended", end="failed")
    lin.find(name="声音无法使用，通话已结束。")
    lin.shot("calls-failed-zh-dark")
    lin.press("关闭")
    gone(lin, "声音无法使用，通话已结束。")
    lin.close()


@step
def without_a_microphone_in_chinese(scene):
    lin = scene.lin.start(chinese=True, arguments=("--audio-source", "no such device", "--audio-sink", "null"))
    lin.open_chat("李伟")
    lin.press("呼叫")
    lin.find(name="与李伟通话")
    scene.peer.call("call.answer", id=called(scene))
    lin.find(name="未找到麦克风：你只能听到对方。")
    scene.peer.call("call.mute", on=True)
    lin.find(has=" · 对方已静音")
    lin.shot("calls-talking-zh")
    lin.press("挂断")
    gone(lin, "与李伟通话")
    lin.row(has="通话 0:")
    away(lin)
    call = rings(scene)
    scene.notes.press(scene.notes.wait_for("李伟来电"), "拒接")
    scene.peer.event("call.changed", id=call, state="ended", end="declined")
    lin.close()


def main():
    need("Xvfb", "dbus-daemon", "openbox", "xdotool", "import", "ip")
    desk = Desk(sys.argv[1], sys.argv[2])
    print("1..%d" % len(STEPS))
    status = 0
    try:
        global Atspi
        from app import App, Atspi  # the bus has to be there first
        from notes import Notes
        scene = Scene(desk, App)
        scene.notes = Notes()
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
