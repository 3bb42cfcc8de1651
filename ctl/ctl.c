/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ctl.h"

#include <stdarg.h>
#include <stdio.h>

#include "common/log.h"
#include "rooted.h"

int ctl_failed(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	log_message(LOG_LEVEL_ERROR, format, arguments);
	va_end(arguments);
	return CTL_FAILED;
}

int ctl_misused(const char *format, ...)
{
	va_list arguments;

	if (format) {
		va_start(arguments, format);
		log_message(LOG_LEVEL_ERROR, format, arguments);
		va_end(arguments);
	}
	fputs("Try 'gpudesk --help'.\n", stderr);
	return CTL_USAGE;
}

void ctl_print_version(void)
{
	puts("gpudesk " GPUDESK_VERSION);
}

static const char *resolve(const struct ctl *ctl, const char *path, bool follow,
			   char ret_path[static CTL_PATH_MAX])
{
	char inside[PATH_MAX];

	if (!ctl->root[0])
		snprintf(ret_path, CTL_PATH_MAX, "%s", path);
	else if (rooted_resolve(ctl->root, path, follow, inside) < 0 ||
		 snprintf(ret_path, CTL_PATH_MAX, "%s%s", ctl->root, inside) >= CTL_PATH_MAX)
		ret_path[0] = '\0';
	return ret_path;
}

const char *ctl_path(const struct ctl *ctl, const char *path, char ret_path[static CTL_PATH_MAX])
{
	return resolve(ctl, path, true, ret_path);
}

const char *ctl_link_path(const struct ctl *ctl, const char *path,
			  char ret_path[static CTL_PATH_MAX])
{
	return resolve(ctl, path, false, ret_path);
}

static void warn(const char *message, void *userdata)
{
	(void)userdata;
	log_warning("%s", message);
}

/* Below --root, but for the file of --config. */
static const char *locate(const void *context, const char *path, char *ret_path)
{
	const struct ctl *ctl = context;

	_Static_assert(CTL_PATH_MAX <= PATH_MAX, "it fits");
	return ctl->config_given ? path : ctl_path(ctl, path, ret_path);
}

int ctl_config_with(const struct ctl *ctl, const char *name, const char *text,
		    struct config *ret_config, config_report_fn report, void *userdata)
{
	const struct config_source source = {
		.name = name, .text = text, .locate = locate, .context = ctl
	};

	return config_load_from(ctl->config_path, &source, ret_config, report, userdata);
}

int ctl_config(const struct ctl *ctl, struct config *ret_config, config_report_fn report,
	       void *userdata)
{
	return ctl_config_with(ctl, NULL, NULL, ret_config, report ? report : warn, userdata);
}
