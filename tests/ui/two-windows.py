#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""Two people who never met start Lanyard, write to each other in Chinese and pass a file.

Then the same profile is shown in Chinese, dark, narrow and with large text. Pictures of every screen
are kept in tests/ui/shots of the build folder, to be looked at by who changes the interface.
"""
import filecmp
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from desk import Desk, Failed, need, wait  # noqa: E402

GREETING = "您好，合同已经盖章，扫描件马上发您。"
ANSWER = "收到，谢谢！<b>下午</b>见 https://contracts.example/2027?a=1&b=2"
STEPS = []
Atspi = None


def step(function):
    STEPS.append(function)
    return function


@step
def first_start(lin, wei):
    for app, name in ((lin, "林子墨"), (wei, "李伟")):
        app.start()
        app.write(name, "Your name")
        app.shot("first-start-" + app.name)
        app.press("Start")
        app.button("Chats")


@step
def they_see_each_other(lin, wei):
    lin.row(begins="李伟")
    wei.row(begins="林子墨")
    lin.shot("nearby")


@step
def a_message(lin, wei):
    lin.open_chat("李伟")
    lin.write(GREETING)
    lin.press("Send")
    lin.row(has=GREETING)
    wei.row(begins="林子墨")


@step
def the_stranger_asks(lin, wei):
    wei.shot("request-in-chats")
    wei.press("People")
    wei.shot("people-request")
    wei.open_chat("林子墨")
    wei.row(has=GREETING)
    wei.shot("request")
    wei.press("Accept")
    lin.row(has=GREETING + ", read")


@step
def an_answer(lin, wei):
    wei.write(ANSWER)
    wei.press("Send")
    lin.row(has=ANSWER)
    lin.activate()
    wei.row(has=ANSWER + ", read")
    wei.press("Chats")
    wei.row(begins="林子墨")


@step
def words(lin, wei):
    lin.press("Known, not compared")
    lin.button("They match")
    lin.shot("words")
    lin.press("They match")
    lin.button("Verified by you")
    lin.key("F9")
    lin.find(name="Who this is")
    lin.shot("details")


@step
def keys(lin, wei):
    lin.key("ctrl+k")
    lin.find(name="Search people and messages")
    lin.shot("search")
    lin.key("Escape")
    lin.key("ctrl+comma")
    lin.find(Atspi.Role.TOGGLE_BUTTON, name="Enter sends")
    lin.screen_shot("preferences")
    lin.dismiss("Enter sends")


@step
def a_file(lin, wei):
    path = os.path.join(lin.home, "框架合同 2027.pdf")
    with open(path, "wb") as f:
        f.write(os.urandom(3 * 1024 * 1024))
    paste(lin, path)
    lin.shot("attachment")
    lin.press("Send")
    wei.button("Accept")
    wei.shot("file-offered")
    wei.press("Accept")
    wei.button("Open")
    arrived = os.path.join(wei.home, "Downloads", os.path.basename(path))
    wait(lambda: os.path.exists(arrived) and filecmp.cmp(path, arrived, shallow=False), "the same file")
    wei.shot("file-done")
    wei.press("Transfers")
    wei.find(name="Transfers")
    wei.shot("transfers")
    wei.press("Chats")


def paste(app, path):
    app.paste_file(path)
    app.button("Take out")


def limit(app, megabytes):
    app.key("ctrl+comma")
    app.press("Files and network")
    spin = app.find(Atspi.Role.SPIN_BUTTON, name="Speed limit")
    spin.get_value_iface().set_current_value(megabytes)
    app.dismiss("Speed limit")


@step
def a_folder(lin, wei):
    folder = os.path.join(lin.home, "项目资料")
    for name, size in (("合同/框架合同.pdf", 900_000), ("合同/附件/报价单.xlsx", 40_000), ("照片/厂房.jpg", 2_500_000),
                       ("说明.txt", 1_200)):
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as f:
            f.write(os.urandom(size))
    os.symlink("说明.txt", os.path.join(folder, "又是说明.txt"))
    limit(lin, 0.5)
    paste(lin, folder)
    lin.find(name="folder, 1 link left out")
    lin.shot("folder-attachment")
    lin.press("Send")
    wei.press("Choose files…")
    window = wait(lambda: [n for role in (Atspi.Role.DIALOG, Atspi.Role.FRAME) for n in wei.all(role, name="项目资料")],
                  "the window of the folder")[0]
    accept = wait(lambda: [n for n in wei.all(Atspi.Role.PUSH_BUTTON, name="Accept", root=window)
                           if n.get_state_set().contains(Atspi.StateType.SENSITIVE)], "its button")[0]
    wei.screen_shot("folder-offered")
    accept.get_action_iface().do_action(0)
    wei.button("Pause")
    wei.shot("folder-running")
    wei.press("Pause")
    wei.find(begins="Paused at")
    wei.shot("folder-paused")
    wei.press("Resume")
    limit(lin, 0)
    arrived = os.path.join(wei.home, "Downloads", "项目资料")
    wait(lambda: os.path.exists(arrived + "/照片/厂房.jpg") and filecmp.cmp(
        folder + "/照片/厂房.jpg", arrived + "/照片/厂房.jpg", shallow=False), "the same picture")
    wait(lambda: os.path.exists(arrived + "/合同/附件/报价单.xlsx"), "the deepest file")
    wait(lambda: len(wei.all(Atspi.Role.PUSH_BUTTON, name="Open")) == 2, "that the folder is whole")
    wei.shot("folder-done")


@step
def offline_waits(lin, wei):
    wei.close()
    wait(lambda: lin.all(name="Offline, will be delivered later"), "that he is gone")
    lin.write("明天见")
    lin.press("Send")
    lin.row(has="明天见, waits on this computer")
    lin.shot("waiting")


@step
def in_chinese(lin, wei):
    lin.close()
    lin.start(chinese=True)
    lin.open_chat("李伟")
    lin.row(has=GREETING)
    lin.button("会话")
    lin.shot("main-zh")
    lin.close()


@step
def dark_narrow_large(lin, wei):
    for name, how in (("dark", {"dark": True}), ("narrow", {"size": (400, 740)}),
                      ("large", {"scale": 2, "chinese": True, "size": (1240, 800)})):
        lin.start(**how)
        lin.row(begins="李伟")
        lin.shot(name + "-list")
        lin.open_chat("李伟")
        lin.row(has=GREETING)
        lin.shot(name)
        lin.close()


def main():
    need("Xvfb", "dbus-daemon", "openbox", "xdotool", "xclip", "import", "ip")
    desk = Desk(sys.argv[1], sys.argv[2])
    print("1..%d" % len(STEPS))
    status = 0
    try:
        global Atspi
        from app import App, Atspi  # the bus has to be there first
        a, b = desk.cable()
        people = App(desk, "lin", a, 0), App(desk, "wei", b, 1300)
        for number, function in enumerate(STEPS, 1):
            name = function.__name__.replace("_", " ")
            try:
                function(*people)
            except Failed as error:
                print("not ok %d - %s\n# %s" % (number, name, error))
                for app in people:
                    if app.process is not None and app.process.poll() is None:
                        app.shot("failed-" + app.name)
                print("Bail out!")
                status = 1
                break
            print("ok %d - %s" % (number, name), flush=True)
    finally:
        desk.close()
    return status


if __name__ == "__main__":
    sys.exit(main())
