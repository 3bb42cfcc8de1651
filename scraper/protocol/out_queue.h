/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is still to be written to a viewer. Pixels are not copied: the queue borrows them from the
 * frame until they are written, or until out_queue_keep() copies the rest because the frame is
 * about to change. Clipboard text has memory of its own, wiped once it is written. Writing never
 * waits.
 */
#ifndef GPUDESK_OUT_QUEUE_H
#define GPUDESK_OUT_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "framebuffer/yield.h"

struct out_piece {
	const uint8_t *borrowed; /* NULL: the bytes are at `offset` of the queue's own buffer */
	uint8_t *secret;	 /* or here, if not NULL: this piece's own memory */
	size_t offset;
	size_t row_bytes, rows, stride;
};

struct out_queue {
	struct out_piece *pieces;
	size_t n_pieces, capacity;
	size_t current, row, column; /* the first byte not yet written */
	uint8_t *own;
	size_t own_length, own_capacity;
	size_t n_borrowed; /* borrowed pieces that are not yet written */
	uint64_t bytes_left;
	uint64_t bytes_written; /* since the start */
	struct yield *yield;	/* between writes; may be NULL */
};

void out_queue_init(struct out_queue *queue);
void out_queue_finish(struct out_queue *queue);

static inline bool out_queue_is_empty(const struct out_queue *queue)
{
	return queue->bytes_left == 0;
}

/* Bytes appended since the start. */
static inline uint64_t out_queue_total(const struct out_queue *queue)
{
	return queue->bytes_written + queue->bytes_left;
}

/* Appends a copy of `length` bytes. Returns 0 or -ENOMEM (the queue is as before). */
int out_queue_append(struct out_queue *queue, const void *bytes, size_t length);

/* The same for clipboard text: the copy is never moved, and wiped once written or given up. */
int out_queue_append_secret(struct out_queue *queue, const void *bytes, size_t length);

/* Room for `length` bytes at the end, to be filled before the next call; NULL: out of memory. */
uint8_t *out_queue_reserve(struct out_queue *queue, size_t length);

/*
 * Appends `rows` rows of `row_bytes` bytes, `stride` bytes apart, which must not change until they
 * are written or kept. Returns 0 or -ENOMEM.
 */
int out_queue_borrow(struct out_queue *queue, const uint8_t *bytes, size_t row_bytes, size_t rows,
		     size_t stride);

/* Copies what is still borrowed. Returns 0 or -ENOMEM. */
int out_queue_keep(struct out_queue *queue);

/*
 * Writes what the socket takes now. Returns 0 if nothing is left, -EAGAIN if something is, or
 * another -errno if the connection is lost.
 */
int out_queue_write(struct out_queue *queue, int fd);

#endif
