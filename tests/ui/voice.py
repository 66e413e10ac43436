#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""Voice notes: recorded in the window, sent, received, played at several speeds, and dropped again.

The window records the helper's test tone and plays into nothing; the other side is lanyard-cli, which sends a WAV file.
"""
import math
import os
import struct
import sys
import wave

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from desk import Desk, Failed, need, run, wait  # noqa: E402
from peer import Peer, cli, init  # noqa: E402

STEPS = []
AUDIO = ("--audio-source", "test", "--audio-sink", "null")


def step(function):
    STEPS.append(function)
    return function


class Scene:
    def __init__(self, desk, app_class):
        self.desk = desk
        here, self.there = desk.cable()
        self.lin = app_class(desk, "lin-voice", here)
        init(desk, self.lin.profile, "林子墨")
        self.peer = None


def speech(path, seconds):
    """Something that goes up and down."""
    with wave.open(path, "wb") as f:
        f.setnchannels(1)
        f.setsampwidth(2)
        f.setframerate(48000)
        f.writeframes(b"".join(struct.pack("<h", int(9000 * math.sin(i / 25) * abs(math.sin(i / 9000))))
                               for i in range(48000 * seconds)))
    return path


@step
def recorded_and_sent(scene):
    lin = scene.lin.start(arguments=AUDIO)
    peer = scene.peer = Peer(scene.desk, scene.there, "李伟", "wei-voice")
    peer.send("林子墨", "hello")
    lin.open_chat("李伟")
    lin.press("Accept")
    lin.press("Record a voice note")
    lin.find(begins="0:02 / 1:00")
    lin.shot("voice-recording")
    lin.press("Send the recording")
    note = peer.event("message.received", kind="note")
    if not 2000 <= note["duration"] <= 20000 or len(note["peaks"]) < 20 or max(note["peaks"]) < 60:
        raise Failed("a strange note: %s" % note)
    sound = peer.call("note.read", id=note["id"])
    if sound["duration"] != note["duration"] or len(sound["opus"]) < 500:
        raise Failed("a strange sound")
    lin.row(has=": Voice note, 0:0")


@step
def dropped(scene):
    lin, peer = scene.lin, scene.peer
    lin.press("Record a voice note")
    lin.find(begins="0:01 / 1:00")
    lin.key("Escape")
    wait(lambda: not lin.all(name="Send the recording"), "that nothing is recorded")
    lin.press("Record a voice note")
    lin.press("Drop the recording")
    lin.type("nothing was sent")
    lin.key("Return")
    peer.event("message.received", text="nothing was sent")
    if len([o for o in peer.lines() if o.get("method") == "message.received" and o["params"].get("kind") == "note"]) != 1:
        raise Failed("a dropped note was sent")


@step
def received_and_played(scene):
    lin, peer = scene.lin, scene.peer
    path = speech(os.path.join(scene.desk.dir, "said.wav"), 4)
    peer.call("note.send", to="林子墨", path=path)
    row = lin.row(has="李伟, ")
    lin.row(has="Voice note, 0:04")
    buttons = [n for n in lin.all(name="Play")]
    if len(buttons) != 2:
        raise Failed("%d notes to play" % len(buttons))
    buttons[1].get_action_iface().do_action(0)
    lin.button("Pause")
    lin.label("0:01")
    lin.shot("voice-playing")
    lin.press("Pause")
    wait(lambda: not lin.all(name="Pause"), "the pause")
    speeds = lin.all(name="1×")
    speeds[-1].get_action_iface().do_action(0)
    lin.find(name="1.5×").get_action_iface().do_action(0)
    lin.find(name="2×")
    lin.all(name="Play")[-1].get_action_iface().do_action(0)
    lin.button("Pause")
    wait(lambda: not lin.all(name="Pause"), "the end of what was said")
    lin.label("0:04")
    del row


@step
def bad_files(scene):
    peer = scene.peer
    path = os.path.join(scene.desk.dir, "text.wav")
    with open(path, "w", encoding="utf-8") as f:
        f.write("RIFF no sound at all")
    for bad in (path, "/nowhere/at/all.wav", speech(os.path.join(scene.desk.dir, "long.wav"), 61)):
        try:
            peer.call("note.send", to="林子墨", path=bad)
        except Failed:
            continue
        raise Failed("was taken: " + bad)


@step
def the_same_in_chinese_and_dark(scene):
    lin = scene.lin
    lin.close()
    lin.start(chinese=True, dark=True, arguments=AUDIO)
    lin.open_chat("李伟")
    lin.row(has="语音，0:04")
    lin.all(name="播放")[-1].get_action_iface().do_action(0)
    lin.button("暂停")
    lin.press("录制语音")
    lin.find(begins="0:01 / 1:00")
    lin.shot("voice-zh-dark")
    lin.press("丢弃录音")
    wait(lambda: not lin.all(name="暂停"), "the end of what was said")
    lin.close()


@step
def from_the_command_line(scene):
    scene.peer.quit()
    scene.lin.start(arguments=AUDIO)
    run("ip", "netns", "exec", scene.there, cli(scene.desk), "--profile", os.path.join(scene.desk.dir, "wei-voice"), "--no-mdns",
        "--wait", "20", "voice", "林子墨", os.path.join(scene.desk.dir, "said.wav"), check=False)
    scene.lin.open_chat("李伟")
    wait(lambda: len(scene.lin.all(name="Play")) == 3, "the third note")
    scene.lin.close()


def main():
    need("Xvfb", "dbus-daemon", "openbox", "xdotool", "import", "ip")
    desk = Desk(sys.argv[1], sys.argv[2])
    print("1..%d" % len(STEPS))
    status = 0
    try:
        from app import App  # the bus has to be there first
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
