/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fake_tree.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct ctl fake_ctl = { .config_path = "/etc/gpudesk.conf", .root = scratch_directory };

/* The path below the root, with its folders made; one of four buffers in turn. */
static const char *place(const char *path)
{
	static char places[4][CTL_PATH_MAX];
	static unsigned turn;
	char *full = places[turn++ % 4];

	(void)ctl_link_path(&fake_ctl, path, full);
	for (char *slash = full + strlen(scratch_directory) + 1; (slash = strchr(slash, '/'));
	     slash++) {
		*slash = '\0';
		(void)mkdir(full, 0755);
		*slash = '/';
	}
	return full;
}

void fake_tree_write(const char *path, const char *text)
{
	FILE *file = fopen(place(path), "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

void fake_tree_link(const char *path, const char *target)
{
	assert_int_equal(symlink(target, place(path)), 0);
}

void fake_tree_unlink(const char *path)
{
	assert_int_equal(unlink(place(path)), 0);
}

void fake_tree_device(const char *address, const char *class, const char *vendor,
		      const char *driver)
{
	char path[128], target[128];

	(void)snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/class", address);
	fake_tree_write(path, class);
	(void)snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/vendor", address);
	fake_tree_write(path, vendor);
	(void)snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/device", address);
	fake_tree_write(path, "0x20b0\n");
	if (!driver)
		return;
	(void)snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/driver", address);
	(void)snprintf(target, sizeof(target), "../../../bus/pci/drivers/%s", driver);
	fake_tree_link(path, target);
}
