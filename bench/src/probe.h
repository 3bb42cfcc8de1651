/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * probe: the measuring RFB client. It has one connection, so each part keeps its state in its own
 * file; this header declares what they share. Any error ends the program with a reason.
 */
#ifndef BENCH_PROBE_H
#define BENCH_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base.h"

struct options {
	const char *host, *port, *display, *password, *encodings, *ticks;
	double seconds;	    /* length of the measured window */
	double verify_wait; /* stop waiting for rest after this many seconds */
	double verify_rest; /* rest is this many seconds without a message */
	double gap;	    /* shortest pause between two markers, seconds */
	double resize_gap;  /* pause between two sizes, seconds */
	int resizes;	    /* sizes to request in the window, 0: none */
	int tolerance;	    /* how far a channel of a marker or tick may be off, 0 to 255 */
	int quality, level; /* requested JPEG quality and compression level, -1: none */
	bool marker, keys, verify, stall, once;
};
extern struct options options;

/* ---- stats.c: counters, samples, the measured window, the JSON line ---- */

struct counters {
	uint64_t bytes, updates, picture_updates, rectangles, pixels, frames, torn;
};
extern struct counters counters;

struct samples {
	double *values; /* ms */
	size_t count, capacity;
};
/* marker: from the screen to the picture; content: the same for the workload's frames;
 * key: from sending to KeyPress in X; echo: to its effect in the picture; frame_time: since start.
 */
extern struct samples marker_samples, content_samples, key_samples, direct_samples, echo_samples,
	frame_times;

void samples_add(struct samples *samples, double ms);

enum window_state { WINDOW_BEFORE, WINDOW_OPEN, WINDOW_CLOSED };
extern enum window_state window_state;
extern int64_t window_start, window_end;

/* Opens the window when a line comes on standard input; prints START. */
int window_poll_fd(void); /* -1 unless the line is awaited */
void window_await(void);
void window_open(void);
/* Closes it when its time is over, even in the middle of an update; prints END. */
void window_tick(void);

void stats_count_rectangle(int32_t encoding, uint64_t pixels, uint64_t bytes);

struct outcome {
	double handshake_ms, first_update_ms, full_frame_ms;
	uint64_t full_frame_bytes;
	int64_t wrong_pixels, pointer_pixels; /* -1: not verified */
	int wrong_x, wrong_y;
};
void stats_print(const struct outcome *outcome);

/* ---- wire.c: the socket ---- */

void wire_connect(const char *host, const char *port);
/* Waits for input until `until` (0: for ever), at most to the end of the window. */
bool wire_wait(int64_t until);
void wire_read(void *data, size_t length);
void wire_skip(size_t length);
unsigned wire_read8(void);
unsigned wire_read16(void);
uint32_t wire_read32(void);
uint64_t wire_position(void); /* bytes consumed so far */
/* May be called from any thread; one call is one message. */
void wire_write(const void *data, size_t length);

/* ---- picture.c: the decoded picture, and the encodings without compression ---- */

extern struct picture {
	uint32_t *pixels; /* 0x??RRGGBB */
	int width, height;
	uint8_t *covered;
	size_t n_uncovered; /* pixels not received yet */
} picture;

void picture_resize(int width, int height);
void picture_cover(int x, int y, int width, int height);
uint32_t *picture_at(int x, int y);
void picture_fill(int x, int y, int width, int height, uint32_t color);

void decode_raw(int x, int y, int width, int height);
void decode_copyrect(int x, int y, int width, int height);
void decode_rre(int x, int y, int width, int height, bool compact);
void decode_hextile(int x, int y, int width, int height);

/* ---- inflate.c: the compressed encodings except Tight and ZRLE's tiles ---- */

enum inflate_stream { STREAM_TIGHT = 0, STREAM_ZRLE = 4, STREAM_ZLIB = 5, N_STREAMS };

/* A buffer of at least `size` bytes that stays valid until the next call. */
uint8_t *inflate_output(size_t size);
uint8_t *inflate_input(size_t size);
/* Reads `length` bytes and inflates them to `out`; returns how many that gives, at most `capacity`.
 */
size_t inflate_from_wire(int stream, size_t length, uint8_t *out, size_t capacity);
void inflate_reset_stream(int stream);
void decode_zlib(int x, int y, int width, int height);

/* ---- zrle.c, tight.c ---- */

void decode_zrle(int x, int y, int width, int height);
void decode_tight(int x, int y, int width, int height);

/* ---- protocol.c ---- */

void protocol_handshake(void);
void protocol_request(bool incremental);
/* A press and a release of a key. */
void protocol_key(uint32_t keysym);

/* A size of one screen, as guacd requests it: SetDesktopSize, then all of the picture.
 * False if the server has sent no ExtendedDesktopSize yet, and so cannot be asked. */
bool protocol_request_size(int width, int height);

enum message { MESSAGE_OTHER, MESSAGE_UPDATE, MESSAGE_PICTURE };
/* Reads one message; MESSAGE_PICTURE is an update that carried pixels. */
enum message protocol_message(void);

/* ---- marker.c: finding the marker and the frames in the picture ---- */

void marker_open(const char *display);
void marker_start(void);
void marker_stop(void);
/* Checks whether the marker's last colour is in the picture. */
void marker_look(void);
void ticks_attach(const char *path);
void ticks_look(void);

/* ---- resize.c: a storm of sizes, by libvncclient's rule ----
 *
 * From a size that it has requested until the next ExtendedDesktopSize libvncclient requests
 * nothing and its user sees none of the pixels (its field requestedResize).
 */

/* Requests what is due, and ends the window when the picture is right after the last size. Returns
 * when the next one is due (ns), 0: no more. Call it after each message, and at that time. */
int64_t resize_tick(void);
bool resize_waits(void); /* for the server's answer */
void resize_note_answer(int result);
void resize_note_skipped(uint64_t pixels);
void resize_print(void); /* its part of the JSON line */

/* ---- verify.c ---- */

void verify_open(const char *display);
/* Compares the picture with the screen. If they differ in size, every pixel is wrong. */
void verify_compare(struct outcome *ret_outcome);
/* Waits for rest, then compares. */
void verify_picture(struct outcome *ret_outcome);

#endif
