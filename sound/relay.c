/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "relay.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/event_source.h"
#include "common/timer.h"
#include "fence.h"

enum {
	RETRY = 500 * 1000,  /* µs */
	SEND_BUFFER = 65536, /* bytes: the kernel's, so that sound is not old when it arrives */
	WAITING_MAX = NATIVE_DESCRIPTOR + FENCE_SERVER_MAX, /* before a listener's socket */
};

/* An end: what of its packets was read. */
struct side {
	int fd;
	sd_event_source *source;
	uint8_t *read;
	size_t n_read, size;
};

struct relay {
	sd_event *event;
	const char *server_path;
	relay_ended_fn ended;
	void *userdata;
	struct side listener, server;
	uint8_t *waiting; /* for the listener's socket to take it */
	size_t n_waiting;
	bool is_full; /* that socket */
	sd_event_source *retry;
	uint64_t until; /* when its patience with the server ends; TIMER_NEVER: it was there */
	struct fence fence;
};

/* ---- writing: they return NULL, or why the relay ends ---- */

static const char server_has_gone[] = "the sound server has gone";

static const char *send_waiting(struct relay *relay)
{
	ssize_t n = send(relay->listener.fd, relay->waiting, relay->n_waiting,
			 MSG_DONTWAIT | MSG_NOSIGNAL);

	if (n < 0 && errno != EAGAIN && errno != EINTR)
		return "disconnected";
	if (n > 0) {
		relay->n_waiting -= (size_t)n;
		memmove(relay->waiting, relay->waiting + n, relay->n_waiting);
	}
	relay->is_full = relay->n_waiting > 0;
	(void)sd_event_source_set_io_events(relay->listener.source,
					    relay->is_full ? EPOLLIN | EPOLLOUT : EPOLLIN);
	return NULL;
}

/* It is sent with what else is read at once: read_side(). */
static const char *queue_for_listener(struct relay *relay, const uint8_t *packet, size_t n)
{
	if (n > WAITING_MAX - relay->n_waiting)
		return "it does not read";
	memcpy(relay->waiting + relay->n_waiting, packet, n);
	relay->n_waiting += n;
	return NULL;
}

