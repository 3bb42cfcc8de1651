#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""entry.py FILE - a window "entry" with a text entry, as GTK's programs have it, whose text is also
in the file. SIGUSR1 empties it."""
import signal
import sys

import gi
gi.require_version("Gtk", "3.0")
from gi.repository import GLib, Gtk  # pylint: disable=wrong-import-position

path = sys.argv[1]


def keep(entry):
    with open(path, "w", encoding="utf-8") as file:
        file.write(entry.get_text())


window, text = Gtk.Window(title="entry"), Gtk.Entry(width_chars=60)
text.connect("changed", keep)
keep(text)
window.add(text)
window.show_all()
GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, signal.SIGUSR1,
                     lambda: text.set_text("") or GLib.SOURCE_CONTINUE)
Gtk.main()
