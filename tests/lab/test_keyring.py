#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""The key of a profile in the desktop's keyring: a real gnome-keyring-daemon on a bus of its own."""

import json
import os
import shutil
import subprocess
import sys
import tempfile

from lab import Failure, check, main, test

NEEDED = ("gnome-keyring-daemon", "dbus-run-session")
UNLOCK = 'printf secret | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1; exec "$@"'


class Session:
    """A folder that is home and runtime directory of whatever is started in it."""

    def __enter__(self):
        self.dir = tempfile.mkdtemp(prefix="lanyard-keyring-")
        self.profile = os.path.join(self.dir, "profile")
        self.env = {k: v for k, v in os.environ.items() if not k.startswith(("DBUS_", "DISPLAY"))}
        self.env.update(HOME=self.dir, XDG_RUNTIME_DIR=self.dir, LC_ALL="C.UTF-8",
                        XDG_DATA_HOME=os.path.join(self.dir, "data"))
        return self

    def __exit__(self, *failure):
        shutil.rmtree(self.dir, ignore_errors=True)

    def cli(self, *arguments, bus=True, unlocked=True):
        command = [os.environ["LANYARD_CLI"], arguments[0], "--profile", self.profile, "--json",
                   "--no-mdns", "--no-broadcast", *arguments[1:]]
        if bus and unlocked:
            command = ["sh", "-c", UNLOCK, "sh", *command]
        if bus:
            command = ["dbus-run-session", "--", *command]
        done = subprocess.run(command, env=self.env, timeout=60, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE)
        try:
            return done.returncode, json.loads(done.stdout)
        except ValueError:
            raise Failure("%s: %s %s" % (arguments, done.stdout, done.stderr)) from None


@test("the keyring opens the profile, and nothing else does")
def _():
    with Session() as session:
        code, made = session.cli("init", "--name", "Anna")
        check(code == 0, made)
        check(os.listdir(os.path.join(session.dir, "data", "keyrings")), "the keyring is on disk")
        code, again = session.cli("id")
        check(code == 0 and again["id"] == made["id"], again)
        for bus in (True, False):
            code, refused = session.cli("id", bus=bus, unlocked=False)
            check(code == 1 and refused["error"] == "keyring", refused)
            check("unlock it" in refused["text"], refused)
        code, again = session.cli("id")
        check(code == 0 and again["id"] == made["id"], "nothing was changed by that: %s" % again)


@test("where there is no keyring a profile can be made all the same")
def _():
    with Session() as session:
        code, made = session.cli("init", "--name", "Anna", bus=False)
        check(code == 0, made)
        code, again = session.cli("id", bus=False)
        check(code == 0 and again["id"] == made["id"], again)


if __name__ == "__main__":
    missing = [name for name in NEEDED if shutil.which(name) is None]
    if missing:
        print("1..0 # SKIP %s is not installed" % " and ".join(missing))
        sys.exit(0)
    sys.exit(main())
