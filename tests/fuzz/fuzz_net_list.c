/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parser of address blocks, given any text. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "common/net_list.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The first address of each block is in the list, as IPv6, and as IPv4 where it is that. */
static void check_contains_its_blocks(const struct net_list *list)
{
	for (size_t i = 0; i < list->n; i++) {
		struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
		struct sockaddr_in in = { .sin_family = AF_INET };

		memcpy(&in6.sin6_addr, list->blocks[i].address, sizeof(in6.sin6_addr));
		memcpy(&in.sin_addr, list->blocks[i].address + 12, sizeof(in.sin_addr));
		if (!IN6_IS_ADDR_V4MAPPED(&in6.sin6_addr))
			require(net_list_contains(list, (struct sockaddr *)&in6));
		else if (list->blocks[i].prefix >= 96)
			require(net_list_contains(list, (struct sockaddr *)&in));
	}
}

static void check_written_form(const struct net_list *list)
{
	char text[NET_LIST_MAX * (INET6_ADDRSTRLEN + 6)];
	struct net_list again;

	require(net_list_format(list, text, sizeof(text)) > 0);
	require(net_list_parse(text, &again, NULL) == 0);
	require(memcmp(&again, list, sizeof(again)) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct net_list list;
	const char *bad = NULL;
	char *text = strndup((const char *)data, size);

	if (!text)
		return 0;
	if (net_list_parse(text, &list, &bad) == 0) {
		require(list.n > 0 && list.n <= NET_LIST_MAX);
		check_contains_its_blocks(&list);
		check_written_form(&list);
	} else {
		require(bad >= text && bad <= text + strlen(text));
	}
	free(text);
	return 0;
}
