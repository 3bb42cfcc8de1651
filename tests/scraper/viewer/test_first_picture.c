/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How the first picture is sent: the connection tells how slow its link is before anything was
 * sent, and what is encoded is sent while more is being encoded. What the kernel says of the
 * connection is made up here (ld's --wrap).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <linux/tcp.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/timer.h"
#include "framebuffer/cursor_image.h"
#include "viewer/viewer_connection.h"

enum { WIDTH = 640, HEIGHT = 480, RAW_BYTES = WIDTH * HEIGHT * 4 };

static uint32_t min_rtt; /* µs */

int __real_getsockopt(int fd, int level, int name, void *value, socklen_t *size);
int __wrap_getsockopt(int fd, int level, int name, void *value, socklen_t *size);

int __wrap_getsockopt(int fd, int level, int name, void *value, socklen_t *size)
{
	if (level != IPPROTO_TCP || name != TCP_INFO)
		return __real_getsockopt(fd, level, name, value, size);
	memset(value, 0, *size);
	((struct tcp_info *)value)->tcpi_min_rtt = min_rtt;
	return 0;
}

static void on_viewer(struct viewer *viewer, void *userdata)
{
	(void)viewer;
	(void)userdata;
}

static void on_gone(struct viewer *viewer, const char *reason, void *userdata)
{
	(void)viewer;
	(void)userdata;
	fail_msg("the viewer was disconnected: %s", reason);
}

static const struct viewer_callbacks callbacks = {
	.wants = on_viewer,
	.encodings = on_viewer,
	.text_sent = on_viewer,
	.gone = on_gone,
};

static size_t read_all(int fd)
{
	uint8_t bytes[65536];
	size_t total = 0;

	for (ssize_t n; (n = recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT)) > 0;)
		total += (size_t)n;
	return total;
}

struct reader {
	int fd;
	size_t during; /* bytes that came while the update was encoded */
};

static void read_during(void *userdata)
{
	struct reader *reader = userdata;

	reader->during += read_all(reader->fd);
}

static void fill(const struct frame *frame, uint32_t colours)
{
	uint32_t *pixels = (uint32_t *)(uintptr_t)frame_at(frame, 0, 0), random = 1;

	for (size_t i = 0; i < (size_t)WIDTH * HEIGHT; i++) {
		random = random * 1664525 + 1013904223;
		pixels[i] = 0xff000000 | (random >> 8 & colours);
	}
}

/*
 * The bytes that a viewer gets that requests the whole screen and knows no ExtendedDesktopSize.
 * `colours`: bits in which its pixels differ at random.
 */
static size_t first_picture(uint32_t colours, size_t *ret_during)
{
	static const uint8_t messages[] = {
		1, /* ClientInit: shared */
		2,	     0,
		0,	     2,
		0,	     0,
		0,	     6,
		0,	     0,
		0,	     0, /* SetEncodings: Zlib, Raw */
		3,	     0,
		0,	     0,
		0,	     0,
		WIDTH >> 8,  WIDTH & 255, /* FramebufferUpdateRequest */
		HEIGHT >> 8, HEIGHT & 255,
	};
	const struct pixel_format format = { 32, 24, 0xff0000, 0xff00, 0xff };
	struct cursor_state cursor = { 0 };
	struct screen_layout layout = { 0 };
	struct frame frame;
	struct rfb_server *server;
	struct viewer *viewer;
	sd_event *event;
	unsigned leds = 0;
	size_t total = 0;
	int pair[2];

	assert_int_equal(frame_init(&frame, WIDTH, HEIGHT, 4, 0xffffff), 0);
	assert_int_equal(rfb_server_create(&frame, &format, "test", &server), 0);
	assert_true(sd_event_new(&event) >= 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
	struct reader reader = { .fd = pair[1] };
	struct yield yield = { .run = read_during, .userdata = &reader };
	const struct update_source source = {
		.frame = &frame,
		.cursor = &cursor,
		.layout = &layout,
		.leds = &leds,
		.yield = &yield,
	};
	fill(&frame, colours);
	assert_int_equal(viewer_create(event, pair[0], "test", false, COMPRESSION_AUTO, server,
				       &source, &callbacks, NULL, &viewer),
			 0);
	assert_int_equal(send(pair[1], messages, sizeof(messages), 0), sizeof(messages));
	for (int quiet = 0; quiet < 3;) {
		quiet = sd_event_run(event, 0) > 0 ? 0 : quiet + 1;
		if (viewer_is_waiting(viewer) && viewer_has_something(viewer))
			viewer_send_update(viewer, monotonic_now());
		total += read_all(pair[1]);
	}
	*ret_during = reader.during;
	total += reader.during;
	viewer_destroy(viewer);
	close(pair[1]);
	sd_event_unref(event);
	rfb_server_destroy(server);
	frame_finish(&frame);
	return total;
}

static void test_near(void **state)
{
	size_t during;

	(void)state;
	min_rtt = 50;
	assert_true(first_picture(0, &during) > RAW_BYTES);
}

static void test_far(void **state)
{
	size_t during;

	(void)state;
	min_rtt = 40000;
	assert_in_range(first_picture(0, &during), 1000, RAW_BYTES / 20);
}

static void test_on_its_way_while_more_is_encoded(void **state)
{
	size_t during, total;

	(void)state;
	min_rtt = 40000;
	total = first_picture(0x0f0f0f, &during);
	assert_true(total > 100000);
	assert_true(during > total / 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_near),
		cmocka_unit_test(test_far),
		cmocka_unit_test(test_on_its_way_while_more_is_encoded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
