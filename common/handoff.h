/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The hand-off from proxy to scraper, over a SOCK_SEQPACKET connection for each viewer:
 *
 *	the proxy sends                          the scraper answers
 *	CHALLENGE                                CHALLENGED, with a challenge of its own
 *	CONNECT, with the viewer's response      TAKEN, TAKEN_VIEW_ONLY, WRONG_PASSWORD or
 *	to it and the viewer's socket            NOT_POSSIBLE
 *
 * A challenge belongs to its connection: it is checked once, there, and not after
 * HANDOFF_CHALLENGE_USEC. NOT_POSSIBLE may come at any time. It ends the hand-off, as the end of
 * the connection does.
 *
 * Structs of fixed size in the machine's byte order, since both sides run on the same machine. They
 * are of the same version too, except after an upgrade while a viewer is connected. So magic and
 * version begin each message, and answers stay as they are in all versions: whoever asks in another
 * version can still read why that is not possible.
 */
#ifndef GPUDESK_HANDOFF_H
#define GPUDESK_HANDOFF_H

#include <stddef.h>
#include <stdint.h>

#include "net_list.h"

#define HANDOFF_MAGIC UINT32_C(0x67704431) /* "gpD1" */
enum {
	HANDOFF_VERSION = 3,	     /* of requests */
	HANDOFF_ANSWER_VERSION = 1,  /* of answers */
	HANDOFF_CHALLENGE_SIZE = 16, /* RFC 6143, 7.2.2 */
	HANDOFF_PEER_MAX = NET_PEER_TEXT_MAX,
	HANDOFF_REASON_MAX = 448,
};

/* A person may take a minute to type the password, and then waits for the check's turn. */
#define HANDOFF_CHALLENGE_USEC UINT64_C(75000000)

enum handoff_kind {
	HANDOFF_CHALLENGE = 1, /* the other fields do not matter */
	HANDOFF_CONNECT = 2,   /* carries the viewer's socket (SCM_RIGHTS) */
};

struct handoff_request {
	uint32_t magic, version;
	uint32_t kind;	/* enum handoff_kind */
	uint32_t minor; /* of RFB 3.x: 3, 7 or 8 */
	uint8_t response[HANDOFF_CHALLENGE_SIZE];
	char peer[HANDOFF_PEER_MAX]; /* net_format_peer() of the socket's peer */
};

enum handoff_result {
	HANDOFF_TAKEN = 0, /* the scraper has written the SecurityResult, and has the viewer now */
	HANDOFF_WRONG_PASSWORD = 1,  /* the proxy delays, then writes the failure */
	HANDOFF_NOT_POSSIBLE = 2,    /* the proxy writes the failure with the reason */
	HANDOFF_CHALLENGED = 3,	     /* the proxy passes the challenge on to the viewer */
	HANDOFF_TAKEN_VIEW_ONLY = 4, /* as HANDOFF_TAKEN, by the view-only password */
};

struct handoff_answer {
	uint32_t magic, version;
	uint32_t result; /* enum handoff_result */
	union {
		char reason[HANDOFF_REASON_MAX]; /* for the viewer and the log; NUL terminated,
						    UTF-8 */
		uint8_t challenge[HANDOFF_CHALLENGE_SIZE]; /* of HANDOFF_CHALLENGED */
	};
};

/*
 * Each sends or receives one whole message on a connected SOCK_SEQPACKET socket, without blocking.
 * Return 0; -EAGAIN; -EPIPE or -ECONNRESET when the peer has closed it; -EPROTONOSUPPORT for a
 * message of another version; -EBADMSG for one with another size or magic, a bad field, a string
 * that is unterminated or has control characters, or other descriptors than it must have; -ENOTCONN
 * when the viewer has disconnected; -EINVAL for such a request to send. All descriptors of a
 * message that is refused are closed.
 *
 * With HANDOFF_CONNECT there must be one descriptor: a connected stream socket of IPv4 or IPv6
 * whose peer is `peer`, as the receiver finds out itself. The receiver owns *ret_viewer, which is
 * close-on-exec; it is -1 with HANDOFF_CHALLENGE. handoff_send_request() sets magic and version and
 * does not close `viewer`. `reason` may be NULL; it is cut if it is too long, and control
 * characters become spaces.
 */
int handoff_send_request(int fd, const struct handoff_request *request, int viewer);
int handoff_receive_request(int fd, struct handoff_request *ret_request, int *ret_viewer);
int handoff_send_answer(int fd, enum handoff_result result, const char *reason);
int handoff_send_challenge(int fd, const uint8_t challenge[static HANDOFF_CHALLENGE_SIZE]);
int handoff_receive_answer(int fd, struct handoff_answer *ret_answer);

#endif
