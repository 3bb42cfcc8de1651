#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""typing_app.py gtk3|gtk4|qt5 FILE: a window with a text field of the toolkit, for the tests.

Whatever is typed into the field is written to FILE at once. It ends when stdin does.
"""

import sys


class Output:
    def __init__(self, path):
        self.path = path

    def write(self, text):
        with open(self.path, "w", encoding="utf-8") as file:
            file.write(text)


def run_gtk3(write):
    import gi  # pylint: disable=import-outside-toplevel
    gi.require_version("Gtk", "3.0")
    from gi.repository import Gtk  # pylint: disable=import-outside-toplevel
    window, entry = Gtk.Window(title="typing"), Gtk.Entry()
    entry.connect("changed", lambda field: write(field.get_text()))
    window.add(entry)
    window.show_all()
    Gtk.main()


def run_gtk4(write):
    import gi  # pylint: disable=import-outside-toplevel
    gi.require_version("Gtk", "4.0")
    from gi.repository import GLib, Gtk  # pylint: disable=import-outside-toplevel
    Gtk.init()
    window, entry = Gtk.Window(title="typing"), Gtk.Entry()
    entry.connect("changed", lambda field: write(field.get_text()))
    window.set_child(entry)
    window.present()
    GLib.MainLoop().run()


def run_qt5(write):
    from PyQt5 import QtWidgets  # pylint: disable=import-outside-toplevel
    application = QtWidgets.QApplication(["typing_app"])
    field = QtWidgets.QLineEdit()
    field.setWindowTitle("typing")
    field.textChanged.connect(write)
    field.show()
    application.exec_()


if __name__ == "__main__":
    {"gtk3": run_gtk3, "gtk4": run_gtk4, "qt5": run_qt5}[sys.argv[1]](Output(sys.argv[2]).write)
