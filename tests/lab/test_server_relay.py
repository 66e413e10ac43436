#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""T15, T17: coturn as the server's child relays to clients, and to nothing else (SECURITY 8.6)."""

import hashlib
import hmac
import os
import re
import signal
import socket
import struct
import subprocess
import time

from lab import Failure, check, main, run, test, wait_until
from serverlab import SLOW, Server

ALLOCATE, PERMIT, SEND, ERROR = 0x003, 0x008, 0x016, 0x0110
USERNAME, INTEGRITY, CODE, PEER, DATA, REALM, NONCE, RELAYED, TRANSPORT = (
    0x0006, 0x0008, 0x0009, 0x0012, 0x0013, 0x0014, 0x0015, 0x0016, 0x0019)
COOKIE = struct.pack(">I", 0x2112a442)


def attribute(type, value):
    return struct.pack(">HH", type, len(value)) + value + bytes(-len(value) % 4)


def xor_address(address, transaction):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    raw = socket.inet_pton(family, address)
    mask = COOKIE + transaction
    return (struct.pack(">BBH", 0, 2 if len(raw) == 16 else 1, 4000 ^ 0x2112)
            + bytes(a ^ b for a, b in zip(raw, mask)))


class TurnClient:
    """As much of RFC 8656 as it takes to ask for permissions."""

    def __init__(self, sock, user, password):
        self.sock, self.user, self.password = sock, user, password
        self.realm = self.nonce = None
        sock.settimeout(2 * SLOW)

    def ask(self, method, build):
        """(class bits, attributes) of the answer."""
        transaction = os.urandom(12)
        body = build(transaction)
        if self.realm:
            body += (attribute(USERNAME, self.user.encode()) + attribute(REALM, self.realm)
                     + attribute(NONCE, self.nonce))
            key = hashlib.md5(b":".join((self.user.encode(), self.realm,
                                         self.password.encode()))).digest()
            head = struct.pack(">HH", method, len(body) + 24) + COOKIE + transaction
            body += attribute(INTEGRITY, hmac.new(key, head + body, hashlib.sha1).digest())
        message = struct.pack(">HH", method, len(body)) + COOKIE + transaction + body
        for _ in range(15):
            try:
                self.sock.send(message)
                answer = self.sock.recv(2048)
                while answer[8:20] != transaction:  # to a question that was asked twice
                    answer = self.sock.recv(2048)
                break
            except ConnectionRefusedError:  # not there yet
                time.sleep(0.2)
            except TimeoutError:
                continue
        else:
            raise Failure("the relay does not answer")
        found, at = {}, 20
        while at + 4 <= len(answer):
            type, size = struct.unpack(">HH", answer[at:at + 4])
            found[type] = answer[at + 4:at + 4 + size]
            at += 4 + size + -size % 4
        return struct.unpack(">H", answer[:2])[0] & 0x0110, found

    def code(self, answer):
        kind, found = answer
        return found[CODE][2] * 100 + found[CODE][3] if kind == ERROR else 0

    def allocate(self, transport=17):
        def build(_):
            return attribute(TRANSPORT, bytes([transport, 0, 0, 0]))
        answer = self.ask(ALLOCATE, build)
        if self.code(answer) == 401:
            self.realm, self.nonce = answer[1][REALM], answer[1][NONCE]
            answer = self.ask(ALLOCATE, build)
        return self.code(answer)

    def permit(self, address):
        return self.code(self.ask(PERMIT, lambda t: attribute(PEER, xor_address(address, t))))


def relay_settings(program, allow="10.0.0.0/8, 192.168.0.0/16"):
    return ("[relay]\nrelay = bundled\nprogram = %s\nport = %d\nlisten = 127.0.0.1\n"
            "address = 127.0.0.1\nallow = %s\ndeny = 10.0.0.5\nport-min = 40000\nport-max = 40999\n"
            % (program, free_port(), allow))


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def turn_client(server, member):
    turn = member.ask("turn_get", "turn")
    check(turn.life_s == 600, "credentials live 600 s")
    check(turn.username.endswith(":" + member.device.hex()), "named by the device")
    uri = next(u for u in turn.uris if u.startswith("turn:") and u.endswith("udp"))
    port = int(uri.split("?")[0].rsplit(":", 1)[1])
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.connect(("127.0.0.1", port))
    return TurnClient(sock, turn.username, turn.password)


def own_addresses():
    """IPv4 addresses of this host beside loopback."""
    words = run("ip", "-4", "-o", "addr", "show", "scope", "global").split()
    return [w.split("/")[0] for i, w in enumerate(words) if i and words[i - 1] == "inet"]


@test("T15: relayed to clients, refused to loopback, link-local, servers, IPv6 and the relay itself")
def _():
    with Server(relay_settings("turnserver")) as server:
        alice = server.join("Alice")
        wait_until(lambda: server.log_holds("relay-started"), "coturn runs")
        client = turn_client(server, alice)
        check(wait_until(lambda: client.allocate() in (0, 437), "an allocation", 10 * SLOW), "allocated")
        for address in ("10.0.0.4", "10.0.0.6", "192.168.7.7"):
            check(client.permit(address) == 0, address + " is a client's")
        for address in ("127.0.0.1", "127.8.9.1", "::ffff:127.0.0.1", "::ffff:10.0.0.7", "fe80::1",
                        "fd00::1", "::1", "2001:db8::1", "10.0.0.5", "169.254.169.254", "8.8.8.8",
                        "0.0.0.0", "224.0.0.1", "172.16.0.1", *own_addresses()):
            check(client.permit(address) in (403, 443), address + " must be refused")


