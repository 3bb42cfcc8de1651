/* SPDX-License-Identifier: GPL-2.0-or-later */
/* gpudesk doctor: checks everything between Guacamole and the picture. Changes nothing. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "facts/machine_read.h"
#include "json.h"

static const char *const result_names[] = {
	[FINDING_OK] = "ok",
	[FINDING_WARN] = "warn",
	[FINDING_FAIL] = "FAIL",
};

/* Logs and other people's files may contain anything. */
static void print_text(const char *text)
{
	for (; *text; text++)
		putchar((unsigned char)*text < ' ' || *text == 0x7f ? '?' : *text);
}

static void print_finding(const char *name, const struct finding *finding)
{
	printf("%-4s  %-14s  ", result_names[finding->result], name);
	print_text(finding->cause);
	if (finding->fix[0]) {
		fputs(". Fix: ", stdout);
		print_text(finding->fix);
	}
	putchar('\n');
}

static int append_json(json_t *array, const char *name, const struct finding *finding)
{
	json_t *object = json_object();
	int r = -1;

	if (object && json_object_set_new(object, "check", json_text(name)) == 0 &&
	    json_object_set_new(object, "result", json_text(result_names[finding->result])) == 0 &&
	    json_object_set_new(object, "cause", json_text(finding->cause)) == 0 &&
	    json_object_set_new(object, "fix",
				finding->fix[0] ? json_text(finding->fix) : json_null()) == 0)
		r = json_array_append(array, object);
	json_decref(object);
	return r;
}

/*
 * Adds a finding to the array, or prints it where `array` is NULL. When out of memory, *array
 * becomes NULL.
 */
static void report(const char *name, const struct finding *finding, json_t **array)
{
	if (!array) {
		print_finding(name, finding);
	} else if (*array && append_json(*array, name, finding) < 0) {
		json_decref(*array);
		*array = NULL;
	}
}

/* Returns the worst result. */
static enum finding_result run_all(const struct machine *machine, json_t **array)
{
	static struct findings findings;
	enum finding_result worst = FINDING_OK;
	const struct check *check;

	for (size_t i = 0; (check = check_at(i)); i++) {
		check_run(check, machine, &findings);
		for (size_t j = 0; j < findings.n; j++) {
			report(check->name, &findings.list[j], array);
			if (findings.list[j].result > worst)
				worst = findings.list[j].result;
		}
	}
	return worst;
}

int cmd_doctor(struct ctl *ctl, int argc, char **argv)
{
	static struct machine machine;
	json_t *array = NULL;
	bool json = false;
	const struct ctl_option options[] = {
		{ "json", NULL, "print JSON: an array of { check, result, cause, fix }", &json,
		  NULL },
		{ 0 },
	};
	int status = ctl_options_status(
		ctl, argc, argv,
		"Checks everything between Guacamole and the desktop's picture, and prints a line "
		"for each:\nok, warn or FAIL, the name of the check, the cause, and the fix.\n",
		options);

	if (status >= 0)
		return status;
	if (json)
		array = json_array();
	machine_read(ctl, &machine);
	enum finding_result worst = run_all(&machine, json ? &array : NULL);
	machine_finish(&machine);
	if (json && json_print(array) != CTL_OK)
		return CTL_FAILED;
	return worst == FINDING_FAIL ? CTL_FAILED : CTL_OK;
}
