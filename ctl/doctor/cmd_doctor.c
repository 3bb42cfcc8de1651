/* SPDX-License-Identifier: GPL-2.0-or-later */
/* gpudesk doctor: checks everything between Guacamole and the picture. Changes nothing. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "facts/machine.h"
#include "json.h"
#include "plain_output.h"
#include "report.h"

static const char about[] =
	"Checks everything between Guacamole and the desktop's picture. Prints the problems, each\n"
	"with its cause and the fix, and a verdict. The status is 1 if viewers cannot be served.\n";

/* Meanwhile, a terminal shows why it takes time. */
static void read_machine(const struct ctl *ctl, struct machine *machine)
{
	bool shows = isatty(STDERR_FILENO) && isatty(STDOUT_FILENO);

	if (shows)
		fputs("Trying the password file and the X server...", stderr);
	machine_read(ctl, machine);
	if (shows)
		plain_output_escape(STDERR_FILENO, "\r\33[K");
}

static void colour(const char *sequence)
{
	plain_output_escape(STDOUT_FILENO, sequence);
}

int cmd_doctor(struct ctl *ctl, int argc, char **argv)
{
	static struct machine machine;
	static struct report report;
	bool json = false, quiet = false, all = false;
	const struct ctl_option options[] = {
		{ "all", NULL, "print also what is fine, and what follows from a problem",
		  .flag = &all, .letter = 'a' },
		{ "quiet", NULL, "print only the problems", .flag = &quiet, .letter = 'q' },
		{ "json", NULL, "print JSON: all findings and the verdict", .flag = &json },
		{ 0 },
	};
	int status = ctl_options_status(ctl, argc, argv, about, options);

	if (status >= 0)
		return status;
	if (quiet && all)
		return ctl_misused("--quiet and --all cannot be used together");
	read_machine(ctl, &machine);
	report_make(&machine, &report);
	machine_finish(&machine);
	if (!json)
		report_print(&report,
			     quiet ? REPORT_QUIET
			     : all ? REPORT_ALL
				   : REPORT_USUAL,
			     plain_output_has_colour() ? colour : NULL, stdout);
	else if (json_print(report_json(&report)) != CTL_OK)
		return CTL_FAILED;
	return report.n_failures > 0 ? CTL_FAILED : CTL_OK;
}
