/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the desktop's user is told when viewers come and go: the words. Pure functions. */
#ifndef GPUDESK_VIEWER_NEWS_H
#define GPUDESK_VIEWER_NEWS_H

#include <stdbool.h>

#include "common/handoff.h"

enum { VIEWER_LIST_MAX = 64 }; /* the highest max_viewers */

struct viewer_list {
	unsigned n;
	struct viewer_entry {
		char peer[HANDOFF_PEER_MAX];
		bool view_only;
	} viewers[VIEWER_LIST_MAX];
};

struct viewer_news {
	char summary[160], body[640]; /* one line each */
};

/* One more than VIEWER_LIST_MAX is dropped. */
void viewer_list_add(void *list, const char *peer, bool view_only);

/* Says what is new in `now`. Returns false, and writes nothing, if nothing is. */
bool viewer_news_write(const struct viewer_list *before, const struct viewer_list *now,
		       struct viewer_news *ret_news);

#endif
