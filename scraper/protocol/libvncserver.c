/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "libvncserver.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <rfb/rfb.h>

#include "client_messages.h"
#include "common/log.h"

#ifndef RFB_INVALID_SOCKET /* before 0.9.13 */
#define RFB_INVALID_SOCKET (-1)
#endif

enum {
	STAGING_KEEP = 4 * 1024 *
		       1024, /* bytes of staging memory that are kept from update to update */
};

struct rfb_server {
	rfbScreenInfoPtr screen;
	struct pixel_format format;
	char name[128];
	int staging; /* memfd: what an update is put together in */
};

struct rfb_client {
	struct rfb_server *server;
	rfbClientPtr cl;
	int near,
		far; /* the socket pair that carries messages to libvncserver, which owns `near` */
};

/* libvncserver's own messages. What an administrator needs is logged by our own code. */
static void log_chatter(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void log_chatter(const char *format, ...)
{
	char line[256];
	va_list arguments;

	if (log_get_level() < LOG_LEVEL_DEBUG)
		return;
	va_start(arguments, format);
	int n = vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	if (n > 0 && (size_t)n < sizeof(line) && line[n - 1] == '\n')
		line[n - 1] = '\0';
	log_debug("libvncserver: %s", line);
}

static enum rfbNewClientAction on_new_client(rfbClientPtr cl)
{
	(void)cl;
	return RFB_CLIENT_ACCEPT;
}

static int shift_of(uint32_t mask)
{
	return mask ? __builtin_ctz(mask) : 0;
}

static void set_format(rfbPixelFormat *to, const struct pixel_format *from)
{
	*to = (rfbPixelFormat){
		.bitsPerPixel = (uint8_t)from->bits_per_pixel,
		.depth = (uint8_t)from->depth,
		.bigEndian = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__,
		.trueColour = 1,
		.redMax = (uint16_t)(from->red_mask >> shift_of(from->red_mask)),
		.greenMax = (uint16_t)(from->green_mask >> shift_of(from->green_mask)),
		.blueMax = (uint16_t)(from->blue_mask >> shift_of(from->blue_mask)),
		.redShift = (uint8_t)shift_of(from->red_mask),
		.greenShift = (uint8_t)shift_of(from->green_mask),
		.blueShift = (uint8_t)shift_of(from->blue_mask),
	};
}

/* A file without a name, in memory where that is available. */
static int make_staging(void)
{
	int fd = memfd_create("gpudesk-update", MFD_CLOEXEC);

	return fd >= 0 ? fd : open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
}

int rfb_server_create(const struct frame *frame, const struct pixel_format *format,
		      const char *name, struct rfb_server **ret_server)
{
	struct rfb_server *server = calloc(1, sizeof(*server));

	if (!server)
		return -ENOMEM;
	rfbLog = rfbErr = log_chatter;
	server->format = *format;
	snprintf(server->name, sizeof(server->name), "%s", name);
	server->staging = make_staging();
	server->screen = rfbGetScreen(NULL, NULL, frame->width, frame->height, 8, 3,
				      frame->bytes_per_pixel);
	if (server->staging < 0 || !server->screen) {
		int r = server->staging < 0 ? -errno : -ENOMEM;

		rfb_server_destroy(server);
		return r;
	}

	rfbScreenInfoPtr screen = server->screen;
	screen->newClientHook = on_new_client;
	screen->desktopName = server->name;
	screen->deferPtrUpdateTime = 0;
	screen->maxClientWait =
		1000; /* ms; never reached: nothing that it reads or writes blocks */
	screen->cursor = NULL;
	screen->depth = format->depth;
	set_format(&screen->serverFormat, format);
	screen->frameBuffer = (char *)frame->pixels;
	screen->paddedWidthInBytes = (int)frame->stride;
	*ret_server = server;
	return 0;
}

void rfb_server_destroy(struct rfb_server *server)
{
	if (!server)
		return;
	if (server->screen) {
		/* rfbScreenCleanup frees a cursor unless it is its own built-in one. */
		server->screen->frameBuffer = NULL;
		if (!server->screen->cursor)
			server->screen->cursor = rfbMakeXCursor(1, 1, (char[]){ " " },
								(char[]){ " " });
		rfbScreenCleanup(server->screen);
	}
	if (server->staging >= 0)
		close(server->staging);
	free(server);
}

/*
 * Sets the padding bits of pixels that are translated to 32 bits to ones, as in the frame: in one
 * of libvncserver's three tables, whose entries it combines by OR.
 */
static void fill_padding(rfbClientPtr cl)
{
	const rfbPixelFormat *from = &cl->screen->serverFormat, *to = &cl->format;
	uint32_t *red = (void *)cl->translateLookupTable;
	uint32_t padding = ~((uint32_t)to->redMax << to->redShift |
			     (uint32_t)to->greenMax << to->greenShift |
			     (uint32_t)to->blueMax << to->blueShift);

	if (from->bitsPerPixel != 32 || to->bitsPerPixel != 32 || !to->trueColour || !red ||
	    cl->translateFn == rfbTranslateNone)
		return;
	if (!to->bigEndian != !from->bigEndian)
		padding = __builtin_bswap32(padding);
	for (unsigned i = 0; i <= from->redMax; i++)
		red[i] |= padding;
}

void rfb_server_set_frame(struct rfb_server *server, const struct frame *frame,
			  const struct pixel_format *format)
{
	rfbScreenInfoPtr screen = server->screen;
	bool same_format = memcmp(&server->format, format, sizeof(*format)) == 0;

	if (screen->width == frame->width && screen->height == frame->height && same_format) {
		screen->frameBuffer = (char *)frame->pixels;
		return;
	}
	rfbNewFramebuffer(screen, (char *)frame->pixels, frame->width, frame->height, 8, 3,
			  frame->bytes_per_pixel);
	/* It assumed a format of its own and rows without padding, and may have set each client's
	 * translation accordingly: restore ours. */
	server->format = *format;
	set_format(&screen->serverFormat, format);
	screen->depth = format->depth;
	screen->paddedWidthInBytes = (int)frame->stride;
	rfbClientIteratorPtr i = rfbGetClientIterator(screen);
	for (rfbClientPtr cl; (cl = rfbClientIteratorNext(i));) {
		screen->setTranslateFunction(cl);
		fill_padding(cl);
	}
	rfbReleaseClientIterator(i);
}

/* Discards what libvncserver has written. */
static void drain(int fd)
{
	char waste[512];

	while (recv(fd, waste, sizeof(waste), MSG_DONTWAIT) > 0)
		;
}

/* The viewer's part of the handshake. */
static int send_handshake(int fd)
{
	static const char text[] = "RFB 003.008\n\001"; /* and security type None */

	return send(fd, text, sizeof(text) - 1, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 ? -errno : 0;
}

#ifdef HAVE_RFB_EARLY_VERSION
static const bool early_version = true;
#else
static const bool early_version = false;
#endif

/*
 * Takes a new client past version, security type and SecurityResult, which the viewer has behind
 * it: the viewer's part is written for libvncserver to read, and its own part is discarded. Where
 * libvncserver takes it before its own version, that avoids its 100 ms wait for a websocket's
 * greeting; 0.9.11 refuses everything else that comes so early.
 */
static int skip_handshake(struct rfb_client *client)
{
	int r = early_version ? send_handshake(client->far) : 0;

	if (r < 0)
		return r;
	client->cl = rfbNewClient(client->server->screen, client->near);
	if (!client->cl)
		return -ENOMEM; /* it has closed `near` */
	r = early_version ? 0 : send_handshake(client->far);
	if (r < 0)
		return r;
	for (int i = 0; i < 2 && client->cl->state != RFB_INITIALISATION; i++)
		rfbProcessClientMessage(client->cl);
	drain(client->far);
	return client->cl->state == RFB_INITIALISATION ? 0 : -EPROTO;
}

int rfb_client_create(struct rfb_server *server, struct rfb_client **ret_client)
{
	struct rfb_client *client = calloc(1, sizeof(*client));
	int pair[2], r;

	if (!client)
		return -ENOMEM;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) < 0) {
		r = -errno;
		free(client);
		return r;
	}
	*client = (struct rfb_client){ .server = server, .near = pair[0], .far = pair[1] };
	r = skip_handshake(client);
	if (r < 0) {
		rfb_client_destroy(client);
		return r;
	}
	*ret_client = client;
	return 0;
}

