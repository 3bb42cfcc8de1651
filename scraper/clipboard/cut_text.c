/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cut_text.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "common/wire.h"

enum {
	SERVER_CUT_TEXT = 3,
	HEADER = 8,	      /* bytes before a classic text or an extended message's flags */
	FLAGS = 4,	      /* bytes */
	LENGTH_MAX = 1 << 20, /* bytes: libvncclient hangs up on more */
	FORMATS = 16,
};

/* ---- zlib ---- */

/* zlib's windows hold the text, so they are wiped too. Before each block is its size. */
static voidpf allocate(voidpf opaque, uInt n, uInt size)
{
	size_t length = sizeof(max_align_t) + (size_t)n * size;
	uint8_t *block = calloc(1, length);

	(void)opaque;
	if (!block)
		return Z_NULL;
	memcpy(block, &length, sizeof(length));
	return block + sizeof(max_align_t);
}

static void wipe_and_free(voidpf opaque, voidpf address)
{
	uint8_t *block = (uint8_t *)address - sizeof(max_align_t);
	size_t length;

	(void)opaque;
	memcpy(&length, block, sizeof(length));
	clipboard_text_wipe_and_free(block, length);
}

/* ---- reading ---- */

static int decode_classic(const uint8_t *bytes, size_t length, size_t limit,
			  enum text_charset *charset, struct cut_text *ret_cut_text)
{
	struct clipboard_text *text;

	length = strnlen((const char *)bytes, length);
	enum text_charset found = text_charset_of(bytes, length, *charset);
	int r = clipboard_text_from(found, bytes, length, limit, &text);
	if (r < 0)
		return r;
	*charset = found;
	*ret_cut_text = (struct cut_text){ .kind = CUT_TEXT_IS_TEXT, .text = text };
	return 0;
}

/* Text that must be UTF-8. A browser behind guacd sends surrogates even so. */
static int decode_utf8(const uint8_t *bytes, size_t length, size_t limit,
		       enum text_charset *charset, struct clipboard_text **ret_text)
{
	bool split = *charset == TEXT_CHARSET_CESU8;
	enum text_charset found;

	length = strnlen((const char *)bytes, length);
	found = text_charset_of(bytes, length, split ? TEXT_CHARSET_CESU8 : TEXT_CHARSET_UTF8);
	if (found == TEXT_CHARSET_LATIN1)
		return -EILSEQ;
	int r = clipboard_text_from(found, bytes, length, limit, ret_text);
	/* Of its classic texts, this says nothing else. */
	if (r >= 0 && (split || found == TEXT_CHARSET_CESU8))
		*charset = found;
	return r;
}

/* There is a size for each format, in the order of their bits; text is the lowest. */
static int decode_caps(uint32_t flags, const uint8_t *sizes, size_t length,
		       struct cut_text *ret_cut_text)
{
	size_t formats = 0;

	for (unsigned i = 0; i < FORMATS; i++)
		formats += flags >> i & 1;
	if (length < 4 * formats)
		return -EBADMSG;
	*ret_cut_text = (struct cut_text){
		.kind = CUT_TEXT_IS_CAPS,
		.has_text = flags & CUT_TEXT_FORMAT_TEXT,
		.actions = flags & ~UINT32_C(0xffff),
		.text_size = flags & CUT_TEXT_FORMAT_TEXT ? wire_read_u32(sizes) : 0,
	};
	return 0;
}

/* Inflates exactly `size` bytes; what the stream has behind them does not matter. */
static int inflate_bytes(z_stream *stream, uint8_t *ret_bytes, size_t size)
{
	stream->next_out = ret_bytes;
	stream->avail_out = (uInt)size;
	int r = inflate(stream, Z_SYNC_FLUSH);

	if (r == Z_MEM_ERROR)
		return -ENOMEM;
	return (r == Z_OK || r == Z_STREAM_END || r == Z_BUF_ERROR) && !stream->avail_out
		       ? 0
		       : -EBADMSG;
}

static int inflate_text(z_stream *stream, size_t limit, enum text_charset *charset,
			struct clipboard_text **ret_text)
{
	uint8_t header[4];
	int r = inflate_bytes(stream, header, sizeof(header));

