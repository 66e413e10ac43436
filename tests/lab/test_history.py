#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""The history: found by words, by day and by kind, written to files, and nowhere readable on disk."""

import base64
import datetime
import itertools
import json
import os
import re
import signal
import struct
import subprocess
import zlib

from lab import Failure, Lab, check, main, test, wait_until
from people import befriend, say


def found(peer, **params):
    return [m["text"] for m in peer.call("history.search", **params)["messages"]]


def refused(call, what):
    try:
        call()
    except Failure:
        return
    check(False, what)


def one_shot(peer, *arguments):
    """A command for people, beside the program that has the profile open."""
    return subprocess.run(["ip", "netns", "exec", peer.host.namespace, peer.host.lab.cli(), *arguments, "--profile",
                           peer.profile], env=peer.host.environment(), timeout=30, stdout=subprocess.PIPE).stdout.decode()


def two_with_history(lab, *more):
    _, (one, two, *others) = lab.office(["one", "two", *more], avahi=False)
    a, b = one.peer("Anna"), two.peer("李伟")
    befriend(a, b)
    for author, other, text in [(a, b, "合同已经发给法务"), (b, a, "The Contract is READY 👍"),
                                (a, b, "see https://example.org/école"), (b, a, "合同在哪里")]:
        say(author, other, text)
    return (a, b, *others)


@test("messages are found by words, person, kind and day; hits say where")
def _():
    with Lab() as lab:
        a, b = two_with_history(lab)
        check(found(a, text="合同") == ["合同在哪里", "合同已经发给法务"], "a Chinese word, newest first")
        check(found(a, text="务") == ["合同已经发给法务"], "one character")
        check(found(b, text="contract") == ["The Contract is READY 👍"], "an English word")
        check(found(b, text="ECOLE") == ["see https://example.org/école"], "without accents")
        check(found(b, text='"contract ready"') == [], "a phrase that is none")
        check(found(a, text="contr", typing=True) == ["The Contract is READY 👍"], "while typing")
        check(found(a, text="合同", **{"from": b.id}) == ["合同在哪里"], "by author")
        check(found(a, kind="link") == ["see https://example.org/école"], "by kind")
        check(found(a, text="合同", until=1000) == [], "by time")
        page = a.call("history.search", text="合同", limit=1)
        check([m["text"] for m in page["messages"]] == ["合同在哪里"] and page["indexed"] == 100, "a page")
        check(page["messages"][0]["hits"] == [[0, 2]] and page["messages"][0]["peer"] == b.id, "hits")
        check(found(a, text="合同", before=page["next"]) == ["合同已经发给法务"], "the next page")
        today = datetime.date.today()
        days = a.call("history.days", peer=b.id, year=today.year, month=today.month)["days"]
        check([d["day"] for d in days] == [today.isoformat()], "today has messages: %s" % days)
        check(a.call("history.days", peer=b.id, year=2001, month=1)["days"] == [], "an empty month")
        file = lab.path("照片.png")
        with open(file, "wb") as f:
            f.write(b"x" * 1000)
        a.call("file.send", to=b.id, paths=[file])
        b.wait_for("file.offered")
        media = b.call("history.media", peer=a.id, kind="media")["messages"]
        check([m["text"] for m in media] == ["照片.png"], "media of the chat: %s" % media)
        check(found(b, text="照片") == ["照片.png"], "a file by its name")


@test("an edited message is found by what it shows now, a recalled one not at all")
def _():
    with Lab() as lab:
        a, b = two_with_history(lab)
        id, _ = say(a, b, "ornithopter 扑翼机")
        check(len(found(b, text="扑翼")) == 1, "as written")
        a.call("message.edit", id=id, text="helicopter 直升机")
        wait_until(lambda: found(b, text="直升") == ["helicopter 直升机"], "as edited", 5)
        check(found(b, text="ornithopter") == [] == found(a, text="扑翼"), "not as before")
        around = b.call("history.around", peer=a.id, id=id, limit=4)["messages"]
        check(id in [m["id"] for m in around] and len(around) <= 5, "in its place: %s" % around)
        a.call("message.recall", id=id)
        wait_until(lambda: found(b, text="helicopter") == [], "gone once recalled", 5)
        check(found(a, text="直升机") == [], "here too")


