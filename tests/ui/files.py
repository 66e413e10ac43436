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
from desk import Desk, Failed, need, run, wait  # noqa: E402
from peer import Peer, cli, init  # noqa: E402

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
           "changed": "文件在发送过程中被修改", "Ask": "请对方重发", "Again": "重试", "asks": "请重新发送", "left out": "1 个链接不会发送", "rule": "自动接收文件",
           "up to": "大小上限（MB）", "not sure": "需先验证对方身份", "conflict": ("两个都保留", "替换原有文件", "保留原有文件，跳过新的")},
    False: {"Accept": "Accept", "Pause": "Pause", "Resume": "Resume", "Choose": "Choose files…", "paused": "Paused at",
            "changed": "The file was changed while it was sent", "Ask": "Ask for it again", "Again": "Try again",
            "asks": "Please send me", "left out": "1 link left out", "rule": "Take files without asking", "up to": "Up to, in MB",
            "conflict": ("Keep both", "Replace it", "Leave it and skip the new one")},
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
    os.symlink("说明.txt", os.path.join(scene.desk.dir, name, "最新说明"))
    take_folder(scene, words, name, shot="folder-tree" + end)
    arrived = os.path.join(lin.home, "Downloads", name, "合同", "附件", "报价单.xlsx")
    wait(lambda: os.path.exists(arrived), "the deepest file")
    if chinese:
        conflicts(scene, words, name)


def pick(lin, root, item):
    """Chooses @item in the list that has it, as a screen reader does it; FALSE: none has."""
    for combo in lin.all(Atspi.Role.COMBO_BOX, root=root):
        menu = combo.get_child_at_index(0)
        for i in range(menu.get_child_count() if menu is not None else 0):
            if menu.get_child_at_index(i).get_name() == item:
                menu.get_child_at_index(i).get_action_iface().do_action(0)
                chosen = combo.get_selection_iface().get_selected_child(0)
                return chosen is not None and chosen.get_name() == item
    return False


def take_folder(scene, words, name, conflict=0, shot=None):
    """Sends it, and takes all of it in its window; @conflict: what to do with what is there already."""
    lin = scene.lin
    number = scene.send(os.path.join(scene.desk.dir, name))
    wait(lambda: lin.all(Atspi.Role.LABEL, name=words["left out"]), "what is not sent, on its card")
    if shot is not None:
        lin.shot(shot.replace("tree", "offer"))
    lin.press(words["Choose"])
    window = wait(lambda: [n for role in (Atspi.Role.DIALOG, Atspi.Role.FRAME) for n in lin.all(role, name=name)],
                  "the window of the folder")[0]
    accept = wait(lambda: [n for n in lin.all(Atspi.Role.PUSH_BUTTON, name=words["Accept"], root=window)
                           if n.get_state_set().contains(Atspi.StateType.SENSITIVE)], "its button")[0]
    wait(lambda: lin.all(Atspi.Role.LABEL, name=words["left out"], root=window), "what is not sent, above the tree")
    if shot is not None:
        lin.screen_shot(shot)
    wait(lambda: pick(lin, window, words["conflict"][conflict]), "the choice")
    accept.get_action_iface().do_action(0)
    wait(lambda: not lin.all(Atspi.Role.FRAME, name=name), "that its window is gone")
    scene.peer.event("file.done", id=number)


def conflicts(scene, words, name):
    """The same folder again, with another text in it: left alone, replaced, and beside the one that is there."""
    downloads = os.path.join(scene.lin.home, "Downloads")
    there, note = os.path.join(downloads, name), "说明.txt"

    def text(folder=there):
        with open(os.path.join(folder, note), "rb") as f:
            return f.read()

    old = text()
    for conflict, new in ((2, b"skipped"), (1, b"replaced"), (0, b"beside")):
        with open(os.path.join(scene.desk.dir, name, note), "wb") as f:
            f.write(new)
        take_folder(scene, words, name, conflict)
        if conflict == 2 and text() != old:
            raise Failed("what was there is not there any more")
        if conflict == 1 and text() != new:
            raise Failed("it was not replaced")
        if conflict == 0 and text() != b"replaced":
            raise Failed("what was there was not kept")
    found = [d for d in os.listdir(downloads) if d.startswith(name)]
    if len(found) != 2 or sorted(text(os.path.join(downloads, d)) for d in found) != [b"beside", b"replaced"]:
        raise Failed("both are kept: %s" % found)


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


def rule_switch(lin, words):
    return lin.find(Atspi.Role.TOGGLE_BUTTON, name=words["rule"])


def is_sensitive(node):
    return node.get_state_set().contains(Atspi.StateType.SENSITIVE)


def offer(scene, name, size):
    scene.send(scene.make(name, size))
    return os.path.join(scene.lin.home, "Downloads", name)


@step
def taken_without_asking(scene):
    """Only from somebody who is verified, only up to the size that was chosen, and not any more once it is off."""
    lin, words = scene.lin, WORDS[True]
    lin.start(chinese=True, size=(1180, 880))
    scene.peer.event("person.seen", name="林子墨")
    lin.open_chat("李伟")
    lin.key("F9")
    lin.find(Atspi.Role.LABEL, begins=words["not sure"])
    if is_sensitive(rule_switch(lin, words)):
        raise Failed("files of somebody unverified can be taken unasked")
    lin.shot("file-rule-unverified-zh")
    number = scene.peer.call("people.get", id=scene.peer.event("person.seen", name="林子墨")["id"])["number"]
    run(cli(scene.desk), "--profile", lin.profile, "verify", "李伟", number)
    wait(lambda: is_sensitive(rule_switch(lin, words)), "that it can be chosen")
    rule_switch(lin, words).get_action_iface().do_action(0)
    lin.find(Atspi.Role.SPIN_BUTTON, name=words["up to"]).get_value_iface().set_current_value(2)
    lin.shot("file-rule-zh")
    small = offer(scene, "小.bin", 1 * MB)
    wait(lambda: os.path.exists(small), "a file that is small enough")
    offer(scene, "大.bin", 3 * MB)
    lin.button(words["Accept"])
    lin.close()


@step
def not_any_more(scene):
    lin, words = scene.lin, WORDS[False]
    lin.start(size=(1180, 880))
    scene.peer.event("person.seen", name="林子墨")
    lin.open_chat("李伟")
    lin.key("F9")
    lin.find(Atspi.Role.SPIN_BUTTON, name=words["up to"])
    lin.shot("file-rule-en")
    lin.button(words["Accept"]).get_action_iface().do_action(0)
    wait(lambda: not lin.all(Atspi.Role.PUSH_BUTTON, name=words["Accept"]), "that the large one is taken by hand")
    rule_switch(lin, words).get_action_iface().do_action(0)
    wait(lambda: not lin.all(Atspi.Role.SPIN_BUTTON, name=words["up to"]), "that nothing is chosen")
    offer(scene, "again.bin", 1 * MB)
    lin.button(words["Accept"])
    lin.close()


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
