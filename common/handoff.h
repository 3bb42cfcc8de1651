/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The hand-off from proxy to scraper, over a SOCK_SEQPACKET socket: one request with the viewer's
 * socket in it (SCM_RIGHTS), one answer. Fixed-size structs in the machine's own byte order: both
 * ends are on one machine and from one version, which the first fields say.
 */
#ifndef GPUDESK_HANDOFF_H
#define GPUDESK_HANDOFF_H

#include <stddef.h>
#include <stdint.h>

#define HANDOFF_MAGIC UINT32_C(0x67704431) /* "gpD1" */
enum {
	HANDOFF_VERSION = 1,
	HANDOFF_CHALLENGE_SIZE = 16, /* RFC 6143, 7.2.2 */
	HANDOFF_PEER_MAX = 64,	     /* "172.17.0.2:34567", "[::1]:34567" */
	HANDOFF_REASON_MAX = 448,
};

struct handoff_request {
	uint32_t magic, version;
	uint32_t minor; /* of RFB 3.x: 3, 7 or 8 */
	uint32_t reserved;
	uint8_t challenge[HANDOFF_CHALLENGE_SIZE];
	uint8_t response[HANDOFF_CHALLENGE_SIZE];
	char peer[HANDOFF_PEER_MAX]; /* NUL terminated, printable */
};

enum handoff_result {
	HANDOFF_TAKEN = 0,	    /* the scraper has written the SecurityResult and goes on */
	HANDOFF_WRONG_PASSWORD = 1, /* the proxy delays, then writes the failure */
	HANDOFF_NOT_POSSIBLE = 2,   /* the proxy writes the failure with the reason */
};

struct handoff_answer {
	uint32_t magic, version;
	uint32_t result;		 /* enum handoff_result */
	char reason[HANDOFF_REASON_MAX]; /* for the viewer and the log; NUL terminated, UTF-8 */
};

/*
 * Each sends or receives one whole message on a connected SOCK_SEQPACKET socket, without waiting
 * (MSG_DONTWAIT). Return 0; -EAGAIN; -EPIPE or -ECONNRESET when the peer is gone; -EBADMSG for a
 * message of another size, magic or version, an unterminated string, control characters in one, a
 * bad field, or a descriptor missing, too many or not of a stream socket (any that came are
 * closed); -EINVAL when asked to send such a request. The receiver owns *ret_viewer, which is
 * close-on-exec. send sets magic and version and does not close `viewer`. `reason` may be NULL;
 * what is too long is cut, and control characters become spaces.
 */
int handoff_send_request(int fd, const struct handoff_request *request, int viewer);
int handoff_receive_request(int fd, struct handoff_request *ret_request, int *ret_viewer);
int handoff_send_answer(int fd, enum handoff_result result, const char *reason);
int handoff_receive_answer(int fd, struct handoff_answer *ret_answer);

#endif
