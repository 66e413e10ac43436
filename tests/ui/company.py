#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""A company's people as a person sees them: joining by a link and by an address, departments, the server away.

A real lanyard-server runs in the second namespace, with colleagues that are lanyard-cli; nobody is found but by it.
Pictures of every screen are kept in tests/ui/shots of the build folder, in English and in Chinese.
"""
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from desk import Desk, Failed, need, wait  # noqa: E402
from peer import Peer  # noqa: E402

COMPANY = "北辰仪器"
COLLEAGUES = (("陈宇", "chenyu", "高级固件工程师", "研发中心/嵌入式部"),
              ("Nora Weber", "nora", "Sales manager", "市场部"))
STEPS = []
Atspi = None


def step(function):
    STEPS.append(function)
    return function


class Server:
    def __init__(self, desk, namespace, address, settings=""):
        """@settings: more lines of its configuration."""
        self.desk, self.namespace = desk, namespace
        self.program = desk.build + "/src/server/lanyard-server"
        self.config = desk.dir + "/server.conf"
        self.log = desk.dir + "/server.log"
        secret = desk.dir + "/org-passphrase"
        with open(secret, "w", encoding="utf-8") as f:
            f.write("correct horse battery staple\n")
        self.command("--state", desk.dir + "/server", "--address", address, "--organisation", COMPANY, "--org-key",
                     desk.dir + "/org.key", "--passphrase-file", secret, "init")
        with open(self.config, "w", encoding="utf-8") as f:
            f.write("[server]\nlisten = %s\naddress = %s\nstate = %s\norganisation = %s\n%s"
                    % (address, address, desk.dir + "/server", COMPANY, settings))
        self.start()

    def command(self, *words, text=None):
        done = subprocess.run([self.program, "--config", self.config, *words], input=text, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, env=dict(os.environ, LC_ALL="C.UTF-8"), check=False)
        if done.returncode != 0:
            raise Failed("lanyard-server %s: %s" % (words[-1], done.stdout))
        return done.stdout

    def start(self):
        begin = os.path.getsize(self.log) if os.path.exists(self.log) else 0
        self.process = self.desk.start("ip", "netns", "exec", self.namespace, self.program, "--config", self.config, "run",
                                       log=self.log)
        wait(lambda: "notice started" in self.said(begin), "that the server runs")

    def said(self, begin):
        with open(self.log, "rb") as f:
            f.seek(begin)
            return f.read().decode(errors="replace")

    def stop(self):
        self.process.terminate()
        self.process.wait(20)

    def invite(self, login, name, title, department):
        out = self.command("--login", login, "--name", name, "--title", title, "--department", department, "invite")
        return re.search(r"lanyard://\S+", out).group(0)


class Scene:
    def __init__(self, desk, app_class):
        here, there = desk.cable()
        self.desk = desk
        self.server = Server(desk, there, "10.77.0.2:24790")
        self.lin = app_class(desk, "lin-company", here)
        self.colleagues = []
        for name, login, title, department in COLLEAGUES:
            peer = Peer(desk, there, name, login, "--no-broadcast")
            peer.call("server.join", url=self.server.invite(login, name, title, department))
            self.colleagues.append(peer)

    def start(self, **how):
        return self.lin.start(arguments=("--no-broadcast",), **how)


@step
def an_invitation_at_the_first_start(scene):
    lin = scene.start()
    lin.write("林子墨", "Your name")
    lin.press("I have a company invite")
    lin.write("lanyard:nonsense", "Invitation link")
    lin.find(begins="This is no invitation link")
    lin.shot("company-first-start")
    lin.write(scene.server.invite("linzimo", "林子墨", "嵌入式部经理", "研发中心/嵌入式部"), "Invitation link")
    lin.press("Start")
    lin.find(name="You have joined %s." % COMPANY)
    lin.press("Close")


@step
def people_by_department(scene):
    lin = scene.lin
    lin.press("People")
    for name, _, title, department in COLLEAGUES:
        lin.row(name="%s, %s, %s" % (name, title, department.replace("/", " › ")))
    lin.shot("company-people")
    lin.click_row(begins="陈宇")
    lin.write("您好，明天的评审改到十点。")
    lin.press("Send")
    chen = scene.colleagues[0]
    chen.event("message.received", text="您好，明天的评审改到十点。")
    lin.find(begins="Direct")
    lin.key("F9")
    lin.find(name="高级固件工程师 · 研发中心 › 嵌入式部")
    lin.find(name="In the company directory")
    lin.shot("company-chat")
    lin.key("F9")


@step
def somebody_is_away(scene):
    lin = scene.lin
    nora = scene.colleagues[1]
    nora.quit()
    lin.click_row(begins="Nora Weber")
    lin.find(name="Offline, will be left at the server")
    lin.write("Please call me back.")
    lin.press("Send")
    lin.row(has="Please call me back., left at the server")
    # What is too big for a letter stays at the server too, sealed, and the card says when one may go.
    plan = scene.desk.dir + "/会议安排.pdf"
    with open(plan, "wb") as f:
        f.write(os.urandom(300000))
    lin.paste_file(plan)
    lin.button("Take out")
    lin.press("Send")
    lin.find(name="Left with the server for Nora Weber")
    lin.shot("company-mailbox")


@step
def the_preferences_say_so(scene):
    lin = scene.lin
    lin.key("ctrl+comma")
    lin.press("Company")
    lin.button("Leave…")
    lin.screen_shot("company-preferences")
    lin.dismiss("Leave…")


@step
def the_server_is_away(scene):
    lin = scene.lin
    scene.server.stop()
    lin.find(begins="The company's server is away.")
    lin.shot("company-away")
    lin.close()


@step
def in_chinese_without_it(scene):
    lin = scene.start(chinese=True)
    lin.press("同事")
    lin.row(begins="陈宇, 高级固件工程师")
    lin.find(begins="公司的服务器暂时连不上")
    lin.shot("company-away-zh")
    scene.server.start()
    wait(lambda: not lin.all(begins="公司的服务器暂时连不上"), "that the server is back")
    lin.click_row(begins="陈宇")
    lin.shot("company-chat-zh")
    lin.click_row(begins="Nora Weber")
    lin.find(name="已为 Nora Weber 存到服务器")
    lin.shot("company-mailbox-zh")
    lin.close()


@step
def by_address_in_chinese(scene):
    lin = scene.start(chinese=True, dark=True)
    lin.key("ctrl+comma")
    lin.press("公司")
    lin.button("离开…")
    lin.screen_shot("company-preferences-zh")
    lin.press("离开…")
    lin.find(Atspi.Role.ALERT)
    lin.screen_shot("company-leave-zh")
    question = lin.find(Atspi.Role.ALERT)
    lin.find(Atspi.Role.PUSH_BUTTON, name="离开", root=question).get_action_iface().do_action(0)
    lin.press("加入…")
    lin.write("10.77.0.2:24790", "邀请链接或地址")
    lin.press("下一步")
    lin.button("词语一致，加入")
    lin.screen_shot("company-words-zh")
    lin.press("取消")
    wait(lambda: not lin.all(name="词语一致，加入"), "that the window is gone")


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
