/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GPUDESK_OPTIONS_H
#define GPUDESK_OPTIONS_H

#include "session/admission.h"

/* The command line; strings are argv's. */
struct options {
	const char *config; /* path */
	struct admission_options admission;
};

/* Returns 1 to go on, 0 after --help or --version, -EINVAL after logging what is wrong. */
int options_parse(int argc, char **argv, struct options *ret_options);

#endif
