#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""What a person sees when something is wrong: a stranger, a key that changed, a profile that does not open.

The other side is lanyard-cli in a second namespace. Pictures of every screen are kept in tests/ui/shots
of the build folder, in English and in Chinese.
"""
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from desk import Desk, Failed, need, wait  # noqa: E402
from peer import Peer, cli, init  # noqa: E402

BEFORE = "明天上午十点开会。"
AFTER = "我换了新电脑，还是我。"
STEPS = []
Atspi = None


def step(function):
    STEPS.append(function)
    return function


class Scene:
    def __init__(self, desk, app_class):
        self.desk, self.app_class = desk, app_class
        self.here, self.there = desk.cable()
        self.lin = self.app("lin-trouble", self.here)
        self.peer = None
        init(desk, self.lin.profile, "林子墨")

    def app(self, name, namespace=None):
        return self.app_class(self.desk, name, namespace)


@step
def a_request_in_chinese(scene):
    scene.lin.start(chinese=True)
    scene.peer = Peer(scene.desk, scene.there, "李伟", "wei-old")
    scene.peer.send("林子墨", BEFORE)
    scene.lin.open_chat("李伟")
    scene.lin.row(has=BEFORE)
    scene.lin.button("接受")
    scene.lin.shot("request-zh")
    scene.lin.press("接受")
    wait(lambda: not scene.lin.all(name="接受"), "that the bar is gone")
    scene.peer.event("message.state", state="read")
    scene.lin.close()


@step
def another_key_under_the_name(scene):
    lin = scene.lin
    lin.start()
    scene.peer.quit()
    scene.peer = Peer(scene.desk, scene.there, "李伟", "wei-new")
    scene.peer.send("林子墨", AFTER)
    lin.open_chat("李伟")
    wait(lambda: len(lin.all(Atspi.Role.LIST_ITEM, begins="李伟")) >= 2, "both rows")
    lin.shot("key-changed-list")
    for row in range(2):
        lin.click(lin.all(Atspi.Role.LIST_ITEM, begins="李伟")[row])
        lin.find(name="This is not the 李伟 you know" if is_new(lin) else "Somebody else uses the name 李伟 now")
        lin.shot("key-changed" if is_new(lin) else "key-held")
    show_new(lin, "Show the new one", "Same person")


def is_new(app):
    """The chat with the newcomer is the one that holds the newcomer's message."""
    wait(lambda: app.all(begins="This is not the") or app.all(begins="Somebody else uses"), "a bar")
    return bool(app.all(begins="This is not the"))


def show_new(app, show, merge):
    if app.all(name=show):
        app.press(show)
    app.button(merge)


@step
def the_same_in_chinese(scene):
    lin = scene.lin
    lin.close()
    lin.start(chinese=True)
    lin.open_chat("李伟")
    wait(lambda: lin.all(name="是同一个人") or lin.all(name="查看新出现的人"), "a bar in Chinese")
    if lin.all(name="查看新出现的人"):
        lin.shot("key-held-zh")
        lin.press("查看新出现的人")
    lin.button("是同一个人")
    lin.shot("key-changed-zh")
    lin.press("是同一个人")
    lin.find(Atspi.Role.ALERT)
    lin.screen_shot("merge-question-zh")
    lin.key("Escape")
    wait(lambda: not lin.all(Atspi.Role.ALERT), "that the question is gone")
    lin.close()


@step
def narrow(scene):
    lin = scene.lin
    lin.start(size=(400, 740))
    lin.open_chat("李伟")
    is_new(lin)
    show_new(lin, "Show the new one", "Same person")
    lin.shot("key-changed-narrow")
    lin.close()


@step
def merged(scene):
    lin = scene.lin
    lin.start(dark=True)
    lin.open_chat("李伟")
    is_new(lin)
    show_new(lin, "Show the new one", "Same person")
    lin.shot("key-changed-dark")
    lin.press("Same person")
    question = lin.find(Atspi.Role.ALERT)
    lin.screen_shot("merge-question")
    lin.find(Atspi.Role.PUSH_BUTTON, name="Same person", root=question).get_action_iface().do_action(0)
    wait(lambda: not lin.all(name="Same person"), "that the bar is gone")
    lin.row(has=BEFORE)
    lin.row(has=AFTER)
    lin.shot("merged")
    lin.close()


