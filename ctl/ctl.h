/* SPDX-License-Identifier: GPL-2.0-or-later */
/* gpudesk(8): what its commands have in common. Messages go out by log.h; results to stdout. */
#ifndef GPUDESK_CTL_H
#define GPUDESK_CTL_H

#include <stdbool.h>

#include "common/config.h"

enum {
	CTL_OK = 0,	/* done, and all is well */
	CTL_FAILED = 1, /* it could not be done, or something is wrong */
	CTL_USAGE = 2,	/* wrong options or arguments */
};

enum { CTL_PATH_MAX = 4096, CTL_ROOT_MAX = 1024 };

struct ctl {
	const char *config_path; /* a path of the running system, never below `root` */
	const char *root;	 /* "" or what stands before the machine's paths (tests) */
	bool config_given;	 /* by --config */
};

/*
 * One of a command's options, "--NAME" or "--NAME PLACEHOLDER". A list of them ends with { 0 }.
 * Either `flag` is set to true, or `value` to the argument, a string of argv's.
 */
struct ctl_option {
	const char *name;	 /* without dashes */
	const char *placeholder; /* NULL: it takes no value */
	const char *help;	 /* NULL: works, but is not shown */
	bool *flag;
	const char **value;
};

/*
 * Reads a command's options, and those that all have (--config, --root, --help). argv[0] is the
 * command's name; it takes no other arguments. `about` is what --help says of it, whole lines.
 * Returns -1 to go on, or an exit status: CTL_OK after --help, CTL_USAGE after saying what is
 * wrong.
 */
int ctl_options_status(struct ctl *ctl, int argc, char **argv, const char *about,
		       const struct ctl_option *options);

/*
 * Where the machine's absolute path `path` is to be read or written: below --root, if that is
 * given. Writes to ret_path and returns it. Paths are the program's own, so they fit.
 */
const char *ctl_path(const struct ctl *ctl, const char *path, char ret_path[static CTL_PATH_MAX]);

/*
 * Reads the configuration (--root applies unless --config was given); what is wrong with it goes to
 * `report`, or to the log as warnings when that is NULL. Returns what config_load() does.
 */
int ctl_config(const struct ctl *ctl, struct config *ret_config, config_report_fn report,
	       void *userdata);

/* Says "gpudesk: ..." on standard error. Returns CTL_FAILED or CTL_USAGE, for `return`. */
int ctl_failed(const char *format, ...) __attribute__((format(printf, 1, 2)));
int ctl_misused(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * The commands. argv[0] is the command's name. They return the exit status.
 */
int cmd_status(struct ctl *ctl, int argc, char **argv);
int cmd_doctor(struct ctl *ctl, int argc, char **argv);
int cmd_setup(struct ctl *ctl, int argc, char **argv);
int cmd_passwd(struct ctl *ctl, int argc, char **argv);
int cmd_disconnect(struct ctl *ctl, int argc, char **argv);
int cmd_stop(struct ctl *ctl, int argc, char **argv);
int cmd_x_probe(struct ctl *ctl, int argc, char **argv);

#endif
