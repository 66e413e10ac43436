# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""The desktop's notification service: keeps what is said, and presses what is offered."""
import threading

from gi.repository import Gio, GLib

from desk import Failed, wait

NAME, PATH = "org.freedesktop.Notifications", "/org/freedesktop/Notifications"
INTERFACE = """<node><interface name="org.freedesktop.Notifications">
<method name="GetCapabilities"><arg type="as" direction="out"/></method>
<method name="GetServerInformation"><arg type="s" direction="out"/><arg type="s" direction="out"/>
<arg type="s" direction="out"/><arg type="s" direction="out"/></method>
<method name="Notify"><arg type="s" direction="in"/><arg type="u" direction="in"/><arg type="s" direction="in"/>
<arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="as" direction="in"/>
<arg type="a{sv}" direction="in"/><arg type="i" direction="in"/><arg type="u" direction="out"/></method>
<method name="CloseNotification"><arg type="u" direction="in"/></method>
<signal name="ActionInvoked"><arg type="u"/><arg type="s"/></signal>
<signal name="NotificationClosed"><arg type="u"/><arg type="u"/></signal>
</interface></node>"""


class Notes:
    def __init__(self):
        self.shown, self.serial, self.ready = {}, 0, threading.Event()
        threading.Thread(target=self.run, daemon=True).start()
        if not self.ready.wait(30):
            raise Failed("no notification service")

    def run(self):
        context = GLib.MainContext()
        context.push_thread_default()
        self.bus = Gio.DBusConnection.new_for_address_sync(
            Gio.dbus_address_get_for_bus_sync(Gio.BusType.SESSION),
            Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION)
        node = Gio.DBusNodeInfo.new_for_xml(INTERFACE)
        self.bus.register_object(PATH, node.interfaces[0], self.on_call, None, None)
        self.bus.call_sync("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "RequestName",
                           GLib.Variant("(su)", (NAME, 0)), None, Gio.DBusCallFlags.NONE, -1, None)
        self.ready.set()
        GLib.MainLoop(context).run()

    def on_call(self, bus, sender, path, interface, method, parameters, invocation):
        answer = None
        if method == "GetCapabilities":
            answer = GLib.Variant("(as)", (["actions", "body"],))
        elif method == "GetServerInformation":
            answer = GLib.Variant("(ssss)", ("notes", "Lanyard", "1", "1.2"))
        elif method == "Notify":
            _, replaces, _, title, _, actions, _, _ = parameters.unpack()
            if not replaces:
                self.serial += 1
            number = replaces or self.serial
            # Who asked has to know the number before anybody can press a button of it.
            invocation.return_value(GLib.Variant("(u)", (number,)))
            self.shown[number] = (title, dict(zip(actions[1::2], actions[0::2])))
            return
        elif method == "CloseNotification":
            self.shown.pop(parameters.unpack()[0], None)
        invocation.return_value(answer)

    def find(self, title):
        return [number for number, note in list(self.shown.items()) if note[0] == title]

    def wait_for(self, title):
        return wait(lambda: self.find(title), "the notification " + title)[0]

    def wait_gone(self, title):
        wait(lambda: not self.find(title), "that the notification is gone: " + title)

    def press(self, number, label):
        """As a person does: one of its buttons."""
        action = self.shown[number][1].get(label)
        if action is None:
            raise Failed("no button %s: %s" % (label, self.shown[number]))
        self.bus.emit_signal(None, PATH, NAME, "ActionInvoked", GLib.Variant("(us)", (number, action)))
        self.shown.pop(number)
