/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libvncserver, kept to what it does best: the protocol's state, pixel formats, encodings. It
 * never touches a viewer's socket. Messages are fed to it whole through a socket pair, and what it
 * writes while it encodes lands in memory, so that nothing in here ever waits. libvncserver.c is
 * the one file that includes rfb/rfb.h.
 */
#ifndef GPUDESK_LIBVNCSERVER_H
#define GPUDESK_LIBVNCSERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "framebuffer/frame.h"
#include "framebuffer/pixel_format.h"
#include "framebuffer/rect.h"
#include "out_queue.h"

struct rfb_server;
struct rfb_client;

/*
 * A server for `frame`, which must outlive it or be replaced by rfb_server_set_frame. `name` is the
 * desktop's name as viewers show it (copied). Returns 0 or -errno.
 */
int rfb_server_create(const struct frame *frame, const struct pixel_format *format,
		      const char *name, struct rfb_server **ret_server);
void rfb_server_destroy(struct rfb_server *server);

/* The frame is another one, or has another size, format or address. */
void rfb_server_set_frame(struct rfb_server *server, const struct frame *frame,
			  const struct pixel_format *format);

/* A client in the middle of the handshake, which expects ClientInit next. Returns 0 or -errno. */
int rfb_client_create(struct rfb_server *server, struct rfb_client **ret_client);
void rfb_client_destroy(struct rfb_client *client);

/* libvncserver has ended the client: an error, or another viewer asked for exclusive access. */
bool rfb_client_is_gone(const struct rfb_client *client);

/* Whether ClientInit has been answered. */
bool rfb_client_is_ready(const struct rfb_client *client);

/*
 * Feeds one whole message (or ClientInit) and appends the answer, if there is one, to `out`: which
 * messages and answers, client_messages.h says. Returns 0, -EPROTO for another message or if
 * libvncserver has ended the client, or -errno.
 */
int rfb_client_feed(struct rfb_client *client, const uint8_t *message, size_t length,
		    struct out_queue *out);

/* Appends a Bell message (RFC 6143, 7.6.3). Returns 0 or -ENOMEM. */
int rfb_client_bell(struct rfb_client *client, struct out_queue *out);

/* Whether the viewer's pixel format is the frame's, byte for byte. */
bool rfb_client_takes_frame_pixels(const struct rfb_client *client);

/*
 * Whether libvncserver's ZRLE encoder handles the viewer's pixel format correctly. It cuts raw
 * tiles in half at 16 bits a pixel with 5 bits of green, and misplaces a colour that uses bit 31.
 */
bool rfb_client_zrle_is_right(const struct rfb_client *client);

/* The frame's pixel format; bytes per pixel of the viewer's. */
struct pixel_format rfb_client_frame_format(const struct rfb_client *client);
size_t rfb_client_pixel_bytes(const struct rfb_client *client);

/*
 * Converts width x height pixels from the frame's format, rows `stride` bytes apart, to the
 * viewer's, without gaps between rows.
 */
void rfb_client_translate(const struct rfb_client *client, const uint8_t *pixels, size_t stride,
			  int width, int height, uint8_t *ret_pixels);

/*
 * One FramebufferUpdate, put together in memory: begin, then rectangles, then end.
 * rfb_update_rect encodes `area` in `encoding` (a number of RFC 6143, or Tight's 7). Both return
 * the number of rectangles written, or -errno. rfb_update_end appends the body (without the 4 bytes
 * of header) to `out` and returns its length in bytes, or -errno.
 */
struct rfb_levels {
	int compression; /* zlib level for Zlib and Tight: 0 to 9 */
	int quality;	 /* JPEG quality 0 to 9 for Tight, -1: lossless */
};

int rfb_update_begin(struct rfb_client *client);
int rfb_update_rect(struct rfb_client *client, int32_t encoding, const struct rfb_levels *levels,
		    struct rect area);
long rfb_update_end(struct rfb_client *client, struct out_queue *out);

enum {
	RFB_RAW = 0,
	RFB_COPYRECT = 1,
	RFB_HEXTILE = 5,
	RFB_ZLIB = 6,
	RFB_TIGHT = 7,
	RFB_ZRLE = 16,
	RFB_LAST_RECT = -224,
};

#endif
