# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""A client of the rendezvous server that shares no code with the real one: lanes of kind 3,
enrolment over NK, login over XK, and every frame by name."""

import atexit
import base64
import hashlib
import importlib.util
import os
import shutil
import socket
import subprocess
import tempfile
import urllib.parse

from . import certs, lane, noise

KIND_SERVER, XK, NK = 3, 3, 4
PATTERN_NAMES = {lane.XX: "XX", XK: "XK", NK: "NK"}
DEFAULT_PROTO = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                             "../../../src/wire/lanyard-server.proto")
DEADLINE = 10.0 * float(os.environ.get("LANYARD_TEST_SLOW", "1"))
_module = None


class Refused(Exception):
    """The server said no: .code is the number of Refusals, .frame what it said."""

    def __init__(self, frame):
        super().__init__("refused: code %d, again in %d ms" % (frame.code, frame.retry_ms))
        self.code, self.frame = frame.code, frame


class Gone(Exception):
    """The server ended the lane; .code of its Goodbye, or None."""

    def __init__(self, why, code=None):
        super().__init__("%s (goodbye %s)" % (why, code))
        self.code = code


def proto():
    global _module
    if _module is None:
        path = os.path.abspath(DEFAULT_PROTO)
        out = tempfile.mkdtemp(prefix="lanyard-server-proto-")
        atexit.register(shutil.rmtree, out, True)
        subprocess.run(["protoc", "--proto_path=" + os.path.dirname(path), "--python_out=" + out,
                        path], check=True)
        spec = importlib.util.spec_from_file_location(
            "lanyard_server_pb2", os.path.join(out, "lanyard_server_pb2.py"))
        _module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(_module)
    return _module


def unbase32(text):
    text = text.upper()
    return base64.b32decode(text + "=" * (-len(text) % 8))


class Invite:
    def __init__(self, link):
        parts = urllib.parse.urlsplit(link)
        query = dict(urllib.parse.parse_qsl(parts.query))
        self.host, self.port = parts.hostname, parts.port
        self.key, self.root = unbase32(query["k"]), unbase32(query["o"])
        self.code = unbase32(query["i"]) if "i" in query else b""


def net_id(key):
    return hashlib.blake2b(key, digest_size=16).digest()


def handshake(pattern, key, static=None, id=None):
    """(first bytes, Noise state) of a dial."""
    id = id or os.urandom(16)
    net = bytes(16) if pattern == lane.XX else net_id(key)
    text = lane.prologue(pattern, KIND_SERVER, id, net)
    state = noise.Handshake(PATTERN_NAMES[pattern], True, text, s=static,
                            rs=None if pattern == lane.XX else key)
    return lane.preamble(pattern, KIND_SERVER, id) + lane.unit(state.write()), state


def dial(sock, pattern, key, static=None, clock=lane.Clock()):
    """An open lane to a server, on a connected socket."""
    try:
        return shake(sock, pattern, key, static, clock)
    except (lane.LaneError, noise.NoiseError, ConnectionError) as problem:
        raise Gone("handshake: %s" % problem) from problem


def shake(sock, pattern, key, static, clock):
    first, state = handshake(pattern, key, static)
    sock.sendall(first)
    payload = state.read(lane.read_unit(sock))
    hello = lane.make_hello(clock.next(), 1)
    if pattern == NK:
        opened = lane.Lane(sock, state, None, True, pattern)
        opened.send()  # an empty record confirms the keys
        return opened
    remote = lane.Hello(payload)
    sock.sendall(lane.unit(state.write(hello)))
    return lane.Lane(sock, state, remote, True, pattern)


class OfficeClient:
    """One connection at a time of one device. Frames that were not waited for stay in `heard`."""

    def __init__(self, name, keys=None):
        self.name, self.keys = name, keys or certs.Keys()
        self.cert = certs.make_cert(self.keys, name)
        self.list = certs.make_list(self.keys.account,
                                    [(self.keys.device_id, certs.digest(self.cert), certs.ACTIVE)])
        self.lane = self.key = self.address = None
        self.heard = []
        self.requests = 0
        self.login_name = self.uid = None

    # Lanes

    def connect(self, address, source=None):
        sock = socket.create_connection(address, timeout=DEADLINE,
                                        source_address=source and (source, 0))
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return sock

    def enrol(self, link, login="", secret=b"", address=None, code=None):
        """Over NK with an invite; returns Enrolled."""
        invite = Invite(link)
        self.key, self.address = invite.key, address or (invite.host, invite.port)
        self.lane = dial(self.connect(self.address), NK, self.key)
        proof = certs.sign(self.keys.signing, b"LY1 enrol", self.lane.h + login.encode())
        self.send("enrol", version=1, login=login, secret=secret,
                  invite=invite.code if code is None else code, cert=self.cert, list=self.list,
                  proof=proof, display=self.name)
        done = self.wait("enrolled")
        self.uid, self.login_name = done.uid, done.login
        self.close()
        return done

    def log_in(self, source=None):
        """Over XK; returns Welcome."""
        self.heard = []
        self.lane = dial(self.connect(self.address, source), XK, self.key, self.keys.dh)
        self.send("login", version=1, list_seq=1)
        return self.wait("welcome")

    def close(self):
        if self.lane:
            self.lane.end()
            self.lane.close()
            self.lane = None

    def cut(self):
        """Without a word, as when the cable is pulled."""
        self.lane.close()
        self.lane = None

    # Frames

    def frame(self, name, **fields):
        value = proto().Frame()
        member = getattr(value, name)
        member.SetInParent()
        for key, content in fields.items():
            if isinstance(content, (list, tuple)):
                getattr(member, key).extend(content)
            else:
                setattr(member, key, content)
        return value.SerializeToString()

    def send(self, name, **fields):
        self.lane.send(self.frame(name, **fields))

    def receive(self):
        try:
            frame = proto().Frame.FromString(self.lane.receive())
        except (lane.LaneError, OSError) as problem:
            raise Gone(str(problem)) from problem
        name = frame.WhichOneof("body")
        return name, getattr(frame, name) if name else None

    def wait(self, *names, where=lambda body: True):
        """The next frame of these names; a Refused or Goodbye meanwhile is raised."""
        for at, (name, body) in enumerate(self.heard):
            if name in names and where(body):
                del self.heard[at]
                return body
        while True:
            name, body = self.receive()
            if name in names and where(body):
                return body
            if name == "refused":
                raise Refused(body)
            if name == "goodbye":
                raise Gone("goodbye", body.code)
            self.heard.append((name, body))

    def ask(self, name, answer, **fields):
        self.requests += 1
        self.send(name, request=self.requests, **fields)
        number = self.requests
        return self.wait(answer, where=lambda body: body.request == number)

    # What clients do

    @property
    def device(self):
        return self.keys.device_id

    def deposit(self, device, envelope, id=None):
        """Leaves an envelope; returns its id once it is stored."""
        id = id or os.urandom(16)
        self.send("deposit", device=device, id=id, envelope=envelope)
        self.wait("stored", where=lambda body: body.id == id)
        return id

    def fetch(self, count, after=0, window=128):
        """That many Mail frames."""
        self.send("mail_fetch", after=after, window=window)
        return [self.wait("mail") for _ in range(count)]

    def acknowledge(self, mails):
        self.send("mail_ack", ids=[m.id for m in mails])

    def ping(self, token=1):
        self.send("ping", token=token)
        self.wait("pong", where=lambda body: body.token == token)
