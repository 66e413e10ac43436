#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""How somebody is reached, as the header says it, and what the card says of files that were left with the server.

Two computers in two networks; the host between them is their router and runs a real lanyard-server with its coturn.
A rule of that router keeps them apart, and then they reach each other by the relay only. Pictures of every screen
are kept in tests/ui/shots of the build folder, in English and in Chinese.
"""
import os
import sqlite3
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from company import Server  # noqa: E402
from desk import Desk, Failed, need, run, wait  # noqa: E402
from peer import Peer  # noqa: E402

SERVER = "10.77.9.1"
# Small limits of the server: there is no room for two files of 200 kB.
SETTINGS = """[limits]
blob = 256 KiB
blob-quota = 300 KiB
[relay]
relay = bundled
listen = %s
allow = 10.0.0.0/8
[http]
listen = off
""" % SERVER
WALL = "add table ip w; add chain ip w fw { type filter hook forward priority 0; }; add rule ip w fw drop"
LATER = 31 * 86400
KB = 1000
STEPS = []
Atspi = None
WORDS = {
    False: {"direct": "Direct", "relayed": "Relayed", "relay": "No direct way was found.", "server": "left at the company's server",
            "mailbox": "Offline, will be left at the server", "later": "Offline, will be delivered later",
            "waits": "What you write waits on this computer", "near": "Your two computers talk to each other",
            "people": "People", "there": "Left with the server for Nora Weber", "send": "Send", "message": "Message",
            "too-big": "Too large for the server. Waits until both are connected",
            "no-room": "The server has no room for it. Waits until both are connected",
            "expired": "Was not fetched from the server in time. Waits until both are connected"},
    True: {"direct": "直连", "relayed": "经中继", "relay": "没有找到直连的路径", "server": "寄存在公司的服务器上",
           "mailbox": "离线，将存到服务器", "later": "离线，稍后送达", "waits": "您写的消息会在本机等待",
           "near": "两台电脑直接通信", "people": "同事", "there": "已为 Nora Weber 存到服务器", "send": "发送", "message": "消息",
           "too-big": "太大，服务器存不下。等待双方连接", "no-room": "服务器空间不足。等待双方连接",
           "expired": "未在期限内从服务器取走。等待双方连接"},
}
INCOMING = {
    False: {"offered": "Can be fetched from the server", "accept": "Accept", "gone": "Not with the server any more",
            "broken": "The server gave something else, which was thrown away", "part": " %, "},
    True: {"offered": "可从服务器获取", "accept": "接受", "gone": "服务器上已没有此文件",
           "broken": "服务器给出的内容不对，已丢弃", "part": " %，"},
}


def step(function):
    STEPS.append(function)
    return function


def three_hosts(desk):
    """Two networks and the host between them; names of the three namespaces, the middle one last."""
    tag = "lr%d" % os.getpid()
    names = [tag + end for end in "abs"]
    for name in names:
        run("ip", "netns", "add", name)
        desk.namespaces.append(name)
        run("ip", "-n", name, "link", "set", "lo", "up")
    middle = names[2]
    for number, name in enumerate(names[:2], 1):
        run("ip", "link", "add", "lan0", "netns", name, "type", "veth", "peer", "name", "lan%d" % number, "netns", middle)
        for namespace, port, end in ((name, "lan0", 2), (middle, "lan%d" % number, 1)):
            run("ip", "-n", namespace, "addr", "add", "10.77.%d.%d/24" % (number, end), "brd", "+", "dev", port)
            run("ip", "-n", namespace, "link", "set", port, "up")
        run("ip", "-n", name, "route", "add", "default", "via", "10.77.%d.1" % number)
    run("ip", "-n", middle, "addr", "add", SERVER + "/32", "dev", "lo")
    # A relay must find a route to whatever candidate it is told of.
    run("ip", "-n", middle, "route", "add", "default", "dev", "lo")
    run("ip", "netns", "exec", middle, "sysctl", "-q", "-w", "net.ipv4.ip_forward=1")
    return names


class Scene:
    def __init__(self, desk, app_class):
        self.desk = desk
        self.here, self.there, self.middle = three_hosts(desk)
        self.wall(True)
        self.server = Server(desk, self.middle, SERVER + ":24790", SETTINGS)
        wait(lambda: "relay-started" in self.server.said(0), "coturn")
        self.lin = app_class(desk, "lin-reach", self.here)
        self.nora = Peer(desk, self.there, "Nora Weber", "nora", "--no-broadcast")
        self.nora.call("server.join", url=self.invite("nora", "Nora Weber"))
        self.chinese = False

    def invite(self, login, name):
        return self.server.invite(login, name, "", "")

    def wall(self, stands):
        """Whether anything goes directly from one network to the other."""
        run("ip", "netns", "exec", self.middle, "nft", WALL if stands else "delete table ip w")

    def start(self, chinese=False):
        self.chinese = chinese
        self.lin.start(chinese=chinese, arguments=("--no-broadcast",))

    def word(self, key):
        return WORDS[self.chinese][key]

    def end(self):
        return "-zh" if self.chinese else ""

    def header(self, state, text, details=None):
        """The header begins with @state, and the panel beside it says @details."""
        lin = self.lin
        lin.find(Atspi.Role.LABEL, begins=self.word(state), deadline=60)
        lin.key("F9")
        lin.find(Atspi.Role.LABEL, has=self.word(details))
        lin.shot("reach-" + text + self.end())
        lin.key("F9")

    def say(self, text):
        self.lin.write(text, self.word("message"))
        self.lin.press(self.word("send"))
        self.nora.event("message.received", text=text)

    def nora_goes(self):
        self.nora.quit()

    def nora_comes(self):
        self.nora = Peer.again(self.nora)
        self.nora.event("server.state", state="online")

    def make(self, name, size):
        path = os.path.join(self.desk.dir, name)
        with open(path, "wb") as f:
            f.write(os.urandom(size))
        return path

    def offer(self, name, size):
        self.lin.paste_file(self.make(name, size), self.word("message"))
        self.lin.button("Take out")
        self.lin.press(self.word("send"))

    def card(self, name, text):
        """The card of this file, once it says this."""
        return wait(lambda: [node for node in self.lin.all(has=name) if text in node.get_name()],
                    "%s: %s" % (name, text), 60)[0]

    def take(self, name, words):
        node = self.card(name, words["offered"])
        button = wait(lambda: self.lin.all(Atspi.Role.PUSH_BUTTON, name=words["accept"], root=node), "the button of " + name)[0]
        button.get_action_iface().do_action(0)

    def database(self, *words):
        """The server ends, this is done to what it keeps, and it starts."""
        self.server.stop()
        with sqlite3.connect(self.desk.dir + "/server/server.db") as db:
            for ask, values in words:
                if db.execute(ask, values).rowcount < 1:
                    raise Failed("nothing of the kind is with the server: " + ask)
        db.close()
        self.server.start()


@step
def relayed(scene):
    lin = scene.lin
    scene.start()
    lin.write("林子墨", "Your name")
    lin.press("I have a company invite")
    lin.write(scene.invite("linzimo", "林子墨"), "Invitation link")
    lin.press("Start")
    lin.find(name="You have joined 北辰仪器.")
    lin.press("Close")
    lin.press("People")
    lin.click(lin.row(begins="Nora Weber"))
    scene.say("Good morning, Nora.")
    scene.header("relayed", "relayed", "relay")


@step
def direct_once_there_is_a_way(scene):
    scene.wall(False)
    scene.header("direct", "direct", "near")


@step
def relayed_and_direct_in_chinese(scene):
    scene.lin.close()
    scene.wall(True)
    scene.start(chinese=True)
    scene.lin.open_chat("Nora Weber")
    scene.say("早上好，Nora。")
    scene.header("relayed", "relayed", "relay")
    scene.wall(False)
    scene.header("direct", "direct", "near")
    scene.lin.close()


@step
def left_at_the_server_or_delivered_later(scene):
    scene.start()
    scene.lin.open_chat("Nora Weber")
    scene.nora_goes()
    scene.header("mailbox", "mailbox", "server")
    scene.server.stop()
    scene.header("later", "later", "waits")
    scene.server.start()
    scene.header("mailbox", "mailbox-again", "server")


@step
def files_that_are_left_and_some_that_cannot_be(scene):
    scene.offer("plan.pdf", 200 * KB)
    scene.card("plan.pdf", scene.word("there"))
    scene.offer("more.pdf", 200 * KB)
    scene.card("more.pdf", scene.word("no-room"))
    scene.offer("large.pdf", 400 * KB)
    scene.card("large.pdf", scene.word("too-big"))
    scene.lin.shot("reach-left")
    scene.lin.close()


@step
def the_same_in_chinese(scene):
    scene.start(chinese=True)
    scene.lin.open_chat("Nora Weber")
    for name, state in (("plan.pdf", "there"), ("more.pdf", "no-room"), ("large.pdf", "too-big")):
        scene.card(name, scene.word(state))
    scene.header("mailbox", "left", "server")
    scene.server.stop()
    scene.header("later", "later", "waits")
    scene.server.start()
    scene.header("mailbox", "mailbox", "server")
    scene.lin.close()


@step
def nobody_fetched_it_in_time(scene):
    """The window opens again when the server's month is over; the server's own clock says what it said."""
    shift = scene.desk.dir + "/shift"
    with open(shift, "w", encoding="utf-8") as f:
        f.write(str(LATER))
    os.environ.update(LD_PRELOAD=os.environ["CLOCK_SHIFT_LIBRARY"], CLOCK_SHIFT=shift)
    try:
        scene.start()
    finally:
        del os.environ["LD_PRELOAD"]
    scene.lin.open_chat("Nora Weber")
    scene.card("plan.pdf", scene.word("expired"))
    scene.lin.shot("reach-expired")
    scene.lin.close()
    scene.start(chinese=True)
    scene.lin.open_chat("Nora Weber")
    scene.card("plan.pdf", scene.word("expired"))
    scene.lin.shot("reach-expired-zh")
    scene.lin.close()


class Offered:
    """What Nora left with the server while the window was closed, and what became of it there."""

    def __init__(self, scene):
        self.scene, self.paths = scene, {}

    def leave(self, *files):
        nora, numbers = self.scene.nora, []
        for name, size in files:
            self.paths[name] = self.scene.make(name, size)
            numbers.append(nora.call("file.send", to="林子墨", paths=[self.paths[name]])["id"])
        for number in numbers:
            nora.event("file.progress", id=number, at_server="there")

    def has_arrived(self, name):
        path = os.path.join(self.scene.lin.home, "Downloads", name)
        with open(self.paths[name], "rb") as f, open(path, "rb") as g:
            return f.read() == g.read()


def slow(scene, on):
    """The cable of the window's computer, towards it."""
    command = ("add", "dev", "lan1", "root", "tbf", "rate", "16kbit", "burst", "4kb", "latency", "10s") if on else \
        ("del", "dev", "lan1", "root")
    run("tc", "-n", scene.middle, "qdisc", *command)