@test("a chat is written as JSON and as a page, once")
def _():
    with Lab() as lab:
        a, b = two_with_history(lab)
        path = lab.path("chat.json")
        written = a.call("history.export", peer=b.id, path=path)["messages"]
        with open(path, encoding="utf-8") as f:
            chat = json.load(f)
        check(written == len(chat["messages"]) == 6, "all messages: %d" % written)
        check(chat["peer"]["name"] == "李伟" and chat["messages"][2]["text"] == "合同已经发给法务", "as said")
        check(os.stat(path).st_mode & 0o777 == 0o600, "for its owner only")
        refused(lambda: a.call("history.export", peer=b.id, path=path), "never over another file")
        say(a, b, "<script>alert(1)</script> & </p>")
        page = lab.path("chat.html")
        a.call("history.export", peer=b.id, path=page, format="html")
        with open(page, encoding="utf-8") as f:
            text = f.read()
        check("<script" not in text, "nothing runs")
        inside = re.search(r'<pre id="lanyard-chat" hidden>(.*?)</pre>', text, re.S)
        check(json.loads(inside.group(1))["messages"][-1]["text"] == "<script>alert(1)</script> & </p>", "JSON inside")


@test("a part of a chat by its days; a chat that was written is taken in elsewhere, once and for nobody else")
def _():
    with Lab() as lab:
        a, b, three = two_with_history(lab, "three")
        c = three.peer("Carol")
        befriend(b, c)
        path, page, none = lab.path("chat.json"), lab.path("chat.html"), lab.path("none.json")
        a.call("history.export", peer=b.id, path=path)
        a.call("history.export", peer=b.id, path=page, format="html")
        check(a.call("history.export", peer=b.id, path=none, until=1000)["messages"] == 0, "nothing then")
        with open(path, encoding="utf-8") as f:
            chat = json.load(f)
        middle, part = chat["messages"][3]["time"], lab.path("part.json")
        written = a.call("history.export", peer=b.id, path=part, since=middle)["messages"]
        with open(part, encoding="utf-8") as f:
            times = [m["time"] for m in json.load(f)["messages"]]
        check(written == len(times) >= 1 and min(times) >= middle, "from a time on: %s" % times)
        check(a.call("history.import", peer=b.id, path=path)["added"] == 0, "what one has is left as it is")
        old = {"id": "ab" * 16, "from": "cd" * 32, "name": "旧同事", "time": 1600000000000, "kind": "text",
               "text": "很久以前的话"}
        file = dict(old, id="ef" * 16, kind="file", text="<b>报告.pdf</b>")
        sticker = dict(old, id="cd" * 16, kind="sticker", text="长鼻袋鼠")
        nameless = dict(old, id="dc" * 16, kind="sticker", text="")
        chat["messages"] += [old, file, sticker, nameless]
        with open(path, "w", encoding="utf-8") as f:
            json.dump(chat, f)
        unread = c.call("history.unread")["chats"]
        came = c.call("history.import", peer=b.id, path=path)
        check(came["messages"] == came["added"] == len(chat["messages"]) and came["name"] == "李伟", came)
        check(c.call("history.import", peer=b.id, path=path)["added"] == 0, "once")
        check(c.call("history.import", peer=b.id, path=page)["added"] == 0, "of the page too")
        shown = c.call("history.list", peer=b.id)["messages"]
        first = shown[0]
        check(first["text"] == "很久以前的话" and first["imported"] == "旧同事" and first["time"] == 1600000000000,
              "in its place: %s" % first)
        check(found(c, text="以前") == ["很久以前的话"], "found by its words")
        check([m["text"] for m in shown if "报告" in m["text"]] == ["📎 <b>报告.pdf</b>"], "a file by its name")
        check(sorted(m["text"] for m in shown if m["text"].startswith("🖼️")) == ["🖼️", "🖼️ 长鼻袋鼠"], "stickers too")
        check(c.call("history.unread")["chats"] == unread, "nothing of it is news")
        refused(lambda: c.call("message.react", id=old["id"], emoji="👍"), "nobody else knows it")
        id, _ = say(c, b, "after the import")
        check(found(b, text="以前") == [] and found(a, text="以前") == [], "nobody else gets it")
        again = lab.path("again.json")
        c.call("history.export", peer=b.id, path=again)
        with open(again, encoding="utf-8") as f:
            names = [m["name"] for m in json.load(f)["messages"] if m.get("imported")]
        check("旧同事" in names and len(names) == came["added"], "written again as what it is: %s" % names)
        for bad in (b"", b"PK\3\4", b'{"format": "other", "messages": []}', open(path, "rb").read()[:-40]):
            with open(none, "wb") as f:
                f.write(bad)
            refused(lambda: a.call("history.import", peer=b.id, path=none), "no export: %r" % bad[:20])
        refused(lambda: a.call("history.import", peer=b.id, path=lab.path("missing")), "no file")


