/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For the tests of sessions and hand-offs: a directory, sockets, an event loop. */
#ifndef GPUDESK_TESTS_SCRATCH_H
#define GPUDESK_TESTS_SCRATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <systemd/sd-event.h>

/* A directory of the test's own, 0755; cmocka fixtures. */
extern char scratch_directory[64];
int scratch_create(void **state);
int scratch_remove(void **state);

/* The path of `name` in it; one of eight buffers in turn. */
const char *scratch_path(const char *name);
void scratch_write(const char *name, const void *bytes, size_t length, mode_t mode);

/* A Unix socket of `type` bound to `path`, and listening unless `backlog` is negative. */
int scratch_listen(const char *path, int type, int backlog);

/* A socket connected to `path`; like the one above it blocks, but times out. */
int scratch_connect(const char *path, int type);

/* Runs the loop until *done, or fails the test after `seconds`. */
void scratch_run(sd_event *event, const bool *done, unsigned seconds);

/* Runs all that is ready, without waiting. */
void scratch_run_ready(sd_event *event);

/* How many descriptors this process holds. */
unsigned scratch_count_descriptors(void);

#endif
