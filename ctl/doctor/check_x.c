/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The X server of the session, as the user's own process found it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

/* The scraper's own needs: display.c there. */
static bool depth_is_served(int depth)
{
	return depth == 8 || depth == 15 || depth == 16 || depth == 24 || depth == 30 ||
	       depth == 32;
}

void check_x(const struct machine *machine, struct findings *findings)
{
	const struct probe *probe = &machine->probe;

	if (machine->probe_error)
		finding_warn(findings, "", "not seen: %s", probe_words(machine->probe_error));
	else if (machine->chosen < 0)
		finding_warn(findings, "", "not seen: there is no recorded session");
	else if (probe->has_x && !depth_is_served(probe->depth))
		finding_fail(findings, "set DefaultDepth 24 in xorg.conf",
			     "display %s has depth %d", probe->display, probe->depth);
	else if (probe->has_x && probe->timed_out)
		finding_fail(findings, "journalctl -b -t gdm-x-session; nvidia-smi",
			     "display %s hangs: it did not answer in %d s", probe->display,
			     PROBE_SECONDS);
	else if (probe->has_x)
		finding_ok(findings, "display %s, %s, depth %d, reached as %s", probe->display,
			   probe->size, probe->depth, machine->config.user);
	else if (probe->timed_out)
		finding_fail(findings, "journalctl -b -t gdm-x-session",
			     "the X server did not answer in %d s", PROBE_SECONDS);
	else
		finding_fail(findings,
			     "journalctl -b -t gdm-x-session; systemctl restart "
			     "display-manager (ends what runs on the desktop)",
			     "%s (authority file %s)",
			     probe->x_problem[0] ? probe->x_problem : "the X server is not reached",
			     machine->records[machine->chosen].record.xauthority);
}

void check_mit_shm(const struct machine *machine, struct findings *findings)
{
	const struct probe *probe = &machine->probe;

	if (!probe->has_shm)
		finding_warn(findings, "enable MIT-SHM in the Extensions section of xorg.conf",
			     "the X server has no MIT-SHM extension: reading the screen is slow");
	else if (atof(probe->shm_version) < 1.2)
		finding_warn(findings, "upgrade the X server",
			     "MIT-SHM is %s: memory is passed by a descriptor only since 1.2",
			     probe->shm_version);
	else
		finding_ok(findings, "MIT-SHM %s", probe->shm_version);
}

void check_damage(const struct machine *machine, struct findings *findings)
{
	static const char mend[] = "enable DAMAGE and XFIXES in the Extensions section of "
				   "xorg.conf";

	if (!machine->probe.has_damage || !machine->probe.has_xfixes)
		finding_fail(findings, mend, "the X server has no %s extension",
			     machine->probe.has_damage ? "XFIXES" : "DAMAGE");
	else
		finding_ok(findings, "DAMAGE and XFIXES are there");
}

void check_randr(const struct machine *machine, struct findings *findings)
{
	if (!machine->config.resize)
		finding_ok(findings, "not needed: resize = no");
	else if (machine->probe.has_randr)
		finding_ok(findings, "RandR %s", machine->probe.randr_version);
	else
		finding_warn(findings, "enable RANDR in the Extensions section of xorg.conf",
			     "the X server has no RandR extension: viewers cannot resize the "
			     "desktop");
}

void check_xtest(const struct machine *machine, struct findings *findings)
{
	if (machine->config.view_only)
		finding_ok(findings, "not needed: view_only = yes");
	else if (machine->probe.has_xtest)
		finding_ok(findings, "XTEST is there");
	else
		finding_fail(findings, "enable XTEST in the Extensions section of xorg.conf",
			     "the X server has no XTEST extension: viewers can only look");
}

static bool is_software(const char *renderer)
{
	static const char *const names[] = { "llvmpipe", "softpipe", "swrast",
					     "Software Rasterizer" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strstr(renderer, names[i]))
			return true;
	return false;
}

void check_rendering(const struct machine *machine, struct findings *findings)
{
	const struct probe *probe = &machine->probe;
	const struct gpu *card;
	bool has_card = machine_nvidia_cards(machine, &card) > 0;

	if (!probe->renderer[0] && probe->timed_out)
		finding_fail(findings, "nvidia-smi; journalctl -b -k",
			     "OpenGL did not answer in %d s", PROBE_SECONDS);
	else if (!has_card)
		finding_ok(findings, "not needed: no NVIDIA card (%s)",
			   probe->renderer[0] ? probe->renderer : probe->gl_problem);
	else if (!probe->renderer[0])
		finding_warn(findings, "glxinfo -B, on the desktop", "not seen: %s",
			     probe->gl_problem);
	else if (is_software(probe->renderer))
		finding_fail(findings,
			     "gpudesk setup (the Xorg configuration), then: systemctl "
			     "restart display-manager",
			     "the CPU draws (%s), not the card at %s", probe->renderer,
			     card->address);
	else
		finding_ok(findings, "%s draws", probe->renderer);
}
