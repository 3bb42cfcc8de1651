/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "link_speed.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

enum {
	UNKNOWN_RATE = 4 * 1000 * 1000, /* bytes/s, if nothing is known */
	START_BYTES = 8 * 10 * 1448,	/* per round trip, in TCP's slow start (RFC 6928) */
	SLOW_RATE = 12 * 1000 * 1000,	/* bytes/s: no local viewer is slower, however busy, */
	BUSY_USEC = 50000,		/* once it has begun to read */
	SLOW_ROUNDS = 3,
	SLOW_ROUNDS_MAX = 6, /* remembered */
	FAST_ROUNDS = 3,
};
#define LOCAL_RATE UINT64_C(2000000000)

/* Before anything large was sent. */
static uint64_t first_guess(const struct link_speed *link)
{
	return link->min_rtt ? START_BYTES * UINT64_C(1000000) / link->min_rtt : UNKNOWN_RATE;
}

void link_speed_heard(struct link_speed *link, uint32_t min_rtt, uint64_t rate, bool app_limited)
{
	if (min_rtt)
		link->min_rtt = min_rtt;
	/* With little to send, the rate says nothing of what is possible. */
	uint64_t so_far = link->tcp_rate ? link->tcp_rate : first_guess(link);
	if (rate && (!app_limited || rate > so_far))
		link->tcp_rate = rate;
}

void link_speed_read_tcp(struct link_speed *link, int fd)
{
	struct tcp_info info = { 0 };
	socklen_t size = sizeof(info);

	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) < 0)
		return;
	link_speed_heard(link, info.tcpi_min_rtt, info.tcpi_delivery_rate,
			 info.tcpi_delivery_rate_app_limited);
	if (link->reads_first && (info.tcpi_unacked || info.tcpi_notsent_bytes))
		link->sent_bytes = 0;
}

void link_speed_sent(struct link_speed *link, uint64_t bytes, uint64_t now)
{
	link->sent_bytes = bytes;
	link->sent_at = now;
}

static bool is_slow(uint64_t bytes, uint64_t took)
{
	return took > BUSY_USEC && bytes * 1000000 / (took - BUSY_USEC) < SLOW_RATE;
}

/* A viewer that sends its request when an update begins to arrive looks fast after a rest. */
static void note_fast(struct link_speed *link)
{
	link->n_slow -= link->n_slow > 0;
	link->n_fast++;
	link->is_near |= link->reads_first && link->n_fast >= FAST_ROUNDS;
}

static void note_slow(struct link_speed *link)
{
	link->n_fast = 0;
	link->n_slow += link->n_slow < SLOW_ROUNDS_MAX;
}

void link_speed_asked(struct link_speed *link, uint64_t now)
{
	uint64_t took = now - link->sent_at, bytes = link->sent_bytes;

	link->sent_bytes = 0;
	link->round = took > link->round / 4 * 3 ? took : link->round / 4 * 3;
	if (link->round > LINK_SPEED_ROUND_MAX)
		link->round = LINK_SPEED_ROUND_MAX;
	if (bytes < LINK_SPEED_RATE_MIN_BYTES)
		return;
	if (took > link->min_rtt)
		took -= link->min_rtt;
	uint64_t rate = bytes * 1000000 / (took ? took : 1);
	link->round_rate = link->round_rate ? (link->round_rate * 3 + rate) / 4 : rate;
	if (rate >= SLOW_RATE)
		note_fast(link);
	else if (is_slow(bytes, took))
		note_slow(link);
}

bool link_speed_is_local(const struct link_speed *link)
{
	return link->min_rtt < LINK_SPEED_NEAR_RTT && (link->is_near || link->n_slow < SLOW_ROUNDS);
}

uint64_t link_speed_rate(const struct link_speed *link)
{
	if (link_speed_is_local(link))
		return LOCAL_RATE;
	if (link->tcp_rate && link->round_rate && link->min_rtt >= LINK_SPEED_NEAR_RTT)
		return link->tcp_rate > link->round_rate ? link->tcp_rate : link->round_rate;
	if (link->round_rate)
		return link->round_rate;
	return link->tcp_rate && link->min_rtt >= LINK_SPEED_NEAR_RTT ? link->tcp_rate
								      : first_guess(link);
}
