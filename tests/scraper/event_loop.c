/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "event_loop.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <time.h>

void event_loop_run(sd_event *event, const bool *done, unsigned seconds)
{
	const time_t end = time(NULL) + (time_t)seconds + 1;

	while (!*done) {
		assert_true(time(NULL) < end);
		assert_true(sd_event_run(event, 200000) >= 0);
	}
}

void event_loop_run_ready(sd_event *event)
{
	int r;

	do {
		r = sd_event_run(event, 0);
		assert_true(r >= 0);
	} while (r > 0);
}
