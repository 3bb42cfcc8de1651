/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The proxy's handshake as a state machine. The input's first byte chooses the refusal and how many
 * bytes come at a time, the second when the handshake is made to fail; the rest is what the viewer
 * sends. The result must be the same however the bytes are cut.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "proxy/rfb_handshake.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct run {
	struct rfb_handshake handshake;
	uint8_t written[4096];
	size_t n_written, n_read;
};

static void write_out(struct run *run, size_t at_a_time)
{
	struct rfb_handshake *h = &run->handshake;

	while (h->n_output > 0) {
		size_t n = h->n_output < at_a_time ? h->n_output : at_a_time;

		require(h->n_output <= RFB_OUTPUT_MAX);
		require(rfb_handshake_wants(h) == 0);
		require(run->n_written + n <= sizeof(run->written));
		memcpy(run->written + run->n_written, h->output, n);
		run->n_written += n;
		rfb_handshake_sent(h, n);
	}
}

static void go(struct run *run, const uint8_t *data, size_t size, const char *refusal,
	       size_t at_a_time, size_t fail_at)
{
	static const uint8_t challenge[RFB_CHALLENGE_SIZE] = "a known one";
	struct rfb_handshake *h = &run->handshake;

	run->n_written = run->n_read = 0;
	rfb_handshake_init(h, refusal);
	for (;;) {
		size_t n, wanted;

		write_out(run, at_a_time);
		if (h->state == RFB_CHALLENGE) {
			require(rfb_handshake_wants(h) == 0);
			rfb_handshake_challenge(h, challenge);
			write_out(run, at_a_time);
		}
		wanted = rfb_handshake_wants(h);
		require(wanted <= RFB_CHALLENGE_SIZE);
		require((wanted == 0) == (h->state == RFB_ANSWERED || h->state == RFB_OVER));
		if (wanted == 0 || run->n_read == size)
			break;
		n = wanted < at_a_time ? wanted : at_a_time;
		n = n < size - run->n_read ? n : size - run->n_read;
		if (run->n_read < fail_at && n > fail_at - run->n_read)
			n = fail_at - run->n_read;
		rfb_handshake_feed(h, data + run->n_read, n);
		run->n_read += n;
		if (run->n_read == fail_at)
			rfb_handshake_fail(h, "failed from outside");
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct run whole, cut;
	const char *refusal;
	size_t at_a_time, fail_at;

	if (size < 2)
		return 0;
	refusal = data[0] & 1 ? "not you" : NULL;
	at_a_time = (size_t)(data[0] >> 1) + 1;
	fail_at = data[1];
	go(&whole, data + 2, size - 2, refusal, SIZE_MAX, fail_at);
	go(&cut, data + 2, size - 2, refusal, at_a_time, fail_at);
	require(whole.n_read == cut.n_read && whole.n_written == cut.n_written);
	require(whole.handshake.state == cut.handshake.state);
	require(memcmp(whole.written, cut.written, cut.n_written) == 0);
	if (cut.handshake.state == RFB_ANSWERED) {
		require(!refusal);
		require(cut.handshake.minor == 3 || cut.handshake.minor == 7 ||
			cut.handshake.minor == 8);
		/* The response was read last, and nothing after it. */
		require(memcmp(cut.handshake.response, data + 2 + cut.n_read - RFB_CHALLENGE_SIZE,
			       RFB_CHALLENGE_SIZE) == 0);
		require(cut.n_read == (cut.handshake.minor == 3 ? 28 : 29));
	}
	return 0;
}
