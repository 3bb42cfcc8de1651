#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
screen.py FILE - compares a picture that a viewer saved (PPM) with the screen of $DISPLAY. Prints
how many pixels differ, without those around the pointer, and how many colours a line has on
average.
"""
import ctypes
import ctypes.util
import sys

REACH = 48  # pixels around the pointer


class Image(ctypes.Structure):
    _fields_ = [("width", ctypes.c_int), ("height", ctypes.c_int), ("xoffset", ctypes.c_int),
                ("format", ctypes.c_int), ("data", ctypes.POINTER(ctypes.c_ubyte))]


def read_screen():
    x11 = ctypes.CDLL(ctypes.util.find_library("X11") or "libX11.so.6")
    x11.XOpenDisplay.restype = ctypes.c_void_p
    x11.XDefaultRootWindow.argtypes = [ctypes.c_void_p]
    x11.XDefaultRootWindow.restype = ctypes.c_ulong
    x11.XGetImage.argtypes = [ctypes.c_void_p, ctypes.c_ulong] + [ctypes.c_int] * 2 + \
        [ctypes.c_uint] * 2 + [ctypes.c_ulong, ctypes.c_int]
    x11.XGetImage.restype = ctypes.POINTER(Image)
    x11.XDisplayWidth.argtypes = x11.XDisplayHeight.argtypes = [ctypes.c_void_p, ctypes.c_int]
    x11.XQueryPointer.argtypes = [ctypes.c_void_p, ctypes.c_ulong] + [ctypes.c_void_p] * 7
    display = x11.XOpenDisplay(None)
    root = x11.XDefaultRootWindow(display)
    width, height = x11.XDisplayWidth(display, 0), x11.XDisplayHeight(display, 0)
    pointer = (ctypes.c_long * 7)()
    x11.XQueryPointer(display, root, *[ctypes.addressof(pointer) + 8 * i for i in range(7)])
    x, y = (ctypes.c_int.from_address(ctypes.addressof(pointer) + 8 * i).value for i in (2, 3))
    image = x11.XGetImage(display, root, 0, 0, width, height, 0xffffffff, 2)
    data = bytes(image.contents.data[:width * height * 4])
    return width, height, data, x, y


def main(path):
    with open(path, "rb") as file:
        words = file.readline().split()  # P6 WIDTH HEIGHT 255
        size = int(words[1]), int(words[2])
        seen = file.read()
    width, height, data, x, y = read_screen()
    if size != (width, height):
        sys.exit("the picture is %dx%d, the screen %dx%d" % (*size, width, height))
    wrong = colours = 0
    for row in range(height):
        shown = set()
        for column in range(width):
            at = row * width + column
            there = data[4 * at + 2], data[4 * at + 1], data[4 * at]
            shown.add(there)
            near = abs(column - x) < REACH and abs(row - y) < REACH
            wrong += not near and there != tuple(seen[3 * at:3 * at + 3])
        colours += len(shown)
    print("%d pixels differ; %.1f colours a line" % (wrong, colours / height))
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
