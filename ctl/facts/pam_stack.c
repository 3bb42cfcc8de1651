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

/* libpam refuses includes nested deeper than this. */
enum { DEPTH_MAX = 16, PAM_FILE_MAX = 65536, PATH_SIZE = 160 };

struct search {
	const struct ctl *ctl;
	bool has_systemd, found, after_systemd, is_twice;
	char where[PAM_STACK_WHERE_MAX];
};

static int read_file(struct search *search, const char *path, unsigned depth);

static int read_include(struct search *search, const char *name, unsigned depth)
{
	char path[PATH_SIZE];

	if (snprintf(path, sizeof(path), name[0] == '/' ? "%s" : "/etc/pam.d/%s", name) >=
	    (int)sizeof(path))
		return -ENAMETOOLONG;
	int r = read_file(search, path, depth + 1);
	if (r == -ENOENT && name[0] != '/') {
		snprintf(path, sizeof(path), "/usr/lib/pam.d/%.130s", name);
		r = read_file(search, path, depth + 1);
	}
	return r == -ENOENT ? 0 : r;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static void take_module(struct search *search, const char *module, const char *path, unsigned line)
{
	module = base_name(module);
	if (strcmp(module, "pam_systemd.so") == 0)
		search->has_systemd = true;
	if (strcmp(module, PAM_STACK_MODULE) != 0)
		return;
	if (search->found)
		search->is_twice = true;
	else
		snprintf(search->where, sizeof(search->where), "%.140s:%u", path, line);
	search->found = true;
	/* One in the right place is enough. */
	search->after_systemd |= search->has_systemd;
}

/* A control is a word, or a list in brackets. Returns the module after it, or NULL. */
static char *skip_control(char *text, char **ret_control, char **save)
{
	while (*text == ' ' || *text == '\t')
		text++;
	if (*text != '[') {
		*ret_control = strtok_r(text, " \t", save);
		return strtok_r(NULL, " \t", save);
	}
	char *close = strchr(text, ']');
	if (!close)
		return NULL;
	*close = '\0';
	*ret_control = text;
	return strtok_r(close + 1, " \t", save);
}

/* One logical line; changes its text. */
static int take_line(struct search *search, char *text, const char *path, unsigned line,
		     unsigned depth)
{
	char *save = NULL, *control = NULL;

	text[strcspn(text, "#")] = '\0';
	char *type = strtok_r(text, " \t", &save);
	if (!type)
		return 0;
	if (strcmp(type, "@include") == 0) {
		char *included = strtok_r(NULL, " \t", &save);

		return included ? read_include(search, included, depth) : 0;
	}
	if (type[0] == '-')
		type++;
	if (strcasecmp(type, "session") != 0 || !save)
		return 0;
	char *module = skip_control(save, &control, &save);
	if (!module || !control)
		return 0;
	if (strcasecmp(control, "include") == 0 || strcasecmp(control, "substack") == 0)
		return read_include(search, module, depth);
	take_module(search, module, path, line);
	return 0;
}

/* Ends the logical line at `text` and returns the next: a backslash joins two stack. */
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

static int read_file(struct search *search, const char *path, unsigned depth)
{
	unsigned line = 0;
	char *text;

	if (depth > DEPTH_MAX)
		return -ELOOP;
	int r = machine_file_read(search->ctl, path, PAM_FILE_MAX, &text, NULL);
	if (r < 0)
		return r;
	for (char *at = text, *next; *at && r >= 0; at = next) {
		unsigned first = line + 1;

		next = end_line(at, &line);
		r = take_line(search, at, path, first, depth);
	}
	free(text);
	return r;
}

int pam_stack_read(const struct ctl *ctl, const char *path, struct pam_stack *ret_stack)
{
	struct search search = { .ctl = ctl };
	struct pam_stack stack = { 0 };
	int r = read_file(&search, path, 0);

	if (r < 0 && r != -ENOENT)
		return r;
	if (r == -ENOENT)
		stack.verdict = PAM_STACK_NO_SERVICE;
	else if (!search.found)
		stack.verdict = PAM_STACK_MISSING;
	else if (!search.has_systemd)
		stack.verdict = PAM_STACK_NO_SYSTEMD;
	else
		stack.verdict = search.after_systemd ? PAM_STACK_RIGHT : PAM_STACK_BEFORE_SYSTEMD;
	memcpy(stack.where, search.where, sizeof(stack.where));
	stack.is_twice = search.is_twice;
	*ret_stack = stack;
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
				 found.gl_pathv[0] + strlen(ctl->root));
			r = 0;
		}
		globfree(&found);
	}
	return r;
}