	if (r < 0)
		return r;
	size_t size = wire_read_u32(header);
	/* Each byte may be half of a CR LF, and there is a NUL. */
	if (size > 2 * limit + 1)
		return -EMSGSIZE;
	uint8_t *bytes = malloc(size + 1);
	if (!bytes)
		return -ENOMEM;
	r = size ? inflate_bytes(stream, bytes, size) : 0;
	if (r >= 0)
		r = decode_utf8(bytes, size, limit, charset, ret_text);
	clipboard_text_wipe_and_free(bytes, size);
	return r;
}

static int decode_provide(uint32_t flags, const uint8_t *data, size_t length, size_t limit,
			  enum text_charset *charset, struct cut_text *ret_cut_text)
{
	z_stream stream = {
		.next_in = (uint8_t *)(uintptr_t)data,
		.avail_in = (uInt)length,
		.zalloc = allocate,
		.zfree = wipe_and_free,
	};
	struct clipboard_text *text = NULL;
	int r = 0;

	if (flags & CUT_TEXT_FORMAT_TEXT) {
		if (inflateInit(&stream) != Z_OK)
			return -ENOMEM;
		r = inflate_text(&stream, limit, charset, &text);
		inflateEnd(&stream);
	}
	if (r >= 0)
		*ret_cut_text = (struct cut_text){ .kind = CUT_TEXT_IS_TEXT, .text = text };
	return r;
}

static int decode_extended(const uint8_t *body, size_t length, size_t limit,
			   enum text_charset *charset, struct cut_text *ret_cut_text)
{
	static const struct {
		uint32_t action;
		enum cut_text_kind kind;
	} kinds[] = {
		{ CUT_TEXT_REQUEST, CUT_TEXT_IS_REQUEST },
		{ CUT_TEXT_PEEK, CUT_TEXT_IS_PEEK },
		{ CUT_TEXT_NOTIFY, CUT_TEXT_IS_NOTIFY },
	};

	if (length < FLAGS)
		return -EBADMSG;
	uint32_t flags = wire_read_u32(body);
	uint32_t action = flags &
			  (CUT_TEXT_REQUEST | CUT_TEXT_PEEK | CUT_TEXT_NOTIFY | CUT_TEXT_PROVIDE);
	/* In caps, the other bits are the actions the viewer understands. */
	if (flags & CUT_TEXT_CAPS)
		return decode_caps(flags, body + FLAGS, length - FLAGS, ret_cut_text);
	if (action == CUT_TEXT_PROVIDE)
		return decode_provide(flags, body + FLAGS, length - FLAGS, limit, charset,
				      ret_cut_text);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		if (action != kinds[i].action)
			continue;
		*ret_cut_text = (struct cut_text){
			.kind = kinds[i].kind,
			.has_text = flags & CUT_TEXT_FORMAT_TEXT,
		};
		return 0;
	}
	return -EBADMSG;
}

int cut_text_decode(const uint8_t *message, size_t length, size_t limit, enum text_charset *charset,
		    struct cut_text *ret_cut_text)
{
	const uint8_t *body = message + HEADER;

	if (length < HEADER)
		return -EBADMSG;
	length -= HEADER;
	return (int32_t)wire_read_u32(message + 4) < 0
		       ? decode_extended(body, length, limit, charset, ret_cut_text)
		       : decode_classic(body, length, limit, charset, ret_cut_text);
}

/* ---- writing ---- */

void cut_text_message_free(struct cut_text_message *message)
{
	clipboard_text_wipe_and_free(message->bytes, message->capacity);
	*message = (struct cut_text_message){ 0 };
}

/* Makes a message with room for `size` bytes after its header. */
static int start_message(size_t size, struct cut_text_message *ret_message)
{
	uint8_t *bytes = malloc(HEADER + size);

	if (!bytes)
		return -ENOMEM;
	memset(bytes, 0, HEADER);
	bytes[0] = SERVER_CUT_TEXT;
	*ret_message = (struct cut_text_message){
		.bytes = bytes,
		.length = HEADER,
		.capacity = HEADER + size,
	};
	return 0;
}

static void start_flags(struct cut_text_message *message, uint32_t flags)
{
	wire_write_u32(message->bytes + message->length, flags);
	message->length += FLAGS;
}

/* Fills in the length field, which is negative in extended messages. */
static int finish_message(struct cut_text_message *message, bool extended)
{
	uint32_t length = (uint32_t)(message->length - HEADER);

	if (message->length - HEADER > LENGTH_MAX) {
		cut_text_message_free(message);
		return -EMSGSIZE;
	}
	wire_write_u32(message->bytes + 4, extended ? -length : length);
	return 0;
}