void rfb_client_destroy(struct rfb_client *client)
{
	if (!client)
		return;
	if (client->cl) {
		if (client->cl->sock != RFB_INVALID_SOCKET)
			rfbCloseClient(client->cl);
		rfbClientConnectionGone(client->cl);
	}
	close(client->far);
	free(client);
}

bool rfb_client_is_gone(const struct rfb_client *client)
{
	return client->cl->sock == RFB_INVALID_SOCKET;
}

bool rfb_client_is_ready(const struct rfb_client *client)
{
	return client->cl->state == RFB_NORMAL;
}

/* Passes on what libvncserver has answered to a message of that type, if it may. */
static int take_answer(struct rfb_client *client, int type, struct out_queue *out)
{
	uint8_t answer[4096]; /* more than SetColourMapEntries, the longest, or the desktop's name
			       */
	ssize_t n = recv(client->far, answer, sizeof(answer), MSG_DONTWAIT);

	if (n <= 0)
		return 0;
	if (!client_answer_is_allowed(type, answer, (size_t)n)) {
		log_debug("libvncserver: ignoring what it says to message %d (%zd bytes)", type, n);
		drain(client->far);
		return 0;
	}
	return out_queue_append(out, answer, (size_t)n);
}

int rfb_client_feed(struct rfb_client *client, const uint8_t *message, size_t length,
		    struct out_queue *out)
{
	int type = rfb_client_is_ready(client) ? message[0] : CLIENT_INIT;

