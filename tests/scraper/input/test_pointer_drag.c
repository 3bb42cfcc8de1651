/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "input/pointer_drag.h"

#define AT(x, y) ((struct pointer_place){ (x), (y) })

static struct pointer_drag drag;
static bool is_on;		     /* a motion was sent */
static struct pointer_place desktop; /* where the pointer really is */

static int set_up(void **state)
{
	(void)state;
	drag = (struct pointer_drag){ 0 };
	is_on = false;
	return 0;
}

/* The viewer's pointer goes to `viewer`, and the desktop's to `expected`. */
static void move(struct pointer_place viewer, struct pointer_place then,
		 struct pointer_place expected)
{
	if (is_on)
		pointer_drag_look(&drag, then, desktop, viewer);
	desktop = pointer_drag_move(&drag, viewer);
	pointer_drag_sent(&drag, viewer, desktop);
	is_on = true;
	assert_int_equal(desktop.x, expected.x);
	assert_int_equal(desktop.y, expected.y);
}

static void test_an_ordinary_drag(void **state)
{
	(void)state;
	for (int i = 0; i < 2000; i += 199)
		move(AT(i, 2000 - i), desktop, AT(i, 2000 - i));
}

static void test_a_warp_is_followed(void **state)
{
	struct pointer_place then;

	(void)state;
	move(AT(1900, 500), desktop, AT(1900, 500));
	then = desktop;
	desktop = AT(10, 500);
	move(AT(1905, 501), then, AT(15, 501));
	move(AT(1910, 499), desktop, AT(20, 499));
	/* Back again, and once more. */
	then = desktop;
	desktop = AT(1800, 499);
	move(AT(1900, 499), then, AT(1790, 499));
	then = desktop;
	desktop = AT(700, 700);
	move(AT(1901, 498), then, AT(701, 699));
}

/* A program that puts it back to the middle each time gets each step as it was made. */
static void test_always_back_to_the_middle(void **state)
{
	(void)state;
	move(AT(400, 300), desktop, AT(400, 300));
	for (int i = 1; i < 100; i++) {
		struct pointer_place then = desktop;

		desktop = AT(400, 300);
		move(AT(400 + 7 * i, 300 - 2 * i), then, AT(407, 298));
	}
}

static void test_a_viewer_that_was_told(void **state)
{
	struct pointer_place then;

	(void)state;
	move(AT(1900, 500), desktop, AT(1900, 500));
	then = desktop;
	desktop = AT(10, 500);
	move(AT(1905, 500), then, AT(15, 500));
	move(AT(19, 502), desktop, AT(19, 502));
	move(AT(30, 502), desktop, AT(30, 502));
	/* Told before it has moved again. */
	then = desktop;
	desktop = AT(900, 900);
	move(AT(903, 901), then, AT(903, 901));
}

/* A program confines the pointer to its window: it is where it may be, not where it was sent. */
static void test_confined(void **state)
{
	struct pointer_place edge = AT(500, 100);

	(void)state;
	move(AT(490, 100), desktop, AT(490, 100));
	for (int x = 510; x < 600; x += 10) {
		move(AT(x, 100), desktop, AT(x, 100));
		desktop = edge;
		pointer_drag_look(&drag, edge, edge, AT(x, 100));
	}
	move(AT(480, 100), edge, AT(480, 100));
}

/* The window manager holds the pointer back for a moment: it gets where it was sent, but late. */
static void test_frozen(void **state)
{
	struct pointer_place before;

	(void)state;
	move(AT(100, 100), desktop, AT(100, 100));
	before = desktop;
	move(AT(200, 100), desktop, AT(200, 100));
	move(AT(300, 100), before, AT(300, 100));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_an_ordinary_drag, set_up),
		cmocka_unit_test_setup(test_a_warp_is_followed, set_up),
		cmocka_unit_test_setup(test_always_back_to_the_middle, set_up),
		cmocka_unit_test_setup(test_a_viewer_that_was_told, set_up),
		cmocka_unit_test_setup(test_confined, set_up),
		cmocka_unit_test_setup(test_frozen, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
