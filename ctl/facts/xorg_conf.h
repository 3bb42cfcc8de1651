/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sections of xorg.conf and xorg.conf.d, see xorg.conf(5). */
#ifndef GPUDESK_XORG_CONF_H
#define GPUDESK_XORG_CONF_H

#include <stdbool.h>
#include <stddef.h>

struct ctl;

enum { XORG_FILE_MAX = 262144 }; /* bytes of a file */

/* An Option line. `value` is "" if none is given, which means true. */
struct xorg_option {
	char name[48], value[96];
};

struct xorg_section {
	char kind[24]; /* "Device", "Screen", "Monitor", ... as written */
	char identifier[64], driver[64], bus_id[40]; /* "" if not given */
	char device[64];			     /* of a Screen section */
	char path[160];				     /* of the file, without --root */
	unsigned line;				     /* of its Section keyword */
	unsigned bus_id_line;			     /* of its BusID keyword; 0: none */
	struct xorg_option *options;
	size_t n_options;
};

struct xorg_conf {
	struct xorg_section *sections; /* in the order in which Xorg reads them */
	size_t n_sections;
};

/*
 * Reads /etc/X11/xorg.conf, then *.conf of /etc/X11/xorg.conf.d and /usr/share/X11/xorg.conf.d.
 * Skips what it does not understand and files that do not exist. Returns 0 or -errno; freed by
 * xorg_conf_finish().
 */
int xorg_conf_read(const struct ctl *ctl, struct xorg_conf *ret_conf);

/* Appends the sections of `text` (`length` bytes) to *conf. Returns 0 or -ENOMEM. */
int xorg_conf_parse(struct xorg_conf *conf, const char *path, const char *text, size_t length);

void xorg_conf_finish(struct xorg_conf *conf);

/* Compares names and keywords as Xorg does: ignoring case, blanks, tabs and '_'. */
bool xorg_name_equal(const char *a, const char *b);

/*
 * A boolean option: 1 on, 0 off, -ENOENT if no section of that kind ("Device"; NULL: any) has it,
 * -EINVAL if its value is not a boolean. "NoName" is the opposite of "Name".
 */
int xorg_conf_boolean(const struct xorg_conf *conf, const char *kind, const char *name);

#endif
