/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The queue's bytes come out of a real socket, whatever happens to the frame meanwhile. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#include "protocol/out_queue.h"
#include "tests/scraper/random.h"

/*
 * Replaces the C library's: the socket takes exactly `budget` bytes, which no real one can be made
 * to do.
 */
static size_t budget = SIZE_MAX;

ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
	struct msghdr part = *message;
	struct iovec one;

	if (!budget) {
		errno = EAGAIN;
		return -1;
	}
	if (budget != SIZE_MAX) { /* and little at a time */
		one = message->msg_iov[0];
		if (one.iov_len > budget)
			one.iov_len = budget;
		part.msg_iov = &one;
		part.msg_iovlen = 1;
	}
	ssize_t n = syscall(SYS_sendmsg, fd, &part, flags);
	if (n > 0 && budget != SIZE_MAX)
		budget -= (size_t)n;
	return n;
}

/* Both ends of a connection, and the bytes that came out. */
struct wire {
	int near, far;
	uint8_t *came;
	size_t length, capacity;
};

static struct wire wire_open(int buffer_size)
{
	struct wire wire = { 0 };
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair),
			 0);
	wire.near = pair[0];
	wire.far = pair[1];
	if (buffer_size)
		setsockopt(wire.near, SOL_SOCKET, SO_SNDBUF, &buffer_size, sizeof(buffer_size));
	return wire;
}

static void wire_close(struct wire *wire)
{
	close(wire->near);
	close(wire->far);
	free(wire->came);
}

static void wire_read(struct wire *wire)
{
	enum { AT_ONCE = 65536 };
	ssize_t n;

	do {
		if (wire->capacity - wire->length < AT_ONCE) {
			wire->capacity = wire->capacity * 2 + AT_ONCE;
			wire->came = realloc(wire->came, wire->capacity);
		}
		n = recv(wire->far, wire->came + wire->length, AT_ONCE, 0);
		if (n > 0)
			wire->length += (size_t)n;
	} while (n > 0);
}

/* Writes and reads until the queue is empty. Returns how often the socket was full. */
static unsigned wire_drain(struct wire *wire, struct out_queue *queue)
{
	unsigned n_full = 0;

	for (;;) {
		int r = out_queue_write(queue, wire->near);

		wire_read(wire);
		if (r == 0)
			break;
		assert_int_equal(r, -EAGAIN);
		assert_false(out_queue_is_empty(queue));
		n_full++;
	}
	assert_true(out_queue_is_empty(queue));
	assert_int_equal(queue->n_borrowed, 0);
	return n_full;
}

/* A frame, and the bytes that must come out. */
enum { STRIDE = 64, ROWS = 64 };

struct scene {
	uint8_t frame[STRIDE * ROWS];
	uint8_t expected[4096];
	size_t length;
};

static void expect(struct scene *scene, const void *bytes, size_t length)
{
	assert_in_range(scene->length + length, 0, sizeof(scene->expected));
	memcpy(scene->expected + scene->length, bytes, length);
	scene->length += length;
}

static void append(struct scene *scene, struct out_queue *queue, const char *words)
{
	expect(scene, words, strlen(words));
	assert_int_equal(out_queue_append(queue, words, strlen(words)), 0);
}

static void borrow(struct scene *scene, struct out_queue *queue, size_t x, size_t y, size_t w,
		   size_t h)
{
	for (size_t row = 0; row < h; row++)
		expect(scene, scene->frame + (y + row) * STRIDE + x, w);
	assert_int_equal(out_queue_borrow(queue, scene->frame + y * STRIDE + x, w, h, STRIDE), 0);
}

static void compose(struct scene *scene, struct out_queue *queue, uint64_t seed)
{
	struct random chance = { seed };

	random_fill(&chance, scene->frame, sizeof(scene->frame));
	scene->length = 0;
	append(scene, queue, "header");
	borrow(scene, queue, 0, 0, 5, 3);
	append(scene, queue, "between");
	append(scene, queue, "joined");
	borrow(scene, queue, 0, 10, STRIDE, 2); /* without gaps */
	borrow(scene, queue, 63, 20, 1, 9);
	append(scene, queue, "");
	borrow(scene, queue, 3, 40, 7, 1);
	borrow(scene, queue, 3, 40, 0, 5);
	borrow(scene, queue, 3, 40, 5, 0);
	append(scene, queue, "end");
	assert_int_equal(queue->bytes_left, scene->length);
}

static void check_came(const struct wire *wire, const struct scene *scene)
{
	assert_int_equal(wire->length, scene->length);
	assert_memory_equal(wire->came, scene->expected, scene->length);
}

static void write_bytes(struct out_queue *queue, const struct wire *wire, size_t n)
{
	uint64_t left = queue->bytes_left;

	budget = n;
	assert_int_equal(out_queue_write(queue, wire->near), n < left ? -EAGAIN : 0);
	budget = SIZE_MAX;
	assert_int_equal(queue->bytes_left, left - n);
}

