# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""Offices made of network namespaces, with real programs in them.

A Lab has switches (bridges in a namespace of their own) and hosts (one namespace each) with
interfaces plugged into switches; a host may have an Avahi with a D-Bus of its own. Programs run in
hosts: `lanyard-cli run` as a Peer (JSON-RPC lines), anything else as a Process. A Lab ends by killing
what it started, by process id, and deleting its namespaces, whatever happened. Names hold the
process id, so that several runs never meet. Standard library only; needs root.
"""

import atexit
import contextlib
import json
import os
import queue
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback

DEADLINE = 20.0  # seconds, for everything that has no figure of its own
LIVE_LABS = []


class Failure(Exception):
    """A test's expectation that was not met."""


def check(condition, text):
    if not condition:
        raise Failure(text)


def note(text):
    """A line of diagnosis in the TAP output."""
    print("# " + str(text).replace("\n", "\n# "), flush=True)


def run(*command, quiet=False):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode != 0 and not quiet:
        raise Failure("%s: %s" % (" ".join(command), done.stdout.decode(errors="replace").strip()))
    return done.stdout.decode(errors="replace")


def wait_until(condition, what, timeout=DEADLINE, every=0.005):
    """Polls condition(); returns its first true value, fails after timeout."""
    end = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise Failure("not within %.1f s: %s" % (timeout, what))
        time.sleep(every)


def accepts(path):
    """Whether somebody listens on this Unix socket."""
    with socket.socket(socket.AF_UNIX) as s:
        return s.connect_ex(path) == 0


@contextlib.contextmanager
def ahead():
    """What is started inside is a real-time process, if the system lets it."""
    before = os.sched_getscheduler(0), os.sched_getparam(0)
    with contextlib.suppress(PermissionError):
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(10))
    try:
        yield
    finally:
        os.sched_setscheduler(0, *before)


class Process:
    """A program in a host, with its lines of output in a queue."""

    def __init__(self, host, command, env=None, stdin=False, log=None):
        self.host = host
        self.log_path = log or host.lab.path("log-%d" % host.lab.serial())
        self.log = open(self.log_path, "wb")
        self.popen = subprocess.Popen(
            ["ip", "netns", "exec", host.namespace] + list(command),
            env=host.environment(env),
            stdin=subprocess.PIPE if stdin else subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=self.log, start_new_session=True)
        self.lines = queue.Queue()
        host.lab.processes.append(self)
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.popen.stdout:
            self.on_line(line)
        self.on_end()

    def on_line(self, line):
        self.lines.put(line)

    def on_end(self):
        pass

    @property
    def pid(self):
        return self.popen.pid

    def write(self, text):
        self.popen.stdin.write(text.encode() + b"\n")
        self.popen.stdin.flush()

    def is_alive(self):
        return self.popen.poll() is None

    def kill(self, number=signal.SIGKILL):
        """Ends it and everything in its session."""
        if self.is_alive():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.popen.wait(5 if number == signal.SIGKILL else DEADLINE)

    def label(self):
        return self.host.name

    def errors(self):
        self.log.flush()
        with open(self.log_path, "rb") as f:
            return f.read().decode(errors="replace")

    def status(self, field):
        """A number of /proc/PID/status, such as VmRSS (kB)."""
        with open("/proc/%d/status" % self.pid) as f:
            for line in f:
                if line.startswith(field + ":"):
                    return int(line.split()[1])
        raise Failure("no %s in /proc" % field)

    def open_files(self):
        return len(os.listdir("/proc/%d/fd" % self.pid))

    def cpu_seconds(self):
        with open("/proc/%d/stat" % self.pid) as f:
            fields = f.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class JsonProcess(Process):
    """A program that prints one JSON object a line; keeps all of them with their time of arrival."""

    def __init__(self, *args, **kwargs):
        self.changed = threading.Condition()
        self.seen = []  # (monotonic seconds, object)
        self.junk = []
        self.ended = False
        super().__init__(*args, **kwargs)

    def on_line(self, line):
        now = time.monotonic()
        try:
            value = json.loads(line)
        except ValueError:
            self.junk.append(line)
            return
        with self.changed:
            self.seen.append((now, value))
            self.changed.notify_all()

    def on_end(self):
        with self.changed:
            self.ended = True
            self.changed.notify_all()

    def wait_object(self, matches, what, timeout=DEADLINE, since=0):
        """Returns (time, object) of the first object from index since that matches."""
        end = time.monotonic() + timeout
        with self.changed:
            while True:
                for at, value in self.seen[since:]:
                    if matches(value):
                        return at, value
                since = len(self.seen)
                left = end - time.monotonic()
                if left <= 0:
                    raise Failure("%s: not within %.1f s: %s" % (self.label(), timeout, what))
                if self.ended:
                    raise Failure("%s ended (%s) before: %s\n%s" % (
                        self.label(), self.popen.poll(), what, self.errors()[-2000:]))
                self.changed.wait(left)

    def mark(self):
        """An index for since: only what comes after this moment."""
        with self.changed:
            return len(self.seen)


