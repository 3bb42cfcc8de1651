/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rfb_handshake.h"

#include <string.h>

#include "common/wire.h"

enum { VERSION_SIZE = 12, SECURITY_INVALID = 0, SECURITY_VNC_AUTH = 2, RESULT_FAILED = 1 };

static const char server_version[] = "RFB 003.008\n";

static void put_bytes(struct rfb_handshake *h, const void *bytes, size_t n)
{
	memcpy(h->output + h->n_output, bytes, n);
	h->n_output += n;
}

static void put_u8(struct rfb_handshake *h, uint8_t value)
{
	put_bytes(h, &value, 1);
}

static void put_u32(struct rfb_handshake *h, uint32_t value)
{
	uint8_t bytes[4];

	wire_write_u32(bytes, value);
	put_bytes(h, bytes, sizeof(bytes));
}

static void put_reason(struct rfb_handshake *h, const char *reason)
{
	size_t length = strnlen(reason, RFB_REASON_MAX - 1);

	put_u32(h, (uint32_t)length);
	put_bytes(h, reason, length);
}

static void end_with_error(struct rfb_handshake *h, const char *error)
{
	h->state = RFB_OVER;
	h->error = error;
}

void rfb_handshake_init(struct rfb_handshake *h, const char *refusal)
{
	*h = (struct rfb_handshake){ .state = RFB_VERSION };
	if (refusal)
		strncpy(h->refusal, refusal, sizeof(h->refusal) - 1);
	put_bytes(h, server_version, VERSION_SIZE);
}

size_t rfb_handshake_wants(const struct rfb_handshake *h)
{
	if (h->n_output > 0)
		return 0;
	switch (h->state) {
	case RFB_VERSION:
		return VERSION_SIZE - h->n_input;
	case RFB_SECURITY:
		return 1;
	case RFB_RESPONSE:
		return RFB_CHALLENGE_SIZE - h->n_input;
	case RFB_CHALLENGE:
	case RFB_ANSWERED:
	case RFB_OVER:
		break;
	}
	return 0;
}

/* Three decimal digits, or -1. */
static int parse_number(const uint8_t digits[static 3])
{
	int value = 0;

	for (int i = 0; i < 3; i++) {
		if (digits[i] < '0' || digits[i] > '9')
			return -1;
		value = value * 10 + (digits[i] - '0');
	}
	return value;
}

/* A security type of 0 in RFB 3.3, an empty list of them since 3.7; then the reason. */
static void refuse_security(struct rfb_handshake *h, const char *reason)
{
	h->state = RFB_OVER;
	if (h->minor == 3)
		put_u32(h, SECURITY_INVALID);
	else
		put_u8(h, 0);
	put_reason(h, reason);
}

static void put_result(struct rfb_handshake *h, const char *reason)
{
	put_u32(h, RESULT_FAILED);
	if (h->minor == 8)
		put_reason(h, reason);
}

void rfb_handshake_challenge(struct rfb_handshake *h,
			     const uint8_t challenge[static RFB_CHALLENGE_SIZE])
{
	if (h->state != RFB_CHALLENGE)
		return;
	if (h->minor == 3)
		put_u32(h, SECURITY_VNC_AUTH);
	put_bytes(h, challenge, RFB_CHALLENGE_SIZE);
	h->state = RFB_RESPONSE;
}

static void take_version(struct rfb_handshake *h)
{
	const uint8_t *in = h->input;
	int major, minor;

	if (memcmp(in, "RFB ", 4) != 0 || in[7] != '.' || in[11] != '\n') {
		end_with_error(h, "the viewer does not speak RFB");
		return;
	}
	major = parse_number(in + 4);
	minor = parse_number(in + 8);
	if (major < 0 || minor < 0) {
		end_with_error(h, "the viewer's RFB version is not a number");
		return;
	}
	if (major != 3) {
		/* A later version: the viewer knows what came with 3.7. */
		h->minor = 7;
		refuse_security(h, "only RFB 3.3, 3.7 and 3.8 are supported");
		h->error = "the viewer speaks an RFB version other than 3";
		return;
	}
	/* "Other version numbers ... should be interpreted as 3.3" (RFC 6143, 7.1.1) */
	h->minor = minor == 7 || minor == 8 ? (unsigned)minor : 3;
	if (h->refusal[0]) {
		refuse_security(h, h->refusal);
	} else if (h->minor == 3) {
		h->state = RFB_CHALLENGE;
	} else {
		put_u8(h, 1);
		put_u8(h, SECURITY_VNC_AUTH);
		h->state = RFB_SECURITY;
	}
}

static void take_security(struct rfb_handshake *h)
{
	if (h->input[0] == SECURITY_VNC_AUTH) {
		h->state = RFB_CHALLENGE;
		return;
	}
	put_result(h, "only VNC authentication is supported");
	end_with_error(h, "the viewer chose a security type that was not offered");
}

static void take_step(struct rfb_handshake *h)
{
	h->n_input = 0;
	if (h->state == RFB_VERSION) {
		take_version(h);
	} else if (h->state == RFB_SECURITY) {
		take_security(h);
	} else { /* RFB_RESPONSE: the other states take no bytes */
		memcpy(h->response, h->input, RFB_CHALLENGE_SIZE);
		h->state = RFB_ANSWERED;
	}
}

void rfb_handshake_feed(struct rfb_handshake *h, const uint8_t *bytes, size_t n)
{
	size_t wanted = rfb_handshake_wants(h);

	if (n > wanted)
		n = wanted;
	if (n == 0)
		return;
	memcpy(h->input + h->n_input, bytes, n);
	h->n_input += n;
	if (n == wanted)
		take_step(h);
}

void rfb_handshake_sent(struct rfb_handshake *h, size_t n)
{
	if (n > h->n_output)
		n = h->n_output;
	memmove(h->output, h->output + n, h->n_output - n);
	h->n_output -= n;
}

void rfb_handshake_fail(struct rfb_handshake *h, const char *reason)
{
	if (h->state == RFB_RESPONSE || h->state == RFB_ANSWERED)
		put_result(h, reason);
	else if (h->state == RFB_CHALLENGE && h->minor == 3)
		refuse_security(h, reason);
	h->state = RFB_OVER;
}
