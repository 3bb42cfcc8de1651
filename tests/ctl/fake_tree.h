/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A machine's files below scratch_directory, for --root. */
#ifndef GPUDESK_TESTS_FAKE_TREE_H
#define GPUDESK_TESTS_FAKE_TREE_H

#include "ctl.h"
#include "tests/support/scratch.h"

/* Its root is the tree. */
extern struct ctl fake_ctl;

/* Makes the folders on the way, and the file with that text. */
void fake_tree_write(const char *path, const char *text);

/* Makes the folders on the way, and a symbolic link. */
void fake_tree_link(const char *path, const char *target);

/* Removes a file. */
void fake_tree_unlink(const char *path);

/* A PCI device, class and vendor as sysfs has them; `driver` is NULL for none. */
void fake_tree_device(const char *address, const char *class, const char *vendor,
		      const char *driver);

#endif
