/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "nft_rules.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { DEPTH_MAX = 16 };

enum verdict { CONTINUE, ACCEPT, DROP };

struct judge {
	struct nft_context context;
	bool default_drops;    /* the chain's policy: then each rule that accepts opens */
	const json_t *opening; /* the rule that accepts; NULL: none */
	const json_t *may_accept, *may_drop; /* the first that cannot be judged; NULL: none */
};

static bool is(const char *text, const char *wanted)
{
	return strcmp(text, wanted) == 0;
}

static bool names_port(const json_t *expressions)
{
	const json_t *one;
	size_t i;

	json_array_foreach (expressions, i, one)
		if (nft_is_of_port(json_object_get(json_object_get(one, "match"), "left")) ||
		    nft_is_of_port(json_object_get(json_object_get(one, "vmap"), "key")))
			return true;
	return false;
}

/* iptables' own matches have no details. Of the states, rules for a port name NEW, others do not.
 */
static enum nft_answer xt_holds(const char *name, bool is_for_port)
{
	if (is(name, "comment"))
		return NFT_YES;
	if (is(name, "conntrack") || is(name, "state"))
		return is_for_port ? NFT_YES : NFT_NO;
	return NFT_UNKNOWN;
}

static const char *const no_say[] = { "counter", "log", "limit", "mangle", "set", "meter", NULL };
static const char *const verdicts[] = {
	"accept", "drop", "reject", "return", "jump", "goto", NULL
};

static bool is_one_of(const json_t *expression, const char *const *keys)
{
	for (; *keys; keys++)
		if (json_object_get(expression, *keys))
			return true;
	return false;
}

static enum verdict walk(struct judge *judge, const json_t *place, const char *chain,
			 bool is_for_port, int depth);

/* Of one that is a verdict; *ret_is_end: also "return", after which the chain is left. */
static enum verdict take_verdict(struct judge *judge, const json_t *rule, const json_t *expression,
				 bool is_for_port, int depth, bool *ret_is_end)
{
	const json_t *jump = json_object_get(expression, "jump");
	const json_t *away = json_object_get(expression, "goto");

	*ret_is_end = away || json_object_get(expression, "return");
	if (json_object_get(expression, "drop") || json_object_get(expression, "reject"))
		return DROP;
	if (jump || away)
		return walk(judge, rule, nft_text(jump ? jump : away, "target"), is_for_port,
			    depth + 1);
	if (!json_object_get(expression, "accept"))
		return CONTINUE;
	if (!judge->opening && (is_for_port || judge->default_drops))
		judge->opening = rule;
	return ACCEPT;
}

/* Whether the expression, if it is a condition, holds, and where its verdict is: here or in a map.
 */
static enum nft_answer holds(const struct judge *judge, const json_t *expression, bool is_for_port,
			     const json_t **ret_verdict)
{
	const json_t *match = json_object_get(expression, "match");
	const json_t *map = json_object_get(expression, "vmap");
	const json_t *xt = json_object_get(expression, "xt");

	*ret_verdict = expression;
	if (match)
		return nft_match_holds(&judge->context, match);
	if (map)
		return nft_map_find(&judge->context, map, ret_verdict);
	if (xt)
		return xt_holds(nft_text(xt, "name"), is_for_port);
	return is_one_of(expression, no_say) || is_one_of(expression, verdicts) ? NFT_YES
										: NFT_UNKNOWN;
}

/*
 * What a rule decides, whose conditions cannot all be judged: with `is_end`, whether the rules
 * after it count. One that accepts without naming the port is for something else.
 */
static void note_unsure(struct judge *judge, const json_t *rule, enum verdict verdict, bool is_end,
			bool is_for_port, const json_t *before)
{
	const json_t *opening = judge->opening != before ? judge->opening : NULL;

	if (!judge->may_drop && (verdict == DROP || is_end))
		judge->may_drop = rule;
	if (!judge->may_accept &&
	    (is_end || (opening && (is_for_port || names_port(json_object_get(opening, "expr"))))))
		judge->may_accept = rule;
	judge->opening = before;
}

