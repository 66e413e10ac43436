# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""A small desktop for the tests: bus, screen, window manager, two computers joined by a cable.

Everything lives below one temporary folder; two network namespaces stand for the two computers, so
that nothing of the machine's own network is seen or touched. Waiting is always for a condition, with
a deadline.
"""
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

DEADLINE = 30.0


class Failed(Exception):
    pass


def wait(condition, what, deadline=DEADLINE):
    """Asks until @condition gives something true, and returns that."""
    end = time.monotonic() + deadline
    while True:
        try:
            found = condition()
        except Exception as error:  # objects on the bus come and go while one looks
            found, last = None, error
        else:
            last = None
        if found:
            return found
        if time.monotonic() > end:
            raise Failed("waited %g s in vain for %s%s" % (deadline, what, " (%s)" % last if last else ""))
        time.sleep(0.04)


def run(*command, check=True):
    return subprocess.run(command, check=check, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True).stdout


class Desk:
    def __init__(self, build, source):
        self.build, self.source = build, source
        self.dir = tempfile.mkdtemp(prefix="lanyard-ui-")
        self.shots = os.path.join(build, "tests", "ui", "shots")
        os.makedirs(self.shots, exist_ok=True)
        self.processes, self.namespaces = [], []
        os.environ["DBUS_SESSION_BUS_ADDRESS"] = "unix:path=%s/bus" % self.dir
        os.environ["XDG_RUNTIME_DIR"] = self.dir
        os.environ.pop("AT_SPI_BUS_ADDRESS", None)
        self.start("dbus-daemon", "--session", "--nofork", "--address=" + os.environ["DBUS_SESSION_BUS_ADDRESS"])
        wait(lambda: os.path.exists(self.dir + "/bus"), "the bus")
        self.start_screen()
        self.start("openbox", "--sm-disable")
        self.locale()

    def start(self, *command, env=None, log=None):
        out = open(log, "ab") if log else subprocess.DEVNULL
        process = subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        self.processes.append(process)
        return process

    def start_screen(self):
        """The server chooses a free number and says which."""
        reader, writer = os.pipe()
        process = subprocess.Popen(["Xvfb", "-displayfd", str(writer), "-screen", "0", "2600x900x24", "-nolisten", "tcp"],
                                   pass_fds=[writer], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.processes.append(process)
        os.close(writer)
        with os.fdopen(reader) as f:
            os.environ["DISPLAY"] = ":" + f.readline().strip()

    def locale(self):
        """Chinese dates need the locale's data; made here, as the system may not have it."""
        self.locpath = os.path.join(self.build, "tests", "ui", "locale")
        whole = self.locpath + "/zh_CN.UTF-8"
        if os.path.isdir(whole):
            return
        os.makedirs(self.locpath, exist_ok=True)
        # Other tests make it at the same time: what stands under its name is always whole.
        made = tempfile.mkdtemp(dir=self.locpath)
        subprocess.run(["localedef", "-i", "zh_CN", "-f", "UTF-8", made + "/new"], check=False,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            os.rename(made + "/new", whole)
        except OSError:
            if not os.path.isdir(whole):
                raise
        shutil.rmtree(made)

    def cable(self):
        """Two namespaces with one address each."""
        tag = "lu%d" % os.getpid()
        for end in ("a", "b"):
            run("ip", "netns", "add", tag + end)
            self.namespaces.append(tag + end)
            run("ip", "-n", tag + end, "link", "set", "lo", "up")
        run("ip", "link", "add", tag + "va", "netns", tag + "a", "type", "veth", "peer", "name", tag + "vb", "netns",
            tag + "b")
        for number, end in enumerate(("a", "b"), 1):
            run("ip", "-n", tag + end, "link", "set", tag + "v" + end, "name", "lan0")
            run("ip", "-n", tag + end, "addr", "add", "10.77.0.%d/24" % number, "brd", "+", "dev", "lan0")
            run("ip", "-n", tag + end, "link", "set", "lan0", "up")
        return self.namespaces

    def close(self):
        for process in reversed(self.processes):
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in reversed(self.processes):
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        for name in self.namespaces:
            run("ip", "netns", "del", name, check=False)
        shutil.rmtree(self.dir, ignore_errors=True)


def need(*programs):
    """Leaves as skipped where a tool or a right is missing."""
    for program in programs:
        if shutil.which(program) is None:
            print("1..0 # SKIP no", program)
            sys.exit(0)
    if os.geteuid() != 0:
        print("1..0 # SKIP network namespaces need root")
        sys.exit(0)
