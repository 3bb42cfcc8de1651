/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "program.h"

#include <limits.h>
#include <string.h>
#include <unistd.h>

bool program_is_replaced(void)
{
	/* What the kernel appends to the name of a deleted file (proc(5)). */
	static const char mark[] = " (deleted)";
	const size_t length = sizeof(mark) - 1;
	char path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path));

	return n > (ssize_t)length && memcmp(path + n - length, mark, length) == 0;
}
