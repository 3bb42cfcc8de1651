/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The keys of /etc/gpudesk.conf and the types of their values. From this one table come the parser
 * and its messages, and, by config_keys.awk, the shipped gpudesk.conf and the list in
 * gpudesk.conf(5). It is included, more than once, after defining TYPE, KEY or both.
 *
 * TYPE(type, C type, expected)
 *
 * expected   what a value must be: follows "expected " in messages and "Value: " in the documents
 *
 * KEY(key, type, default, minimum, maximum, guards access, help)
 *
 * default             as written in the file
 * minimum, maximum    inclusive, as written in the file; "" where the type has no range
 * guards access       a bad value refuses connections instead of falling back to the default
 * help                `...` is something to type, such as a key, and name(8) is a manual page
 *
 * For awk, an entry begins and ends with a line, and no string has a quote or a backslash in it.
 */
#ifndef TYPE
#define TYPE(type, ctype, expected)
#endif
#ifndef KEY
#define KEY(key, type, default_value, minimum, maximum, guards_access, help)
#endif

TYPE(USER, char[CONFIG_USER_MAX],
     "a user name (letters, digits and ._-@\\; not only digits; no - in front)")
TYPE(PATH, char[CONFIG_PATH_MAX], "a file's path that begins with / or ~/, without quotation marks")
TYPE(NETS, struct net_list,
     "addresses or blocks, such as 172.16.0.0/12 or ::1, with no bits set after the prefix")
TYPE(TIMESPAN, uint64_t, "a time span, such as 90s, 10min or 1h 30min")
TYPE(SIZE, uint64_t, "a size, such as 4096, 256KiB or 1MiB")
TYPE(UINT, unsigned, "a whole number")
TYPE(BOOL, bool, "yes or no")
TYPE(COMPRESSION, enum compression_mode, "auto, none, fast or best")
TYPE(CLIPBOARD, enum clipboard_mode, "both, to-desktop, to-viewer or off")
TYPE(LOG_LEVEL, int, "error, warning, info or debug")

KEY(user, USER, "exouser", "", "", true,
    "The user whose desktop is shown. The name is looked up when a viewer connects, and the socket "
    "unit `gpudesk-scraper@USER.socket` must be enabled for the same user: see gpudesk-scraper(8).")
KEY(idle_timeout, TIMESPAN, "10min", "0", "never", false,
    "Stop the scraper this long after the last viewer disconnected; `0` stops it at once, `never` "
    "keeps it running. Until it stops, it reads nothing from the X server, but keeps the memory of "
    "one picture, shared with the X server, and a copy of it, for the next viewer. The sockets "
    "stay with systemd, so the next connection starts the scraper again.")
KEY(inactive_timeout, TIMESPAN, "never", "0", "never", false,
    "Disconnect a viewer that has sent no key and no pointer event for this long. Useful with "
    "`idle_timeout` and `desktop_timeout`, which start when the last viewer disconnects: a "
    "forgotten browser tab holds them up.")
KEY(desktop_timeout, TIMESPAN, "never", "0", "never", false,
    "Also stop the desktop itself, that is the display manager and its X server, this long after "
    "the last viewer disconnected. That frees all of its GPU memory. The user's graphical session "
    "ends, and with it every program in it, whether it has a window or not: unsaved work is lost. "
    "The next connection starts the desktop again, unless `start_desktop` is `no`. The desktop "
    "keeps running while any user, the desktop's own included, has another session on the "
    "machine, at a seat or by ssh(1), or holds an inhibitor lock on idle or sleep "
    "(`systemd-inhibit --what=idle COMMAND`); this is checked again after another "
    "`desktop_timeout`, at least a minute later. A desktop that has had no viewer since the "
    "machine "
    "started is left alone. If this is shorter than `idle_timeout`, the scraper stops after this "
    "time too. See gpudesk-desktop(8).")
KEY(session_wait, TIMESPAN, "60s", "0", "10min", false,
    "How long a connection waits for the desktop to start. After that, the viewer is told what is "
    "missing.")
KEY(start_desktop, BOOL, "yes", "", "", false,
    "Start the display manager when a viewer connects and it is not running, or when the user has "
    "no session. Only a viewer that knows the password gets that far. A display manager that shows "
    "its login screen is restarted only if it is set up to log in by itself, and never while "
    "another user has a graphical session.")
KEY(password_file, PATH, "~/.vnc/passwd", "", "", true,
    "The VNC password, in the format of vncpasswd(1); a second entry is the view-only password. "
    "`~` is the user's home directory. A file that others can read is refused, with the reason.")
KEY(allow, NETS, "127.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16", "", "", true,
    "The source addresses that may connect: up to 64, separated by commas. The default is loopback "
    "and docker's own address pools: a container that was started by itself is behind 172.17.0.1, "
    "and a compose project gets a network of its own from 172.16.0.0/12 and then from "
    "192.168.0.0/16. Besides, whatever their address, viewers must come in by the interface that "
    "has the listening address, by a bridge of this machine, or by loopback: see gpudesk-proxy(8).")
KEY(max_viewers, UINT, "8", "1", "64", false, "The highest number of viewers at the same time.")
KEY(frame_rate, UINT, "60", "1", "240", false,
    "Captures per second, at most. The screen is captured only when a viewer has requested a frame "
    "and something has changed, so slower viewers, and a screen that stands still, cost less.")
KEY(compression, COMPRESSION, "auto", "", "", false,
    "How the picture is compressed. `auto` follows the measured link: no compression for a viewer "
    "on the same machine, and more of it the slower the link is.")
KEY(view_only, BOOL, "no", "", "", true,
    "Ignore all input from all viewers. A viewer that used the view-only password in "
    "`password_file` can never send input.")
KEY(clipboard, CLIPBOARD, "both", "", "", true, "In which direction clipboard text is passed on.")
KEY(primary, CLIPBOARD, "to-desktop", "", "", true,
    "In which direction PRIMARY is passed on: the text that is marked, and that a middle click "
    "pastes. By default marking text on the desktop leaves the viewer's clipboard as it is. No "
    "more than clipboard allows.")
KEY(clipboard_limit, SIZE, "256KiB", "0", "1MiB", false,
    "Longer clipboard text is not passed on. Guacamole's VNC client drops the connection when it "
    "gets more than 1 MiB.")
KEY(resize, BOOL, "yes", "", "", false, "Let viewers resize the desktop, by RandR.")
KEY(status_screen, BOOL, "yes", "", "", false,
    "Show viewers what is awaited or wrong while there is no desktop to show: as soon as the "
    "password is right, and when the session ends while they are connected. They then see the "
    "next session, if it comes within `session_wait`. With `no`, a viewer waits without a picture, "
    "is refused with the reason if no desktop comes, and is disconnected when the session ends.")
KEY(notify, BOOL, "no", "", "", false,
    "Tell the desktop's user by a desktop notification when a viewer connects and disconnects, and "
    "from which address. It goes to what shows notifications on the user's own bus, if that runs; "
    "viewers do not wait for it. Each notification replaces the one before.")
KEY(sound, BOOL, "no", "", "", false,
    "Let viewers hear the desktop. Who is connected as a viewer may listen from the same address, "
    "and nobody else; nothing but what the default sink plays is heard, never a microphone. The "
    "socket unit `gpudesk-sound@USER.socket` must be enabled too, which `gpudesk setup --sound` "
    "does: see gpudesk-sound(8).")
KEY(log_level, LOG_LEVEL, "info", "", "", false, "The least important messages that are logged.")

#undef TYPE
#undef KEY
