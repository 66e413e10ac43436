# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""What the tests of files share."""

import hashlib
import os
import stat

from people import befriend

MIB = 1 << 20


def make_file(lab, name, size):
    path = lab.path("%d-dir" % lab.serial())
    os.mkdir(path)
    path = os.path.join(path, name)
    with open(path, "wb") as f:
        for at in range(0, size, MIB):
            f.write(os.urandom(min(MIB, size - at)))
    return path


def digest(path):
    with open(path, "rb") as f:
        return hashlib.file_digest(f, "sha256").hexdigest() if hasattr(hashlib, "file_digest") \
            else hashlib.sha256(f.read()).hexdigest()


def inbox(lab):
    path = lab.path("inbox-%d" % lab.serial())
    os.mkdir(path)
    return path


def pair(lab):
    _, (one, two) = lab.office(["one", "two"])
    a, b = one.peer("Anna"), two.peer("Bo")
    befriend(a, b)
    return a, b


def listing(top):
    found = {}
    for folder, folders, files in os.walk(top):
        for name in folders:
            found[os.path.relpath(os.path.join(folder, name), top)] = "folder"
        for name in files:
            path = os.path.join(folder, name)
            st = os.stat(path)
            found[os.path.relpath(path, top)] = (digest(path), bool(st.st_mode & stat.S_IXUSR),
                                                 int(st.st_mtime))
    return found


def sent_bytes(peer):
    """Bytes that left the peer's host over its wire."""
    with open("/proc/%d/net/dev" % peer.pid) as f:
        return sum(int(line.split(":")[1].split()[8]) for line in f
                   if line.strip().startswith("e0:"))
