/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fence.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/wire.h"

enum {
	NUMBER_AT = 6,	  /* of a message */
	VERSION_AT = 11,  /* of the answer to AUTH */
	SECOND = 1000000, /* µs */
};

/* Of requests that are the fence's own; listeners' numbers are below. */
#define OUR_NUMBER UINT32_C(0x80000000)

__attribute__((format(printf, 2, 3))) static enum fence_verdict end(struct fence *fence,
								    const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(fence->reason, sizeof(fence->reason), format, arguments);
	va_end(arguments);
	return FENCE_END;
}

void fence_init(struct fence *ret_fence)
{
	memset(ret_fence, 0, sizeof(*ret_fence));
}

bool fence_header(struct fence *fence, bool is_listener,
		  const uint8_t descriptor[static NATIVE_DESCRIPTOR],
		  struct native_header *ret_header)
{
	const char *who = is_listener ? "it" : "the sound server";
	struct native_header header = { .length = wire_read_u32(descriptor),
					.channel = wire_read_u32(descriptor + 4) };

	*ret_header = header;
	if (is_listener && header.channel != NATIVE_CONTROL)
		(void)end(fence, "it sent samples, and may only listen");
	else if (wire_read_u32(descriptor + 16)) /* no samples that are recorded have any flags */
		(void)end(fence, "%s uses shared memory", who);
	else if (!header.length ||
		 header.length > (is_listener ? FENCE_LISTENER_MAX : FENCE_SERVER_MAX))
		(void)end(fence, "%s announced a packet of %u bytes", who, (unsigned)header.length);
	return !*fence->reason;
}

/* ---- the listener ---- */

/* A token bucket. */
static bool is_within_budget(struct fence *fence, uint64_t now)
{
	const uint64_t cost = SECOND / FENCE_RATE, most = cost * FENCE_BURST;

	if (now - fence->earned > most)
		fence->earned = now - most;
	if (now - fence->earned < cost)
		return false;
	fence->earned += cost;
	return true;
}

static enum fence_verdict rewrite(struct fence *fence, const uint8_t *message, size_t length,
				  uint32_t number)
{
	const char *reason = fence_rewrite(fence, message, length, number);

	return reason ? end(fence, "it sent command %u: %s", (unsigned)wire_read_u32(message + 1),
			    reason)
		      : FENCE_TO_SERVER;
}

/* For the stream that waits for it. */
static enum fence_verdict ask_for_sink(struct fence *fence)
{
	fence->stream = STREAM_HELD;
	native_begin(&fence->packet, NATIVE_GET_SINK_INFO, OUR_NUMBER);
	native_put_u32(&fence->packet, NATIVE_NONE);
	native_put_text(&fence->packet, "@DEFAULT_SINK@");
	native_end(&fence->packet);
	return FENCE_TO_SERVER;
}

/* Holds the request for a stream, and asks for the default sink first. */
static enum fence_verdict hold(struct fence *fence, const uint8_t *message, size_t length)
{
	if (fence->stream != STREAM_NONE)
		return end(fence, "it asked for a second stream");
	if (length > sizeof(fence->held))
		return end(fence, "it sent a request that is too large");
	memcpy(fence->held, message, length);
	fence->n_held = length;
	fence->is_resumed = false;
	return ask_for_sink(fence);
}

enum fence_verdict fence_from_listener(struct fence *fence, const uint8_t *message, size_t length,
				       uint64_t now)
{
	struct native_reader reader = { .at = message, .left = length };
	uint32_t command = native_take_u32(&reader), number = native_take_u32(&reader);

	if (reader.is_bad || number >= OUR_NUMBER)
		return end(fence, "it sent a malformed message");
	if (!is_within_budget(fence, now))
		return end(fence, "it sent more than %d requests a second", FENCE_RATE);
	if ((command == NATIVE_AUTH) != (fence->auth == AUTH_NONE))
		return end(fence, command == NATIVE_AUTH ? "it authenticated twice"
							 : "it did not authenticate first");
	if (fence->is_resumable && fence->stream != STREAM_THERE)
		return end(fence, "it sent a request while there was no sound server");
	fence->is_resumable = false;
	if (command == NATIVE_AUTH)
		fence->auth = AUTH_ASKED;
	if (command == NATIVE_SUBSCRIBE)
		fence->is_subscribed = true;
	if (command == NATIVE_CREATE_RECORD_STREAM) {
		fence->number = number;
		return hold(fence, message, length);
	}
	if (command == NATIVE_DELETE_RECORD_STREAM && native_take_u32(&reader) == fence->channel &&
	    fence->stream == STREAM_THERE)
		fence->stream = STREAM_NONE;
	return rewrite(fence, message, length, number);
}

/* ---- the server ---- */

static enum fence_verdict malformed(struct fence *fence)
{
	return end(fence, "the sound server sent a malformed message");
}

/* As a listener would begin. */
static enum fence_verdict introduce(struct fence *fence, uint32_t command, const char *values,
				    size_t size)
{
	struct native_packet request;

	native_begin(&request, command, OUR_NUMBER);
	if (command == NATIVE_AUTH)
		native_put_u32(&request, fence->version);
	native_put(&request, values, size);
	return rewrite(fence, request.bytes + NATIVE_DESCRIPTOR, request.n - NATIVE_DESCRIPTOR,
		       OUR_NUMBER);
}

bool fence_resume(struct fence *fence)
{
	if (!fence->is_resumable)
		return false;
	fence->is_resumed = true;
	fence->auth = AUTH_ASKED;
	fence->stream = STREAM_NAMED;
	return introduce(fence, NATIVE_AUTH, "x\0\0\0", 5) == FENCE_TO_SERVER;
}

