# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""Streets of houses behind routers: address translation of several kinds, relays, narrow cables.

    with Lab() as lab:
        street = Street(lab)                     # 10.80.0.0/24, in the open
        relay = Relay(street)                    # coturn at 10.80.0.2
        a = street.house("a", "port-restricted") # 192.168.1.0/24 behind 10.80.0.11
        b = street.house("b", "fully-random")
        host = a.host("one")                     # 192.168.1.10, default route through the router

Kinds of house: "open" (routed, no translation), "port-restricted", "fully-random" (a new port for each
destination: no hole can be punched), "udp-blocked" (translated, no UDP comes through at all).
`Cable` puts tests/lab/shaper between two hosts: rate, buffer, delay, loss, cut and mend."""

import base64
import hashlib
import hmac
import json
import os
import re
import time

from lab import JsonProcess, Process, check, run, wait_until

RULES = """
table ip f {
  chain fw { type filter hook forward priority 0; %(forward)s }
  chain inp { type filter hook input priority 0; iifname wan ct state new drop; }
}
"""
TRANSLATE = """
table ip n {
  chain post { type nat hook postrouting priority 100; oifname wan masquerade %s; }
}
"""
NO_NEW = "iifname wan ct state new drop;"


def load_rules(namespace, text):
    import subprocess
    done = subprocess.run(["ip", "netns", "exec", namespace, "nft", "-f", "-"],
                          input=text.encode(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    check(done.returncode == 0, "nft: " + done.stdout.decode())


class House:
    """A router and a switch behind it."""

    def __init__(self, street, name, kind, number):
        lab = street.lab
        self.lab, self.name, self.number = lab, name, number
        self.router = lab.host(name + "-r")
        self.switch = lab.switch(name + "-s")
        self.outside = "10.80.0.%d" % (10 + number)
        self.router.plug(street.switch, "wan", self.outside + "/24")
        self.router.plug(self.switch, "lan", "192.168.%d.1/24" % number)
        run("ip", "netns", "exec", self.router.namespace, "sysctl", "-q", "-w",
            "net.ipv4.ip_forward=1")
        self.router.ip("route", "add", "default", "via", "10.80.0.1", quiet=True)
        self.hosts = 0
        self.set_kind(kind)

    def set_kind(self, kind):
        """Also in the middle of things: what was translated before is forgotten."""
        run("ip", "netns", "exec", self.router.namespace, "nft", "flush", "ruleset")
        if kind == "open":
            return
        forward = NO_NEW + (" meta l4proto udp drop;" if kind == "udp-blocked" else "")
        load_rules(self.router.namespace, RULES % {"forward": forward})
        load_rules(self.router.namespace,
                   TRANSLATE % ("fully-random" if kind == "fully-random" else ""))

    def host(self, name):
        host = self.lab.host(name)
        host.plug(self.switch, "e0", "192.168.%d.%d/24" % (self.number, 10 + self.hosts))
        host.ip("route", "add", "default", "via", "192.168.%d.1" % self.number)
        self.hosts += 1
        return host


class Street:
    """What lies between the houses: 10.80.0.0/24, with 10.80.0.1 as everybody's next hop."""

    def __init__(self, lab):
        self.lab = lab
        self.switch = lab.switch("street")
        self.houses, self.open_hosts = [], []

    def house(self, name, kind):
        house = House(self, name, kind, len(self.houses) + 1)
        for other in self.houses:  # houses in the open know the way to each other
            other.router.ip("route", "add", "192.168.%d.0/24" % house.number, "via", house.outside,
                            quiet=True)
            house.router.ip("route", "add", "192.168.%d.0/24" % other.number, "via",
                            other.outside, quiet=True)
        for host in self.open_hosts:
            self._lead(host, house)
        self.houses.append(house)
        return house

    @staticmethod
    def _lead(host, house):
        host.ip("route", "add", "192.168.%d.0/24" % house.number, "via", house.outside)

    def host(self, name, address):
        host = self.lab.host(name).plug(self.switch, "e0", address + "/24")
        for house in self.houses:
            self._lead(host, house)
        self.open_hosts.append(host)
        return host


class Relay:
    """coturn in the open, with time-limited credentials."""

    secret = "a secret of the lab"

    def __init__(self, street, address="10.80.0.2", options=(), prepare=None):
        self.address = address
        self.host = street.host("relay", address)
        if prepare is not None:  # more cables, before it looks at its addresses
            prepare(self.host)
        # Without a default route relaying towards an unroutable candidate makes ICE fail.
        self.host.ip("addr", "add", "10.80.0.254/32", "dev", "lo")
        self.host.ip("route", "add", "default", "dev", "lo")
        directory = self.host.dir
        self.process = Process(self.host, [
            "turnserver", "-n", "--listening-ip=" + address, "--relay-ip=" + address,
            "--listening-port=3478", "--no-tls", "--no-dtls", "--no-cli", "--use-auth-secret",
            "--static-auth-secret=" + self.secret, "--realm=lab.test", "--fingerprint",
            "--pidfile=%s/t.pid" % directory, "--userdb=%s/db" % directory,
            "--log-file=%s/turn.log" % directory, "--simple-log", "--no-software-attribute",
            "--no-rfc5780"] + list(options))
        wait_until(self.listens, "the relay listens")

    def sessions(self, text):
        """Numbers of the sessions of which the relay has said this."""
        with open(self.host.dir + "/turn.log", errors="replace") as f:
            return {match.group(1) for match in re.finditer(r"session (\d+): .*" + re.escape(text), f.read())}

    def listens(self):
        out = run("ip", "netns", "exec", self.host.namespace, "ss", "-lun")
        return ":3478" in out

    def option(self, transport="udp", name="lab", life=3600, address=None):
        """What link-peer takes."""
        return relay_option(self.secret, address or self.address, transport, name, life)


