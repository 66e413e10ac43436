#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""Stickers: made of a picture, chosen in the picker and behind a colon, received, kept, handed on as a set; a broken one.

The other side is lanyard-cli in a second namespace. Pictures are kept in tests/ui/shots of the build folder.
"""
import base64
import os
import struct
import sys
import zlib

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from desk import Desk, Failed, need, run, wait  # noqa: E402
from peer import Peer, cli, init  # noqa: E402

STEPS = []
Atspi = None
CANARY = "taken-at-home"


def step(function):
    STEPS.append(function)
    return function


class Scene:
    def __init__(self, desk, app_class):
        self.desk = desk
        here, self.there = desk.cable()
        self.lin = app_class(desk, "lin-stickers", here)
        init(desk, self.lin.profile, "林子墨")
        self.peer = None

    def path(self, name):
        return os.path.join(self.desk.dir, name)

    def kept(self):
        """The names of those that the window's person keeps."""
        text = run(cli(self.desk), "--profile", self.lin.profile, "sticker", "list")
        return [line.split("  ", 1)[1] for line in text.splitlines()]

    def round_one(self, name, colour):
        """Something with holes around it."""
        run("convert", "-size", "180x180", "xc:none", "-fill", colour, "-draw", "circle 90,90 90,6", "-fill", "black", "-draw",
            "circle 62,70 62,80", "-draw", "circle 118,70 118,80", "-stroke", "black", "-strokewidth", "8", "-fill", "none",
            "-draw", "arc 50,60 130,140 20,160", self.path(name))
        return self.path(name)

    def add(self, peer, path, name, of=""):
        with open(path, "rb") as f:
            return peer.call("sticker.add", name=name, set=of, picture=base64.b64encode(f.read()).decode())["id"]


def within(lin, label):
    """What is called @label in messages with stickers. GTK takes what has a window of its own in a scrolled list as not showing."""
    found, todo = [], lin.all(Atspi.Role.LIST_ITEM, has=": Sticker: ")
    while todo:
        node = todo.pop()
        if node.get_name() == label and node.get_state_set().contains(Atspi.StateType.VISIBLE):
            found.append(node)
        todo += [node.get_child_at_index(i) for i in range(node.get_child_count())]
    return found


def sent(peer, name, count=1):
    def found():
        got = [o["params"] for o in peer.lines() if o.get("method") == "message.received" and
               o["params"].get("kind") == "sticker" and o["params"]["text"] == name]
        return got if len(got) >= count else None
    return wait(found, "the sticker " + name)[-1]


@step
def made_of_a_picture(scene):
    lin = scene.lin.start()
    peer = scene.peer = Peer(scene.desk, scene.there, "李伟", "wei-stickers")
    run("convert", "-size", "900x600", "plasma:orange-blue", "-set", "comment", CANARY, scene.path("photo.jpg"))
    with open(scene.path("photo.jpg"), "rb") as f:
        if CANARY.encode() not in f.read():
            raise Failed("the picture says nothing about where it was taken")
    peer.send("林子墨", "hello")
    lin.open_chat("李伟")
    lin.press("Accept")
    peer.call("file.send", to="林子墨", paths=[scene.path("photo.jpg")])
    lin.press("Accept")
    lin.button("Picture photo.jpg")
    lin.choose(": photo.jpg", "Add as Sticker…")
    name = lin.find(Atspi.Role.TEXT, name="Name of the sticker")
    name.get_editable_text_iface().set_text_contents("happy sky")
    lin.find(Atspi.Role.TEXT, name="Set of the sticker").get_editable_text_iface().set_text_contents("Weather")
    lin.button("Add Sticker")
    lin.screen_shot("sticker-new")
    lin.press("Add Sticker")
    wait(lambda: scene.kept() == ["happy sky  (Weather)"], "the sticker among those that are kept")
    wait(lambda: not lin.all(name="Name of the sticker"), "that the window is gone")


@step
def chosen_in_the_picker(scene):
    lin, peer = scene.lin, scene.peer
    lin.press("Emoji")
    lin.press("Stickers")
    lin.find(name="happy sky")
    lin.screen_shot("sticker-picker")
    lin.click(lambda: lin.all(name="happy sky")[0])
    got = sent(peer, "happy sky")
    if max(got["width"], got["height"]) > 256 or got.get("set") != "Weather":
        raise Failed("a strange sticker: %s" % got)
    picture = base64.b64decode(peer.call("sticker.read", id=got["id"])["picture"])
    if CANARY.encode() in picture or len(picture) > 40960 or picture[:2] != b"\xff\xd8":
        raise Failed("the picture was not made anew")
    lin.row(has=": Sticker: happy sky")
    lin.row(begins="李伟")
    lin.shot("sticker-sent")


@step
def received_and_kept(scene):
    lin, peer = scene.lin, scene.peer
    scene.add(peer, scene.round_one("smile.png", "gold"), "笑脸", "Round ones")
    peer.call("sticker.send", to="林子墨", sticker="笑脸")
    lin.choose(": Sticker: 笑脸", "Add to My Stickers")
    lin.label("1 sticker was added to yours.")
    lin.shot("sticker-received")
    wait(lambda: "笑脸  (Round ones)" in scene.kept(), "the sticker among those that are kept")


