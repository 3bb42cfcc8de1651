/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How fast the way to a viewer is: from the kernel's own measurements (TCP_INFO) and from how long
 * the viewer takes from one update to its next request, which also sees tunnels and relays. Pure
 * but for link_speed_read_tcp. Times are microseconds of one clock, rates are bytes a second.
 */
#ifndef GPUDESK_LINK_SPEED_H
#define GPUDESK_LINK_SPEED_H

#include <stdbool.h>
#include <stdint.h>

enum {
	LINK_SPEED_NEAR_RTT = 500,	       /* µs: below, there is no network in between */
	LINK_SPEED_RATE_MIN_BYTES = 16 * 1024, /* smaller updates say nothing about the rate */
};

struct link_speed {
	uint32_t min_rtt;    /* µs, 0: not known yet */
	uint64_t tcp_rate;   /* the kernel's delivery rate; 0: not known yet */
	uint64_t round_rate; /* what updates really took; 0: not known yet */
	unsigned n_slow;     /* updates that took as long as over a slow network, less the others */
	uint64_t sent_at, sent_bytes; /* the update that is under way */
	uint64_t round; /* µs that the longest of the last ones took, there and back */
};

/* Reads TCP_INFO of `fd`; does nothing where there is none. */
void link_speed_read_tcp(struct link_speed *link, int fd);

/* What TCP_INFO said: the least round trip in µs and the rate, whether the sender limited it. */
void link_speed_heard(struct link_speed *link, uint32_t min_rtt, uint64_t rate, bool app_limited);

/* An update of `bytes` bytes begins to be sent; the viewer asks for the next one. */
void link_speed_sent(struct link_speed *link, uint64_t bytes, uint64_t now);
void link_speed_asked(struct link_speed *link, uint64_t now);

/* The viewer is on this machine, as far as can be told: bytes cost next to nothing. */
bool link_speed_is_local(const struct link_speed *link);

/* The best guess at the rate, bytes a second. */
uint64_t link_speed_rate(const struct link_speed *link);

#endif
