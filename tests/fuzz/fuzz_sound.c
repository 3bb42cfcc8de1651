/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any packets of a listener and of a sound server through the fence between them. A piece of the
 * input is a byte, whose lowest bit says whose it is, and whose next ones may put an authentication
 * or a stream's request or answers in its place, or take the server away; then two bytes of length,
 * and so much of a message.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "common/wire.h"
#include "sound/fence.h"
#include "tests/sound/listener_messages.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define OUR_NUMBER UINT32_C(0x80000000)

/* What goes to the server is what a recorder of a monitor sends, and no byte more. */
static void check_for_server(const struct fence *fence)
{
	const struct native_packet *packet = &fence->packet;
	struct native_reader reader = { .at = packet->bytes + NATIVE_DESCRIPTOR,
					.left = packet->n - NATIVE_DESCRIPTOR };
	size_t n;

	require(!packet->is_bad && wire_read_u32(packet->bytes) == reader.left);
	require(wire_read_u32(packet->bytes + 4) == NATIVE_CONTROL);
	uint32_t command = native_take_u32(&reader);
	(void)native_take_u32(&reader);
	require(fence->auth != AUTH_NONE);
	if (command != NATIVE_CREATE_RECORD_STREAM)
		return;
	const uint8_t *format = native_take(&reader, 'a', &n);
	require(format && format[2] <= FENCE_CHANNELS_MAX);
	require(wire_read_u32(format + 3) <= FENCE_HZ_MAX);
	require(native_take(&reader, 'm', &n) != NULL);
	require(native_take_u32(&reader) == NATIVE_NONE);
	const char *source = native_take_text(&reader);
	require(source && strcmp(source, fence->monitor) == 0);
	require(!reader.is_bad);
}

static bool lose_server(struct fence *fence)
{
	if (!fence_resume(fence))
		return false;
	check_for_server(fence);
	return true;
}

static enum fence_verdict give(struct fence *fence, bool is_listener, const uint8_t *message,
			       size_t length, uint64_t now)
{
	/* Of its size, so that sanitizers see reads past it. */
	uint8_t *copy = malloc(length ? length : 1);

	require(copy != NULL);
	if (length)
		memcpy(copy, message, length);
	enum fence_verdict verdict = is_listener ? fence_from_listener(fence, copy, length, now)
						 : fence_from_server(fence, copy, length);
	free(copy);
	require((verdict == FENCE_END) == (*fence->reason != '\0'));
	require(!is_listener || verdict == FENCE_END || verdict == FENCE_TO_SERVER);
	if (verdict == FENCE_TO_SERVER)
		check_for_server(fence);
	if (verdict == FENCE_RESUME)
		require(lose_server(fence));
	return verdict;
}

/* Returns whether the piece is a message that is made here. */
static bool make(unsigned kind, uint8_t number, struct native_packet *ret_packet)
{
	const struct stream_request request = messages_stream();

	switch (kind) {
	case 1:
		messages_write_auth(ret_packet, 35);
		return true;
	case 2:
		messages_write_stream(ret_packet, number, &request);
		return true;
	case 3:
		messages_write_sink(ret_packet, OUR_NUMBER, 5, messages_monitor);
		return true;
	case 4:
		messages_write_created(ret_packet, OUR_NUMBER, number, messages_monitor);
		return true;
	case 5:
		native_begin(ret_packet, NATIVE_REPLY, number);
		native_put_u32(ret_packet, 35);
		native_end(ret_packet);
		return true;
	default:
		return false;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes bytes = { data, size };
	struct fence fence;
	struct native_header header;
	struct native_packet packet;
	uint64_t now = 1000000000;

	fence_init(&fence);
	while (bytes.left) {
		unsigned what = take_u8(&bytes);
		size_t n;

		now += 50000;
		if ((what >> 1 & 7) == 6) {
			if (!lose_server(&fence))
				return 0;
			continue;
		}
		if (make(what >> 1 & 7, (uint8_t)(what >> 4), &packet)) {
			if (give(&fence, what & 1, packet.bytes + NATIVE_DESCRIPTOR,
				 packet.n - NATIVE_DESCRIPTOR, now) == FENCE_END)
				return 0;
			continue;
		}
		const uint8_t *message = take_some(&bytes, take_u16(&bytes), &n);
		if (n >= NATIVE_DESCRIPTOR && (what & 16)) {
			if (!fence_header(&fence, what & 1, message, &header))
				return 0;
			require(header.length && header.length <= FENCE_SERVER_MAX);
			(void)fence_samples(&fence, header.channel);
		} else if (give(&fence, what & 1, message, n, now) == FENCE_END) {
			return 0;
		}
	}
	return 0;
}
