/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The messages that carry clipboard text: ClientCutText and ServerCutText in Latin-1 (RFC 6143,
 * 7.5.6 and 7.6.4) or what the viewer uses instead (text_charset.h), and the Extended Clipboard of
 * rfbproto.rst, which has a negative length field: UTF-8, lines ended by CR LF, a NUL at the end,
 * in a zlib stream of its own. Of its formats, only plain text is supported. No I/O.
 */
#ifndef GPUDESK_CUT_TEXT_H
#define GPUDESK_CUT_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "clipboard_text.h"
#include "text_charset.h"

/* Bits of the flags of an extended message. */
enum {
	CUT_TEXT_FORMAT_TEXT = 1 << 0,
	CUT_TEXT_CAPS = 1 << 24,    /* the sender's actions, and how much it takes unasked */
	CUT_TEXT_REQUEST = 1 << 25, /* send your text */
	CUT_TEXT_PEEK = 1 << 26,    /* send a notify */
	CUT_TEXT_NOTIFY = 1 << 27,  /* the formats the sender has */
	CUT_TEXT_PROVIDE = 1 << 28, /* the sender's text */
};

/*
 * For viewers that send no caps, as libvncclient's. The protocol says 20 MiB, but libvncclient
 * disconnects at more than 1 MiB.
 */
#define CUT_TEXT_DEFAULT_ACTIONS ((uint32_t)(CUT_TEXT_REQUEST | CUT_TEXT_NOTIFY | CUT_TEXT_PROVIDE))
#define CUT_TEXT_DEFAULT_SIZE UINT32_C(0x100000)

enum cut_text_kind {
	CUT_TEXT_IS_TEXT, /* classic, or provided */
	CUT_TEXT_IS_CAPS,
	CUT_TEXT_IS_REQUEST,
	CUT_TEXT_IS_PEEK,
	CUT_TEXT_IS_NOTIFY,
};

struct cut_text {
	enum cut_text_kind kind;
	struct clipboard_text *text; /* the caller's; NULL if there is no plain text */
	bool has_text;		     /* caps, request, notify: plain text is among the formats */
	uint32_t actions;	     /* caps: the actions it understands */
	uint32_t text_size;	     /* caps: bytes it takes unasked, 0 none */
};

/*
 * Reads a whole ClientCutText message. `charset` is what its sender has used so far, and becomes
 * what it uses by this text. Returns 0, -EBADMSG for a malformed message, -EILSEQ for a
 * text that is not UTF-8, -EMSGSIZE for one over `limit` bytes, or -ENOMEM.
 */
int cut_text_decode(const uint8_t *message, size_t length, size_t limit, enum text_charset *charset,
		    struct cut_text *ret_cut_text);

/* A whole message to send. It holds text: free it with cut_text_message_free. */
struct cut_text_message {
	uint8_t *bytes;
	size_t length, capacity;
};

void cut_text_message_free(struct cut_text_message *message);

/* How a viewer takes text. */
struct cut_text_form {
	enum text_charset charset;
	bool bare; /* provided with lines ended by LF, and no NUL */
};

/* Each makes a ServerCutText message. Returns 0, -EMSGSIZE over 1 MiB, or -ENOMEM. */
int cut_text_encode_classic(const struct clipboard_text *text, struct cut_text_form form,
			    struct cut_text_message *ret_message);
int cut_text_encode_provide(const struct clipboard_text *text, struct cut_text_form form,
			    struct cut_text_message *ret_message);
/* `size` is what we take unasked, in bytes. */
int cut_text_encode_caps(uint32_t actions, uint32_t size, struct cut_text_message *ret_message);
/* For a request, a peek or a notify. `formats` is 0 or CUT_TEXT_FORMAT_TEXT. */
int cut_text_encode_action(uint32_t action, uint32_t formats, struct cut_text_message *ret_message);

/* The bytes of text in cut_text_encode_provide's zlib stream: to compare with the caps' size. */
size_t cut_text_provided_size(const struct clipboard_text *text, struct cut_text_form form);

#endif
