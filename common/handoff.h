/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The hand-off from proxy to scraper, over a SOCK_SEQPACKET socket: one request that carries the
 * viewer's socket (SCM_RIGHTS), one answer. Structs of fixed size in the machine's byte order: both
 * sides run on the same machine and are of the same version, which the first fields ensure.
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
	HANDOFF_TAKEN = 0, /* the scraper has written the SecurityResult, and has the viewer now */
	HANDOFF_WRONG_PASSWORD = 1, /* the proxy delays, then writes the failure */
	HANDOFF_NOT_POSSIBLE = 2,   /* the proxy writes the failure with the reason */
};

struct handoff_answer {
	uint32_t magic, version;
	uint32_t result;		 /* enum handoff_result */
	char reason[HANDOFF_REASON_MAX]; /* for the viewer and the log; NUL terminated, UTF-8 */
};

/*
 * Each sends or receives one whole message on a connected SOCK_SEQPACKET socket, without blocking.
 * Return 0; -EAGAIN; -EPIPE or -ECONNRESET when the peer has closed it; -EBADMSG for a message with
 * another size, magic or version, a bad field, a string that is unterminated or has control
 * characters, or not exactly one stream socket (all descriptors in it are closed); -EINVAL for such
 * a request to send. The receiver owns *ret_viewer, which is close-on-exec. handoff_send_request()
 * sets magic and version and does not close `viewer`. `reason` may be NULL; it is cut if it is too
 * long, and control characters become spaces.
 */
int handoff_send_request(int fd, const struct handoff_request *request, int viewer);
int handoff_receive_request(int fd, struct handoff_request *ret_request, int *ret_viewer);
int handoff_send_answer(int fd, enum handoff_result result, const char *reason);
int handoff_receive_answer(int fd, struct handoff_answer *ret_answer);

#endif
