/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GPUDESK_OPTIONS_H
#define GPUDESK_OPTIONS_H

/* The command line; strings are argv's. */
struct options {
	const char *config;	    /* path */
	const char *session_dir;    /* where records are */
	const char *display;	    /* NULL: found by the record */
	const char *xauthority;	    /* for `display`; NULL: Xlib's choice */
	const char *desktop_socket; /* NULL: the user's own in /run */
};

/* Returns 1 to go on, 0 after --help or --version, -EINVAL after saying what is wrong. */
int options_parse(int argc, char **argv, struct options *ret_options);

#endif
