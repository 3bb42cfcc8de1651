/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "check.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct check *const tables[] = {
	config_checks,	 unit_checks, port_checks, address_checks,
	firewall_checks, xorg_checks, gdm_checks,  desktop_checks,
	session_checks,	 x_checks,    gpu_checks,  sound_checks,
};

const struct check *check_at(size_t index)
{
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		for (const struct check *check = tables[i]; check->name; check++)
			if (index-- == 0)
				return check;
	return NULL;
}

void finding_add(struct findings *findings, enum finding_result result, const char *fix,
		 const char *format, ...)
{
	va_list arguments;

	if (findings->n == FINDINGS_MAX)
		return;
	struct finding *finding = &findings->list[findings->n++];
	finding->result = result;
	snprintf(finding->fix, sizeof(finding->fix), "%s", fix);
	va_start(arguments, format);
	vsnprintf(finding->cause, sizeof(finding->cause), format, arguments);
	va_end(arguments);
	for (size_t i = 0; i + 1 < findings->n; i++)
		if (findings->list[i].result == result &&
		    strcmp(findings->list[i].cause, finding->cause) == 0) {
			findings->n--;
			return;
		}
}

const char *finding_word(const char *text)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_@%+=:,./-";
	static char words[4][FINDING_FIX_MAX];
	static unsigned turn;
	char *word = words[turn++ % 4];
	size_t n = 0;

	if (text[0] && text[strspn(text, plain)] == '\0')
		return text;
	word[n++] = '\'';
	for (; *text && n < sizeof(words[0]) - 6; text++)
		if (*text == '\'')
			n += (size_t)sprintf(word + n, "'\\''");
		else
			word[n++] = *text;
	snprintf(word + n, 2, "'");
	return word;
}

const char *finding_text(const char *format, ...)
{
	static char texts[4][FINDING_FIX_MAX];
	static unsigned turn;
	char *text = texts[turn++ % 4];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(texts[0]), format, arguments);
	va_end(arguments);
	return text;
}

/* Adds a warning if the check cannot be made. */
static bool is_skipped(const struct check *check, const struct machine *machine,
		       struct findings *findings)
{
	static const char as_root[] = "sudo gpudesk doctor";

	if (check->needs & CHECK_NEEDS_SYSTEMD && !machine->has_systemd)
		finding_warn(findings, "", "not checked: %s", machine->systemd_problem);
	else if (check->needs & CHECK_NEEDS_ROOT && !machine->is_root)
		finding_warn(findings, as_root, "not checked: needs root");
	else if (check->needs & CHECK_NEEDS_USER && !machine->has_account)
		finding_warn(findings, "", "not checked: there is no user %s",
			     machine->config.user);
	else if (check->needs & CHECK_NEEDS_PROBE && !machine->can_probe)
		finding_warn(findings, as_root, "not checked: needs root or %s",
			     machine->config.user);
	else if (check->needs & CHECK_NEEDS_DISPLAY && !machine->probe.has_x)
		finding_warn(findings, "", "not checked: cannot reach the X server");
	return findings->n > 0;
}

void check_run(const struct check *check, const struct machine *machine,
	       struct findings *ret_findings)
{
	ret_findings->n = 0;
	if (!is_skipped(check, machine, ret_findings))
		check->run(machine, ret_findings);
}
