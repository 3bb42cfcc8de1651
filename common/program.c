/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "program.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* What the kernel appends to the name of a deleted file (proc(5)). */
static const char mark[] = " (deleted)";

static bool is_marked(const char *text, size_t length)
{
	const size_t mark_length = sizeof(mark) - 1;

	return length > mark_length && memcmp(text + length - mark_length, mark, mark_length) == 0;
}

static bool is_file_replaced(void)
{
	char path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path));

	return n > 0 && is_marked(path, (size_t)n);
}

/* The mapping of a library's code: "7f10-7f20 r-xp 00001000 08:01 1234   /usr/lib/libz.so.1". */
static bool is_replaced_code(const char *line)
{
	char mode[8], path[2];

	return sscanf(line, "%*s %7s %*s %*s %*s %1[/]", mode, path) == 2 && mode[2] == 'x' &&
	       is_marked(line, strcspn(line, "\n"));
}

static bool is_library_replaced(void)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	char line[PATH_MAX + 128];
	bool replaced = false;

	while (maps && !replaced && fgets(line, sizeof(line), maps))
		replaced = is_replaced_code(line);
	if (maps)
		fclose(maps);
	return replaced;
}

bool program_is_replaced(void)
{
	return is_file_replaced() || is_library_replaced();
}

int program_end_by_signal(sd_event *event)
{
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	if (sigprocmask(SIG_BLOCK, &signals, NULL) < 0)
		return -errno;
	/* Without a handler, sd-event exits its loop. */
	int r = sd_event_add_signal(event, NULL, SIGTERM, NULL, NULL);
	return r < 0 ? r : sd_event_add_signal(event, NULL, SIGINT, NULL, NULL);
}