@test("guests, made-up and expired credentials, and relaying of TCP are refused")
def _():
    with Server(relay_settings("turnserver")) as server:
        alice = server.join("Alice")
        wait_until(lambda: server.log_holds("relay-started"), "coturn runs")
        good = turn_client(server, alice)
        check(wait_until(lambda: good.allocate() in (0, 437), "an allocation", 10 * SLOW), "allocated")
        for user, password in (("guest", "guest"), (good.user, "wrong"),
                               ("%d:%s" % (int(time.time()) - 10, alice.device.hex()), "x")):
            bad = turn_client(server, alice)
            bad.user, bad.password = user, password
            check(bad.allocate() == 401, "refused: " + user)
        other = turn_client(server, alice)
        check(other.allocate(transport=6) in (400, 403, 442), "no TCP relaying")


@test("a coturn that is there already is used by its shared secret")
def _():
    port = free_port()
    with Server(start=False) as server:
        secret = server.path("coturn.secret")
        with open(secret, "w") as f:
            f.write("a secret of the laboratory\n")
        server.configure("[relay]\nrelay = external\nsecret-file = %s\n"
                         "uris = turn:127.0.0.1:%d?transport=udp, stun:127.0.0.1:%d\n"
                         % (secret, port, port))
        with open(server.path("turn.out"), "wb") as out:
            coturn = subprocess.Popen([
                "turnserver", "-n", "--listening-ip=127.0.0.1", "--relay-ip=127.0.0.1",
                "--listening-port=%d" % port, "--no-tls", "--no-dtls", "--no-cli", "--use-auth-secret",
                "--static-auth-secret=a secret of the laboratory", "--realm=lab.test",
                "--pidfile=" + server.path("t.pid"), "--userdb=" + server.path("t.db"),
                "--log-file=stdout", "--min-port=41000", "--max-port=41999"], stdout=out, stderr=out)
        try:
            server.start()
            alice = server.join("Alice")
            check(alice.ask("turn_get", "turn").uris[1] == "stun:127.0.0.1:%d" % port, "both ways are given")
            client = turn_client(server, alice)
            check(wait_until(lambda: client.allocate() in (0, 437), "an allocation", 10 * SLOW), "allocated")
            said = server.command("check", fails=None)
            check("the relay answers at 127.0.0.1, port %d" % port in said, said)
            check(not server.log_holds("relay-started"), "none of our own")
        finally:
            coturn.terminate()
            coturn.wait(10 * SLOW)


@test("coturn that dies is started again, one that cannot start does no harm, and it ends with us")
def _():
    with Server(relay_settings("turnserver")) as server:
        def relay_pids():
            return [int(p) for p in re.findall(r"relay-started pid=(\d+)", server.read_log())]
        wait_until(relay_pids, "coturn runs")
        os.kill(relay_pids()[0], signal.SIGKILL)
        wait_until(lambda: len(relay_pids()) == 2, "started again", 20 * SLOW)
        last = relay_pids()[-1]
        server.stop()
        wait_until(lambda: not os.path.exists("/proc/%d" % last), "ended with the server", 10 * SLOW)
    with Server(relay_settings("/nonexistent/turnserver")) as server:
        wait_until(lambda: server.log_holds("relay-not-started"), "it is said")
        server.join("Alice").ping()
        check("install coturn" in server.command("check", fails=True), "check says the cure")


def runs(pid):
    """Neither gone nor dead and only not yet waited for."""
    try:
        with open("/proc/%d/stat" % pid) as f:
            return f.read().rsplit(")", 1)[1].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


@test("coturn ends with a server that is killed, and is not started for one that is gone already")
def _():
    with Server(relay_settings("turnserver")) as server:
        wait_until(lambda: server.log_holds("relay-started"), "coturn runs")
        pid = int(re.search(r"relay-started pid=(\d+)", server.read_log()).group(1))
        client = turn_client(server, server.join("Alice"))
        check(wait_until(lambda: client.allocate() in (0, 437), "an allocation", 10 * SLOW), "it serves")
        with open("/proc/%d/cmdline" % pid, "rb") as f:
            check(f.read().split(b"\0")[0] == b"turnserver", "it is coturn itself that is our child")
        server.kill()
        wait_until(lambda: not runs(pid), "ended with the server", 10 * SLOW)
        server.start()
        check(not server.log_holds("relay-orphan"), "none was left behind")
        # The child looks whose it is before it becomes coturn: its parent may have died in between.
        for parent, said in ((os.getpid(), "became\n"), (1, ""), ("x", "")):
            done = subprocess.run([os.environ["LANYARD_SERVER"], "--on-leash", str(parent), "echo", "became"],
                                  stdout=subprocess.PIPE, text=True, check=False)
            check(done.stdout == said and (done.returncode == 0) == bool(said), str(done))


main()
