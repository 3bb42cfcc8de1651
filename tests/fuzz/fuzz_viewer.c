/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A viewer after the hand-off: its messages, and the updates for the pixel format and encodings
 * that it asked for, while picture, pointer, size and lights change, and the desktop and the status
 * screen take turns. Everything is real but the X server and the clock; what is sent is read as a
 * viewer would.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bytes.h"
#include "common/log.h"
#include "common/timer.h"
#include "common/wire.h"
#include "rfb_reader.h"
#include "scraper/framebuffer/cursor_image.h"
#include "scraper/framebuffer/status_picture.h"
#include "scraper/protocol/client_messages.h"
#include "scraper/viewer/viewer_connection.h"
#include "steered_event.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SIDE_MAX = 80, STEPS_MAX = 100, ROUNDS_MAX = 10000, SWITCH = 0xef };

struct run {
	sd_event *event;
	struct pixel_format format;	  /* of the desktop */
	const struct pixel_format *shown; /* that, or the status screen's */
	struct frame frame;
	struct cursor_state cursor;
	struct screen_layout layout;
	unsigned leds;
	struct rfb_server *server;
	struct viewer *viewer;
	int peer; /* the viewer's end */
	struct rfb_reader reader;
	bool is_stalled; /* it does not read: late data may have any format */
	bool was_stalled;
	bool is_gone;
};

/* ---- the server's part ---- */

static void on_wants(struct viewer *viewer, void *userdata)
{
	(void)viewer;
	(void)userdata;
}

static void on_key(struct viewer *viewer, struct client_key key, void *userdata)
{
	(void)key;
	(void)userdata;
	require(!viewer->view_only);
}

static void on_pointer(struct viewer *viewer, struct client_pointer pointer, void *userdata)
{
	struct run *run = userdata;

	require(!viewer->view_only);
	require(pointer.x >= 0 && pointer.x <= UINT16_MAX);
	require(pointer.y >= 0 && pointer.y <= UINT16_MAX);
	run->cursor.x = pointer.x;
	run->cursor.y = pointer.y;
}

static void on_resize(struct viewer *viewer, struct size_request request, void *userdata)
{
	(void)userdata;
	require(request.width >= 0 && request.height >= 0);
	require(viewer_requests_size(viewer));
	viewer_answer_size(viewer, SIZE_PROHIBITED);
}

static void on_encodings(struct viewer *viewer, void *userdata)
{
	(void)userdata;
	require(viewer->update.encodings.quality >= -1 && viewer->update.encodings.quality <= 9);
}

static void on_cut_text(struct viewer *viewer, const uint8_t *message, size_t length,
			void *userdata)
{
	int64_t said = client_cut_text_length(message);

	(void)viewer;
	(void)userdata;
	require((size_t)(said < 0 ? -said : said) + 8 == length);
	require(length <= CLIENT_MESSAGE_MAX);
}

static void on_text_sent(struct viewer *viewer, void *userdata)
{
	(void)viewer;
	(void)userdata;
}

static void on_gone(struct viewer *viewer, const char *reason, void *userdata)
{
	struct run *run = userdata;

	(void)viewer;
	require(!run->is_gone && strlen(reason) > 0);
	run->is_gone = true;
}

static const struct viewer_callbacks callbacks = {
	.wants = on_wants,
	.key = on_key,
	.pointer = on_pointer,
	.resize = on_resize,
	.encodings = on_encodings,
	.cut_text = on_cut_text,
	.text_sent = on_text_sent,
	.gone = on_gone,
};

static void read_all(struct run *run)
{
	uint8_t bytes[16384];
	ssize_t n;

	while (!run->is_stalled && (n = recv(run->peer, bytes, sizeof(bytes), MSG_DONTWAIT)) > 0)
		if (!run->was_stalled)
			rfb_reader_add(&run->reader, bytes, (size_t)n);
}

static struct run *current;

/*
 * The server asks this about each SetPixelFormat that it acts on: also about one that was in other
 * bytes, and not about one that it took for a part of another message (ld's --wrap).
 */
