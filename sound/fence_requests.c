/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a listener may send. */
#include <string.h>

#include "common/wire.h"
#include "fence.h"

enum {
	FORMATS = 13,	/* of samples, numbered from 0; 4 bytes a sample at most */
	FORMAT_AT = 30, /* of the packet that asks for a stream: behind command and number */
};

/*
 * All that a listener may send: a command, and the values behind it. What goes on is the value
 * itself, if it is of the kind that its letter names (native_message.h), or what `letters` has.
 */
static const struct {
	enum native_command command;
	const char *values;
} allowed[] = {
	{ NATIVE_AUTH, "VC" },
	{ NATIVE_SET_CLIENT_NAME, "P" },
	{ NATIVE_GET_SERVER_INFO, "" },
	{ NATIVE_GET_SINK_INFO, "Lt" },
	{ NATIVE_GET_SINK_INFO_LIST, "" },
	{ NATIVE_GET_SOURCE_INFO, "Lt" },
	{ NATIVE_GET_SOURCE_INFO_LIST, "" },
	{ NATIVE_SUBSCRIBE, "L" },
	{ NATIVE_CORK_RECORD_STREAM, "Lb" },
	{ NATIVE_FLUSH_RECORD_STREAM, "L" },
	{ NATIVE_DELETE_RECORD_STREAM, "L" },
	{ NATIVE_CREATE_RECORD_STREAM, "SmIN" /* what to record */
				       "-bF"  /* size of the queue, whether it is paused, packets */
				       "bb"   /* no remapping, no remixing */
				       "fff"  /* format, rate, channels as the source has them */
				       "Tff"  /* not to be moved; variable rate, peaks only */
				       "bP"   /* the latency is the source's too, properties */
				       "-fbf" /* of one program alone, early requests, lets the sink
					       * sleep, fails if that sleeps */
				       "0v"   /* other formats, volume */
				       "fffff" /* how volume and mute are meant, passthrough */ },
};

static const char no_cookie[5 + 256] = "x\0\0\1";
static const char properties[] = "Ptapplication.name\0L\0\0\0\016x\0\0\0\016gpudesk-sound\0"
				 "tmedia.name\0L\0\0\0\017x\0\0\0\017Remote desktop\0N";

static const struct letter {
	char letter, kind;
	const char *instead; /* NULL: see put_value() */
	size_t size;	     /* of that, in bytes */
} letters[] = {
	{ 'V', 'L', NULL, 0 },		  /* the version, without the offer of shared memory */
	{ 'S', 'a', NULL, 0 },		  /* a format of samples, which has bounds */
	{ 'I', 'L', NULL, 0 },		  /* the number of a source: none, but */
	{ 'N', 't', NULL, 0 },		  /* its name: the default sink's monitor */
	{ 'F', 'L', NULL, 0 },		  /* the size of a packet, which has bounds */
	{ '0', 'B', NULL, 0 },		  /* this number must be 0 */
	{ 'C', 'x', no_cookie, 5 + 256 }, /* the server knows our user */
	{ 'P', 'P', properties, sizeof(properties) - 1 }, /* PipeWire obeys them */
	{ '-', 'L', "L\377\377\377\377", 5 },
	{ 'f', 'b', "0", 1 },
	{ 'T', 'b', "1", 1 },
};

enum {
	N_ALLOWED = sizeof(allowed) / sizeof(*allowed),
	N_LETTERS = sizeof(letters) / sizeof(*letters)
};

static bool is_sane_format(const uint8_t *format)
{
	uint32_t rate = wire_read_u32(format + 3);

	return format[1] < FORMATS && format[2] && format[2] <= FENCE_CHANNELS_MAX &&
	       rate >= FENCE_HZ_MIN && rate <= FENCE_HZ_MAX;
}

/* `format` is the stream's, before it in the packet. */
static uint32_t bound_fragment(uint32_t size, const uint8_t *format)
{
	uint32_t least = wire_read_u32(format + 3) * format[2] / 50; /* 10 ms of 16 bits */

	return size > FENCE_FRAGMENT_MAX ? FENCE_FRAGMENT_MAX : size < least ? least : size;
}

/* Whether it is the default sink's monitor that was asked for, not a source that happens to be. */
static bool is_monitor(const struct fence *fence, const uint8_t *name)
{
	const char *text = (const char *)name + 1;

	return *name == 'N' ? fence->is_indexed
			    : !strcmp(text, "@DEFAULT_MONITOR@") || !strcmp(text, fence->monitor);
}

/* Writes what goes on instead of the value. Returns why not, or NULL. */
static const char *put_value(struct fence *fence, char letter, const uint8_t *value, size_t size)
{
	static const char other[] = "another source than the default sink's monitor";
	struct native_packet *packet = &fence->packet;
	uint32_t number = *value == 'L' ? wire_read_u32(value + 1) : 0;

	switch (letter) {
	case 'V':
		number &= FENCE_VERSION_MASK;
		fence->version = number < FENCE_VERSION_MAX ? number : FENCE_VERSION_MAX;
		native_put_u32(packet, fence->version);
		return number < FENCE_VERSION_MIN ? "too old a version" : NULL;
	case 'I':
		fence->is_indexed = number != NATIVE_NONE;
		native_put_u32(packet, NATIVE_NONE);
		return fence->is_indexed && number != fence->monitor_index && !fence->is_resumed
			       ? other
			       : NULL;
	case 'N':
		native_put_text(packet, fence->monitor);
		return fence->is_resumed || is_monitor(fence, value) ? NULL : other;
	case 'F':
		native_put_u32(packet, bound_fragment(number, packet->bytes + FORMAT_AT));
		return NULL;
	case 'S':
		native_put(packet, value, size);
		return is_sane_format(value) ? NULL : "a format beyond the limits";
	case '0':
		native_put(packet, value, size);
		return value[1] ? "other formats" : NULL;
	default:
		native_put(packet, value, size);
		return NULL;
	}
}

/* Takes the value that is due, and writes what goes on. Returns why not, or NULL. */
static const char *pass_value(struct fence *fence, struct native_reader *reader, char due)
{
	struct letter letter = { .letter = due, .kind = due };
	size_t size;

	for (size_t i = 0; i < N_LETTERS; i++)
		if (letters[i].letter == due)
			letter = letters[i];
	const uint8_t *value = native_take(reader, letter.kind, &size);
	if (!value)
		return "malformed";
	if (!letter.instead)
		return put_value(fence, due, value, size);
	native_put(&fence->packet, letter.instead, letter.size);
	return NULL;
}

const char *fence_rewrite(struct fence *fence, const uint8_t *message, size_t length,
			  uint32_t number)
{
	struct native_reader reader = { .at = message, .left = length };
	uint32_t command = native_take_u32(&reader);
	const char *reason = NULL;
	size_t i = 0;

	(void)native_take_u32(&reader);
	while (i < N_ALLOWED && allowed[i].command != command)
		i++;
	if (i == N_ALLOWED)
		return "may only listen";
	native_begin(&fence->packet, command, number);
	for (const char *due = allowed[i].values; *due && !reason; due++)
		reason = pass_value(fence, &reader, *due);
	if (!reason && (reader.left || fence->packet.is_bad))
		return "malformed";
	native_end(&fence->packet);
	return reason;
}
