/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The messages of a listener and of a sound server, as the real ones write them. */
#ifndef GPUDESK_TESTS_LISTENER_MESSAGES_H
#define GPUDESK_TESTS_LISTENER_MESSAGES_H

#include <string.h>

#include "common/wire.h"
#include "sound/native_message.h"

enum { S16LE = 3 };

struct sample_spec {
	uint8_t format, channels;
	uint32_t rate; /* Hz */
};

static inline void put_bool(struct native_packet *packet, bool value)
{
	native_put(packet, value ? "1" : "0", 1);
}

static inline void put_spec(struct native_packet *packet, const struct sample_spec *spec)
{
	uint8_t bytes[9] = { 'a', spec->format, spec->channels, [7] = 'm', [8] = spec->channels };

	wire_write_u32(bytes + 3, spec->rate);
	native_put(packet, bytes, sizeof(bytes));
	for (uint8_t i = 1; i <= spec->channels; i++)
		native_put(packet, &i, 1);
}

static inline void put_volume(struct native_packet *packet, uint8_t channels)
{
	const uint8_t begin[2] = { 'v', channels }, normal[4] = { 0, 1, 0, 0 };

	native_put(packet, begin, 2);
	for (uint8_t i = 0; i < channels; i++)
		native_put(packet, normal, 4);
}

static inline void put_bytes(struct native_packet *packet, const char *bytes, uint32_t n)
{
	uint8_t begin[5] = { 'x' };

	wire_write_u32(begin + 1, n);
	native_put(packet, begin, 5);
	native_put(packet, bytes, n);
}

/* A list of one property. */
static inline void put_property(struct native_packet *packet, const char *name, const char *value)
{
	uint32_t length = (uint32_t)strlen(value) + 1;

	native_put(packet, "P", 1);
	native_put_text(packet, name);
	native_put_u32(packet, length);
	put_bytes(packet, value, length);
	native_put_text(packet, NULL);
}

/* What a stream's request has; a plain one by messages_stream(). */
struct stream_request {
	struct sample_spec spec;
	uint32_t index, fragment, one_program;
	const char *source;
	bool peaks, passthrough;
	uint8_t formats;
};

static const char messages_monitor[] = "sink.monitor";

static inline struct stream_request messages_stream(void)
{
	return (struct stream_request){
		.spec = { .format = S16LE, .channels = 2, .rate = 44100 },
		.index = NATIVE_NONE,
		.fragment = 8192,
		.one_program = NATIVE_NONE,
		.source = messages_monitor,
	};
}

static inline void messages_write_auth(struct native_packet *packet, uint32_t version)
{
	static const char cookie[256] = "cookie";

	native_begin(packet, NATIVE_AUTH, 0);
	native_put_u32(packet, version);
	put_bytes(packet, cookie, sizeof(cookie));
	native_end(packet);
}

static inline void messages_write_stream(struct native_packet *packet, uint32_t tag,
					 const struct stream_request *request)
{
	native_begin(packet, NATIVE_CREATE_RECORD_STREAM, tag);
	put_spec(packet, &request->spec);
	native_put_u32(packet, request->index);
	native_put_text(packet, request->source);
	native_put_u32(packet, NATIVE_NONE);
	put_bool(packet, false);
	native_put_u32(packet, request->fragment);
	for (size_t i = 0; i < 7; i++)
		put_bool(packet, false);
	put_bool(packet, request->peaks);
	put_bool(packet, true);
	put_property(packet, "media.name", "music");
	native_put_u32(packet, request->one_program);
	for (size_t i = 0; i < 3; i++)
		put_bool(packet, false);
	native_put(packet, (uint8_t[]){ 'B', request->formats }, 2);
	put_volume(packet, request->spec.channels);
	for (size_t i = 0; i < 4; i++)
		put_bool(packet, false);
	put_bool(packet, request->passthrough);
	native_end(packet);
}

static inline void messages_write_sink(struct native_packet *packet, uint32_t tag, uint32_t index,
				       const char *monitor)
{
	const struct sample_spec spec = messages_stream().spec;

	native_begin(packet, NATIVE_REPLY, tag);
	native_put_u32(packet, 1);
	native_put_text(packet, "sink");
	native_put_text(packet, "A sink");
	put_spec(packet, &spec);
	native_put_u32(packet, NATIVE_NONE);
	put_volume(packet, 2);
	put_bool(packet, false);
	native_put_u32(packet, index);
	native_put_text(packet, monitor);
	native_end(packet);
}

static inline void messages_write_created(struct native_packet *packet, uint32_t tag,
					  uint32_t channel, const char *source)
{
	const struct sample_spec spec = messages_stream().spec;

	native_begin(packet, NATIVE_REPLY, tag);
	native_put_u32(packet, channel);
	for (size_t i = 0; i < 3; i++)
		native_put_u32(packet, 4096);
	put_spec(packet, &spec);
	native_put_u32(packet, 2);
	native_put_text(packet, source);
	put_bool(packet, false);
	native_end(packet);
}

#endif