	if (rfb_client_is_gone(client) || !client_message_is_fed(type))
		return -EPROTO;
	drain(client->far); /* another frame may have had it send colours again */
	ssize_t n = send(client->far, message, length, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (n < 0)
		return -errno;
	if ((size_t)n < length)
		return -EMSGSIZE;
	rfbProcessClientMessage(client->cl);
	fill_padding(client->cl); /* the message may have been a SetPixelFormat */
	int r = take_answer(client, type, out);
	return r < 0 ? r : rfb_client_is_gone(client) ? -EPROTO : 0;
}

int rfb_client_bell(struct rfb_client *client, struct out_queue *out)
{
	const uint8_t bell = rfbBell;

	return rfb_client_is_ready(client) ? out_queue_append(out, &bell, 1) : 0;
}

bool rfb_client_takes_frame_pixels(const struct rfb_client *client)
{
	return client->cl->translateFn == rfbTranslateNone;
}

bool rfb_client_zrle_is_right(const struct rfb_client *client)
{
	const rfbPixelFormat *format = &client->cl->format;
	uint32_t bits = (uint32_t)format->redMax << format->redShift |
			(uint32_t)format->greenMax << format->greenShift |
			(uint32_t)format->blueMax << format->blueShift;

	if (format->bitsPerPixel == 16)
		return format->greenMax > 31;
	return format->bitsPerPixel == 8 || !(bits >> 31);
}

struct pixel_format rfb_client_frame_format(const struct rfb_client *client)
{
	return client->server->format;
}

size_t rfb_client_pixel_bytes(const struct rfb_client *client)
{
	return client->cl->format.bitsPerPixel / 8;
}

void rfb_client_translate(const struct rfb_client *client, const uint8_t *pixels, size_t stride,
			  int width, int height, uint8_t *ret_pixels)
{
	enum { AT_ONCE = 256 };
	rfbClientPtr cl = client->cl;
	size_t from = (size_t)client->server->format.bits_per_pixel / 8;
	uint32_t piece[AT_ONCE]; /* it writes whole pixels, which are not to be at odd addresses */

	for (int y = 0; y < height; y++) {
		for (int x = 0; x < width; x += AT_ONCE) {
			int n = width - x < AT_ONCE ? width - x : AT_ONCE;
			const uint8_t *at = pixels + (size_t)y * stride + (size_t)x * from;
			size_t bytes = (size_t)n * rfb_client_pixel_bytes(client);

			cl->translateFn(cl->translateLookupTable, &cl->screen->serverFormat,
					&cl->format, (char *)(uintptr_t)at, (char *)piece,
					(int)stride, n, 1);
			memcpy(ret_pixels, piece, bytes);
			ret_pixels += bytes;
		}
	}
}

int rfb_update_begin(struct rfb_client *client)
{
	rfbClientPtr cl = client->cl;
	off_t left = lseek(client->server->staging, 0, SEEK_END);

	if (left < 0 || (left > STAGING_KEEP && ftruncate(client->server->staging, 0) < 0) ||
	    lseek(client->server->staging, 0, SEEK_SET) < 0)
		return -errno;
	cl->sock = client->server->staging;
	cl->ublen = 0;
	cl->readyForSetColourMapEntries = TRUE;
	return 0;
}

/* The bytes staged so far, libvncserver's own buffer flushed, or -errno. */
static long staged(struct rfb_client *client)
{
	if (client->cl->ublen && !rfbSendUpdateBuf(client->cl))
		return -EIO;
	off_t at = lseek(client->server->staging, 0, SEEK_CUR);
	return at < 0 ? -errno : (long)at;
}

/* Encodes `area`. Returns the number of rectangles that libvncserver made of it, or -EIO. */
static int encode(rfbClientPtr cl, int32_t encoding, struct rect r)
{
	rfbBool well;
	int n = 1;

	switch (encoding) {
	case RFB_HEXTILE:
		well = rfbSendRectEncodingHextile(cl, r.x, r.y, r.w, r.h);
		break;
	case RFB_TIGHT: {
		/* Without LastRect, so that the number of rectangles is known beforehand. */
		rfbBool last_rect = cl->enableLastRectEncoding;

		cl->enableLastRectEncoding = FALSE;
		n = rfbNumCodedRectsTight(cl, r.x, r.y, r.w, r.h);
		well = rfbSendRectEncodingTight(cl, r.x, r.y, r.w, r.h);
		cl->enableLastRectEncoding = last_rect;
		break;
	}
	case RFB_ZRLE:
		well = rfbSendRectEncodingZRLE(cl, r.x, r.y, r.w, r.h);
		break;
	default:
		well = rfbSendRectEncodingRaw(cl, r.x, r.y, r.w, r.h);
		break;
	}
	return well ? n : -EIO;
}

int rfb_update_rect(struct rfb_client *client, int32_t encoding, const struct rfb_levels *levels,
		    struct rect area)
{
	/* TurboVNC's numbers for what Tight's quality levels mean: 4x, 2x, none. */
	static const uint8_t subsampling[10] = { 1, 1, 1, 2, 2, 2, 0, 0, 0, 0 };
	rfbClientPtr cl = client->cl;

	cl->preferredEncoding = encoding; /* ZRLE's encoder asks for it */
	cl->zlibCompressLevel = (uint32_t)levels->compression;
	cl->tightCompressLevel = levels->compression;
	cl->tightQualityLevel = levels->quality;
	cl->turboSubsampLevel = levels->quality < 0 ? 0 : subsampling[levels->quality];
	cl->turboQualityLevel = levels->quality < 0 ? -1 : 15 + levels->quality * 9;
	return encode(cl, encoding, area);
}

long rfb_update_end(struct rfb_client *client, struct out_queue *out)
{
	long length = staged(client), r = length;
	uint8_t *to;

	if (rfb_client_is_gone(client)) {
		/* It took the staging memory for the connection, and closed it. */
		close(client->near);
		client->server->staging = make_staging();
		return -EIO;
	}
	client->cl->sock = client->near;
	if (length <= 0)
		return length;
	to = out_queue_reserve(out, (size_t)length);
	if (!to)
		return -ENOMEM;
	if (pread(client->server->staging, to, (size_t)length, 0) != length)
		r = -EIO;
	return r;
}
