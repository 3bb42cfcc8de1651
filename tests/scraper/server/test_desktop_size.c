/* SPDX-License-Identifier: GPL-2.0-or-later */
/* No memory for the frame of another size: screen_resize() goes through here. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "server/desktop_size.h"
#include "server/schedule.h"

int __wrap_screen_resize(struct screen *screen);
int __wrap_screen_resize(struct screen *screen)
{
	(void)screen;
	return -ENOMEM;
}

/* There is no display: whoever goes on with the pass would crash. */
static void test_no_memory_ends_the_pass(void **state)
{
	struct server server = { .watching = true, .size_stale = true };
	int code = 0;

	(void)state;
	assert_true(sd_event_new(&server.event) >= 0);
	assert_int_equal(desktop_size_follow(&server), -ENOMEM);
	assert_true(server.size_stale);
	assert_int_equal(schedule_work(NULL, &server), 0);
	assert_true(sd_event_get_exit_code(server.event, &code) >= 0);
	assert_int_equal(code, -ENOMEM);
	sd_event_unref(server.event);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_no_memory_ends_the_pass) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
