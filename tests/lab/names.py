# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""A name server for a laboratory: answers what it was told, and that there is nothing else.

As a program: names.py ADDRESS name=10.0.0.1 _service._tcp.name=target:port …
"""

import os
import socket
import struct
import sys

A, SRV = 1, 33


def labels(name):
    return b"".join(bytes([len(part)]) + part.encode() for part in name.split(".")) + b"\0"


def read_question(packet):
    """(name, type, the bytes of the question)"""
    at, parts = 12, []
    while packet[at]:
        parts.append(packet[at + 1:at + 1 + packet[at]].decode())
        at += 1 + packet[at]
    return ".".join(parts).lower(), struct.unpack(">H", packet[at + 1:at + 3])[0], packet[12:at + 5]


def record(kind, value):
    if kind == A:
        data = socket.inet_aton(value)
    else:
        target, port = value.rsplit(":", 1)
        data = struct.pack(">HHH", 0, 0, int(port)) + labels(target)
    return struct.pack(">HHHIH", 0xc00c, kind, 1, 60, len(data)) + data


def answer(packet, names):
    name, kind, question = read_question(packet)
    value = names.get(name)
    found = value is not None and (kind == SRV) == (":" in value) and kind in (A, SRV)
    flags = 0x8180 if value is not None else 0x8183
    head = packet[:2] + struct.pack(">HHHHH", flags, 1, int(found), 0, 0)
    return head + question + (record(kind, value) if found else b"")


def serve(address, names):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.bind((address, 53))
        print("serving", flush=True)
        while True:
            packet, who = s.recvfrom(2048)
            s.sendto(answer(packet, names), who)


class NameServer:
    """`with NameServer(host, address, {...}, users):` the hosts in `users` ask it."""

    def __init__(self, host, address, names, users):
        from lab import Process, wait_until
        self.files = []
        for user in users:
            folder = "/etc/netns/" + user.namespace
            os.makedirs(folder)
            self.files.append(folder)
            with open(os.path.join(folder, "resolv.conf"), "w") as f:
                f.write("nameserver %s\noptions timeout:1 attempts:2\n" % address)
        self.process = Process(host, [sys.executable, os.path.abspath(__file__), address]
                               + ["%s=%s" % item for item in names.items()])
        wait_until(lambda: self.answers(host, address), "the name server answers")

    def answers(self, host, address):
        from lab import run
        return "%s:53 " % address in run("ip", "netns", "exec", host.namespace, "ss", "-Hlun")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        for folder in self.files:
            os.unlink(os.path.join(folder, "resolv.conf"))
            os.rmdir(folder)


if __name__ == "__main__":
    serve(sys.argv[1], dict(word.split("=", 1) for word in sys.argv[2:]))
