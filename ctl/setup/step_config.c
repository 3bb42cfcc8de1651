/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The user in gpudesk.conf: a drop-in of setup's own sets it. Nothing else is set. */
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

static void set_user(struct setup *setup)
{
	char path[CTL_PATH_MAX], text[sizeof(before_user) + CONFIG_USER_MAX + 1];
	struct config config;

	snprintf(path, sizeof(path), "%s" CONFIG_DROP_INS_SUFFIX "/" SETUP_DROP_IN,
		 setup->ctl->config_path);
	snprintf(text, sizeof(text), "%s%s\n", before_user, setup->user);
	load_with(setup, text, &config);
	if (strcmp(config.user, setup->user) != 0)
		setup_problem(setup,
			      "a file after %s in its directory sets user = %s: remove that line, "
			      "then run setup again",
			      path, config.user);
	else if (setup_go(setup, "set user = %s in %s", setup->user, path))
		(void)setup_write(setup, path, text, strlen(text));
}

void step_config(struct setup *setup)
{
	struct config config;

	if (strcmp(setup->config.user, setup->user) != 0)
		set_user(setup);
	/* Errors that refuse every connection stay, whatever setup writes. */
	load_with(setup, NULL, &config);
	if (config.refusal[0])
		setup_problem(setup, "%s", config.refusal);
}
