# SPDX-License-Identifier: MIT
"""messages.py BUILD-FOLDER: how fast text travels between two `lanyard-cli run` on this machine.

Prints, beside a bare loop that only signs, commits, sends and verifies (bare-loop.c) in the same
run: the first message from the call to its arrival (the channel is opened by it), later ones one at
a time (median, 99 %), and a burst in both directions at once. Release builds only give figures worth
keeping; the script says which kind it ran."""
import json
import os
import queue
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time

BUILD = os.path.abspath(sys.argv[1])
BURST = int(sys.argv[2]) if len(sys.argv) > 2 else 5000
PEERS = int(os.environ.get("LANYARD_BENCH_PEERS", "2"))


class Peer:
    def __init__(self, folder, name):
        self.name = name
        cli = os.path.join(BUILD, "src", "cli", "lanyard-cli")
        self.process = subprocess.Popen(
            [cli, "run", "--profile", os.path.join(folder, name), "--name", name, "--interface", "lo",
             "--no-mdns", "--no-broadcast", "--port", "0"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
        self.answers, self.waiting, self.next_id = queue.Queue(), [], 1
        self.news = queue.Queue()
        threading.Thread(target=self.read, daemon=True).start()
        self.ready = self.expect("ready")

    def read(self):
        for line in self.process.stdout:
            at = time.perf_counter()
            message = json.loads(line)
            if "method" in message:
                self.news.put((at, message["method"], message["params"]))
            else:
                self.answers.put(message)

    def post(self, method, **params):
        self.next_id += 1
        self.process.stdin.write(json.dumps(
            {"jsonrpc": "2.0", "id": self.next_id, "method": method, "params": params}) + "\n")

    def call(self, method, **params):
        self.post(method, **params)
        answer = self.answers.get(timeout=30)
        if "error" in answer:
            raise SystemExit("%s: %s: %s" % (self.name, method, answer["error"]))
        return answer["result"]

    def expect(self, method, timeout=60, **fields):
        while True:
            at, name, params = self.news.get(timeout=timeout)
            if name == method and all(params.get(k) == v for k, v in fields.items()):
                params["at"] = at
                return params

    def stop(self):
        self.process.stdin.close()
        self.process.wait(30)


def first_and_later(a, b):
    b.call("address.add", address="127.0.0.1:%d" % a.ready["port"])
    a.call("address.add", address="127.0.0.1:%d" % b.ready["port"])
    a.expect("person.seen", id=b.ready["id"])
    start = time.perf_counter()
    a.post("message.send", to=b.ready["id"], text="first")
    print("first_message_ms %.1f" % ((b.expect("message.received")["at"] - start) * 1e3))
    a.answers.get(timeout=10)
    b.call("people.accept", id=a.ready["id"])
    times = []
    for i in range(500):
        start = time.perf_counter()
        a.post("message.send", to=b.ready["id"], text="message %d" % i)
        times.append(b.expect("message.received", text="message %d" % i)["at"] - start)
        a.answers.get(timeout=10)
    times.sort()
    print("later_p50_us %.0f" % (statistics.median(times) * 1e6))
    print("later_p99_us %.0f" % (times[int(len(times) * 0.99)] * 1e6))


def burst(peers):
    def drain(peer, expected, out):
        got, delivered = [], 0
        while len(got) < expected or delivered < expected:
            _, name, params = peer.news.get(timeout=120)
            if name == "message.received" and params["text"].startswith("burst"):
                got.append(params["text"])
            elif name == "message.state" and params["state"] == "delivered":
                delivered += 1
        out.append(got)

    got = [[] for _ in peers]
    start = time.perf_counter()
    threads = []
    for i, peer in enumerate(peers):
        to = peers[(i + 1) % len(peers)].ready["id"]
        threads.append(threading.Thread(target=drain, args=(peer, BURST, got[i])))
        threads.append(threading.Thread(
            target=lambda p=peer, t=to: [p.post("message.send", to=t, text="burst %d" % n) for n in range(BURST)]))
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    took = time.perf_counter() - start
    for texts in got:
        assert texts[0] == ["burst %d" % n for n in range(BURST)], "lost, doubled or out of order"
    print("burst_messages_per_s %.0f" % (len(peers) * BURST / took))


def main():
    folder = tempfile.mkdtemp(prefix="lanyard-bench-")
    with open(os.path.join(BUILD, "meson-info", "intro-buildoptions.json"), encoding="utf-8") as f:
        kind = next(o["value"] for o in json.load(f) if o["name"] == "buildtype")
    print("build", kind)
    try:
        os.mkdir(os.path.join(folder, "bare"))
        subprocess.run([os.path.join(BUILD, "tests", "bench", "bare-loop"), os.path.join(folder, "bare"),
                        str(BURST)], check=True)
        peers = [Peer(folder, n) for n in ("alice", "bob")]
        first_and_later(*peers)
        burst(peers)
        for peer in peers:
            peer.stop()
    finally:
        shutil.rmtree(folder)


main()
