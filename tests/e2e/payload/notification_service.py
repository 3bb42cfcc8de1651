#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""notification_service.py - shows desktop notifications: prints summary and body, a line each."""
from gi.repository import Gio, GLib

INTERFACE = Gio.DBusNodeInfo.new_for_xml("""<node><interface name="org.freedesktop.Notifications">
<method name="Notify"><arg type="s" direction="in"/><arg type="u" direction="in"/>
<arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="s" direction="in"/>
<arg type="as" direction="in"/><arg type="a{sv}" direction="in"/><arg type="i" direction="in"/>
<arg type="u" direction="out"/></method></interface></node>""").interfaces[0]


def notify(_bus, _sender, _path, _interface, _method, arguments, invocation):
    _, _, _, summary, body = arguments.unpack()[:5]
    print("%s. %s" % (summary, body), flush=True)
    invocation.return_value(GLib.Variant("(u)", (1,)))


connection = Gio.bus_get_sync(Gio.BusType.SESSION)
connection.register_object("/org/freedesktop/Notifications", INTERFACE, notify)
Gio.bus_own_name_on_connection(connection, INTERFACE.name, Gio.BusNameOwnerFlags.NONE,
                               lambda *_: print("ready", flush=True), None)
GLib.MainLoop().run()
