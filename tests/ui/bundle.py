#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""Messages in a file for a stick: written for somebody who is away, read there; what they wrote meanwhile is read here,
by the window and as the file that the program is started with.

The others are lanyard-cli in a second namespace. Pictures are kept in tests/ui/shots of the build folder, in English
and in Chinese.
"""
import glob
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from desk import Desk, Failed, need, run, wait  # noqa: E402
from peer import Peer, cli, init  # noqa: E402

STEPS = []
Atspi = None


def step(function):
    STEPS.append(function)
    return function


class Scene:
    def __init__(self, desk, app_class):
        self.desk = desk
        self.here, self.there = desk.cable()
        self.lin = app_class(desk, "lin-bundle", self.here)
        init(desk, self.lin.profile, "林子墨")
        self.wei = self.chen = None

    def path(self, name):
        return os.path.join(self.desk.dir, name)

    def window_has_keys(self):
        """Asked of the window's profile, by its socket."""
        for name in ("李伟", "Chen Yu"):
            probe = self.path("probe")
            made = json.loads(run(cli(self.desk), "--profile", self.lin.profile, "--json", "bundle", "create", probe, name))
            os.unlink(probe)
            if made["unreached"]:
                return False
        return True

    def cable(self, on):
        run("ip", "-n", self.there, "link", "set", "lan0", "up" if on else "down")


def has_key(peer, whom):
    """Whether @peer can seal for them by now."""
    path = peer.log + ".probe"
    made = peer.call("bundle.create", path=path, people=[whom])
    os.unlink(path)
    return made["unreached"] == []


def press(app, begins):
    """A button. The letter for the keyboard stands in its name, where the language has none of its own."""
    def usable():
        return [n for n in app.all(Atspi.Role.PUSH_BUTTON, begins=begins)
                if n.get_state_set().contains(Atspi.StateType.SENSITIVE)]
    wait(usable, "the button " + begins)[0].get_action_iface().do_action(0)


def open_window(app, menu="Main menu", item="Messages on a stick", title="Messages on a stick"):
    app.press(menu)
    press(app, item)
    window = wait(lambda: run("xdotool", "search", "--onlyvisible", "--name", "^%s$" % title, check=False).split(),
                  "the window about messages on a stick")[-1]
    run("xdotool", "windowmove", "--sync", window, "300", "60", check=False)


def dialog(app, title):
    """Waits for the dialog for files with this title."""
    window = wait(lambda: run("xdotool", "search", "--onlyvisible", "--name", "^%s$" % title, check=False).split(),
                  "the dialog " + title)[-1]
    run("xdotool", "windowactivate", "--sync", window, check=False)
    wait(lambda: app.in_front() == window, "the keyboard in the dialog")


def save(app, title):
    """Takes what the dialog offers."""
    dialog(app, title)
    run("xdotool", "key", "--clearmodifiers", "Return", check=False)


def open_file(app, title, verb, path):
    """Types where the file is, which a person may do as well."""
    dialog(app, title)
    run("xdotool", "key", "--clearmodifiers", "ctrl+l", check=False)
    field = wait(lambda: [n for n in app.all(Atspi.Role.TEXT) if n.get_state_set().contains(Atspi.StateType.FOCUSED)],
                 "the field for a place")[0]
    field.get_editable_text_iface().set_text_contents(path)
    press(app, verb)


@step
def somebody_is_cut_off(scene):
    lin = scene.lin.start()
    scene.wei = Peer(scene.desk, scene.there, "李伟", "wei-bundle")
    scene.chen = Peer(scene.desk, scene.there, "Chen Yu", "chen-bundle", "--port", "0")
    for peer in (scene.wei, scene.chen):
        peer.send("林子墨", "hello")
        peer.event("message.state", state="delivered")
    for name in ("李伟", "Chen Yu"):
        lin.open_chat(name)
        lin.press("Accept")
    lin.write("Nice to meet you")
    lin.press("Send")
    scene.chen.event("message.received", text="Nice to meet you")
    lin.open_chat("李伟")
    lin.write("您好")
    lin.press("Send")
    scene.wei.event("message.received", text="您好")
    for peer in (scene.wei, scene.chen):
        wait(lambda: has_key(peer, "林子墨"), "a key to seal for 林子墨")
    wait(lambda: scene.window_has_keys(), "keys to seal for both")
    scene.cable(False)
    lin.write("The offer is in the folder.")
    lin.press("Send")
    lin.row(has=": The offer is in the folder., waits on this computer")


