/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Messages of PulseAudio's native protocol (src/pulsecore/native-common.h, tagstruct.h, pstream.c
 * there). All numbers are big-endian.
 *
 * A packet is a descriptor of five 32-bit numbers (length of what follows, channel, offset in two,
 * flags) and then its payload. On the channel NATIVE_CONTROL that is a message: values with a tag
 * byte each, first the command and then the number by which the answer refers to it. On any other
 * channel it is a stream's samples.
 *
 * The kinds of values are named by their tags: 'L' a number of 32 bits, 'B' of 8, 't' a text or
 * none, 'b' a bool, 'a' a format of samples (format, channels, Hz), 'm' the loudspeaker of each
 * channel, 'v' the volume of each, 'x' bytes, 'P' a list of properties.
 */
#ifndef GPUDESK_NATIVE_MESSAGE_H
#define GPUDESK_NATIVE_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NATIVE_CONTROL UINT32_MAX
#define NATIVE_NONE UINT32_MAX /* for an index: none; for a size: whatever the server likes */

enum { NATIVE_DESCRIPTOR = 20, NATIVE_PACKET_MAX = 1024 };

/* The commands that matter to a listener. */
enum native_command {
	NATIVE_ERROR = 0,
	NATIVE_REPLY = 2,
	NATIVE_CREATE_RECORD_STREAM = 5,
	NATIVE_DELETE_RECORD_STREAM = 6,
	NATIVE_AUTH = 8,
	NATIVE_SET_CLIENT_NAME = 9,
	NATIVE_GET_SERVER_INFO = 20,
	NATIVE_GET_SINK_INFO = 21,
	NATIVE_GET_SINK_INFO_LIST = 22,
	NATIVE_GET_SOURCE_INFO = 23,
	NATIVE_GET_SOURCE_INFO_LIST = 24,
	NATIVE_SUBSCRIBE = 35,
	NATIVE_CORK_RECORD_STREAM = 58,
	NATIVE_FLUSH_RECORD_STREAM = 59,
	NATIVE_RECORD_STREAM_KILLED = 65,
	NATIVE_SUBSCRIBE_EVENT = 66,
	NATIVE_RECORD_STREAM_SUSPENDED = 77,
	NATIVE_RECORD_STREAM_MOVED = 79,
	NATIVE_CLIENT_EVENT = 91,
	NATIVE_RECORD_STREAM_EVENT = 93,
	NATIVE_RECORD_BUFFER_ATTR_CHANGED = 95,
};

/*
 * Reads values, bounded by the message: a value of another kind than is there, or one that is cut
 * short, makes the message bad for good, and gives NULL or 0.
 */
struct native_reader {
	const uint8_t *at;
	size_t left;
	bool is_bad;
};

/* The next value with its tag, of *ret_size bytes; it stays in the message. */
const uint8_t *native_take(struct native_reader *reader, char kind, size_t *ret_size);
uint32_t native_take_u32(struct native_reader *reader);
const char *native_take_text(struct native_reader *reader); /* NULL: none, or bad */

/* A packet that is being written, with its descriptor. What does not fit makes it bad. */
struct native_packet {
	uint8_t bytes[NATIVE_PACKET_MAX];
	size_t n;
	bool is_bad;
};

void native_begin(struct native_packet *packet, uint32_t command, uint32_t number);
void native_put(struct native_packet *packet, const void *bytes, size_t n);
void native_put_u32(struct native_packet *packet, uint32_t value);
void native_put_text(struct native_packet *packet, const char *text); /* NULL: none */
void native_end(struct native_packet *packet);			      /* its length is known now */

#endif
