/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report.h"

#include <string.h>
#include <time.h>

#include "json.h"

static const struct {
	const char *text, *json, *colour;
} results[] = {
	[FINDING_OK] = { "ok", "ok", "\33[32m" },
	[FINDING_WARN] = { "warn", "warn", "\33[33m" },
	[FINDING_FAIL] = { "FAIL", "fail", "\33[1;31m" },
};

/* ---- fixes ---- */

static bool is_for_root(const char *command)
{
	static const char *const names[] = {
		"systemctl ",	 "gpudesk passwd ",
		"systemd-",	 "journalctl ",
		"gpudesk setup", "chmod ",
		"chown ",	 "rm ",
		"mv ",		 "ln ",
		"mkhomedir_",	 "apt-get ",
		"dnf ",		 "dpkg-",
		"pam-auth-",	 "authselect ",
		"usermod ",	 "modprobe ",
		"ufw ",		 "firewall-cmd ",
		"nft ",		 "ss ",
		"ausearch ",	 "restorecon ",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strncmp(command, names[i], strlen(names[i])) == 0)
			return true;
	return false;
}

/* Whether a command may begin at `at`: at the start, or after "; ", ": ", "& " or "or ". */
static bool begins(const char *fix, const char *at)
{
	size_t before = (size_t)(at - fix);

	return before == 0 ||
	       (before > 2 && at[-1] == ' ' &&
		(strchr(";:&", at[-2]) || (before > 3 && memcmp(at - 3, "or ", 3) == 0)));
}

void report_add_sudo(const char *fix, char ret_fix[static REPORT_FIX_MAX])
{
	size_t n = 0;

	for (const char *at = fix; *at && n < REPORT_FIX_MAX - sizeof("sudo "); at++) {
		if (begins(fix, at) && is_for_root(at))
			n += (size_t)sprintf(ret_fix + n, "sudo ");
		ret_fix[n++] = *at;
	}
	ret_fix[n] = '\0';
}

/* ---- what follows from what ---- */

enum { CONSEQUENCES_MAX = 9 };

/* A problem of the check explains those of the others. The first cause counts. */
static const struct {
	const char *cause, *consequences[CONSEQUENCES_MAX];
} causes[] = {
	{ "config", { "allow" } },
	{ "port", { "socket" } },
	{ "socket", { "scraper-socket", "desktop-socket", "control-socket" } },
	{ "user",
	  { "scraper-socket", "desktop-socket", "control-socket", "services", "autologin",
	    "session", "password", "x" } },
	{ "directories", { "records", "session" } },
	{ "gdm", { "pam", "session" } },
	{ "xorg", { "x-session", "x-driver", "wayland", "session" } },
	{ "x-session", { "wayland", "session" } },
	{ "x-driver", { "session" } },
	{ "bus-id", { "session" } },
	{ "wayland", { "session" } },
	{ "autologin", { "session" } },
	{ "pam-module", { "session" } },
	{ "pam", { "session" } },
	{ "session", { "x" } },
	{ "x", { "mit-shm", "damage", "randr", "xtest", "rendering" } },
	{ "nvidia-driver", { "x-driver", "rendering" } },
};

static bool explains(size_t index, const char *name)
{
	for (const char *const *one = causes[index].consequences; *one; one++)
		if (strcmp(*one, name) == 0)
			return true;
	return false;
}

static enum finding_result worst_of(const struct report *report, const char *name)
{
	enum finding_result worst = FINDING_OK;

	for (size_t i = 0; i < report->n_entries; i++)
		if (strcmp(report->entries[i].check->name, name) == 0 &&
		    report->entries[i].finding.result > worst)
			worst = report->entries[i].finding.result;
	return worst;
}

static const struct check *find_check(const char *name)
{
	const struct check *check;

	for (size_t i = 0; (check = check_at(i)); i++)
		if (strcmp(check->name, name) == 0)
			return check;
	return NULL;
}

