/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>

#include "firewall.h"
#include "tool.h"

enum { RULES_MAX = 16 << 20 };

/* A failure of the tool is that it may not look at the rules. */
static int read_rules(const char *const arguments[], char *text)
{
	int r = tool_read(arguments, text, RULES_MAX);

	return r > 0 ? -EACCES : r;
}

int firewall_read_rules(char **ret_text)
{
	static const char *const nft[] = { "nft", "list", "ruleset", NULL };
	static const char *const iptables[] = { "iptables-save", NULL };
	char *text = malloc(RULES_MAX);
	int r;

	if (!text)
		return -ENOMEM;
	r = read_rules(nft, text);
	if (r < 0)
		r = read_rules(iptables, text);
	if (r < 0)
		free(text);
	else
		*ret_text = text;
	return r;
}
