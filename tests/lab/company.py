# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""A company of several networks: a backbone with the server in it, and sites behind routers.

    site A: 10.1.0.0/24 -- router -- backbone 10.9.0.0/24 -- router -- site B: 10.2.0.0/24
                                         | 10.9.0.2 lanyard-server (and its coturn)

A site's router only routes, or translates addresses as the common kinds of home and office routers
do. mDNS and broadcast end at a router, so that only the server can bring people together.
"""

import os
import re
import subprocess

from lab import Process, check, run, wait_until

SERVER = "10.9.0.2"
PORT = 24790
BACKBONE = "10.9.0"

# What comes from outside and belongs to nothing that went out is dropped, also what is meant for the
# router itself: else connection tracking clashes with the other side's first packets.
FIREWALL = ("add table ip f; add chain ip f fw { type filter hook forward priority 0; };"
            "add rule ip f fw iifname wan ct state new drop;"
            "add chain ip f inp { type filter hook input priority 0; };"
            "add rule ip f inp iifname wan ct state new drop")
MASQUERADE = ("add table ip n; add chain ip n post { type nat hook postrouting priority 100; };"
              "add rule ip n post oifname wan masquerade%s")
# Nothing goes directly to or from this subnet; the server is reached.
WALL = ("add table ip b; add chain ip b fw { type filter hook forward priority -2; };"
        "add rule ip b fw ip daddr %s.0/24 drop; add rule ip b fw ip saddr %s.0/24 drop")
NO_UDP = ("add table ip u; add chain ip u fw { type filter hook forward priority -1; };"
          "add rule ip u fw ip protocol udp drop")


class Site:
    """A network with its hosts behind a router. nat: None, "restricted" or "random"."""

    def __init__(self, company, number, nat=None, udp=True):
        lab = company.lab
        self.company = company
        self.number = number
        self.subnet = "10.%d.0" % number  # and .0/24
        self.count = 0
        self.switch = lab.switch("site%d" % number)
        self.router = lab.host("router%d" % number)
        self.router.plug(self.switch, "lan", self.subnet + ".1/24")
        self.router.plug(company.backbone, "wan", "%s.%d/24" % (BACKBONE, 100 + number))
        self.sysctl("net.ipv4.ip_forward=1")
        if nat:
            self.nft(MASQUERADE % (" fully-random" if nat == "random" else ""))
            self.nft(FIREWALL)
        else:
            company.add_route(self)
        if not udp:
            self.nft(NO_UDP)

    def sysctl(self, setting):
        run("ip", "netns", "exec", self.router.namespace, "sysctl", "-q", "-w", setting)

    def nft(self, rules):
        run("ip", "netns", "exec", self.router.namespace, "nft", rules)

    def host(self, name):
        self.count += 1
        host = self.company.lab.host(name)
        host.plug(self.switch, "e0", "%s.%d/24" % (self.subnet, 10 + self.count))
        host.ip("route", "add", "default", "via", self.subnet + ".1")
        return host


class Company:
    """The backbone and the server's host in it."""

    def __init__(self, lab, relay=False, relay_to_relay=False):
        self.lab = lab
        self.relay = relay
        self.backbone = lab.switch("backbone")
        self.host = lab.host("server").plug(self.backbone, "e0", SERVER + "/24")
        # A relay must find a route to whatever candidate it is told of.
        self.host.ip("route", "add", "default", "dev", "lo")
        self.config = lab.path("server.conf")
        self.state = lab.path("server-state")
        self.routes = []
        self.process = None
        self.secret = lab.path("org.pass")
        with open(self.secret, "w") as f:
            f.write("a passphrase of the laboratory\n")
        said = self.command("init", "--state", self.state, "--address", "%s:%d" % (SERVER, PORT),
                            "--organisation", "Example 公司", "--org-key", lab.path("org.key"),
                            "--passphrase-file", self.secret)
        self.first_invite = re.search(r"lanyard://\S+", said).group(0)
        self.words = re.search(r"its key\s+(.*)", said).group(1).strip()
        self.set("http", "listen", "off")
        if relay:
            self.set("relay", "relay", "bundled")
            self.set("relay", "listen", SERVER)
            self.set("relay", "allow", "10.0.0.0/8")
            self.set("relay", "relay-to-relay", "yes" if relay_to_relay else "no")
        self.start()

    def add_route(self, site):
        """Whoever is on the backbone finds a site that only routes."""
        self.routes.append(site)
        gateway = "%s.%d" % (BACKBONE, 100 + site.number)
        self.host.ip("route", "add", site.subnet + ".0/24", "via", gateway)
        for other in self.routes[:-1]:
            other.router.ip("route", "add", site.subnet + ".0/24", "via", gateway)
            site.router.ip("route", "add", other.subnet + ".0/24", "via",
                           "%s.%d" % (BACKBONE, 100 + other.number))

    def set(self, section, key, value):
        """Changes one line of the configuration, commented out or not."""
        with open(self.config) as f:
            text = f.read()
        pattern = r"(?ms)(^\[%s\]$.*?)^#?\s*%s\s*=.*?$" % (re.escape(section), re.escape(key))
        text, n = re.subn(pattern, lambda m: "%s%s = %s" % (m.group(1), key, value), text, count=1)
        check(n == 1, "no [%s] %s in the configuration" % (section, key))
        with open(self.config, "w") as f:
            f.write(text)

    def command(self, *arguments):
        done = subprocess.run(
            ["ip", "netns", "exec", self.host.namespace, os.environ["LANYARD_SERVER"],
             "--config", self.config] + list(arguments), env=self.host.environment(),
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        text = done.stdout.decode(errors="replace")
        check(done.returncode == 0, "lanyard-server %s: %s" % (" ".join(arguments), text))
        return text

    def start(self):
        self.process = Process(self.host, [os.environ["LANYARD_SERVER"], "--config", self.config,
                                           "run"])
        wait_until(self.listens, "the server listens")
        return self

    def listens(self):
        check(self.process.is_alive(), "the server ended: " + self.process.errors()[-2000:])
        out = run("ip", "netns", "exec", self.host.namespace, "ss", "-Hltn", "sport", "=",
                  ":%d" % PORT)
        return out.strip() != ""

    def kill(self):
        self.process.kill()

    def invite(self, login, name, title="", department=""):
        arguments = ["invite", "--login", login, "--name", name]
        if title:
            arguments += ["--title", title]
        if department:
            arguments += ["--department", department]
        return re.search(r"lanyard://\S+", self.command(*arguments)).group(0)

    def join(self, peer, login, title="", department=""):
        """Invites the peer's person and lets the peer join. Returns server.state."""
        link = self.invite(login, peer.person_name, title, department)
        state = peer.call("server.join", url=link, timeout=30)
        check(state["state"] == "online", "joined and logged in: %s" % state)
        return state
