/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The known sources (throttle.h) in a file, for the time when the proxy does not run. It stands in
 * $RUNTIME_DIRECTORY, which systemd keeps for the proxy's user alone, until the machine restarts.
 * So its times are those of CLOCK_MONOTONIC.
 */
#ifndef GPUDESK_KNOWN_SOURCES_H
#define GPUDESK_KNOWN_SOURCES_H

#include <stdint.h>

#include "throttle.h"

enum { KNOWN_SOURCES_MAX = 128 };

/*
 * Adds those in the file to the throttle. One that is cut short, no regular file of our own, or
 * writable by others, is ignored as a whole. Returns how many it had, or -errno; -EBADMSG for such
 * a file. `directory` NULL: there is none, 0.
 */
int known_sources_load(const char *directory, struct throttle *throttle, uint64_t now);

/* Replaces the file. Returns 0 or -errno. `directory` NULL: does nothing. */
int known_sources_save(const char *directory, const struct throttle *throttle, uint64_t now);

#endif
