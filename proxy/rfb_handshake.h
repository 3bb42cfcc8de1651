/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The server's side of the RFB handshake up to the SecurityResult (RFC 6143, 7.1), for VncAuth
 * only: bytes in, bytes out, no I/O. It takes exactly the bytes of the handshake, so that what a
 * viewer sends ahead stays in its socket for the scraper.
 */
#ifndef GPUDESK_RFB_HANDSHAKE_H
#define GPUDESK_RFB_HANDSHAKE_H

#include <stddef.h>
#include <stdint.h>

enum {
	RFB_CHALLENGE_SIZE = 16,
	RFB_REASON_MAX = 512, /* with the NUL; longer reasons are cut */
	RFB_OUTPUT_MAX = 4 + RFB_CHALLENGE_SIZE + 4 + 4 + RFB_REASON_MAX,
};

enum rfb_state {
	RFB_VERSION,   /* waits for the viewer's version, 12 bytes */
	RFB_SECURITY,  /* waits for the chosen security type, 1 byte; not with RFB 3.3 */
	RFB_CHALLENGE, /* takes no bytes: waits for rfb_handshake_challenge() */
	RFB_RESPONSE,  /* waits for the response to the challenge, 16 bytes */
	RFB_ANSWERED,  /* takes no more: the response has to be checked */
	RFB_OVER,      /* takes no more: write the output, if any, and close */
};

struct rfb_handshake {
	enum rfb_state state;
	unsigned minor; /* of RFB 3.x: 3, 7 or 8; 0 before the viewer's version is known */
	uint8_t response[RFB_CHALLENGE_SIZE];
	uint8_t input[RFB_CHALLENGE_SIZE];
	size_t n_input;
	char refusal[RFB_REASON_MAX];	/* "": none */
	uint8_t output[RFB_OUTPUT_MAX]; /* to be written, then rfb_handshake_sent() */
	size_t n_output;
	const char *error; /* in RFB_OVER: what the viewer did wrong, for the log, or NULL */
};

/*
 * The server's version is in the output at once. With a `refusal` (not NULL or "") the viewer is
 * told that reason instead of the security types.
 */
void rfb_handshake_init(struct rfb_handshake *h, const char *refusal);

/* In RFB_CHALLENGE: sends the challenge. */
void rfb_handshake_challenge(struct rfb_handshake *h,
			     const uint8_t challenge[static RFB_CHALLENGE_SIZE]);

/*
 * How many bytes to read next, 0 to 16: 0 while there is output, and in RFB_CHALLENGE and the last
 * two states.
 */
size_t rfb_handshake_wants(const struct rfb_handshake *h);

/* Takes `n` bytes, of which there may not be more. */
void rfb_handshake_feed(struct rfb_handshake *h, const uint8_t *bytes, size_t n);

/* Removes the first `n` bytes of the output: they were written. */
void rfb_handshake_sent(struct rfb_handshake *h, size_t n);

/*
 * Ends the handshake, in any state. Once the challenge is out, the viewer gets a SecurityResult
 * that says failed; RFB 3.3 and 3.7 have no reason in it (RFC 6143, appendix A). Before that, only
 * RFB 3.3 in RFB_CHALLENGE can be told the reason: other viewers read a challenge next.
 */
void rfb_handshake_fail(struct rfb_handshake *h, const char *reason);

#endif
