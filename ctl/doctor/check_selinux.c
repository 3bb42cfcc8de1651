/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether SELinux has refused something to gpudesk since the machine was started. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-journal.h>

#include "check.h"
#include "facts/machine_file.h"

/* The audit daemon begins a new file at 8 MiB by default. */
enum { AUDIT_MAX = 64 << 20, DENIALS_MAX = 20000 };

static const char audit_log[] = "/var/log/audit/audit.log";

struct denials {
	unsigned n;
	char last[200];
};

/* Programs are named by 15 letters of their name at most: gpudesk-scraper, gpudesk-proxy. */
static bool is_ours(const char *line)
{
	return strstr(line, "denied") && strstr(line, "gpudesk");
}

static void count(struct denials *denials, const char *line, size_t length)
{
	const char *words = memmem(line, length, "avc:", 4);

	denials->n++;
	if (!words)
		words = line;
	snprintf(denials->last, sizeof(denials->last), "%.*s",
		 (int)(length - (size_t)(words - line)), words);
}

/* Seconds since 1970 at which the kernel started; 0 when it does not say. */
static unsigned long boot_time(const struct machine *machine)
{
	unsigned long seconds = 0;
	const char *line;
	char *text;

	if (machine_file_read(machine->ctl, "/proc/stat", 4 << 20, &text, NULL) < 0)
		return 0;
	line = strstr(text, "\nbtime ");
	if (line)
		seconds = strtoul(line + strlen("\nbtime "), NULL, 10);
	free(text);
	return seconds;
}

/* "type=AVC msg=audit(1763800000.123:45): avc:  denied  { ... } for ... comm="gpudesk-scraper"". */
static int read_audit_log(const struct machine *machine, struct denials *denials)
{
	const unsigned long since = boot_time(machine);
	char *text, *save = NULL;
	int r;

	r = machine_file_read(machine->ctl, audit_log, AUDIT_MAX, &text, NULL);
	if (r < 0)
		return r;
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		const char *stamp = strstr(line, "audit(");

		if (strncmp(line, "type=AVC ", 9) == 0 && is_ours(line) && stamp &&
		    strtoul(stamp + strlen("audit("), NULL, 10) >= since)
			count(denials, line, strlen(line));
	}
	free(text);
	return 0;
}

/* Without the audit daemon, the journal has them. */
static int read_journal(struct denials *denials)
{
	char line[512];
	sd_journal *journal;
	const void *data;
	size_t length;
	int r;

	r = sd_journal_open(&journal, SD_JOURNAL_LOCAL_ONLY | SD_JOURNAL_SYSTEM);
	if (r < 0)
		return r;
	r = sd_journal_add_match(journal, "_AUDIT_TYPE_NAME=AVC", 0);
	if (r >= 0)
		r = sd_journal_seek_tail(journal);
	for (int n = 0; r >= 0 && n < DENIALS_MAX && sd_journal_previous(journal) > 0; n++) {
		if (sd_journal_get_data(journal, "MESSAGE", &data, &length) < 0)
			continue;
		snprintf(line, sizeof(line), "%.*s", (int)length, (const char *)data);
		if (is_ours(line) && denials->n < DENIALS_MAX)
			count(denials, line, strlen(line));
	}
	sd_journal_close(journal);
	return r < 0 ? r : 0;
}

void check_selinux(const struct machine *machine, struct findings *findings)
{
	struct denials denials = { 0 };
	char enforcing[8];
	int r;

	if (machine_file_read_line(machine->ctl, "/sys/fs/selinux/enforce", enforcing,
				   sizeof(enforcing)) < 0) {
		finding_ok(findings, "not needed: SELinux is not on");
		return;
	}
	r = read_audit_log(machine, &denials);
	if (r == -ENOENT && !machine->ctl->root[0])
		r = read_journal(&denials);
	if (r < 0)
		finding_warn(findings, "sudo ausearch -m avc -ts boot | grep gpudesk",
			     "refusals cannot be seen: %s", strerror(-r));
	else if (denials.n == 0)
		finding_ok(findings, "%s, and it has refused nothing to gpudesk",
			   enforcing[0] == '1' ? "enforcing" : "permissive");
	else if (enforcing[0] == '1')
		finding_fail(findings,
			     "ausearch -m avc -ts boot | audit2why; restorecon -RFv "
			     "/usr/libexec/gpudesk /run/gpudesk",
			     "SELinux refused something to gpudesk %u times, last: %s", denials.n,
			     denials.last);
	else
		finding_warn(findings, "ausearch -m avc -ts boot | audit2why",
			     "SELinux, permissive, would refuse something to gpudesk: %s",
			     denials.last);
}
