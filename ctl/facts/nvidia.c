/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "nvidia.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "child.h"
#include "ctl.h"
#include "machine_file.h"

enum { SMI_OUTPUT_MAX = 262144, SMI_SECONDS = 10, SECURE_BOOT_LENGTH = 5 };

#define SECURE_BOOT "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"

/* The file that libnvidia-ml.so.1 is a link to has the version in its name. */
static void read_library(const struct ctl *ctl, char ret_version[static NVIDIA_VERSION_MAX])
{
	static const char *const folders[] = { "/usr/lib/x86_64-linux-gnu", "/usr/lib64",
					       "/usr/lib/aarch64-linux-gnu", "/usr/lib",
					       "/usr/lib/x86_64-linux-gnu/nvidia/current" };
	char path[128], target[128];

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		snprintf(path, sizeof(path), "%s/libnvidia-ml.so.1", folders[i]);
		if (machine_file_read_link(ctl, path, target, sizeof(target)) < 0)
			continue;
		const char *version = strstr(target, ".so.");
		if (!version || !strchr(version + 4, '.'))
			continue;
		snprintf(ret_version, NVIDIA_VERSION_MAX, "%.31s", version + 4);
		return;
	}
}

static bool read_secure_boot(const struct ctl *ctl)
{
	char *value;
	size_t length;

	/* four bytes of attributes, then the value */
	if (machine_file_read(ctl, SECURE_BOOT, SECURE_BOOT_LENGTH, &value, &length) < 0)
		return false;
	bool is_on = length == SECURE_BOOT_LENGTH && value[SECURE_BOOT_LENGTH - 1] == 1;
	free(value);
	return is_on;
}

static void first_line(const char *text, char *ret_line, size_t size)
{
	text += strspn(text, " \n");
	snprintf(ret_line, size, "%.*s", (int)strcspn(text, "\n"), text);
}

/* The value of the next "NAME   : VALUE" line from `text` on. Returns what follows it, or NULL. */
static const char *next_value(const char *text, const char *name, char *ret_value)
{
	const char *line = strstr(text, name), *colon = line ? strchr(line, ':') : NULL;

	if (!colon || memchr(line, '\n', (size_t)(colon - line)))
		return NULL;
	first_line(colon + 1, ret_value, NVIDIA_WORDS_MAX);
	return colon + 1;
}

void nvidia_parse_smi(const char *text, struct nvidia *nvidia)
{
	char status[NVIDIA_WORDS_MAX];
	const char *product;

	/* "vGPU Software Licensed Product", before series 510 "GRID Licensed Product" */
	while ((text = strstr(text, "Licensed Product"))) {
		product = text += strlen("Licensed Product");
		text = next_value(text, "License Status", status);
		if (!text)
			return;
		if (strncmp(status, "Unlicensed", 10) != 0)
			continue;
		snprintf(nvidia->license, sizeof(nvidia->license), "%s", status);
		(void)next_value(product, "Product Name", nvidia->license_product);
		return;
	}
}

/* Returns the program's exit status, or what child_run() does. */
static int ask(const char *const *arguments, char *ret_output, size_t size)
{
	const struct child child = { .path = arguments[0],
				     .arguments = arguments,
				     .is_quiet = true,
				     .seconds = SMI_SECONDS };

	ret_output[0] = '\0';
	return child_run(&child, ret_output, size);
}

static void ask_smi(struct nvidia *nvidia)
{
	const char *const arguments[] = { "/usr/bin/nvidia-smi", "-q", NULL };
	char *text = malloc(SMI_OUTPUT_MAX);

	if (!text)
		return;
	int r = ask(arguments, text, SMI_OUTPUT_MAX);
	if (r == 0)
		nvidia_parse_smi(text, nvidia);
	else if (r > 0 && r != CHILD_NOT_RUN)
		first_line(text, nvidia->smi_problem, sizeof(nvidia->smi_problem));
	free(text);
}

static void ask_modinfo(struct nvidia *nvidia)
{
	const char *const arguments[] = { "/sbin/modinfo", "-F", "version", "nvidia", NULL };
	char text[4096];

	if (ask(arguments, text, sizeof(text)) == 0)
		first_line(text, nvidia->installed, sizeof(nvidia->installed));
}

void nvidia_read(const struct ctl *ctl, bool may_run, struct nvidia *ret_nvidia)
{
	struct nvidia nvidia = { 0 };

	(void)machine_file_read_line(ctl, "/sys/module/nvidia/version", nvidia.loaded,
				     sizeof(nvidia.loaded));
	read_library(ctl, nvidia.library);
	nvidia.is_nouveau_loaded = machine_file_exists(ctl, "/sys/module/nouveau");
	nvidia.is_secure_boot = read_secure_boot(ctl);
	if (may_run) {
		ask_modinfo(&nvidia);
		ask_smi(&nvidia);
	}
	*ret_nvidia = nvidia;
}

void nvidia_x_package(const struct ctl *ctl, const struct distribution *distribution,
		      char ret_package[static NVIDIA_PACKAGE_MAX])
{
	char version[NVIDIA_VERSION_MAX] = "", path[128];

	if (distribution->family == DISTRIBUTION_RHEL) {
		snprintf(ret_package, NVIDIA_PACKAGE_MAX,
			 "nvidia-driver (of NVIDIA's repository) or xorg-x11-drv-nvidia (of RPM "
			 "Fusion)");
		return;
	}
	(void)machine_file_read_line(ctl, "/sys/module/nvidia/version", version, sizeof(version));
	version[strcspn(version, ".")] = '\0';
	if (strcmp(distribution->id, "ubuntu") != 0 || !version[0]) {
		snprintf(ret_package, NVIDIA_PACKAGE_MAX, "xserver-xorg-video-nvidia");
		return;
	}
	/* Ubuntu has a package for each series, and for its releases for servers. */
	snprintf(path, sizeof(path), "/usr/share/doc/libnvidia-compute-%.8s-server/copyright",
		 version);
	snprintf(ret_package, NVIDIA_PACKAGE_MAX, "xserver-xorg-video-nvidia-%.8s%s", version,
		 machine_file_exists(ctl, path) ? "-server" : "");
}
