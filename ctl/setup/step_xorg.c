/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The X server draws on the NVIDIA card, if there is one. */
#include <errno.h>
#include <stdlib.h>

#include "edit/xorg_write.h"
#include "facts/gpus.h"
#include "facts/machine_file.h"
#include "facts/nvidia.h"
#include "facts/x_server.h"
#include "setup.h"
#include "xorg_choice.h"

/*
 * Our file's text from what is at `path`: itself, or put aside. The administrator may have edited
 * it: nothing but the BusID is changed. Returns 0, -EINVAL if it has none, or -errno.
 */
static int change_bus_id(struct setup *setup, const char *path, const struct gpu *gpu,
			 char **ret_text, size_t *ret_length)
{
	struct xorg_conf conf = { 0 };
	size_t length;
	char *text = setup_read(setup, path, &length);

	if (!text)
		return -EINVAL;
	int r = xorg_conf_parse(&conf, path, text, length);
	const struct xorg_section *device = r < 0 ? NULL : xorg_choice_device(&conf, path);
	if (r >= 0)
		r = device ? xorg_write_bus_id(text, length, device->bus_id_line, gpu->bus_id,
					       ret_text, ret_length)
			   : -EINVAL;
	xorg_conf_finish(&conf);
	free(text);
	return r;
}

/* A new file, or from the one at `path`. Returns whether it was done. */
static bool write_file(struct setup *setup, const struct gpu *gpu, const char *path,
		       bool may_be_new)
{
	size_t length;
	char *text;
	int r = change_bus_id(setup, path, gpu, &text, &length);

	if (r == -EINVAL && may_be_new)
		r = xorg_write(gpu->bus_id, &text, &length);
	if (r < 0) {
		setup_failed(setup, XORG_CHOICE_FILE, r);
		return false;
	}
	bool is_done = setup_write(setup, XORG_CHOICE_FILE, text, length);
	free(text);
	return is_done;
}

/* Ours would keep Xorg from starting, or from using the administrator's. */
static void put_aside(struct setup *setup, const char *why)
{
	size_t length;
	char *text;

	if (!setup_go(setup, "rename %s to %s: %s", XORG_CHOICE_FILE, XORG_CHOICE_ASIDE, why))
		return;
	text = setup_read(setup, XORG_CHOICE_FILE, &length);
	if (text && setup_write(setup, XORG_CHOICE_ASIDE, text, length))
		(void)setup_remove(setup, XORG_CHOICE_FILE);
	free(text);
}

/* After ours is written. */
static void remove_file(struct setup *setup, const char *path)
{
	if (setup_go(setup, "remove %s, which is no longer needed (a copy is kept in %s)", path,
		     JOURNAL_DIRECTORY))
		(void)setup_remove(setup, path);
}

static void fix(struct setup *setup, const struct xorg_choice *choice)
{
	const struct gpu *gpu = choice->gpu;
	bool is_right = true;

	if (choice->action == XORG_WRITE && setup->is_undone)
		return;
	if (choice->action == XORG_WRITE &&
	    setup_go(setup, "write %s for the NVIDIA card at %s (BusID %s)", XORG_CHOICE_FILE,
		     gpu->address, gpu->bus_id))
		is_right = write_file(setup, gpu, XORG_CHOICE_ASIDE, true);
	if (choice->action == XORG_CHANGE_CARD &&
	    setup_go(setup, "set BusID %s in %s, for the NVIDIA card at %s", gpu->bus_id,
		     XORG_CHOICE_FILE, gpu->address))
		is_right = write_file(setup, gpu, XORG_CHOICE_FILE, false);
	if (!is_right)
		return;
	if (choice->has_old)
		remove_file(setup, XORG_CHOICE_OLD_FILE);
	if (machine_file_exists(setup->ctl, XORG_CHOICE_ASIDE))
		remove_file(setup, XORG_CHOICE_ASIDE);
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
	setup_note(setup, "no NVIDIA card: the CPU draws the desktop");
}

