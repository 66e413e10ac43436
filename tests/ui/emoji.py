#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""Emoji: the picker, searched in English and in Chinese, names behind a colon, reactions; and an input method
that composes, in the field, behind "@" and behind ":".

The input method is a module of GTK's (im-compose.c): what is typed goes the way it goes with fcitx or ibus. The
other side is lanyard-cli in a second namespace.
"""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from desk import Desk, Failed, need, run, wait  # noqa: E402
from peer import Peer, init  # noqa: E402

STEPS = []


def step(function):
    STEPS.append(function)
    return function


class Scene:
    def __init__(self, desk, app_class):
        self.desk = desk
        here, self.there = desk.cable()
        self.lin = app_class(desk, "lin-emoji", here)
        init(desk, self.lin.profile, "林子墨")
        self.peer = None

    def input_method(self):
        """From now on programs of this desk have the one of this folder."""
        cache = os.path.join(self.desk.dir, "immodules.cache")
        with open(cache, "w", encoding="utf-8") as f:
            f.write('"%s/tests/ui/im-compose.so"\n"lanyard-test" "Test" "" "" ""\n' % self.desk.build)
        os.environ.update(GTK_IM_MODULE_FILE=cache, GTK_IM_MODULE="lanyard-test")


def written(lin, label="Message"):
    from gi.repository import Atspi
    node = lin.all(Atspi.Role.TEXT, name=label)
    return node[0].get_text_iface().get_text(0, -1) if node else None


def has_written(lin, text, label="Message"):
    wait(lambda: written(lin, label) == text, "%s in the field, not %s" % (text, written(lin, label)))


def arrives(peer, text):
    peer.event("message.received", text=text)


def nothing_sent(lin, text):
    """What waits in the field was not sent: it would be a row."""
    if lin.all(has=text, role=None) and [n for n in lin.all() if n.get_role_name() == "list item" and text in n.get_name()]:
        raise Failed("sent too early: " + text)


def search(lin, text, label="Search emoji"):
    from gi.repository import Atspi
    node = lin.find(Atspi.Role.TEXT, name=label)
    node.get_editable_text_iface().set_text_contents(text)


def offered(lin, name):
    return lin.find(name=name)


@step
def picker(scene):
    from gi.repository import Atspi
    lin = scene.lin.start()
    peer = scene.peer = Peer(scene.desk, scene.there, "李伟", "wei-emoji")
    peer.send("林子墨", "hello")
    lin.open_chat("李伟")
    lin.press("Accept")
    lin.press("Emoji")
    lin.find(name="grinning face")
    lin.screen_shot("emoji-picker")
    search(lin, "coff")
    offered(lin, "hot beverage")
    search(lin, "笑")
    offered(lin, "face with tears of joy")
    lin.screen_shot("emoji-search")
    search(lin, "xyzzy")
    lin.label("No emoji is called that")
    search(lin, "red heart")
    offered(lin, "red heart")
    lin.key("Return")
    has_written(lin, "❤️")
    lin.press("Emoji")
    offered(lin, "red heart")  # was used lately
    lin.key("Down")
    lin.label("red heart")
    lin.key("Return")
    has_written(lin, "❤️❤️")
    lin.press("Emoji")
    lin.press("Skin tone: none")
    lin.button("Skin tone: light")
    search(lin, "waving hand")
    lin.click(lambda: lin.all(name="waving hand")[0])
    has_written(lin, "❤️❤️👋🏻")
    lin.key("ctrl+period")
    lin.find(Atspi.Role.TEXT, name="Search emoji")
    lin.key("Escape")
    wait(lambda: not lin.all(Atspi.Role.TEXT, name="Search emoji"), "that the picker is closed")
    lin.press("Send")
    arrives(peer, "❤️❤️👋🏻")


@step
def names_behind_a_colon(scene):
    lin, peer = scene.lin, scene.peer
    lin.type("well :thumbs_u")
    offered(lin, "thumbs up")
    lin.screen_shot("emoji-colon")
    lin.key("Return")
    has_written(lin, "well 👍🏻")
    lin.key("Return")
    arrives(peer, "well 👍🏻")
    lin.type("at 12:30 :smi")
    lin.key("Escape")
    lin.key("Return")
    arrives(peer, "at 12:30 :smi")


@step
def another_reaction(scene):
    lin, peer = scene.lin, scene.peer
    lin.choose(": hello", "Other Reaction…")
    search(lin, "咖啡")
    offered(lin, "hot beverage")
    lin.key("Return")
    lin.find(begins="☕")
    lin.screen_shot("emoji-reaction")
    lin.close()


@step
def composing_in_the_field(scene):
    scene.input_method()
    lin, peer = scene.lin.start(), scene.peer
    lin.open_chat("李伟")
    lin.key("Tab")
    lin.click(lambda: lin.all(name="Message")[0])
    lin.type("nihao")
    lin.screen_shot("compose-preedit")
    has_written(lin, "")
    lin.key("Return")  # the letters as they are, and nothing is sent
    has_written(lin, "nihao")
    lin.key("space")
    lin.type("nihao ")
    has_written(lin, "nihao 你好")
    lin.key("Return")
    arrives(peer, "nihao 你好")
    has_written(lin, "")
    lin.type("xiao")
    lin.key("Escape")
    has_written(lin, "")
    lin.type("xiaob")
    lin.key("BackSpace")
    lin.key("space")
    has_written(lin, "笑")
    lin.type("nihao")
    lin.click(lambda: lin.all(name="Send")[0])  # what is composed goes with it
    arrives(peer, "笑nihao")


@step
def composing_behind_signs(scene):
    lin, peer = scene.lin, scene.peer
    lin.type("@li")
    offered(lin, "李伟")
    lin.key("Down")
    lin.key("space")
    has_written(lin, "@李")
    offered(lin, "李伟")
    lin.screen_shot("compose-mention")
    lin.key("Return")
    has_written(lin, "@李伟 ")
    lin.type(":kafei ")
    has_written(lin, "@李伟 :咖啡")
    offered(lin, "hot beverage")
    lin.key("Tab")
    has_written(lin, "@李伟 ☕")
    lin.key("Return")
    arrives(peer, "@李伟 ☕")
    lin.press("Emoji")
    lin.type("kafei ")
    offered(lin, "hot beverage")
    lin.key("Return")
    has_written(lin, "☕")
    lin.type("nihao")
    lin.key("ctrl+f")  # the keyboard goes elsewhere
    has_written(lin, "☕nihao")
    lin.close()


@step
def the_same_in_chinese_and_dark(scene):
    lin = scene.lin.start(chinese=True, dark=True)
    lin.open_chat("李伟")
    lin.press("表情")
    search(lin, "grinning", "搜索表情")
    offered(lin, "嘿嘿")
    lin.screen_shot("emoji-search-zh-dark")
    search(lin, "", "搜索表情")
    lin.press("动物与自然")
    offered(lin, "猴头")
    lin.screen_shot("emoji-picker-zh-dark")
    lin.key("Escape")
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