static void keep_and_change(struct out_queue *queue, struct scene *scene, uint8_t with)
{
	assert_int_equal(out_queue_keep(queue), 0);
	assert_int_equal(queue->n_borrowed, 0);
	memset(scene->frame, with, sizeof(scene->frame));
}

/* Kept after `first` bytes, and, with more appended, once more after `second` more. */
static void keep_at(size_t first, size_t second)
{
	struct scene scene;
	struct out_queue queue;
	struct wire wire = wire_open(0);

	out_queue_init(&queue);
	compose(&scene, &queue, 3);
	write_bytes(&queue, &wire, first);
	keep_and_change(&queue, &scene, 0xee);
	borrow(&scene, &queue, 1, 50, 30, 4);
	append(&scene, &queue, "after");
	if (second <= queue.bytes_left) {
		write_bytes(&queue, &wire, second);
		keep_and_change(&queue, &scene, 0xdd);
	}
	wire_drain(&wire, &queue);
	check_came(&wire, &scene);
	assert_int_equal(queue.bytes_written, scene.length);
	out_queue_finish(&queue);
	wire_close(&wire);
}

static void test_kept_at_every_byte(void **state)
{
	struct out_queue queue;
	struct scene scene;

	(void)state;
	out_queue_init(&queue);
	compose(&scene, &queue, 3);
	out_queue_finish(&queue);
	for (size_t first = 0; first <= scene.length; first++)
		for (size_t second = 0; second <= scene.length; second += first % 7 + 1)
			keep_at(first, second);
}

static void test_without_keeping(void **state)
{
	struct scene scene;
	struct out_queue queue;
	struct wire wire = wire_open(0);

	(void)state;
	out_queue_init(&queue);
	assert_int_equal(out_queue_write(&queue, wire.near), 0);
	assert_int_equal(out_queue_keep(&queue), 0);
	for (uint64_t round = 1; round < 50; round++) {
		compose(&scene, &queue, round);
		wire.length = 0;
		write_bytes(&queue, &wire, round * 5 % scene.length);
		wire_drain(&wire, &queue);
		check_came(&wire, &scene);
	}
	out_queue_finish(&queue);
	wire_close(&wire);
}

static void test_more_rows_than_one_call_takes(void **state)
{
	enum { MANY = 5000, WIDE = 24, APART = 32 };
	uint8_t *frame = malloc(MANY * APART), *expected = malloc(MANY * WIDE);
	struct random chance = { 4 };
	struct out_queue queue;
	struct wire wire = wire_open(4096);

	(void)state;
	random_fill(&chance, frame, MANY * APART);
	for (size_t row = 0; row < MANY; row++)
		memcpy(expected + row * WIDE, frame + row * APART, WIDE);
	out_queue_init(&queue);
	assert_int_equal(out_queue_borrow(&queue, frame, WIDE, MANY, APART), 0);
	assert_int_equal(out_queue_write(&queue, wire.near), -EAGAIN);
	assert_int_equal(out_queue_keep(&queue), 0);
	memset(frame, 0, MANY * APART);
	assert_true(wire_drain(&wire, &queue) > 1);
	assert_int_equal(wire.length, MANY * WIDE);
	assert_memory_equal(wire.came, expected, MANY * WIDE);
	out_queue_finish(&queue);
	wire_close(&wire);
	free(frame);
	free(expected);
}

static void test_big_and_many(void **state)
{
	enum { BIG = 12 * 1000 * 1000, PIECES = 3000 };
	uint8_t *frame = malloc(BIG);
	struct random chance = { 5 };
	struct out_queue queue;
	struct wire wire = wire_open(0);

	(void)state;
	random_fill(&chance, frame, BIG);
	out_queue_init(&queue);
	for (size_t i = 0; i < PIECES; i++) {
		const uint8_t *at = frame + i * (BIG / PIECES);

		if (i % 2)
			assert_int_equal(out_queue_append(&queue, at, BIG / PIECES), 0);
		else
			assert_int_equal(
				out_queue_borrow(&queue, at, BIG / PIECES / 4, 4, BIG / PIECES / 4),
				0);
	}
	assert_int_equal(queue.n_borrowed, PIECES / 2);
	wire_drain(&wire, &queue);
	assert_int_equal(wire.length, BIG);
	assert_memory_equal(wire.came, frame, BIG);
	/* So much memory is not kept. */
	assert_in_range(queue.own_capacity, 0, 256 * 1024);
	out_queue_finish(&queue);
	wire_close(&wire);
	free(frame);
}

