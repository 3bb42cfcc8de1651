/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Attackers against the owner, with the proxy's own policy (throttle.c, turns.c, eviction.c) and a
 * clock of the test's. Prints a line "attackers | ..." for each row of the table in
 * docs/reliability.md, and asserts the bounds where they can be kept.
 */
#include <errno.h>
#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proxy/eviction.h"
#include "proxy/throttle.h"

#define SECOND UINT64_C(1000000)
enum { STEPS_A_SECOND = 5 };
#define STEP (SECOND / STEPS_A_SECOND)
#define HOUR (3600 * SECOND)
#define FIRST_LOGIN (120 * SECOND) /* after the attackers have begun */
#define PATIENCE HOUR		   /* of the owner, who comes back at once until then */
enum { BEGINNINGS = 200, LOGINS_MAX = 4000 };

/* Networks, and hosts in them. */
enum { HOME = 1, ABROAD };
enum { OWN = 1, ATTACKERS = 1000, CYCLED = 2000, FRESH = 1000000, NEW_OWNER = 500000000 };

/* The owner's wait in a cell is within 2 s / 15 s, or else there is a reason that it is not. */
static const char bounded[] = "";
static const char endless[] = "10,000 others may behave as he does, and 8640 a day be checked";
static const char shared[] = "64 others behave as he does, and 60 a minute may be checked";
static const char shared_unknown[] = "64 others behave as he does, and 10 a minute may be checked";

struct row {
	const char *attackers;
	unsigned connections, addresses; /* which come again at once */
	unsigned fresh_a_second;	 /* connections, each from the next address */
	unsigned cycle;			 /* of so many; 0: without end */
	bool endless_too;		 /* every other one */
	bool abroad;			 /* they are not in the owner's network */
	bool own_address;		 /* theirs is the owner's */
	bool leave;			 /* as soon as there is no quick yes */
	unsigned hours;
	uint64_t first_login; /* µs; when the owner first comes; 0: FIRST_LOGIN */
	uint64_t before;      /* µs; not 0: they begin so long before he comes, BEGINNINGS times */
	unsigned guesses_max; /* while they go on */
	const char *known, *new; /* the cells: the owner's address is known; is another each time */
};

static const struct row rows[] = {
	{ .attackers = "one address",
	  .connections = 1,
	  .addresses = 1,
	  .hours = 24,
	  .guesses_max = 8640,
	  .known = bounded,
	  .new = bounded },
	{ .attackers = "one address (as all of 127.0.0.0/8, or an IPv6 /64 of outside), 64 "
		       "connections that do not wait for the answer, for 6 hours",
	  .connections = 64,
	  .addresses = 1,
	  .leave = true,
	  .hours = 6,
	  .guesses_max = 240 + 6 * 350,
	  .known = bounded,
	  .new = bounded },
	{ .attackers = "200 addresses",
	  .connections = 200,
	  .addresses = 200,
	  .hours = 24,
	  .guesses_max = 8640,
	  .known = bounded,
	  .new = bounded },
	{ .attackers = "200 addresses that do not wait for the answer",
	  .connections = 200,
	  .addresses = 200,
	  .leave = true,
	  .hours = 24,
	  .guesses_max = 8640,
	  .known = bounded,
	  .new = bounded },
	{ .attackers = "10,000 addresses by turns, 100 a second, for an hour",
	  .fresh_a_second = 100,
	  .cycle = 10000,
	  .hours = 1,
	  .guesses_max = 240 + 350,
	  .known = bounded,
	  .new = bounded },
	{ .attackers = "addresses without end of another network (as an IPv6 /64 of a bridge), 400 "
		       "a second, for an hour",
	  .fresh_a_second = 400,
	  .abroad = true,
	  .hours = 1,
	  .guesses_max = 240 + 350,
	  .known = bounded,
	  .new = bounded },
	{ .attackers = "addresses without end of the owner's network, 400 a second, for an hour",
	  .fresh_a_second = 400,
	  .hours = 1,
	  .guesses_max = 240 + 350,
	  .known = bounded,
	  .new = bounded },
	{ .attackers = "the same, one a second, for a day",
	  .fresh_a_second = 1,
	  .hours = 24,
	  .guesses_max = 8640,
	  .known = bounded,
	  .new = bounded },
	{ .attackers = "both at the same time, four a second of each, for 6 hours, and he comes "
		       "after the first",
	  .fresh_a_second = 8,
	  .cycle = 10000,
	  .endless_too = true,
	  .hours = 6,
	  .first_login = HOUR,
	  .guesses_max = 240 + 6 * 350,
	  .known = bounded,
	  .new = endless },
	{ .attackers = "the owner's own address, 64 connections that wait for the answer",
	  .connections = 64,
	  .addresses = 1,
	  .own_address = true,
	  .hours = 24,
	  .guesses_max = 86400,
	  .known = bounded,
	  .new = shared_unknown },
	{ .attackers = "the same, and the owner comes a second after they have begun; 200 times",
	  .connections = 64,
	  .addresses = 1,
	  .own_address = true,
	  .before = SECOND,
	  .guesses_max = 60 * 2 * BEGINNINGS,
	  .known = bounded,
	  .new = shared_unknown },
	{ .attackers = "the owner's own address, 64 connections that do not wait for the answer, "
		       "for 6 hours",
	  .connections = 64,
	  .addresses = 1,
	  .own_address = true,
	  .leave = true,
	  .hours = 6,
	  .guesses_max = 6 * 3600,
	  .known = shared,
	  .new = shared_unknown },
};

