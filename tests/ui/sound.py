#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""The preferences' page about microphone and loudspeaker, with a real sound server: chosen, tried, pulled out.

Pictures are kept in tests/ui/shots of the build folder, in English and in Chinese.
"""
import os
import socket
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from desk import Desk, Failed, need, run, wait  # noqa: E402
from peer import init  # noqa: E402

STEPS = []
Atspi = None


def step(function):
    STEPS.append(function)
    return function


def accepts(path):
    with socket.socket(socket.AF_UNIX) as s:
        return s.connect_ex(path) == 0


class SoundServer:
    """A loudspeaker, headphones, and a microphone into which silence is spoken."""

    def __init__(self, desk):
        self.socket = os.path.join(desk.dir, "pulse")
        script = os.path.join(desk.dir, "start.pa")
        with open(script, "w", encoding="utf-8") as f:
            f.write("load-module module-native-protocol-unix auth-anonymous=1 socket=%s\n" % self.socket)
        env = dict(os.environ, HOME=desk.dir, XDG_RUNTIME_DIR=desk.dir, PULSE_RUNTIME_PATH=desk.dir)
        self.process = desk.start("pulseaudio", "-n", "-F", script, "--daemonize=no", "--exit-idle-time=-1",
                                  "--use-pid-file=no", "--disable-shm=yes", env=env)
        wait(lambda: accepts(self.socket), "the sound server")
        os.environ["PULSE_SERVER"] = "unix:" + self.socket
        os.environ["PULSE_COOKIE"] = os.path.join(desk.dir, "pulse-cookie")
        self.speaker("desk", "Desk speakers")
        self.headphones = self.speaker("headphones", "Headphones")
        self.load("module-null-sink", "sink_name=voice")
        self.load("module-remap-source", "source_name=webcam", "master=voice.monitor",
                  "source_properties=\"device.description='Webcam microphone'\"")

    @staticmethod
    def load(*command):
        return run("pactl", "load-module", *command).strip()

    def speaker(self, name, label):
        return self.load("module-null-sink", "sink_name=" + name,
                         "sink_properties=\"device.description='%s'\"" % label)


class Scene:
    def __init__(self, desk, app_class):
        self.desk = desk
        here, _ = desk.cable()
        self.lin = app_class(desk, "lin-sound", here)
        init(desk, self.lin.profile, "林子墨")
        self.sound = SoundServer(desk)


def open_page(app, switch, title, page):
    app.activate()
    app.key("ctrl+comma")
    app.find(Atspi.Role.TOGGLE_BUTTON, name=switch)
    window = wait(lambda: run("xdotool", "search", "--onlyvisible", "--name", title, check=False).split(),
                  "the window of the preferences")[-1]
    run("xdotool", "windowmove", "--sync", window, "300", "60", check=False)
    app.press(page)


def offered(app, name):
    combo = app.find(Atspi.Role.COMBO_BOX, name=name)
    menu = combo.get_child_at_index(0)
    return [menu.get_child_at_index(i).get_name() for i in range(menu.get_child_count())]


def choose(app, combo, item):
    """As a screen reader does it."""
    menu = app.find(Atspi.Role.COMBO_BOX, name=combo).get_child_at_index(0)
    for i in range(menu.get_child_count()):
        if menu.get_child_at_index(i).get_name() == item:
            menu.get_child_at_index(i).get_action_iface().do_action(0)
            return
    raise Failed("no %s in %s" % (item, combo))


def chosen(app, combo):
    selection = app.find(Atspi.Role.COMBO_BOX, name=combo).get_selection_iface()
    return selection.get_selected_child(0).get_name() if selection.get_n_selected_children() else None


@step
def devices_are_offered_and_chosen(scene):
    lin = scene.lin.start()
    open_page(lin, "Enter sends", "Preferences", "Sound")
    wait(lambda: "Headphones" in offered(lin, "Loudspeaker"), "the headphones")
    wait(lambda: offered(lin, "Microphone") == ["As the System Does", "Webcam microphone", "None, Only Listen"],
         "the microphones, without what is played")
    choose(lin, "Loudspeaker", "Headphones")
    lin.screen_shot("sound-chosen")


@step
def they_are_tried(scene):
    lin = scene.lin
    lin.press("Try It")
    lin.find(name="Test call: Say something: you hear it a second later")
    lin.find(Atspi.Role.LEVEL_BAR, name="What you hear")
    run("pactl", "unload-module", scene.sound.headphones)
    wait(lambda: "Not Plugged In" in offered(lin, "Loudspeaker"), "that they are missed")
    lin.screen_shot("sound-trying")
    lin.press("Stop")
    lin.find(name="Test call: A call to yourself: you hear what you say a second later")
    lin.key("Escape")
    lin.close()


@step
def the_choice_is_kept_and_in_chinese(scene):
    scene.sound.speaker("headphones", "Headphones")
    lin = scene.lin.start(chinese=True, dark=True)
    open_page(lin, "按 Enter 发送", "首选项", "声音")
    wait(lambda: "Headphones" in offered(lin, "扬声器"), "the headphones")
    wait(lambda: chosen(lin, "扬声器") == "Headphones", "that they are chosen")
    lin.press("试一试")
    lin.find(name="测试通话: 说点什么：一秒后您会听到")
    lin.screen_shot("sound-zh-dark")
    lin.stop()


def main():
    need("Xvfb", "dbus-daemon", "openbox", "xdotool", "import", "ip", "pulseaudio", "pactl")
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