def relay_option(secret, address, transport="udp", name="lab", life=3600):
    """A coturn with a shared secret at @address, as link-peer takes it."""
    user = "%d:%s" % (time.time() + life, name)
    password = base64.b64encode(hmac.new(secret.encode(), user.encode(), hashlib.sha1).digest()).decode()
    return "relay=%s:%s:3478:%s:%s" % (transport, address, user, password)


class LinkPeer(JsonProcess):
    """One end of a link (tests/lab/link-peer.c)."""

    def __init__(self, host, side, *options):
        self.side = side
        super().__init__(host, [os.environ["LINK_PEER"], side] + list(options), stdin=True)
        self.wait_object(lambda o: "ready" in o, "ready")

    def label(self):
        return "link-peer %s on %s" % (self.side, self.host.name)

    def wait(self, key, value=None, timeout=20.0, since=0):
        return self.wait_object(lambda o: key in o and (value is None or o[key] == value),
                                "%s %s" % (key, value), timeout, since)

    def values(self, key, since=0):
        with self.changed:
            return [o[key] for _, o in self.seen[since:] if key in o]


class Post:
    """Carries signals between two LinkPeers, as a server would."""

    def __init__(self, a, b):
        import threading
        self.running = True
        self.threads = []
        for one, other in ((a, b), (b, a)):
            t = threading.Thread(target=self._carry, args=(one, other), daemon=True)
            t.start()
            self.threads.append(t)

    def _carry(self, one, other):
        at = 0
        while self.running:
            with one.changed:
                while len(one.seen) == at and not one.ended:
                    one.changed.wait(1)
                    if not self.running:
                        return
                news, at = one.seen[at:], len(one.seen)
                if one.ended and not news:
                    return
            for _, value in news:
                if "signal" in value:
                    try:
                        other.write(value["signal"])
                    except (BrokenPipeError, ValueError):
                        return

    def stop(self):
        self.running = False


def no_offload(namespace, interface):
    """A packet is a packet: none is made of several."""
    run("ip", "netns", "exec", namespace, "ethtool", "-K", interface, "tx", "off", "tso", "off", "gso",
        "off", "gro", "off", quiet=True)


def start_shaper(middle, settings):
    """Between m0 and m1 of the host @middle."""
    process = Process(middle, [os.environ["SHAPER"], "m0", "m1"] + list(settings), stdin=True)
    check(process.lines.get(timeout=10) == b"ready\n", "the shaper: " + process.errors())
    return process


def quiet_host(lab, name):
    """A host that says nothing by itself."""
    host = lab.host(name)
    run("ip", "netns", "exec", host.namespace, "sysctl", "-q", "-w",
        "net.ipv6.conf.all.disable_ipv6=1", "net.ipv6.conf.default.disable_ipv6=1")
    return host


class Cable:
    """Two hosts with the shaper between them: 10.90.0.1 and 10.90.0.2 on `c0` of each."""

    def __init__(self, lab, one, two, *settings, mtu=1500, subnet="10.90.0"):
        self.middle = quiet_host(lab, "cable%d" % lab.serial())
        for i, host in enumerate((one, two)):
            end = "m%d" % i
            run("ip", "link", "add", "c0", "netns", host.namespace, "type", "veth", "peer", "name",
                end, "netns", self.middle.namespace)
            self.middle.ip("link", "set", end, "mtu", str(mtu), "up")
            host.ip("link", "set", "c0", "mtu", str(mtu), "up")
            host.ip("addr", "add", "%s.%d/24" % (subnet, i + 1), "dev", "c0")
            no_offload(host.namespace, "c0")
            no_offload(self.middle.namespace, end)
        self.process = start_shaper(self.middle, settings)

    def set(self, order):
        """ "rate=20", "delay=50", "cut", "mend" …; returns when it is in force."""
        self.process.write(order)
        check(self.process.lines.get(timeout=10) == order.encode() + b"\n", order)


def narrow_office(lab, names, *settings, subnet="10.81.0"):
    """Two hosts of one office with Avahi, and the shaper in the cable between their switches."""
    middle = quiet_host(lab, "cable%d" % lab.serial())
    hosts = []
    for i, name in enumerate(names):
        switch = lab.switch("s%d" % lab.serial())
        host = lab.host(name).plug(switch, "e0", "%s.%d/24" % (subnet, 10 + i))
        middle.plug(switch, "m%d" % i)
        no_offload(host.namespace, "e0")
        no_offload(middle.namespace, "m%d" % i)
        hosts.append(host)
    start_shaper(middle, settings)
    for host in hosts:
        host.start_avahi()
    return hosts


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def iperf3(server, client, address, *options, seconds=5):
    """Megabits a second that arrived."""
    daemon = Process(server, ["iperf3", "-s", "-1", "--forceflush"])
    wait_until(lambda: ":5201" in run("ip", "netns", "exec", server.namespace, "ss", "-ltn"),
               "iperf3 listens")
    out = run("ip", "netns", "exec", client.namespace, "iperf3", "-c", address, "-t", str(seconds),
              "-J", *options)
    daemon.kill()
    end = json.loads(out)["end"]
    return end.get("sum_received", end.get("sum"))["bits_per_second"] / 1e6
