/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cpu_load.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

int cpu_load_parse(const char *line, uint64_t *ret_idle, uint64_t *ret_total)
{
	unsigned long long user, nice, system, idle, iowait, irq, softirq, steal;

	/* Guest time is a part of user's. */
	if (sscanf(line, "cpu %llu %llu %llu %llu %llu %llu %llu %llu", &user, &nice, &system,
		   &idle, &iowait, &irq, &softirq, &steal) != 8)
		return -EINVAL;
	*ret_idle = idle + iowait;
	*ret_total = user + nice + system + idle + iowait + irq + softirq + steal;
	return 0;
}

void cpu_load_update(struct cpu_load *load, uint64_t idle, uint64_t total, uint64_t now)
{
	uint64_t passed = total - load->total, unused = idle - load->idle;
	bool first = !load->read_at;

	load->read_at = now;
	load->idle = idle;
	load->total = total;
	if (first || !passed)
		return;

	uint64_t percent = unused * 100 / passed;
	if (percent <= CPU_LOAD_BUSY)
		load->gap = load->gap ? load->gap + 5 : CPU_LOAD_GAP_LEAST;
	else if (percent >= CPU_LOAD_FREE)
		load->gap = load->gap > CPU_LOAD_GAP_LEAST ? load->gap - 5 : 0;
	if (load->gap > CPU_LOAD_GAP_MOST)
		load->gap = CPU_LOAD_GAP_MOST;
}

void cpu_load_read(struct cpu_load *load, uint64_t now)
{
	char line[256];
	uint64_t idle, total;

	if (load->read_at && now < load->read_at + CPU_LOAD_INTERVAL)
		return;
	int fd = open("/proc/stat", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	ssize_t n = read(fd, line, sizeof(line) - 1);
	close(fd);
	if (n <= 0)
		return;
	line[n] = '\0';
	if (cpu_load_parse(line, &idle, &total) == 0)
		cpu_load_update(load, idle, total, now);
}

uint64_t cpu_load_gap(const struct cpu_load *load, size_t pixels)
{
	return (uint64_t)pixels * load->gap / 1000; /* ms a megapixel are ns a pixel */
}
