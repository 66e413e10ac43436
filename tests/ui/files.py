#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""Files as a person sees them: offer, tree of a folder, progress, pause, failure; in Chinese and in English.

The other side is lanyard-cli in a second namespace. Pictures of every screen are kept in tests/ui/shots
of the build folder.
"""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from desk import Desk, Failed, need, wait  # noqa: E402
from peer import Peer, init  # noqa: E402

MB = 1000 * 1000
STEPS = []
Atspi = None


def step(function):
    STEPS.append(function)
    return function


class Scene:
    def __init__(self, desk, app_class):
        self.desk = desk
        self.here, self.there = desk.cable()
        self.lin = app_class(desk, "lin-files", self.here)
        init(desk, self.lin.profile, "林子墨")
        self.peer = None

    def send(self, path):
        return self.peer.call("file.send", to="林子墨", paths=[path])["id"]

    def make(self, name, size):
        path = os.path.join(self.desk.dir, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as f:
            f.write(os.urandom(size))
        return path


WORDS = {
    True: {"Accept": "接受", "Pause": "暂停", "Resume": "继续", "Choose": "选择文件…", "paused": "已暂停",
           "changed": "文件在发送过程中被修改", "Ask": "请对方重发", "Again": "重试", "asks": "请重新发送"},
    False: {"Accept": "Accept", "Pause": "Pause", "Resume": "Resume", "Choose": "Choose files…", "paused": "Paused at",
            "changed": "The file was changed while it was sent", "Ask": "Ask for it again", "Again": "Try again",
            "asks": "Please send me"},
}


def file_and_folder(scene, chinese):
    """An offer, taken, held up, let go on; then its source changes. A folder is looked at before it is taken."""
    lin, words, end = scene.lin, WORDS[chinese], "-zh" if chinese else "-en"
    scene.peer.call("file.limit", bytes_per_second=400 * 1000)
    path = scene.make("合同 %s.pdf" % end, 6 * MB)
    scene.send(path)
    lin.button(words["Accept"])
    lin.shot("file-offer" + end)
    lin.press(words["Accept"])
    lin.button(words["Pause"])
    lin.shot("file-progress" + end)
    lin.press(words["Pause"])
    lin.find(begins=words["paused"])
    lin.shot("file-paused" + end)
    os.truncate(path, 5)
    lin.press(words["Resume"])
    failed = 1 if chinese else 2  # the one from before is still there, in the other language
    wait(lambda: len(lin.all(Atspi.Role.LABEL, begins=words["changed"])) >= failed, "why it failed")
    lin.shot("file-failed" + end)
    # To try again would be of no use: it is asked for instead.
    wait(lambda: not lin.all(Atspi.Role.PUSH_BUTTON, name=words["Again"]), "no offer to try again")
    lin.press(words["Ask"])
    wait(lambda: [o for o in scene.peer.lines() if o.get("method") == "message.received"
                  and o["params"].get("text", "").startswith(words["asks"])], "the sender is asked for it")
    scene.peer.call("file.limit", bytes_per_second=0)
    name = "资料 " + end
    for inner, size in (("合同/附件/报价单.xlsx", 40_000), ("合同/框架.pdf", 900_000), ("说明.txt", 1200)):
        scene.make(os.path.join(name, inner), size)
    scene.send(os.path.join(scene.desk.dir, name))
    lin.press(words["Choose"])
    window = wait(lambda: [n for role in (Atspi.Role.DIALOG, Atspi.Role.FRAME) for n in lin.all(role, name=name)],
                  "the window of the folder")[0]
    accept = wait(lambda: [n for n in lin.all(Atspi.Role.PUSH_BUTTON, name=words["Accept"], root=window)
                           if n.get_state_set().contains(Atspi.StateType.SENSITIVE)], "its button")[0]
    lin.screen_shot("folder-tree" + end)
    accept.get_action_iface().do_action(0)
    arrived = os.path.join(lin.home, "Downloads", name, "合同", "附件", "报价单.xlsx")
    wait(lambda: os.path.exists(arrived), "the deepest file")


@step
def in_chinese(scene):
    scene.lin.start(chinese=True)
    scene.peer = Peer(scene.desk, scene.there, "李伟", "wei")
    scene.peer.send("林子墨", "给你几个文件。")
    scene.lin.open_chat("李伟")
    scene.lin.press("接受")
    wait(lambda: not scene.lin.all(name="接受"), "that the bar is gone")
    file_and_folder(scene, True)
    scene.lin.close()


@step
def in_english(scene):
    bus = watch_launcher(scene)
    scene.lin.start()
    scene.peer.event("person.seen", name="林子墨")
    scene.lin.open_chat("李伟")
    file_and_folder(scene, False)
    wait(lambda: "progress-visible" in open(bus, encoding="utf-8").read(), "progress on the icon")
    scene.lin.close()


def watch_launcher(scene):
    """Writes down what is said to docks and launchers."""
    log = os.path.join(scene.desk.dir, "launcher.log")
    scene.desk.start("dbus-monitor", "--session", "interface='com.canonical.Unity.LauncherEntry'", log=log)
    return log


def main():
    need("Xvfb", "dbus-daemon", "dbus-monitor", "openbox", "xdotool", "import", "ip")
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
