#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""The preferences' page about backups: a code is made, written down and confirmed, a backup is written; and a first start
that begins with one.

Pictures are kept in tests/ui/shots of the build folder, in English and in Chinese.
"""
import glob
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from desk import Desk, Failed, need, run, wait  # noqa: E402
from peer import Peer, init  # noqa: E402

STEPS = []
Atspi = None


def step(function):
    STEPS.append(function)
    return function


class Scene:
    def __init__(self, desk, app_class):
        self.desk, self.app_class = desk, app_class
        self.here, self.there = desk.cable()
        self.lin = app_class(desk, "lin-backup", self.here)
        init(desk, self.lin.profile, "林子墨")
        self.path = None


def open_page(app, names=("Enter sends", "Preferences", "Backup")):
    app.activate()
    app.key("ctrl+comma")
    app.find(Atspi.Role.TOGGLE_BUTTON, name=names[0])
    window = wait(lambda: run("xdotool", "search", "--onlyvisible", "--name", names[1], check=False).split(),
                  "the window of the preferences")[-1]
    run("xdotool", "windowmove", "--sync", window, "300", "60", check=False)
    app.press(names[2])


def dialog(app, title):
    """Waits for the dialog for files with this title."""
    window = wait(lambda: run("xdotool", "search", "--onlyvisible", "--name", "^%s$" % title, check=False).split(),
                  "the dialog " + title)[-1]
    run("xdotool", "windowactivate", "--sync", window, check=False)
    wait(lambda: app.in_front() == window, "the keyboard in the dialog")


def code_shown(app):
    return [t for t in (n.get_name() or "" for n in app.all()) if re.fullmatch(r"([0-9A-Z]{5}-){5}[0-9A-Z]{5}", t)]


@step
def a_code_is_made_and_confirmed(scene):
    lin = scene.lin.start()
    peer = scene.peer = Peer(scene.desk, scene.there, "李伟", "wei-backup")
    peer.send("林子墨", "合同草稿")
    lin.open_chat("李伟")
    lin.press("Accept")
    open_page(lin)
    lin.find(name="Recovery code: None was made yet")
    lin.screen_shot("backup-none")
    lin.press("Make Code")
    scene.code = wait(lambda: code_shown(lin), "the code")[0]
    lin.screen_shot("backup-code")
    lin.write("wrong", "The third group of it")
    lin.write(scene.code.split("-")[2].lower(), "The third group of it")
    lin.find(name="Recovery code: You have written it down")
    if code_shown(lin):
        raise Failed("the code is still there")


@step
def a_backup_is_written(scene):
    lin = scene.lin
    lin.press("Back Up…")
    dialog(lin, "Back Up")
    run("xdotool", "key", "--clearmodifiers", "Return", check=False)
    lin.find(begins="Back up now: Done: ")
    lin.screen_shot("backup-done")
    written = glob.glob(lin.home + "/lanyard-*.backup")
    if len(written) != 1:
        raise Failed("there is no file")
    scene.path = written[0]
    lin.close()


@step
def the_page_in_chinese(scene):
    lin = scene.lin.start(chinese=True)
    open_page(lin, ("按 Enter 发送", "首选项", "备份"))
    lin.press("显示代码")
    wait(lambda: code_shown(lin), "the code")
    lin.screen_shot("backup-zh")
    lin.close()


@step
def a_first_start_begins_with_it(scene):
    new = scene.app_class(scene.desk, "new-backup", scene.here)
    new.start(chinese=True)
    new.press("从备份恢复")
    new.shot("restore-zh")
    new.close()
    new.start()
    new.press("Restore from a backup")
    new.write(scene.path, "Backup to restore from")
    new.write("00000", "Recovery code")
    new.press("Restore")
    new.find(begins="This code or passphrase does not open it")
    new.shot("restore-wrong")
    new.write(scene.code, "Recovery code")
    new.press("Restore")
    new.find(begins="Restored.")
    new.shot("restored")
    new.open_chat("李伟")
    new.row(has="合同草稿")
    new.close()


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
