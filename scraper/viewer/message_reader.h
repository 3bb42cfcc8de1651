/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads whole messages from a viewer's socket; part of one is kept until the rest has come. They
 * may be clipboard text or a password that is typed, so what was handled is wiped at once, and
 * memory before it is freed. Nothing here waits.
 */
#ifndef GPUDESK_MESSAGE_READER_H
#define GPUDESK_MESSAGE_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes of short messages that are taken in one turn: 25 update requests, or 32 keys. */
enum { MESSAGE_READER_TURN = 256 };

struct message_reader {
	uint8_t *in; /* a part of a message */
	size_t length, capacity;
	size_t skip; /* bytes of a message that is too long, still to come */
};

struct message_reader_callbacks {
	/*
	 * The length of the message that `data` begins with, as soon as the `have` bytes decide it
	 * (it may be more than `have`), 0 when they do not yet, or -errno. See
	 * client_message_length().
	 */
	long (*length)(const uint8_t *data, size_t have, void *userdata);
	/* Handles a whole message, which may be written to. A negative result ends the reading. */
	int (*handle)(uint8_t *message, size_t length, void *userdata);
	/* A message over CLIENT_MESSAGE_MAX is skipped. */
	void (*skipped)(size_t length, void *userdata);
};

/*
 * Reads what has come on `fd`, once and at most MESSAGE_READER_TURN bytes unless they are of a long
 * message, so that one viewer's flood does not keep out the others, and handles each whole message.
 * Returns 0, -EPIPE when the peer has hung up, the failure
 * of a callback, or -errno.
 */
int message_reader_read(struct message_reader *reader, int fd,
			const struct message_reader_callbacks *callbacks, void *userdata);

/* Whether the next byte from the socket begins a message. */
bool message_reader_is_between(const struct message_reader *reader);

/* Wipes and frees what is kept. One of all zero is fine. */
void message_reader_finish(struct message_reader *reader);

#endif
