/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The fence in front of libvncserver: finds where each message of a viewer ends and whether it
 * is one that libvncserver may see (RFC 6143, 7.5, and the extensions of rfbproto.rst). A message
 * is handed on only when it is there as a whole, so that no viewer can make us wait in the middle
 * of one. No I/O.
 */
#ifndef GPUDESK_CLIENT_MESSAGES_H
#define GPUDESK_CLIENT_MESSAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "framebuffer/screen_layout.h"

enum client_message_type {
	CLIENT_SET_PIXEL_FORMAT = 0,
	CLIENT_SET_ENCODINGS = 2,
	CLIENT_UPDATE_REQUEST = 3,
	CLIENT_KEY = 4,
	CLIENT_POINTER = 5,
	CLIENT_CUT_TEXT = 6,
	CLIENT_SET_SCALE = 8,	       /* UltraVNC */
	CLIENT_SET_SERVER_INPUT = 9,   /* UltraVNC */
	CLIENT_SET_SINGLE_WINDOW = 10, /* UltraVNC */
	CLIENT_PALM_SET_SCALE = 15,
	CLIENT_XVP = 250,
	CLIENT_SET_DESKTOP_SIZE = 251,
	CLIENT_QEMU = 255,
};

enum {
	CLIENT_ENCODINGS_MAX = 256,
	CLIENT_SET_ENCODINGS_MAX = 4 + 4 * CLIENT_ENCODINGS_MAX, /* bytes */
	CLIENT_CUT_TEXT_MAX = 1 << 20,	     /* bytes; libvncserver's own limit, too */
	CLIENT_CUT_TEXT_SKIP_MAX = 64 << 20, /* longer ones are skipped, up to this length */
	CLIENT_MESSAGE_MAX = CLIENT_CUT_TEXT_MAX + 8,
	CLIENT_HEADER_MAX = 20, /* bytes that decide how long a message is */
};

/* Extensions that change what a viewer sends. It may as soon as it has said that it knows them. */
struct client_extensions {
	bool scan_codes; /* QEMU's extended key event */
	bool buttons; /* ExtendedMouseButtons: bit 7 of the mask says that there is a second one */
};

/*
 * The length in bytes of the message that `data` begins with. Returns it as soon as the `have`
 * bytes decide it (it may be more than `have`), 0 when they do not yet, -EPROTO for a type that
 * nobody was told he may send, -EMSGSIZE for one over the limits above. Only a cut text can be
 * longer than CLIENT_MESSAGE_MAX: it is to be skipped as it comes.
 */
long client_message_length(const uint8_t *data, size_t have,
			   const struct client_extensions *extensions);

/* A key goes down or up: a KeyEvent (RFC 6143, 7.5.4) or QEMU's, which has a scan code as well. */
struct client_key {
	uint32_t keysym;    /* 0: the viewer knows none */
	uint32_t scan_code; /* of the XT keyboard, 0xe0 as bit 7; 0: not said */
	bool down;
};

/* Reads a whole message of that kind. */
struct client_key client_key_read(const uint8_t *message);

/* The pointer (RFC 6143, 7.5.5): bit 0 of `buttons` is the first one. */
struct client_pointer {
	int x, y;
	unsigned buttons;
};

/* Reads a whole PointerEvent, of the length that client_message_length() says. */
struct client_pointer client_pointer_read(const uint8_t *message, size_t length);

/* The signed number of a ClientCutText's length field: negative for an extended clipboard message.
 */
int32_t client_cut_text_length(const uint8_t *message);

/* Reads a whole SetDesktopSize message (rfbproto.rst). */
struct size_request client_size_request_read(const uint8_t *message);

/*
 * Whether a whole SetPixelFormat message is one that we can serve: 8, 16 or 32 bits, maxima of
 * the form 2^n - 1 that fit where the shifts put them. Returns 0 or -EPROTO.
 */
int client_pixel_format_check(const uint8_t *message);

/* What a viewer said with SetEncodings. */
struct client_encodings {
	uint32_t known;	   /* bit per enum client_encoding that it lists */
	int quality;	   /* JPEG quality level 0 to 9, -1: not said */
	int compression;   /* compression level 0 to 9, -1: not said */
	int32_t preferred; /* the first encoding of pixels in its list; Raw when there is none */
};

enum client_encoding {
	CLIENT_ENCODING_RAW,
	CLIENT_ENCODING_COPYRECT,
	CLIENT_ENCODING_HEXTILE,
	CLIENT_ENCODING_ZLIB,
	CLIENT_ENCODING_TIGHT,
	CLIENT_ENCODING_ZRLE,
	CLIENT_ENCODING_CURSOR,
	CLIENT_ENCODING_X_CURSOR,
	CLIENT_ENCODING_ALPHA_CURSOR,
	CLIENT_ENCODING_POINTER_POSITION,
	CLIENT_ENCODING_DESKTOP_SIZE,
	CLIENT_ENCODING_LAST_RECT,
	CLIENT_ENCODING_EXTENDED_DESKTOP_SIZE,
	CLIENT_ENCODING_EXTENDED_CLIPBOARD,
	CLIENT_ENCODING_QEMU_KEYS,
	CLIENT_ENCODING_QEMU_LEDS,
	CLIENT_ENCODING_VMWARE_LEDS,
	CLIENT_ENCODING_BUTTONS,
};

static inline int client_lists(const struct client_encodings *encodings, enum client_encoding which)
{
	return encodings->known >> which & 1;
}

/* Reads a whole SetEncodings message. */
void client_encodings_read(const uint8_t *message, struct client_encodings *ret_encodings);

/*
 * The same message without the extensions that are not offered or not libvncserver's business.
 * Returns its length; ret_message has room for CLIENT_SET_ENCODINGS_MAX bytes.
 */
size_t client_encodings_filter(const uint8_t *message, uint8_t *ret_message);

#endif
