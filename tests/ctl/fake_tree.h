/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A machine's files below a directory of the test's own, for --root. */
#ifndef GPUDESK_TESTS_FAKE_TREE_H
#define GPUDESK_TESTS_FAKE_TREE_H

#include "ctl.h"

/* Its root is the tree. */
extern struct ctl fake_ctl;

/* cmocka fixtures: an empty tree for each test. */
int fake_tree_create(void **state);
int fake_tree_remove(void **state);

/* Makes the folders on the way, and the file with that text. */
void fake_tree_write(const char *path, const char *text);

/* Makes the folders on the way, and a symbolic link. */
void fake_tree_link(const char *path, const char *target);

/* Takes a file away. */
void fake_tree_unlink(const char *path);

/* A PCI device: 32 bit class, vendor and product in sysfs' form; no driver for NULL. */
void fake_tree_device(const char *address, const char *class, const char *vendor,
		      const char *driver);

#endif