int cut_text_encode_classic(const struct clipboard_text *text, struct cut_text_form form,
			    struct cut_text_message *ret_message)
{
	struct cut_text_message message;
	int r = start_message(clipboard_text_size(form.charset, text), &message);

	if (r < 0)
		return r;
	message.length += clipboard_text_to(form.charset, text, message.bytes + HEADER);
	r = finish_message(&message, false);
	if (r >= 0)
		*ret_message = message;
	return r;
}

int cut_text_encode_caps(uint32_t actions, uint32_t size, struct cut_text_message *ret_message)
{
	struct cut_text_message message;
	int r = start_message(FLAGS + 4, &message);

	if (r < 0)
		return r;
	start_flags(&message, CUT_TEXT_CAPS | CUT_TEXT_FORMAT_TEXT | actions);
	wire_write_u32(message.bytes + message.length, size);
	message.length += 4;
	r = finish_message(&message, true);
	if (r >= 0)
		*ret_message = message;
	return r;
}

int cut_text_encode_action(uint32_t action, uint32_t formats, struct cut_text_message *ret_message)
{
	struct cut_text_message message;
	int r = start_message(FLAGS, &message);

	if (r < 0)
		return r;
	start_flags(&message, action | formats);
	r = finish_message(&message, true);
	if (r >= 0)
		*ret_message = message;
	return r;
}

size_t cut_text_provided_size(const struct clipboard_text *text, struct cut_text_form form)
{
	size_t size = text->length + !form.bare;

	for (size_t i = 0; i < text->length; i++) {
		size += !form.bare && text->bytes[i] == '\n';
		/* Four bytes become six. */
		if (form.charset == TEXT_CHARSET_CESU8 && (uint8_t)text->bytes[i] >= 0xf0)
			size += 2;
	}
	return size;
}

/* The stream's content: the size, and the text. NULL: out of memory. */
static uint8_t *provided_bytes(const struct clipboard_text *text, struct cut_text_form form,
			       size_t size)
{
	enum text_charset charset = form.charset == TEXT_CHARSET_CESU8 ? TEXT_CHARSET_CESU8
								       : TEXT_CHARSET_UTF8;
	size_t room = clipboard_text_size(charset, text), n, at = 4;
	uint8_t *bytes = malloc(4 + size), *plain = malloc(room + 1);

	if (bytes && plain) {
		n = clipboard_text_to(charset, text, plain);
		wire_write_u32(bytes, (uint32_t)size);
		for (size_t i = 0; i < n; i++) {
			if (plain[i] == '\n' && !form.bare)
				bytes[at++] = '\r';
			bytes[at++] = plain[i];
		}
		if (!form.bare)
			bytes[at] = '\0';
	} else {
		free(bytes);
		bytes = NULL;
	}
	clipboard_text_wipe_and_free(plain, room);
	return bytes;
}

/* Appends the content as a stream of its own. Returns 0 or -ENOMEM. */
static int add_stream(struct cut_text_message *message, const uint8_t *content, size_t size)
{
	z_stream stream = {
		.next_in = (uint8_t *)(uintptr_t)content,
		.avail_in = (uInt)size,
		.next_out = message->bytes + message->length,
		.avail_out = (uInt)(message->capacity - message->length),
		.zalloc = allocate,
		.zfree = wipe_and_free,
	};

	if (deflateInit(&stream, Z_BEST_SPEED) != Z_OK)
		return -ENOMEM;
	int r = deflate(&stream, Z_FINISH);
	message->length = message->capacity - stream.avail_out;
	deflateEnd(&stream);
	return r == Z_STREAM_END ? 0 : -ENOMEM;
}

int cut_text_encode_provide(const struct clipboard_text *text, struct cut_text_form form,
			    struct cut_text_message *ret_message)
{
	size_t size = cut_text_provided_size(text, form);
	uint8_t *content = provided_bytes(text, form, size);
	struct cut_text_message message;

	if (!content)
		return -ENOMEM;
	int r = start_message(FLAGS + (size_t)compressBound((uLong)(4 + size)), &message);
	if (r >= 0) {
		start_flags(&message, CUT_TEXT_PROVIDE | CUT_TEXT_FORMAT_TEXT);
		r = add_stream(&message, content, 4 + size);
		if (r >= 0)
			r = finish_message(&message, true);
		else
			cut_text_message_free(&message);
	}
	clipboard_text_wipe_and_free(content, 4 + size);
	if (r >= 0)
		*ret_message = message;
	return r;
}
