/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the commands of gpudesk(8) share. They log messages, and print results to stdout. */
#ifndef GPUDESK_CTL_H
#define GPUDESK_CTL_H

#include <getopt.h>
#include <stdbool.h>

#include "common/config.h"

enum {
	CTL_OK = 0,	  /* done, and nothing is wrong */
	CTL_FAILED = 1,	  /* not done, or something is wrong */
	CTL_USAGE = 2,	  /* wrong options or arguments */
	CTL_REFUSING = 3, /* status: connections are refused */
};

enum { CTL_PATH_MAX = 4096, CTL_ROOT_MAX = 1024 };

enum { CTL_PORT = 5901 }; /* where gpudesk.socket listens as installed */

struct ctl {
	const char *config_path;
	const char *root;  /* --root, for tests: what precedes the machine's paths; "": none */
	bool config_given; /* by --config: then `root` does not apply to it */
};

/*
 * One of a command's options, "--NAME" or "--NAME PLACEHOLDER": sets `flag` to true, or `value` to
 * the argument. A list of them ends with { 0 }.
 */
struct ctl_option {
	const char *name;	 /* without dashes */
	const char *placeholder; /* NULL: it takes no value */
	const char *help;	 /* NULL: not shown by --help */
	bool *flag;
	const char **value;
	char letter; /* 'f' if "-f" is the same; 0: none */
};

/*
 * Reads a command's options, and those that all have (--config, --root, --help, --version). argv[0]
 * is the command's name, and becomes "gpudesk NAME"; it takes no other arguments. A file that
 * --config names must be there. `about` is what --help says of it, whole lines.
 * Returns -1 to go on, or an exit status: CTL_OK after --help, CTL_USAGE after saying what is
 * wrong.
 */
int ctl_options_status(struct ctl *ctl, int argc, char **argv, const char *about,
		       const struct ctl_option *options);

/* Those options, for getopt_long(3), and taking one of the first two: 0, or -EINVAL. */
enum { CTL_COMMON_OPTIONS = 5 };
extern const struct option ctl_common_options[CTL_COMMON_OPTIONS];
int ctl_take_common_option(struct ctl *ctl, int option);

/*
 * Where to find the machine's absolute path `path`: below --root, if that is given, and then
 * without links, which could lead out of it; "", which does not exist, if it cannot be found. The
 * second gives the place of a link, not of what it leads to. Both return ret_path.
 */
const char *ctl_path(const struct ctl *ctl, const char *path, char ret_path[static CTL_PATH_MAX]);
const char *ctl_link_path(const struct ctl *ctl, const char *path,
			  char ret_path[static CTL_PATH_MAX]);

/*
 * Reads the configuration. Problems in it are passed to `report`, or logged as warnings if that is
 * NULL. Returns what config_load() does.
 */
int ctl_config(const struct ctl *ctl, struct config *ret_config, config_report_fn report,
	       void *userdata);

/* The same as if the drop-in `name` had that text already. `report` may be NULL: then none. */
int ctl_config_with(const struct ctl *ctl, const char *name, const char *text,
		    struct config *ret_config, config_report_fn report, void *userdata);

/* Says which version this is. */
void ctl_print_version(void);

/* Log an error. Return CTL_FAILED and CTL_USAGE, for `return`. */
int ctl_failed(const char *format, ...) __attribute__((format(printf, 1, 2)));
int ctl_misused(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The commands. argv[0] is the command's name. They return the exit status. */
int cmd_status(struct ctl *ctl, int argc, char **argv);
int cmd_doctor(struct ctl *ctl, int argc, char **argv);
int cmd_setup(struct ctl *ctl, int argc, char **argv);
int cmd_passwd(struct ctl *ctl, int argc, char **argv);
int cmd_disconnect(struct ctl *ctl, int argc, char **argv);
int cmd_stop(struct ctl *ctl, int argc, char **argv);
int cmd_config(struct ctl *ctl, int argc, char **argv);
int cmd_logs(struct ctl *ctl, int argc, char **argv);
int cmd_reload(struct ctl *ctl, int argc, char **argv);
int cmd_x_probe(struct ctl *ctl, int argc, char **argv);

#endif
