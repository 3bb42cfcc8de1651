/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "settings.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/log.h"

static void report(const char *message, void *userdata)
{
	(void)userdata;
	log_warning("%s", message);
}

static uint64_t mix(uint64_t hash, uint64_t value)
{
	return (hash ^ value) * UINT64_C(0x100000001b3); /* FNV-1a, 64 bits at a time */
}

/* 0 for a missing file. Its name counts, as it decides which file comes last. */
static uint64_t stamp_of_file(const char *path)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);
	struct stat st;

	if (stat(path, &st) < 0)
		return 0;
	for (; *path; path++)
		hash = mix(hash, (unsigned char)*path);
	hash = mix(mix(hash, st.st_dev), st.st_ino);
	hash = mix(mix(hash, (uint64_t)st.st_size), st.st_mode);
	hash = mix(mix(hash, (uint64_t)st.st_mtim.tv_sec), (uint64_t)st.st_mtim.tv_nsec);
	return mix(mix(hash, (uint64_t)st.st_ctim.tv_sec), (uint64_t)st.st_ctim.tv_nsec);
}

/* The sum does not depend on the order in which a directory is read. */
static uint64_t stamp_of(const char *path)
{
	char directory[CONFIG_PATH_MAX], file[CONFIG_PATH_MAX + NAME_MAX + 1];
	uint64_t stamp = stamp_of_file(path);
	const struct dirent *entry;

	snprintf(directory, sizeof(directory), "%s" CONFIG_DROP_INS_SUFFIX, path);
	DIR *stream = opendir(directory);
	while (stream && (entry = readdir(stream)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(file, sizeof(file), "%s/%s", directory, entry->d_name);
		stamp += stamp_of_file(file);
	}
	if (stream)
		closedir(stream);
	return stamp;
}

/* The stamp is taken before: a change while the files are read is then seen the next time. */
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
	ret_settings->stamp = stamp_of(path);
	load(ret_settings);
}

void settings_refresh(struct settings *settings)
{
	uint64_t stamp = stamp_of(settings->path);

	if (stamp == settings->stamp)
		return;
	log_info("%s has changed: reading it again", settings->path);
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
	char own[PATH_MAX];
	const struct dirent *entry;
	bool has_other = false;

	if (!settings->sockets)
		return false;
	snprintf(own, sizeof(own), "%s/%s%s", settings->sockets, settings->config.user, suffix);
	DIR *directory = access(own, F_OK) < 0 ? opendir(settings->sockets) : NULL;
	while (directory && (entry = readdir(directory))) {
		size_t length = strlen(entry->d_name), end = strlen(suffix);

		if (length <= end || length - end >= CONFIG_USER_MAX ||
		    strcmp(entry->d_name + length - end, suffix) != 0)
			continue;
		snprintf(ret_other, CONFIG_USER_MAX, "%.*s", (int)(length - end), entry->d_name);
		has_other = true;
	}
	if (directory)
		closedir(directory);
	return has_other;
}