/* Requests are few and small, so the socket always takes them from one who waits for answers. */
static const char *send_to_server(const struct relay *relay)
{
	const struct native_packet *packet = &relay->fence.packet;
	ssize_t n = send(relay->server.fd, packet->bytes, packet->n, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (n < 0 && errno != EAGAIN)
		return server_has_gone;
	return n == (ssize_t)packet->n ? NULL : "the sound server does not read";
}

/* ---- reading: the same ---- */

static const char *take_packet(struct relay *relay, bool is_listener, uint8_t *packet,
			       const struct native_header *header)
{
	uint8_t *payload = packet + NATIVE_DESCRIPTOR;
	bool is_samples = header->channel != NATIVE_CONTROL;
	enum fence_verdict verdict = is_listener  ? fence_from_listener(&relay->fence, payload,
									header->length,
									timer_now(relay->event))
				     : is_samples ? fence_samples(&relay->fence, header->channel)
						  : fence_from_server(&relay->fence, payload,
								      header->length);

	if (verdict == FENCE_END)
		return relay->fence.reason;
	if (verdict == FENCE_TO_SERVER)
		return send_to_server(relay);
	if (verdict == FENCE_RESUME)
		return server_has_gone;
	/* Whole packets are lost, so that what follows is understood. */
	if (verdict == FENCE_LOSE || (is_samples && relay->is_full))
		return NULL;
	return queue_for_listener(relay, packet, NATIVE_DESCRIPTOR + header->length);
}

static const char *take_packets(struct relay *relay, struct side *side)
{
	bool is_listener = side == &relay->listener;
	const char *reason = NULL;
	size_t at = 0;

	while (!reason && side->n_read - at >= NATIVE_DESCRIPTOR) {
		struct native_header header;

		if (!fence_header(&relay->fence, is_listener, side->read + at, &header))
			return relay->fence.reason;
		if (side->n_read - at < NATIVE_DESCRIPTOR + header.length)
			break;
		reason = take_packet(relay, is_listener, side->read + at, &header);
		at += NATIVE_DESCRIPTOR + header.length;
	}
	side->n_read -= at;
	memmove(side->read, side->read + at, side->n_read);
	return reason;
}

/* Descriptors that the server may pass are not taken: there is no room for them. */
static const char *read_side(struct relay *relay, struct side *side)
{
	ssize_t n = recv(side->fd, side->read + side->n_read, side->size - side->n_read,
			 MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return NULL;
	if (n <= 0)
		return side == &relay->server ? server_has_gone : "disconnected";
	side->n_read += (size_t)n;
	const char *reason = take_packets(relay, side);
	return reason || !relay->n_waiting || relay->is_full ? reason : send_waiting(relay);
}

static int on_listener(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	struct relay *relay = userdata;
	const char *reason = relay->is_full ? send_waiting(relay) : NULL;

	(void)source;
	(void)fd;
	if (!reason && events & ~(uint32_t)EPOLLOUT)
		reason = read_side(relay, &relay->listener);
	if (reason)
		relay->ended(reason, relay->userdata);
	return 0;
}

/* As long as the listener may listen: the user may be about to log in again. */
static bool await_server(struct relay *relay)
{
	if (!fence_resume(&relay->fence) || timer_start(relay->retry, RETRY) < 0)
		return false;
	relay->until = TIMER_NEVER;
	relay->server.source = event_source_end(relay->server.source);
	close(relay->server.fd);
	relay->server.fd = -1;
	relay->server.n_read = 0;
	return true;
}

static int on_server(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	struct relay *relay = userdata;
	const char *reason = read_side(relay, &relay->server);

	(void)source;
	(void)fd;
	(void)events;
	if (reason && !(reason == server_has_gone && await_server(relay)))
		relay->ended(reason, relay->userdata);
	return 0;
}

/* ---- the connection to the server ---- */

static int connect_server(struct relay *relay)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int one = 1;

	relay->server.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (relay->server.fd < 0)
		return -errno;
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", relay->server_path);
	/* With that, the kernel tells the server with each message whose it is. */
	if (setsockopt(relay->server.fd, SOL_SOCKET, SO_PASSCRED, &one, sizeof(one)) >= 0 &&
	    connect(relay->server.fd, (struct sockaddr *)&address, sizeof(address)) >= 0)
		return sd_event_add_io(relay->event, &relay->server.source, relay->server.fd,
				       EPOLLIN, on_server, relay);
	int r = -errno;
	close(relay->server.fd);
	relay->server.fd = -1;
	return r;
}

/* Only then is the listener read. It has its own patience, of 30 s in PulseAudio's clients. */
static int on_try(sd_event_source *source, uint64_t when, void *userdata)
{
	struct relay *relay = userdata;
	char reason[256];
	int r = connect_server(relay);

	(void)when;
	if (r < 0 && timer_now(relay->event) < relay->until)
		return timer_start(source, RETRY);
	if (r >= 0 && !relay->listener.source)
		r = sd_event_add_io(relay->event, &relay->listener.source, relay->listener.fd,
				    EPOLLIN, on_listener, relay);
	else if (r >= 0)
		(void)send_to_server(relay); /* if it has gone already, that is read */
	snprintf(reason, sizeof(reason), "no sound server at %s: %s", relay->server_path,
		 strerror(-r));
	if (r < 0)
		relay->ended(reason, relay->userdata);
	return 0;
}

int relay_start(sd_event *event, int fd, const char *server, relay_ended_fn ended, void *userdata,
		struct relay **ret_relay)
{
	struct relay *relay = calloc(1, sizeof(*relay));
	int size = SEND_BUFFER, one = 1;

	if (!relay)
		return -ENOMEM;
	*relay = (struct relay){ .event = sd_event_ref(event),
				 .server_path = server,
				 .ended = ended,
				 .userdata = userdata };
	relay->listener = (struct side){ .fd = -1, .size = NATIVE_DESCRIPTOR + FENCE_LISTENER_MAX };
	relay->server = (struct side){ .fd = -1, .size = NATIVE_DESCRIPTOR + FENCE_SERVER_MAX };
	relay->listener.read = malloc(relay->listener.size);
	relay->server.read = malloc(relay->server.size);
	relay->waiting = malloc(WAITING_MAX);
	relay->until = timer_now(event) + (uint64_t)RELAY_PATIENCE * 1000000;
	fence_init(&relay->fence);
	int r = relay->listener.read && relay->server.read && relay->waiting
			? timer_add(event, 0, on_try, relay, &relay->retry)
			: -ENOMEM;
	if (r < 0) {
		relay_destroy(relay);
		return r;
	}
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	relay->listener.fd = fd;
	*ret_relay = relay;
	return 0;
}

static void end_side(struct side *side)
{
	event_source_end(side->source);
	if (side->fd >= 0)
		close(side->fd);
	free(side->read);
}

void relay_destroy(struct relay *relay)
{
	if (!relay)
		return;
	end_side(&relay->listener);
	end_side(&relay->server);
	event_source_end(relay->retry);
	free(relay->waiting);
	sd_event_unref(relay->event);
	free(relay);
}
