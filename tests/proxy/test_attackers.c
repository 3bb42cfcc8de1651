/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Attackers against the owner, with the proxy's own policy (throttle.c, eviction.c) and a clock of
 * the test's. Prints a line "attackers | ..." for each row of the table in docs/reliability.md, and
 * asserts the bounds where they can be kept.
 */
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
#define PATIENCE HOUR /* of the owner, who comes back at once until then */
enum {
	BEGINNINGS = 200,
	LOGINS_MAX = 1000,
	OWN = 1,
	ATTACKERS = 1000,
	FRESH = 1000000,
	NEW_OWNER = 500000000
};

enum cell { BOUNDED, FORBIDDEN, NOT_TRIED };

struct row {
	const char *attackers;
	unsigned connections, addresses; /* which come again at once */
	unsigned fresh_a_second;	 /* connections, each from another address */
	bool own_address;		 /* theirs is the owner's */
	bool leave;			 /* as soon as there is no quick yes */
	unsigned hours;			 /* 0: only until the owner is in, BEGINNINGS times */
	unsigned guesses_max;
	enum cell known, new; /* the owner's address: known, another one each time */
};

static const struct row rows[] = {
	{ "one address", 1, 1, 0, false, false, 24, 8640, BOUNDED, BOUNDED },
	{ "one address (as all of 127.0.0.0/8, or an IPv6 /64 of outside), 64 connections that do "
	  "not wait for the answer",
	  64, 1, 0, false, true, 24, 8640, BOUNDED, BOUNDED },
	{ "200 addresses", 200, 200, 0, false, false, 24, 8640, BOUNDED, BOUNDED },
	{ "200 addresses that do not wait for the answer", 200, 200, 0, false, true, 24, 8640,
	  BOUNDED, BOUNDED },
	{ "fresh addresses, one a second", 0, 0, 1, false, false, 24, 8640, BOUNDED, FORBIDDEN },
	{ "fresh addresses, 400 a second, for an hour", 0, 0, 400, false, false, 1, 1740, BOUNDED,
	  FORBIDDEN },
	{ "the owner's own address, 64 connections that wait for the answer", 64, 1, 0, true, false,
	  24, 86400, BOUNDED, NOT_TRIED },
	{ "the same, and the owner comes a second after they have begun; 200 times", 64, 1, 0, true,
	  false, 0, 60 * BEGINNINGS * 2, FORBIDDEN, NOT_TRIED },
	{ "the owner's own address, 64 connections that do not wait for the answer", 64, 1, 0, true,
	  true, 24, 86400, FORBIDDEN, NOT_TRIED },
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
	uint64_t now, next_login, login_began;
	bool is_new, owner_wants, owner_is_here;
	uint32_t n_owners, n_fresh;
	size_t n;
	struct connection connections[EVICTION_TOTAL];
	bool here[EVICTION_TOTAL]; /* attackers */
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
	for (size_t i = 0; i < size; i++)
		((uint8_t *)buffer)[i] = (uint8_t)next_lot();
}

static struct randombytes_implementation lots = {
	.implementation_name = lot_name,
	.random = next_lot,
	.buf = fill_lots,
};

static void leave(struct world *w, size_t i)
{
	struct connection *c = &w->connections[i];

	throttle_release(w->throttle, c->source, w->now);
	if (c->is_owner)
		w->owner_is_here = false;
	else if (c->attacker != UINT32_MAX)
		w->here[c->attacker] = false;
	*c = w->connections[--w->n];
}

static struct eviction_entry get_entry(const struct connection *c)
{
	return (struct eviction_entry){
		.source = c->source,
		.source_users = throttle_source_users(c->source),
		.source_trusted = throttle_source_is_trusted(c->source),
		.kind = c->end ? EVICTION_FAILING : EVICTION_WAITING,
		.since = c->since,
	};
}

static bool come(struct world *w, uint32_t address, bool is_owner, unsigned attacker)
{
	struct eviction_entry entries[EVICTION_TOTAL];
	struct throttle_source *source;
	struct peer_key key = { { 0 } };
	int i;

	memcpy(key.bytes, &address, sizeof(address));
	source = throttle_acquire(w->throttle, &key, w->now);
	assert_non_null(source);
	for (size_t k = 0; k < w->n; k++)
		entries[k] = get_entry(&w->connections[k]);
	i = eviction_decide(entries, w->n, source);
	if (i >= 0 && !w->connections[i].is_owner && !w->connections[i].end)
		throttle_gave_up(w->connections[i].source, w->now);
	if (i >= 0)
		leave(w, (size_t)i);
	if (i == EVICTION_REFUSED) {
		throttle_release(w->throttle, source, w->now);
		return false;
	}
	w->connections[w->n++] = (struct connection){ source, w->now, 0, is_owner, attacker };
	return true;
}