def incoming(scene, chinese):
    """Fetched while their author is away; one that is not there any more, one that was changed there. (That these come
    directly in the end is lab-server-blobs'.)"""
    words, end = INCOMING[chinese], "-zh" if chinese else ""
    names = {key: key + end + ".pdf" for key in ("fetched", "gone", "broken")}
    offered = Offered(scene)
    scene.nora_comes()
    offered.leave((names["fetched"], 60 * KB), (names["gone"], 40 * KB), (names["broken"], 80 * KB))
    scene.nora_goes()
    where = "root IN (SELECT root FROM blob WHERE size BETWEEN ? AND ?)"
    scene.database(("UPDATE blob_piece SET data = zeroblob(length(data)) WHERE offset = 32768 AND " + where, (80 * KB, 99 * KB)),
                   ("UPDATE blob SET expires_ms = 1 WHERE " + where, (40 * KB, 50 * KB)))
    scene.start(chinese)
    lin = scene.lin
    lin.open_chat("Nora Weber")
    for key in names:
        scene.card(names[key], words["offered"])
    lin.shot("reach-offered" + end)
    slow(scene, True)
    scene.take(names["fetched"], words)
    scene.card(names["fetched"], words["part"])
    lin.shot("reach-fetching" + end)
    slow(scene, False)
    wait(lambda: offered.has_arrived(names["fetched"]), "the file that was fetched", 60)
    for key in ("gone", "broken"):
        scene.take(names[key], words)
        scene.card(names[key], words[key])
    lin.shot("reach-fetched" + end)
    lin.close()


@step
def what_others_left(scene):
    incoming(scene, False)


@step
def what_others_left_in_chinese(scene):
    incoming(scene, True)


def main():
    need("Xvfb", "dbus-daemon", "openbox", "xdotool", "xclip", "import", "ip", "nft", "tc", "turnserver")
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
                for line in scene.server.said(0).splitlines()[-30:] + [str(o) for o in scene.nora.lines()[-30:]]:
                    print("#", line[:300])
                print("Bail out!")
                status = 1
                break
            print("ok %d - %s" % (number, name), flush=True)
    finally:
        desk.close()
    return status


if __name__ == "__main__":
    sys.exit(main())
