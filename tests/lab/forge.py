# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""What an attacker in a host of the lab does: forged datagrams, code run in a namespace."""

import ctypes
import os
import struct
import sys

from lab import check


def beacon(instance, name, prefix, port=24789, interval=1900, flags=0):
    raw = name.encode()
    return (b"LYBN" + bytes([1, flags]) + struct.pack("<H", interval) + instance
            + struct.pack("<H", port) + bytes([0]) + prefix + bytes([len(raw)]) + raw)


def in_namespace(host, function):
    """Runs the function in a child within the host's namespace; it fails when the child does."""
    Attack(host, function).finish()


class Attack:
    """The same, beside what the test goes on to do until finish()."""

    def __init__(self, host, function):
        self.host = host
        self.child = fork_in_namespace(host, function)

    def finish(self):
        _, status = os.waitpid(self.child, 0)
        check(status == 0, "the child in %s failed" % self.host.name)


def fork_in_namespace(host, function):
    child = os.fork()
    if child == 0:
        try:
            with open("/run/netns/" + host.namespace) as ns:
                libc = ctypes.CDLL(None, use_errno=True)
                if libc.setns(ns.fileno(), 0x40000000) != 0:
                    os._exit(3)
            function()
        except BaseException as problem:  # nothing of the parent may run on in the child
            sys.stderr.write("%r\n" % problem)
            os._exit(1)
        os._exit(0)
    return child
