/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "status_words.h"

#include <stdio.h>
#include <string.h>

static const char *const step_names[] = {
	[STATUS_MANAGER] = "display manager",
	[STATUS_LOGIN] = "login",
	[STATUS_X_SERVER] = "X server",
	[STATUS_CONNECTION] = "first picture",
};

static void write_headline(const struct status_facts *facts, char *to, size_t size)
{
	if (facts->has_ended)
		snprintf(to, size, "%s's session has ended.%s", facts->user,
			 *facts->reason ? "" : " Waiting for the next one...");
	else if (*facts->reason)
		snprintf(to, size, "%s's desktop cannot be shown yet.", facts->user);
	else
		snprintf(to, size, "%s %s's desktop...",
			 facts->may_start ? "Starting" : "Waiting for", facts->user);
}

static void write_steps(const struct status_facts *facts, char *to, size_t size)
{
	size_t length = 0;

	*to = '\0';
	for (enum status_step step = facts->first; step <= STATUS_CONNECTION && length < size;
	     step++) {
		bool is_now = step == facts->step;
		const char *what = is_now && step <= STATUS_LOGIN ? facts->desktop : "";
		int n = snprintf(to + length, size - length, "%s %s%s%s%s\n",
				 step < facts->step ? "[x]"
				 : is_now	    ? "[.]"
						    : "[ ]",
				 step_names[step], *what ? " (" : "", what, *what ? ")" : "");

		length += n > 0 ? (size_t)n : 0;
	}
}

void status_words_write(const struct status_facts *facts, struct status_text *ret_text)
{
	struct status_text *text = ret_text;

	memset(text, 0, sizeof(*text)); /* texts are compared byte by byte */
	write_headline(facts, text->headline, sizeof(text->headline));
	write_steps(facts, text->steps, sizeof(text->steps));
	snprintf(text->reason, sizeof(text->reason), "%s", facts->reason);
	if (*facts->reason)
		snprintf(text->advice, sizeof(text->advice),
			 "Administrator: run \"sudo gpudesk doctor\" on the machine.");
}

void status_words_refuse(const char *reason, struct status_text *ret_text)
{
	memset(ret_text, 0, sizeof(*ret_text));
	snprintf(ret_text->headline, sizeof(ret_text->headline), "Connection refused.");
	snprintf(ret_text->reason, sizeof(ret_text->reason), "%s", reason);
}
