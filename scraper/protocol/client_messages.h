/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The fence in front of libvncserver: where each message of a viewer ends (RFC 6143, 7.5, and the
 * extensions of rfbproto.rst), whether libvncserver may see it, and what it may answer. Messages
 * are passed on whole, so that no viewer can make us wait in the middle of one. No I/O.
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
	CLIENT_INIT = 256, /* which has no type: it comes before all others, and once */
};

enum {
	CLIENT_ENCODINGS_MAX = 256,
	CLIENT_CUT_TEXT_MAX = 1 << 20,	     /* bytes; libvncserver's own limit, too */
	CLIENT_CUT_TEXT_SKIP_MAX = 64 << 20, /* longer ones are skipped, up to this length */
	CLIENT_MESSAGE_MAX = CLIENT_CUT_TEXT_MAX + 8,
	CLIENT_HEADER_MAX = 30,			/* bytes that decide how long a message is */
	CLIENT_TORN_SIZE_REQUEST = 8 + 10 + 16, /* bytes: see client_message_length() */
};

/* Extensions that change what a viewer may send, from the moment it has listed them. */
struct client_extensions {
	bool scan_codes; /* QEMU's extended key event */
	bool buttons;	 /* ExtendedMouseButtons: bit 7 of the mask announces a second mask */
};

/*
 * The length in bytes of the message that `data` begins with, which may exceed `have`, the bytes
 * that are there. Returns 0 if they do not decide it yet, -EPROTO for a type that was not offered,
 * -EMSGSIZE for a message over the limits above. Only a ClientCutText can be longer than
 * CLIENT_MESSAGE_MAX: the caller skips it.
 *
 * guacd writes from two threads, and a FramebufferUpdateRequest may land inside a SetDesktopSize of
 * one screen, behind its first 8 bytes. Both together are one message of CLIENT_TORN_SIZE_REQUEST
 * bytes: nothing else has that length.
 */
long client_message_length(const uint8_t *data, size_t have,
			   const struct client_extensions *extensions);

/* Whether libvncserver sees messages of that type; it sees no others. */
bool client_message_is_fed(int type);

/*
 * Whether `answer`, `length` bytes that libvncserver has sent when it was fed a message of that
 * type, is what may go to the viewer: ServerInit, or SetColourMapEntries after SetPixelFormat.
 */
bool client_answer_is_allowed(int type, const uint8_t *answer, size_t length);

/* A key press or release: a KeyEvent (RFC 6143, 7.5.4), or QEMU's, which adds a scan code. */
struct client_key {
	uint32_t keysym;    /* 0: none */
	uint32_t scan_code; /* XT set 1, prefix 0xe0 as bit 7; 0: none */
	bool down;
};

/* Reads a whole message of either kind. */
struct client_key client_key_read(const uint8_t *message);

/* A PointerEvent (RFC 6143, 7.5.5): bit 0 of `buttons` is button 1. */
struct client_pointer {
	int x, y;
	unsigned buttons;
};

/* Reads a whole PointerEvent of the length that client_message_length() gave. */
struct client_pointer client_pointer_read(const uint8_t *message, size_t length);

/* A ClientCutText's length field; negative for an Extended Clipboard message. */
int32_t client_cut_text_length(const uint8_t *message);

/* Reads a whole SetDesktopSize message (rfbproto.rst). */
struct size_request client_size_request_read(const uint8_t *message);

/*
 * Whether we can serve the format of a whole SetPixelFormat message: 8, 16 or 32 bits, with maxima
 * of the form 2^n - 1 that fit where their shifts put them. Returns 0 or -EPROTO.
 */
int client_pixel_format_check(const uint8_t *message);

/* What a viewer has said by SetEncodings. */
struct client_encodings {
	uint32_t known;	   /* a bit for each enum client_encoding that it lists */
	int quality;	   /* JPEG quality level 0 to 9; -1: not given */
	int compression;   /* compression level 0 to 9; -1: not given */
	int32_t preferred; /* the first pixel encoding in its list; Raw if there is none */
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
	CLIENT_ENCODING_LIBVNC_LEDS,
	CLIENT_ENCODING_BUTTONS,
	CLIENT_ENCODING_SUPPORTED_MESSAGES, /* only libvncclient lists it */
};

static inline int client_lists(const struct client_encodings *encodings, enum client_encoding which)
{
	return encodings->known >> which & 1;
}

/*
 * Whether the viewer is made of libvncclient, as guacd is: that always lists SupportedMessages. It
 * requests an update only when it has read the whole one before.
 */
static inline bool client_is_libvncclient(const struct client_encodings *encodings)
{
	return client_lists(encodings, CLIENT_ENCODING_SUPPORTED_MESSAGES);
}

/* Reads a whole SetEncodings message. */
void client_encodings_read(const uint8_t *message, struct client_encodings *ret_encodings);

#endif