/* A later version than ours is lowered to it, as for the server. */
static enum fence_verdict answer_auth(struct fence *fence, struct native_reader *reader,
				      uint8_t *message)
{
	uint32_t version = native_take_u32(reader);

	if (reader->is_bad)
		return malformed(fence);
	if (version < FENCE_VERSION_MIN || version > FENCE_VERSION_MASK)
		return end(fence, "the sound server's version of the protocol, %#x, is not known",
			   (unsigned)version);
	fence->auth = AUTH_DONE;
	if (fence->is_resumed && version < fence->version)
		return end(fence, "an older sound server has come");
	if (fence->is_resumed)
		return introduce(fence, NATIVE_SET_CLIENT_NAME, "PN", 2);
	if (version < fence->version)
		fence->version = version;
	if (version > FENCE_VERSION_MAX)
		wire_write_u32(message + VERSION_AT, FENCE_VERSION_MAX);
	return FENCE_TO_LISTENER;
}

static void skip(struct native_reader *reader, const char *kinds)
{
	size_t size;

	for (; *kinds; kinds++)
		(void)native_take(reader, *kinds, &size);
}

/* The default sink, for the stream that waits for it. */
static enum fence_verdict answer_sink(struct fence *fence, struct native_reader *reader)
{
	/* Its number, name, description, format, loudspeakers, module, volume, mute. */
	skip(reader, "LttamLvb");
	fence->monitor_index = native_take_u32(reader);
	const char *monitor = native_take_text(reader);
	if (reader->is_bad)
		return malformed(fence);
	if (!monitor || strlen(monitor) >= sizeof(fence->monitor))
		return end(fence, "the default sink has no monitor");
	memcpy(fence->monitor, monitor, strlen(monitor) + 1);
	fence->stream = STREAM_ASKED;
	return rewrite(fence, fence->held, fence->n_held, OUR_NUMBER);
}

/* Whether the values of `kinds` come next, and then the name of the monitor. */
static bool records_monitor(struct fence *fence, struct native_reader *reader, const char *kinds)
{
	skip(reader, kinds);
	const char *source = native_take_text(reader);
	return source && strcmp(source, fence->monitor) == 0;
}

static enum fence_verdict answer_creation(struct fence *fence, struct native_reader *reader)
{
	uint32_t channel = native_take_u32(reader);

	if (fence->is_resumed && channel != fence->channel)
		return end(fence, "the sound server gave the stream another number");
	fence->channel = channel;
	/* Its number, two sizes of buffers, format, loudspeakers, the source's number. */
	if (!records_monitor(fence, reader, "LLLamL") || fence->channel == NATIVE_CONTROL)
		return end(fence, "the sound server recorded from another source");
	fence->stream = STREAM_THERE;
	fence->is_resumable = !fence->is_subscribed;
	return fence->is_resumed ? FENCE_LOSE : FENCE_TO_LISTENER;
}

static enum fence_verdict take_answer(struct fence *fence, struct native_reader *reader,
				      uint8_t *message, bool is_error)
{
	uint32_t number = wire_read_u32(message + NUMBER_AT);

	if (fence->auth == AUTH_ASKED && !is_error)
		return answer_auth(fence, reader, message);
	if (number < OUR_NUMBER)
		return FENCE_TO_LISTENER;
	if (is_error && fence->is_resumed) /* there is no sink yet, for instance */
		return FENCE_RESUME;
	wire_write_u32(message + NUMBER_AT, fence->number);
	if (is_error) {
		fence->stream = STREAM_NONE;
		return FENCE_TO_LISTENER;
	}
	switch (fence->stream) {
	case STREAM_NAMED:
		return ask_for_sink(fence);
	case STREAM_HELD:
		return answer_sink(fence, reader);
	case STREAM_ASKED:
		return answer_creation(fence, reader);
	default:
		return malformed(fence);
	}
}

enum fence_verdict fence_from_server(struct fence *fence, uint8_t *message, size_t length)
{
	struct native_reader reader = { .at = message, .left = length };
	uint32_t command = native_take_u32(&reader);

	(void)native_take_u32(&reader);
	if (reader.is_bad)
		return malformed(fence);
	switch (command) {
	case NATIVE_REPLY:
	case NATIVE_ERROR:
		return take_answer(fence, &reader, message, command == NATIVE_ERROR);
	case NATIVE_RECORD_STREAM_MOVED: /* the stream's channel, the source's number */
		return records_monitor(fence, &reader, "LL")
			       ? FENCE_TO_LISTENER
			       : end(fence, "the sound server moved it to another source");
	case NATIVE_RECORD_STREAM_KILLED: /* its sink has gone, or its server is about to */
		if (native_take_u32(&reader) != fence->channel)
			return FENCE_TO_LISTENER;
		if (fence->is_resumable)
			return FENCE_RESUME;
		fence->stream = STREAM_NONE;
		return FENCE_TO_LISTENER;
	case NATIVE_SUBSCRIBE_EVENT:
	case NATIVE_RECORD_STREAM_SUSPENDED:
	case NATIVE_CLIENT_EVENT:
	case NATIVE_RECORD_STREAM_EVENT:
	case NATIVE_RECORD_BUFFER_ATTR_CHANGED:
		return FENCE_TO_LISTENER;
	default:
		return end(fence, "the sound server sent command %u", (unsigned)command);
	}
}

enum fence_verdict fence_samples(const struct fence *fence, uint32_t channel)
{
	return fence->stream == STREAM_THERE && fence->channel == channel ? FENCE_TO_LISTENER
									  : FENCE_LOSE;
}
