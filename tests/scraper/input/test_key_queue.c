/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "input/input.h"
#include "input/key_queue.h"

static struct key_queue queue;
static struct input_holder one, other, third;

static int setup(void **state)
{
	(void)state;
	queue = (struct key_queue){ 0 };
	return 0;
}

static int add(struct input_holder *holder, uint32_t keysym)
{
	return key_queue_add(&queue, &(struct queued_key){ holder, { .keysym = keysym }, true });
}

static void expect(uint32_t keysym)
{
	const struct queued_key *first = key_queue_first(&queue);

	assert_non_null(first);
	assert_int_equal(first->request.keysym, keysym);
	key_queue_remove_first(&queue);
}

static void test_keysyms(void **state)
{
	uint32_t keysyms[3] = { 9, 9, 9 };

	(void)state;
	assert_int_equal(key_queue_keysyms(&queue, keysyms, 3), 0);
	for (uint32_t keysym = 1; keysym <= 4; keysym++) {
		assert_int_equal(add(&one, keysym), 0);
		key_queue_add(&queue, &(struct queued_key){ &one, { .keysym = keysym }, false });
	}
	assert_int_equal(key_queue_keysyms(&queue, keysyms, 2), 2);
	assert_int_equal(keysyms[0], 1);
	assert_int_equal(keysyms[1], 2);
	assert_int_equal(keysyms[2], 9);
}

static void test_order_and_limit(void **state)
{
	(void)state;
	assert_null(key_queue_first(&queue));
	/* Starts in the middle, so that it wraps around. */
	for (uint32_t i = 0; i < KEY_QUEUE_MAX / 2; i++) {
		assert_int_equal(add(&one, i), 0);
		expect(i);
	}
	for (uint32_t i = 0; i < KEY_QUEUE_MAX / 2; i++)
		assert_int_equal(add(&one, i), 0);
	assert_int_equal(add(&one, 9999), -ENOSPC);
	for (uint32_t i = 0; i < KEY_QUEUE_MAX / 2; i++)
		expect(i);
	assert_null(key_queue_first(&queue));
}

/* One that floods leaves room for the others. */
static void test_shares(void **state)
{
	(void)state;
	while (add(&one, 1) == 0)
		;
	assert_int_equal(key_queue_count(&queue, &one), KEY_QUEUE_MAX / 2);
	assert_int_equal(key_queue_count(&queue, &other), 0);
	while (add(&other, 2) == 0)
		;
	assert_int_equal(key_queue_count(&queue, &other), KEY_QUEUE_MAX / 4);
	assert_int_equal(add(&third, 3), 0);
	key_queue_forget(&queue, &one);
	assert_int_equal(key_queue_count(&queue, &one), 0);
	expect(2);
}

static void test_forget(void **state)
{
	(void)state;
	key_queue_forget(&queue, &one);
	for (uint32_t i = 0; i < KEY_QUEUE_MAX / 2; i++)
		add(i % 3 ? &one : &other, i);
	key_queue_forget(&queue, &one);
	for (uint32_t i = 0; i < KEY_QUEUE_MAX / 2; i += 3)
		expect(i);
	assert_null(key_queue_first(&queue));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_order_and_limit, setup),
		cmocka_unit_test_setup(test_keysyms, setup),
		cmocka_unit_test_setup(test_shares, setup),
		cmocka_unit_test_setup(test_forget, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