@test("a chat is kept for as long as one said; what went does not come back")
def _():
    with Lab() as lab:
        a, b = two_with_history(lab)
        old = [{"id": "%032x" % (i + 1), "from": b.id, "name": "李伟", "time": 1600000000000 + i, "kind": "text",
                "text": "很久以前 %d" % i} for i in range(700)]
        chat = lab.path("old.json")
        a.call("history.export", peer=b.id, path=chat)
        with open(chat, encoding="utf-8") as f:
            whole = json.load(f)
        whole["messages"] = old
        with open(chat, "w", encoding="utf-8") as f:
            json.dump(whole, f)
        check(a.call("history.import", peer=b.id, path=chat)["added"] == 700, "old messages")
        check(a.call("history.retention", peer=b.id)["days"] == 0, "for ever at first")
        refused(lambda: a.call("history.retention", peer=b.id, days=8), "no such rule")
        wait_until(lambda: len(found(a, text="以前")) == 50, "they are found")
        check(a.call("history.retention", peer=b.id, days=90)["days"] == 90, "set")
        wait_until(lambda: found(a, text="以前") == [], "they are gone")
        check([m["text"] for m in a.call("history.list", peer=b.id)["messages"]][-1] == "合同在哪里", "the others stay")
        check(len(found(a, text="合同")) == 2, "and are found")
        a = a.restart()
        a.wait_for("person.seen", id=b.id)
        check(a.call("history.retention", peer=b.id)["days"] == 90, "kept over a restart")
        check(found(a, text="以前") == [], "still gone")
        say(b, a, "goes on")
        say(a, b, "so it does")
        check(len(a.call("history.list", peer=b.id)["messages"]) == 8, "as before, and what is new")
        shown = one_shot(a, "retention", b.id)
        check("90" in shown, shown)
        check("kept for ever" in one_shot(a, "retention", b.id, "forever"), "for people")
        check(a.call("history.retention", peer=b.id)["days"] == 0, "for ever again")


def canaries(*words):
    for word in words:
        for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
            yield word, word.encode(encoding)


def tiny_png():
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress((b"\0" + b"\x20\x90\xf0" * 8) * 8)) + chunk(b"IEND", b""))


