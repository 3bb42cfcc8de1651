#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Prints the keycodes, modifiers and buttons that are down on $DISPLAY; fails if any is."""
import ctypes
import sys

x11 = ctypes.CDLL("libX11.so.6")
x11.XOpenDisplay.restype = ctypes.c_void_p
x11.XDefaultRootWindow.restype = ctypes.c_ulong
display = ctypes.c_void_p(x11.XOpenDisplay(None))
if not display:
    sys.exit("no display")

keys = ctypes.create_string_buffer(32)
x11.XQueryKeymap(display, keys)
down = [8 * i + bit for i, byte in enumerate(keys.raw) for bit in range(8) if byte >> bit & 1]

window, number, mask = ctypes.c_ulong(), ctypes.c_int(), ctypes.c_uint()
x11.XQueryPointer(display, ctypes.c_ulong(x11.XDefaultRootWindow(display)), ctypes.byref(window),
                  ctypes.byref(window), *[ctypes.byref(number)] * 4, ctypes.byref(mask))
print("keys %s, modifiers and buttons %#x" % (down, mask.value))
sys.exit(bool(down or mask.value))
