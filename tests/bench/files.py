#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""Files: throughput, processor time, memory and many small files, beside iperf3, scp, rsync and tar | nc.

    LANYARD_CLI=build/src/cli/lanyard-cli HASH_SEAL=build/tests/bench/bench-hash-seal \\
      /usr/bin/python3 tests/bench/files.py [PART…]     parts: one small shares shaped swarm memory
                                                     large delay relayed; without any: all

Two hosts of the lab (network namespaces), both on tmpfs so that no disk is measured. Everything that is
compared runs in the same run. Needs root, and what tests/lab needs; peers that are not installed are left out.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lab"))
from company import SERVER, WALL, Company, Site  # noqa: E402
from lab import Lab, wait_until  # noqa: E402
from nat import LinkPeer, Post, narrow_office, percentile, relay_option  # noqa: E402
from people import befriend  # noqa: E402
from test_narrow import beside, flood, stream  # noqa: E402

MIB = 1 << 20
GIB = 1 << 30
SHM = "/dev/shm"


def say(name, value, unit, note=""):
    print("%-42s %10.2f %-8s %s" % (name, value, unit, note), flush=True)


def in_host(host, *command, **how):
    return subprocess.Popen(["ip", "netns", "exec", host.namespace, *command], **how)


def make_file(path, size):
    with open(path, "wb") as f:
        for _ in range(size // (16 * MIB)):
            f.write(os.urandom(16 * MIB))
        f.write(os.urandom(size % (16 * MIB)))


def make_small(folder, count, size):
    for i in range(count):
        sub = os.path.join(folder, "d%02d" % (i % 50))
        os.makedirs(sub, exist_ok=True)
        with open(os.path.join(sub, "f%05d" % i), "wb") as f:
            f.write(os.urandom(size))


class Ssh:
    """An sshd in the receiving host with a key of its own."""

    def __init__(self, lab, host, folder):
        self.folder = folder
        for name in ("host", "user"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f",
                            os.path.join(folder, name)], check=True)
        shutil.copy(os.path.join(folder, "user.pub"), os.path.join(folder, "keys"))
        os.makedirs("/run/sshd", exist_ok=True)
        with open(os.path.join(folder, "config"), "w") as f:
            f.write("Port 2222\nHostKey %s/host\nAuthorizedKeysFile %s/keys\nStrictModes no\n"
                    "Subsystem sftp internal-sftp\nUsePAM yes\nPidFile none\nPermitRootLogin yes\nMaxStartups 100\n" % (folder, folder))
        self.daemon = in_host(host, "/usr/sbin/sshd", "-D", "-e", "-f",
                              os.path.join(folder, "config"), stderr=subprocess.DEVNULL)

    def options(self):
        return ["-p", "2222", "-i", os.path.join(self.folder, "user"), "-o",
                "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o",
                "LogLevel=ERROR"]

    def close(self):
        self.daemon.terminate()
        self.daemon.wait()


def timed(process):
    start = time.monotonic()
    code = process.wait()
    if code != 0:
        raise SystemExit("%s: exit %d" % (process.args, code))
    return time.monotonic() - start


def iperf(one, two, address, seconds=3):
    server = in_host(two, "iperf3", "-s", "-1", stdout=subprocess.DEVNULL)
    time.sleep(0.3)
    out = subprocess.run(["ip", "netns", "exec", one.namespace, "iperf3", "-c", address, "-t",
                          str(seconds), "-J"], capture_output=True)
    server.wait()
    return json.loads(out.stdout)["end"]["sum_received"]["bits_per_second"] / 8


class Side:
    def __init__(self, peer):
        self.peer = peer
        self.peak = 0
        self.base = peer.memory_kib("VmRSS") if hasattr(peer, "memory_kib") else self.rss()
        self.cpu = peer.cpu_seconds()
        self.going = True
        self.thread = threading.Thread(target=self.watch, daemon=True)
        self.thread.start()

    def rss(self):
        with open("/proc/%d/status" % self.peer.pid) as f:
            return int(re.search(r"VmRSS:\s+(\d+)", f.read()).group(1))

    def watch(self):
        while self.going:
            try:
                self.peak = max(self.peak, self.rss())
            except (OSError, AttributeError):
                return
            time.sleep(0.02)

    def stop(self):
        self.going = False
        self.thread.join()
        return self.peer.cpu_seconds() - self.cpu, (self.peak - self.base) / 1024