def everything_said(lab, a, b):
    """Whatever carries words goes from one to the other; returns the words."""
    for i in range(20):
        say(a, b, "kakapo-secret 鸸鹋秘密 %d" % i)
    id, _ = say(a, b, "wombat-first 袋熊初稿")
    a.call("message.edit", id=id, text="wombat-second 袋熊终稿")
    wait_until(lambda: found(b, text="终稿"), "the edit")
    id, _ = say(b, a, "numbat-taken 袋食蚁兽")
    b.call("message.recall", id=id)
    wait_until(lambda: a.call("message.get", id=id).get("recalled"), "taken back")
    group = a.call("group.create", name="quokka-circle 短尾矮袋鼠组", people=[b.id])["id"]
    b.wait_for("message.received", group=group, event="created")
    b.call("group.join", id=group)
    a.call("group.topic", id=group, topic="bilby-matters 兔耳袋狸")
    sent = a.call("message.send", to=group, text="dunnart-plan 狭足袋鼩")["id"]
    b.wait_for("message.received", id=sent)
    a.call("sticker.add", name="potoroo-face 长鼻袋鼠", set="bettong-set",
           picture=base64.b64encode(tiny_png()).decode())
    sticker = [s for s in a.call("sticker.list")["stickers"] if s["name"].startswith("potoroo")][0]
    sent = a.call("sticker.send", to=b.id, sticker=sticker["id"])["id"]
    b.wait_for("message.received", id=sent)
    for name in ("capybara-list.txt", "水豚名单.txt"):
        file = lab.path(name)
        with open(file, "wb") as f:
            f.write(b"y" * 5000)
        offer = a.call("file.send", to=b.id, paths=[file])["id"]
        b.wait_for("file.offered", id=offer)
    taken = lab.path("taken")
    os.mkdir(taken)
    b.call("file.accept", id=offer, dir=taken)
    a.wait_for("file.done", id=offer)
    check(len(found(a, text="鸸鹋")) == 20, "indexed")
    return ["kakapo-secret", "鸸鹋秘密", "wombat-first", "袋熊初稿", "wombat-second", "袋熊终稿", "numbat-taken",
            "袋食蚁兽", "quokka-circle", "短尾矮袋鼠", "bilby-matters", "兔耳袋狸", "dunnart-plan", "狭足袋鼩",
            "potoroo-face", "长鼻袋鼠", "bettong-set", "capybara-list", "水豚名单", "Quinzel", "王麒麟儿"]


@test("after use, kill -9 and a core dump asked for, no text, name or file name lies on the disk")
def _():
    with Lab() as lab:
        _, (one, two) = lab.office(["one", "two"], avahi=False)
        a, b = one.peer("Quinzel"), two.peer("王麒麟儿")
        befriend(a, b)
        said = everything_said(lab, a, b)
        kept, restored = lab.path("kept"), lab.path("restored")
        os.mkdir(kept)
        code = a.call("backup.code", renew=True)["code"]
        a.call("backup.create", path=os.path.join(kept, "a.backup"))
        a.call("backup.restore", path=os.path.join(kept, "a.backup"), secret=code, dir=restored)
        words = list(canaries(*said, code))

        def search(when):
            n = 0
            for folder, _, names in itertools.chain(*(os.walk(top) for top in (
                    a.profile, b.profile, one.dir, two.dir, kept, restored))):
                for name in names:
                    path = os.path.join(folder, name)
                    if not os.path.isfile(path):
                        continue
                    n += 1
                    with open(path, "rb") as f:
                        data = f.read()
                    check(not name.startswith("core"), "a dump: " + path)
                    for word, needle in words:
                        check(needle not in data, "%s in %s, %s" % (word, path, when))
                        check(word not in path, "%s names a file, %s" % (word, when))
            check(n >= 4, "%d files were looked through" % n)

        search("while both run")
        with open("/proc/%d/limits" % a.pid) as f:
            core = [line for line in f if line.startswith("Max core file size")][0]
        check(core.split()[4:6] == ["0", "0"], "no core may be written: %s" % core)
        a.kill(signal.SIGQUIT)
        b.kill(signal.SIGKILL)
        wait_until(lambda: not a.is_alive() and not b.is_alive(), "both are gone")
        search("after both were killed")
        a, b = a.restart(), b.restart()
        befriend(a, b)
        a.quit()
        b.quit()
        search("after they were used again and closed")


if __name__ == "__main__":
    main()
