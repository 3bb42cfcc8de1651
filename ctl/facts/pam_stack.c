/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pam_stack.h"

#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "ctl.h"
#include "machine_file.h"

/* As libpam: an include within an include within ... of this depth is an error there. */
enum { DEPTH_MAX = 16, PAM_FILE_MAX = 65536, PATH_SIZE = 160 };

struct search {
	const struct ctl *ctl;
	bool systemd_seen, found, after_systemd, is_twice;
	char where[PAM_STACK_WHERE_MAX];
};

static int look_at_file(struct search *search, const char *path, unsigned depth);

static int look_at_include(struct search *search, const char *name, unsigned depth)
{
	char path[PATH_SIZE];
	int r;

	if (snprintf(path, sizeof(path), name[0] == '/' ? "%s" : "/etc/pam.d/%s", name) >=
	    (int)sizeof(path))
		return -ENAMETOOLONG;
	r = look_at_file(search, path, depth + 1);
	if (r == -ENOENT && name[0] != '/') {
		snprintf(path, sizeof(path), "/usr/lib/pam.d/%.130s", name);
		r = look_at_file(search, path, depth + 1);
	}
	return r == -ENOENT ? 0 : r;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static void look_at_module(struct search *search, const char *module, const char *path,
			   unsigned line)
{
	module = base_name(module);
	if (strcmp(module, "pam_systemd.so") == 0)
		search->systemd_seen = true;
	if (strcmp(module, PAM_STACK_MODULE) != 0)
		return;
	if (search->found)
		search->is_twice = true;
	else
		snprintf(search->where, sizeof(search->where), "%.140s:%u", path, line);
	search->found = true;
	/* One in the right place does, whatever another one does. */
	search->after_systemd |= search->systemd_seen;
}

/* A control is a word, or a list in brackets. Returns the module's name behind it, or NULL. */
static char *skip_control(char *text, char **ret_control, char **save)
{
	char *close;

	while (*text == ' ' || *text == '\t')
		text++;
	if (*text != '[') {
		*ret_control = strtok_r(text, " \t", save);
		return strtok_r(NULL, " \t", save);
	}
	close = strchr(text, ']');
	if (!close)
		return NULL;
	*close = '\0';
	*ret_control = text;
	return strtok_r(close + 1, " \t", save);
}

/* One logical line, whose text is changed. */
static int look_at_line(struct search *search, char *text, const char *path, unsigned line,
			unsigned depth)
{
	char *save = NULL, *type, *control = NULL, *module;

	text[strcspn(text, "#")] = '\0';
	type = strtok_r(text, " \t", &save);
	if (!type)
		return 0;
	if (strcmp(type, "@include") == 0) {
		module = strtok_r(NULL, " \t", &save);
		return module ? look_at_include(search, module, depth) : 0;
	}
	if (type[0] == '-')
		type++;
	if (strcasecmp(type, "session") != 0 || !save)
		return 0;
	module = skip_control(save, &control, &save);
	if (!module || !control)
		return 0;
	if (strcasecmp(control, "include") == 0 || strcasecmp(control, "substack") == 0)
		return look_at_include(search, module, depth);
	look_at_module(search, module, path, line);
	return 0;
}

/* Ends the logical line at `text`: a newline with a backslash before it goes on. */
static char *end_line(char *text, unsigned *line)
{
	for (char *end = text;; end++) {
		if (!*end)
			return end;
		if (*end != '\n')
			continue;
		++*line;
		if (end == text || end[-1] != '\\') {
			*end = '\0';
			return end + 1;
		}
		end[-1] = end[0] = ' ';
	}
}

static int look_at_file(struct search *search, const char *path, unsigned depth)
{
	char *text, *line_text;
	unsigned line = 0;
	int r;

	if (depth > DEPTH_MAX)
		return -ELOOP;
	r = machine_file_read(search->ctl, path, PAM_FILE_MAX, &text, NULL);
	if (r < 0)
		return r;
	for (line_text = text; *line_text && r == 0;) {
		unsigned first = line + 1;
		char *next = end_line(line_text, &line);

		r = look_at_line(search, line_text, path, first, depth);
		line_text = next;
	}
	free(text);
	return r;
}

int pam_stack_read(const struct ctl *ctl, const char *path, struct pam_stack *ret_lines)
{
	struct search search = { .ctl = ctl };
	struct pam_stack lines = { 0 };
	int r = look_at_file(&search, path, 0);

	if (r < 0 && r != -ENOENT)
		return r;
	if (r == -ENOENT)
		lines.verdict = PAM_STACK_NO_SERVICE;
	else if (!search.found)
		lines.verdict = PAM_STACK_MISSING;
	else if (!search.systemd_seen)
		lines.verdict = PAM_STACK_NO_SYSTEMD;
	else
		lines.verdict = search.after_systemd ? PAM_STACK_RIGHT : PAM_STACK_BEFORE_SYSTEMD;
	memcpy(lines.where, search.where, sizeof(lines.where));
	lines.is_twice = search.is_twice;
	*ret_lines = lines;
	return 0;
}

int pam_stack_find_module(const struct ctl *ctl, char ret_path[static PAM_STACK_WHERE_MAX])
{
	static const char *const patterns[] = {
		"/usr/lib/*/security/" PAM_STACK_MODULE, "/lib/*/security/" PAM_STACK_MODULE,
		"/usr/lib64/security/" PAM_STACK_MODULE, "/lib64/security/" PAM_STACK_MODULE,
		"/usr/lib/security/" PAM_STACK_MODULE,	 "/lib/security/" PAM_STACK_MODULE,
	};
	char below[CTL_PATH_MAX];
	int r = -ENOENT;

	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]) && r < 0; i++) {
		glob_t found = { 0 };

		if (glob(ctl_path(ctl, patterns[i], below), GLOB_NOSORT, NULL, &found) == 0) {
			snprintf(ret_path, PAM_STACK_WHERE_MAX, "%s",
				 found.gl_pathv[0] + strlen(below) - strlen(patterns[i]));
			r = 0;
		}
		globfree(&found);
	}
	return r;
}
