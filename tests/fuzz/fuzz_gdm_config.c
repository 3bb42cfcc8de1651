/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any text as GDM's configuration: what is read fits its buffers, and is the same twice. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "common/gdm_config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct gdm_settings parse(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	struct gdm_settings settings;

	require(text != NULL);
	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	gdm_config_parse(text, &settings);
	free(text);
	return settings;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct gdm_settings settings = parse(data, size), again = parse(data, size);
	size_t room = sizeof(settings.autologin_user);

	require(strnlen(settings.autologin_user, room) < room);
	require(strcmp(settings.autologin_user, again.autologin_user) == 0);
	require(settings.autologin_enabled == again.autologin_enabled);
	require(settings.wayland_off == again.wayland_off);
	require(settings.xorg_off == again.xorg_off);
	require(gdm_settings_log_in(&settings, settings.autologin_user) ==
		settings.autologin_enabled);
	return 0;
}
