# SPDX-License-Identifier: GPL-2.0-or-later
"""The viewers that people use, each driven as a person would, on an X server of its own."""

import os
import re
import signal
import subprocess
import time

from lib import chain, devtools, rfb
from lib.chain import wait_until


def run(command, environment, patience=30):
    """Returns what it prints."""
    data = subprocess.run(command, env=environment, check=False, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, timeout=patience).stdout
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("latin-1")


def read_selection(environment, selection, target="UTF8_STRING"):
    """"" also if its owner does not answer, as one that loses it at that moment."""
    try:
        return run(["xclip", "-o", "-selection", selection, "-t", target], environment, 3)
    except subprocess.TimeoutExpired:
        return ""


class Screen:
    """The X server of the person. Without a window manager, windows are given the focus."""

    def __init__(self, test):
        self.test = test
        self.x = test.start_x("1280x1000x24", name="outer")
        self.environment = self.x.environment(
            HOME=test.home, LC_ALL="C.UTF-8", GTK_IM_MODULE="gtk-im-context-simple",
            NO_AT_BRIDGE="1", XDG_RUNTIME_DIR=test.home)
        self.run("setxkbmap", "us", "-variant", "altgr-intl")
        self.look = test.x_client(self.x)

    def start(self, *command):
        return self.test.start(*command, env=self.environment, setsid=True)

    def run(self, *command):
        return run(command, self.environment)

    def xdotool(self, *arguments):
        return self.run("xdotool", *map(str, arguments))

    def find_window(self, name):
        """The id of the visible window whose name matches."""
        try:
            return wait_until(lambda: self.xdotool("search", "--onlyvisible", "--name",
                                                   name).split(), "a window %r" % name)[-1]
        except AssertionError as error:
            raise AssertionError("%s; there are %s" % (error, self.window_names())) from None

    def window_names(self):
        return self.run("sh", "-c", "for w in $(xdotool search --onlyvisible --name .); do "
                        "xdotool getwindowname $w; done")

    def click(self, x, y):
        self.xdotool("mousemove", x, y, "click", 1)

    def copy(self, text):
        """With xsel, which tells viewers that ask when this was. It returns before it owns the
        selection: a viewer that asks only when the pointer enters it would be too early. Nothing
        is read here meanwhile: xsel may end without an answer when it loses the selection.
        """
        for selection in "CLIPBOARD", "PRIMARY":
            before = self.look.do("owner", selection)
            subprocess.run(["xsel", "--input", "--" + selection.lower()], input=text.encode(),
                           env=self.environment, check=True, stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL, timeout=30)
            wait_until(lambda: self.look.do("owner", selection) not in ("0", before),
                       "xsel to own %s" % selection)

    def paste(self):
        """All of the clipboard and of PRIMARY, since a viewer may use either."""
        return [read_selection(self.environment, selection, target)
                for selection in ("clipboard", "primary")
                for target in ("UTF8_STRING", "STRING")]


class Viewer:
    """A program with a window on the screen."""

    package = window = ""
    accent = "\u00fc"

    def __init__(self, test, port):
        self.test, self.port, self.screen = test, port, test.screen
        self.window_id = None

    @classmethod
    def version(cls):
        text = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", cls.package], check=False,
                              capture_output=True, encoding="utf-8").stdout
        return re.sub(r"^\d+:|[-+~].*", "", text)

    def connect(self):
        self.program = self.screen.start(*self.command())
        self.window_id = self.screen.find_window(self.window)

    def command(self):
        raise NotImplementedError

    def focus(self):
        """Searches the window again: some viewers open another one when the size changes."""
        self.window_id = self.screen.find_window(self.window)
        self.screen.xdotool("windowraise", self.window_id, "windowfocus", self.window_id,
                            "mousemove", "--window", self.window_id, 200, 200)
        time.sleep(0.5)

    def type(self, text):
        self.focus()
        self.screen.xdotool("type", "--delay", 30, text)

    def hold(self, *keys):
        """Presses the keys and does not release them."""
        self.focus()
        self.screen.xdotool("click", 1)
        self.screen.xdotool("keydown", *keys)

    def copy(self, text):
        """Copies in another program, and returns to the viewer."""
        self.screen.xdotool("mousemove", 1270, 990)
        self.screen.copy(text)
        self.focus()

    def paste(self):
        """Leaves the viewer for another program, and pastes there."""
        x, y = self.test.origin
        self.screen.xdotool("mousemove", x + 30, y + 30)
        self.screen.xdotool("mousemove", 1270, 990)
        return self.screen.paste()

    def resize(self, width, height):
        self.screen.xdotool("windowsize", self.window_id, width, height)

    def leave(self):
        self.program.kill()


class TigerVnc(Viewer):
    name, package, window = "TigerVNC vncviewer", "tigervnc-viewer", "TigerVNC"

    def command(self):
        return ["xtigervncviewer", "-PasswordFile", self.test.password_path, "-geometry",
                "+20+20", "127.0.0.1::%d" % self.port]


