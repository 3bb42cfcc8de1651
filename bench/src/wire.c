/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>

#include "probe.h"

static int fd = -1;
static uint8_t buffer[1 << 18];
static size_t position, filled;
static pthread_mutex_t write_lock = PTHREAD_MUTEX_INITIALIZER;

void wire_connect(const char *host, const char *port)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *found;
	int one = 1;

	if (getaddrinfo(host, port, &hints, &found))
		die("probe: cannot resolve %s", host);
	fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, found->ai_addr, found->ai_addrlen) < 0)
		die("probe: %s:%s: %s", host, port, strerror(errno));
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	freeaddrinfo(found);
}

/* The time left to `until` and to the end of the window, in ms for poll(2). */
static int timeout_until(int64_t until)
{
	int64_t left;

	if (window_state == WINDOW_OPEN && (!until || window_end < until))
		until = window_end;
	if (!until)
		return -1;
	left = until - now_ns();
	return left > 0 ? (int)(left / MILLISECOND) + 1 : 0;
}

bool wire_wait(int64_t until)
{
	enum window_state before = window_state;

	while (position == filled) {
		struct pollfd polled[2] = { { fd, POLLIN, 0 }, { window_poll_fd(), POLLIN, 0 } };
		int ready = poll(polled, 2, timeout_until(until));

		if (ready > 0 && polled[1].revents)
			window_open();
		window_tick();
		if (ready > 0 && polled[0].revents)
			return true;
		if (window_state != before) /* the caller must notice that */
			return false;
		if (until && now_ns() >= until)
			return false;
	}
	return true;
}

static size_t receive(void *data, size_t length)
{
	ssize_t n;

	do {
		while (!wire_wait(0))
			;
		n = recv(fd, data, length, 0);
	} while (n < 0 && (errno == EINTR || errno == EAGAIN));
	if (n < 0)
		die("probe: recv: %s", strerror(errno));
	if (n == 0)
		die("probe: the server closed the connection");
	counters.bytes += (uint64_t)n;
	return (size_t)n;
}

void wire_read(void *data, size_t length)
{
	uint8_t *out = data;

	while (length) {
		size_t n;

		if (position == filled && length >= sizeof(buffer) / 2) {
			n = receive(out, length); /* large ones go directly into place */
		} else {
			if (position == filled) {
				n = receive(buffer, sizeof(buffer));
				position = 0;
				filled = n;
			}
			n = filled - position < length ? filled - position : length;
			memcpy(out, buffer + position, n);
			position += n;
		}
		out += n;
		length -= n;
	}
}

void wire_skip(size_t length)
{
	uint8_t waste[4096];

	while (length) {
		size_t n = length < sizeof(waste) ? length : sizeof(waste);

		wire_read(waste, n);
		length -= n;
	}
}

unsigned wire_read8(void)
{
	uint8_t b;

	wire_read(&b, 1);
	return b;
}

unsigned wire_read16(void)
{
	unsigned high = wire_read8();

	return high << 8 | wire_read8();
}

uint32_t wire_read32(void)
{
	uint32_t high = wire_read16();

	return high << 16 | wire_read16();
}

uint64_t wire_position(void)
{
	return counters.bytes - (filled - position);
}

void wire_write(const void *data, size_t length)
{
	const uint8_t *in = data;

	pthread_mutex_lock(&write_lock);
	while (length) {
		ssize_t n = send(fd, in, length, MSG_NOSIGNAL);

		if (n <= 0)
			die("probe: send: %s", strerror(errno));
		in += n;
		length -= (size_t)n;
	}
	pthread_mutex_unlock(&write_lock);
}
