/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A directory for each test, sockets in it, and what can be counted there. */
#ifndef GPUDESK_TESTS_SCRATCH_H
#define GPUDESK_TESTS_SCRATCH_H

#include <stddef.h>
#include <sys/types.h>

/* cmocka fixtures: an empty directory with mode 0755, removed after the test. */
extern char scratch_directory[64];
int scratch_create(void **state);
int scratch_remove(void **state);
int scratch_remove_tree(const char *path);

/* The path of `name` in it; one of eight buffers in turn. */
const char *scratch_path(const char *name);

/* Writes a new file, in place of an old one. */
void scratch_write(const char *name, const void *bytes, size_t length, mode_t mode);

/* A Unix socket of `type` bound to `path`, and listening unless `backlog` is negative. */
int scratch_listen(const char *path, int type, int backlog);

/* A socket connected to `path`. Both block for some seconds at most. */
int scratch_connect(const char *path, int type);

/* How many files are in a directory, and how many descriptors this process holds. */
unsigned scratch_count_entries(const char *path);
unsigned scratch_count_descriptors(void);

#endif
