/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Running another program to its end. It has nothing to read, and an environment of its own. */
#ifndef GPUDESK_CHILD_H
#define GPUDESK_CHILD_H

#include <stdbool.h>
#include <stddef.h>

enum { CHILD_NOT_RUN = 127 }; /* the shell's exit status for that, too */

struct child {
	const char *path;
	const char *const *arguments; /* from the program's name on; ends with NULL */
	bool is_quiet;		      /* what it says on standard error is dropped */
	/* Called in the new process; it runs the program if that returns 0. May be NULL. */
	int (*prepare)(const void *userdata);
	const void *userdata;
	unsigned seconds; /* it is killed when its output takes longer than this; 0: never */
};

/*
 * What it writes to standard output is in ret_output, NUL terminated; it is dropped where that is
 * NULL. Returns its exit status, CHILD_NOT_RUN when it could not be run; -ETIMEDOUT when it took
 * too long, -EFBIG when it wrote `size` bytes or more (it was killed, and ret_output is what had
 * come by then); -EIO when a signal ended it; or -errno.
 */
int child_run(const struct child *child, char *ret_output, size_t size);

#endif
