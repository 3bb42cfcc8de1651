/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sections of xorg.conf and xorg.conf.d that a picture depends on. See xorg.conf(5). */
#ifndef GPUDESK_XORG_CONF_H
#define GPUDESK_XORG_CONF_H

#include <stdbool.h>
#include <stddef.h>

struct ctl;

enum { XORG_FILE_MAX = 262144 }; /* bytes of a file that are read */

/* An Option line; value is "" where none is given, which means true. */
struct xorg_option {
	char name[48], value[96];
};

struct xorg_section {
	char kind[24]; /* "Device", "Screen", "Monitor", ... as written */
	char identifier[64], driver[64], bus_id[40]; /* "" where not given */
	char device[64];			     /* of a Screen: its Device line */
	char path[160];				     /* of the file, as the machine calls it */
	unsigned line;				     /* of its Section keyword */
	unsigned bus_id_line;			     /* of its BusID keyword, 0 without one */
	struct xorg_option *options;
	size_t n_options;
};

struct xorg_conf {
	struct xorg_section *sections; /* in the order in which Xorg reads them */
	size_t n_sections;
};

/*
 * Reads /etc/X11/xorg.conf, then *.conf of /etc/X11/xorg.conf.d and /usr/share/X11/xorg.conf.d, as
 * leniently as can be: what is not understood is passed over. Missing files are as good as empty
 * ones. Returns 0 or -errno; the caller frees with xorg_conf_finish.
 */
int xorg_conf_read(const struct ctl *ctl, struct xorg_conf *ret_conf);

/* Appends the sections of `text` (`length` bytes) to *conf. Returns 0 or -ENOMEM. */
int xorg_conf_parse(struct xorg_conf *conf, const char *path, const char *text, size_t length);

void xorg_conf_finish(struct xorg_conf *conf);

/* Xorg's comparison of names and keywords: without regard to case, blanks, tabs and '_'. */
bool xorg_name_equal(const char *a, const char *b);

/*
 * What a boolean option says: 1 on, 0 off, -ENOENT when no section of that kind ("Device", or NULL
 * for any) has it, -EINVAL for a value that is no boolean. "NoName" is the opposite of "Name".
 */
int xorg_conf_boolean(const struct xorg_conf *conf, const char *kind, const char *name);

#endif
