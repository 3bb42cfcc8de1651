/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The messages that carry copied texts: ClientCutText and ServerCutText in Latin-1 (RFC 6143, 7.5.6
 * and 7.6.4), and the Extended Clipboard of rfbproto.rst, which has a negative length field: UTF-8,
 * lines ended by CR LF, a NUL at the end, in a zlib stream of its own. Of its formats, only plain
 * text is known here. No I/O.
 */
#ifndef GPUDESK_CUT_TEXT_H
#define GPUDESK_CUT_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "clipboard_text.h"

/* Bits of the flags of an extended message. */
enum {
	CUT_TEXT_FORMAT_TEXT = 1 << 0,
	CUT_TEXT_CAPS = 1 << 24,    /* what the sender can do, and how much it takes unasked */
	CUT_TEXT_REQUEST = 1 << 25, /* send what you have */
	CUT_TEXT_PEEK = 1 << 26,    /* say what you have */
	CUT_TEXT_NOTIFY = 1 << 27,  /* this is what the sender has */
	CUT_TEXT_PROVIDE = 1 << 28, /* here it is */
};

/* What a viewer can do that does not say so itself. */
#define CUT_TEXT_DEFAULT_ACTIONS ((uint32_t)(CUT_TEXT_REQUEST | CUT_TEXT_NOTIFY | CUT_TEXT_PROVIDE))
#define CUT_TEXT_DEFAULT_SIZE UINT32_C(0x1400000)

enum cut_text_kind {
	CUT_TEXT_IS_TEXT, /* classic, or provided */
	CUT_TEXT_IS_CAPS,
	CUT_TEXT_IS_REQUEST,
	CUT_TEXT_IS_PEEK,
	CUT_TEXT_IS_NOTIFY,
};

struct cut_text {
	enum cut_text_kind kind;
	struct clipboard_text
		*text;	    /* CUT_TEXT_IS_TEXT: the receiver's; NULL when it has no plain text */
	bool has_text;	    /* caps, request, notify: plain text is among the formats */
	uint32_t actions;   /* caps: the actions it understands */
	uint32_t text_size; /* caps: bytes that it takes unasked, 0 none */
};

/*
 * Reads a whole ClientCutText message. Texts over `limit` bytes are left out. Returns 0,
 * -EBADMSG for a message that makes no sense, -EILSEQ for a text that is no UTF-8, -EMSGSIZE for
 * one over the limit, or -ENOMEM.
 */
int cut_text_decode(const uint8_t *message, size_t length, size_t limit,
		    struct cut_text *ret_cut_text);

/* Messages to be sent, whole. They hold texts: free with cut_text_message_free. */
struct cut_text_message {
	uint8_t *bytes;
	size_t length, capacity;
};

void cut_text_message_free(struct cut_text_message *message);

/* Each makes a ServerCutText message. Returns 0, -EMSGSIZE over 1 MiB, or -ENOMEM. */
int cut_text_encode_classic(const struct clipboard_text *text,
			    struct cut_text_message *ret_message);
int cut_text_encode_provide(const struct clipboard_text *text,
			    struct cut_text_message *ret_message);
/* `size` is what we take unasked, in bytes. */
int cut_text_encode_caps(uint32_t actions, uint32_t size, struct cut_text_message *ret_message);
/* Of a request, a peek or a notify: `formats` is 0 or CUT_TEXT_FORMAT_TEXT. */
int cut_text_encode_action(uint32_t action, uint32_t formats, struct cut_text_message *ret_message);

/* What cut_text_encode_provide would put into the zlib stream, in bytes: for comparing with caps.
 */
size_t cut_text_provided_size(const struct clipboard_text *text);

#endif
