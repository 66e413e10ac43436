#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""The preferences' page of one's own devices: a new one is added by its code, and revoked; and the window as the
new one, which shows its code and goes on as the person's by itself.

The new device is lanyard-cli in a second namespace.
"""
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from desk import Desk, Failed, need, run, wait  # noqa: E402
import trouble  # noqa: E402


def call(peer, method, **params):
    import json
    peer.serial += 1
    number = peer.serial
    peer.process.stdin.write((json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params}) +
                              "\n").encode())
    peer.process.stdin.flush()
    answer = wait(lambda: [o for o in peer.lines() if o.get("id") == number and "method" not in o], method)[0]
    if "error" in answer:
        raise Failed("%s: %s" % (method, answer["error"]))
    return answer["result"]


def story(desk, app_class, Atspi, here, there):
    lin = app_class(desk, "lin-devices", here)
    trouble.init(desk, lin.profile, "林子墨")
    lin.start()
    peer = trouble.Peer(desk, there, "new", "new-device")
    peer.event("ready")
    begun = call(peer, "device.link.begin", name="laptop")
    lin.button("Chats")
    open_devices(lin, Atspi)
    entry = lin.find(Atspi.Role.TEXT, name="The new device's code")
    entry.get_editable_text_iface().set_text_contents(begun["code"])
    lin.press("Add")
    peer.event("device.link", state="confirm")
    lin.button("Confirm")
    lin.screen_shot("device-confirm")
    lin.press("Confirm")
    call(peer, "device.link.confirm")
    lin.button("Revoke…")
    lin.screen_shot("devices")
    wait(lambda: len([o for o in peer.lines() if o.get("method") == "ready"]) == 2,
         "that the new device goes on as the person's")
    lin.press("Revoke…")
    lin.press("Revoke")
    wait(lambda: not lin.all(name="Revoke…"), "that it is revoked")
    lin.screen_shot("device-revoked")
    lin.close()


def open_devices(app, Atspi):
    app.activate()
    app.key("ctrl+comma")
    app.find(Atspi.Role.TOGGLE_BUTTON, name="Enter sends")
    window = wait(lambda: run("xdotool", "search", "--onlyvisible", "--name", "Preferences", check=False).split(),
                  "the window of the preferences")[-1]
    run("xdotool", "windowmove", "--sync", window, "300", "60", check=False)
    app.press("Devices")


def code_shown(app):
    """The code that the page shows, when it does."""
    found = [node.get_name() for node in app.all()]
    return [text for text in found if text and re.fullmatch(r"[0-9A-Z]{1,6}(-[0-9A-Z]{1,6}){3,}", text)]


def other_way(desk, app_class, Atspi, here, there):
    owner = trouble.Peer(desk, there, "欧文", "owner")
    mine = owner.event("ready")["id"]
    fresh = app_class(desk, "fresh-laptop", here)
    trouble.init(desk, fresh.profile, "nobody yet")
    fresh.start()
    fresh.button("Chats")
    open_devices(fresh, Atspi)
    fresh.press("Show Code")
    code = wait(lambda: code_shown(fresh), "the code in letters")[0]
    fresh.find(name="The code as a QR picture")
    fresh.screen_shot("device-code")
    call(owner, "device.link.join", code=code)
    owner.event("device.link", state="confirm")
    fresh.press("Confirm")
    call(owner, "device.link.confirm")
    owner.event("device.link", state="done")
    fresh.find(begins="This computer is one of your devices now")
    fresh.screen_shot("device-linked")
    known = call(owner, "device.list")["devices"]
    if mine != call(owner, "self.get")["id"] or len(known) != 2:
        raise Failed("not two devices of one person: %s" % known)
    fresh.close()


def main():
    print("1..2")
    need("Xvfb", "dbus-daemon", "openbox", "xdotool", "import", "ip")
    desk = Desk(sys.argv[1], sys.argv[2])
    done = 0
    try:
        from app import App, Atspi  # the bus has to be there first
        trouble.Atspi = Atspi
        here, there = desk.cable()
        story(desk, App, Atspi, here, there)
        print("ok 1 - a device is added by its code, and revoked")
        done = 1
        other_way(desk, App, Atspi, here, there)
        print("ok 2 - the window of the new device shows a code, and goes on as the person's")
    except Failed as failure:
        print("not ok %d - %s" % (done + 1, failure))
        sys.exit(1)
    finally:
        desk.close()


if __name__ == "__main__":
    main()