def lanyard(a, b, path, box, timeout=600):
    """Seconds for hashing and offering, seconds from acceptance to done, processor time, memory."""
    sides = [Side(a), Side(b)]
    start = time.monotonic()
    sent = a.call("file.send", to=b.id, paths=[path])["id"]
    wait_until(lambda: b.notifications("file.offered") and b.notifications("file.offered")[-1]["id"] == sent or
               a.notifications("file.failed"), "the offer", timeout)
    if a.notifications("file.failed"):
        raise SystemExit("not offered: %s" % a.notifications("file.failed"))
    offered = time.monotonic()
    hashed = [s.peer.cpu_seconds() - s.cpu for s in sides]
    b.call("file.accept", id=sent, dir=box)
    done = b.wait_for("file.done", id=sent, timeout=timeout)
    end = time.monotonic()
    figures = [s.stop() for s in sides]
    shutil.rmtree(done[1]["path"], ignore_errors=True)
    if os.path.exists(done[1]["path"]):
        os.unlink(done[1]["path"])
    return offered - start, end - offered, [f[0] - h for f, h in zip(figures, hashed)], \
        [f[1] for f in figures]


def offices(lab):
    _, (one, two) = lab.office(["one", "two"])
    a, b = one.peer("Anna"), two.peer("Bo")
    befriend(a, b)
    return one, two, a, b


def address_of(host):
    out = subprocess.run(["ip", "netns", "exec", host.namespace, "ip", "-4", "-o", "addr", "show", "e0"],
                         capture_output=True, text=True).stdout
    return re.search(r"inet ([0-9.]+)/", out).group(1)


def limits():
    out = subprocess.run([os.environ["HASH_SEAL"]], capture_output=True, text=True, check=True)
    return {k: float(v) for k, v in (line.split() for line in out.stdout.splitlines())}


def part_one(lab, folder):
    one, two, a, b = offices(lab)
    path, box = os.path.join(folder, "one.bin"), os.path.join(folder, "box")
    os.mkdir(box)
    make_file(path, GIB)
    host = address_of(two)
    ssh = Ssh(lab, two, folder)
    speed = limits()
    limit = 1 / (1 / speed["hash"] + 1 / speed["seal"])
    say("hash, one core", speed["hash"], "MB/s")
    say("seal, one core", speed["seal"], "MB/s")
    say("copy, one core", speed["copy"], "MB/s")
    say("hash + seal, one core: the limit", limit, "MB/s")
    say("iperf3, plain TCP", iperf(one, two, host) / 1e6, "MB/s")
    runs = [lanyard(a, b, path, box) for _ in range(3)]
    hashed, took, cpu, _memory = min(runs, key=lambda r: r[1])
    memory = [max(r[3][side] for r in runs) for side in (0, 1)]
    rate = GIB / took / 1e6
    say("lanyard, 1 GiB, accepted to done", rate, "MB/s", "%.2f of the limit" % (rate / limit))
    say("lanyard, with hashing before the offer", GIB / (hashed + took) / 1e6, "MB/s")
    budget = 1 / speed["hash"] + 1 / speed["seal"] + 1 / speed["copy"]
    for name, used in zip(("sender", "receiver"), cpu):
        say("  processor, " + name, used / (GIB / 1e9), "s/GB",
            "%.2f of hash + seal + copy" % (used / (GIB / 1e6) / budget))
    for name, grown in zip(("sender", "receiver"), memory):
        say("  memory, " + name, grown, "MiB")
    wait_until(lambda: subprocess.run(["ip", "netns", "exec", one.namespace, "nc", "-z", host, "2222"])
               .returncode == 0, "sshd")
    options = ssh.options()
    options[0] = "-P"
    best = min(timed(in_host(one, "scp", "-q", *options, path, "root@%s:%s/scp.bin" % (host, box)))
               for _ in range(2))
    say("scp", GIB / best / 1e6, "MB/s", "lanyard is %.2f times it" % (rate / (GIB / best / 1e6)))
    best = timed(in_host(one, "rsync", "-W", "-e", " ".join(["ssh", *ssh.options()]), path,
                         "root@%s:%s/rsync.bin" % (host, box)))
    say("rsync -W", GIB / best / 1e6, "MB/s")
    ssh.close()


