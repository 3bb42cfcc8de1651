/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes an edit of a text back although others have edited the text since: line by line, as the
 * edit was. Blanks and capitals do not make a line another one.
 */
#ifndef GPUDESK_TAKE_BACK_H
#define GPUDESK_TAKE_BACK_H

#include <stddef.h>

struct text {
	const char *start;
	size_t length;
};

struct take_back {
	char *text; /* the new text, for the caller to free */
	size_t length;
	size_t n_taken; /* lines of the edit that were still there, and are gone */
	size_t n_lost;	/* lines from before it that are not there, nor is what replaced them */
};

/*
 * `before` became `after` by the edit, and later `now`. Removes from `now` each line that the edit
 * has added, and puts those that it has removed in their place. A section's header "[...]" stays if
 * lines of others would be left in that section. Returns 0 or -ENOMEM.
 */
int take_back(struct text before, struct text after, struct text now, struct take_back *ret_result);

#endif
