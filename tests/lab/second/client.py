# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""A person with one device on lanes: identity, vectors, records, receipts (sections 6 to 14)."""

import os
import socket
import threading
import time

from . import certs, frames, lane, noise, records

DEADLINE = 10.0 * float(os.environ.get("LANYARD_TEST_SLOW", "1"))
MAX_WRONG = 16
NORMAL, BROKE_RULE, BAD_IDENTITY, REVOKED, LIMIT, TAKEN_OVER = 0, 2, 3, 4, 5, 6
BEFORE_IDENTIFICATION = ("identity", "ping", "pong", "close")


class Timeout(Exception):
    """What was waited for did not come."""


class Channel:
    """One lane of a SecondPeer and what is known about its other end."""

    def __init__(self, peer, opened):
        self.peer, self.lane = peer, opened
        self.person = self.cert = self.conversation = None
        self.vectors = []         # that came in
        self.seen = []            # names of frames that came in
        self.closed = None        # Close frame that came in
        self.problem = None       # why the lane ended
        self.sent_up_to = 0       # of our own log, on this channel
        self.wrong = 0            # records that were refused
        self.is_open = True

    def send(self, name, body=None, **fields):
        self.lane.send(frames.frame(name, body, **fields))

    def shut(self, reason=NORMAL):
        """Close, then the end of the lane."""
        try:
            self.send("close", reason=reason)
        except OSError:
            pass
        self.lane.end()