struct connection {
	struct throttle_source *source;
	uint64_t since, end; /* µs; `end`: of the failure's delay, 0: waits for its check */
	bool is_owner;
	unsigned attacker; /* index of one that comes again; or UINT32_MAX */
};

struct world {
	const struct row *row;
	struct throttle *throttle;
	uint64_t now, next_login, login_began, next_check;
	bool is_new, owner_wants, owner_is_here;
	uint32_t n_owners, n_fresh;
	size_t n;
	struct connection connections[EVICTION_TOTAL]; /* oldest first */
	bool here[EVICTION_TOTAL];		       /* attackers */
	unsigned guesses, n_logins;
	uint64_t waits[LOGINS_MAX];
};

/* The same lots in each run. */
static uint64_t lot_state;

static uint32_t next_lot(void)
{
	lot_state = lot_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(lot_state >> 32);
}

static const char *lot_name(void)
{
	return "test";
}

static void fill_lots(void *const buffer, const size_t size)
{
	for (size_t i = 0; i < size; i += sizeof(uint32_t)) {
		uint32_t lot = next_lot();

		memcpy((uint8_t *)buffer + i, &lot,
		       size - i < sizeof(lot) ? size - i : sizeof(lot));
	}
}

static struct randombytes_implementation lots = {
	.implementation_name = lot_name,
	.random = next_lot,
	.buf = fill_lots,
};

static void leave(struct world *w, size_t i)
{
	const struct connection c = w->connections[i];

	throttle_release(w->throttle, c.source);
	if (c.is_owner)
		w->owner_is_here = false;
	else if (c.attacker != UINT32_MAX)
		w->here[c.attacker] = false;
	w->n--;
	memmove(&w->connections[i], &w->connections[i + 1], (w->n - i) * sizeof(c));
	w->next_check = w->now;
}

static struct eviction_entry get_entry(const struct connection *c)
{
	return (struct eviction_entry){
		.source = c->source,
		.source_users = throttle_source_users(c->source),
		.source_trusted = throttle_source_is_trusted(c->source),
		.source_failed = throttle_source_kind(c->source) == THROTTLE_FAILED,
		.is_new = throttle_source_kind(c->source) == THROTTLE_NEW,
		.kind = c->end ? EVICTION_FAILING : EVICTION_WAITING,
		.since = c->since,
	};
}

static struct peer_key get_key(const struct world *w, bool is_owner, uint32_t host)
{
	struct peer_key key = { { 0 } };

