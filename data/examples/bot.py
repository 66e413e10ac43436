#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A bot that answers every message. From the build tree: meson devenv -C build ../data/examples/bot.py PROFILE-FOLDER"""
import sys
import gi
gi.require_version("Lan", "0")
from gi.repository import GLib, Lan

def on_message(node, message):
    node.send_text(message.get_author(), "You said: " + message.get_text())
    node.mark_read(message.get_id())

def on_open(node, result):
    node.open_finish(result)
    print("I am", node.get_self().get_name(), node.get_self().get_id(), flush=True)

node = Lan.Node.new(sys.argv[1])
node.connect("message-received", on_message)
if Lan.Node.profile_exists(sys.argv[1]):
    node.open_async(None, None, on_open)
else:
    node.create_async("Echo", None, None, on_open)
GLib.MainLoop().run()
