# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""What the tests of files share."""

import hashlib
import os

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
