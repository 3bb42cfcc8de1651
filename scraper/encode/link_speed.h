/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How fast the link to a viewer is: by the kernel's own measurements (TCP_INFO), and by the time
 * from an update to the viewer's next request, which shows tunnels and relays, too. No I/O but
 * link_speed_read_tcp(). Times are µs of one clock, rates are bytes per second.
 */
#ifndef GPUDESK_LINK_SPEED_H
#define GPUDESK_LINK_SPEED_H

#include <stdbool.h>
#include <stdint.h>

enum {
	LINK_SPEED_NEAR_RTT = 500,	       /* µs; below, there is no network in between */
	LINK_SPEED_ROUND_MAX = 1000000,	       /* µs; longer is a pause of the viewer */
	LINK_SPEED_RATE_MIN_BYTES = 16 * 1024, /* smaller updates say nothing of the rate */
};

struct link_speed {
	uint32_t min_rtt;	      /* µs; 0: not known yet */
	uint64_t tcp_rate;	      /* the kernel's delivery rate; 0: not known yet */
	uint64_t round_rate;	      /* by the time that updates took; 0: not known yet */
	unsigned n_slow;	      /* updates as slow as over a slow network, minus the others */
	unsigned n_fast;	      /* updates faster than over any, since the last slow one */
	bool reads_first;	      /* the viewer requests an update only after the last one */
	bool is_near;		      /* shown for good: it is late because it is busy */
	uint64_t sent_at, sent_bytes; /* the update on its way */
	uint64_t round; /* µs that the longest of the last ones took, to the next request */
};

/*
 * Reads TCP_INFO of `fd`; does nothing where there is none. When a viewer that reads first requests
 * an update while some of the last one has not reached the other end of the socket, that is no
 * answer to it, and is not measured.
 */
void link_speed_read_tcp(struct link_speed *link, int fd);

/* What TCP_INFO says: least round trip in µs, rate, and whether the sender limited it. */
void link_speed_heard(struct link_speed *link, uint32_t min_rtt, uint64_t rate, bool app_limited);

/* An update of `bytes` bytes is being sent; the viewer requests the next one. */
void link_speed_sent(struct link_speed *link, uint64_t bytes, uint64_t now);
void link_speed_asked(struct link_speed *link, uint64_t now);

/*
 * Whether the viewer seems to be on this machine, where bytes cost next to nothing: its socket is
 * near, and its requests do not come as late as through a tunnel, again and again. One that reads
 * first (`reads_first`) and was once faster than a slow network could be, several times in a row,
 * is no tunnel's: when it is late, it is busy, as guacd is while it encodes.
 */
bool link_speed_is_local(const struct link_speed *link);

/* The best estimate of the rate. */
uint64_t link_speed_rate(const struct link_speed *link);

#endif