static void note_no_driver(struct setup *setup, const struct gpu *gpu)
{
	char package[NVIDIA_PACKAGE_MAX];

	nvidia_x_package(setup->ctl, &setup->distribution, package);
	setup_note(
		setup,
		"Xorg has no driver for the NVIDIA card at %s (nvidia_drv.so; compute-only "
		"drivers lack it), so the CPU draws the desktop: install %s, then run setup again",
		gpu->address, package);
}

/* A desktop that the CPU draws is better than none. */
static void do_without(struct setup *setup, const struct xorg_choice *choice)
{
	const struct xorg_section *device = choice->own.device;

	if (choice->has_ours)
		put_aside(setup, "Xorg would not start");
	if (choice->has_old && !choice->own.screen)
		remove_file(setup, XORG_CHOICE_OLD_FILE);
	if (device && xorg_name_equal(device->driver, "nvidia"))
		setup_problem(setup,
			      "Xorg does not start with the Device section at %s:%u (Driver "
			      "\"nvidia\"): remove it",
			      device->path, device->line);
}

/* The administrator's layout is something else than we would write: says what it lacks. */
static void explain_own(struct setup *setup, const struct xorg_choice *choice)
{
	const struct xorg_layout *own = &choice->own;
	const struct xorg_section *device = own->device;

	if (choice->is_own_broken)
		setup_problem(setup,
			      "the %s section at %s:%u names a section that does not exist, so "
			      "Xorg does not start",
			      own->layout->kind, own->layout->path, own->layout->line);
	else if (!device)
		setup_problem(setup,
			      "the Screen section at %s:%u is your own, so no other is written: it "
			      "needs a Device with Driver \"nvidia\" and BusID \"%s\"",
			      own->screen->path, own->screen->line, choice->gpu->bus_id);
	else if (!xorg_name_equal(device->driver, "nvidia"))
		setup_problem(setup,
			      "the layout at %s:%u is your own, so no other is written: its Device "
			      "section at %s:%u must have Driver \"nvidia\" and BusID \"%s\"",
			      own->screen->path, own->screen->line, device->path, device->line,
			      choice->gpu->bus_id);
	else
		setup_problem(setup, "the Device section at %s:%u must have BusID \"%s\"",
			      device->path, device->line, choice->gpu->bus_id);
}

static void leave_own(struct setup *setup, const struct xorg_choice *choice)
{
	const struct xorg_section *device = choice->own.device;

	if (choice->action == XORG_OWN_WRONG)
		explain_own(setup, choice);
	else
		setup_note(setup,
			   "%s:%u has a Device section for the NVIDIA card, which Xorg uses: not "
			   "changed",
			   device->path, device->line);
	if (choice->has_ours)
		put_aside(setup, "your own configuration is used");
}

void step_xorg(struct setup *setup)
{
	struct gpu gpus[GPUS_MAX];
	struct xorg_conf conf;
	char path[X_SERVER_PATH_MAX];
	int n = gpus_read(setup->ctl, gpus, GPUS_MAX);
	int r = n < 0 ? n : xorg_conf_read(setup->ctl, &conf);

	if (r < 0) {
		setup_failed(setup, "Xorg's configuration", r);
		return;
	}
	bool has_driver = x_server_find_driver(setup->ctl, &conf, "nvidia", path);
	struct xorg_choice choice = xorg_choose(gpus, (size_t)n, &conf, setup->gpu, has_driver);
	if (choice.action == XORG_NO_CARD && setup->gpu) {
		setup_problem(setup,
			      "there is no NVIDIA card '%s' with NVIDIA's driver: see "
			      "gpudesk doctor",
			      setup->gpu);
	} else if (choice.action == XORG_NO_CARD) {
		note_no_card(setup, gpus, (size_t)n);
		do_without(setup, &choice);
	} else if (choice.action == XORG_NO_DRIVER) {
		note_no_driver(setup, choice.gpu);
		do_without(setup, &choice);
	} else if (choice.action == XORG_IS_OWN || choice.action == XORG_OWN_WRONG) {
		leave_own(setup, &choice);
	} else {
		fix(setup, &choice);
	}
	xorg_conf_finish(&conf);
}
