#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""Start and memory of the window beside those of a bare libhandy window with 200 rows, in one run.

    tests/bench/app/app.py BUILD [PEOPLE [MESSAGES]]

Makes a profile with PEOPLE contacts (100), one of whom wrote MESSAGES (200) in Chinese, all by the
real engine over the loopback interface; then starts the window five times and takes the middle one,
opens that chat, pages back through it, and reads PSS and CPU while idle. Needs Xvfb, dbus-daemon,
openbox and xdotool; run it from a release build.
"""
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

TEXT = "第 %d 条：上午评审的结论整理好了，大家看看有没有遗漏。"
STARTS = 5


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Peer:
    """One lanyard-cli run, asked line by line."""

    def __init__(self, build, profile, name, port=0):
        cli = [build + "/src/cli/lanyard-cli", "--profile", profile]
        if not os.path.exists(profile + "/keys"):
            subprocess.run([*cli, "--name", name, "init"], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.process = subprocess.Popen([*cli, "--no-mdns", "--no-broadcast", "--interface", "lo", "--port", str(port), "run"],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.condition, self.answers, self.notes, self.next = threading.Condition(), {}, [], 1
        threading.Thread(target=self.read, daemon=True).start()
        self.id = self.await_note("ready")["id"]

    def read(self):
        for line in self.process.stdout:
            message = json.loads(line)
            with self.condition:
                if "method" in message:
                    self.notes.append((message["method"], message.get("params", {})))
                else:
                    self.answers[message["id"]] = message
                self.condition.notify_all()

    def await_note(self, method, fits=lambda p: True, seconds=60):
        with self.condition:
            found = lambda: next((p for m, p in self.notes if m == method and fits(p)), None)
            if not self.condition.wait_for(lambda: found() is not None, seconds):
                sys.exit("no %s within %d s" % (method, seconds))
            return found()

    def ask(self, method, **params):
        with self.condition:
            number, self.next = self.next, self.next + 1
            self.process.stdin.write(json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params}) + "\n")
            self.process.stdin.flush()
            self.condition.wait_for(lambda: number in self.answers, 60)
            return self.answers[number].get("result")

    def close(self):
        self.process.stdin.close()
        self.process.wait(20)


def fill(build, folder, people, messages):
    """Returns the id of who wrote most."""
    port = free_port()
    me = Peer(build, folder + "/profile", "林子墨", port)
    writer = None
    for i in range(people):
        peer = Peer(build, "%s/peer-%d" % (folder, i), "同事%d" % i)
        peer.ask("address.add", address="127.0.0.1:%d" % port)
        peer.await_note("person.seen", lambda p: p["id"] == me.id)
        me.await_note("person.seen", lambda p, who=peer.id: p["id"] == who)
        me.ask("people.accept", id=peer.id)
        last = None
        for n in range(messages if i == people - 1 else 1):
            last = peer.ask("message.send", to=me.id, text=TEXT % n)["id"]
        me.await_note("message.received", lambda p, m=last: p["id"] == m)
        writer = peer.id
        peer.close()
        shutil.rmtree("%s/peer-%d" % (folder, i))
    me.close()
    return writer


def start(command, word, env):
    """Returns the process and the milliseconds until it says @word."""
    begun = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=env)
    for line in process.stdout:
        if word in line:
            took = (time.monotonic() - begun) * 1000
            threading.Thread(target=process.stdout.read, daemon=True).start()
            return process, took
    sys.exit("%s ended without saying %s" % (command[0], word))


def stop(process):
    process.terminate()
    process.wait(10)


def pss(process):
    with open("/proc/%d/smaps_rollup" % process.pid, encoding="ascii") as f:
        return next(int(line.split()[1]) for line in f if line.startswith("Pss:")) / 1024


def cpu(process):
    with open("/proc/%d/stat" % process.pid, encoding="ascii") as f:
        fields = f.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def page_back():
    window = subprocess.run(["xdotool", "search", "--onlyvisible", "--name", "Lanyard"], stdout=subprocess.PIPE, text=True,
                            check=False).stdout.split()[-1]
    subprocess.run(["xdotool", "windowactivate", "--sync", window], check=False, stderr=subprocess.DEVNULL)
    subprocess.run(["xdotool", "mousemove", "--window", window, "700", "300"], check=True)
    for _ in range(12):
        subprocess.run(["xdotool", "click", "--repeat", "40", "--delay", "8", "4"], check=True)


def measure(build, folder, writer):
    env = dict(os.environ, NO_AT_BRIDGE="1", G_MESSAGES_DEBUG="lan-app", LC_ALL="C.UTF-8")
    app = [build + "/src/app/lanyard", "--profile", folder + "/profile", "--no-mdns", "--no-broadcast", "--interface", "lo",
           "--port", "0"]
    reference = [build + "/tests/bench/bench-app-reference"]
    times = {}
    for name, command in (("bare window", reference), ("lanyard", app)):
        took = []
        for _ in range(STARTS + 1):
            process, ms = start(command, "usable", env)
            took.append(ms)
            stop(process)
        times[name] = statistics.median(took[1:])  # the first one warms the caches
    bare, _ = start(reference, "usable", env)
    time.sleep(3)
    bare_pss = pss(bare)
    stop(bare)
    window, _ = start([*app, "lanyard:" + writer], "usable", env)
    time.sleep(3)
    fresh = pss(window)
    page_back()
    time.sleep(3)
    full = pss(window)
    before = cpu(window)
    time.sleep(20)
    busy = (cpu(window) - before) / 20 * 100
    stop(window)
    print("exec to usable, warm:  lanyard %.0f ms   bare window %.0f ms" % (times["lanyard"], times["bare window"]))
    print("PSS:                   lanyard %.1f MB (%.1f before paging back)   bare window %.1f MB   above it %.1f MB"
          % (full, fresh, bare_pss, full - bare_pss))
    print("CPU while idle:        %.2f %% of one core" % busy)


def main():
    build = os.path.abspath(sys.argv[1])
    people = int(sys.argv[2]) if len(sys.argv) > 2 else 100
    messages = int(sys.argv[3]) if len(sys.argv) > 3 else 200
    folder = tempfile.mkdtemp(prefix="lanyard-bench-")
    helpers = []
    try:
        os.environ.update(HOME=folder, XDG_RUNTIME_DIR=folder, DBUS_SESSION_BUS_ADDRESS="unix:path=%s/bus" % folder)
        helpers.append(subprocess.Popen(["dbus-daemon", "--session", "--nofork", "--address=unix:path=%s/bus" % folder],
                                        stderr=subprocess.DEVNULL))
        reader, writer_fd = os.pipe()
        helpers.append(subprocess.Popen(["Xvfb", "-displayfd", str(writer_fd), "-screen", "0", "1280x800x24"],
                                        pass_fds=[writer_fd], stderr=subprocess.DEVNULL))
        os.close(writer_fd)
        with os.fdopen(reader) as f:
            os.environ["DISPLAY"] = ":" + f.readline().strip()
        helpers.append(subprocess.Popen(["openbox", "--sm-disable"], stderr=subprocess.DEVNULL))
        print("making a profile with %d contacts and %d messages…" % (people, messages), flush=True)
        measure(build, folder, fill(build, folder, people, messages))
    finally:
        for helper in reversed(helpers):
            helper.terminate()
            helper.wait()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
