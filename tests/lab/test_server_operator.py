#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""What an operator types: what is said must be true, also where no server runs or a backup comes back."""

import os
import re
import resource
import subprocess

from lab import check, main, test
from second.office import Gone, OfficeClient, Refused
from serverlab import PROGRAM, Server


def config_of(path):
    with open(path) as f:
        return f.read()


@test("status and reload do not pretend that a server runs")
def _():
    with Server(start=False) as server:
        for word in "status", "reload":
            said = server.command(word, fails=True)
            check("no server is running" in said and "pid=" not in said, "%s: %s" % (word, said))
        server.start()
        check("pid=%d " % server.process.pid in server.command("status"), "the server's own pid")
        server.command("reload")


@test("check looks at the server's descriptors, not at its own")
def _():
    with Server("[limits]\nconnections = 500", start=False) as server:
        def few():
            resource.setrlimit(resource.RLIMIT_NOFILE, (200, 200))
        server.start(limits=few)
        said = server.command("check", fails=True)
        check(re.search(r"200 descriptors \(of the running server\)", said), said)
        server.stop()
        server.start()
        # Whether a clock service runs here is not asked: only this line.
        said = subprocess.run([PROGRAM, "--config", server.config, "check"], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout
        check("good   descriptors for 500 connections (of the running server)" in said, said)


@test("check names what relay-to-relay opens, and nothing where it is off")
def _():
    with Server(start=False) as server:
        for lines, words in (
                ("relay-to-relay = yes", ("NOTE", "every UDP port of this host", "[relay] listen")),
                ("relay-to-relay = yes\nlisten = 127.0.0.1", ("NOTE", "of 127.0.0.1")),
                ("relay-to-relay = no", ())):
            server.configure("[relay]\nrelay = bundled\nprogram = true\n" + lines)
            said = subprocess.run([PROGRAM, "--config", server.config, "check"], text=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout
            check(all(w in said for w in words), said)
            check(("relay-to-relay" in said) == bool(words), said)


@test("init with a port of one's own listens on it; check says where invites lead elsewhere")
def _():
    with Server(start=False) as server:
        server.config = server.path("own.conf")
        for port, listens in ("127.0.0.1:30111", "listen = [::]:30111\n"), ("127.0.0.1:443", "#listen = [::]:24790\n"):
            state = server.path("state-" + port[10:])
            server.command("--state", state, "--address", port, "--org-key", server.path("org.key"),
                           "--organisation", "X", "--passphrase-file", server.path("pass"), "init")
            check(listens in config_of(server.config), config_of(server.config))
            said = subprocess.run([PROGRAM, "--config", server.config, "check"], text=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout
            check(("does not listen" in said) == (port[10:] == "443"), said)
            os.unlink(server.config)


@test("restore: the configuration names the folder that was restored into")
def _():
    with Server() as server:
        server.command("backup", server.path("backup"))
        server.stop()
        old, new = server.state, server.path("other")
        config, second = server.config, server.path("second.conf")
        # Named by --state: the new configuration says so, and nothing else differs.
        server.config = second
        server.command("--state", new, "restore", server.path("backup"))
        check("state = %s\n" % new in config_of(second) and old not in config_of(second),
              config_of(second))
        check(config_of(second).replace(new, old) == config_of(config), "the rest is as it was")
        server.start()
        server.stop()
        # Not named: where the backup says it was.
        os.rename(old, old + ".gone")
        server.config = server.path("third.conf")
        check(old in server.command("restore", server.path("backup")), "the folder is said")
        check(config_of(server.config) == config_of(config), "the same configuration")
        # Against the configuration that is there: refused before anything is written.
        server.config = config
        said = server.command("--state", server.path("fourth"), "restore", server.path("backup"),
                              fails=True)
        check("--state" in said and not os.path.exists(server.path("fourth")), said)


@test("an invite that is taken back is worth nothing; days are 1 to 365")
def _():
    with Server() as server:
        link = server.invite()
        server.command("invite", "--revoke", link)
        try:
            OfficeClient("Eve").enrol(link, "eve", address=server.address)
            check(False, "a revoked invite was taken")
        except (Refused, Gone) as no:
            check(no.code == 3, "refused: %s" % no)
        server.command("invite", "--revoke", "lanyard://nothing", fails=True)
        for days in "0", "-3", "366":
            check("1 to 365" in server.command("invite", "--days=" + days, fails=True), days)
        said = server.command("revoke", "00112233445566aa", fails=True)
        check("device" in said and "login" not in said, said)


if __name__ == "__main__":
    main()
