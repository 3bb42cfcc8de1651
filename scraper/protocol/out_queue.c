/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "out_queue.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

enum {
	BATCH = 1024,		    /* struct iovec per call: IOV_MAX on Linux */
	WRITE_MAX = 1024 * 1024,    /* bytes per call, about */
	KEEP_CAPACITY = 256 * 1024, /* a larger buffer is freed when the queue is empty */
};

void out_queue_init(struct out_queue *queue)
{
	*queue = (struct out_queue){ 0 };
}

static void wipe(struct out_piece *piece)
{
	if (!piece->secret)
		return;
	explicit_bzero(piece->secret, piece->row_bytes);
	free(piece->secret);
	piece->secret = NULL;
}

void out_queue_finish(struct out_queue *queue)
{
	for (size_t i = queue->current; i < queue->n_pieces; i++)
		wipe(&queue->pieces[i]);
	free(queue->pieces);
	free(queue->own);
	*queue = (struct out_queue){ 0 };
}

static int add_piece(struct out_queue *queue, struct out_piece piece)
{
	if (queue->n_pieces == queue->capacity) {
		size_t capacity = queue->capacity ? queue->capacity * 2 : 32;
		struct out_piece *pieces = realloc(queue->pieces, capacity * sizeof(*pieces));

		if (!pieces)
			return -ENOMEM;
		queue->pieces = pieces;
		queue->capacity = capacity;
	}
	queue->pieces[queue->n_pieces++] = piece;
	queue->bytes_left += (uint64_t)piece.row_bytes * piece.rows;
	if (piece.borrowed)
		queue->n_borrowed++;
	return 0;
}

static int reserve_own(struct out_queue *queue, size_t length)
{
	size_t needed = queue->own_length + length, capacity = queue->own_capacity;

	if (needed <= capacity)
		return 0;
	if (!capacity)
		capacity = 4096;
	while (capacity < needed)
		capacity *= 2;
	uint8_t *own = realloc(queue->own, capacity);
	if (!own)
		return -ENOMEM;
	queue->own = own;
	queue->own_capacity = capacity;
	return 0;
}

uint8_t *out_queue_reserve(struct out_queue *queue, size_t length)
{
	struct out_piece *last = queue->n_pieces > queue->current
					 ? &queue->pieces[queue->n_pieces - 1]
					 : NULL;

	if (reserve_own(queue, length) < 0)
		return NULL;
	if (last && !last->borrowed && !last->secret && last->rows == 1 &&
	    last->offset + last->row_bytes == queue->own_length) {
		last->row_bytes += length;
		queue->bytes_left += length;
	} else {
		struct out_piece piece = { .offset = queue->own_length,
					   .row_bytes = length,
					   .rows = 1 };

		if (add_piece(queue, piece) < 0)
			return NULL;
	}
	queue->own_length += length;
	return queue->own + queue->own_length - length;
}

int out_queue_append(struct out_queue *queue, const void *bytes, size_t length)
{
	if (!length)
		return 0;
	uint8_t *to = out_queue_reserve(queue, length);
	if (!to)
		return -ENOMEM;
	memcpy(to, bytes, length);
	return 0;
}

int out_queue_append_secret(struct out_queue *queue, const void *bytes, size_t length)
{
	if (!length)
		return 0;
	if (add_piece(queue, (struct out_piece){ .row_bytes = length, .rows = 1 }) < 0)
		return -ENOMEM;
	struct out_piece *piece = &queue->pieces[queue->n_pieces - 1];
	piece->secret = malloc(length);
	if (!piece->secret) {
		queue->n_pieces--;
		queue->bytes_left -= length;
		return -ENOMEM;
	}
	memcpy(piece->secret, bytes, length);
	return 0;
}

int out_queue_borrow(struct out_queue *queue, const uint8_t *bytes, size_t row_bytes, size_t rows,
		     size_t stride)
{
	if (!row_bytes || !rows)
		return 0;
	if (row_bytes == stride) { /* no gaps: one long row */
		row_bytes *= rows;
		rows = 1;
	}
	return add_piece(queue, (struct out_piece){
					.borrowed = bytes,
					.row_bytes = row_bytes,
					.rows = rows,
					.stride = stride,
				});
}

