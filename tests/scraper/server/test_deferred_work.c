/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Work among sources that have something for a few turns, or always. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/event_source.h"
#include "server/deferred_work.h"
#include "tests/scraper/event_loop.h"

enum { SOURCES = 3 };

struct source {
	struct fixture *fixture;
	int fd;
	sd_event_source *source;
};

struct fixture {
	sd_event *event;
	struct deferred_work work;
	struct source sources[SOURCES];
	bool request; /* each input has work done */
	unsigned n_inputs, n_works;
	unsigned inputs_before; /* the last work */
};

static int on_input(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	struct fixture *f = ((struct source *)userdata)->fixture;
	uint64_t one;

	(void)source;
	(void)events;
	assert_int_equal(read(fd, &one, sizeof(one)), sizeof(one));
	f->n_inputs++;
	if (f->request)
		deferred_work_request(&f->work);
	return 0;
}

static int on_prepare(sd_event_source *source, void *userdata)
{
	(void)source;
	deferred_work_turn(&((struct source *)userdata)->fixture->work);
	return 0;
}

static int on_work(sd_event_source *source, void *userdata)
{
	struct fixture *f = userdata;

	(void)source;
	f->n_works++;
	f->inputs_before = f->n_inputs;
	return 0;
}

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	assert_true(sd_event_new(&f->event) >= 0);
	assert_int_equal(deferred_work_init(&f->work, f->event, on_work, f), 0);
	for (int i = 0; i < SOURCES; i++) {
		struct source *source = &f->sources[i];

		source->fixture = f;
		/* Each read takes one of what is written. */
		source->fd = eventfd(0, EFD_SEMAPHORE | EFD_NONBLOCK | EFD_CLOEXEC);
		assert_true(source->fd >= 0);
		assert_true(sd_event_add_io(f->event, &source->source, source->fd, EPOLLIN,
					    on_input, source) >= 0);
	}
	assert_true(sd_event_source_set_prepare(f->sources[0].source, on_prepare) >= 0);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < SOURCES; i++) {
		event_source_end(f->sources[i].source);
		close(f->sources[i].fd);
	}
	deferred_work_finish(&f->work);
	sd_event_unref(f->event);
	free(f);
	return 0;
}

static void add_input(struct fixture *f, uint64_t n)
{
	for (int i = 0; i < SOURCES; i++)
		assert_int_equal(write(f->sources[i].fd, &n, sizeof(n)), sizeof(n));
}

static void test_once_after_all_input(void **state)
{
	struct fixture *f = *state;

	f->request = true;
	add_input(f, 4);
	event_loop_run_ready(f->event);
	assert_int_equal(f->inputs_before, 4 * SOURCES);
	assert_int_equal(f->n_works, 1);
	event_loop_run_ready(f->event);
	assert_int_equal(f->n_works, 1);
}

static void test_not_held_up(void **state)
{
	struct fixture *f = *state;

	add_input(f, 1000000);
	for (unsigned round = 1; round <= 3; round++) {
		unsigned before = f->n_inputs;

		deferred_work_request(&f->work);
		while (f->n_works < round)
			assert_true(sd_event_run(f->event, 0) > 0);
		assert_in_range(f->inputs_before - before, 0, DEFERRED_WORK_TURNS);
	}
}

/* The sources get as many turns as the work leaves, though each of them requests it. */
static void test_does_not_hold_up_others(void **state)
{
	struct fixture *f = *state;

	f->request = true;
	add_input(f, 1000000);
	while (f->n_works < 10)
		assert_true(sd_event_run(f->event, 0) > 0);
	assert_in_range(f->n_inputs, 10 * (DEFERRED_WORK_TURNS - 1),
			10 * (DEFERRED_WORK_TURNS + 1));
}

/* Not after a single turn, when it had to wait before. */
static void test_after_all_input_again(void **state)
{
	struct fixture *f = *state;

	f->request = true;
	add_input(f, 20);
	event_loop_run_ready(f->event);
	assert_int_equal(f->n_inputs, 20 * SOURCES);
	f->n_works = 0;
	add_input(f, 4);
	event_loop_run_ready(f->event);
	assert_int_equal(f->inputs_before, 24 * SOURCES);
	assert_int_equal(f->n_works, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_once_after_all_input, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_not_held_up, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_does_not_hold_up_others, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_after_all_input_again, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