class SecondPeer:
    """State in memory; callers' threads and one thread a lane share it under `changed`.

    announces False: says nothing of its own, not even its Identity.
    """

    def __init__(self, name, keys=None, capabilities=0, announce=True):
        self.name, self.keys = name, keys or certs.Keys()
        self.capabilities, self.announces = capabilities, announce
        self.changed = threading.Condition()
        self.clock, self.handshake_clock = records.HybridClock(), lane.Clock()
        self.people, self.conversations = {}, {}
        self.accepted, self.accepted_by, self.secrets = set(), set(), {}
        self.messages = []        # (account, Record, Content) in order of arrival
        self.fetched = []         # records that came again
        self.channels = []
        self.newest_ts = {}
        self.refused = []
        self.proto = frames.proto()
        self.listener = None
        self.declines_links = True
        self.set_identity(1, bytes(32))

    def set_identity(self, number, before, state=certs.ACTIVE):
        """A new certificate and a list with this number."""
        self.list_number = number
        self.cert = certs.make_cert(self.keys, self.name, number, self.capabilities)
        self.list = certs.make_list(self.keys.account, [
            (self.keys.device_id, certs.digest(self.cert), state)], number, before)

    @property
    def id(self):
        return self.keys.account_key.hex()

    def digest_of_list(self):
        return certs.digest(self.list)

    def hello(self):
        return lane.make_hello(self.handshake_clock.next(), self.list_number, self.capabilities)

    # Channels

    def connect(self, sock, remote_dh=None, **bent):
        """Dials on a connected socket: IK where the other's DH key is given, else XX."""
        sock.settimeout(DEADLINE)
        opened = lane.dial(sock, lane.IK if remote_dh else lane.XX, self.keys.dh, self.hello,
                           remote_dh, **bent)
        return self.add_channel(opened)

    def listen(self, sock):
        """Answers dials on a listening socket until close()."""
        self.listener = sock
        threading.Thread(target=self.accept_all, daemon=True).start()

    def accept_all(self):
        while True:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.accept_one, args=(sock,), daemon=True).start()

    def accept_one(self, sock):
        sock.settimeout(DEADLINE)
        try:
            self.add_channel(lane.accept(sock, self.keys.dh, self.hello, self.newest_ts))
        except (lane.LaneError, noise.NoiseError, OSError) as problem:
            self.refused.append(problem)
            sock.close()

    def add_channel(self, opened):
        opened.sock.settimeout(None)
        channel = Channel(self, opened)
        with self.changed:
            self.channels.append(channel)
        if self.announces:
            channel.send("identity", list=self.list, certs=[self.cert])
        threading.Thread(target=self.read, args=(channel,), daemon=True).start()
        return channel

    def close(self):
        if self.listener:
            self.listener.shutdown(socket.SHUT_RDWR)
            self.listener.close()
        for channel in self.channels:
            if channel.is_open:
                channel.shut()
            channel.lane.close()

    def read(self, channel):
        try:
            while True:
                data = channel.lane.receive()
                name, body = frames.parse(data)
                with self.changed:
                    if name:
                        self.on_frame(channel, name, body)
                    self.changed.notify_all()
        except (lane.LaneError, noise.NoiseError, OSError, certs.Refused, ValueError) as problem:
            with self.changed:
                channel.problem, channel.is_open = problem, False
                self.changed.notify_all()
            if isinstance(problem, (certs.Refused, ValueError)):
                channel.shut(BROKE_RULE if channel.person else BAD_IDENTITY)
            channel.lane.close()

    # Frames; all of this under the lock

    def on_frame(self, channel, name, body):
        channel.seen.append(name)
        if channel.person is None and name not in BEFORE_IDENTIFICATION:
            raise certs.Refused("%s before Identity" % name)
        handler = getattr(self, "on_" + name, None)
        if handler:
            handler(channel, body)

    def on_ping(self, channel, body):
        channel.send("pong", token=body.token)

    def on_close(self, channel, body):
        channel.closed = body

    def on_identity(self, channel, body):
        known = channel.person
        person, cert = certs.judge(body, channel.lane.remote_static, self.people)
        certs.require(known is None or known is person, "identity: another account")
        certs.require(person.account != self.keys.account_key, "identity: our own account")
        channel.person, channel.cert = person, cert
        if known or not self.announces:
            return
        channel.conversation = self.conversation(person.account)
        if person.account in self.accepted:
            self.greet(channel)
        channel.send("vector", channel.conversation.vector())

    def greet(self, channel):
        channel.send("contact_accept")
        self.share_secret(channel)
        channel.send("presence", state=self.proto.AVAILABLE)

    def share_secret(self, channel):
        other = channel.person.account
        if (other in self.accepted and other in self.accepted_by
                and self.keys.account_key < other and other not in self.secrets):
            self.secrets[other] = os.urandom(32)
            channel.send("contact_accept", secret=self.secrets[other])

    def on_contact_accept(self, channel, body):
        other = channel.person.account
        self.accepted_by.add(other)
        if body.secret and self.keys.account_key > other:
            self.secrets[other] = body.secret
        self.share_secret(channel)

    def on_vector(self, channel, body):
        channel.vectors.append(body)
        if body.conversation != channel.conversation.id:
            return
        channel.conversation.acknowledge(body)
        channel.sent_up_to = max(channel.sent_up_to, channel.conversation.acknowledged)
        self.send_records(channel)

    def on_records(self, channel, body):
        talk = channel.conversation
        for data in body.records:
            try:
                record = talk.take(data, channel.person.certs)
            except records.Early as early:
                channel.send("fetch", **early.fetch)
                continue
            except certs.Refused:
                channel.wrong += 1
                certs.require(channel.wrong <= MAX_WRONG, "too many wrong records")
                continue
            if record is None:
                self.fetched.append(data)
            elif record.kind in (records.TEXT, records.FILE_OFFER):
                self.messages.append((channel.person.account, record, record.content(self.proto)))
        channel.send("vector", talk.vector())

    def on_link_signal(self, channel, body):
        """No links here: an offer is declined, or passed over, and the lane goes on."""
        if body.type == self.proto.LINK_OFFER and self.declines_links:
            channel.send("link_signal", link_id=body.link_id, type=self.proto.LINK_DECLINE)

    def on_fetch(self, channel, body):
        talk = channel.conversation
        log = talk.own if body.device == self.keys.device_id else talk.logs.get(body.device)
        if body.conversation == talk.id and log:
            last = min(body.to or log.seq, log.seq)
            self.send_batch(channel, log.records[getattr(body, "from") - 1:last])

    def send_records(self, channel):
        """What the other lacks, once it has told what it has."""
        if channel.vectors and channel.is_open:
            own = channel.conversation.own
            self.send_batch(channel, own.records[channel.sent_up_to:])
            channel.sent_up_to = own.seq

    def send_batch(self, channel, wanted):
        for batch in frames.batches([r.data for r in wanted]):
            channel.send("records", records=batch)

    # What people do

    def conversation(self, account):
        if account not in self.conversations:
            self.conversations[account] = records.Conversation(
                self.proto, self.keys, account, self.clock)
        return self.conversations[account]

    def open_channels(self, account):
        return [c for c in self.channels
                if c.is_open and c.person and c.person.account == account]

    def accept(self, account):
        with self.changed:
            if account not in self.accepted:
                self.accepted.add(account)
                for channel in self.open_channels(account):
                    self.greet(channel)

    def write(self, account, kind, content, **bent):
        """Stores a record and sends it on the newest open channel; returns it."""
        self.accept(account)
        with self.changed:
            record = self.conversation(account).write(kind, content, **bent)
            for channel in self.open_channels(account)[-1:]:
                self.send_records(channel)
            return record

    def send_text(self, account, text):
        return self.write(account, records.TEXT,
                          self.proto.Content(text=self.proto.Text(text=text)))

    def send_read(self, account):
        """Says that all that came is read."""
        content = self.proto.Content(read_up_to=self.proto.ReadUpTo())
        for device, log in self.conversation(account).logs.items():
            content.read_up_to.marks.add(device=device, seq=log.seq, hlc=log.hlc)
        return self.write(account, records.READ_UP_TO, content)

    # Waiting

    def wait(self, condition, what, timeout=DEADLINE):
        end = time.monotonic() + timeout
        with self.changed:
            while True:
                value = condition()
                if value:
                    return value
                left = end - time.monotonic()
                if left <= 0:
                    raise Timeout("%s: not within %.1f s: %s" % (self.name, timeout, what))
                self.changed.wait(left)

    def wait_identified(self, channel):
        self.wait(lambda: channel.person or not channel.is_open, "an Identity")
        if channel.person is None:
            raise Timeout("ended before an Identity: %s" % channel.problem)
        return channel.person.account

    def wait_message(self, text, timeout=DEADLINE):
        """(account, Record) of the message with this text."""
        return self.wait(lambda: next(((a, r) for a, r, c in self.messages if c.text.text == text),
                                      None), "message " + text, timeout)

    def wait_delivered(self, account, record, timeout=DEADLINE):
        talk = self.conversation(account)
        return self.wait(lambda: talk.acknowledged >= record.seq, "a receipt", timeout)

    def wait_read(self, account, record, timeout=DEADLINE):
        talk = self.conversation(account)
        return self.wait(lambda: talk.read_hlc >= record.hlc, "a read mark", timeout)

    def wait_end(self, channel, timeout=DEADLINE):
        """Waits until the lane is over; returns the reason of its Close, or None."""
        self.wait(lambda: not channel.is_open, "the end of the lane", timeout)
        return channel.closed.reason if channel.closed else None
