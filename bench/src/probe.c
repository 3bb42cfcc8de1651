/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * probe: connects as guacd would, decodes everything, and measures.
 *
 *   probe -port P [-host H] [-password PW] [-encodings LIST] [-level N] [-quality N]
 *         [-display :N] [-marker | -keys] [-ticks FILE] [-verify] [-verify-wait S]
 *         [-tolerance N] [-verify-rest S] [-seconds S] [-gap S] [-once | -stall]
 *         [-resizes N -resize-gap S]
 *
 * Prints READY when the first whole picture has arrived. A line (or the end) of standard input
 * opens the measured window (START), which closes after -seconds (END). Then prints one line of
 * JSON.
 *
 *   -once     end at READY: only the times of the first picture
 *   -stall    request more at READY, and never read again
 *   -resizes  request N sizes, S seconds apart, the last one as it was; the window closes
 *             when the picture is right after that, or after -seconds
 */
#include <X11/Xlib.h>
#include <string.h>
#include <unistd.h>

#include "probe.h"

enum { FIRST_PICTURE_LIMIT_S = 90 };

struct options options = {
	.host = "127.0.0.1",
	.port = "5900",
	.encodings = "zrle ultra copyrect hextile zlib corre rre raw",
	.seconds = 5,
	.verify_wait = 8,
	.verify_rest = 0.7,
	.gap = 0.06,
	.quality = -1,
	.level = -1,
};

static const struct {
	const char *name;
	const char **text;
	double *number;
	int *integer;
	bool *flag;
} table[] = {
	{ "-host", &options.host, NULL, NULL, NULL },
	{ "-port", &options.port, NULL, NULL, NULL },
	{ "-display", &options.display, NULL, NULL, NULL },
	{ "-password", &options.password, NULL, NULL, NULL },
	{ "-encodings", &options.encodings, NULL, NULL, NULL },
	{ "-ticks", &options.ticks, NULL, NULL, NULL },
	{ "-seconds", NULL, &options.seconds, NULL, NULL },
	{ "-verify-wait", NULL, &options.verify_wait, NULL, NULL },
	{ "-verify-rest", NULL, &options.verify_rest, NULL, NULL },
	{ "-gap", NULL, &options.gap, NULL, NULL },
	{ "-resize-gap", NULL, &options.resize_gap, NULL, NULL },
	{ "-resizes", NULL, NULL, &options.resizes, NULL },
	{ "-quality", NULL, NULL, &options.quality, NULL },
	{ "-tolerance", NULL, NULL, &options.tolerance, NULL },
	{ "-level", NULL, NULL, &options.level, NULL },
	{ "-marker", NULL, NULL, NULL, &options.marker },
	{ "-keys", NULL, NULL, NULL, &options.keys },
	{ "-verify", NULL, NULL, NULL, &options.verify },
	{ "-once", NULL, NULL, NULL, &options.once },
	{ "-stall", NULL, NULL, NULL, &options.stall },
};

/* Takes argv[i] and its value; returns the number of arguments used. */
static int parse_option(char **argv, int i, int argc)
{
	for (size_t k = 0; k < sizeof(table) / sizeof(*table); k++) {
		if (strcmp(argv[i], table[k].name))
			continue;
		if (table[k].flag) {
			*table[k].flag = true;
			return 1;
		}
		if (i + 1 == argc)
			die("probe: %s needs a value", argv[i]);
		if (table[k].text)
			*table[k].text = argv[i + 1];
		else if (table[k].number)
			*table[k].number = atof(argv[i + 1]);
		else
			*table[k].integer = atoi(argv[i + 1]);
		return 2;
	}
	die("probe: unknown option %s", argv[i]);
}

static void open_displays(void)
{
	if (!options.display)
		return;
	if (options.verify)
		verify_open(options.display);
	if (options.marker || options.keys)
		marker_open(options.display);
}

static double ms_since(int64_t start)
{
	return (double)(now_ns() - start) / (double)MILLISECOND;
}

static void read_first_picture(struct outcome *outcome)
{
	int64_t start = now_ns();
	bool seen = false;

	wire_connect(options.host, options.port);
	protocol_handshake();
	outcome->handshake_ms = ms_since(start);
	protocol_request(false);
	while (picture.n_uncovered) {
		enum message message;

		if (!wire_wait(start + FIRST_PICTURE_LIMIT_S * SECOND))
			die("probe: no whole picture within %d s", FIRST_PICTURE_LIMIT_S);
		message = protocol_message();
		if (message == MESSAGE_PICTURE && !seen) {
			seen = true;
			outcome->first_update_ms = ms_since(start);
		}
		if (message != MESSAGE_OTHER && picture.n_uncovered)
			protocol_request(true);
	}
	outcome->full_frame_ms = ms_since(start);
	outcome->full_frame_bytes = counters.bytes;
	puts("READY");
	fflush(stdout);
	protocol_request(true);
}

static void measure(void)
{
	bool marker = options.display && (options.marker || options.keys);

	if (marker)
		marker_start();
	window_await();
	while (window_state != WINDOW_CLOSED) {
		if (wire_wait(options.resizes ? resize_tick() : 0) &&
		    protocol_message() != MESSAGE_OTHER)
			protocol_request(true);
		window_tick();
	}
	if (marker)
		marker_stop();
}

int main(int argc, char **argv)
{
	struct outcome outcome = { .wrong_pixels = -1, .pointer_pixels = -1 };

	for (int i = 1; i < argc;)
		i += parse_option(argv, i, argc);
	XInitThreads();
	if (options.ticks)
		ticks_attach(options.ticks);
	open_displays();
	read_first_picture(&outcome);
	while (options.stall)
		pause();
	if (!options.once)
		measure();
	if (options.verify && options.display)
		verify_picture(&outcome);
	stats_print(&outcome);
	return 0;
}
