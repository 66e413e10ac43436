#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""Looking for what was said: in the sidebar, in one chat, by day, among files and links.

The other side is lanyard-cli in a second namespace. Pictures are kept in tests/ui/shots of the build
folder, in English and in Chinese.
"""
import glob
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from desk import Desk, Failed, need, run, wait  # noqa: E402
from peer import Peer, cli, init  # noqa: E402

OLD = "合同草稿在 https://example.org/contract 里"
STEPS = []
Atspi = None


def step(function):
    STEPS.append(function)
    return function


class Scene:
    def __init__(self, desk, app_class):
        self.desk = desk
        here, there = desk.cable()
        self.lin = app_class(desk, "lin-history", here)
        init(desk, self.lin.profile, "林子墨")
        self.there = there
        self.peer = None


@step
def a_long_chat(scene):
    lin = scene.lin.start()
    peer = scene.peer = Peer(scene.desk, scene.there, "李伟", "wei-history")
    peer.send("林子墨", OLD)
    for i in range(120):
        peer.call("message.send", to="林子墨", text="闲聊第 %d 句 small talk" % i)
    path = os.path.join(scene.desk.dir, "合同扫描.png")
    with open(path, "wb") as f:
        f.write(b"x" * 3000)
    peer.call("message.send", to="林子墨", text="The contract is ready")
    peer.call("file.send", to="林子墨", paths=[path])
    lin.open_chat("李伟")
    lin.press("Accept")
    lin.row(has="The contract is ready")


@step
def in_the_sidebar(scene):
    lin = scene.lin
    lin.press("Search")
    lin.write("合同", "Search people and messages")
    lin.find(has="合同草稿在", role=Atspi.Role.LIST_ITEM)
    lin.find(name="Messages")
    lin.shot("search-sidebar")
    lin.click(lin.all(Atspi.Role.LIST_ITEM, has="合同草稿在")[-1])
    wait(lambda: len(lin.all(Atspi.Role.LIST_ITEM, has="合同草稿在")) >= 2, "the message in its place")
    lin.shot("search-jumped")
    lin.key("ctrl+k")
    lin.write("zzzz", "Search people and messages")
    lin.find(name="No messages found")
    lin.key("Escape")


@step
def in_the_chat(scene):
    lin = scene.lin
    lin.open_chat("李伟")
    lin.key("ctrl+f")
    lin.write("contract", "Search this chat")
    lin.find(name="1 of 2")
    lin.shot("search-chat")
    lin.press("Older hit")
    lin.find(name="2 of 2")
    lin.row(has=OLD)
    lin.press("Newer hit")
    lin.find(name="1 of 2")
    lin.button("Go to a day").get_action_iface().do_action(0)
    lin.find(Atspi.Role.CALENDAR)
    lin.screen_shot("search-calendar")
    lin.key("Escape")
    lin.key("Escape")
    wait(lambda: not lin.all(Atspi.Role.TEXT, name="Search this chat"), "that the bar is gone")


def dialog(app, title):
    """Waits for the dialog for files with this title."""
    window = wait(lambda: run("xdotool", "search", "--onlyvisible", "--name", "^%s$" % title, check=False).split(),
                  "the dialog " + title)[-1]
    run("xdotool", "windowactivate", "--sync", window, check=False)
    wait(lambda: app.in_front() == window, "the keyboard in the dialog")


def press_below(app, name):
    """A button that one has to scroll to."""
    def seek(node):
        if node is None:
            return None
        if node.get_role() == Atspi.Role.PUSH_BUTTON and node.get_name() == name \
                and node.get_state_set().contains(Atspi.StateType.SENSITIVE):
            return node
        return next((found for i in range(node.get_child_count())
                     for found in [seek(node.get_child_at_index(i))] if found), None)
    wait(lambda: seek(app.root), "the button " + name).get_action_iface().do_action(0)


def keep_a_year(lin):
    """What is older goes once that was agreed to, and not before."""
    def shown():
        return "很久" in run(cli(lin.desk), "--profile", lin.profile, "search", "以前", check=False)

    wait(shown, "the old message")
    combo = lin.find(Atspi.Role.COMBO_BOX, name="Keep messages")
    for answer in ("Cancel", "Remove"):
        combo.get_selection_iface().select_child(1)
        lin.button("Remove")
        lin.screen_shot("keep-retention")
        if not shown():
            raise Failed("gone before it was agreed to")
        lin.press(answer)
    wait(lambda: not shown(), "that the old message is gone")
    lin.screen_shot("keep-year")


@step
def a_chat_into_a_file_and_back(scene):
    lin = scene.lin
    lin.press("Details")
    press_below(lin, "History of This Chat…")
    lin.button("Save Chat…")
    lin.screen_shot("keep")
    lin.write("yesterday", "From (YYYY-MM-DD)")
    lin.press("Save Chat…")
    dialog(lin, "Save Chat")
    run("xdotool", "key", "--clearmodifiers", "Return", check=False)
    lin.find(name="A day is written as 2026-11-23.")
    lin.write("2020-01-01", "From (YYYY-MM-DD)")
    lin.press("Save Chat…")
    dialog(lin, "Save Chat")
    run("xdotool", "key", "--clearmodifiers", "Return", check=False)
    lin.find(has="messages were saved. The file is not encrypted.")
    lin.screen_shot("keep-saved")
    pages = glob.glob(lin.home + "/李伟 *.html")
    if len(pages) != 1 or os.stat(pages[0]).st_mode & 0o777 != 0o600:
        raise Failed("no page for its owner only: %s" % pages)
    path = os.path.join(scene.desk.dir, "old.json")
    old = {"id": "ab" * 16, "from": "cd" * 32, "name": "旧同事", "time": 1600000000000, "kind": "text",
           "text": "很久以前的话"}
    with open(path, "w", encoding="utf-8") as f:
        json.dump({"format": "lanyard-chat", "version": 1, "messages": [old]}, f)
    for text in ("1 of 1 message was imported; the others were there already.",
                 "0 of 1 message was imported; the others were there already."):
        lin.press("Import Chat…")
        dialog(lin, "Import Chat")
        run("xdotool", "type", "--delay", "20", path)
        run("xdotool", "key", "--clearmodifiers", "Return", check=False)
        lin.find(name=text)
    lin.screen_shot("keep-imported")
    with open(path, "w", encoding="utf-8") as f:
        f.write("PK")
    lin.press("Import Chat…")
    dialog(lin, "Import Chat")
    run("xdotool", "type", "--delay", "20", path)
    run("xdotool", "key", "--clearmodifiers", "Return", check=False)
    lin.find(begins="This file is no saved chat")
    keep_a_year(lin)
    dialog(lin, "History of this chat")
    run("xdotool", "key", "--clearmodifiers", "Escape", check=False)
    wait(lambda: not lin.all(name="Save Chat…"), "that the window is gone")


@step
def media_and_links(scene):
    lin = scene.lin
    lin.press("Media, files and links…")
    lin.find(Atspi.Role.LIST_ITEM, has="合同扫描.png")
    lin.screen_shot("search-media")
    lin.press("Links")
    row = lin.find(Atspi.Role.LIST_ITEM, has="https://example.org/contract")
    lin.screen_shot("search-links")
    lin.click(row)
    wait(lambda: not lin.all(name="Links"), "that the window is gone")
    lin.close()


@step
def the_same_in_chinese_and_dark(scene):
    lin = scene.lin.start(chinese=True, dark=True)
    lin.open_chat("李伟")
    lin.press("搜索")
    lin.write("合同", "搜索联系人和消息")
    lin.find(name="消息")
    lin.find(has="合同草稿在", role=Atspi.Role.LIST_ITEM)
    lin.key("ctrl+f")
    lin.write("合同", "在聊天中搜索")
    lin.find(has=" / ")
    lin.shot("search-zh-dark")
    lin.press("详细信息") if lin.all(name="详细信息") else lin.key("ctrl+i")
    lin.press("媒体、文件和链接…")
    lin.find(Atspi.Role.LIST_ITEM, has="合同扫描.png")
    lin.screen_shot("search-media-zh-dark")
    press_below(lin, "此聊天的历史记录…")
    lin.button("保存聊天…")
    lin.screen_shot("keep-zh-dark")
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
