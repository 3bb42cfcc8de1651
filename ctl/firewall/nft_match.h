/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether the conditions of nftables' rules, as `nft -j` writes them, hold for a packet. */
#ifndef GPUDESK_NFT_MATCH_H
#define GPUDESK_NFT_MATCH_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

enum nft_answer { NFT_NO, NFT_YES, NFT_UNKNOWN };

/* A connection to the port, from any address, new, by that interface. */
struct nft_packet {
	uint16_t port;
	const char *interface;
};

struct nft_context {
	const json_t *objects; /* nft's array: sets are looked up there */
	const struct nft_packet *packet;
	bool is_ipv6;
};

/* The string at that key; "" if there is none. */
const char *nft_text(const json_t *object, const char *key);

/* Whether the left side of a match is the port of the connection's target. */
bool nft_is_of_port(const json_t *left);

/* The object at "match". */
enum nft_answer nft_match_holds(const struct nft_context *context, const json_t *match);

/* The object at "vmap": on NFT_YES and NFT_UNKNOWN, *ret_verdict is what it maps to, or NULL. */
enum nft_answer nft_map_find(const struct nft_context *context, const json_t *map,
			     const json_t **ret_verdict);

#endif
