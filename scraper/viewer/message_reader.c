/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "message_reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "protocol/client_messages.h"

enum { KEEP = 4096 }; /* bytes; a larger buffer is given back when its message is done */

/* Takes the bytes at `*at` that are to be skipped. Returns whether the whole message is. */
static bool skip(struct message_reader *reader, size_t *at)
{
	size_t have = reader->length - *at;
	size_t n = reader->skip < have ? reader->skip : have;

	reader->skip -= n;
	*at += n;
	return !reader->skip;
}

/* Handles all whole messages; moves the rest to the front. Returns 0 or -errno. */
static int handle_all(struct message_reader *reader,
		      const struct message_reader_callbacks *callbacks, void *userdata)
{
	size_t at = 0;
	int r = 0;

	while (skip(reader, &at)) {
		size_t have = reader->length - at;
		long length = callbacks->length(reader->in + at, have, userdata);

		if (length < 0)
			r = (int)length;
		if (length > CLIENT_MESSAGE_MAX) {
			callbacks->skipped((size_t)length, userdata);
			reader->skip = (size_t)length;
			continue;
		}
		if (length <= 0 || (size_t)length > have)
			break;
		r = callbacks->handle(reader->in + at, (size_t)length, userdata);
		if (r < 0)
			break;
		at += (size_t)length;
	}
	memmove(reader->in, reader->in + at, reader->length - at);
	reader->length -= at;
	/* Of what was handled or moved, nothing stays: it may be clipboard text, or a password. */
	explicit_bzero(reader->in + reader->length, at);
	return r;
}

/* Room for the message that has begun, or for a turn's worth of others. */
static int make_room(struct message_reader *reader,
		     const struct message_reader_callbacks *callbacks, void *userdata)
{
	long length = callbacks->length(reader->in, reader->length, userdata);
	size_t needed = length > KEEP && !reader->skip ? (size_t)length : KEEP;

	if (needed == reader->capacity || reader->length > needed)
		return 0;
	/* Not realloc(): it would leave what it moves behind. */
	uint8_t *in = malloc(needed);
	size_t kept = reader->length;

	if (!in)
		return -ENOMEM;
	if (reader->in)
		memcpy(in, reader->in, kept);
	message_reader_finish(reader);
	reader->in = in;
	reader->length = kept;
	reader->capacity = needed;
	return 0;
}

/* How much to read: all of a long message, but not many short ones. */
static size_t turn_of(const struct message_reader *reader)
{
	size_t room = reader->capacity - reader->length;
	bool is_long = reader->skip || reader->capacity > KEEP;

	return is_long || room < MESSAGE_READER_TURN ? room : MESSAGE_READER_TURN;
}

int message_reader_read(struct message_reader *reader, int fd,
			const struct message_reader_callbacks *callbacks, void *userdata)
{
	int r = make_room(reader, callbacks, userdata);

	if (r < 0)
		return r;
	ssize_t n = recv(fd, reader->in + reader->length, turn_of(reader), MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
		return 0;
	if (n <= 0)
		return n == 0 || errno == ECONNRESET ? -EPIPE : -errno;
	reader->length += (size_t)n;
	return handle_all(reader, callbacks, userdata);
}

bool message_reader_is_between(const struct message_reader *reader)
{
	return !reader->length && !reader->skip;
}

void message_reader_finish(struct message_reader *reader)
{
	size_t skip = reader->skip;

	if (reader->in)
		explicit_bzero(reader->in, reader->capacity);
	free(reader->in);
	*reader = (struct message_reader){ .skip = skip };
}