@step
def behind_a_colon_as_an_answer(scene):
    lin, peer = scene.lin, scene.peer
    lin.choose(": hello", "Answer")
    lin.click(lambda: lin.all(Atspi.Role.TEXT, name="Message")[0])
    lin.type("well :happy")
    lin.find(name="Sticker: happy sky", role=Atspi.Role.LIST_ITEM)
    lin.screen_shot("sticker-colon")
    lin.key("Return")
    got = sent(peer, "happy sky", 2)
    if got["quote"]["text"] != "hello":
        raise Failed("no answer: %s" % got)
    field = lin.find(Atspi.Role.TEXT, name="Message")
    wait(lambda: field.get_text_iface().get_text(0, -1) == "well ", "that the rest stays")
    lin.write("")
    peer.call("message.react", id=got["id"], emoji="👍")
    wait(lambda: within(lin, "👍 1"), "the reaction")


@step
def a_set_for_everybody(scene):
    lin, peer = scene.lin, scene.peer
    for name, colour in (("green", "lightgreen"), ("blue", "skyblue")):
        scene.add(peer, scene.round_one(name + ".png", colour), name, "Round ones")
    group = peer.call("group.create", name="Friends", people=["林子墨"])["id"]
    peer.call("sticker.offer", to=group, set="Round ones")
    lin.open_chat("Friends")
    lin.row(has=": Sticker: blue")
    lin.row(has=": Sticker: green")
    lin.press("Join")
    lin.choose(": Sticker: 笑脸", "Add the Whole Set")
    lin.label("3 stickers were added to yours.")
    lin.shot("sticker-set")
    wait(lambda: sorted(scene.kept()) == sorted(["happy sky  (Weather)"] + [n + "  (Round ones)" for n in
                                                                           ("笑脸", "green", "blue")]), "the set")
    lin.press("Emoji")
    lin.find(name="green")
    lin.screen_shot("sticker-picker-sets")
    lin.find(Atspi.Role.TEXT, name="Search emoji").get_editable_text_iface().set_text_contents("笑")
    wait(lambda: not lin.all(name="green"), "that only one is found")
    lin.key("Return")
    if sent(peer, "笑脸")["group"] != group:
        raise Failed("not in the group")


@step
def broken_and_taken_back(scene):
    lin, peer = scene.lin, scene.peer

    def chunk(kind, data, damage=0):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data) ^ damage)

    with open(scene.path("broken.png"), "wb") as f:
        f.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 200, 200, 8, 6, 0, 0, 0), 1) +
                chunk(b"IDAT", bytes(3000)) + chunk(b"IEND", b""))
    scene.add(peer, scene.path("broken.png"), "in pieces")
    lin.open_chat("李伟")
    sticker = peer.call("sticker.send", to="林子墨", sticker="in pieces")["id"]
    lin.row(has=": Sticker: in pieces")
    wait(lambda: [n for n in within(lin, "in pieces") if n.get_description()], "why it is not shown")
    lin.shot("sticker-broken")
    peer.call("message.recall", id=sticker)
    lin.row(has="This message was taken back.")
    for bad in (b"GIF89a" + bytes(100), b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xd9"):
        try:
            peer.call("sticker.add", name="bad", picture=base64.b64encode(bad).decode())
        except Failed:
            continue
        raise Failed("was taken: %r" % bad[:20])


@step
def the_same_in_chinese_and_dark(scene):
    lin = scene.lin
    lin.close()
    lin.start(chinese=True, dark=True)
    lin.open_chat("李伟")
    lin.row(has=": 表情贴图：happy sky")
    lin.row(has=": 表情贴图：笑脸")
    lin.shot("sticker-zh-dark")
    lin.press("表情")
    lin.press("表情贴图")
    lin.find(name="green")
    lin.screen_shot("sticker-picker-zh-dark")
    lin.key("Escape")
    lin.close()


@step
def from_the_command_line(scene):
    scene.peer.quit()
    scene.lin.start()
    profile = os.path.join(scene.desk.dir, "wei-stickers")
    command = ("ip", "netns", "exec", scene.there, cli(scene.desk), "--profile", profile, "--no-mdns", "--wait", "20")
    identity = run(*command, "sticker", "add", scene.round_one("cli.png", "violet"), "from the shell").strip()
    run(*command, "sticker", "send", "林子墨", "from the shell")
    scene.lin.open_chat("李伟")
    scene.lin.row(has=": Sticker: from the shell")
    text = run(*command, "history", "林子墨")
    if "[sticker from the shell]" not in text or "[sticker happy sky]" not in text:
        raise Failed(text)
    if "[happy] sky" not in run(*command, "search", "happy"):
        raise Failed("a sticker is not found by its name")
    run(*command, "sticker", "remove", identity)
    if "from the shell" in run(*command, "sticker", "list"):
        raise Failed("it is still kept")
    scene.lin.close()


def main():
    global Atspi
    need("Xvfb", "dbus-daemon", "openbox", "xdotool", "convert", "import", "ip")
    desk = Desk(sys.argv[1], sys.argv[2])
    print("1..%d" % len(STEPS))
    status = 0
    try:
        import app  # the bus has to be there first
        Atspi = app.Atspi
        scene = Scene(desk, app.App)
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
