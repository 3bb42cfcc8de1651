/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes from a viewer, cut into messages as viewer.c does: each length is decided by the
 * message's first bytes, and messages are read without looking past their end.
 */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "scraper/protocol/client_messages.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

/* 0 up to some byte, and then the same: no byte after the message matters. */
static long decided_length(const uint8_t *data, size_t have)
{
	static const struct client_extensions all = { true, true };
	size_t enough = have < CLIENT_HEADER_MAX ? have : CLIENT_HEADER_MAX;
	long length = client_message_length(data, have, &all), before = 0;

	require(length == client_message_length(data, enough, &all));
	for (size_t n = 0; n <= enough; n++) {
		long now = client_message_length(data, n, &all);

		require(!before || now == before);
		before = now;
	}
	require(before == length);
	require(length >= 0 || length == -EPROTO || length == -EMSGSIZE);
	require(length <= CLIENT_MESSAGE_MAX || data[0] == CLIENT_CUT_TEXT);
	return length;
}

static void read_whole(const uint8_t *data, size_t length)
{
	uint8_t *message = malloc(length); /* of its size, so that sanitizers see reads past it */
	struct client_encodings encodings;

	require(message != NULL);
	memcpy(message, data, length);
	if (message[0] == CLIENT_SET_PIXEL_FORMAT) {
		int r = client_pixel_format_check(message);

		require(r == 0 || r == -EPROTO);
	} else if (message[0] == CLIENT_SET_ENCODINGS) {
		client_encodings_read(message, &encodings);
		require(encodings.quality >= -1 && encodings.quality <= 9);
		require(encodings.compression >= -1 && encodings.compression <= 9);
		require(encodings.preferred >= 0);
	} else if (message[0] == CLIENT_CUT_TEXT) {
		int64_t text = client_cut_text_length(message);

		require((text < 0 ? -text : text) + 8 == (int64_t)length);
	}
	free(message);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	for (size_t at = 0; at < length;) {
		long next = decided_length(bytes + at, length - at);

		if (next <= 0 || (size_t)next > length - at)
			break;
		read_whole(bytes + at, (size_t)next);
		at += (size_t)next;
	}
	return 0;
}
