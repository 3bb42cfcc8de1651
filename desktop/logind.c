/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "logind.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

static const char service[] = "org.freedesktop.login1";
static const char manager_path[] = "/org/freedesktop/login1";
static const char manager_interface[] = "org.freedesktop.login1.Manager";

/* Whether `word` is in the list, which ":" separates. */
static bool has_word(const char *list, const char *word)
{
	size_t length = strlen(word);

	for (;;) {
		size_t n = strcspn(list, ":");

		if (n == length && memcmp(list, word, n) == 0)
			return true;
		if (list[n] == '\0')
			return false;
		list += n + 1;
	}
}

bool inhibitor_counts(const char *what, const char *mode)
{
	/* "block", and what later versions call "block-weak". */
	if (strncmp(mode, "block", 5) != 0)
		return false;
	return has_word(what, "idle") || has_word(what, "sleep");
}

/* For one line of the log: the text is of the program that holds the lock. */
static void set_words(char to[static INHIBITOR_NAME_MAX], const char *from)
{
	snprintf(to, INHIBITOR_NAME_MAX, "%s", *from ? from : "?");
	for (; *to; to++)
		if ((unsigned char)*to < ' ' || *to == 0x7f)
			*to = '?';
}

static int read_inhibitors(sd_bus_message *reply, struct inhibitor *inhibitor)
{
	const char *what, *who, *why, *mode;
	uint32_t uid, pid;
	int r;

	r = sd_bus_message_enter_container(reply, 'a', "(ssssuu)");
	if (r < 0)
		return r;
	while ((r = sd_bus_message_read(reply, "(ssssuu)", &what, &who, &why, &mode, &uid, &pid)) >
	       0) {
		if (!inhibitor_counts(what, mode))
			continue;
		set_words(inhibitor->who, who);
		set_words(inhibitor->why, why);
	}
	return r;
}

int inhibitor_look(sd_bus *bus, struct inhibitor *ret_inhibitor, sd_bus_error *error)
{
	struct inhibitor inhibitor = { .who = "" };
	sd_bus_message *reply = NULL;
	int r;

	r = sd_bus_call_method(bus, service, manager_path, manager_interface, "ListInhibitors",
			       error, &reply, "");
	if (r >= 0)
		r = read_inhibitors(reply, &inhibitor);
	if (r >= 0)
		*ret_inhibitor = inhibitor;
	sd_bus_message_unref(reply);
	return r < 0 ? r : 0;
}
