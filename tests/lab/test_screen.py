#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""Screens in calls between real programs: the test page, whose small text is compared with what the other side is shown,
and real ones under Xvfb, the whole and a single window. How soon text is sharp is measured in virtual time (unit test
media-screen): here others use the machine too."""

import os
import shutil
import signal
import subprocess

from calllab import connect, helper_of, state, wait_stats
from lab import Lab, RpcError, ahead, check, main, note, run, test, wait_until
from people import befriend

SLOW = float(os.environ.get("LANYARD_TEST_SLOW", "1"))
PAGE_LIKE = os.environ["PAGE_LIKE"]
SHARP = 0.95


def pair(lab, *options, env=None):
    _, (one, two) = lab.office(["one", "two"])
    with ahead():
        a, b = [host.peer(name, "--audio-source", "test", "--audio-sink", "null", "--video-source", "test", *options,
                          env=env) for host, name in ((one, "Anna"), (two, "Bo"))]
    befriend(a, b)
    connect(a, b)
    return a, b


def shown(peer, path):
    """Writes what a peer shows now; its size, None: nothing."""
    try:
        said = peer.call("call.picture", path=path)
    except RpcError:
        return None
    return said["width"], said["height"]


def read_page(peer, path):
    """Which page of text is shown, and how like itself it looks."""
    if shown(peer, path) != (1280, 800):
        return None
    number, like = run(PAGE_LIKE, path).split()
    return int(number), float(like)


def wait_sharp(peer, path, but=None):
    page = wait_until(lambda: (lambda p: p if p and p[1] > SHARP and p[0] != but else None)(read_page(peer, path)),
                      "a page that can be read", 60 * SLOW, every=0.05)
    note("page %d, %.4f" % page)
    return page


@test("the text of a shared screen can be read; the camera comes back after it, also when the helper dies")
def _():
    with Lab() as lab:
        a, b = pair(lab, "--screen-source", "test")
        path = lab.path("b.ppm")
        mark = b.mark()
        a.call("call.video", on=True)
        state(b, "active", mark, other_video=True, other_screen=False)

        marks = a.mark(), b.mark()
        a.call("call.share")
        state(a, "active", marks[0], screen=True, video=True)
        state(b, "active", marks[1], other_video=True, other_screen=True)
        first = wait_sharp(b, path)
        wait_sharp(b, path, but=first[0])  # it moves, and stands still again

        for pid in helper_of(a):
            os.kill(pid, signal.SIGKILL)
        wait_stats(a, lambda s: s["restarts"] == 1, "it is started again", 20 * SLOW)
        shown_before = b.call("call.stats")["pictures_shown"]
        wait_stats(b, lambda s: s["pictures_shown"] > shown_before + 3, "pictures of the new helper", 60 * SLOW)
        wait_sharp(b, path)

        marks = a.mark(), b.mark()
        a.call("call.share", on=False)
        state(a, "active", marks[0], screen=False, video=True)
        state(b, "active", marks[1], other_video=True, other_screen=False)
        wait_until(lambda: shown(b, path) in ((640, 480), (320, 240)), "the camera again", 60 * SLOW, every=0.05)

        # Without a camera before, there is none after.
        marks = a.mark(), b.mark()
        a.call("call.video", on=False)
        state(b, "active", marks[1], other_video=False)
        mark = b.mark()
        a.call("call.share", on=True, source="test")
        state(b, "active", mark, other_video=True, other_screen=True)
        wait_sharp(b, path)
        mark = b.mark()
        a.call("call.share", on=False)
        state(b, "active", mark, other_video=False, other_screen=False)
        wait_until(lambda: shown(b, path) is None, "nothing is shown", 20 * SLOW)


@test("what cannot be shown ends the sharing and says so")
def _():
    with Lab() as lab:
        a, b = pair(lab)
        for what in ({"source": "x11"}, {"window": 4711}, {"source": "no such thing"}):
            marks = a.mark(), b.mark()
            a.call("call.share", **what)
            a.wait_for("notice", since=marks[0], code="no-screen", timeout=30 * SLOW)
            state(a, "active", marks[0], timeout=20 * SLOW, screen=False)
            state(b, "active", marks[1], timeout=20 * SLOW, other_screen=False, other_video=False)
        check(a.call("call.stats")["state"] == "active", "the call goes on")


class Screen:
    """An Xvfb, with what stands on it."""

    def __init__(self, lab, size):
        reader, writer = os.pipe()
        self.processes = [subprocess.Popen(
            ["Xvfb", "-displayfd", str(writer), "-screen", "0", size + "x24", "-nolisten", "tcp"], pass_fds=[writer],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)]
        os.close(writer)
        with os.fdopen(reader) as f:
            self.name = ":" + f.readline().strip()
        self.lab = lab

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in reversed(self.processes):
            process.kill()
            process.wait()

    def run(self, *command):
        done = subprocess.run(command, env=dict(os.environ, DISPLAY=self.name), stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, check=False, timeout=60 * SLOW)
        return done.stdout.decode().strip() if done.returncode == 0 else ""

    def start(self, *command):
        process = subprocess.Popen(command, env=dict(os.environ, DISPLAY=self.name), stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.processes.append(process)
        return process

    def page(self, number, width, height):
        path = self.lab.path("page-%d.ppm" % number)
        run(PAGE_LIKE, "--draw", str(number), str(width), str(height), path)
        return path

    def shot(self, window):
        path = self.lab.path("shot.ppm")
        self.run("import", "-window", window, "-depth", "8", path)
        return path


def wait_like(peer, size, original, path):
    def look():
        return shown(peer, path) == size and float(run(PAGE_LIKE, path, original()).strip())
    like = wait_until(lambda: (lambda v: v if v and v > SHARP else None)(look()), "the same is seen there", 60 * SLOW, every=0.1)
    note("%.4f alike" % like)


X11_PROGRAMS = ("Xvfb", "display", "import", "xdotool")
x11_test = test if all(shutil.which(p) for p in X11_PROGRAMS) else lambda name: lambda function: function


@x11_test("an X11 screen, then one window of it, until that is closed: what is seen there is what a screenshot shows")
def _():
    with Lab() as lab, Screen(lab, "1280x800") as screen:
        screen.run("xdotool", "mousemove", "1279", "799")
        screen.run("display", "-window", "root", screen.page(11, 1280, 800))
        a, b = pair(lab, env={"DISPLAY": screen.name})
        path = lab.path("b.ppm")
        mark = b.mark()
        a.call("call.share")
        state(b, "active", mark, other_screen=True)
        wait_like(b, (1280, 800), lambda: screen.shot("root"), path)
        check(read_page(b, path)[0] == 11, "the page that was put there")

        # The pointer is seen: something dark is where the page was blank.
        blank = pixels(path, 600, 780)
        screen.run("xdotool", "mousemove", "600", "780")
        wait_until(lambda: shown(b, path) and pixels(path, 600, 780) != blank, "the pointer", 60 * SLOW, every=0.1)

        # A window that lies partly outside: all of it is seen, and nothing of what is around it.
        page = screen.page(12, 640, 400)
        window_program = screen.start("display", "-title", "page of a window", "-geometry", "+900+600", "-immutable", page)
        window = wait_until(lambda: screen.run("xdotool", "search", "--onlyvisible", "--name", "page of a window"), "its window",
                            60 * SLOW, every=0.1).split()[-1]
        a.call("call.share", window=int(window))
        wait_like(b, (640, 400), lambda: page, path)

        marks = a.mark(), b.mark()
        window_program.kill()
        a.wait_for("notice", since=marks[0], code="no-screen", timeout=60 * SLOW)
        state(b, "active", marks[1], timeout=60 * SLOW, other_screen=False)
        check(a.call("call.stats")["restarts"] == 0, "a closed window costs no helper")


def pixels(path, x, y, side=12):
    """A corner of a picture, as the grey of its pixels in four steps."""
    with open(path, "rb") as f:
        _, size, _, rgb = f.read().split(b"\n", 3)
    width = int(size.split()[0])
    return [[rgb[((y + j) * width + x + i) * 3] // 64 for i in range(side)] for j in range(side)]


if __name__ == "__main__":
    main()