def part_small(lab, folder):
    one, two, a, b = offices(lab)
    top, box = os.path.join(folder, "small"), os.path.join(folder, "box")
    os.mkdir(box)
    make_small(top, 10000, 4096)
    host = address_of(two)
    ssh = Ssh(lab, two, folder)
    wait_until(lambda: subprocess.run(["ip", "netns", "exec", one.namespace, "nc", "-z", host, "2222"])
               .returncode == 0, "sshd")
    runs = [lanyard(a, b, top, box) for _ in range(3)]
    hashed, took, cpu, memory = min(runs, key=lambda r: r[0] + r[1])
    say("lanyard, 10,000 x 4 KiB, accepted to done", took, "s")
    say("lanyard, with listing and hashing", hashed + took, "s")
    for name, used, grown in zip(("sender", "receiver"), cpu, memory):
        say("  processor, " + name, used, "s", "%.1f MiB more" % grown)
    shell = " ".join(["ssh", *ssh.options()])
    best = 1e9
    for i in range(2):
        best = min(best, timed(in_host(one, "rsync", "-a", "-e", shell, top + "/",
                                       "root@%s:%s/r%d" % (host, box, i))))
    say("rsync -a over ssh", best, "s", "lanyard is %.2f times as fast, %.2f with hashing"
        % (best / took, best / (hashed + took)))
    server = in_host(two, "sh", "-c", "cd %s && mkdir t && nc -l -p 2300 | tar -x -C t" % box)
    time.sleep(0.3)
    start = time.monotonic()
    in_host(one, "sh", "-c", "tar -c -C %s . | nc -N %s 2300" % (top, host)).wait()
    server.wait()
    say("tar | nc", time.monotonic() - start, "s")
    ssh.close()


def part_shares(lab, folder):
    """Many small files of a shared folder that is kept in step, beside the same folder sent once."""
    _one, _two, a, b = offices(lab)
    top, box = os.path.join(folder, "small"), os.path.join(folder, "box")
    os.mkdir(box)
    make_small(top, 2000, 4096)
    hashed, took, _cpu, _memory = min((lanyard(a, b, top, box) for _ in range(2)), key=lambda r: r[0] + r[1])
    say("2,000 x 4 KiB sent as a folder", hashed + took, "s")
    share = a.call("share.create", dir=top, name="small")["id"]
    wait_until(lambda: share in [s["id"] for s in a.call("share.list")["shares"]], "the share is listed")
    a.call("share.invite", id=share, person=b.id, access="read")

    def seen():
        return next((s for s in b.call("share.list")["shares"] if s["id"] == share), {"files": 0, "here": 0})

    wait_until(lambda: seen()["files"] == 2000, "what is in it is known", 60)
    start = time.monotonic()
    b.call("share.accept", id=share, dir=os.path.join(folder, "kept"), keep=True)
    wait_until(lambda: seen()["here"] == 2000, "all of it", 300, 0.05)
    kept = time.monotonic() - start
    say("kept in step, accepted to all there", kept, "s", "%.2f times as long" % (kept / (hashed + took)))


