# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""The other side of a window's test: `lanyard-cli run`, driven by JSON lines."""
import json
import os
import subprocess

from desk import Failed, run, wait


def cli(desk):
    return desk.build + "/src/cli/lanyard-cli"


def init(desk, profile, name, *options):
    run(cli(desk), "--profile", profile, "init", "--name", name, *options)


class Peer:
    """`lanyard-cli run` on a profile of its own."""

    def __init__(self, desk, namespace, name, folder, *options):
        self.desk = desk
        self.given = (desk, namespace, name, folder, *options)
        profile = os.path.join(desk.dir, folder)
        if not os.path.exists(profile):
            init(desk, profile, name)
        self.log = os.path.join(desk.dir, folder + ".jsonl")
        env = dict(os.environ, HOME=desk.dir, LC_ALL="C.UTF-8")
        with open(self.log, "wb") as out:
            self.process = subprocess.Popen(
                ["ip", "netns", "exec", namespace, cli(desk), "run", "--profile", profile, "--no-mdns", *options],
                env=env,
                stdin=subprocess.PIPE, stdout=out, stderr=subprocess.DEVNULL)
        desk.processes.append(self.process)
        self.serial = 0

    def lines(self):
        with open(self.log, encoding="utf-8") as f:
            return [json.loads(line) for line in f.read().split("\n")[:-1]]

    def event(self, method, **fields):
        def found():
            return [o for o in self.lines() if o.get("method") == method
                    and all(o["params"].get(k) == v for k, v in fields.items())]
        return wait(found, "%s %s" % (method, fields))[0]["params"]

    def call(self, method, **params):
        self.serial += 1
        call = {"jsonrpc": "2.0", "id": self.serial, "method": method, "params": params}
        self.process.stdin.write((json.dumps(call) + "\n").encode())
        self.process.stdin.flush()
        answer = wait(lambda: [o for o in self.lines() if o.get("id") == self.serial and "method" not in o],
                      "the answer to " + method)[0]
        if "error" in answer:
            raise Failed("%s: %s" % (method, answer["error"]))
        return answer["result"]

    def send(self, name, text):
        self.event("person.seen", name=name)
        return self.call("message.send", to=name, text=text)

    @classmethod
    def again(cls, peer):
        """The same profile once more, after it was ended."""
        return cls(*peer.given)

    def quit(self):
        self.process.stdin.close()
        wait(lambda: self.process.poll() is not None, "the end of the peer")
