/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Paces huge updates for viewers on this machine while it has no CPU time to spare: guacd requests
 * the next update before it encodes the last one on all cores, so its requests do not tell how fast
 * it is. All but cpu_load_read() is pure. Times are microseconds of one clock.
 */
#ifndef GPUDESK_CPU_LOAD_H
#define GPUDESK_CPU_LOAD_H

#include <stddef.h>
#include <stdint.h>

#define CPU_LOAD_INTERVAL UINT64_C(200000) /* µs between readings, at least */

enum {
	CPU_LOAD_GAP_LEAST = 10, /* ms for each megapixel, if there is a gap at all */
	CPU_LOAD_GAP_MOST = 20,
	CPU_LOAD_BUSY = 7,  /* percent of CPU time idle: at or below, the machine is busy */
	CPU_LOAD_FREE = 20, /* at or above, it has time to spare */
};

struct cpu_load {
	uint64_t read_at;
	uint64_t idle, total; /* ticks since boot, of all cores */
	unsigned gap;	      /* ms for each megapixel: 0 or CPU_LOAD_GAP_LEAST to _MOST */
};

/*
 * Reads the first line of /proc/stat, "cpu  user nice system idle iowait irq softirq steal ...":
 * idle (with iowait) and all ticks. Returns 0 or -EINVAL.
 */
int cpu_load_parse(const char *line, uint64_t *ret_idle, uint64_t *ret_total);

/* Adjusts the gap to the idle time since the last reading; the first one only sets the start. */
void cpu_load_update(struct cpu_load *load, uint64_t idle, uint64_t total, uint64_t now);

/* Reads /proc/stat once the last reading is CPU_LOAD_INTERVAL old. Without it, nothing is paced. */
void cpu_load_read(struct cpu_load *load, uint64_t now);

/* How long to wait after `pixels` pixels were sent, µs. */
uint64_t cpu_load_gap(const struct cpu_load *load, size_t pixels);

#endif
