#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""The preferences' page of one's own devices: a new one is added by its code, and revoked.

The new device is lanyard-cli in a second namespace.
"""
import os
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


def story(desk, app_class, Atspi):
    here, there = desk.cable()
    lin = app_class(desk, "lin-devices", here)
    trouble.init(desk, lin.profile, "林子墨")
    lin.start()
    peer = trouble.Peer(desk, there, "new", "new-device")
    peer.event("ready")
    begun = call(peer, "device.link.begin", name="laptop")
    lin.button("Chats")
    lin.activate()
    lin.key("ctrl+comma")
    lin.find(Atspi.Role.TOGGLE_BUTTON, name="Enter sends")
    window = wait(lambda: run("xdotool", "search", "--onlyvisible", "--name", "Preferences", check=False).split(),
                  "the window of the preferences")[-1]
    run("xdotool", "windowmove", "--sync", window, "300", "60", check=False)
    lin.press("Devices")
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
    wait(lambda: peer.process.poll() is not None, "that the new device's profile closes")
    lin.press("Revoke…")
    lin.press("Revoke")
    wait(lambda: not lin.all(name="Revoke…"), "that it is revoked")
    lin.screen_shot("device-revoked")
    lin.close()


def main():
    print("1..1")
    need("Xvfb", "dbus-daemon", "openbox", "xdotool", "import", "ip")
    desk = Desk(sys.argv[1], sys.argv[2])
    try:
        from app import App, Atspi  # the bus has to be there first
        trouble.Atspi = Atspi
        story(desk, App, Atspi)
        print("ok 1 - a device is added by its code, and revoked")
    except Failed as failure:
        print("not ok 1 - %s" % failure)
        sys.exit(1)
    finally:
        desk.close()


if __name__ == "__main__":
    main()
