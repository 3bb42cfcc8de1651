/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * /etc/gpudesk.conf: the one table of keys, and its strict parser. The shipped file,
 * gpudesk.conf(5) and `gpudesk status` show the same table.
 */
#ifndef GPUDESK_CONFIG_H
#define GPUDESK_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net_list.h"

enum { CONFIG_USER_MAX = 64, CONFIG_PATH_MAX = 1024 };

/* A time span that never ends. Time spans are in microseconds (the unit of sd-event). */
#define CONFIG_NEVER UINT64_MAX

enum clipboard_mode {
	CLIPBOARD_OFF = 0,
	CLIPBOARD_TO_DESKTOP = 1,
	CLIPBOARD_TO_VIEWER = 2,
	CLIPBOARD_BOTH = 3,
};

/* How the picture is compressed: by what the link needs, or as the administrator says. */
enum compression_mode {
	COMPRESSION_AUTO,
	COMPRESSION_NONE,
	COMPRESSION_FAST,
	COMPRESSION_BEST,
};

/*
 * X(field, type, default, minimum, maximum, guards, placeholder, help)
 *
 * type      one of the CONFIG_TYPEs below; says the field's C type and how its value is written
 * default   as it would be written in the file
 * minimum, maximum   inclusive, in the unit of the field; 0, 0 where the type has none
 * guards    1: the key guards access, so a bad value refuses connections instead of falling
 *           back to the default
 * help      one or more sentences; used by the shipped file and checked against gpudesk.conf(5)
 */
#define CONFIG_KEYS(X)                                                                             \
	X(user, USER, "exouser", 0, 0, 1, "NAME", "Whose desktop is shown.")                       \
	X(idle_timeout, TIMESPAN, "10min", 0, CONFIG_NEVER, 0, "TIME",                             \
	  "Stop the scraper this long after the last viewer left. 0 is at once, never keeps it "   \
	  "running.")                                                                              \
	X(inactive_timeout, TIMESPAN, "never", 0, CONFIG_NEVER, 0, "TIME",                         \
	  "Disconnect a viewer that sent no key and no pointer for this long.")                    \
	X(desktop_timeout, TIMESPAN, "never", 0, CONFIG_NEVER, 0, "TIME",                          \
	  "Also stop the desktop itself this long after the last viewer left: the display "        \
	  "manager and its X server, so all its GPU memory. Unsaved work is lost. The next "       \
	  "connection starts it again.")                                                           \
	X(session_wait, TIMESPAN, "60s", 0, 600000000, 0, "TIME",                                  \
	  "How long a connection is held while the desktop comes up.")                             \
	X(start_desktop, BOOL, "yes", 0, 0, 0, "yes|no",                                           \
	  "Start the display manager when a viewer comes and it does not run, or when no session " \
	  "of the user exists.")                                                                   \
	X(password_file, PATH, "~/.vnc/passwd", 0, 0, 1, "FILE",                                   \
	  "The VNC password, in vncpasswd's format; a second entry is the view-only password. ~ "  \
	  "is the home of the user.")                                                              \
	X(allow, NETS, "127.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16", 0, 0, 1, "BLOCKS",            \
	  "Which source addresses may connect. The default is loopback and docker's own address "  \
	  "pools. An address on docker0 still answers to other interfaces, so hosts outside are "  \
	  "kept out here.")                                                                        \
	X(max_viewers, UINT, "8", 1, 64, 0, "COUNT", "Viewers at the same time.")                  \
	X(frame_rate, UINT, "60", 1, 240, 0, "HZ", "Captures a second at most.")                   \
	X(compression, COMPRESSION, "auto", 0, 0, 0, "auto|none|fast|best",                        \
	  "How the picture is compressed. auto follows the measured link: nothing for a viewer "   \
	  "on the same machine, more the slower the link is.")                                     \
	X(view_only, BOOL, "no", 0, 0, 1, "yes|no", "Ignore all input of all viewers.")            \
	X(clipboard, CLIPBOARD, "both", 0, 0, 1, "both|to-desktop|to-viewer|off",                  \
	  "Which way copied text is passed on.")                                                   \
	X(clipboard_limit, SIZE, "256KiB", 0, 1048576, 0, "SIZE",                                  \
	  "Larger texts are not passed on.")                                                       \
	X(resize, BOOL, "yes", 0, 0, 0, "yes|no", "Let a viewer resize the desktop by RandR.")     \
	X(log_level, LOG_LEVEL, "info", 0, 0, 0, "error|warning|info|debug",                       \
	  "The least important messages that are logged.")

struct config {
	char user[CONFIG_USER_MAX];
	uint64_t idle_timeout;	   /* µs */
	uint64_t inactive_timeout; /* µs */
	uint64_t desktop_timeout;  /* µs */
	uint64_t session_wait;	   /* µs */
	bool start_desktop;
	char password_file[CONFIG_PATH_MAX]; /* may begin with "~/" */
	struct net_list allow;
	unsigned max_viewers;
	unsigned frame_rate; /* 1/s */
	enum compression_mode compression;
	bool view_only;
	enum clipboard_mode clipboard;
	uint64_t clipboard_limit; /* bytes */
	bool resize;
	int log_level; /* enum log_level */

	/* Not a key: why connections must be refused, "file:line: message"; "" if all is well. */
	char refusal[512];
	/* Not a key: bit i is set when the i-th key of CONFIG_KEYS was set in the file. */
	uint64_t is_set;
};

/* Told each thing wrong in the file: "file:line: message", naming the nearest known key. */
typedef void (*config_report_fn)(const char *message, void *userdata);

/* All defaults. Never fails. */
void config_init(struct config *ret_config);

/*
 * Reads `path` over the defaults into *ret_config, which is always complete afterwards. A missing
 * file is as good as an empty one. Returns 0, or the number of reports made; -errno when the file
 * exists and cannot be read (reported; refusal is set then: the file may guard access). `report`
 * may be NULL.
 */
int config_load(const char *path, struct config *ret_config, config_report_fn report,
		void *userdata);

/* The same for the text of a file called `path`: `size` bytes, whatever they are. */
int config_parse(const char *path, const char *text, size_t size, struct config *ret_config,
		 config_report_fn report, void *userdata);

/* Writes the value of the key at `index` as the file would have it; its length or -ENOSPC. */
int config_format(const struct config *config, size_t index, char *ret_text, size_t size);

/* Name, placeholder, default and help of each key, for --help, ctl and the shipped file. */
struct config_key {
	const char *name, *type, *standard, *placeholder, *help;
	bool guards_access;
};
extern const struct config_key config_keys[];
extern const size_t config_n_keys;

/*
 * Values on their own, as the file writes them: "1h 30min", "90" or "never"; "256KiB" or "4096";
 * yes, no, true, false, on, off, 1 or 0. Return 0, -EINVAL or -ERANGE; *ret_... untouched then.
 */
int config_parse_timespan(const char *text, uint64_t *ret_usec);
int config_parse_size(const char *text, uint64_t *ret_bytes);
int config_parse_bool(const char *text, bool *ret_value);

#endif
