/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "nft_match.h"

#include <string.h>

enum { DEPTH_MAX = 16 };

/* What is known of the packet in one place. */
struct fact {
	enum { IS_NUMBER, IS_WORD, IS_ANY } kind; /* IS_ANY: an address, which may be any */
	json_int_t number;			  /* of a word, too: the protocol's */
	const char *word;
};

const char *nft_text(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

static bool is(const char *text, const char *wanted)
{
	return strcmp(text, wanted) == 0;
}

/* ---- values ---- */

static enum nft_answer any_holds(const struct nft_context *context, const struct fact *fact,
				 const json_t *values, int depth);

/* The elements of the set of that name, in any table; NULL if there is none. */
static const json_t *find_set(const struct nft_context *context, const char *name)
{
	const json_t *object;
	size_t i;

	json_array_foreach (context->objects, i, object) {
		const json_t *set = json_object_get(object, "set");

		if (set && is(nft_text(set, "name"), name))
			return json_object_get(set, "elem");
	}
	return NULL;
}

static enum nft_answer word_is(const char *word, const char *pattern)
{
	size_t length = strlen(pattern);

	if (length > 0 && pattern[length - 1] == '*')
		return strncmp(word, pattern, length - 1) == 0 ? NFT_YES : NFT_NO;
	return is(word, pattern) ? NFT_YES : NFT_NO;
}

static enum nft_answer text_holds(const struct nft_context *context, const struct fact *fact,
				  const char *text, int depth)
{
	if (text[0] == '@')
		return any_holds(context, fact, find_set(context, text + 1), depth);
	if (fact->kind == IS_ANY)
		return NFT_NO; /* one address among all */
	return fact->kind == IS_WORD ? word_is(fact->word, text) : NFT_UNKNOWN;
}

static enum nft_answer object_holds(const struct nft_context *context, const struct fact *fact,
				    const json_t *value, int depth)
{
	const json_t *set = json_object_get(value, "set"), *range = json_object_get(value, "range");
	const json_t *prefix = json_object_get(value, "prefix");
	const json_t *element = json_object_get(value, "elem");

	if (set)
		return any_holds(context, fact, set, depth);
	if (element)
		return any_holds(context, fact, json_object_get(element, "val"), depth);
	if (fact->kind == IS_ANY && prefix)
		return json_integer_value(json_object_get(prefix, "len")) == 0 ? NFT_YES : NFT_NO;
	if (fact->kind == IS_ANY && range)
		return NFT_NO;
	if (fact->kind == IS_NUMBER && range) {
		json_int_t first = json_integer_value(json_array_get(range, 0));
		json_int_t last = json_integer_value(json_array_get(range, 1));

		return first <= fact->number && fact->number <= last ? NFT_YES : NFT_NO;
	}
	return NFT_UNKNOWN;
}

/* Whether the fact is the value, or one of the values. */
static enum nft_answer any_holds(const struct nft_context *context, const struct fact *fact,
				 const json_t *values, int depth)
{
	enum nft_answer found = NFT_NO;
	const json_t *value;
	size_t i;

	if (depth > DEPTH_MAX)
		return NFT_UNKNOWN;
	if (json_is_string(values))
		return text_holds(context, fact, json_string_value(values), depth + 1);
	if (json_is_integer(values))
		return fact->kind != IS_ANY && fact->number == json_integer_value(values) ? NFT_YES
											  : NFT_NO;
	if (json_is_object(values))
		return object_holds(context, fact, values, depth + 1);
	json_array_foreach (values, i, value) {
		enum nft_answer one = any_holds(context, fact, value, depth + 1);

		if (one == NFT_YES)
			return NFT_YES;
		found = one == NFT_UNKNOWN ? NFT_UNKNOWN : found;
	}
	return found;
}

/* ---- matches ---- */

/* What the packet has in the place that `payload` names. */
static enum nft_answer read_payload(const struct nft_context *context, const json_t *payload,
				    struct fact *ret_fact)
{
	const char *protocol = nft_text(payload, "protocol"), *field = nft_text(payload, "field");
	const char *own = context->is_ipv6 ? "ip6" : "ip";

	if ((is(protocol, "tcp") || is(protocol, "th")) && is(field, "dport"))
		*ret_fact = (struct fact){ IS_NUMBER, context->packet->port, NULL };
	else if (is(protocol, own) && is(field, "saddr"))
		*ret_fact = (struct fact){ IS_ANY, 0, NULL };
	else if (is(protocol, own) && (is(field, "protocol") || is(field, "nexthdr")))
		*ret_fact = (struct fact){ IS_WORD, 6, "tcp" };
	else
		return is(protocol, "tcp") || is(protocol, "th") || is(protocol, own) ? NFT_UNKNOWN
										      : NFT_NO;
	return NFT_YES;
}

static enum nft_answer read_meta(const struct nft_context *context, const char *key,
				 struct fact *ret_fact)
{
	if (is(key, "iifname") || is(key, "iif"))
		*ret_fact = (struct fact){ IS_WORD, -1, context->packet->interface };
	else if (is(key, "l4proto"))
		*ret_fact = (struct fact){ IS_WORD, 6, "tcp" };
	else if (is(key, "nfproto"))
		*ret_fact = (struct fact){ IS_WORD, -1, context->is_ipv6 ? "ipv6" : "ipv4" };
	else if (is(key, "protocol"))
		*ret_fact = (struct fact){ IS_WORD, -1, context->is_ipv6 ? "ip6" : "ip" };
	else
		return NFT_UNKNOWN;
	return NFT_YES;
}

/* NFT_YES and the fact; NFT_NO if the packet has no such place; or NFT_UNKNOWN. */
static enum nft_answer read_fact(const struct nft_context *context, const json_t *left,
				 struct fact *ret_fact)
{
	const json_t *payload = json_object_get(left, "payload");
	const json_t *meta = json_object_get(left, "meta"), *ct = json_object_get(left, "ct");
	const json_t *fib = json_object_get(left, "fib");

	if (payload)
		return read_payload(context, payload, ret_fact);
	if (meta)
		return read_meta(context, nft_text(meta, "key"), ret_fact);
	if (ct && is(nft_text(ct, "key"), "state"))
		*ret_fact = (struct fact){ IS_WORD, -1, "new" };
	else if (fib && is(nft_text(fib, "result"), "type"))
		*ret_fact = (struct fact){ IS_WORD, -1, "local" };
	else
		return NFT_UNKNOWN;
	return NFT_YES;
}

bool nft_is_of_port(const json_t *left)
{
	return is(nft_text(json_object_get(left, "payload"), "field"), "dport");
}

static enum nft_answer compare(json_int_t port, const char *op, json_int_t number)
{
	bool holds = op[0] == '<' ? port < number : port > number;

	if (op[0] != '<' && op[0] != '>')
		return NFT_UNKNOWN;
	return holds || (op[1] == '=' && port == number) ? NFT_YES : NFT_NO;
}

enum nft_answer nft_match_holds(const struct nft_context *context, const json_t *match)
{
	const char *op = nft_text(match, "op");
	const json_t *right = json_object_get(match, "right");
	struct fact fact = { 0 };
	enum nft_answer known = read_fact(context, json_object_get(match, "left"), &fact);

	if (known != NFT_YES)
		return known;
	if (is(op, "==") || is(op, "in"))
		return any_holds(context, &fact, right, 0);
	if (!is(op, "!="))
		return fact.kind == IS_NUMBER && json_is_integer(right)
			       ? compare(fact.number, op, json_integer_value(right))
			       : NFT_UNKNOWN;
	enum nft_answer same = any_holds(context, &fact, right, 0);
	return same == NFT_UNKNOWN ? NFT_UNKNOWN : same == NFT_YES ? NFT_NO : NFT_YES;
}

/* "tcp dport vmap { 5901 : accept }" */
enum nft_answer nft_map_find(const struct nft_context *context, const json_t *map,
			     const json_t **ret_verdict)
{
	const json_t *pairs = json_object_get(json_object_get(map, "data"), "set"), *pair;
	enum nft_answer answer;
	struct fact fact = { 0 };
	size_t i;

	answer = read_fact(context, json_object_get(map, "key"), &fact);
	if (answer == NFT_YES)
		answer = pairs ? NFT_NO : NFT_UNKNOWN;
	*ret_verdict = NULL;
	json_array_foreach (pairs, i, pair) {
		if (answer != NFT_NO)
			break;
		answer = any_holds(context, &fact, json_array_get(pair, 0), 0);
		*ret_verdict = json_array_get(pair, 1);
	}
	return answer;
}