static enum verdict take_rule(struct judge *judge, const json_t *rule, bool is_for_port, int depth,
			      bool *ret_is_end)
{
	const json_t *expressions = json_object_get(rule, "expr"), *one, *decided;
	const json_t *before = judge->opening;
	bool is_sure = true;
	size_t i;

	is_for_port = is_for_port || names_port(expressions);
	*ret_is_end = false;
	json_array_foreach (expressions, i, one) {
		enum nft_answer answer = holds(judge, one, is_for_port, &decided);

		if (answer == NFT_NO)
			return CONTINUE;
		is_sure = is_sure && answer == NFT_YES;
		if (!is_one_of(decided, verdicts))
			continue;
		enum verdict verdict = take_verdict(judge, rule, decided, is_for_port, depth,
						    ret_is_end);
		if (is_sure)
			return verdict;
		note_unsure(judge, rule, verdict, *ret_is_end, is_for_port, before);
		*ret_is_end = false;
		return CONTINUE;
	}
	return CONTINUE;
}

/* Follows the chain of the table that `place`, a chain or rule, is in. */
static enum verdict walk(struct judge *judge, const json_t *place, const char *chain,
			 bool is_for_port, int depth)
{
	enum verdict verdict = CONTINUE;
	bool is_end = false;
	const json_t *object;
	size_t i;

	if (depth > DEPTH_MAX)
		return CONTINUE;
	json_array_foreach (judge->context.objects, i, object) {
		const json_t *rule = json_object_get(object, "rule");

		if (!rule || !is(nft_text(rule, "chain"), chain) ||
		    !is(nft_text(rule, "table"), nft_text(place, "table")) ||
		    !is(nft_text(rule, "family"), nft_text(place, "family")))
			continue;
		verdict = take_rule(judge, rule, is_for_port, depth, &is_end);
		if (verdict != CONTINUE || is_end)
			return verdict;
	}
	return CONTINUE;
}

/* ---- the whole ---- */

static bool is_base(const struct judge *judge, const json_t *chain)
{
	const char *family = nft_text(chain, "family");

	if (!chain || !is(nft_text(chain, "hook"), "input") ||
	    !is(nft_text(chain, "type"), "filter"))
		return false;
	return is(family, "inet") || is(family, judge->context.is_ipv6 ? "ip6" : "ip");
}

/* Each base chain of the hook has to let it pass, so that their order does not matter. */
static enum nft_verdict judge_family(struct judge *judge, const json_t **ret_rule)
{
	const json_t *opening = NULL, *unsure = NULL, *object;
	size_t i;

	json_array_foreach (judge->context.objects, i, object) {
		const json_t *chain = json_object_get(object, "chain");

		if (!is_base(judge, chain))
			continue;
		judge->opening = judge->may_accept = judge->may_drop = NULL;
		judge->default_drops = is(nft_text(chain, "policy"), "drop");
		enum verdict verdict = walk(judge, chain, nft_text(chain, "name"), false, 0);
		bool is_dropped = verdict == DROP || (verdict == CONTINUE && judge->default_drops);
		if (is_dropped && !judge->may_accept)
			return NFT_CLOSED;
		if (!unsure)
			unsure = judge->opening ? judge->may_drop : judge->may_accept;
		opening = opening ? opening : judge->opening;
	}
	*ret_rule = unsure ? unsure : opening;
	return unsure ? NFT_UNJUDGED : opening ? NFT_OPEN : NFT_CLOSED;
}

int nft_rules_judge(const char *text, const struct nft_packet *packet,
		    enum nft_verdict *ret_verdict, char ret_rule[static NFT_RULE_MAX])
{
	json_t *root = json_loads(text, 0, NULL);
	struct judge judge = { .context = { .objects = json_object_get(root, "nftables"),
					    .packet = packet } };
	enum nft_verdict verdict = NFT_CLOSED;

	if (!json_is_array(judge.context.objects)) {
		json_decref(root);
		return -EBADMSG;
	}
	ret_rule[0] = '\0';
	for (int i = 0; i < 2 && verdict != NFT_OPEN; i++) {
		const json_t *rule = NULL;

		judge.context.is_ipv6 = i == 1;
		enum nft_verdict one = judge_family(&judge, &rule);
		if (one == NFT_CLOSED || (one == NFT_UNJUDGED && verdict == NFT_UNJUDGED))
			continue;
		verdict = one;
		snprintf(ret_rule, NFT_RULE_MAX, "%s %.40s %.40s handle %d",
			 nft_text(rule, "family"), nft_text(rule, "table"), nft_text(rule, "chain"),
			 (int)json_integer_value(json_object_get(rule, "handle")));
	}
	json_decref(root);
	*ret_verdict = verdict;
	return 0;
}