static void test_reserved_room(void **state)
{
	struct out_queue queue;
	struct wire wire = wire_open(0);
	uint8_t *room;

	(void)state;
	out_queue_init(&queue);
	for (size_t length = 1; length < 10000; length += 777) {
		room = out_queue_reserve(&queue, length);
		assert_non_null(room);
		memset(room, (int)(length % 251), length);
	}
	wire_drain(&wire, &queue);
	size_t at = 0;
	for (size_t length = 1; length < 10000; length += 777)
		for (size_t i = 0; i < length; i++)
			assert_int_equal(wire.came[at++], length % 251);
	assert_int_equal(at, wire.length);
	out_queue_finish(&queue);
	wire_close(&wire);
}

static void test_the_far_end_hangs_up(void **state)
{
	struct out_queue queue;
	struct wire wire = wire_open(0);

	(void)state;
	out_queue_init(&queue);
	assert_int_equal(out_queue_append(&queue, "words", 5), 0);
	shutdown(wire.far, SHUT_RDWR);
	assert_int_equal(out_queue_write(&queue, wire.near), -EPIPE);
	out_queue_finish(&queue);
	wire_close(&wire);
}

/* ---- clipboard text ---- */

enum { SECRET = 200, SECRET_SEED = 77, MIDDLE = 100 };

/* Not kept anywhere, so that it is only found where the queue has left it. */
static uint8_t secret_byte(size_t i)
{
	return (uint8_t)((i * i * 31 + i * 7 + SECRET_SEED) >> 1);
}

static bool is_secret(const uint8_t *bytes)
{
	/* Not the beginning: the C library's own notes overwrite that of freed memory. */
	for (size_t i = MIDDLE; i < SECRET; i++)
		if (bytes[i - MIDDLE] != secret_byte(i))
			return false;
	return true;
}

/* How often the secret's second half is in this process's writable memory. */
static unsigned count_secrets(void)
{
	static uint8_t window[1 << 16];
	FILE *maps = fopen("/proc/self/maps", "r"), *memory = fopen("/proc/self/mem", "r");
	unsigned n = 0;
	char line[512];
	size_t start, end, got;

	assert_true(maps && memory);
	setvbuf(memory, NULL, _IONBF, 0);
	while (fgets(line, sizeof(line), maps)) {
		/* The heap alone: with a sanitizer, there is none of that name. */
		if (sscanf(line, "%zx-%zx", &start, &end) != 2 || !strstr(line, "[heap]"))
			continue;
		for (size_t at = start; at < end; at += sizeof(window) - SECRET) {
			assert_int_equal(fseek(memory, (long)at, SEEK_SET), 0);
			got = fread(window, 1, sizeof(window), memory);
			for (size_t i = 0; i + SECRET - MIDDLE <= got; i++)
				n += window[i] == secret_byte(MIDDLE) && is_secret(window + i);
		}
	}
	fclose(memory);
	fclose(maps);
	return n;
}

static void append_secret(struct out_queue *queue)
{
	uint8_t *bytes = malloc(SECRET);

	for (size_t i = 0; i < SECRET; i++)
		bytes[i] = secret_byte(i);
	assert_int_equal(out_queue_append_secret(queue, bytes, SECRET), 0);
	explicit_bzero(bytes, SECRET);
	free(bytes);
}

static void check_secret_came(struct wire *wire, size_t at)
{
	assert_true(wire->length >= at + SECRET);
	for (size_t i = 0; i < SECRET; i++)
		assert_int_equal(wire->came[at + i], secret_byte(i));
	explicit_bzero(wire->came, wire->length);
}

/* Between pixels that make the queue's own buffer move, and that it copies. */
static void test_a_secret_is_wiped(void **state)
{
	enum { MANY = 100000 };
	uint8_t *pixels = calloc(1, MANY);
	struct out_queue queue;
	struct wire wire = wire_open(4096);

	(void)state;
	out_queue_init(&queue);
	assert_int_equal(out_queue_append(&queue, "before", 6), 0);
	append_secret(&queue);
	for (size_t length = 1; length < MANY; length *= 3)
		assert_int_equal(out_queue_append(&queue, pixels, length), 0);
	assert_int_equal(out_queue_borrow(&queue, pixels, 10, 5, 20), 0);
	assert_int_equal(out_queue_keep(&queue), 0);
	wire_drain(&wire, &queue);
	check_secret_came(&wire, 6);
	assert_int_equal(count_secrets(), 0);
	/* Given up half written, and not written at all. */
	append_secret(&queue);
	append_secret(&queue);
	write_bytes(&queue, &wire, SECRET / 2);
	out_queue_finish(&queue);
	assert_int_equal(count_secrets(), 0);
	wire_close(&wire);
	free(pixels);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_without_keeping),
		cmocka_unit_test(test_kept_at_every_byte),
		cmocka_unit_test(test_more_rows_than_one_call_takes),
		cmocka_unit_test(test_big_and_many),
		cmocka_unit_test(test_reserved_room),
		cmocka_unit_test(test_the_far_end_hangs_up),
		cmocka_unit_test(test_a_secret_is_wiped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