def trouble(scene, name, title, chinese_title, button, chinese_button):
    app = scene.troubled
    for chinese, text, label in ((False, title, button), (True, chinese_title, chinese_button)):
        app.start(chinese=chinese)
        app.find(name=text)
        app.button(label)
        app.shot("trouble-%s%s" % (name, "-zh" if chinese else ""))
        app.close()


def fresh(scene, name, *options):
    scene.troubled = scene.app("trouble-" + name)
    init(scene.desk, scene.troubled.profile, "林子墨", *options)
    return scene.troubled.profile


@step
def a_damaged_history(scene):
    path = os.path.join(fresh(scene, "history"), "history")
    with open(path, "r+b") as f:
        size = os.path.getsize(path)
        for place in range(size // 8, size, 97):  # nearly all of it: an index alone is not read at the start
            f.seek(place)
            byte = f.read(1)[0]
            f.seek(place)
            f.write(bytes([byte ^ 0x55]))
    trouble(scene, "history", "The history is damaged", "聊天记录已损坏", "Try again", "重试")


@step
def a_cut_key_store(scene):
    path = os.path.join(fresh(scene, "keys"), "keys")
    os.truncate(path, os.path.getsize(path) // 2)
    trouble(scene, "keys", "The profile is damaged", "配置已损坏", "Try again", "重试")


@step
def a_newer_version(scene):
    path = os.path.join(fresh(scene, "newer"), "keys")
    with open(path, "r+b") as f:
        f.seek(4)
        last = f.read(4)
        f.seek(4)
        f.write(last[:3] + bytes([last[3] + 1]))
    trouble(scene, "newer", "Made by a newer Lanyard", "由更新版本的 Lanyard 写入", "Try again", "重试")


@step
def open_elsewhere(scene):
    profile = fresh(scene, "in-use")
    other = subprocess.Popen([cli(scene.desk), "run", "--profile", profile, "--no-mdns", "--no-broadcast"],
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    scene.desk.processes.append(other)
    other.stdout.readline()  # it is open now
    trouble(scene, "in-use", "Already open elsewhere", "已在别处打开", "Try again", "重试")
    app = scene.troubled.start()
    app.button("Try again")
    other.stdin.close()
    other.wait(10)
    app.press("Try again")
    app.button("Chats")
    app.close()


@step
def a_passphrase(scene):
    secret = os.path.join(scene.desk.dir, "secret")
    with open(secret, "w", encoding="utf-8") as f:
        f.write("correct horse\n")
    fresh(scene, "locked", "--passphrase-file", secret)
    trouble(scene, "locked", "Locked", "已锁定", "Unlock", "解锁")
    app = scene.troubled
    for chinese, field, label, wrong in ((True, "口令", "解锁", "口令不对"), (False, "Passphrase", "Unlock", "That was not it")):
        app.start(chinese=chinese)
        enter(app, field, "wrong horse", label)
        app.find(name=wrong)
        app.shot("trouble-passphrase" + ("-zh" if chinese else ""))
        if chinese:
            app.close()
    enter(app, "Passphrase", "correct horse", "Unlock")
    app.button("Chats")
    app.close()


def enter(app, field, text, button):
    node = wait(lambda: app.all(Atspi.Role.PASSWORD_TEXT, name=field), "the field for the passphrase")[0]
    node.get_editable_text_iface().set_text_contents(text)
    app.press(button)


def main():
    need("Xvfb", "dbus-daemon", "openbox", "xdotool", "import", "ip")
    desk = Desk(sys.argv[1], sys.argv[2])
    print("1..%d" % len(STEPS))
    status = 0
    try:
        global Atspi
        from app import App, Atspi  # the bus has to be there first
        scene = Scene(desk, App)
        scene.troubled = scene.lin
        for number, function in enumerate(STEPS, 1):
            name = function.__name__.replace("_", " ")
            try:
                function(scene)
            except Failed as error:
                print("not ok %d - %s\n# %s" % (number, name, error))
                for app in {scene.lin, scene.troubled}:
                    if app.process is not None and app.process.poll() is None:
                        app.screen_shot("failed-" + app.name)
                print("Bail out!")
                status = 1
                break
            print("ok %d - %s" % (number, name), flush=True)
    finally:
        desk.close()
    return status


if __name__ == "__main__":
    sys.exit(main())