class TightVnc(Viewer):
    accent = "u"  # it asks for Latin-1, which xsel does not offer
    name, package, window = "TightVNC xtightvncviewer", "xtightvncviewer", "TightVNC"

    def command(self):
        return ["xtightvncviewer", "-passwd", self.test.password_path,
                "127.0.0.1::%d" % self.port]


class SsVnc(TightVnc):
    name, package, window = "SSVNC ssvncviewer", "ssvnc", "SSVNC"

    def command(self):
        return ["ssvncviewer", "-passwd", self.test.password_path, "127.0.0.1::%d" % self.port]


class GtkVnc(Viewer):
    name, package, window = "gtk-vnc gvncviewer", "gvncviewer", "GVncViewer"

    def command(self):
        return ["gvncviewer", "127.0.0.1:%d" % (self.port - 5900)]

    def connect(self):
        self.program = self.screen.start(*self.command())
        dialog = self.screen.find_window("Authentication")
        self.screen.xdotool("windowraise", dialog, "windowfocus", dialog)
        self.screen.xdotool("type", "--delay", 30, chain.PASSWORD)
        self.screen.xdotool("key", "Return")
        self.window_id = self.screen.find_window(self.window)


class Remmina(Viewer):
    """With a profile, as its list of connections has them."""

    name, package, window = "Remmina", "remmina", "gpudesk-desktop"

    def command(self):
        profile = os.path.join(self.test.home, "desktop.remmina")
        with open(profile, "w", encoding="utf-8") as file:
            file.write("[remmina]\nname=%s\nprotocol=VNC\nserver=127.0.0.1:%d\n"
                       % (self.window, self.port))
        # It encrypts the password with a key in its settings.
        subprocess.run(["remmina", "--update-profile", profile, "--set-option", "password"],
                       input=chain.PASSWORD + "\n", encoding="utf-8", check=True, timeout=30,
                       env=self.screen.environment, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
        return ["remmina", "--connect", profile]

    def copy(self, text):
        super().copy(text)
        # It ignores what comes within a second of what it has sent.
        time.sleep(1.5)


class NoVnc(Viewer):
    name, package, window = "noVNC", "novnc", "noVNC"
    page = None

    @classmethod
    def version(cls):
        chromium = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", "chromium"],
                                  check=False, capture_output=True, encoding="utf-8").stdout
        return "%s, Chromium %s" % (super().version(), chromium.split(".")[0])

    def command(self):
        address = "http://127.0.0.1:%d/vnc.html?autoconnect=1&resize=remote&password=%s" % (
            self.web_port, chain.PASSWORD)
        return ["chromium", "--no-sandbox", "--no-first-run", "--test-type", "--disable-gpu",
                "--password-store=basic", "--disable-background-networking",
                "--disable-component-update",
                "--user-data-dir=%s/chromium" % self.test.directory,
                "--remote-debugging-port=%d" % self.debug_port, "--remote-allow-origins=*",
                "--window-position=0,0", "--window-size=1000,800", "--app=" + address]

    def connect(self):
        self.web_port, self.debug_port = chain.free_port(), chain.free_port()
        web = self.screen.start("websockify", "--web", "/usr/share/novnc",
                                "127.0.0.1:%d" % self.web_port, "127.0.0.1:%d" % self.port)
        web.wait_log("proxying from")
        super().connect()
        self.page = wait_until(self.open_page, "Chromium")
        self.test.addCleanup(self.page.close)

    def open_page(self):
        try:
            return devtools.Page(self.debug_port)
        except (OSError, StopIteration, ValueError):
            return None

    def focus(self):
        super().focus()
        self.page.evaluate('document.querySelector("canvas").focus()')

    def copy(self, text):
        """With noVNC's own panel: its page cannot read the clipboard."""
        self.page.evaluate("""(() => {
            const panel = document.getElementById("noVNC_clipboard_text");
            panel.value = %r; panel.dispatchEvent(new Event("change"));
        })()""" % text)

    def paste(self):
        return [self.page.evaluate('document.getElementById("noVNC_clipboard_text").value')]

    def leave(self):
        os.killpg(self.program.pid, signal.SIGKILL)
        self.program.wait()


class LibVncClient(Viewer):
    """libvncclient as guacd uses it. It has no window."""

    name, package = "libvncclient as in guacd", "libvncclient1"

    def connect(self):
        self.client = self.test.client("vncclient", str(self.port), chain.PASSWORD,
                                       chain.GUACD_ENCODINGS, chain.GUACD_FORMAT)

    def focus(self):
        pass

    def type(self, text):
        for letter in text:
            for down in 1, 0:
                self.client.do("key", "%x" % rfb.keysym_of(letter), down)

    def hold(self, *keys):
        for keysym in 0xffe1, ord("X"):
            self.client.do("key", "%x" % keysym, 1)

    def copy(self, text):
        self.client.do("copy", text.encode("latin-1", "replace").hex())

    def paste(self):
        return [bytes.fromhex(self.client.do("paste")).decode("latin-1")]

    def resize(self, width, height):
        self.client.do("resize", width, height)

    def leave(self):
        self.client.kill()


ALL = (LibVncClient, TigerVnc, TightVnc, SsVnc, GtkVnc, Remmina, NoVnc)
