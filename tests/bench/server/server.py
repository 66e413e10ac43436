#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""server.py BUILD [N ...]: figures of lanyard-server beside mosquitto in the same run.

Server and load generator each have a core of their own where there are two. Figures go to standard
output; a peer that is not installed is left out with the reason.
"""
import os
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.path.abspath(sys.argv[1])
COUNTS = [int(a) for a in sys.argv[2:]] or [64, 10000]
SECONDS = float(os.environ.get("BENCH_SECONDS", "5"))
os.environ["LANYARD_SERVER"] = os.path.join(BUILD, "src/server/lanyard-server")
sys.path.insert(0, os.path.join(HERE, "../../lab"))
from serverlab import Server  # noqa: E402
from second.office import Invite  # noqa: E402

LOAD = os.path.join(BUILD, "tests/bench/bench-server-load")
LIMITS = ("[limits]\nconnections = 100000\nhandshakes-per-address = 100000\n"
          "unauthenticated = 100000\nfirst-bytes = 30 s\nhandshake = 30 s\nidle = 3600 s\n"
          + "".join("%s = 10000000\n" % k for k in (
              "deposits-per-second", "deposit-burst", "signals-per-second", "signal-burst",
              "requests-per-second", "request-burst"))
          + "mailbox = 1 GiB\n[log]\nlevel = notice\n")


def pin(pid, core):
    if os.cpu_count() > 1:
        os.sched_setaffinity(pid, {core})


def load(kind, port, pid, count, key="-"):
    pin(pid, 0)
    done = subprocess.run([LOAD, "run", kind, str(port), str(pid), str(count), key, str(SECONDS)],
                          stdout=subprocess.PIPE, text=True, check=True,
                          preexec_fn=lambda: pin(0, 1))
    return {name: float(value) for name, value in
            (line.split() for line in done.stdout.splitlines())}


def lanyard(count):
    with Server(LIMITS, start=False) as server:
        subprocess.run([LOAD, "prepare", os.path.join(server.state, "server.db"), str(count)],
                       check=True)
        begun = time.monotonic()
        server.start()
        took = time.monotonic() - begun
        figures = load("lanyard", server.address[1], server.process.pid, count,
                       Invite(server.first_invite).key.hex())
        figures["start_s"] = took
        return figures


def mosquitto(count):
    if shutil.which("mosquitto") is None:
        print("mosquitto is not installed")
        return None
    with tempfile.TemporaryDirectory() as folder:
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            port = s.getsockname()[1]
        config = os.path.join(folder, "conf")
        with open(config, "w") as f:
            f.write("listener %d 127.0.0.1\nallow_anonymous true\nset_tcp_nodelay true\n"
                    "max_queued_messages 0\nlog_type error\nuser root\n" % port)
        broker = subprocess.Popen(["mosquitto", "-c", config], stderr=subprocess.DEVNULL)
        try:
            for _ in range(200):
                with socket.socket() as s:
                    if s.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.05)
            return load("mqtt", port, broker.pid, count)
        finally:
            broker.kill()
            broker.wait()


def main():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    for count in COUNTS:
        if count + 100 > hard:
            print("%d connections: skipped, descriptor limit is %d" % (count, hard))
            continue
        ours, theirs = lanyard(count), mosquitto(count)
        print("== %d connections" % count)
        for name in ours:
            other = theirs and theirs.get(name)
            print("%-24s %12.3f   %s" % (name, ours[name], "mosquitto %.3f, ratio %.2f" % (
                other, ours[name] / other) if other else ""))
        sys.stdout.flush()


main()
