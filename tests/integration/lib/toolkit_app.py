#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""toolkit_app.py gtk3|gtk4|qt5: a program that copies and pastes as its toolkit does, for the tests.

It takes one command a line on stdin, for the display in $DISPLAY, and answers each with one line,
"ok", with a text for the last:

copy TEXT    copies
secret TEXT  copies as KeePassXC does: to both selections, with a hint for clipboard managers (qt5)
clear        clears what it has copied
mark TEXT    becomes the owner of PRIMARY
unmark       is no longer
paste        what it gets from CLIPBOARD, or nothing
At the end of stdin it ends as such programs do.
"""

import sys


class Gtk3:
    def __init__(self):
        import gi  # pylint: disable=import-outside-toplevel
        gi.require_version("Gdk", "3.0")
        gi.require_version("Gtk", "3.0")
        from gi.repository import Gdk, GLib, Gtk  # pylint: disable=import-outside-toplevel
        self.loop = GLib.MainLoop()
        self.watch = lambda on_line: GLib.io_add_watch(0, GLib.IO_IN | GLib.IO_HUP, on_line)
        self.clipboard, self.primary = (Gtk.Clipboard.get(name) for name in
                                        (Gdk.SELECTION_CLIPBOARD, Gdk.SELECTION_PRIMARY))

    def copy(self, text):
        self.clipboard.set_text(text, -1)

    def clear(self):
        self.clipboard.clear()

    def mark(self, text):
        self.primary.set_text(text, -1)

    def unmark(self):
        self.primary.clear()

    def paste(self, answer):
        self.clipboard.request_text(lambda _, text: answer(text or ""))

    def run(self):
        self.loop.run()

    def end(self):
        self.loop.quit()


class Gtk4(Gtk3):
    def __init__(self):  # pylint: disable=super-init-not-called
        import gi  # pylint: disable=import-outside-toplevel
        gi.require_version("Gdk", "4.0")
        gi.require_version("Gtk", "4.0")
        from gi.repository import Gdk, GLib, Gtk  # pylint: disable=import-outside-toplevel
        Gtk.init()
        self.loop = GLib.MainLoop()
        self.watch = lambda on_line: GLib.io_add_watch(0, GLib.IO_IN | GLib.IO_HUP, on_line)
        self.provider = Gdk.ContentProvider.new_for_value
        self.error = GLib.Error
        display = Gdk.Display.get_default()
        self.clipboard, self.primary = display.get_clipboard(), display.get_primary_clipboard()

    def copy(self, text):
        self.clipboard.set_content(self.provider(text))

    def clear(self):
        self.clipboard.set_content(None)

    def mark(self, text):
        self.primary.set_content(self.provider(text))

    def unmark(self):
        self.primary.set_content(None)

    def paste(self, answer):
        def on_read(clipboard, result):
            try:
                text = clipboard.read_text_finish(result)
            except self.error:
                text = None
            answer(text or "")
        self.clipboard.read_text_async(None, on_read)


class Qt5:
    def __init__(self):
        from PyQt5 import QtCore, QtGui  # pylint: disable=import-outside-toplevel
        self.core = QtCore
        self.application = QtGui.QGuiApplication(["toolkit_app"])
        self.clipboard = self.application.clipboard()
        self.primary_mode = QtGui.QClipboard.Selection

    def watch(self, on_line):
        self.notifier = self.core.QSocketNotifier(0, self.core.QSocketNotifier.Read)
        self.notifier.activated.connect(on_line)

    def copy(self, text):
        self.clipboard.setText(text)

    def secret(self, text):
        for mode in (self.clipboard.Clipboard, self.primary_mode):
            data = self.core.QMimeData()
            data.setText(text)
            data.setData("x-kde-passwordManagerHint", b"secret")
            self.clipboard.setMimeData(data, mode)

    def clear(self):
        for mode in (self.clipboard.Clipboard, self.primary_mode):
            self.clipboard.clear(mode)

    def mark(self, text):
        self.clipboard.setText(text, self.primary_mode)

    def unmark(self):
        self.clipboard.clear(self.primary_mode)

    def paste(self, answer):
        answer(self.clipboard.text())

    def run(self):
        self.application.exec_()

    def end(self):
        self.application.quit()


def main(name):
    app = {"gtk3": Gtk3, "gtk4": Gtk4, "qt5": Qt5}[name]()

    def answer(text=""):
        print("ok", text, flush=True)

    def on_line(*_):
        line = sys.stdin.buffer.raw.read(1)
        while line and not line.endswith(b"\n"):
            line += sys.stdin.buffer.raw.read(1)
        if not line:
            app.end()
            return False
        command, _, text = line.decode().rstrip("\n").partition(" ")
        if command == "paste":
            app.paste(answer)
        else:
            getattr(app, command)(*([text] if text else []))
            answer()
        return True

    app.watch(on_line)
    answer()
    app.run()


if __name__ == "__main__":
    main(sys.argv[1])