class RpcError(Failure):
    def __init__(self, method, error):
        super().__init__("%s: %s" % (method, error))
        self.error = error


class Peer(JsonProcess):
    """A profile with `lanyard-cli run` on it."""

    def __init__(self, host, name, profile=None, options=(), env=None, create=True):
        self.person_name = name
        self.profile = profile or host.lab.path("profile-%d" % host.lab.serial())
        self.options = list(options)
        self.extra_env = env
        cli = host.lab.cli()
        self.next_id = 1
        if create and not os.path.exists(self.profile):
            done = subprocess.run(
                ["ip", "netns", "exec", host.namespace, cli, "init", "--name", name,
                 "--profile", self.profile], env=host.environment(env),
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            check(done.returncode == 0, "init: %s" % done.stdout.decode(errors="replace"))
        self.started = time.monotonic()
        super().__init__(host, [cli, "run", "--profile", self.profile] + self.options,
                         env=env, stdin=True)
        self._id = None

    def label(self):
        return "%s on %s" % (self.person_name, self.host.name)

    def ready(self):
        self.ready_at = self.wait_for("ready")[0]
        return self

    @property
    def id(self):
        if self._id is None:
            self._id = self.call("self.get")["id"]
        return self._id

    def post(self, method, **params):
        """Sends a request without waiting; returns its number."""
        number = self.next_id
        self.next_id += 1
        self.write(json.dumps({"jsonrpc": "2.0", "id": number, "method": method,
                               "params": params}, ensure_ascii=False))
        return number

    def answer(self, number, method="", timeout=DEADLINE):
        _, value = self.wait_object(lambda o: o.get("id") == number and "method" not in o,
                                    "answer to " + method, timeout)
        if "error" in value:
            raise RpcError(method, value["error"])
        return value.get("result")

    def call(self, method, timeout=DEADLINE, **params):
        return self.answer(self.post(method, **params), method, timeout)

    def wait_for(self, method, timeout=DEADLINE, since=0, where=None, **fields):
        """Returns (time, params) of the first notification with these fields."""
        def matches(o):
            p = o.get("params", {})
            return (o.get("method") == method
                    and all(p.get(k) == v for k, v in fields.items())
                    and (where is None or where(p)))
        at, value = self.wait_object(matches, "%s %s" % (method, fields or ""), timeout, since)
        return at, value.get("params", {})

    def notifications(self, method, since=0):
        with self.changed:
            return [o.get("params", {}) for _, o in self.seen[since:] if o.get("method") == method]

    def restart(self, number=signal.SIGKILL):
        """Ends the program (kill -9 by default) and starts it anew on the same profile."""
        self.kill(number)
        return Peer(self.host, self.person_name, self.profile, self.options, self.extra_env).ready()

    def quit(self):
        """Closes its input, upon which it ends by itself."""
        self.popen.stdin.close()
        wait_until(lambda: not self.is_alive(), "%s ends" % self.label())
        return self.popen.returncode


class Capture:
    """tcpdump on one interface of a namespace."""

    def __init__(self, lab, namespace, interface):
        self.path = lab.path("capture-%d.pcap" % lab.serial())
        self.popen = subprocess.Popen(
            ["ip", "netns", "exec", namespace, "tcpdump", "-i", interface, "-w", self.path,
             "-U", "--immediate-mode", "-s", "0", "-B", "16384", "-n", "-Z", "root"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        for line in self.popen.stderr:
            if b"listening on" in line:
                break
        else:
            raise Failure("tcpdump did not start")

    def stop(self):
        if self.popen.poll() is None:
            self.popen.send_signal(signal.SIGINT)
            self.popen.communicate(timeout=10)
        with open(self.path, "rb") as f:
            self.bytes = f.read()
        return self

    def holds(self, text):
        """Whether the text is in any packet, as UTF-8 or UTF-16, or spelled in hex or base64."""
        import base64
        raw = text.encode()
        forms = [raw, text.encode("utf-16-le"), raw.hex().encode()]
        # base64 depends on the place within three bytes: look for what is common to each.
        for shift in range(3):
            coded = base64.b64encode(b"\0" * shift + raw)
            forms.append(coded[4 if shift else 0:len(coded) - 4])
        return any(len(f) >= 4 and f in self.bytes for f in forms)


class Host:
    def __init__(self, lab, name):
        self.lab = lab
        self.name = name
        self.namespace = lab.tag + name
        self.dir = lab.path(name)
        os.mkdir(self.dir)
        self.dbus = self.avahi = None
        lab.add_namespace(self.namespace)
        self.ip("link", "set", "lo", "up")

    def ip(self, *arguments, quiet=False):
        return run("ip", "-n", self.namespace, *arguments, quiet=quiet)

    def plug(self, switch, interface="e0", address=None):
        """A new interface with a cable to the switch; address "10.1.0.5/24" or None."""
        port = "p%d" % self.lab.serial()
        run("ip", "link", "add", interface, "netns", self.namespace, "type", "veth",
            "peer", "name", port, "netns", switch.namespace)
        run("ip", "-n", switch.namespace, "link", "set", port, "master", switch.bridge, "up")
        self.ip("link", "set", interface, "up")
        if address:
            self.ip("addr", "add", address, "brd", "+", "dev", interface)
        return self

    def environment(self, extra=None):
        keep = ("PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", "LD_LIBRARY_PATH")
        env = {k: v for k, v in os.environ.items() if k in keep}
        env.update({
            "HOME": self.dir, "LC_ALL": "C.UTF-8", "TMPDIR": self.dir,
            "XDG_DATA_HOME": self.dir, "XDG_CONFIG_HOME": self.dir, "XDG_CACHE_HOME": self.dir,
            "XDG_RUNTIME_DIR": self.dir, "G_DEBUG": "gc-friendly",
            "DBUS_SYSTEM_BUS_ADDRESS": "unix:path=%s/bus" % self.dir,
            "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent",
        })
        env.update(extra or {})
        return env

    def start_bus(self):
        conf = os.path.join(self.dir, "dbus.conf")
        with open(conf, "w") as f:
            f.write("""<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>system</type><listen>unix:path=%s/bus</listen><auth>EXTERNAL</auth>
<policy context="default"><allow user="*"/><allow own="*"/><allow send_type="method_call"/>
<allow send_type="signal"/><allow send_type="method_return"/><allow send_type="error"/>
<allow receive_type="method_call"/><allow receive_type="signal"/>
<allow receive_type="method_return"/><allow receive_type="error"/></policy></busconfig>
""" % self.dir)
        path = os.path.join(self.dir, "bus")
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)
        self.dbus = Process(self, ["dbus-daemon", "--config-file=" + conf, "--nofork",
                                   "--nopidfile"])
        wait_until(lambda: accepts(path), "the bus of " + self.name)

    def start_avahi(self, interfaces=("e0",)):
        """A D-Bus (if there is none yet) and an Avahi on these interfaces."""
        if self.dbus is None or not self.dbus.is_alive():
            self.start_bus()
        conf = os.path.join(self.dir, "avahi.conf")
        with open(conf, "w") as f:
            f.write("[server]\nhost-name=%s\nallow-interfaces=%s\nuse-ipv4=yes\nuse-ipv6=yes\n"
                    "enable-dbus=yes\nratelimit-interval-usec=1000000\nratelimit-burst=1000\n"
                    "[wide-area]\nenable-wide-area=no\n[publish]\npublish-hinfo=no\n"
                    "publish-workstation=no\n" % (self.namespace, ",".join(interfaces)))
        for interface in interfaces:
            self.ip("route", "add", "224.0.0.0/4", "dev", interface, quiet=True)
        self.avahi = Process(self, [
            "unshare", "-m", "sh", "-c",
            "mount --make-rprivate / && mkdir -p /run/avahi-daemon"
            " && mount -t tmpfs tmpfs /run/avahi-daemon"
            " && exec avahi-daemon -f '%s' --no-rlimits --no-drop-root --no-chroot" % conf])
        wait_until(lambda: "Server startup complete" in self.avahi.errors(),
                   "the Avahi of " + self.name)
        return self

    def stop_avahi(self):
        self.avahi.kill()

    def peer(self, name, *options, **kwargs):
        """A person here: makes the profile, starts `lanyard-cli run`, waits for ready."""
        return Peer(self, name, options=options, **kwargs).ready()


class Switch:
    def __init__(self, lab, name):
        self.lab = lab
        self.namespace = lab.tag + name
        self.bridge = "sw0"
        lab.add_namespace(self.namespace)
        run("ip", "-n", self.namespace, "link", "add", self.bridge, "type", "bridge",
            "mcast_snooping", "0", "forward_delay", "0")
        run("ip", "-n", self.namespace, "link", "set", self.bridge, "up")

    def capture(self):
        capture = Capture(self.lab, self.namespace, self.bridge)
        self.lab.captures.append(capture)
        return capture


class Lab:
    """with Lab() as lab: ..."""

    count = 0

    def __init__(self):
        Lab.count += 1
        self.tag = "ly%d-%d-" % (os.getpid(), Lab.count)
        self.dir = tempfile.mkdtemp(prefix="lanyard-lab-")
        self.namespaces, self.processes, self.captures = [], [], []
        self.number = 0
        LIVE_LABS.append(self)

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        if failure[0] is not None:
            self.explain()
        wrong = self.find_faults()
        self.close()
        if wrong and failure[0] is None:
            raise Failure(wrong)
        if wrong:
            note(wrong)

    def find_faults(self):
        """What no test asks for and none may have: a crash, a sanitizer's report, a critical."""
        for process in self.processes:
            code = process.popen.poll()
            text = process.errors()
            found = re.search(r"(ERROR: \w+Sanitizer|runtime error:|-CRITICAL \*\*|assertion failed)",
                              text)
            if code in (-signal.SIGSEGV, -signal.SIGABRT, -signal.SIGBUS, -signal.SIGFPE) or found:
                at = found.start() if found else max(0, len(text) - 2000)
                return "%s (%d, exit %s): %s" % (process.label(), process.pid, code,
                                                 text[at:at + 3000])
        return None

    def explain(self):
        for process in self.processes:
            text = process.errors().strip()
            if text and (isinstance(process, Peer) or not process.is_alive()):
                note("--- %s (%s): %s" % (process.host.name, process.pid, text[-1500:]))
            if isinstance(process, JsonProcess):
                for at, value in process.seen[-8:]:
                    note("    %.3f %s" % (at, str(value)[:300]))

    def path(self, name):
        return os.path.join(self.dir, name)

    def serial(self):
        self.number += 1
        return self.number

    def cli(self):
        return os.environ["LANYARD_CLI"]

    def add_namespace(self, name):
        run("ip", "netns", "add", name)
        self.namespaces.append(name)
        # Private ranges of short names: no duplicate address detection, addresses work at once.
        run("ip", "netns", "exec", name, "sysctl", "-q", "-w",
            "net.ipv6.conf.default.accept_dad=0", "net.ipv6.conf.all.accept_dad=0", quiet=True)

    def switch(self, name="sw"):
        return Switch(self, name)

    def host(self, name):
        return Host(self, name)

    def office(self, names, avahi=True, subnet="10.81.0"):
        """A switch and a host for each name, with e0 at subnet.10, .11, ..."""
        switch = self.switch()
        hosts = [self.host(name).plug(switch, "e0", "%s.%d/24" % (subnet, 10 + i))
                 for i, name in enumerate(names)]
        if avahi:
            for host in hosts:
                host.start_avahi()
        return switch, hosts

    def close(self):
        if self in LIVE_LABS:
            LIVE_LABS.remove(self)
        for process in reversed(self.processes):
            process.kill()
        for capture in self.captures:
            if capture.popen.poll() is None:
                capture.popen.kill()
                capture.popen.wait()
        for name in self.namespaces:
            run("ip", "netns", "del", name, quiet=True)
        shutil.rmtree(self.dir, ignore_errors=True)


def close_all(*_):
    for lab in list(LIVE_LABS):
        lab.close()


def on_signal(number, _):
    close_all()
    os._exit(128 + number)


TESTS = []


def test(name):
    """Decorator: registers a function as the test of this name."""
    def register(function):
        TESTS.append((name, function))
        return function
    return register


def why_not():
    """Returns a reason to skip everything, or None."""
    if os.geteuid() != 0:
        return "needs root"
    for program in ("ip", "avahi-daemon", "dbus-daemon", "tcpdump", "unshare"):
        if shutil.which(program) is None:
            return "needs " + program
    probe = "ly%d-probe" % os.getpid()
    if subprocess.run(["ip", "netns", "add", probe], capture_output=True).returncode != 0:
        return "needs network namespaces"
    bridge = subprocess.run(["ip", "-n", probe, "link", "add", "sw0", "type", "bridge"],
                            capture_output=True)
    run("ip", "netns", "del", probe, quiet=True)
    return None if bridge.returncode == 0 else "needs bridges"


def main():
    """Runs the registered tests (or those whose name holds an argument) and prints TAP."""
    wanted = [t for t in TESTS if len(sys.argv) < 2 or any(a in t[0] for a in sys.argv[1:])]
    reason = why_not()
    if reason:
        print("1..0 # SKIP " + reason)
        return 0
    atexit.register(close_all)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, on_signal)
    # A shell in the background has it ignored, and every program that is started inherits that.
    signal.signal(signal.SIGQUIT, signal.SIG_DFL)
    print("1..%d" % len(wanted), flush=True)
    failed = 0
    for i, (name, function) in enumerate(wanted, 1):
        start = time.monotonic()
        try:
            function()
        except Exception as problem:  # the next test still runs
            failed += 1
            note(traceback.format_exc() if not isinstance(problem, Failure) else problem)
            print("not ok %d - %s" % (i, name), flush=True)
        else:
            print("ok %d - %s" % (i, name), flush=True)
        note("%.1f s" % (time.monotonic() - start))
    return 1 if failed else 0
