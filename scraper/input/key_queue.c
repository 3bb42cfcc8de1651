/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "key_queue.h"

#include <errno.h>
#include <stddef.h>

int input_queue_add(struct input_queue *queue, const struct input_queued *key)
{
	if (queue->n == INPUT_QUEUE_MAX)
		return -ENOSPC;
	queue->list[(queue->first + queue->n++) % INPUT_QUEUE_MAX] = *key;
	return 0;
}

const struct input_queued *input_queue_first(const struct input_queue *queue)
{
	return queue->n ? &queue->list[queue->first] : NULL;
}

void input_queue_remove_first(struct input_queue *queue)
{
	queue->first = (queue->first + 1) % INPUT_QUEUE_MAX;
	queue->n--;
}

void input_queue_forget(struct input_queue *queue, const struct input_holder *holder)
{
	unsigned n = queue->n;

	queue->n = 0;
	for (unsigned i = 0; i < n; i++) {
		struct input_queued key = queue->list[(queue->first + i) % INPUT_QUEUE_MAX];

		if (key.holder != holder)
			input_queue_add(queue, &key);
	}
}
