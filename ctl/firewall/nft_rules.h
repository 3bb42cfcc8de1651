/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What nftables does with a new TCP connection from outside, judged from `nft -j list ruleset`:
 * its rules are followed as the kernel does. What cannot be judged is said, and decides nothing.
 */
#ifndef GPUDESK_NFT_RULES_H
#define GPUDESK_NFT_RULES_H

#include "nft_match.h"

enum { NFT_RULE_MAX = 128 };

enum nft_verdict {
	NFT_CLOSED,   /* refused, or no rule accepts it: the policy does, as without a firewall */
	NFT_OPEN,     /* a rule accepts it */
	NFT_UNJUDGED, /* it depends on a rule that cannot be judged */
};

/*
 * Judges `text`, over IPv4 and IPv6. ret_rule names the rule that accepts it, or that cannot be
 * judged, as "inet filter input handle 15"; "" if NFT_CLOSED. Returns 0, or -EBADMSG if it is not
 * nft's JSON.
 */
int nft_rules_judge(const char *text, const struct nft_packet *packet,
		    enum nft_verdict *ret_verdict, char ret_rule[static NFT_RULE_MAX]);

#endif
