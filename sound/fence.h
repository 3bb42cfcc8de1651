/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The fence between a listener and the user's sound server: what of PulseAudio's native protocol
 * passes. Pure.
 *
 * Nothing that a listener sends goes on as it is. Its messages are read completely, and those that
 * a recorder needs (the table in fence_requests.c) are written anew, without its properties and its
 * cookie. What a stream records is asked of the server first: it is the monitor of the sink that is
 * the default then, and the server must name that when it has made the stream. Whatever else either
 * side sends ends the connection.
 *
 * A listener that only listens, as Guacamole's, outlasts the server (the user logs out and in) and
 * the sink: the fence makes its stream again, by the request that it keeps.
 */
#ifndef GPUDESK_FENCE_H
#define GPUDESK_FENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "native_message.h"

enum {
	FENCE_LISTENER_MAX = 16384, /* bytes after a descriptor */
	FENCE_SERVER_MAX = 262144,
	FENCE_VERSION_MIN = 22, /* PulseAudio 1.0's: from it on, a stream's request is as here */
	FENCE_VERSION_MAX = 35, /* PulseAudio 15's and later ones' */
	FENCE_VERSION_MASK = 0xffff, /* the rest of that number offers shared memory */
	FENCE_BURST = 64,	     /* requests */
	FENCE_RATE = 20,	     /* more of them a second */
	FENCE_CHANNELS_MAX = 8,
	FENCE_HZ_MIN = 4000,
	FENCE_HZ_MAX = 96000,
	FENCE_FRAGMENT_MAX = 65536, /* bytes of samples in a packet, as asked of the server */
	FENCE_NAME_MAX = 256,
	FENCE_REASON_MAX = 256,
};

enum fence_verdict {
	FENCE_END,	   /* the connection: `reason` says why */
	FENCE_TO_SERVER,   /* `packet` goes there */
	FENCE_TO_LISTENER, /* what was judged goes there as it is */
	FENCE_LOSE,	   /* it goes nowhere */
	FENCE_RESUME,	   /* the connection to the server is of no more use: fence_resume() */
};

struct fence {
	enum { AUTH_NONE, AUTH_ASKED, AUTH_DONE } auth;
	uint32_t version; /* of the protocol: the listener's, then the lower one of both */
	uint64_t earned;  /* when the budget of requests was full, or would have been: µs */

	/* The stream; there is one at a time. STREAM_NAMED: only when it is resumed. */
	enum { STREAM_NONE, STREAM_NAMED, STREAM_HELD, STREAM_ASKED, STREAM_THERE } stream;
	bool is_resumable; /* the listener has asked for nothing else that would be lost */
	bool is_resumed;   /* at another connection than the one that it was asked for at */
	bool is_subscribed;
	uint8_t held[NATIVE_PACKET_MAX]; /* its request, for when the default sink is known */
	size_t n_held;
	uint32_t number; /* of that request */
	uint32_t channel;
	char monitor[FENCE_NAME_MAX]; /* that of the default sink */
	uint32_t monitor_index;
	bool is_indexed; /* the listener gave the number of a source */

	struct native_packet packet;
	char reason[FENCE_REASON_MAX];
};

struct native_header {
	uint32_t length, channel; /* length: of what follows the descriptor, in bytes, never 0 */
};

void fence_init(struct fence *ret_fence);

/* A descriptor. Returns whether the connection may go on. */
bool fence_header(struct fence *fence, bool is_listener,
		  const uint8_t descriptor[static NATIVE_DESCRIPTOR],
		  struct native_header *ret_header);

/* A whole message without its descriptor. `now` is in µs of CLOCK_MONOTONIC. */
enum fence_verdict fence_from_listener(struct fence *fence, const uint8_t *message, size_t length,
				       uint64_t now);
/* It may be changed in its place. */
enum fence_verdict fence_from_server(struct fence *fence, uint8_t *message, size_t length);

/*
 * The connection to the server has ended, or is to be. Returns whether the stream may go on at
 * another one, unknown to the listener: after connecting, `packet` goes there.
 */
bool fence_resume(struct fence *fence);

/* Samples from the server. */
enum fence_verdict fence_samples(const struct fence *fence, uint32_t channel);

/*
 * For fence.c: writes into `packet` what goes on instead of a listener's request, with that number.
 * Returns why it may not, or NULL.
 */
const char *fence_rewrite(struct fence *fence, const uint8_t *message, size_t length,
			  uint32_t number);

#endif