def part_large(lab, folder):
    """A file of LARGE_GIB (20) whose leaves all differ, without a disk on either side: memory."""
    size = int(os.environ.get("LARGE_GIB", "20")) * GIB
    preload = {"LD_PRELOAD": os.environ["NO_DISK"]}
    _, (one, two) = lab.office(["one", "two"])
    a, b = one.peer("Anna", env=preload), two.peer("Bo", env=preload)
    befriend(a, b)
    path, box = os.path.join(folder, "large.bin"), os.path.join(folder, "box")
    os.mkdir(box)
    with open(path, "wb") as f:
        f.truncate(size)
    hashed, took, _cpu, memory = lanyard(a, b, path, box, timeout=3000)
    say("%d GiB, every leaf different" % (size // GIB), hashed + took, "s",
        "memory: sender %.1f MiB, receiver %.1f MiB (at most 48)" % tuple(memory))


def part_memory(lab, folder):
    _one, _two, a, b = offices(lab)
    box = os.path.join(folder, "box")
    os.mkdir(box)
    top = os.path.join(folder, "many")
    make_small(top, 99950, 64)  # and 50 folders: the most that one may hold
    hashed, took, _cpu, memory = lanyard(a, b, top, box)
    say("100,000 entries", hashed + took, "s", "memory: sender %.1f MiB, receiver %.1f MiB (at most 48)"
        % tuple(memory))


def hold(host, rate):
    """Holds what leaves @host to @rate."""
    subprocess.run(["ip", "netns", "exec", host.namespace, "tc", "qdisc", "replace", "dev", "e0", "root", "tbf",
                    "rate", rate, "burst", "256kb", "latency", "100ms"], check=True)


def part_shaped(lab, folder):
    one, two, a, b = offices(lab)
    path, box = os.path.join(folder, "one.bin"), os.path.join(folder, "box")
    os.mkdir(box)
    make_file(path, GIB)
    for host in (one, two):
        hold(host, "1gbit")
    plain = iperf(one, two, address_of(two), 5)
    say("iperf3 at 1 Gbit/s", plain / 1e6, "MB/s")
    took = min(lanyard(a, b, path, box)[1] for _ in range(2))
    say("lanyard, 1 GiB, accepted to done", GIB / took / 1e6, "MB/s",
        "%.3f of iperf3" % (GIB / took / plain))


def sent_by(host):
    out = subprocess.run(["ip", "netns", "exec", host.namespace, "cat",
                          "/sys/class/net/e0/statistics/tx_bytes"], check=True, capture_output=True)
    return int(out.stdout)


def give(sender, others, path, folder):
    """Seconds from acceptance until all of @others have it, and bytes that left the sender's host."""
    to = [other.id for other in others]
    ids = sender.call("file.send", to=to if len(to) > 1 else to[0], paths=[path])
    ids = ids.get("ids") or [ids["id"]]
    for other, number in zip(others, ids):
        other.wait_for("file.offered", id=number, timeout=120)
    start, before = time.monotonic(), sent_by(sender.host)
    for other, number in zip(others, ids):
        other.call("file.accept", id=number, dir=folder)
    done = [other.wait_for("file.done", id=number, timeout=600)[1]["path"]
            for other, number in zip(others, ids)]
    took, sent = time.monotonic() - start, sent_by(sender.host) - before
    for name in done:
        os.unlink(name)
    return took, sent


def part_swarm(lab, folder):
    size = 256 * MIB
    _, hosts = lab.office(["sender"] + ["r%d" % i for i in range(8)])
    sender = hosts[0].peer("Anna")
    others = [host.peer("Bo %d" % i) for i, host in enumerate(hosts[1:])]
    for other in others:
        befriend(sender, other)
    hold(hosts[0], "100mbit")
    for name in ("alone", "all"):
        make_file(os.path.join(folder, name), size)
    box = os.path.join(folder, "box")
    os.mkdir(box)
    alone, _ = give(sender, others[:1], os.path.join(folder, "alone"), box)
    say("256 MiB at 100 Mbit/s to one", alone, "s")
    took, sent = give(sender, others, os.path.join(folder, "all"), box)
    say("to eight at once, all done", took, "s", "%.2f times one alone" % (took / alone))
    say("sent by the sender", sent / size, "sizes")


def word_times(a, b, seconds):
    """Milliseconds from sending a message until the sender hears that it was delivered, ten a second."""
    since, end, sent = a.mark(), time.monotonic() + seconds, []
    while time.monotonic() < end:
        sent.append((time.monotonic(), a.post("message.send", to=b.id, text="a word")))
        time.sleep(0.1)
    times = []
    for start, number in sent:
        message = a.answer(number, "message.send", timeout=60)["id"]
        at, _ = a.wait_for("message.state", id=message, state="delivered", since=since, timeout=60)
        times.append((at - start) * 1000)
    return times


def part_delay(lab, folder):
    """Beside a second cable of the same kind that no file goes over, in the same seconds."""
    pairs = []
    for kind in ("busy", "idle"):
        one, two = narrow_office(lab, (kind + "1", kind + "2"), "rate=20", "buffer=250", "delay=10")
        a, b = one.peer("Anna"), two.peer("Bo")
        befriend(a, b)
        pairs.append((one, two, a, b))
    _, two, a, b = pairs[0]
    path = os.path.join(folder, "long.bin")
    make_file(path, 160 * MIB)
    sent = a.call("file.send", to=b.id, paths=[path])["id"]
    b.wait_for("file.offered", id=sent, timeout=60)
    b.call("file.accept", id=sent, dir=folder)
    b.wait_for("file.progress", id=sent, where=lambda p: p["done"] > 4 * MIB, timeout=60)
    works = [lambda p=p: stream(p[0], p[1], 20, address_of(p[1])) for p in pairs]
    works += [lambda p=p: word_times(p[2], p[3], 20) for p in pairs]
    before, start = b.call("file.list", id=sent)["done"], time.monotonic()
    media, quiet_media, words, quiet_words = beside(*works)
    speed = (b.call("file.list", id=sent)["done"] - before) / (time.monotonic() - start)
    b.call("file.cancel", id=sent)
    say("file over 20 Mbit/s, 250 ms of buffer", speed / 1e6, "MB/s", "of 2.5")
    for name, loaded, idle in (("50 packets a second", media, quiet_media),
                               ("chat, sent to delivered", words, quiet_words)):
        say(name + ", p99", percentile(loaded, 0.99), "ms", "%.1f more than idle beside it (at most 30); p50 %.1f and %.1f"
            % (percentile(loaded, 0.99) - percentile(idle, 0.99), percentile(loaded, 0.5),
               percentile(idle, 0.5)))


def flooded(one, two, option, rates):
    """Most Mbit/s of bare datagrams of a link's size that arrive, sent at @rates through the relay."""
    a, b = LinkPeer(one, "a", option), LinkPeer(two, "b", option)
    post = Post(a, b)
    a.write("open")
    a.wait("up")
    b.wait("up")
    if a.values("path") != ["relayed"]:
        raise SystemExit("not relayed: %s" % a.values("path"))
    best = max(flood(a, b, rate) for rate in rates)
    post.stop()
    a.kill()
    b.kill()
    return best


def part_relayed(lab, folder):
    """Two sites that cannot reach each other: a file, and what iperf3 -u would send, through one coturn."""
    company = Company(lab, relay=True)
    sites = Site(company, 1), Site(company, 2)
    sites[0].nft(WALL % (sites[1].subnet, sites[1].subnet))
    one, two = (site.host(name) for site, name in zip(sites, ("one", "two")))
    a, b = one.peer("Anna"), two.peer("Bo")
    for peer, login in ((a, "anna"), (b, "bo")):
        company.join(peer, login)
        peer.wait_for("server.state", relay=True)
    a.wait_for("person.seen", id=b.id)
    a.call("message.send", to=b.id, text="over the relay")
    wait_until(lambda: a.call("link.stats", id=b.id)["path"] == "relayed", "relayed", 30)
    with open(os.path.join(company.state, "relay.secret")) as f:
        option = relay_option(f.read().strip(), SERVER)
    box = os.path.join(folder, "box")
    os.mkdir(box)
    for name, rate, size, rates in (("held to 50 Mbit/s", "50mbit", 64 * MIB, (40, 45, 50)),
                                    ("as fast as this machine relays", None, 192 * MIB,
                                     (100, 200, 300, 400, 600, 800))):
        if rate is not None:
            hold(company.host, rate)
        path = os.path.join(folder, "relayed.bin")
        make_file(path, size)
        bare = flooded(one, two, option, rates)
        _, took, _, _ = lanyard(a, b, path, box)
        if rate is not None:
            subprocess.run(["ip", "netns", "exec", company.host.namespace, "tc", "qdisc", "del", "dev", "e0",
                            "root"], check=True)
        os.unlink(path)
        file = size * 8 / took / 1e6
        say("bare UDP through coturn, " + name, bare, "Mbit/s")
        say("lanyard through the same", file, "Mbit/s", "%.2f of it (at least 0.7)" % (file / bare))


PARTS = {"one": part_one, "small": part_small, "shares": part_shares, "shaped": part_shaped, "swarm": part_swarm,
         "memory": part_memory, "large": part_large, "delay": part_delay, "relayed": part_relayed}


def main():
    for name in sys.argv[1:] or list(PARTS):
        print("== " + name)
        with tempfile.TemporaryDirectory(prefix="lanyard-bench-", dir=SHM) as folder, Lab() as lab:
            PARTS[name](lab, folder)


if __name__ == "__main__":
    main()
