#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""server.py BUILD [N ...]: figures of lanyard-server beside mosquitto and ejabberd in the same run.

Server and load generator each have a core of their own where there are two. Figures go to standard
output; a peer that is not installed and a number that the descriptor limit does not allow are left out
with the reason. BENCH_SECONDS: length of a phase (6); BENCH_WORKERS: processes of the generator (as many
as descriptors ask for); BENCH_PHASES: some of routed,paced,deposits,deposits_paced; BENCH_PEERS: some of
bare,mosquitto,ejabberd, or "none"; BENCH_DIR: where databases lie (the folder for temporary files).
"""
import glob
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
COUNTS = [int(a) for a in sys.argv[2:]] or [64, 10000, 50000]
SECONDS = os.environ.get("BENCH_SECONDS", "6")
PHASES = os.environ.get("BENCH_PHASES")
PEERS = os.environ.get("BENCH_PEERS", "bare,mosquitto,ejabberd").split(",")
if "BENCH_DIR" in os.environ:
    tempfile.tempdir = os.environ["BENCH_DIR"]
os.environ["LANYARD_SERVER"] = os.path.join(BUILD, "src/server/lanyard-server")
sys.path.insert(0, os.path.join(HERE, "../../lab"))
from serverlab import Server  # noqa: E402
from second.office import Invite  # noqa: E402

LOAD = os.path.join(BUILD, "tests/bench/bench-server-load")
STORE = os.path.join(BUILD, "tests/bench/bench-server-store")
PER_WORKER = 15000  # connections of one generator process
SPARE = 200         # descriptors that are no connections
LIMITS = ("[limits]\nconnections = 100000\nhandshakes-per-address = 100000\n"
          "unauthenticated = 100000\nfirst-bytes = 30 s\nhandshake = 30 s\nidle = 3600 s\n"
          + "".join("%s = 10000000\n" % k for k in (
              "deposits-per-second", "deposit-burst", "signals-per-second", "signal-burst",
              "requests-per-second", "request-burst"))
          + "mailbox = 1 GiB\n[log]\nlevel = notice\n")
EJABBERD = glob.glob("/usr/lib/*/ejabberd-*/ebin")


def pin(pid, core):
    if os.cpu_count() > 1:
        os.sched_setaffinity(pid, {core})


def begin_peer():
    """In the child: the first core, and as many descriptors as there may be."""
    pin(0, 0)
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def load(kind, port, pid, count, key="-"):
    workers = os.environ.get("BENCH_WORKERS", str(-(-count // PER_WORKER)))
    command = [LOAD, "run", kind, str(port), str(pid), str(count), key, SECONDS, workers]
    done = subprocess.run(command + ([PHASES] if PHASES else []), stdout=subprocess.PIPE,
                          text=True, check=True, preexec_fn=lambda: pin(0, 1))
    return lines(done.stdout)


def lanyard(count):
    with Server(LIMITS, start=False) as server:
        subprocess.run([LOAD, "prepare", os.path.join(server.state, "server.db"), str(count)],
                       check=True)
        begun = time.monotonic()
        server.start()
        took = time.monotonic() - begun
        pin(server.process.pid, 0)  # the loop; the writer's thread is mostly waiting for the disk
        figures = load("lanyard", server.address[1], server.process.pid, count,
                       Invite(server.first_invite).key.hex())
        figures["start_s"] = took
        return figures


def run_peer(kind, command, port, count, folder):
    """Starts a peer, waits until it listens, loads it, ends it by its id."""
    with open(os.path.join(folder, "said"), "w") as said:
        peer = subprocess.Popen(command, stdout=said, stderr=said, cwd=folder,
                                preexec_fn=begin_peer)
    try:
        for _ in range(1200):
            with socket.socket() as s:
                if s.connect_ex(("127.0.0.1", port)) == 0:
                    break
            if peer.poll() is not None:
                sys.exit("%s ended: %s" % (command[0], open(os.path.join(folder, "said")).read()))
            time.sleep(0.05)
        return load(kind, port, peer.pid, count)
    finally:
        peer.kill()
        peer.wait()


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def mosquitto(count):
    if shutil.which("mosquitto") is None:
        print("mosquitto: skipped, it is not installed")
        return None
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        config = os.path.join(folder, "conf")
        with open(config, "w") as f:
            f.write("listener %d 127.0.0.1\nallow_anonymous true\nset_tcp_nodelay true\n"
                    "max_queued_messages 0\nlog_type error\nuser root\n" % port)
        return run_peer("mqtt", ["mosquitto", "-c", config], port, count, folder)


def ejabberd(count):
    """XMPP without TLS and without stored accounts: everybody who asks is let in."""
    if not EJABBERD or shutil.which("erl") is None:
        print("ejabberd: skipped, it is not installed")
        return None
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        config = os.path.join(folder, "ejabberd.yml")
        with open(config, "w") as f:
            f.write("loglevel: error\nhosts: [localhost]\nauth_method: anonymous\n"
                    "anonymous_protocol: login_anon\nregistration_timeout: infinity\nmodules: {}\n"
                    "listen:\n  -\n    port: %d\n    ip: 127.0.0.1\n    module: ejabberd_c2s\n"
                    "    shaper: none\n    access: all\n    backlog: 1024\n" % port)
        # Not under a node name: no epmd is started that would outlive it.
        command = ["erl", "-noinput", "+P", "1000000", "+Q", "262144", "+S", "1:1", "+K", "true",
                   "-pa", EJABBERD[0], "-mnesia", "dir", '"%s/db"' % folder,
                   "-ejabberd", "config", '"%s"' % config, "log_path", '"%s/log"' % folder,
                   "-s", "ejabberd"]
        return run_peer("xmpp", command, port, count, folder)


def lines(text):
    return {name: float(value) for name, value in (line.split() for line in text.splitlines())}


def store():
    """The mailbox's tables alone, and plain SQLite: what the disk and SQLite allow today."""
    with tempfile.TemporaryDirectory() as folder:
        said = subprocess.run([STORE, folder], stdout=subprocess.PIPE, text=True, check=True)
    figures = lines(said.stdout)
    print("== mailbox without connections")
    for name, value in figures.items():
        print("%-28s %12.3f" % (name, value))
    print("%-28s %12.3f" % ("store_to_plain_cpu",
                            figures["store_cpu_us"] / figures["plain_sqlite_cpu_us"]))


def bare(count):
    """One read, opening, sealing and write for a message, and nothing else: what cannot be saved."""
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        return run_peer("bare", [os.path.join(BUILD, "tests/bench/bench-server-bare"), str(port)],
                        port, count, folder)


def beside(name, ours, theirs, figure):
    if not theirs or figure not in theirs:
        return ""
    return "   %s %.3f" % (name, theirs[figure]) + (
        ", ratio %.2f" % (ours[figure] / theirs[figure]) if theirs[figure] else "")


def main():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    for count in COUNTS:
        if count + SPARE > hard:
            print("%d connections: skipped, a process may have %d descriptors" % (count, hard))
            continue
        ours = lanyard(count)
        theirs = [(name, peer(count)) for name, peer in
                  (("bare", bare), ("mosquitto", mosquitto), ("ejabberd", ejabberd))
                  if name in PEERS]
        print("== %d connections" % count)
        for figure in ours:
            print("%-28s %12.3f%s" % (figure, ours[figure], "".join(
                beside(name, ours, figures, figure) for name, figures in theirs)))
        sys.stdout.flush()
    if not PHASES or "deposits" in PHASES.split(","):
        store()


main()
