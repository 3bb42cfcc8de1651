/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A viewer built on libvncclient, as guacd is. It exists because that library is the viewer that
 * most users have: lib/rfb.py is our own reading of the protocol, this is somebody else's. It takes
 * one command a line on stdin, and answers each with one line: "ok" and words, "error WHY", or
 * "skip WHY" for what this libvncclient lacks. It reads from the server only while a command waits.
 *
 * Usage: vncclient PORT PASSWORD ENCODINGS FORMAT
 * FORMAT is BITS/RED_MAX,GREEN_MAX,BLUE_MAX/RED_SHIFT,GREEN_SHIFT,BLUE_SHIFT[/big]
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <rfb/rfbclient.h>

enum { PATIENCE = 10 }; /* seconds */

static const char *password;
static struct {
	unsigned cursors, updates, resizes, texts;
	char *text;
	size_t text_length;
} seen;

/* A picture that xclient wrote: each pixel as X has it. */
struct picture {
	int width, height, bytes;
	unsigned long masks[3];
	uint8_t *pixels;
};

static char *get_password(rfbClient *client)
{
	(void)client;
	return strdup(password);
}

static void on_cursor(rfbClient *client, int hot_x, int hot_y, int width, int height, int bytes)
{
	(void)client;
	(void)hot_x;
	(void)hot_y;
	(void)width;
	(void)height;
	(void)bytes;
	seen.cursors++;
}

static void on_finished(rfbClient *client)
{
	(void)client;
	seen.updates++;
}

static rfbBool on_size(rfbClient *client)
{
	size_t bytes = (size_t)client->width * (size_t)client->height *
		       client->format.bitsPerPixel / 8;

	free(client->frameBuffer);
	client->frameBuffer = calloc(1, bytes);
	seen.resizes++;
	return client->frameBuffer ? TRUE : FALSE;
}

static char last_log[256];