/* The first cause, of at least `severity`, of a problem of the check; NULL if it is one itself. */
static const struct check *find_cause(const struct report *report, const struct check *check,
				      enum finding_result severity)
{
	const struct check *found = NULL;

	for (size_t i = 0; i < sizeof(causes) / sizeof(*causes) && !found; i++) {
		if (!explains(i, check->name) || worst_of(report, causes[i].cause) < severity)
			continue;
		const struct check *first = find_check(causes[i].cause);
		found = first ? find_cause(report, first, severity) : NULL;
		found = found ? found : first;
	}
	return found;
}

static bool is_same_problem(const struct report_entry *a, const struct report_entry *b)
{
	return a->finding.result == b->finding.result && !a->follows && !b->follows &&
	       strcmp(a->finding.cause, b->finding.cause) == 0;
}

/* Whether another check has said the same before: that it needs root. */
static bool is_repeated(const struct report *report, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (is_same_problem(&report->entries[i], &report->entries[index]))
			return true;
	return false;
}

/* A warning follows from a failure; from a warning only what could not be checked for that. */
static void link_entries(struct report *report)
{
	for (size_t i = 0; i < report->n_entries; i++) {
		struct report_entry *entry = &report->entries[i];
		bool is_unchecked = strncmp(entry->finding.cause, "not checked", 11) == 0;

		if (entry->finding.result != FINDING_OK)
			entry->follows = find_cause(report, entry->check,
						    is_unchecked ? FINDING_WARN : FINDING_FAIL);
		if (entry->follows || is_repeated(report, i))
			continue;
		report->n_failures += entry->finding.result == FINDING_FAIL;
		report->n_warnings += entry->finding.result == FINDING_WARN;
	}
}

static void take(struct report *report, const struct check *check, const struct machine *machine,
		 const struct finding *finding)
{
	if (report->n_entries == REPORT_ENTRIES_MAX)
		return;
	struct report_entry *entry = &report->entries[report->n_entries++];
	*entry = (struct report_entry){ .check = check, .finding = *finding };
	if (machine->is_root)
		snprintf(entry->fix, sizeof(entry->fix), "%s", finding->fix);
	else
		report_add_sudo(finding->fix, entry->fix);
}

void report_make(const struct machine *machine, struct report *ret_report)
{
	static struct findings findings;
	const struct check *check;

	*ret_report = (struct report){ 0 };
	for (size_t i = 0; (check = check_at(i)); i++, ret_report->n_checks++) {
		check_run(check, machine, &findings);
		for (size_t j = 0; j < findings.n; j++)
			take(ret_report, check, machine, &findings.list[j]);
	}
	link_entries(ret_report);
}

/* ---- text ---- */

struct printer {
	const struct report *report;
	void (*colour)(const char *sequence);
	FILE *out;
};

static void paint(const struct printer *printer, const char *sequence)
{
	if (printer->colour)
		printer->colour(sequence);
}

/* Logs and other people's files may contain anything. */
static void print_text(const char *text, FILE *out)
{
	for (; *text; text++)
		fputc((unsigned char)*text < ' ' || *text == 0x7f ? '?' : *text, out);
}

/* "so also: session, x": each check whose problems the check explains, once. */
static void print_followers(const struct printer *printer, const struct report_entry *cause)
{
	const struct report *report = printer->report;
	const struct check *last = NULL;

	for (size_t i = 0; i < report->n_entries; i++) {
		const struct report_entry *entry = &report->entries[i];
		bool same = entry->check != cause->check && is_same_problem(entry, cause);

		if ((entry->follows != cause->check && !same) || entry->check == last)
			continue;
		fprintf(printer->out, "%s%s",
			last ? ", " : "                      so also: ", entry->check->name);
		last = entry->check;
	}
	if (last)
		fputc('\n', printer->out);
}