static void bring_attackers(struct world *w)
{
	const struct row *row = w->row;
	uint64_t tick = w->now / STEP, before = tick - 1;

	for (unsigned i = 0; i < row->connections; i++) {
		uint32_t address = row->own_address ? OWN : ATTACKERS + i % row->addresses;

		if (!w->here[i])
			w->here[i] = come(w, address, false, i);
	}
	for (uint64_t i = before * row->fresh_a_second / STEPS_A_SECOND;
	     i < tick * row->fresh_a_second / STEPS_A_SECOND; i++)
		come(w, FRESH + w->n_fresh++, false, UINT32_MAX);
}

static void end_login(struct world *w)
{
	assert_true(w->n_logins < LOGINS_MAX);
	w->waits[w->n_logins++] = w->now - w->login_began;
	w->owner_wants = false;
	w->next_login = w->now + (60 + next_lot() % 540) * SECOND;
}

static void bring_owner(struct world *w)
{
	if (!w->owner_wants && w->now >= w->next_login) {
		w->owner_wants = true;
		w->login_began = w->now;
		w->n_owners++;
	}
	if (w->owner_wants && !w->owner_is_here)
		w->owner_is_here = come(w, w->is_new ? NEW_OWNER + w->n_owners : OWN, true,
					UINT32_MAX);
}

static void answer_failures(struct world *w)
{
	for (size_t i = w->n; i-- > 0;)
		if (w->connections[i].end && w->now >= w->connections[i].end)
			leave(w, i);
}

static void check(struct world *w, struct connection *c)
{
	uint64_t when;

	if (throttle_begin_check(w->throttle, c->source, w->now, &when) < 0)
		return;
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
}

static void begin_checks(struct world *w)
{
	struct throttle_source *sources[EVICTION_TOTAL];
	struct connection *waiting[EVICTION_TOTAL];
	size_t order[EVICTION_TOTAL], n = 0;

	for (size_t i = 0; i < w->n; i++) {
		if (w->connections[i].end)
			continue;
		waiting[n] = &w->connections[i];
		sources[n++] = w->connections[i].source;
	}
	if (n == 0)
		return;
	throttle_draw(sources, n, order);
	for (size_t i = 0; i < n; i++)
		check(w, waiting[order[i]]);
}

static int compare_waits(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void run(struct world *w)
{
	const struct row *row = w->row;
	const unsigned before = w->n_logins;

	w->next_login = w->now + (row->hours ? 30 : 1) * SECOND;
	assert_int_equal(throttle_create(&w->throttle), 0);
	if (!w->is_new) {
		const struct throttle_known known = { { { OWN } }, SECOND };

		throttle_add_known(w->throttle, &known, 1, w->now);
	}
	for (uint64_t end = row->hours * HOUR; row->hours ? w->now < end : w->n_logins == before;
	     w->now += STEP) {
		answer_failures(w);
		if (next_lot() % 2)
			bring_owner(w);
		bring_attackers(w);
		bring_owner(w);
		begin_checks(w);
		if (w->owner_wants && w->now - w->login_began > PATIENCE)
			end_login(w);
	}
	if (w->owner_wants)
		end_login(w);
	while (w->n > 0)
		leave(w, w->n - 1);
	throttle_destroy(w->throttle);
}

static double percentile(const struct world *w, unsigned percent)
{
	return (double)w->waits[(w->n_logins - 1) * percent / 100] / (double)SECOND;
}

/* Writes "p50 / p99"; returns the guesses. */
static unsigned try_cell(const struct row *row, bool is_new, enum cell cell, char text[static 64])
{
	static struct world w;

	snprintf(text, 64, "not tried");
	if (cell == NOT_TRIED)
		return 0;
	w = (struct world){ .row = row, .is_new = is_new };
	for (unsigned i = 0; i < (row->hours ? 1 : BEGINNINGS); i++) {
		w.now = SECOND;
		run(&w);
	}
	qsort(w.waits, w.n_logins, sizeof(*w.waits), compare_waits);
	snprintf(text, 64, "%.1f s / %.1f s%s", percentile(&w, 50), percentile(&w, 99),
		 cell == FORBIDDEN ? " (forbidden)" : "");
	assert_true(w.waits[0] < PATIENCE);
	assert_true(w.guesses <= row->guesses_max);
	if (cell == BOUNDED) {
		assert_true(percentile(&w, 50) <= 2);
		assert_true(percentile(&w, 99) <= 15);
	}
	return w.guesses;
}

static void test_attackers(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char known[64], new[64];
		unsigned guesses = try_cell(&rows[i], false, rows[i].known, known);
		unsigned others = try_cell(&rows[i], true, rows[i].new, new);

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
