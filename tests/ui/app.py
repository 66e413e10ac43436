# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""One running window, driven the way a screen reader would: by roles, names, texts and actions."""
import os
import signal
import subprocess

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi  # noqa: E402

from desk import Failed, run, wait  # noqa: E402

SETTINGS = "[Settings]\ngtk-font-name=Inter 11\ngtk-enable-animations=0\ngtk-xft-hinting=0\ngtk-cursor-blink=0\n"


class App:
    def __init__(self, desk, name, namespace=None, x=0):
        self.desk, self.name, self.namespace, self.x = desk, name, namespace, x
        self.home = os.path.join(desk.dir, name)
        self.profile = self.home + "/profile"
        os.makedirs(self.home + "/config/gtk-3.0")
        os.makedirs(self.home + "/Downloads")
        with open(self.home + "/config/gtk-3.0/settings.ini", "w", encoding="utf-8") as f:
            f.write(SETTINGS)
        with open(self.home + "/config/user-dirs.dirs", "w", encoding="utf-8") as f:
            f.write('XDG_DOWNLOAD_DIR="%s/Downloads"\n' % self.home)
        self.process = None

    def start(self, chinese=False, dark=False, size=(1180, 760), scale=1, arguments=()):
        os.makedirs(self.profile, mode=0o700, exist_ok=True)
        with open(self.profile + "/window.ini", "w", encoding="utf-8") as f:
            f.write("[window]\nwidth=%d\nheight=%d\nlook=%s\n" % (*size, "dark" if dark else "light"))
        env = dict(os.environ)
        env.update(HOME=self.home, XDG_CONFIG_HOME=self.home + "/config", XDG_DATA_HOME=self.home + "/data",
                   XDG_CACHE_HOME=self.home + "/cache", LC_ALL="C.UTF-8", LANGUAGE="", GDK_DPI_SCALE=str(scale),
                   GTK_MODULES="gail:atk-bridge", LANYARD_LOCALE_DIR=self.desk.build + "/po",
                   G_MESSAGES_DEBUG="lan-app lan-node", GSETTINGS_BACKEND="memory", NO_AT_BRIDGE="0")
        env.pop("G_DEBUG", None)
        if chinese:
            env.update(LOCPATH=self.desk.locpath, LC_ALL="zh_CN.UTF-8", LANGUAGE="zh_CN")
        command = [self.desk.build + "/src/app/lanyard", "--profile", self.profile, "--no-mdns", *arguments]
        if self.namespace:
            command = ["ip", "netns", "exec", self.namespace, *command]
        self.log = os.path.join(self.desk.shots, self.name + ".log")
        self.said = os.path.getsize(self.log) if os.path.exists(self.log) else 0
        self.process = self.desk.start(*command, env=env, log=self.log)
        self.root = wait(self.find_application, "the window of " + self.name)
        self.window = wait(lambda: run("xdotool", "search", "--onlyvisible", "--pid", str(self.pid), "--name", "Lanyard",
                                       check=False).split(), "its X window")[-1]
        run("xdotool", "windowmove", "--sync", self.window, str(self.x), "20", check=False)
        return self

    @property
    def pid(self):
        return self.process.pid

    def find_application(self):
        if self.process.poll() is not None:
            raise Failed("the program ended with %s; see %s" % (self.process.returncode, self.log))
        desktop = Atspi.get_desktop(0)
        for i in range(desktop.get_child_count()):
            child = desktop.get_child_at_index(i)
            if child is not None and child.get_process_id() == self.pid and child.get_child_count() > 0:
                return child
        return None

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def close(self):
        """Ends as a person does it."""
        self.key("ctrl+q")
        wait(lambda: self.process.poll() is not None, "the end of " + self.name)
        if self.process.returncode != 0:
            raise Failed("%s ended with %d" % (self.name, self.process.returncode))
        self.complaints()

    def complaints(self):
        """What GLib says of a pointer that is none, or of a wrong call, is a crash that did not happen this time.

        Gdk says so too of a menu that is not open while a screen reader chooses in it, which is GTK's own doing."""
        with open(self.log, encoding="utf-8", errors="replace") as f:
            f.seek(self.said)
            found = [line for line in f if ("-CRITICAL **" in line and "Gdk-" not in line) or "GObject-WARNING **" in line]
        if found:
            raise Failed("%s: %s" % (self.name, found[0].strip()))

    def all(self, role=None, name=None, begins=None, has=None, root=None):
        """Every showing object that fits, in the order of the tree."""
        found, todo = [], [root or self.root]
        while todo:
            node = todo.pop()
            if node is None:
                continue
            label = node.get_name() or ""
            states = node.get_state_set()
            if (role is None or node.get_role() == role) and (name is None or label == name) \
                    and (begins is None or label.startswith(begins)) and (has is None or has in label) \
                    and states.contains(Atspi.StateType.SHOWING):
                found.append(node)
            for i in reversed(range(node.get_child_count())):
                todo.append(node.get_child_at_index(i))
        return found

    def find(self, role=None, deadline=30, **how):
        return wait(lambda: self.all(role, **how), "%s: %s" % (self.name, how), deadline)[0]

    def row(self, **how):
        return self.find(Atspi.Role.LIST_ITEM, **how)

    def button(self, name):
        def usable():
            for role in (Atspi.Role.PUSH_BUTTON, Atspi.Role.TOGGLE_BUTTON, Atspi.Role.RADIO_BUTTON):
                for node in self.all(role, name=name):
                    if node.get_state_set().contains(Atspi.StateType.SENSITIVE):
                        return node
            return None
        return wait(usable, "%s: button %s" % (self.name, name))

    def press(self, name):
        self.button(name).get_action_iface().do_action(0)

    def place(self, what):
        """Where it is, once its middle lies in what is seen of the list around it: a new row is below it first.

        @what: an object, or a function that finds it, for what may be made anew meanwhile."""
        def seen():
            node = what() if callable(what) else what
            e = node.get_component_iface().get_extents(Atspi.CoordType.SCREEN)
            parent = node.get_parent()
            while parent is not None and parent.get_role() != Atspi.Role.APPLICATION:
                if parent.get_role() == Atspi.Role.SCROLL_PANE:
                    p = parent.get_component_iface().get_extents(Atspi.CoordType.SCREEN)
                    if not p.y <= e.y + e.height // 2 < p.y + p.height:
                        return None
                parent = parent.get_parent()
            return e.width > 0 and [e]
        return wait(seen, "a place to click")[0]

    def point(self, node):
        """Brings the pointer onto it. A list may move while the pointer comes: it has to lie there afterwards too."""
        self.activate()

        def there():
            where = self.place(node)
            middle = (where.x + where.width // 2, where.y + where.height // 2)
            # Not --sync: that waits 15 s for a movement where the pointer lies there already.
            run("xdotool", "mousemove", *map(str, middle), check=False)
            wait(lambda: "x:%d y:%d " % middle in run("xdotool", "getmouselocation", check=False), "the pointer")
            after = self.place(node)
            return (where.x, where.y, where.width, where.height) == (after.x, after.y, after.width, after.height)
        wait(there, "something that lies still")

    def click(self, node, button=1):
        self.point(node)
        run("xdotool", "click", str(button), check=False)

    def click_row(self, **how):
        self.click(lambda: self.all(Atspi.Role.LIST_ITEM, **how)[0])

    def focus(self, label):
        """Puts the keyboard into a field, and waits until it is there."""
        self.activate()

        def focused():
            node = self.all(Atspi.Role.TEXT, name=label)[0]
            if not node.get_state_set().contains(Atspi.StateType.FOCUSED):
                node.get_component_iface().grab_focus()
            return node.get_state_set().contains(Atspi.StateType.FOCUSED)
        wait(focused, "the keyboard in the field " + label)

    def paste_file(self, path, label="Message"):
        """Copies a file elsewhere, as a file manager does, and pastes it into the composer."""
        subprocess.run(["xclip", "-selection", "clipboard", "-t", "text/uri-list"], check=True,
                       input="file://%s\r\n" % path, text=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait(lambda: path in run("xclip", "-selection", "clipboard", "-t", "text/uri-list", "-o", check=False), "the copied file")
        self.focus(label)
        self.key("ctrl+v")

    def in_front(self):
        """The X window of this program that has the keyboard, or None."""
        window = run("xdotool", "getactivewindow", check=False).strip()
        pid = run("xdotool", "getwindowpid", window, check=False).strip() if window.isdigit() else ""
        return window if pid == str(self.pid) else None

    def activate(self):
        """Looks at this window, and waits until the keyboard is there: a key pressed before goes elsewhere."""
        run("xdotool", "windowactivate", "--sync", self.window, check=False)
        wait(self.in_front, "the keyboard in a window of " + self.name)

    def dismiss(self, label):
        """Escape, pressed in the dialog that shows @label."""
        wait(lambda: self.in_front() not in (None, self.window), "the keyboard in the dialog with " + label)
        run("xdotool", "key", "--clearmodifiers", "Escape", check=False)
        wait(lambda: not self.all(name=label), "that %s is gone" % label)

    def key(self, keys):
        self.activate()
        run("xdotool", "key", "--clearmodifiers", keys, check=False)

    def write(self, text, label="Message"):
        """Sets a text as an input method would commit it."""
        node = wait(lambda: self.all(Atspi.Role.TEXT, name=label), "%s: field %s" % (self.name, label))[0]
        node.get_editable_text_iface().set_text_contents(text)

    def type(self, text):
        """Types where the focus is; ASCII only."""
        self.activate()
        run("xdotool", "type", "--clearmodifiers", text, check=False)

    def menu(self, has):
        """Opens the menu of the message with @has, by the keyboard: wherever it lies by then, and though its row be made anew."""
        def focused():
            rows = self.all(Atspi.Role.LIST_ITEM, has=has)  # one of them may be the chat's
            return rows and rows[-1].get_component_iface().grab_focus() and \
                rows[-1].get_state_set().contains(Atspi.StateType.FOCUSED)
        self.activate()
        wait(focused, "the keyboard on " + has)
        run("xdotool", "key", "--clearmodifiers", "shift+F10", check=False)

    def menu_item(self, label):
        roles = (Atspi.Role.MENU_ITEM, Atspi.Role.PUSH_BUTTON, Atspi.Role.CHECK_BOX, Atspi.Role.RADIO_BUTTON,
                 Atspi.Role.CHECK_MENU_ITEM)
        return wait(lambda: [n for role in roles for n in self.all(role, name=label)], "menu item " + label)[0]

    def choose(self, has, label):
        """Chooses in the menu of the message with @has."""
        self.menu(has)
        self.menu_item(label).get_action_iface().do_action(0)

    def label(self, text):
        """The label that shows exactly @text."""
        return self.find(Atspi.Role.LABEL, name=text)

    def open_chat(self, who):
        self.row(begins=who)
        self.click_row(begins=who)
        wait(lambda: self.all(Atspi.Role.TEXT, name="Message") or self.all(Atspi.Role.TEXT, name="消息"), "the chat with " + who)

    def shot(self, name):
        """Keeps a picture of the window among the build's results."""
        run("import", "-window", self.window, os.path.join(self.desk.shots, name + ".png"), check=False)

    def screen_shot(self, name):
        """The part of the screen where this window and what stands above it are."""
        run("import", "-window", "root", "-crop", "1290x900+%d+0" % self.x, "+repage",
            os.path.join(self.desk.shots, name + ".png"), check=False)