	key.bytes[0] = w->row->abroad && !is_owner ? ABROAD : HOME;
	memcpy(key.bytes + 12, &host, sizeof(host));
	return key;
}

static size_t list_entries(const struct world *w,
			   struct eviction_entry ret_entries[static EVICTION_TOTAL])
{
	for (size_t k = 0; k < w->n; k++)
		ret_entries[k] = get_entry(&w->connections[k]);
	return w->n;
}

static bool come(struct world *w, uint32_t host, bool is_owner, unsigned attacker)
{
	const struct peer_key key = get_key(w, is_owner, host);
	struct throttle_source *source = throttle_acquire(w->throttle, &key, w->now);
	struct eviction_entry entries[EVICTION_TOTAL];
	int i;

	assert_non_null(source);
	i = eviction_decide(entries, list_entries(w, entries), source);
	if (i >= 0)
		leave(w, (size_t)i);
	if (i == EVICTION_REFUSED) {
		throttle_release(w->throttle, source);
		return false;
	}
	w->connections[w->n++] = (struct connection){ source, w->now, 0, is_owner, attacker };
	w->next_check = w->now;
	return true;
}

static uint32_t owners_host(const struct world *w)
{
	return w->is_new ? NEW_OWNER + w->n_owners : OWN;
}

static void end_login(struct world *w)
{
	assert_true(w->n_logins < LOGINS_MAX);
	w->waits[w->n_logins++] = w->now - w->login_began;
	w->owner_wants = false;
	w->n_owners++;
	w->next_login = w->now + (10 + next_lot() % 50) * SECOND;
}

static void bring_owner(struct world *w)
{
	if (!w->owner_wants && w->now >= w->next_login) {
		w->owner_wants = true;
		w->login_began = w->now;
	}
	if (w->owner_wants && !w->owner_is_here)
		w->owner_is_here = come(w, owners_host(w), true, UINT32_MAX);
}

static void bring_fresh(struct world *w)
{
	const struct row *row = w->row;
	uint32_t n = w->n_fresh++;
	bool again = row->cycle > 0 && (!row->endless_too || n % 2);

	come(w, again ? CYCLED + n % row->cycle : FRESH + n, false, UINT32_MAX);
}

static void bring_attacker(struct world *w, unsigned i)
{
	uint32_t host = w->row->own_address ? owners_host(w) : ATTACKERS + i % w->row->addresses;

	if (!w->here[i])
		w->here[i] = come(w, host, false, i);
}

/* The attackers one by one, and the owner anywhere among them. */
static void bring_all(struct world *w)
{
	const struct row *row = w->row;
	uint64_t tick = w->now / STEP, before = (tick - 1) * row->fresh_a_second / STEPS_A_SECOND;
	unsigned n_fresh = (unsigned)(tick * row->fresh_a_second / STEPS_A_SECOND - before);
	unsigned n = row->connections + n_fresh, owners = next_lot() % (n + 1);

	for (unsigned i = 0; i <= n; i++) {
		if (i == owners)
			bring_owner(w);
		if (i < row->connections)
			bring_attacker(w, i);
		else if (i < n)
			bring_fresh(w);
	}
}

static void answer_failures(struct world *w)
{
	for (size_t i = w->n; i-- > 0;)
		if (w->connections[i].end && w->now >= w->connections[i].end)
			leave(w, i);
}

/* Those that have to go leave with the next step. */
static void drop_surplus(struct world *w, const struct throttle_source *source)
{
	struct eviction_entry entries[EVICTION_TOTAL];
	int i;

	while ((i = eviction_find_surplus(entries, list_entries(w, entries), source)) >= 0)
		w->connections[i].end = w->now;
}

