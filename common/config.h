/* SPDX-License-Identifier: GPL-2.0-or-later */
/* /etc/gpudesk.conf: its settings, and its strict parser. The table of keys is config_keys.h. */
#ifndef GPUDESK_CONFIG_H
#define GPUDESK_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net_list.h"

enum { CONFIG_USER_MAX = 64, CONFIG_PATH_MAX = 1024, CONFIG_PLACE_MAX = 160 };

/* The keys' indices: their order in the table. */
enum config_index {
#define KEY(key, type, default_value, minimum, maximum, guards_access, help) CONFIG_KEY_##key,
#include "config_keys.h"
	CONFIG_KEYS_MAX
};

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
	enum clipboard_mode primary;
	uint64_t clipboard_limit; /* bytes */
	bool resize;
	bool status_screen;
	bool notify;
	bool sound;
	int log_level; /* enum log_level */

	/* Not a key: why connections must be refused, "file:line: message"; "" to accept them. */
	char refusal[512];
	/* Not a key: bit i is set when the file sets the i-th key of the table. */
	uint64_t is_set;
	/* Not a key: where, "file:line"; "" for a default. A long path has lost its beginning. */
	char places[CONFIG_KEYS_MAX][CONFIG_PLACE_MAX];
};

/* Gets each error in the file: "file:line: what is wrong; what happens instead". */
typedef void (*config_report_fn)(const char *message, void *userdata);

/* All defaults. Never fails. */
void config_init(struct config *ret_config);

/*
 * Reads `path` over the defaults into *ret_config, which is always complete afterwards, and then
 * the files PATH.d/NAME.conf in the order of their names: what a later file sets counts. A missing
 * file is like an empty one. Returns 0 or the number of reports; -errno, after a report, when a
 * file exists but cannot be read: then refusal is set, as the file may guard access. `report` may
 * be NULL.
 */
int config_load(const char *path, struct config *ret_config, config_report_fn report,
		void *userdata);

/*
 * The same as if PATH.d/`name` had that text already, which is to be written; NULL: there is none.
 * `locate`, unless NULL, gives the path to open for one that is asked for, in `ret_path`, of
 * PATH_MAX bytes.
 */
struct config_source {
	const char *name, *text;
	const char *(*locate)(const void *context, const char *path, char *ret_path);
	const void *context;
};

int config_load_from(const char *path, const struct config_source *source,
		     struct config *ret_config, config_report_fn report, void *userdata);

/* The ends of the names above: "/etc/gpudesk.conf" has its drop-ins in "/etc/gpudesk.conf.d". */
#define CONFIG_DROP_INS_SUFFIX ".d"
#define CONFIG_DROP_IN_SUFFIX ".conf"

/* The same for the text of a file called `path`: `size` bytes, whatever they are. */
int config_parse(const char *path, const char *text, size_t size, struct config *ret_config,
		 config_report_fn report, void *userdata);

/* Writes the value of the key at `index` as in the file. Returns its length or -ENOSPC. */
int config_format(const struct config *config, size_t index, char *ret_text, size_t size);

/* The table of keys. A key's index, and its bit in is_set, is its position. */
struct config_key {
	const char *name, *default_value; /* as in the file */
	bool guards_access;		  /* a bad value refuses connections */
};
extern const struct config_key config_keys[];
extern const size_t config_n_keys;

/*
 * Read a value as in the file: "1h 30min", "90" or "never"; "256KiB" or "4096"; yes, no, true,
 * false, on, off, 1 or 0. Return 0, -EINVAL or -ERANGE.
 */
int config_parse_timespan(const char *text, uint64_t *ret_usec);
int config_parse_size(const char *text, uint64_t *ret_bytes);
int config_parse_bool(const char *text, bool *ret_value);

#endif
