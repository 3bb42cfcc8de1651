/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Paths below --root, found as a process would whose root directory that is: absolute links and
 * ".." do not lead out of it.
 */
#ifndef GPUDESK_ROOTED_H
#define GPUDESK_ROOTED_H

#include <limits.h>
#include <stdbool.h>

/*
 * Where the absolute path `path` really is: without links and without `root` in front, "" for the
 * root itself. The last part may itself be a link if `follow` is false. Parts that do not exist are
 * taken as they are. `root` may be "". Returns 0, -ELOOP, -ENAMETOOLONG or -errno.
 */
int rooted_resolve(const char *root, const char *path, bool follow, char ret_path[static PATH_MAX]);

/* The same without openat2(2), for older kernels and for parts that do not exist. */
int rooted_walk(const char *root, const char *path, bool follow, char ret_path[static PATH_MAX]);

#endif
