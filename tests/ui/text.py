#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""How texts of messages are shown and written: formats, code, links and where they go.

The other side is lanyard-cli in a second namespace. Pictures are kept in tests/ui/shots of the build
folder, in English and in Chinese.
"""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from desk import Desk, Failed, need, run, wait  # noqa: E402
from peer import Peer, init  # noqa: E402

STEPS = []
FORMATTED = """**Release 2** is *nearly* ready, ~~Monday~~ Tuesday:
- read `notes.txt`
- ask @林子墨
1. then ship

> the contract says so

```c
int main (void) { return 0; }
```
See [the plan](https://www.example.com/plan) or https://xn--80ak6aa92e.com/login."""


def step(function):
    STEPS.append(function)
    return function


class Scene:
    def __init__(self, desk, app_class):
        self.desk = desk
        here, self.there = desk.cable()
        self.lin = app_class(desk, "lin-text", here)
        init(desk, self.lin.profile, "林子墨")
        self.peer = None


def clipboard(lin, expected):
    """What was copied; asked of the screen as another program would."""
    wait(lambda: run("xclip", "-selection", "clipboard", "-o", check=False) == expected, "the copied text")


@step
def formats(scene):
    lin = scene.lin.start()
    peer = scene.peer = Peer(scene.desk, scene.there, "李伟", "wei-text")
    peer.send("林子墨", FORMATTED)
    lin.open_chat("李伟")
    lin.press("Accept")
    lin.label("Release 2 is nearly ready, Monday Tuesday:\n• read notes.txt\n• ask @林子墨\n\n1. then ship"
              .replace("\n\n1.", "\n1."))
    lin.label("the contract says so")
    lin.label("int main (void) { return 0; }")
    lin.label("See the plan or https://xn--80ak6aa92e.com/login.")
    lin.shot("text-formats")
    lin.press("Copy code")
    clipboard(lin, "int main (void) { return 0; }")


@step
def as_typed_and_copied(scene):
    lin = scene.lin
    lin.choose(": **Release 2**", "Copy")
    clipboard(lin, FORMATTED)
    lin.choose(": **Release 2**", "Show as Typed")
    lin.label(FORMATTED)
    lin.choose(": **Release 2**", "Show as Typed")
    lin.label("the contract says so")
    lin.choose(": **Release 2**", "Select text")
    lin.label(FORMATTED)
    lin.key("ctrl+c")
    clipboard(lin, FORMATTED)


@step
def links_say_where_they_go(scene):
    lin, peer = scene.lin, scene.peer
    lin.choose(": **Release 2**", "Open Link…")
    lin.press("https://xn--80ak6aa92e.com/login")
    lin.find(name="xn--80ak6aa92e.com")
    lin.find(has="Looks like: ")
    lin.find(has="letters that look like others")
    lin.screen_shot("text-link")
    lin.press("Cancel")
    wait(lambda: not lin.all(has="Looks like: "), "that the question is gone")
    peer.send("林子墨", "[bank](https://bank.example@evil.example/) and [run](javascript:alert)")
    lin.label("bank and run (javascript:alert)")
    lin.choose(": [bank]", "Open Link…")
    lin.find(name="evil.example")
    lin.find(has="not where this address goes")
    lin.press("Copy Address")
    clipboard(lin, "https://bank.example@evil.example/")
    peer.send("林子墨", "**www.example.com/click-here-with-the-mouse-please**")
    lin.label("www.example.com/click-here-with-the-mouse-please")
    lin.click(lambda: lin.all(name="www.example.com/click-here-with-the-mouse-please")[0])
    lin.find(name="www.example.com")
    lin.press("Cancel")
    lin.close()


@step
def the_same_in_chinese_and_dark(scene):
    lin = scene.lin.start(chinese=True, dark=True)
    lin.open_chat("李伟")
    lin.label("the contract says so")
    lin.find(name="复制代码")
    lin.shot("text-formats-zh-dark")
    lin.choose(": **Release 2**", "打开链接(L)…")
    lin.press("https://xn--80ak6aa92e.com/login")
    lin.find(has="看起来像：")
    lin.screen_shot("text-link-zh-dark")
    lin.press("取消(C)")
    lin.close()


def main():
    need("Xvfb", "dbus-daemon", "openbox", "xdotool", "import", "ip", "xclip")
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
