/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GPUDESK_MONOTONIC_H
#define GPUDESK_MONOTONIC_H

#include <stdint.h>
#include <time.h>

/* CLOCK_MONOTONIC in µs: the clock of sd-event's timers and of systemd's monotonic timestamps. */
static inline uint64_t monotonic_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

#endif
