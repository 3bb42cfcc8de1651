/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The user and, with --sound, sound in gpudesk.conf: a drop-in of setup's own sets them. */
#include <stdio.h>
#include <string.h>

#include "setup.h"

static const char before_user[] = "# Written by \"gpudesk setup\", which also takes it back: "
				  "gpudesk setup --undo\nuser = ";

/* What is in force once the drop-in has that text; NULL: as it is. Errors are not told here. */
static void load_with(const struct setup *setup, const char *text, struct config *ret_config)
{
	(void)ctl_config_with(setup->ctl, text ? SETUP_DROP_IN : NULL, text, ret_config, NULL,
			      NULL);
}

static const char sound_line[] = "sound = yes\n";

/* Both keys, since the file is written anew. */
static void set_keys(struct setup *setup, bool sets_sound)
{
	char path[CTL_PATH_MAX];
	char text[sizeof(before_user) + CONFIG_USER_MAX + sizeof(sound_line) + 1];
	bool has_sound = sets_sound || setup->config.sound;
	struct config config;

	snprintf(path, sizeof(path), "%s" CONFIG_DROP_INS_SUFFIX "/" SETUP_DROP_IN,
		 setup->ctl->config_path);
	snprintf(text, sizeof(text), "%s%s\n%s", before_user, setup->user,
		 has_sound ? sound_line : "");
	load_with(setup, text, &config);
	if (strcmp(config.user, setup->user) != 0)
		setup_problem(setup,
			      "a file after %s in its directory sets user = %s: remove that line, "
			      "then run setup again",
			      path, config.user);
	else if (config.sound != has_sound)
		setup_problem(setup,
			      "a file after %s in its directory sets sound = no: remove that line, "
			      "then run setup again",
			      path);
	else if (setup_go(setup, "set user = %s%s in %s", setup->user,
			  sets_sound ? " and sound = yes" : "", path))
		(void)setup_write(setup, path, text, strlen(text));
}

void step_config(struct setup *setup)
{
	struct config config;

	bool sets_sound = setup->sound && !setup->config.sound;
	if (sets_sound || strcmp(setup->config.user, setup->user) != 0)
		set_keys(setup, sets_sound);
	/* Errors that refuse every connection stay, whatever setup writes. */
	load_with(setup, NULL, &config);
	if (config.refusal[0])
		setup_problem(setup, "%s", config.refusal);
}
