#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""Pictures as a person sees them: offered, fetched, enlarged, pasted; damaged ones; in Chinese and in English.

The other side is lanyard-cli in a second namespace. Pictures of every screen are kept in tests/ui/shots
of the build folder.
"""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from desk import Desk, Failed, need, run, wait  # noqa: E402
from peer import Peer, cli, init  # noqa: E402

STEPS = []
Atspi = None


def step(function):
    STEPS.append(function)
    return function


WORDS = {
    True: {"Accept": "接受", "Picture": "图片 ", "damaged": "图片已损坏", "Larger": "放大", "Next": "下一张",
           "Previous": "上一张", "Send": "发送"},
    False: {"Accept": "Accept", "Picture": "Picture ", "damaged": "The picture is damaged", "Larger": "Larger",
            "Next": "Next picture", "Previous": "Previous picture", "Send": "Send"},
}

SCREEN = {
    True: {"Send files": "发送文件", "Screenshot…": "截图…", "Picture of the screen": "屏幕图片", "Undo": "撤销", "Arrow": "箭头",
           "Box": "方框", "Mosaic": "马赛克", "Crop": "裁剪", "Pen": "画笔", "Add to message": "添加到消息"},
    False: {name: name for name in ("Send files", "Screenshot…", "Picture of the screen", "Undo", "Arrow", "Box", "Mosaic",
                                    "Crop", "Pen", "Add to message")},
}


class Scene:
    def __init__(self, desk, app_class):
        self.desk = desk
        self.here, self.there = desk.cable()
        self.lin = app_class(desk, "lin-pictures", self.here)
        init(desk, self.lin.profile, "林子墨")
        self.peer = None

    def path(self, name):
        return os.path.join(self.desk.dir, name)

    def make(self, name, size, colours):
        run("convert", "-size", size, "plasma:" + colours, self.path(name))
        return self.path(name)

    def kept(self):
        """Pictures that were pasted or taken of the screen, as they lie on the disk."""
        top = os.path.join(self.lin.home, "cache", "lanyard", "pasted")
        return [os.path.join(folder, name) for folder, _, names in os.walk(top) for name in names]

    def send(self, path):
        return self.peer.call("file.send", to="林子墨", paths=[path])["id"]


def picture(scene, words, name):
    return scene.lin.button(words["Picture"] + name)


def gone(lin, name):
    wait(lambda: not lin.all(name=name), "that %s is gone" % name)


def zoom(lin):
    return [n.get_name() for n in lin.all(Atspi.Role.LABEL) if n.get_name().endswith(" %")]


def fetched_and_enlarged(scene, chinese, end):
    """A picture is offered, taken, and shown; then looked at beside its neighbour."""
    lin, words = scene.lin, WORDS[chinese]
    first, second = "photo%s.jpg" % end, "plan%s.png" % end
    for name, size, colours in ((first, "1600x900", "navy-orange"), (second, "500x900", "white-green")):
        scene.send(scene.make(name, size, colours))
        lin.button(words["Accept"])
        if name == first:
            lin.shot("picture-offer" + end)
        lin.press(words["Accept"])
        picture(scene, words, name)
        gone(lin, words["Accept"])
    lin.shot("picture-chat" + end)
    picture(scene, words, second).get_action_iface().do_action(0)
    wait(lambda: lin.in_front() not in (None, lin.window), "the keyboard in the viewer")
    total = 2 if chinese else 7  # with the damaged, the pasted and the screen's from before
    lin.find(Atspi.Role.IMAGE, name="%s, %d / %d" % (second, total, total) if chinese else
             "%s, %d of %d" % (second, total, total))
    of_second = wait(lambda: zoom(lin), "the picture")
    lin.press(words["Previous"])
    lin.find(Atspi.Role.IMAGE, begins=first)
    # The one before stays until this one is made; a wide one fits otherwise than a high one.
    fit = wait(lambda: zoom(lin) != of_second and zoom(lin), "the other picture")
    lin.press(words["Larger"])
    wait(lambda: zoom(lin) != fit, "the zoom")
    run("xdotool", "key", "--clearmodifiers", "0", check=False)
    wait(lambda: zoom(lin) == fit, "the fit")
    run("import", "-window", lin.in_front(), os.path.join(scene.desk.shots, "picture-viewer%s.png" % end))
    run("xdotool", "key", "--clearmodifiers", "Right", check=False)
    lin.find(Atspi.Role.IMAGE, begins=second)
    run("xdotool", "key", "--clearmodifiers", "Escape", check=False)
    gone(lin, words["Previous"])


def damaged(scene, chinese, end):
    """What is no picture says so, and can still be saved or opened as a file."""
    lin, words = scene.lin, WORDS[chinese]
    with open(scene.path("broken%s.png" % end), "wb") as f:
        f.write(b"\x89PNG\r\n\x1a\n" + os.urandom(5000))
    scene.send(scene.path("broken%s.png" % end))
    lin.press(words["Accept"])
    lin.find(Atspi.Role.LABEL, begins=words["damaged"])
    lin.shot("picture-damaged" + end)


def pasted(scene, chinese, end):
    """A picture in the clipboard is sent and shown."""
    lin, words = scene.lin, WORDS[chinese]
    def shown():
        return {n.get_name() for n in lin.all(Atspi.Role.PUSH_BUTTON, begins=words["Picture"])}

    before = shown()
    scene.desk.start("xclip", "-selection", "clipboard", "-t", "image/png", "-i", "-quiet",
                     scene.make("clip%s.png" % end, "320x200", "red-yellow"))
    wait(lambda: "image/png" in run("xclip", "-selection", "clipboard", "-t", "TARGETS", "-o", check=False),
         "the picture in the clipboard")
    field = lin.find(Atspi.Role.TEXT, name="消息" if chinese else "Message")
    lin.click(field)
    lin.key("ctrl+v")
    lin.press(words["Send"])
    wait(lambda: shown() - before, "the pasted picture")
    lin.shot("picture-pasted" + end)


def of_the_screen(scene, chinese, end):
    """The screen is taken, marked, cut, and put beside the message."""
    lin, words = scene.lin, SCREEN[chinese]
    lin.press(words["Send files"])
    lin.press(words["Screenshot…"])
    area = lin.find(Atspi.Role.IMAGE, name=words["Picture of the screen"])
    wait(lambda: lin.in_front() not in (None, lin.window), "the keyboard in the window for marking")
    where = lin.place(area)
    left, top, width, height = where.x, where.y, where.width, where.height

    def drag(x1, y1, x2, y2):
        at = [str(int(v)) for v in (left + x1 * width, top + y1 * height, left + x2 * width, top + y2 * height)]
        run("xdotool", "mousemove", "--sync", *at[:2], "mousedown", "1", "mousemove", "--sync", *at[2:], "mouseup", "1",
            check=False)

    undo = lin.find(Atspi.Role.PUSH_BUTTON, name=words["Undo"])
    for tool, places in (("Arrow", (.3, .5, .2, .4)), ("Box", (.35, .3, .45, .45)), ("Mosaic", (.1, .3, .2, .35)),
                         ("Crop", (.05, .2, .6, .8)), ("Pen", (.5, .6, .55, .7))):
        lin.press(words[tool])
        drag(*places)
    wait(lambda: undo.get_state_set().contains(Atspi.StateType.SENSITIVE), "something to take back")
    run("xdotool", "key", "--clearmodifiers", "ctrl+z", check=False)
    run("import", "-window", lin.in_front(), os.path.join(scene.desk.shots, "screenshot-marks%s.png" % end))
    lin.press(words["Add to message"])
    gone(lin, words["Add to message"])
    lin.press(WORDS[chinese]["Send"])
    wait(lambda: len(scene.kept()) >= (2 if chinese else 4), "the file")


@step
def in_chinese_and_dark(scene):
    scene.lin.start(chinese=True, dark=True)
    scene.peer = Peer(scene.desk, scene.there, "李伟", "wei")
    scene.peer.send("林子墨", "给你几张图片。")
    scene.lin.open_chat("李伟")
    scene.lin.press("接受")
    gone(scene.lin, "接受")
    fetched_and_enlarged(scene, True, "-zh")
    damaged(scene, True, "-zh")
    pasted(scene, True, "-zh")
    of_the_screen(scene, True, "-zh")
    scene.lin.close()


@step
def in_english(scene):
    scene.lin.start()
    scene.peer.event("person.seen", name="林子墨")
    scene.lin.open_chat("李伟")
    fetched_and_enlarged(scene, False, "-en")
    damaged(scene, False, "-en")
    pasted(scene, False, "-en")
    of_the_screen(scene, False, "-en")


@step
def of_somebody_verified(scene):
    """Small pictures come by themselves from those whose key is known for sure."""
    lin = scene.lin
    number = scene.peer.call("people.get", id=scene.peer.event("person.seen", name="林子墨")["id"])["number"]
    run(cli(scene.desk), "--profile", lin.profile, "verify", "李伟", number)
    scene.send(scene.make("own-way.png", "300x300", "blue-white"))
    picture(scene, WORDS[False], "own-way.png")
    wait(lambda: os.path.exists(os.path.join(lin.home, "Downloads", "own-way.png")), "the file")


@step
def kept_no_longer_than_needed(scene):
    """What was pasted lies on the disk until the other has it or declines, or it is taken out of the message."""
    lin, words = scene.lin, WORDS[False]
    offers = [o["params"]["id"] for o in scene.peer.lines() if o.get("method") == "file.offered"]
    taken = scene.path("taken")
    os.makedirs(taken)
    if len(scene.kept()) != 4 or len(offers) < 4:
        raise Failed("%d pictures for %d offers" % (len(scene.kept()), len(offers)))
    for n, offer in enumerate(offers):
        if n == 0:
            scene.peer.call("file.decline", id=offer)
        else:
            scene.peer.call("file.accept", id=offer, dir=taken)
    wait(lambda: not scene.kept(), "that the pictures are gone")
    lin.click(lambda: lin.all(Atspi.Role.TEXT, name="Message")[0])
    lin.key("ctrl+v")
    wait(scene.kept, "one more pasted")
    lin.press("Take out")
    wait(lambda: not scene.kept(), "that it is gone too")
    lin.key("ctrl+v")
    left = wait(scene.kept, "one that is not sent")
    lin.write("dibbler-draft 斑袋鼬草稿")
    lin.process.kill()
    lin.process.wait()
    if scene.kept() != left:
        raise Failed("nobody was there to remove it")
    lin.start()
    wait(lambda: not scene.kept(), "that what was left behind is gone")
    lin.open_chat("李伟")
    lin.write("dibbler-draft 斑袋鼬草稿")
    lin.close()
    for folder, _, names in os.walk(lin.home):
        for name in names:
            with open(os.path.join(folder, name), "rb") as f:
                data = f.read()
            for word in ("dibbler-draft", "斑袋鼬草稿", "林子墨", "给你几张图片"):
                for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
                    if word.encode(encoding) in data:
                        raise Failed("%s is readable in %s" % (word, os.path.join(folder, name)))


def main():
    need("Xvfb", "dbus-daemon", "openbox", "xdotool", "xclip", "convert", "import", "ip")
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
