/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The user in gpudesk.conf, and nothing else there. */
#include <stdlib.h>
#include <string.h>

#include "edit/key_edit.h"
#include "setup.h"

void step_config(struct setup *setup)
{
	const struct key_edit edit = { NULL, "user", setup->user, " = ", false, true };
	const char *path = setup->ctl->config_path;
	char *text, *edited = NULL;
	size_t length = 0;

	if (strcmp(setup->config.user, setup->user) == 0)
		return;
	if (!setup_go(setup, "set user = %s in %s", setup->user, path))
		return;
	int r = setup_read(setup, path, &text, &length);
	if (r >= 0) {
		r = key_edit_apply(&edit, text, length, &edited, &length);
		free(text);
	}
	if (r > 0) {
		r = journal_write_file(setup->journal, path, edited, length, 0644);
		free(edited);
	}
	if (r < 0)
		setup_failed(setup, path, r);
}
