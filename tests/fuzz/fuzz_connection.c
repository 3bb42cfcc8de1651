/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The proxy's connection as a state machine, on a real socket and our own clock. The input decides
 * in which order a viewer writes (in pieces of any size), reads, and closes half or all, time
 * passes, and the scraper gives a challenge, or a check fails or is given up.
 */
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bytes.h"
#include "proxy/connection.h"
#include "steered_event.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	SECOND = 1000000,
	PASSWORD_LIMIT = 60 * SECOND,
	LINGER_LIMIT = 2 * SECOND,
	HANDSHAKE_BYTES = 12 + 1 + 16,
};

struct run {
	sd_event *event;
	struct connection *connection;
	int viewer; /* its end of the socket, -1 once it has closed it */
	size_t written;
	int n_asked, n_answered, n_ended;
	bool given_up, failed;
};

static void on_asking(void *userdata)
{
	struct run *run = userdata;

	require(!run->n_asked && !run->n_answered && !run->n_ended);
	run->n_asked++;
}

static void on_answered(void *userdata)
{
	struct run *run = userdata;

	require(run->n_asked);
	require(!run->n_answered && !run->n_ended);
	run->n_answered++;
}

static void on_ended(const char *why, void *userdata)
{
	struct run *run = userdata;

	require(!run->n_ended);
	require(!why || strlen(why) > 0);
	run->n_ended++;
}

static const struct connection_handlers handlers = { .asking = on_asking,
						     .answered = on_answered,
						     .ended = on_ended };

static void write_some(struct run *run, const void *bytes, size_t n)
{
	ssize_t written;

	if (run->viewer < 0)
		return;
	written = send(run->viewer, bytes, n, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (written > 0)
		run->written += (size_t)written;
}

static void read_some(struct run *run, size_t n)
{
	uint8_t bytes[256];

	if (run->viewer >= 0)
		(void)recv(run->viewer, bytes, n, MSG_DONTWAIT);
}

static void close_viewer(struct run *run)
{
	if (run->viewer >= 0)
		close(run->viewer);
	run->viewer = -1;
}

/* Once the viewer answered, what the proxy must not read is still in the socket. */
static void check_unread(const struct run *run)
{
	int unread = 0;

	if (run->n_answered && !run->n_ended && run->viewer >= 0 && !run->failed) {
		require(ioctl(connection_get_fd(run->connection), FIONREAD, &unread) == 0);
		require((size_t)unread + HANDSHAKE_BYTES >= run->written);
	}
}

static void challenge(struct run *run)
{
	static const uint8_t bytes[RFB_CHALLENGE_SIZE];

	if (connection_get_phase(run->connection) == CONNECTION_ASKING)
		connection_challenge(run->connection, bytes);
}

/* As its owner may: once it has asked, until it is over. */
static void fail(struct run *run, uint64_t delay)
{
	enum connection_phase phase = connection_get_phase(run->connection);

	if (!run->n_asked || phase == CONNECTION_CLOSING || run->failed)
		return;
	run->failed = true;
	connection_fail(run->connection, "wrong password", delay);
	require(!run->n_ended);
}

static void step(struct run *run, struct bytes *input)
{
	static const char *const pieces[] = { "RFB 003.008\n", "RFB 003.007\n", "RFB 003.003\n",
					      "\002", "sixteen bytes!!" };
	uint8_t what = take_u8(input);
	const uint8_t *bytes;
	size_t n;

	switch (what % 10) {
	case 0:
		bytes = take_some(input, what / 10, &n);
		write_some(run, bytes, n);
		break;
	case 1:
		n = what / 10u % 5;
		write_some(run, pieces[n], strlen(pieces[n]) + (n == 4));
		break;
	case 2:
		steered_event_run_io(run->event);
		break;
	case 3:
		steered_event_advance(run->event, take_u8(input) * (uint64_t)SECOND / 10);
		break;
	case 4:
		close_viewer(run);
		break;
	case 5:
		if (run->viewer >= 0)
			shutdown(run->viewer, what & 64 ? SHUT_RD : SHUT_WR);
		break;
	case 6:
		read_some(run, what / 10);
		break;
	case 7:
		fail(run, take_u8(input) * (uint64_t)SECOND / 10);
		break;
	case 8:
		connection_give_up(run->connection, "stopping");
		run->given_up = true;
		break;
	default: /* all that is to be done at once */
		for (int i = 0; i < 8 && !run->n_ended && steered_event_run_io(run->event); i++)
			challenge(run);
		break;
	}
	check_unread(run);
}

static bool is_owners_turn(const struct run *run)
{
	enum connection_phase phase = connection_get_phase(run->connection);

	return phase == CONNECTION_ASKING || phase == CONNECTION_ANSWERED;
}

/* It always ends by itself, unless it waits for its owner. */
static void come_to_an_end(struct run *run)
{
	for (int i = 0; i < 8 && !run->n_ended; i++)
		if (!steered_event_run_io(run->event))
			break;
	if (!run->n_ended)
		steered_event_advance(run->event, 26 * (uint64_t)SECOND + PASSWORD_LIMIT);
	for (int i = 0; i < 8 && !run->n_ended; i++)
		if (!steered_event_run_io(run->event))
			break;
	if (!run->n_ended)
		steered_event_advance(run->event, LINGER_LIMIT);
	require(run->n_ended || (is_owners_turn(run) && !run->failed));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes input = { data, size };
	struct run run = { .viewer = -1 };
	int pair[2], again;

	require(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) == 0);
	run.viewer = pair[0];
	run.event = steered_event_new();
	require(connection_create(run.event, pair[1], take_u8(&input) & 1 ? "not you" : "",
				  &handlers, &run, &run.connection) == 0);
	while (input.left && !run.n_ended)
		step(&run, &input);
	if (!run.n_ended)
		come_to_an_end(&run);
	connection_destroy(run.connection);
	sd_event_unref(run.event);
	close_viewer(&run);
	again = dup(STDERR_FILENO); /* the lowest free number: everything was closed */
	require(again == pair[0]);
	close(again);
	return 0;
}
