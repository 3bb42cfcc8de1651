/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xorg_write.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lines.h"

static const char format[] =
	"# Written by \"gpudesk setup\"; \"gpudesk setup --undo\" removes it.\n"
	"# The desktop on the NVIDIA card, with or without a monitor.\n"
	"\n"
	"Section \"Device\"\n"
	"\tIdentifier \"gpudesk\"\n"
	"\tDriver     \"nvidia\"\n"
	"\t# decimal, where lspci has hexadecimal numbers\n"
	"\tBusID      \"%s\"\n"
	"\t# Without a monitor, programs that draw with OpenGL would otherwise be\n"
	"\t# held at one picture a second as soon as the screen is blanked.\n"
	"\tOption     \"HardDPMS\" \"false\"\n"
	"\t# Older drivers start without a monitor only then.\n"
	"\tOption     \"AllowEmptyInitialConfiguration\" \"true\"\n"
	"EndSection\n"
	"\n"
	"Section \"Monitor\"\n"
	"\tIdentifier \"gpudesk\"\n"
	"\tOption     \"DPMS\" \"false\"\n"
	"EndSection\n"
	"\n"
	"Section \"Screen\"\n"
	"\tIdentifier   \"gpudesk\"\n"
	"\tDevice       \"gpudesk\"\n"
	"\tMonitor      \"gpudesk\"\n"
	"\tDefaultDepth 24\n"
	"\tSubSection \"Display\"\n"
	"\t\tDepth 24\n"
	"\tEndSubSection\n"
	"EndSection\n";

int xorg_write(const char *bus_id, char **ret_text, size_t *ret_length)
{
	int length = asprintf(ret_text, format, bus_id);

	if (length < 0)
		return -ENOMEM;
	*ret_length = (size_t)length;
	return 0;
}

int xorg_write_bus_id(const char *text, size_t length, unsigned line, const char *bus_id,
		      char **ret_text, size_t *ret_length)
{
	const char *cursor = text, *from = NULL, *behind = NULL;
	struct lines_writer writer;
	struct line found;
	int r;

	for (unsigned i = 1; line_next(&cursor, text + length, &found); i++)
		if (i == line)
			from = memchr(found.start, '"', found.bare);
	if (from)
		behind = memchr(from + 1, '"', (size_t)(text + length - from - 1));
	if (!behind)
		return -EINVAL;
	r = lines_write_begin(&writer);
	if (r < 0)
		return r;
	fwrite(text, 1, (size_t)(from + 1 - text), writer.stream);
	fputs(bus_id, writer.stream);
	fwrite(behind, 1, (size_t)(text + length - behind), writer.stream);
	return lines_write_end(&writer, ret_text, ret_length);
}
