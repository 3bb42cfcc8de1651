/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "selinux.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl.h"
#include "facts/machine_file.h"
#include "tool.h"

/* The audit daemon starts a new file at 8 MiB by default. */
enum { AUDIT_MAX = 64 << 20, STAT_MAX = 4 << 20, OUTPUT_MAX = 16 << 20 };

/* The log has at most 15 characters of a program's name: "gpudesk-scraper". */
static bool is_ours(const char *line)
{
	return strstr(line, "denied") && strstr(line, "gpudesk");
}

static void count(struct selinux *selinux, const char *line)
{
	const char *words = strstr(line, "avc:");

	selinux->n_denials++;
	snprintf(selinux->last_denial, sizeof(selinux->last_denial), "%.199s",
		 words ? words : line);
}

/* When the kernel booted, in seconds since 1970; 0 if unknown. */
static unsigned long read_boot_time(const struct ctl *ctl)
{
	unsigned long seconds = 0;
	char *text;

	if (machine_file_read(ctl, "/proc/stat", STAT_MAX, &text, NULL) < 0)
		return 0;
	const char *line = strstr(text, "\nbtime ");
	if (line)
		seconds = strtoul(line + strlen("\nbtime "), NULL, 10);
	free(text);
	return seconds;
}

/* "type=AVC msg=audit(1763800000.123:45): avc:  denied  { ... } for ... comm="gpudesk-scraper"". */
static int read_audit_log(const struct ctl *ctl, struct selinux *selinux)
{
	const unsigned long since = read_boot_time(ctl);
	char *text, *save = NULL;
	int r = machine_file_read(ctl, "/var/log/audit/audit.log", AUDIT_MAX, &text, NULL);

	if (r < 0)
		return r;
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		const char *stamp = strstr(line, "audit(");

		if (strncmp(line, "type=AVC ", 9) == 0 && is_ours(line) && stamp &&
		    strtoul(stamp + strlen("audit("), NULL, 10) >= since)
			count(selinux, line);
	}
	free(text);
	return 0;
}

static int read_journal(struct selinux *selinux)
{
	static const char *const arguments[] = { "journalctl",		 "--boot",
						 "--output=cat",	 "--lines=20000",
						 "_AUDIT_TYPE_NAME=AVC", NULL };
	char *text = malloc(OUTPUT_MAX), *save = NULL;
	int r = text ? tool_read(arguments, text, OUTPUT_MAX) : -ENOMEM;

	for (char *line = r == 0 ? strtok_r(text, "\n", &save) : NULL; line;
	     line = strtok_r(NULL, "\n", &save))
		if (is_ours(line))
			count(selinux, line);
	free(text);
	return r > 0 ? -EIO : r;
}

int selinux_read(const struct ctl *ctl, struct selinux *ret_selinux)
{
	char enforcing[8];

	*ret_selinux = (struct selinux){ 0 };
	if (machine_file_read_line(ctl, "/sys/fs/selinux/enforce", enforcing, sizeof(enforcing)) <
	    0)
		return 0;
	ret_selinux->is_on = true;
	ret_selinux->is_enforcing = enforcing[0] == '1';
	int r = read_audit_log(ctl, ret_selinux);
	if (r == -ENOENT && !ctl->root[0])
		r = read_journal(ret_selinux);
	return r;
}
