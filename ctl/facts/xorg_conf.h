/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sections of xorg.conf and xorg.conf.d, see xorg.conf(5). */
#ifndef GPUDESK_XORG_CONF_H
#define GPUDESK_XORG_CONF_H

#include <stdbool.h>
#include <stddef.h>

struct ctl;

enum {
	XORG_FILE_MAX = 262144, /* bytes of a file */
	XORG_NAME_MAX = 160,
};

/* An Option line. `value` is "" if none is given, which means true. */
struct xorg_option {
	char name[48], value[96];
};

struct xorg_section {
	char kind[24]; /* "Device", "Screen", "Monitor", ... as written */
	/* "" if not given. A Screen names a device and a monitor, a ServerLayout a screen. */
	char identifier[XORG_NAME_MAX], driver[XORG_NAME_MAX], bus_id[XORG_NAME_MAX];
	char device[XORG_NAME_MAX], monitor[XORG_NAME_MAX];
	char screen[XORG_NAME_MAX];	 /* the first one */
	char module_path[XORG_NAME_MAX]; /* of Files and OutputClass: separated by commas */
	bool is_of_other_seat;		 /* has MatchSeat; GDM names no seat to its X server */
	char path[160];			 /* of the file, without --root */
	unsigned line;			 /* of its Section keyword */
	unsigned bus_id_line;		 /* of its BusID keyword; 0: none */
	struct xorg_option *options;
	size_t n_options;
};

struct xorg_conf {
	struct xorg_section *sections; /* in the order in which Xorg reads them */
	size_t n_sections;
};

/*
 * Reads *.conf of /usr/share/X11/xorg.conf.d and /etc/X11/xorg.conf.d, then /etc/X11/xorg.conf.
 * Skips what it does not understand and files that do not exist. Returns 0 or -errno; freed by
 * xorg_conf_finish().
 */
int xorg_conf_read(const struct ctl *ctl, struct xorg_conf *ret_conf);

/* Appends the sections of `text` (`length` bytes) to *conf. Returns 0 or -ENOMEM. */
int xorg_conf_parse(struct xorg_conf *conf, const char *path, const char *text, size_t length);

void xorg_conf_finish(struct xorg_conf *conf);

/* Compares names and keywords as Xorg does: ignoring case, blanks, tabs and '_'. */
bool xorg_name_equal(const char *a, const char *b);

/* The value of the section's last Option of that name ("" means true), or NULL. */
const char *xorg_section_option(const struct xorg_section *section, const char *name);

/*
 * A boolean option: 1 on, 0 off, -ENOENT if the section has none, -EINVAL if its value is not a
 * boolean. "NoName" is the opposite of "Name".
 */
int xorg_section_boolean(const struct xorg_section *section, const char *name);

#endif