static void begin_check(struct world *w, struct connection *c, struct connection **newest)
{
	uint64_t when;
	int r = throttle_begin_check(w->throttle, c->source, w->now, &when);

	if (r < 0)
		w->next_check = when < w->next_check ? when : w->next_check;
	if (r == -EBUSY && *newest)
		(*newest < c ? *newest : c)->end = w->now; /* sent away */
	if (r == -EBUSY && *newest < c)
		*newest = c;
	if (r < 0)
		return;
	w->next_check = w->now; /* there may be more of this source */
	if (c->is_owner) {
		throttle_check_passed(w->throttle, c->source, true, w->now);
		c->end = w->now;
		end_login(w);
		return;
	}
	w->guesses++;
	c->end = w->now + throttle_check_failed(c->source, w->now);
	if (w->row->leave)
		c->end = w->now;
	drop_surplus(w, c->source);
}

/* One of each source. */
static void begin_checks(struct world *w)
{
	struct connection *waiting[EVICTION_TOTAL], *newest = NULL;
	struct turn turns[EVICTION_TOTAL];
	size_t order[EVICTION_TOTAL], n = 0;

	for (size_t i = 0; i < w->n; i++) {
		if (w->connections[i].end)
			continue;
		waiting[n] = &w->connections[i];
		turns[n++] = throttle_get_turn(w->connections[i].source);
	}
	n = turns_draw_checks(turns, n, order);
	w->next_check = UINT64_MAX;
	for (size_t i = 0; i < n; i++)
		begin_check(w, waiting[order[i]], &newest);
}

static void step(struct world *w)
{
	answer_failures(w);
	bring_all(w);
	while (w->now >= w->next_check)
		begin_checks(w);
	if (w->owner_wants && w->now - w->login_began > PATIENCE)
		end_login(w);
}

static void run(struct world *w, uint64_t before)
{
	const unsigned n_before = w->n_logins;

	w->now = SECOND;
	w->next_login = w->now + (before ? before : FIRST_LOGIN);
	if (w->row->first_login)
		w->next_login = w->row->first_login;
	assert_int_equal(throttle_create(&w->throttle), 0);
	if (!w->is_new) {
		const struct throttle_known known = { get_key(w, true, OWN), SECOND };

		throttle_add_known(w->throttle, &known, 1, w->now);
	}
	for (; before ? w->n_logins == n_before : w->now < w->row->hours * HOUR; w->now += STEP)
		step(w);
	if (w->owner_wants)
		end_login(w);
	while (w->n > 0)
		leave(w, w->n - 1);
	throttle_destroy(w->throttle);
}

static int compare_waits(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static double percentile(const struct world *w, unsigned percent)
{
	return (double)w->waits[(w->n_logins - 1) * percent / 100] / (double)SECOND;
}

/* Writes "p50 / p99"; returns the guesses. */
static unsigned try_cell(const struct row *row, bool is_new, char text[static 256])
{
	static struct world w;
	const char *reason = is_new ? row->new : row->known;
	/* After the first login from there, the address is known. */
	uint64_t before = row->before || !is_new || !row->own_address ? row->before : 60 * SECOND;

	w = (struct world){ .row = row, .is_new = is_new };
	for (unsigned i = 0; i < (before ? BEGINNINGS : 1); i++)
		run(&w, before);
	qsort(w.waits, w.n_logins, sizeof(*w.waits), compare_waits);
	snprintf(text, 256, "%.1f s / %.1f s%s%s", percentile(&w, 50), percentile(&w, 99),
		 reason == bounded ? "" : "; forbidden: ", reason);
	/* Lots have no bound, but "never" is none of their outcomes. */
	if (reason != endless)
		assert_true(percentile(&w, 95) * SECOND < PATIENCE);
	if (reason == bounded) {
		assert_true(percentile(&w, 50) <= 2);
		assert_true(percentile(&w, 99) <= 15);
	}
	if (before == row->before)
		assert_true(w.guesses <= row->guesses_max);
	return before == row->before ? w.guesses : 0;
}

static void test_attackers(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char known[256], new[256];
		unsigned guesses = try_cell(&rows[i], false, known);
		unsigned others = try_cell(&rows[i], true, new);

		printf("attackers | %s | %u | %s | %s |\n", rows[i].attackers,
		       guesses > others ? guesses : others, known, new);
		fflush(stdout);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_attackers) };

	randombytes_set_implementation(&lots);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
