/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The X server draws on the NVIDIA card, if there is one. */
#include <stdlib.h>

#include "edit/xorg_write.h"
#include "facts/gpus.h"
#include "facts/xorg_conf.h"
#include "setup.h"
#include "xorg_choice.h"

static int write_new(struct setup *setup, const struct gpu *gpu)
{
	char *text;
	size_t length;
	int r = xorg_write(gpu->bus_id, &text, &length);

	if (r < 0)
		return r;
	r = journal_write_file(setup->journal, XORG_CHOICE_FILE, text, length, 0644);
	free(text);
	return r;
}

/* The administrator may have edited our file: nothing else in it is changed. */
static int change_card(struct setup *setup, const struct xorg_choice *choice)
{
	char *text, *edited;
	size_t length;
	int r = setup_read(setup, XORG_CHOICE_FILE, &text, &length);

	if (r < 0)
		return r;
	r = xorg_write_bus_id(text, length, choice->section->bus_id_line, choice->gpu->bus_id,
			      &edited, &length);
	free(text);
	if (r < 0)
		return r;
	r = journal_write_file(setup->journal, XORG_CHOICE_FILE, edited, length, 0644);
	free(edited);
	return r;
}

/* After ours is written. */
static void remove_old(struct setup *setup)
{
	int r = 0;

	if (setup_go(setup, "remove %s, which is no longer needed (a copy is kept in %s)",
		     XORG_CHOICE_OLD_FILE, JOURNAL_DIRECTORY))
		r = journal_remove_file(setup->journal, XORG_CHOICE_OLD_FILE);
	if (r < 0)
		setup_failed(setup, XORG_CHOICE_OLD_FILE, r);
}

static void fix(struct setup *setup, const struct xorg_choice *choice)
{
	const struct gpu *gpu = choice->gpu;
	int r = 0;

	if (choice->action == XORG_WRITE &&
	    setup_go(setup, "write %s for the NVIDIA card at %s (BusID %s)", XORG_CHOICE_FILE,
		     gpu->address, gpu->bus_id))
		r = write_new(setup, gpu);
	if (choice->action == XORG_CHANGE_CARD &&
	    setup_go(setup, "set BusID %s in %s, for the NVIDIA card at %s", gpu->bus_id,
		     XORG_CHOICE_FILE, gpu->address))
		r = change_card(setup, choice);
	if (r < 0)
		setup_failed(setup, XORG_CHOICE_FILE, r);
	else if (choice->old)
		remove_old(setup);
}

static void note_no_card(struct setup *setup, const struct gpu *gpus, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (gpu_is_nvidia(&gpus[i])) {
			setup_note(setup,
				   "the NVIDIA card at %s has %s%s: install NVIDIA's driver, then "
				   "run setup again",
				   gpus[i].address, gpus[i].driver[0] ? "the driver " : "no driver",
				   gpus[i].driver);
			return;
		}
	setup_note(setup, "no NVIDIA card: Xorg's configuration is not changed");
}

void step_xorg(struct setup *setup)
{
	struct gpu gpus[GPUS_MAX];
	struct xorg_conf conf;
	int n = gpus_read(setup->ctl, gpus, GPUS_MAX);
	int r = n < 0 ? n : xorg_conf_read(setup->ctl, &conf);

	if (r < 0) {
		setup_failed(setup, "Xorg's configuration", r);
		return;
	}
	struct xorg_choice choice = xorg_choose(gpus, (size_t)n, &conf, setup->gpu);
	if (choice.action == XORG_NO_CARD && setup->gpu)
		setup_problem(setup,
			      "there is no NVIDIA card '%s' with NVIDIA's driver: see "
			      "gpudesk doctor",
			      setup->gpu);
	else if (choice.action == XORG_NO_CARD)
		note_no_card(setup, gpus, (size_t)n);
	else if (choice.action == XORG_IS_OWN)
		setup_note(setup, "%s:%u has a Device section for the NVIDIA card: not changed",
			   choice.section->path, choice.section->line);
	else if (choice.action == XORG_OWN_WRONG)
		setup_problem(setup, "the Device section at %s:%u must have BusID \"%s\"",
			      choice.section->path, choice.section->line, choice.gpu->bus_id);
	else
		fix(setup, &choice);
	xorg_conf_finish(&conf);
}