int __real_client_pixel_format_check(const uint8_t *message);
int __wrap_client_pixel_format_check(const uint8_t *message);
int __wrap_client_pixel_format_check(const uint8_t *message)
{
	int r = __real_client_pixel_format_check(message);

	if (r < 0 || current->was_stalled)
		return r;
	/* What was sent until now, ServerInit perhaps, is in the old format. */
	viewer_flush(current->viewer);
	read_all(current);
	rfb_reader_run(&current->reader);
	rfb_reader_set_format(&current->reader, message);
	return r;
}

/* Runs until nothing is left to do: then everything begun must be complete. */
static void settle(struct run *run)
{
	int rounds = 0;

	do {
		require(rounds++ < ROUNDS_MAX);
		if (!run->is_gone && viewer_is_waiting(run->viewer) &&
		    viewer_has_something(run->viewer))
			viewer_send_update(run->viewer, timer_now(run->event));
		read_all(run);
	} while (steered_event_run_io(run->event));
	read_all(run);
	if (run->was_stalled)
		return;
	rfb_reader_run(&run->reader);
	require(run->reader.n == 0 || run->is_stalled || run->is_gone);
}

/* ---- the viewer's part ---- */

static void send_bytes(struct run *run, const uint8_t *bytes, size_t n)
{
	(void)!send(run->peer, bytes, n, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static void set_pixel_format(struct run *run, struct bytes *input)
{
	uint8_t message[20] = { CLIENT_SET_PIXEL_FORMAT };
	size_t n;
	const uint8_t *format = take_some(input, 13, &n);

	if (n)
		memcpy(message + 4, format, n);
	send_bytes(run, message, sizeof(message));
}

/* A valid format; also 8 bits of any distribution. */
static void set_fair_format(struct run *run, struct bytes *input)
{
	static const uint8_t bits_per_pixel[] = { 8, 16, 32, 32 };
	uint8_t format[16] = { bits_per_pixel[take_u8(input) % 4] };
	uint8_t bits = format[0];
	struct bytes made = { format, 13 };

	format[1] = (uint8_t)(take_u8(input) % bits + 1);
	format[2] = take_u8(input) & 1;
	format[3] = bits > 8 || take_u8(input) % 4;
	for (int i = 0; i < 3; i++) {
		unsigned width = take_u8(input) % (bits < 16 ? bits : 16u) + 1;
		unsigned max = (1U << width) - 1;

		wire_write_u16(format + 4 + 2 * i, max);
		format[10 + i] = (uint8_t)(take_u8(input) % (bits - width + 1));
	}
	set_pixel_format(run, &made);
}

static void set_encodings(struct run *run, struct bytes *input)
{
	static const int32_t known[] = {
		0,
		1,
		5,
		6,
		7,
		16, /* pixels */
		-239,
		-240,
		-314,
		-232, /* the pointer */
		-223,
		-308,
		-224,
		-258,
		-261,
		0x574d5668,
		-316,
		-23,
		-32,
		-247,
		-256,
		-412,
		-512,
		-763, /* levels */
		(int32_t)0xfffe0000,
		(int32_t)0xfffe0001,
		(int32_t)0xfffe0002,
		(int32_t)0xfffe0003, /* libvncserver's own */
		-309,
		(int32_t)0xc0a1e5ce, /* xvp and the Extended Clipboard */
	};
	unsigned n = take_u8(input) % 32;
	uint8_t message[4 + 4 * 32] = { CLIENT_SET_ENCODINGS, 0, 0, (uint8_t)n };

	for (unsigned i = 0; i < n; i++) {
		unsigned which = take_u8(input);
		uint32_t number =
			which < 250 ? (uint32_t)known[which % (sizeof(known) / sizeof(*known))]
				    : take_u32(input);

		for (int b = 0; b < 4; b++)
			message[4 + 4 * i + (unsigned)b] = (uint8_t)(number >> (24 - 8 * b));
	}
	send_bytes(run, message, 4 + 4 * (size_t)n);
}

static void request(struct run *run, struct bytes *input)
{
	uint8_t message[10] = { CLIENT_UPDATE_REQUEST };
	size_t n;
	const uint8_t *rest = take_some(input, 9, &n);

	if (n)
		memcpy(message + 1, rest, n);
	send_bytes(run, message, sizeof(message));
}

static void send_rest(struct run *run, struct bytes *input)
{
	size_t n;
	const uint8_t *bytes = take_some(input, take_u8(input), &n);

	send_bytes(run, bytes, n);
}

/* ---- what else happens ---- */

static void draw(struct run *run, struct bytes *input)
{
	struct frame *frame = &run->frame;
	struct rect request = { take_u8(input), take_u8(input), take_u8(input), take_u8(input) };
	struct rect area = frame_align(
		frame, rect_intersect(request, (struct rect){ 0, 0, frame->width, frame->height }));
	uint32_t seed = take_u32(input) | 1, noise = take_u8(input);
	size_t stride = (size_t)area.w * (size_t)frame->bytes_per_pixel;
	struct tile_map changes;
	uint8_t *pixels;

	if (rect_is_empty(area))
		return;
	pixels = malloc(stride * (size_t)area.h);
	require(pixels && tile_map_init(&changes, frame->width, frame->height) == 0);
	for (size_t i = 0; i < stride * (size_t)area.h; i++) {
		if (noise && i % noise == 0)
			seed = seed * 1664525 + 1013904223;
		pixels[i] = (uint8_t)(seed >> (8 * (i % 4)));
	}
	require(viewer_keep_sending(run->viewer) == 0);
	frame_absorb(frame, pixels, stride, area, &changes);
	viewer_screen_changed(run->viewer, &changes, (struct move){ 0 });
	tile_map_finish(&changes);
	free(pixels);
}

static void move(struct run *run, struct bytes *input)
{
	struct rect screen = { 0, 0, run->frame.width, run->frame.height };
	struct move moved = { .dx = (int8_t)take_u8(input), .dy = (int8_t)take_u8(input) };
	struct rect from = rect_intersect(screen, (struct rect){ take_u8(input), take_u8(input),
								 take_u8(input), take_u8(input) });

	moved.to = (struct rect){ from.x + moved.dx, from.y + moved.dy, from.w, from.h };
	struct tile_map changes;

	if (rect_is_empty(from) || !rect_contains(screen, moved.to))
		return;
	require(tile_map_init(&changes, screen.w, screen.h) == 0);
	require(viewer_keep_sending(run->viewer) == 0);
	move_apply(&run->frame, moved);
	viewer_screen_changed(run->viewer, &changes, moved);
	tile_map_finish(&changes);
}

static void set_shape(struct run *run, struct bytes *input)
{
	int width = take_u8(input) % 40, height = take_u8(input) % 40;
	uint32_t argb[40 * 40 + 1] = { 0 }, colour = take_u32(input);
	struct cursor_image shape;

	for (int i = 0; i < width * height; i++)
		argb[i] = i % 3 ? colour : 0;
	require(cursor_image_init(&shape, width, height, take_u8(input), take_u8(input), argb) ==
		0);
	cursor_image_finish(&run->cursor.shape);
	run->cursor.shape = shape;
}

static void make_frame(struct run *run, int width, int height)
{
	const struct pixel_format *format = run->shown;

	require(frame_init(&run->frame, width, height, format->bits_per_pixel / 8,
			   format->red_mask | format->green_mask | format->blue_mask) == 0);
	run->layout = (struct screen_layout){ .n = 1 };
	run->layout.screens[0].id = 1;
	run->layout.screens[0].area = (struct rect){ 0, 0, width, height };
}

static void resize(struct run *run, struct bytes *input)
{
	int width = take_u8(input) % SIDE_MAX + 1, height = take_u8(input) % SIDE_MAX + 1;

	require(viewer_keep_sending(run->viewer) == 0);
	frame_finish(&run->frame);
	make_frame(run, width, height);
	rfb_server_set_frame(run->server, &run->frame, run->shown);
	require(viewer_resize(run->viewer) == 0);
}

static void write_status(struct run *run, struct bytes *input)
{
	struct status_text text = { 0 };
	size_t n;
	const uint8_t *reason = take_some(input, take_u8(input), &n);

	snprintf(text.headline, sizeof(text.headline), "Waiting");
	for (size_t i = 0; i < n; i++)
		text.reason[i] = (char)(reason[i] ? reason[i] : ' ');
	status_picture_draw(&run->frame, &text, take_u8(input));
}

/* The session ends, or the next one has come: with the same size, or another one. */
static void switch_view(struct run *run, struct bytes *input)
{
	struct frame old = run->frame;
	int width = take_u8(input) * 2 + 1, height = take_u8(input) * 2 + 1;
	bool keeps_size = width % 4 == 1;

	require(viewer_keep_sending(run->viewer) == 0);
	run->shown = run->shown == &run->format ? &status_picture_format : &run->format;
	make_frame(run, keeps_size ? old.width : width, keeps_size ? old.height : height);
	if (run->shown != &run->format)
		write_status(run, input);
	rfb_server_set_frame(run->server, &run->frame, run->shown);
	require(viewer_resize(run->viewer) == 0);
	viewer_layout_changed(run->viewer, SIZE_BY_SERVER);
	frame_finish(&old);
}

/* As the kernel and the viewer's requests would have it. */
static void change_link(struct run *run, struct bytes *input)
{
	struct link_speed *link = &run->viewer->update.link;

	link_speed_heard(link, take_u16(input), (uint64_t)take_u8(input) << 12, false);
	link->round_rate = (uint64_t)take_u8(input) << 12;
}

static void change_leds(struct run *run, struct bytes *input)
{
	run->leds = take_u8(input) % 8;
	viewer_ring(run->viewer);
}

static void send_text(struct run *run, struct bytes *input)
{
	size_t n;
	const uint8_t *text = take_some(input, take_u8(input), &n);
	uint8_t message[8 + 256] = { 3, 0, 0, 0, 0, 0, 0, (uint8_t)n };

	if (!run->reader.has_init)
		return;
	if (n)
		memcpy(message + 8, text, n);
	require(viewer_send_text(run->viewer, message, 8 + n) == 0);
}

static void step(struct run *run, struct bytes *input)
{
	static void (*const steps[])(struct run *, struct bytes *) = {
		set_pixel_format,
		set_fair_format,
		set_encodings,
		request,
		request,
		send_rest,
		draw,
		draw,
		move,
		set_shape,
		resize,
		change_link,
		change_leds,
		send_text,
	};
	unsigned what = take_u8(input);

	if (what >= 0xf8) {
		run->is_stalled = what & 1;
		run->was_stalled |= run->is_stalled;
	} else if (what >= 0xf0) {
		steered_event_advance(run->event, UINT64_C(1) << take_u8(input) % 24);
	} else if (what == SWITCH) {
		switch_view(run, input);
	} else {
		steps[what % (sizeof(steps) / sizeof(*steps))](run, input);
	}
	settle(run);
}

static void begin(struct run *run, struct bytes *input)
{
	static const struct pixel_format formats[] = {
		{ 32, 24, 0xff0000, 0xff00, 0xff },
		{ 32, 30, 0x3ff00000, 0xffc00, 0x3ff },
		{ 16, 16, 0xf800, 0x7e0, 0x1f },
		{ 8, 8, 0x07, 0x38, 0xc0 },
	};
	unsigned choice = take_u8(input);
	struct update_source source = {
		.frame = &run->frame,
		.cursor = &run->cursor,
		.layout = &run->layout,
		.leds = &run->leds,
	};
	int pair[2];

	current = run;
	log_set_level(LOG_LEVEL_ERROR);
	run->event = steered_event_new();
	run->format = formats[choice % 4];
	run->shown = &run->format;
	make_frame(run, take_u8(input) % SIDE_MAX + 1, take_u8(input) % SIDE_MAX + 1);
	require(rfb_server_create(&run->frame, &run->format, "fuzzed", &run->server) == 0);
	require(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) == 0);
	run->peer = pair[0];
	require(viewer_create(run->event, pair[1], "peer", choice & 4,
			      choice & 8 ? COMPRESSION_NONE : COMPRESSION_BEST, run->server,
			      &source, &callbacks, run, &run->viewer) == 0);
	if (choice & 16)
		link_speed_heard(&run->viewer->update.link, 2000, 1000000, false);
	send_bytes(run, (const uint8_t[]){ choice >> 5 & 1 }, choice < 0xf0);
	settle(run);
}

static void end(struct run *run)
{
	viewer_destroy(run->viewer);
	rfb_server_destroy(run->server);
	close(run->peer);
	sd_event_unref(run->event);
	cursor_image_finish(&run->cursor.shape);
	frame_finish(&run->frame);
	rfb_reader_finish(&run->reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes input = { data, size };
	struct run run = { .peer = -1 };

	begin(&run, &input);
	for (int i = 0; i < STEPS_MAX && input.left && !run.is_gone; i++)
		step(&run, &input);
	end(&run);
	return 0;
}
