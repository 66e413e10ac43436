# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""The second implementation (second/) in hosts of the lab: sockets there, offices, beacons."""

import contextlib
import ctypes
import os
import re
import socket
import threading
import time

from forge import beacon
from lab import check
from second.client import SecondPeer


@contextlib.contextmanager
def inside(host):
    """This thread is in the host's network; sockets made meanwhile stay there."""
    libc = ctypes.CDLL(None, use_errno=True)
    with open("/proc/thread-self/ns/net") as home, open("/run/netns/" + host.namespace) as there:
        if libc.setns(there.fileno(), 0x40000000) != 0:
            raise OSError(ctypes.get_errno(), "setns")
        try:
            yield
        finally:
            libc.setns(home.fileno(), 0x40000000)


def wire_socket(host, address, source=None):
    """A TCP connection from this host to (ip, port); source: one of the host's addresses."""
    with inside(host):
        return socket.create_connection(address, 5, (source, 0) if source else None)


def listening_socket(host, ip):
    with inside(host):
        sock = socket.socket()
    sock.bind((ip, 0))
    sock.listen(16)
    return sock


def ip_of(host):
    return re.search(r"inet ([0-9.]+)/", host.ip("addr", "show", "e0")).group(1)


def address_of(peer):
    """Where the program's lane listener is."""
    return ip_of(peer.host), peer.call("self.get")["port"]


def office(lab, second="Zweite", **kwargs):
    """(program of Anna, second implementation of somebody else, the latter's host)"""
    _, (one, other) = lab.office(["one", "other"], avahi=False)
    return one.peer("Anna", "--no-mdns"), SecondPeer(second, **kwargs), other


def become_contacts(a, p, host):
    """p dials from the host and writes, a accepts; (account key of a, the lane's Channel)."""
    account = bytes.fromhex(a.id)
    channel = p.connect(wire_socket(host, address_of(a)))
    p.wait_identified(channel)
    p.wait_delivered(account, p.send_text(account, "may I?"))
    a.call("people.accept", id=p.id)
    p.wait(lambda: account in p.accepted_by, "ContactAccept")
    return account, channel


def both_ways(a, p, account):
    """A text from the program and one back, each confirmed."""
    text = "ping %d" % time.monotonic_ns()
    sent = a.call("message.send", to=p.id, text=text)["id"]
    _, record = p.wait_message(text)
    check(record.message.hex() == sent, "the id is the record's message id")
    a.wait_for("message.state", id=sent, state="delivered")
    mark = a.mark()
    answer = p.send_text(account, "pong to " + text)
    got = a.wait_for("message.received", since=mark, text="pong to " + text)[1]
    check(got["id"] == answer.message.hex() and got["from"] == p.id, "%s" % got)
    p.wait_delivered(account, answer)


class Announcer:
    """Sends beacons of a listening SecondPeer from a host while it lasts."""

    def __init__(self, host, peer):
        port = peer.listener.getsockname()[1]
        self.datagram = beacon(os.urandom(8), peer.name, peer.keys.account_key[:16], port)
        with inside(host):
            self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        self.to = (ip_of(host).rsplit(".", 1)[0] + ".255", 24789)
        self.over = threading.Event()

    def __enter__(self):
        threading.Thread(target=self.run, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.over.set()

    def run(self):
        while True:
            self.sock.sendto(self.datagram, self.to)
            if self.over.wait(1):
                return
