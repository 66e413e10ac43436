# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""The second implementation (second/) in hosts of the lab: sockets there, offices, beacons."""

import contextlib
import ctypes
import os
import re
import socket
import struct

from lab import run, wait_until
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


def wire_socket(host, address):
    """A TCP connection from this host to (ip, port)."""
    with inside(host):
        return socket.create_connection(address, 5)


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


def office(lab, second="Zweite"):
    """(program of Anna, second implementation of somebody else, the latter's host)"""
    _, (one, other) = lab.office(["one", "other"], avahi=False)
    return one.peer("Anna", "--no-mdns"), SecondPeer(second), other
