/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include <unistd.h>

#include "probe.h"

enum { ENCODINGS_MAX = 24 };

struct counters counters;
struct samples marker_samples, content_samples, key_samples, direct_samples, echo_samples,
	frame_times;
enum window_state window_state;
int64_t window_start, window_end;

static struct counters at_start, at_end;
static bool awaited;

static struct {
	int32_t encoding;
	uint64_t rectangles, pixels, bytes;
} encodings[ENCODINGS_MAX];
static int n_encodings;

void samples_add(struct samples *samples, double ms)
{
	if (samples->count == samples->capacity) {
		samples->capacity = samples->capacity ? samples->capacity * 2 : 256;
		samples->values = realloc(samples->values,
					  samples->capacity * sizeof(*samples->values));
		if (!samples->values)
			die("probe: out of memory");
	}
	samples->values[samples->count++] = ms < 0 ? 0 : ms;
}

int window_poll_fd(void)
{
	return awaited ? STDIN_FILENO : -1;
}

void window_await(void)
{
	awaited = true;
}

void window_open(void)
{
	char line[64];

	/* The end of the file opens it too: then no caller says when. */
	if (read(STDIN_FILENO, line, sizeof(line)) < 0)
		die("probe: cannot read standard input");
	awaited = false;
	at_start = counters;
	window_start = now_ns();
	window_end = window_start + (int64_t)(options.seconds * (double)SECOND);
	window_state = WINDOW_OPEN;
	puts("START");
	fflush(stdout);
}

void window_tick(void)
{
	if (window_state != WINDOW_OPEN || now_ns() < window_end)
		return;
	window_state = WINDOW_CLOSED;
	window_end = now_ns();
	at_end = counters;
	puts("END");
	fflush(stdout);
}

void stats_count_rectangle(int32_t encoding, uint64_t pixels, uint64_t bytes)
{
	int i = 0;

	if (window_state != WINDOW_OPEN)
		return;
	while (i < n_encodings && encodings[i].encoding != encoding)
		i++;
	if (i == ENCODINGS_MAX)
		return;
	if (i == n_encodings)
		encodings[n_encodings++].encoding = encoding;
	encodings[i].rectangles++;
	encodings[i].pixels += pixels;
	encodings[i].bytes += bytes;
}

static void print_samples(const char *name, const struct samples *samples)
{
	printf(",\"%s\":[", name);
	for (size_t i = 0; i < samples->count; i++)
		printf("%s%.3f", i ? "," : "", samples->values[i]);
	putchar(']');
}

static void print_rate(const char *name, uint64_t from, uint64_t to)
{
	double seconds = (double)(window_end - window_start) / (double)SECOND;

	printf(",\"%s\":%.3f", name, (double)(to - from) / seconds);
}

static void print_window(void)
{
	printf(",\"seconds\":%.3f", (double)(window_end - window_start) / (double)SECOND);
	print_rate("updates", at_start.updates, at_end.updates);
	print_rate("picture_updates", at_start.picture_updates, at_end.picture_updates);
	print_rate("rectangles", at_start.rectangles, at_end.rectangles);
	print_rate("bytes", at_start.bytes, at_end.bytes);
	print_rate("pixels", at_start.pixels, at_end.pixels);
	print_rate("frames", at_start.frames, at_end.frames);
	print_rate("torn", at_start.torn, at_end.torn);
	print_samples("marker_ms", &marker_samples);
	print_samples("content_ms", &content_samples);
	print_samples("key_ms", &key_samples);
	print_samples("direct_ms", &direct_samples);
	print_samples("echo_ms", &echo_samples);
	print_samples("frame_times_ms", &frame_times);
	printf(",\"encodings\":{");
	for (int i = 0; i < n_encodings; i++)
		printf("%s\"%d\":[%llu,%llu,%llu]", i ? "," : "", encodings[i].encoding,
		       (unsigned long long)encodings[i].rectangles,
		       (unsigned long long)encodings[i].pixels,
		       (unsigned long long)encodings[i].bytes);
	putchar('}');
}

void stats_print(const struct outcome *outcome)
{
	printf("{\"width\":%d,\"height\":%d", picture.width, picture.height);
	printf(",\"handshake_ms\":%.3f,\"first_update_ms\":%.3f,\"full_frame_ms\":%.3f",
	       outcome->handshake_ms, outcome->first_update_ms, outcome->full_frame_ms);
	printf(",\"full_frame_bytes\":%llu", (unsigned long long)outcome->full_frame_bytes);
	if (window_state == WINDOW_CLOSED)
		print_window();
	if (options.resizes)
		resize_print();
	printf(",\"wrong_pixels\":%lld,\"pointer_pixels\":%lld,\"wrong_at\":[%d,%d]}\n",
	       (long long)outcome->wrong_pixels, (long long)outcome->pointer_pixels,
	       outcome->wrong_x, outcome->wrong_y);
}
