/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Each allocation of a viewer, and of its change of size, fails once: calloc() goes through here.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "viewer/viewer_connection.h"

static int until_failure = -1; /* allocations that succeed before one fails; negative: all do */

void *__real_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size)
{
	if (until_failure >= 0 && until_failure-- == 0)
		return NULL;
	return __real_calloc(n, size);
}

static struct frame frame;
static struct cursor_state cursor;
static struct screen_layout layout;
static struct rfb_server *server;
static sd_event *event;
static unsigned leds;
static bool is_gone;

static void on_gone(struct viewer *viewer, const char *reason, void *userdata)
{
	(void)viewer;
	(void)userdata;
	assert_non_null(reason);
	is_gone = true;
}

static const struct viewer_callbacks callbacks = { .gone = on_gone };
static const struct update_source source = {
	.frame = &frame,
	.cursor = &cursor,
	.layout = &layout,
	.leds = &leds,
};

static const struct pixel_format format = { 32, 24, 0xff0000, 0xff00, 0xff };

static int set_up(void **state)
{
	(void)state;
	assert_int_equal(frame_init(&frame, 640, 480, 4, 0xffffff), 0);
	assert_int_equal(rfb_server_create(&frame, &format, "test", &server), 0);
	assert_true(sd_event_new(&event) >= 0);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	sd_event_unref(event);
	rfb_server_destroy(server);
	frame_finish(&frame);
	return 0;
}

static int create(int pair[static 2], struct viewer **ret_viewer)
{
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
	return viewer_create(event, pair[0], "test", false, COMPRESSION_AUTO, server, &source,
			     &callbacks, NULL, ret_viewer);
}

static void change_size(int width, int height)
{
	frame_finish(&frame);
	assert_int_equal(frame_init(&frame, width, height, 4, 0xffffff), 0);
	rfb_server_set_frame(server, &frame, &format);
}

/* What the server does with all viewers, also those that are not yet destroyed, after a capture. */
static void pass(struct viewer *viewer)
{
	struct tile_map changes;

	assert_int_equal(tile_map_init(&changes, frame.width, frame.height), 0);
	tile_map_add(&changes, (struct rect){ 0, 0, frame.width, frame.height });
	viewer_layout_changed(viewer, SIZE_BY_SERVER);
	viewer_screen_changed(viewer, &changes, (struct move){ .to = { 8, 8, 64, 64 }, .dx = 8 });
	assert_false(viewer_is_waiting(viewer));
	tile_map_finish(&changes);
}

static void test_resizing(void **state)
{
	int failures = 0, r = -ENOMEM;

	(void)state;
	while (r < 0) {
		struct viewer *viewer;
		int pair[2];

		assert_int_equal(create(pair, &viewer), 0);
		change_size(failures % 2 ? 640 : 800, 480);
		is_gone = false;
		until_failure = failures;
		r = viewer_resize(viewer);
		until_failure = -1;
		if (r < 0) {
			assert_int_equal(r, -ENOMEM);
			failures++;
			viewer_end(viewer, "out of memory");
			assert_true(is_gone);
		}
		pass(viewer);
		viewer_destroy(viewer);
		close(pair[1]);
	}
	assert_in_range(failures, 8, 50);
}

static void test_creating(void **state)
{
	int failures = 0, r = -ENOMEM;

	(void)state;
	while (r < 0) {
		struct viewer *viewer = NULL;
		int pair[2];

		until_failure = failures;
		r = create(pair, &viewer);
		until_failure = -1;
		if (r < 0) {
			assert_null(viewer);
			failures++;
			close(pair[0]);
		}
		viewer_destroy(viewer);
		close(pair[1]);
	}
	assert_in_range(failures, 8, 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_resizing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_creating, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
