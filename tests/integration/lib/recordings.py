# SPDX-License-Identifier: GPL-2.0-or-later
"""What viewers send that cannot be run here, written down from what is public about them.

None of it was captured by us. Each part names its source; what no source tells is not played. The
sources, by the names used below:

SHARP      mRemoteNG/VncSharpCore on GitHub, commit ee43141d, which mRemoteNG 1.77 is built on
MREMOTE    mRemoteNG/mRemoteNG on GitHub, Connection.Protocol.VNC.cs, commit 05b418e9
X11VNC-R   x11vnc's log of a RealVNC Viewer on Windows in 2021, all messages but the keys'
TIGHT-R    TightVNC 1.3's log of a RealVNC Viewer in 2020: EXALAB/AnLinux-App, issue 56
X11VNC-A   x11vnc's log of Screen Sharing (Mac OS X 10.5), in the Ubuntu forums: "different
           behaviour x11vnc as service and from command line", 2008
MINIVNC    marciot/mac-minivnc on GitHub, commit 5941457e: a server tested with both
REGISTRY   the RFB registry of encodings, in rfbproto/rfbproto, rfbproto.rst
TIGER-N    TigerVNC/tigervnc on GitHub, issue N
TURBO-106  TurboVNC/turbovnc on GitHub, issue 106, about what Windows makes of AltGr
HELP       RealVNC's help page "Keyboard Mapping To and From a Mac"
VINE       stweil/OSXvnc on GitHub, pull request 33, about the keysyms that it takes
NEAT       any1/neatvnc on GitHub, issue 48
AUX        cheesestraws/aux-minivnc on GitHub, issue 15
"""

from lib import rfb

ALT_L, ALT_R, META_L, CONTROL_L, SHIFT_L = 0xffe9, 0xffea, 0xffe7, 0xffe3, 0xffe1
ISO_LEVEL3_SHIFT, DELETE = 0xfe03, 0xffff


def held(modifiers, *keysyms):
    """The (keysym, down) of keys that are struck while the modifiers are held."""
    return [*((one, True) for one in modifiers),
            *((keysym, down) for keysym in keysyms for down in (True, False)),
            *((one, False) for one in reversed(modifiers))]


class MRemoteNg:
    """mRemoteNG's own VNC client, on Windows."""

    minor = 8  # the server's version: SHARP, RfbProtocol.cs, ReadProtocolVersion
    shared = True  # SHARP, VncClient.cs, Initialize; also for the order and the encodings
    hangs_up_first = False
    opening = (
        ("encodings", 16, 5, 2, 1, 0),
        ("format", rfb.RGB888),  # the server's own: SHARP, Framebuffer.cs, FromPixelFormat
        ("update", False),  # SHARP, VncClient.cs, GetRfbUpdates
    )

    # SHARP, RemoteDesktop.cs, for all keys. Modifiers are told by what differs when another key
    # goes down or up, in a fixed order: Shift, Control, Alt, Windows. Windows holds Control_L with
    # AltGr. The keysym is the character without Control and Alt: with AltGr, that of the key alone.
    altgr_q = [(CONTROL_L, True), (ALT_R, True), (ord("q"), True), (ord("q"), False),
               (CONTROL_L, False), (ALT_R, False)]
    # A repeat is a key that goes down again.
    repeats = [(ord("a"), True)] * 5 + [(ord("a"), False)]
    # The keysym that goes up is made with the modifiers of then.
    shift_goes_up_first = [(SHIFT_L, True), (ord("A"), True), (SHIFT_L, False), (ord("a"), False)]
    # Keys that type nothing and are in no table go as their number on Windows. Caps Lock works on
    # the letters there.
    locks = [(key, down) for key in (0x14, 0x90, 0x91) for down in (True, False)]
    ctrl_c = held((CONTROL_L,), ord("c"))
    # From its menu.
    ctrl_alt_del = [(key, down) for down, keys in ((True, (CONTROL_L, ALT_L, DELETE)),
                                                   (False, (DELETE, ALT_L, CONTROL_L)))
                    for key in keys]

    @staticmethod
    def cut_text(text):
        """Whenever the clipboard changes (MREMOTE, VNCEvent_ClipboardChanged), as ASCII with "?"
        for the rest and the lines of Windows (SHARP, RfbProtocol.cs, GetBytes)."""
        return rfb.cut_text(text.replace("\n", "\r\n").encode("ascii", "replace"))

    @staticmethod
    def read_text(data):
        """As UTF-8 (SHARP, RfbProtocol.cs, GetString), into the clipboard, which thereby changes
        (SHARP, VncClient.cs, GetRfbUpdates)."""
        return data.decode("utf-8", "replace")