@step
def written_for_one(scene):
    lin = scene.lin
    open_window(lin)
    lin.press("For people and groups that I choose")
    lin.press("Choose…")
    check = lin.find(Atspi.Role.CHECK_BOX, name="李伟")
    check.get_action_iface().do_action(0)
    lin.label("1 chosen")
    lin.press("Choose")
    lin.label("李伟")
    lin.screen_shot("bundle-chosen")
    lin.press("Write File…")
    save(lin, "Write Messages")
    lin.find(begins="1 sealed letter for 1 person is in “Messages ")
    lin.screen_shot("bundle-written")
    written = glob.glob(lin.home + "/Messages *.lanyard-bundle")
    if len(written) != 1:
        raise Failed("there is no file")
    # Once more under the same name: nothing that is there is written over.
    lin.press("Write File…")
    save(lin, "Write Messages")
    lin.find(name="There is such a file already. Choose another name.")
    got = scene.wei.call("bundle.read", path=written[0])
    if got["new"] != 1:
        raise Failed("李伟 has not got it: %s" % got)
    scene.wei.event("message.received", text="The offer is in the folder.")


@step
def what_came_back_is_read(scene):
    lin = scene.lin
    scene.wei.call("message.send", to="林子墨", text="合同已签，下周一生效。")
    scene.wei.call("bundle.create", path=scene.path("answer.lanyard-bundle"), people=["林子墨"])
    lin.press("Read File…")
    open_file(lin, "Read Messages", "Open", scene.path("answer.lanyard-bundle"))
    lin.find(begins="1 new letter for you.\n1 computer of your contacts told what has arrived there.")
    lin.screen_shot("bundle-read")
    lin.dismiss("Write File…")
    lin.row(has=": 合同已签，下周一生效。")
    lin.row(has=": The offer is in the folder., delivered")
    lin.shot("bundle-arrived")
    lin.close()


@step
def a_file_that_the_program_is_started_with(scene):
    lin = scene.lin.start(arguments=(scene.path("answer.lanyard-bundle"),))
    lin.find(begins="There was nothing new for you in it.\n1 letter for you was here already.")
    lin.window = run("xdotool", "search", "--onlyvisible", "--name", "^Lanyard$").split()[-1]
    lin.screen_shot("bundle-again")
    lin.dismiss("Write File…")


@step
def a_file_that_is_opened_beside_it(scene):
    lin = scene.lin
    with open(scene.path("answer.lanyard-bundle"), "rb") as f:
        data = f.read()
    with open(scene.path("cut.lanyard-bundle"), "wb") as f:
        f.write(data[:-100])
    scene.desk.start(scene.desk.build + "/src/app/lanyard", "--profile", lin.profile, scene.path("cut.lanyard-bundle"),
                     env=dict(os.environ, GSETTINGS_BACKEND="memory"))
    lin.find(begins="This file holds no messages, or it was cut short or altered.")
    lin.screen_shot("bundle-cut")
    lin.dismiss("Write File…")
    lin.close()


@step
def for_everybody_in_chinese(scene):
    lin = scene.lin.start(chinese=True)
    lin.open_chat("Chen Yu")
    lin.write("请确认报价。", "消息")
    lin.press("发送")
    lin.row(has="请确认报价。, 在本机等待")
    open_window(lin, "主菜单", "用 U 盘传递消息", "用 U 盘传递消息")
    press(lin, "写入文件")
    save(lin, "写入消息")
    lin.find(has="人）已写入“消息 ")
    lin.screen_shot("bundle-written-zh")
    written = glob.glob(lin.home + "/消息 *.lanyard-bundle")
    if len(written) != 1 or scene.chen.call("bundle.read", path=written[0])["new"] < 1:
        raise Failed("it is not for Chen Yu: %s" % written)
    scene.chen.event("message.received", text="请确认报价。")
    press(lin, "读取文件")
    open_file(lin, "读取消息", "打开", scene.path("cut.lanyard-bundle"))
    lin.find(begins="这个文件里没有消息，或者不完整")
    lin.screen_shot("bundle-cut-zh")
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
