/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "native_message.h"

#include <string.h>

#include "common/wire.h"

static size_t properties_size(const uint8_t *at, size_t left)
{
	struct native_reader list = { .at = at + 1, .left = left - 1 };
	size_t size;

	while (native_take_text(&list)) {
		(void)native_take_u32(&list); /* the size of the value, again */
		(void)native_take(&list, 'x', &size);
	}
	return list.is_bad ? 0 : left - list.left;
}

/* With the tag; 0: it is cut short or of another kind. There is a byte at least. */
static size_t value_size(const uint8_t *at, size_t left, char kind)
{
	const uint8_t *end;

	if (kind == 'b')
		return *at == '0' || *at == '1';
	if (kind == 't' && *at == 'N')
		return 1;
	if (*at != (uint8_t)kind)
		return 0;
	switch (kind) {
	case 'L':
		return 5;
	case 'B':
		return 2;
	case 'a':
		return 7;
	case 'm':
		return left < 2 ? 0 : 2 + (size_t)at[1];
	case 'v':
		return left < 2 ? 0 : 2 + (size_t)at[1] * 4;
	case 'x':
		return left < 5 || wire_read_u32(at + 1) > left - 5 ? 0 : 5 + wire_read_u32(at + 1);
	case 't':
		end = memchr(at, '\0', left);
		return end ? (size_t)(end - at) + 1 : 0;
	case 'P':
		return properties_size(at, left);
	default:
		return 0;
	}
}

const uint8_t *native_take(struct native_reader *reader, char kind, size_t *ret_size)
{
	const uint8_t *at = reader->at;
	size_t size = reader->is_bad || !reader->left ? 0 : value_size(at, reader->left, kind);

	*ret_size = size;
	if (!size || size > reader->left) {
		reader->is_bad = true;
		return NULL;
	}
	reader->at += size;
	reader->left -= size;
	return at;
}

uint32_t native_take_u32(struct native_reader *reader)
{
	size_t size;
	const uint8_t *value = native_take(reader, 'L', &size);

	return value ? wire_read_u32(value + 1) : 0;
}

const char *native_take_text(struct native_reader *reader)
{
	size_t size;
	const uint8_t *value = native_take(reader, 't', &size);

	return value && *value == 't' ? (const char *)value + 1 : NULL;
}

void native_begin(struct native_packet *packet, uint32_t command, uint32_t number)
{
	memset(packet, 0, sizeof(*packet));
	packet->n = NATIVE_DESCRIPTOR;
	wire_write_u32(packet->bytes + 4, NATIVE_CONTROL);
	native_put_u32(packet, command);
	native_put_u32(packet, number);
}

void native_put(struct native_packet *packet, const void *bytes, size_t n)
{
	if (n > NATIVE_PACKET_MAX - packet->n) {
		packet->is_bad = true;
		return;
	}
	memcpy(packet->bytes + packet->n, bytes, n);
	packet->n += n;
}

void native_put_u32(struct native_packet *packet, uint32_t value)
{
	uint8_t bytes[5] = { 'L' };

	wire_write_u32(bytes + 1, value);
	native_put(packet, bytes, sizeof(bytes));
}

void native_put_text(struct native_packet *packet, const char *text)
{
	native_put(packet, text ? "t" : "N", 1);
	if (text)
		native_put(packet, text, strlen(text) + 1);
}

void native_end(struct native_packet *packet)
{
	wire_write_u32(packet->bytes, (uint32_t)(packet->n - NATIVE_DESCRIPTOR));
}
