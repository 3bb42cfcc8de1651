/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "settings.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "common/log.h"

static void report(const char *message, void *userdata)
{
	(void)userdata;
	log_warning("%s", message);
}

/* The file's stamp is taken before: a change while it is read is then seen the next time. */
static void load(struct settings *settings)
{
	int r = config_load(settings->path, &settings->config, report, NULL);

	if (r < 0)
		log_error("refusing all connections: %s", settings->config.refusal);
	log_set_level((enum log_level)settings->config.log_level);
}

void settings_init(struct settings *ret_settings, const char *path)
{
	memset(ret_settings, 0, sizeof(*ret_settings));
	ret_settings->path = path;
	ret_settings->sockets = GPUDESK_RUNDIR "/scraper";
	ret_settings->exists = stat(path, &ret_settings->stamp) == 0;
	load(ret_settings);
}

static bool is_same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
	       a->st_mode == b->st_mode && a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	       a->st_mtim.tv_nsec == b->st_mtim.tv_nsec && a->st_ctim.tv_sec == b->st_ctim.tv_sec &&
	       a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

void settings_refresh(struct settings *settings)
{
	struct stat stamp = { 0 };
	bool exists = stat(settings->path, &stamp) == 0;

	if (exists == settings->exists && is_same(&stamp, &settings->stamp))
		return;
	log_info("%s has changed: reading it again", settings->path);
	settings->exists = exists;
	settings->stamp = stamp;
	load(settings);
}

void settings_get_scraper_path(const struct settings *settings,
			       char ret_path[static SETTINGS_PATH_MAX])
{
	snprintf(ret_path, SETTINGS_PATH_MAX, GPUDESK_RUNDIR "/scraper/%s.sock",
		 settings->config.user);
}

bool settings_is_wrong_user(const struct settings *settings, char ret_other[static CONFIG_USER_MAX])
{
	static const char suffix[] = ".sock";
	DIR *directory = settings->sockets ? opendir(settings->sockets) : NULL;
	const char *user = settings->config.user;
	const struct dirent *entry;
	bool has_other = false, has_own = false;

	while (directory && (entry = readdir(directory))) {
		size_t length = strlen(entry->d_name), end = strlen(suffix);

		if (length <= end || length - end >= CONFIG_USER_MAX ||
		    strcmp(entry->d_name + length - end, suffix) != 0)
			continue;
		if (strlen(user) == length - end &&
		    memcmp(entry->d_name, user, length - end) == 0) {
			has_own = true;
			continue;
		}
		snprintf(ret_other, CONFIG_USER_MAX, "%.*s", (int)(length - end), entry->d_name);
		has_other = true;
	}
	if (directory)
		closedir(directory);
	return has_other && !has_own;
}
