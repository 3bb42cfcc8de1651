/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "viewer_news.h"

#include <stdio.h>
#include <string.h>

enum { NAMED_MAX = 4 }; /* viewers, in one sentence */

void viewer_list_add(void *userdata, const char *peer, bool view_only)
{
	struct viewer_list *list = userdata;

	if (list->n == VIEWER_LIST_MAX)
		return;
	struct viewer_entry *entry = &list->viewers[list->n++];

	snprintf(entry->peer, sizeof(entry->peer), "%s", peer);
	entry->view_only = view_only;
}

static unsigned count(const struct viewer_list *list, const struct viewer_entry *like)
{
	unsigned n = 0;

	for (unsigned i = 0; i < list->n; i++)
		n += list->viewers[i].view_only == like->view_only &&
		     strcmp(list->viewers[i].peer, like->peer) == 0;
	return n;
}

/* How many of `list` are not in `others`; *ret_last is one of them, if there are any. */
static unsigned count_missing(const struct viewer_list *list, const struct viewer_list *others,
			      const struct viewer_entry **ret_last)
{
	struct viewer_list seen = { 0 };
	unsigned n = 0;

	for (unsigned i = 0; i < list->n; i++) {
		const struct viewer_entry *entry = &list->viewers[i];

		viewer_list_add(&seen, entry->peer, entry->view_only);
		if (count(&seen, entry) <= count(others, entry))
			continue;
		n++;
		*ret_last = entry;
	}
	return n;
}

static void name(const struct viewer_list *list, char *ret_text, size_t size)
{
	size_t used = (size_t)snprintf(ret_text, size, "Connected now: ");

	if (!list->n) {
		snprintf(ret_text, size, "No viewer is connected now.");
		return;
	}
	for (unsigned i = 0; i < list->n && i < NAMED_MAX && used < size; i++) {
		const struct viewer_entry *entry = &list->viewers[i];

		used += (size_t)snprintf(ret_text + used, size - used, "%s%s%s", i ? ", " : "",
					 entry->peer, entry->view_only ? " (view only)" : "");
	}
	if (used < size && list->n > NAMED_MAX)
		used += (size_t)snprintf(ret_text + used, size - used, " and %u more",
					 list->n - NAMED_MAX);
	if (used < size)
		snprintf(ret_text + used, size - used, ".");
}

bool viewer_news_write(const struct viewer_list *before, const struct viewer_list *now,
		       struct viewer_news *ret_news)
{
	const struct viewer_entry *came = NULL, *left = NULL;
	unsigned n_came = count_missing(now, before, &came);
	unsigned n_left = count_missing(before, now, &left);
	const size_t size = sizeof(ret_news->summary);

	if (!came && !left)
		return false;
	if (came && left)
		snprintf(ret_news->summary, size,
			 "Remote desktop: %u viewer%s connected, %u disconnected", n_came,
			 n_came == 1 ? "" : "s", n_left);
	else if (came && n_came == 1)
		snprintf(ret_news->summary, size, "Remote desktop: viewer %s connected",
			 came->peer);
	else if (came)
		snprintf(ret_news->summary, size, "Remote desktop: %u viewers connected", n_came);
	else if (n_left == 1)
		snprintf(ret_news->summary, size, "Remote desktop: viewer %s disconnected",
			 left->peer);
	else
		snprintf(ret_news->summary, size, "Remote desktop: %u viewers disconnected",
			 n_left);
	name(now, ret_news->body, sizeof(ret_news->body));
	return true;
}
