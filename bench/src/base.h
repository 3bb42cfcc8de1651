/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For every program of the bench: monotonic time in nanoseconds, and exiting with a reason. */
#ifndef BENCH_BASE_H
#define BENCH_BASE_H

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define SECOND INT64_C(1000000000)
#define MILLISECOND INT64_C(1000000)

static inline int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * SECOND + t.tv_nsec;
}

static inline void sleep_until(int64_t ns)
{
	struct timespec t = { ns / SECOND, ns % SECOND };

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL))
		;
}

/* One line on standard error, then exit status 1. The caller reports the line. */
__attribute__((noreturn, format(printf, 1, 2))) static inline void die(const char *format, ...)
{
	va_list list;

	va_start(list, format);
	vfprintf(stderr, format, list);
	va_end(list);
	fputc('\n', stderr);
	exit(1);
}

#endif
