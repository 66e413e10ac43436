# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""A real lanyard-server on loopback in a folder of its own, and clients for it."""

import os
import re
import shutil
import signal
import subprocess
import tempfile
import time

from lab import Failure, check, wait_until
from second.office import OfficeClient

PROGRAM = os.environ.get("LANYARD_SERVER", "lanyard-server")
SLOW = float(os.environ.get("LANYARD_TEST_SLOW", "1"))


class Server:
    """`with Server() as s:` is set up and running; `settings` is a text of configuration lines."""

    def __init__(self, settings="", start=True, state=None):
        self.folder = tempfile.mkdtemp(prefix="lanyard-server-")
        self.state = state or os.path.join(self.folder, "state")
        self.config = os.path.join(self.folder, "server.conf")
        self.log_path = os.path.join(self.folder, "log")
        self.process = self.address = self.http = None
        self.settings = settings
        with open(self.path("pass"), "w") as f:
            f.write("correct horse battery staple\n")
        self.said = self.command("--state", self.state, "--address", "127.0.0.1:24790",
                                 "--org-key", self.path("org.key"), "--organisation", "ACME 公司",
                                 "--passphrase-file", self.path("pass"), "init")
        self.first_invite = re.search(r"lanyard://\S+", self.said).group(0)
        self.configure(settings)
        if start:
            self.start()

    def path(self, name):
        return os.path.join(self.folder, name)

    def configure(self, settings):
        """The given lines behind those that every test needs."""
        with open(self.config, "w") as f:
            f.write("[server]\nlisten = 127.0.0.1:0\naddress = 127.0.0.1:24790\nstate = %s\n"
                    "organisation = ACME 公司\n[http]\nlisten = 127.0.0.1:0\n%s\n"
                    % (self.state, settings))

    def command(self, *words, fails=False, text=None):
        done = subprocess.run([PROGRAM, "--config", self.config, *words], input=text,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              env=dict(os.environ, LC_ALL="C.UTF-8"), timeout=60 * SLOW)
        if fails is not None and (done.returncode != 0) != fails:
            raise Failure("lanyard-server %s: %d: %s" % (" ".join(words), done.returncode,
                                                         done.stdout))
        return done.stdout

    def start(self, limits=None):
        self.log = open(self.log_path, "ab")
        begin = self.log.tell()
        self.process = subprocess.Popen([PROGRAM, "--config", self.config, "run"],
                                        stdout=self.log, stderr=self.log, preexec_fn=limits,
                                        env=dict(os.environ, LC_ALL="C.UTF-8"))
        self.log.close()
        wait_until(lambda: self.process.poll() is not None or "notice started" in
                   self.read_log(begin), "the server starts", 20 * SLOW)
        text = self.read_log(begin)
        check(self.process.poll() is None, "the server ended: " + text)
        self.address = ("127.0.0.1", int(re.search(r"listening address=\S+ port=(\d+)",
                                                   text).group(1)))
        http = re.search(r"http address=\S+ port=(\d+)", text)
        self.http = http and int(http.group(1))

    def read_log(self, begin=0):
        with open(self.log_path, "rb") as f:
            f.seek(begin)
            return f.read().decode(errors="replace")

    def log_holds(self, pattern):
        return re.search(pattern, self.read_log())

    def stop(self, number=signal.SIGTERM):
        if self.process is None:
            return 0
        self.process.send_signal(number)
        code = self.process.wait(20 * SLOW)
        self.process = None
        return code

    def kill(self):
        self.stop(signal.SIGKILL)

    def restart(self):
        self.stop()
        self.start()

    def invite(self, *words):
        return self.command("invite", *words).strip().splitlines()[-1]

    def join(self, name, *words, login=""):
        """A client that is enrolled and logged in."""
        client = OfficeClient(name)
        client.enrol(self.invite(*words), login or name.lower(), address=self.address)
        client.log_in()
        return client

    def again(self, client, **kwargs):
        """Logs in anew, also after a restart on another port."""
        client.address = self.address
        return client.log_in(**kwargs)

    def get(self, path):
        """(code, text) from the local listener."""
        import urllib.error
        import urllib.request
        try:
            with urllib.request.urlopen("http://127.0.0.1:%d%s" % (self.http, path),
                                        timeout=10 * SLOW) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def metric(self, name):
        text = self.get("/metrics")[1]
        found = re.search(r"^lanyard_%s (\d+)" % re.escape(name), text, re.M)
        return int(found.group(1)) if found else None

    def memory(self):
        """Bytes of the server's own: private and not of a file."""
        with open("/proc/%d/smaps_rollup" % self.process.pid) as f:
            return 1024 * sum(int(line.split()[1]) for line in f if line.startswith("Private_Dirty"))

    def close(self):
        if self.process is not None and self.process.poll() is None:
            self.kill()
        shutil.rmtree(self.folder, True)

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        if kind is not None and os.path.exists(self.log_path):
            print("# " + self.read_log()[-4000:].replace("\n", "\n# "), flush=True)
        self.close()


def wait_gone(sock, timeout=20):
    """Waits until the other side has ended the connection; returns the seconds it took."""
    begun = time.monotonic()
    sock.settimeout(timeout * SLOW)
    try:
        while sock.recv(65536):
            pass
    except (ConnectionError, OSError) as problem:
        if isinstance(problem, TimeoutError):
            raise Failure("still connected after %.1f s" % timeout) from problem
    return time.monotonic() - begun
