/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "selinux.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-journal.h>

#include "ctl.h"
#include "facts/machine_file.h"

/* The audit daemon starts a new file at 8 MiB by default. */
enum { AUDIT_MAX = 64 << 20, STAT_MAX = 4 << 20, ENTRIES_MAX = 20000 };

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
	char line[512];
	sd_journal *journal;
	int r = sd_journal_open(&journal, SD_JOURNAL_LOCAL_ONLY | SD_JOURNAL_SYSTEM);

	if (r < 0)
		return r;
	r = sd_journal_add_match(journal, "_AUDIT_TYPE_NAME=AVC", 0);
	if (r >= 0)
		r = sd_journal_seek_tail(journal);
	for (int n = 0; r >= 0 && n < ENTRIES_MAX && sd_journal_previous(journal) > 0; n++) {
		const void *data;
		size_t length;

		if (sd_journal_get_data(journal, "MESSAGE", &data, &length) < 0)
			continue;
		snprintf(line, sizeof(line), "%.*s", (int)length, (const char *)data);
		if (is_ours(line))
			count(selinux, line);
	}
	sd_journal_close(journal);
	return r < 0 ? r : 0;
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