class RealVnc:
    """RealVNC Viewer."""

    # X11VNC-R for the version, and the order. It leaves out what x11vnc has: TIGHT-R has ZRLE (16)
    # second, and zlib (6) as the first that TightVNC has. Three messages of 168 bytes are 13
    # encodings each: the others are Hextile, RRE, CopyRect and Raw, as in all its older versions.
    # REGISTRY: 24 is ZRLE2, 22 JRLE, 21 JPEG.
    minor = 8
    shared = True
    hangs_up_first = False
    encodings = (24, 16, 22, 21, 15, 6, 5, 2, 1, 0, rfb.ALPHA_CURSOR, rfb.CURSOR,
                 rfb.DESKTOP_SIZE)
    opening = (
        ("encodings", *encodings),
        ("format", rfb.PixelFormat(8, 6, (3, 3, 3), (4, 2, 0))),
        ("update", False),
        # How fast the link is: x11vnc counted one Raw rectangle, of 17,280 bytes of pixels.
        ("encodings", 0, *(one for one in encodings if one)),
        ("update", False, (0, 0, 144, 120)),
        ("encodings", *encodings),
        ("format", rfb.RGB888),
        ("update", False),
    )

    # AltGr is Alt_R: TIGER-1715, where it is the key that a German keyboard of X lacks, and
    # -RemapKeys 0xffea<>0xfe03 the help. The character is that of the viewer's keyboard:
    # TIGER-1751. Others pass on Control_L as well, which Windows adds (TURBO-106), or send
    # ISO_Level3_Shift (TIGER-1856).
    altgr = ((ALT_R,), (CONTROL_L, ALT_R), (CONTROL_L, ISO_LEVEL3_SHIFT))
    altgr_characters = "@{|\\~\u20ac"
    # On a Mac, Command is Alt_L (VINE). Option is not Alt, but most like AltGr (HELP).
    command_c = held((ALT_L,), ord("c"))
    option_l = held((ISO_LEVEL3_SHIFT,), ord("@"))

    @staticmethod
    def cut_text(text):
        """X11VNC-R: the classic message, as the extended one is not among the encodings."""
        return rfb.cut_text(text.encode("latin-1", "replace"))


class ScreenSharing:
    """macOS's own viewer."""

    minor = 3  # whatever version above is offered: NEAT, AUX
    shared = True
    # To ask for the password, it hangs up and connects again: MINIVNC, VNCServer.cpp,
    # tcpSendAuthResult.
    hangs_up_first = True
    # X11VNC-A for the order, and for zlib (6) as the first that x11vnc has. ZRLE and no Hextile:
    # MINIVNC, README.md. REGISTRY: 1002, 1011, 1100 to 1105 are Apple's own.
    opening = (
        ("encodings", 1011, 1002, rfb.CURSOR, 1104, 1100, rfb.DESKTOP_SIZE, 1101, 6, 16, 0),
        ("format", rfb.PixelFormat(32, 32, (255, 255, 255), (16, 8, 0))),
        ("update", False),
    )

    # What it sends for Command and Option is not public. Apple's server, and so VINE, takes Alt_L
    # as Command and Meta_L as Option.
    command_c = held((ALT_L,), ord("c"))
    option_l = held((META_L,), ord("@"))


ALL = (MRemoteNg, RealVnc, ScreenSharing)