static void on_log(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void on_log(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(last_log, sizeof(last_log), format, arguments);
	va_end(arguments);
	last_log[strcspn(last_log, "\n")] = '\0';
	fprintf(stderr, "libvncclient: %s\n", last_log);
}

/* Keeps the server's clipboard text, as it came: Latin-1. */
static void on_text(rfbClient *client, const char *text, int length)
{
	(void)client;
	free(seen.text);
	seen.text = malloc((size_t)length + 1);
	if (!seen.text)
		return;
	memcpy(seen.text, text, (size_t)length);
	seen.text_length = (size_t)length;
	seen.texts++;
}

static bool parse_format(const char *text, rfbPixelFormat *format)
{
	unsigned bits, max[3], shift[3];
	char big[4] = "";

	if (sscanf(text, "%u/%u,%u,%u/%u,%u,%u/%3s", &bits, &max[0], &max[1], &max[2], &shift[0],
		   &shift[1], &shift[2], big) < 7)
		return false;
	format->bitsPerPixel = (uint8_t)bits;
	format->depth = (uint8_t)(bits == 32 ? 24 : bits);
	format->bigEndian = strcmp(big, "big") == 0;
	format->trueColour = (uint8_t)TRUE; /* 255, as libvncclient itself has it */
	format->redMax = (uint16_t)max[0];
	format->greenMax = (uint16_t)max[1];
	format->blueMax = (uint16_t)max[2];
	format->redShift = (uint8_t)shift[0];
	format->greenShift = (uint8_t)shift[1];
	format->blueShift = (uint8_t)shift[2];
	return true;
}

static rfbClient *create(int port, const char *encodings, const char *format)
{
	rfbClient *client = rfbGetClient(8, 3, 4);

	if (!client || !parse_format(format, &client->format))
		return NULL;
	client->serverHost = strdup("127.0.0.1");
	client->serverPort = port;
	client->canHandleNewFBSize = TRUE;
	client->MallocFrameBuffer = on_size;
	client->GetPassword = get_password;
	client->GotCursorShape = on_cursor;
	client->FinishedFrameBufferUpdate = on_finished;
	client->GotXCutText = on_text;
	client->appData.useRemoteCursor = TRUE;
	client->appData.compressLevel = 3;
	client->appData.qualityLevel = 9;
	client->appData.enableJPEG = FALSE;
	client->appData.encodingsString = encodings;
	return client;
}

/* ---- pictures ---- */

static bool read_picture(const char *path, struct picture *ret_picture)
{
	struct picture p;
	FILE *file = fopen(path, "re");
	bool well = file &&
		    fscanf(file, "%d %d %d %lx %lx %lx", &p.width, &p.height, &p.bytes, &p.masks[0],
			   &p.masks[1], &p.masks[2]) == 6 &&
		    fgetc(file) == '\n';

	if (well) {
		size_t size = (size_t)p.width * (size_t)p.height * (size_t)p.bytes;

		p.pixels = malloc(size);
		well = p.pixels && fread(p.pixels, 1, size, file) == size;
		if (!well)
			free(p.pixels);
	}
	if (file)
		fclose(file);
	if (well)
		*ret_picture = p;
	return well;
}

static uint32_t load(const uint8_t *from, int bytes, bool big)
{
	uint32_t value = 0;

	for (int i = 0; i < bytes; i++)
		value |= (uint32_t)from[i] << 8 * (big ? bytes - 1 - i : i);
	return value;
}

/* The largest difference of a channel, in steps of the viewer's. */
static int distance(const rfbPixelFormat *format, uint32_t ours, const struct picture *p,
		    uint32_t theirs)
{
	const unsigned max[3] = { format->redMax, format->greenMax, format->blueMax };
	const unsigned shift[3] = { format->redShift, format->greenShift, format->blueShift };
	int most = 0;

	for (int i = 0; i < 3; i++) {
		unsigned long mask = p->masks[i], low = mask & -mask, top = mask / low;
		unsigned long value = (theirs & mask) / low;
		int expected = (int)((value * max[i] + top / 2) / top);
		int difference = abs(expected - (int)(ours >> shift[i] & max[i]));

		if (difference > most)
			most = difference;
	}
	return most;
}

/* How many pixels differ by more than `tolerance`. Describes the first of them. */
static long count_wrong(rfbClient *client, const struct picture *p, int tolerance, char first[64])
{
	const rfbPixelFormat *format = &client->format;
	int bytes = format->bitsPerPixel / 8;
	long wrong = 0;

	if (client->width != p->width || client->height != p->height) {
		snprintf(first, 64, "size %dx%d", client->width, client->height);
		return (long)p->width * p->height;
	}
	for (long i = 0; i < (long)p->width * p->height; i++) {
		uint32_t ours = load(client->frameBuffer + i * bytes, bytes, format->bigEndian);
		uint32_t theirs = load(p->pixels + i * p->bytes, p->bytes, false);

		if (distance(format, ours, p, theirs) <= tolerance)
			continue;
		if (!wrong++)
			snprintf(first, 64, "%ld,%ld is %x, not %x", i % p->width, i / p->width,
				 ours, theirs);
	}
	return wrong;
}

/* ---- commands ---- */

static bool handle_one(rfbClient *client, unsigned milliseconds)
{
	int r = WaitForMessage(client, milliseconds * 1000);

	return r == 0 || (r > 0 && HandleRFBServerMessage(client));
}

static void do_expect(rfbClient *client, const char *arguments)
{
	time_t end = time(NULL) + PATIENCE;
	char path[256], first[64] = "";
	struct picture picture;
	int tolerance;
	long wrong;

	if (sscanf(arguments, "%255s %d", path, &tolerance) != 2 || !read_picture(path, &picture)) {
		puts("error expect PICTURE TOLERANCE");
		return;
	}
	while ((wrong = count_wrong(client, &picture, tolerance, first)) && time(NULL) < end) {
		if (!handle_one(client, 500)) {
			snprintf(first, sizeof(first), "the connection is over");
			break;
		}
	}
	free(picture.pixels);
	if (wrong)
		printf("error %ld pixels are wrong: %s\n", wrong, first);
	else
		printf("ok %u updates\n", seen.updates);
}

static void do_cursor(rfbClient *client)
{
	time_t end = time(NULL) + PATIENCE;
	unsigned before = seen.cursors;

	while (seen.cursors == before && time(NULL) < end && handle_one(client, 500))
		;
	puts(seen.cursors > before ? "ok" : "error no cursor came");
}

/* copy HEX: bytes of Latin-1 */
static void do_copy(rfbClient *client, const char *hex)
{
	char text[256];
	size_t n = 0;
	unsigned byte;

	while (n < sizeof(text) && sscanf(hex + 2 * n, "%2x", &byte) == 1)
		text[n++] = (char)byte;
	puts(SendClientCutText(client, text, (int)n) ? "ok" : "error");
}

/* paste: the last text that came since the last paste, or else the next one, in hexadecimal */
static void do_paste(rfbClient *client)
{
	time_t end = time(NULL) + PATIENCE;

	while (!seen.texts && time(NULL) < end && handle_one(client, 500))
		;
	seen.texts = 0;
	fputs("ok ", stdout);
	for (size_t i = 0; i < seen.text_length; i++)
		printf("%02x", (unsigned)(unsigned char)seen.text[i]);
	puts("");
}

/* resize WIDTH HEIGHT: as guacd does, once the server described its screens */
static void do_resize(rfbClient *client, unsigned width, unsigned height)
{
#ifdef HAVE_VNCCLIENT_RESIZE
	time_t end = time(NULL) + PATIENCE;
	unsigned before = seen.resizes;

	while (!client->screen.width && time(NULL) < end && handle_one(client, 500))
		;
	if (!SendExtDesktopSize(client, (uint16_t)width, (uint16_t)height)) {
		puts("error");
		return;
	}
	client->requestedResize = FALSE;
	SendFramebufferUpdateRequest(client, 0, 0, client->width, client->height, FALSE);
	while (seen.resizes == before && time(NULL) < end && handle_one(client, 500))
		;
	printf("ok %d %d\n", client->width, client->height);
#else
	(void)client;
	printf("skip this libvncclient cannot ask for %u x %u\n", width, height);
#endif
}

/* scan KEYSYM KEYCODE DOWN */
static void do_scan(rfbClient *client, unsigned keysym, unsigned keycode, bool down)
{
#ifdef HAVE_VNCCLIENT_SCAN_CODES
	puts(SendExtendedKeyEvent(client, keysym, keycode, down) ? "ok" : "error");
#else
	(void)client;
	printf("skip this libvncclient cannot send scan code %x, keysym %x, %d\n", keycode, keysym,
	       down);
#endif
}

static void obey(rfbClient *client, const char *line)
{
	unsigned a, b, c;

	if (strncmp(line, "expect ", 7) == 0)
		do_expect(client, line + 7);
	else if (strcmp(line, "cursor") == 0)
		do_cursor(client);
	else if (strncmp(line, "copy ", 5) == 0)
		do_copy(client, line + 5);
	else if (strcmp(line, "paste") == 0)
		do_paste(client);
	else if (sscanf(line, "resize %u %u", &a, &b) == 2)
		do_resize(client, a, b);
	else if (sscanf(line, "key %x %u", &a, &b) == 2)
		puts(SendKeyEvent(client, a, b != 0) ? "ok" : "error");
	else if (sscanf(line, "scan %x %x %u", &a, &b, &c) == 3)
		do_scan(client, a, b, c != 0);
	else if (sscanf(line, "pointer %u %u %u", &a, &b, &c) == 3)
		puts(SendPointerEvent(client, (int)a, (int)b, (int)c) ? "ok" : "error");
	else
		puts("error unknown command");
}

int main(int argc, char **argv)
{
	char line[512];

	if (argc != 5)
		return EXIT_FAILURE;
	rfbClientLog = rfbClientErr = on_log;
	password = argv[2];
	rfbClient *client = create(atoi(argv[1]), argv[3], argv[4]);
	if (!client)
		return EXIT_FAILURE;
	if (!rfbInitClient(client, NULL, NULL)) { /* which frees it, when it fails */
		printf("error %s\n", last_log);
		return EXIT_FAILURE;
	}
	printf("ok %d %d\n", client->width, client->height);
	fflush(stdout);
	while (fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\n")] = '\0';
		obey(client, line);
		fflush(stdout);
	}
	free(client->frameBuffer);
	client->frameBuffer = NULL;
	rfbClientCleanup(client);
	return EXIT_SUCCESS;
}
