#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""Shared folders in the window: one's own, somebody else's, fetched, changed on both sides, given up.

The other side is lanyard-cli in a second namespace. Pictures are kept in tests/ui/shots of the build
folder, in English and in Chinese.
"""
import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from desk import Desk, Failed, need, wait  # noqa: E402
from peer import Peer, init  # noqa: E402

STEPS = []
Atspi = None


def step(function):
    STEPS.append(function)
    return function


class Scene:
    def __init__(self, desk, app_class):
        self.desk = desk
        here, there = desk.cable()
        self.lin = app_class(desk, "lin-shares", here)
        init(desk, self.lin.profile, "林子墨")
        self.there = there
        self.peer = None
        self.ours = os.path.join(desk.dir, "项目资料")
        self.theirs = os.path.join(desk.dir, "Designs")
        self.at_peer = os.path.join(desk.dir, "at-peer")

    def state(self, share):
        return next((s for s in self.peer.call("share.list")["shares"] if s["id"] == share), None)


def write(folder, path, data):
    full = os.path.join(folder, path)
    os.makedirs(os.path.dirname(full), exist_ok=True)
    with open(full, "w", encoding="utf-8") as f:
        f.write(data)


def read(folder, path):
    try:
        with open(os.path.join(folder, path), encoding="utf-8") as f:
            return f.read()
    except OSError:
        return None


def cell(app, begins):
    return app.find(Atspi.Role.TABLE_CELL, begins=begins)


@step
def a_folder_dropped_in_a_chat(scene):
    for path in ("合同草稿.txt", "图纸/一层.dwg", "图纸/二层.dwg", "readme.md"):
        write(scene.ours, path, "content of " + path)
    os.symlink("/etc/hostname", os.path.join(scene.ours, "链接"))
    lin = scene.lin.start()
    scene.peer = Peer(scene.desk, scene.there, "李伟", "wei-shares")
    scene.peer.send("林子墨", "把项目资料共享给我吧")
    lin.open_chat("李伟")
    lin.press("Accept")
    lin.paste_file(scene.ours)
    lin.find(name="项目资料")
    lin.shot("share-dropped")
    lin.press("Share instead")
    lin.find(Atspi.Role.TEXT, name="Name of the shared folder")
    wait(lambda: lin.all(Atspi.Role.CHECK_BOX, name="李伟") and
         lin.all(Atspi.Role.CHECK_BOX, name="李伟")[0].get_state_set().contains(Atspi.StateType.CHECKED), "that 李伟 is chosen")
    lin.screen_shot("share-window")
    lin.press("Share")
    cell(lin, "readme.md")


@step
def its_page(scene):
    lin = scene.lin
    wait(lambda: scene.peer.call("share.list")["shares"], "the invitation")
    scene.share = scene.peer.call("share.list")["shares"][0]["id"]
    scene.peer.call("share.accept", id=scene.share, dir=scene.at_peer, keep=True)
    wait(lambda: read(scene.at_peer, "图纸/二层.dwg"), "that it is there")
    cell(lin, "Not shared")
    lin.shot("share-files")
    lin.press("Members")
    lin.find(name="Takes part")
    lin.shot("share-people")
    combo = lin.find(Atspi.Role.COMBO_BOX, name="What 李伟 may do")
    combo.get_action_iface().do_action(0)
    lin.click(lin.find(Atspi.Role.MENU_ITEM, name="May also change"))
    wait(lambda: scene.state(scene.share)["access"] == "write", "that 李伟 may change files")
    lin.press("What happened")
    lin.find(Atspi.Role.LIST_ITEM, has="李伟 fetched “readme.md” from here")
    lin.find(Atspi.Role.LIST_ITEM, has="“链接” is not shared")
    lin.shot("share-log")


@step
def both_change_one_file(scene):
    """Two versions that do not know of each other: the cable is out meanwhile."""
    lin = scene.lin
    lin.press("Files")
    scene.peer.quit()
    write(scene.ours, "readme.md", "by Lin")
    write(scene.at_peer, "readme.md", "by Wei")
    later = time.time() + 60
    os.utime(os.path.join(scene.at_peer, "readme.md"), (later, later))
    scene.peer = Peer.again(scene.peer)
    wait(lambda: read(scene.ours, "readme.md") == "by Wei", "the later version")
    lin.find(begins="1 file was changed on both sides")
    copy = wait(lambda: [n for n in os.listdir(scene.ours) if n.startswith("readme (conflict")], "the other version")[0]
    cell(lin, copy)
    cell(lin, "Other version of a conflict")
    lin.shot("share-conflict")
    if read(scene.ours, copy) != "by Lin":
        raise Failed("the other version is another one")
    lin.press("See which")
    lin.find(Atspi.Role.LIST_ITEM, has="The other version is kept as “%s”" % copy)
    lin.shot("share-conflict-log")
    wait(lambda: not lin.all(name="See which"), "that it counts as seen")


@step
def an_invitation(scene):
    lin = scene.lin
    for path in ("logo.svg", "screens/main.png", "screens/call.png"):
        write(scene.theirs, path, "content of " + path)
    scene.second = scene.peer.call("share.create", dir=scene.theirs, name="Designs")["id"]
    wait(lambda: scene.state(scene.second), "that it is listed")
    scene.peer.call("share.invite", id=scene.second, person="林子墨", access="read")
    lin.click_row(begins="Designs")
    cell(lin, "logo.svg")
    lin.find(has="shares this folder with you")
    lin.shot("share-invited")
    keep = lin.find(Atspi.Role.CHECK_BOX, name="Keep everything here and in step")
    keep.get_action_iface().do_action(0)
    lin.press("Take part")
    cell(lin, "Not here")
    lin.click(cell(lin, "logo.svg"))
    lin.press("Fetch")
    scene.here = os.path.join(scene.lin.home, "Downloads", "Designs")
    wait(lambda: read(scene.here, "logo.svg"), "what was asked for")
    if os.path.exists(scene.here + "/screens/main.png"):
        raise Failed("more was fetched than was asked for")
    lin.shot("share-on-demand")
    lin.find(Atspi.Role.TOGGLE_BUTTON, name="Keep in step").get_action_iface().do_action(0)
    wait(lambda: read(scene.here, "screens/main.png"), "everything")
    lin.find(has="all of it here")


@step
def by_keys_and_from_the_menu(scene):
    lin = scene.lin
    lin.key("ctrl+shift+c")
    lin.open_chat("李伟")
    lin.press("Send files")
    lin.find(name="Share a folder…")
    lin.screen_shot("share-menu")
    lin.key("Escape")
    lin.key("ctrl+shift+t")
    lin.press("Share a folder")
    lin.find(Atspi.Role.TEXT, name="Name of the shared folder")
    lin.key("Escape")
    wait(lambda: not lin.all(Atspi.Role.TEXT, name="Name of the shared folder"), "that the window is gone")


@step
def taken_out_left_and_stopped(scene):
    lin = scene.lin
    lin.click_row(begins="项目资料")
    lin.press("Members")
    lin.press("Take 李伟 out")
    lin.find(name="Take 李伟 out of this folder?")
    lin.screen_shot("share-take-out")
    lin.press("Take out")
    wait(lambda: scene.state(scene.share)["state"] == "ended", "that 李伟 hears of it")
    if read(scene.at_peer, "readme.md") != "by Wei":
        raise Failed("what was fetched went away")
    lin.click_row(begins="Designs")
    lin.press("More about this folder")
    lin.press("Leave…")
    lin.press("Leave")
    wait(lambda: not lin.all(Atspi.Role.LIST_ITEM, begins="Designs"), "that it is gone from the list")
    lin.close()


@step
def the_same_in_chinese(scene):
    lin = scene.lin.start(chinese=True)
    lin.key("ctrl+shift+t")
    lin.click_row(begins="项目资料")
    cell(lin, "readme.md")
    cell(lin, "未共享")
    lin.shot("share-files-zh")
    lin.press("动态")
    lin.find(Atspi.Role.LIST_ITEM, has="从这里取走了")
    lin.shot("share-log-zh")
    lin.press("成员")
    lin.find(name="您，所有者")
    lin.shot("share-people-zh")
    lin.press("共享文件夹")
    lin.find(Atspi.Role.TEXT, name="共享文件夹的名称")
    lin.screen_shot("share-window-zh")
    lin.key("Escape")
    lin.close()
    lin.start(chinese=True, dark=True, size=(420, 760))
    lin.key("ctrl+shift+t")
    lin.click_row(begins="项目资料")
    cell(lin, "readme.md")
    lin.shot("share-files-zh-narrow")
    lin.close()


@step
def its_folder_is_lost(scene):
    """Nothing is taken for removed; it gets another place."""
    lin = scene.lin
    os.rename(scene.ours, scene.ours + " - moved")
    lin.start(chinese=True)
    lin.key("ctrl+shift+t")
    lin.click_row(begins="项目资料")
    lin.button("换个位置…")
    lin.shot("share-lost-zh")
    lin.close()
    lin.start()
    lin.key("ctrl+shift+t")
    lin.click_row(begins="项目资料")
    lin.find(begins="The folder is not there")
    if lin.all(has="all of it here"):
        raise Failed("it says that all of it is here")
    lin.shot("share-lost")
    lin.press("Another place…")
    lin.press("Save here")
    new = os.path.join(lin.home, "Downloads", "项目资料")
    wait(lambda: os.path.isdir(os.path.join(new, ".lanyard-share")), "the other place")
    wait(lambda: not lin.all(name="Another place…"), "that it is not lost any more")
    cell(lin, "readme.md")
    lin.shot("share-lost-new-place")
    if os.listdir(scene.ours + " - moved") == []:
        raise Failed("what was in it was removed")
    lin.close()


def main():
    need("Xvfb", "dbus-daemon", "openbox", "xdotool", "xclip", "import", "ip")
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
