# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""A sound server of one host: loudspeakers that play into nothing and can be listened to, microphones that
somebody plays into."""

import array
import os
import signal
import subprocess

from lab import Process, accepts, check, wait_until

RATE = 48000


class SoundServer:
    """PulseAudio with a folder of its own; `env` is for programs that are to use it."""

    def __init__(self, host):
        self.host = host
        self.dir = os.path.join(host.dir, "pulse")
        os.mkdir(self.dir, 0o700)
        self.socket = os.path.join(self.dir, "native")
        self.env = {"PULSE_SERVER": "unix:" + self.socket, "PULSE_RUNTIME_PATH": self.dir,
                    "PULSE_COOKIE": os.path.join(self.dir, "cookie"),
                    "DBUS_SYSTEM_BUS_ADDRESS": "unix:path=/nonexistent"}
        self.process = None

    def start(self):
        script = os.path.join(self.dir, "start.pa")
        with open(script, "w") as f:
            f.write("load-module module-native-protocol-unix auth-anonymous=1 socket=%s\n" % self.socket)
        self.process = Process(self.host, ["pulseaudio", "-n", "-F", script, "--daemonize=no",
                                           "--exit-idle-time=-1", "--use-pid-file=no",
                                           "--disable-shm=yes"], env=self.env)
        wait_until(lambda: accepts(self.socket), "the sound server")
        return self

    def stop(self):
        self.process.kill(signal.SIGTERM)

    def control(self, *command):
        done = subprocess.run(["ip", "netns", "exec", self.host.namespace, "pactl", *command],
                              env=self.host.environment(self.env), stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True)
        check(done.returncode == 0, "pactl %s: %s" % (" ".join(command), done.stdout))
        return done.stdout.strip()

    def load(self, module, *options):
        """Returns what unload() takes."""
        return self.control("load-module", module, *options)

    def unload(self, index):
        self.control("unload-module", index)

    def speaker(self, name, label):
        return self.load("module-null-sink", "sink_name=" + name, "rate=%d" % RATE,
                         "sink_properties=\"device.description='%s'\"" % label)

    def microphone(self, name, label):
        """One that is not a monitor; whoever plays to sink NAME-in speaks into it."""
        sink = self.load("module-null-sink", "sink_name=%s-in" % name, "rate=%d" % RATE)
        source = self.load("module-remap-source", "source_name=" + name, "master=%s-in.monitor" % name,
                           "source_properties=\"device.description='%s'\"" % label)
        return sink, source

    def record(self, source):
        return Recording(self, source)

    def speak(self, sink, samples):
        """Plays samples into a sink, once; returns the process."""
        path = os.path.join(self.dir, "speak-%d.raw" % self.host.lab.serial())
        with open(path, "wb") as f:
            f.write(samples.tobytes())
        return Process(self.host, ["pacat", "--playback", "--raw", "--device=" + sink, "--format=s16le",
                                   "--rate=%d" % RATE, "--channels=1", "--latency-msec=30", path],
                       env=self.env)


class Recording:
    """What is heard at a source, from now on."""

    def __init__(self, server, source):
        self.path = os.path.join(server.dir, "heard-%d.raw" % server.host.lab.serial())
        self.process = Process(server.host, [
            "parec", "--raw", "--device=" + source, "--format=s16le", "--rate=%d" % RATE, "--channels=1",
            "--latency-msec=20", self.path], env=server.env)

    def samples(self, since=0):
        if not os.path.exists(self.path):
            return array.array("h")
        with open(self.path, "rb") as f:
            data = f.read()[since * 2:]
        heard = array.array("h")
        heard.frombytes(data[:len(data) // 2 * 2])
        return heard

    def length(self):
        return len(self.samples())

    def is_loud(self, since=0, least=1000):
        return any(abs(x) > least for x in self.samples(since))
