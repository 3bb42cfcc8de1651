/* SPDX-License-Identifier: GPL-2.0-or-later */
/* gpudesk doctor: everything between Guacamole and the pixels, a line each. Changes nothing. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "json.h"

static const char *const result_names[] = {
	[FINDING_OK] = "ok",
	[FINDING_WARN] = "warn",
	[FINDING_FAIL] = "FAIL",
};

/* What comes from logs and other people's files may hold anything. */
static void print_text(const char *text)
{
	for (; *text; text++)
		putchar((unsigned char)*text < ' ' || *text == 0x7f ? '?' : *text);
}

static void print_finding(const char *name, const struct finding *finding)
{
	printf("%-4s  %-14s  ", result_names[finding->result], name);
	print_text(finding->cause);
	if (finding->mend[0]) {
		fputs(". Mend: ", stdout);
		print_text(finding->mend);
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
	    json_object_set_new(object, "mend",
				finding->mend[0] ? json_text(finding->mend) : json_null()) == 0)
		r = json_array_append(array, object);
	json_decref(object);
	return r;
}

/* Runs all checks. With an array, they go there; else they are printed. Returns the worst result.
 */
static enum finding_result run_all(const struct machine *machine, json_t **array)
{
	static struct findings findings;
	enum finding_result worst = FINDING_OK;

	for (size_t i = 0; i < n_checks; i++) {
		check_run(&checks[i], machine, &findings);
		for (size_t j = 0; j < findings.n; j++) {
			const struct finding *finding = &findings.list[j];

			if (finding->result > worst)
				worst = finding->result;
			if (!array) {
				print_finding(checks[i].name, finding);
			} else if (*array && append_json(*array, checks[i].name, finding) < 0) {
				json_decref(*array);
				*array = NULL;
			}
		}
	}
	return worst;
}

int cmd_doctor(struct ctl *ctl, int argc, char **argv)
{
	static struct machine machine;
	enum finding_result worst;
	json_t *array = NULL;
	bool json = false;
	const struct ctl_option options[] = {
		{ "json", NULL, "print an array of { check, result, cause, mend }", &json, NULL },
		{ 0 },
	};
	int status = ctl_options_status(
		ctl, argc, argv,
		"Checks everything between Guacamole and the desktop's picture, and prints a line "
		"each:\nok, warn or FAIL, the check's name, the cause, and the command that mends "
		"it.",
		options);

	if (status >= 0)
		return status;
	if (json)
		array = json_array();
	machine_read(ctl, &machine);
	worst = run_all(&machine, json ? &array : NULL);
	machine_finish(&machine);
	if (json && json_print(array) != CTL_OK)
		return CTL_FAILED;
	return worst == FINDING_FAIL ? CTL_FAILED : CTL_OK;
}