static void print_entry(const struct printer *printer, const struct report_entry *entry)
{
	enum finding_result result = entry->finding.result;

	paint(printer, results[result].colour);
	fprintf(printer->out, "%-4s", results[result].text);
	paint(printer, "\33[m");
	fprintf(printer->out, "  %-14s  ", entry->check->name);
	print_text(entry->finding.cause, printer->out);
	if (entry->fix[0]) {
		fputs(". Fix: ", printer->out);
		print_text(entry->fix, printer->out);
	}
	fputc('\n', printer->out);
}

static bool is_last_of(const struct report *report, size_t index)
{
	for (size_t i = index + 1; i < report->n_entries; i++)
		if (report->entries[i].check == report->entries[index].check &&
		    report->entries[i].finding.result == report->entries[index].finding.result)
			return false;
	return true;
}

static void print_problems(const struct printer *printer, enum finding_result result, bool all)
{
	const struct report *report = printer->report;

	for (size_t i = 0; i < report->n_entries; i++) {
		const struct report_entry *entry = &report->entries[i];

		if (entry->finding.result != result)
			continue;
		if (all || (!entry->follows && !is_repeated(report, i)))
			print_entry(printer, entry);
		if (!all && !entry->follows && !is_repeated(report, i) && is_last_of(report, i))
			print_followers(printer, entry);
	}
}

/* That of the first failure that has one, or else of the first warning; NULL: none. */
static const char *first_fix(const struct report *report)
{
	for (enum finding_result result = FINDING_FAIL; result > FINDING_OK; result--)
		for (size_t i = 0; i < report->n_entries; i++)
			if (report->entries[i].finding.result == result &&
			    !report->entries[i].follows && report->entries[i].fix[0])
				return report->entries[i].fix;
	return NULL;
}

static void print_verdict(const struct printer *printer)
{
	const struct report *report = printer->report;
	const char *fix = first_fix(report);

	paint(printer, "\33[1m");
	if (report->n_failures > 0)
		fprintf(printer->out, "NOT READY: %u failure%s, ", report->n_failures,
			report->n_failures == 1 ? "" : "s");
	else
		fprintf(printer->out, "READY: %u checks, ", report->n_checks);
	if (report->n_warnings > 0)
		fprintf(printer->out, "%u warning%s", report->n_warnings,
			report->n_warnings == 1 ? "" : "s");
	else
		fputs("no warnings", printer->out);
	if (fix) {
		fputs("; first fix: ", printer->out);
		print_text(fix, printer->out);
	}
	paint(printer, "\33[m");
	fputc('\n', printer->out);
}

void report_print(const struct report *report, enum report_amount amount,
		  void (*colour)(const char *sequence), FILE *out)
{
	const struct printer printer = { report, colour, out };

	print_problems(&printer, FINDING_FAIL, amount == REPORT_ALL);
	print_problems(&printer, FINDING_WARN, amount == REPORT_ALL);
	if (amount == REPORT_ALL)
		print_problems(&printer, FINDING_OK, true);
	if (amount != REPORT_QUIET)
		print_verdict(&printer);
}

/* ---- JSON ---- */

json_t *report_json(const struct report *report)
{
	json_t *findings = json_array();

	for (size_t i = 0; i < report->n_entries; i++) {
		const struct report_entry *entry = &report->entries[i];

		json_array_append_new(
			findings,
			json_pack("{s:s, s:s, s:o, s:o, s:o}", "check", entry->check->name,
				  "result", results[entry->finding.result].json, "cause",
				  json_text(entry->finding.cause), "fix",
				  json_text_or_null(entry->fix), "follows",
				  json_text_or_null(entry->follows ? entry->follows->name : NULL)));
	}
	return json_pack("{s:i, s:s, s:I, s:b, s:i, s:i, s:o, s:o}", "schema", REPORT_SCHEMA,
			 "version", GPUDESK_VERSION, "time", (json_int_t)time(NULL), "ready",
			 report->n_failures == 0, "failures", (int)report->n_failures, "warnings",
			 (int)report->n_warnings, "first_fix", json_text_or_null(first_fix(report)),
			 "findings", findings);
}