/* Copies the rows of a borrowed piece that are not fully written, and makes it the queue's own. */
static void keep_piece(struct out_queue *queue, struct out_piece *piece, size_t done_rows)
{
	size_t rows = piece->rows - done_rows;
	const uint8_t *from = piece->borrowed + done_rows * piece->stride;
	uint8_t *to = queue->own + queue->own_length;

	for (size_t row = 0; row < rows; row++)
		memcpy(to + row * piece->row_bytes, from + row * piece->stride, piece->row_bytes);
	*piece = (struct out_piece){
		.offset = queue->own_length,
		.row_bytes = piece->row_bytes * rows,
		.rows = 1,
	};
	queue->own_length += piece->row_bytes;
	queue->n_borrowed--;
}

int out_queue_keep(struct out_queue *queue)
{
	if (!queue->n_borrowed)
		return 0;

	/* One row more than what is left: of the current one, a part may be written already. */
	size_t needed = queue->bytes_left + queue->pieces[queue->current].row_bytes;
	int r = reserve_own(queue, needed);
	if (r < 0)
		return r;
	for (size_t i = queue->current; i < queue->n_pieces; i++) {
		struct out_piece *piece = &queue->pieces[i];
		size_t done_rows = i == queue->current ? queue->row : 0;

		if (!piece->borrowed)
			continue;
		keep_piece(queue, piece, done_rows);
		if (i == queue->current)
			queue->row = 0;
	}
	return 0;
}

static const uint8_t *first_byte(const struct out_queue *queue, const struct out_piece *piece)
{
	if (piece->borrowed)
		return piece->borrowed;
	return piece->secret ? piece->secret : queue->own + piece->offset;
}

static size_t fill_batch(const struct out_queue *queue, struct iovec batch[static BATCH])
{
	size_t n = 0, row = queue->row, column = queue->column, room = WRITE_MAX;

	for (size_t i = queue->current; i < queue->n_pieces && n < BATCH && room; i++) {
		const struct out_piece *piece = &queue->pieces[i];
		const uint8_t *base = first_byte(queue, piece);

		for (; row < piece->rows && n < BATCH && room; row++, column = 0) {
			size_t left = piece->row_bytes - column;
			size_t length = left < room ? left : room;

			batch[n++] = (struct iovec){
				.iov_base = (void *)(uintptr_t)(base + row * piece->stride +
								column),
				.iov_len = length,
			};
			room -= length;
		}
		row = 0;
	}
	return n;
}

static void advance(struct out_queue *queue, size_t written)
{
	queue->bytes_left -= written;
	queue->bytes_written += written;
	while (written) {
		struct out_piece *piece = &queue->pieces[queue->current];
		size_t rest = piece->row_bytes - queue->column;

		if (written < rest) {
			queue->column += written;
			return;
		}
		written -= rest;
		queue->column = 0;
		if (++queue->row == piece->rows) {
			if (piece->borrowed)
				queue->n_borrowed--;
			wipe(piece);
			queue->row = 0;
			queue->current++;
		}
	}
}

static void reset(struct out_queue *queue)
{
	queue->n_pieces = queue->current = queue->own_length = 0;
	if (queue->own_capacity > KEEP_CAPACITY) {
		free(queue->own);
		queue->own = NULL;
		queue->own_capacity = 0;
	}
}

int out_queue_write(struct out_queue *queue, int fd)
{
	struct iovec batch[BATCH];

	while (!out_queue_is_empty(queue)) {
		struct msghdr message = { .msg_iov = batch,
					  .msg_iovlen = fill_batch(queue, batch) };
		ssize_t n = sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EWOULDBLOCK ? -EAGAIN : -errno;
		advance(queue, (size_t)n);
		yield_after(queue->yield, (size_t)n);
	}
	reset(queue);
	return 0;
}
