/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rule sets as `nft -j list ruleset` of nftables 1.0.6 writes them, and what they mean. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "firewall/nft_rules.h"

static const struct nft_packet packet = { .port = 5901, .interface = "eth0" };

#define CHAIN(policy)                                                                              \
	"{\"chain\":{\"family\":\"inet\",\"table\":\"t\",\"name\":\"input\",\"handle\":1,"         \
	"\"type\":\"filter\",\"hook\":\"input\",\"prio\":0,\"policy\":\"" policy "\"}}"
#define OTHER_CHAIN(name, more)                                                                    \
	",{\"chain\":{\"family\":\"inet\",\"table\":\"t\",\"name\":\"" name "\",\"handle\":2" more \
	"}}"
#define RULE_IN(chain, expr)                                                                       \
	",{\"rule\":{\"family\":\"inet\",\"table\":\"t\",\"chain\":\"" chain                       \
	"\",\"handle\":7,\"expr\":[" expr "]}}"
#define RULE(expr) RULE_IN("input", expr)
#define MATCH(op, left, right)                                                                     \
	"{\"match\":{\"op\":\"" op "\",\"left\":" left ",\"right\":" right "}},"
#define TCP(field) "{\"payload\":{\"protocol\":\"tcp\",\"field\":\"" field "\"}}"
#define IP(field) "{\"payload\":{\"protocol\":\"ip\",\"field\":\"" field "\"}}"
#define META(key) "{\"meta\":{\"key\":\"" key "\"}}"
#define CT(key) "{\"ct\":{\"key\":\"" key "\"}}"
#define PORT(value) MATCH("==", TCP("dport"), value)
#define XT(name) "{\"xt\":{\"type\":\"match\",\"name\":\"" name "\"}},"
#define ACCEPT "{\"accept\":null}"
#define DROP "{\"drop\":null}"
#define PREFIX(address, length) "{\"prefix\":{\"addr\":\"" address "\",\"len\":" length "}}"

static const struct {
	const char *what, *rules;
	enum nft_verdict verdict;
} cases[] = {
	{ "no rule", CHAIN("accept"), NFT_CLOSED },
	{ "the policy alone", CHAIN("drop"), NFT_CLOSED },
	{ "the port", CHAIN("drop") RULE(PORT("5901") ACCEPT), NFT_OPEN },
	{ "the port, and a policy that accepts", CHAIN("accept") RULE(PORT("5901") ACCEPT),
	  NFT_OPEN },
	{ "everything, where the policy drops", CHAIN("drop") RULE(ACCEPT), NFT_OPEN },
	{ "everything, where the policy accepts", CHAIN("accept") RULE(ACCEPT), NFT_CLOSED },
	{ "another port", CHAIN("drop") RULE(PORT("5902") ACCEPT), NFT_CLOSED },
	{ "a range", CHAIN("drop") RULE(PORT("{\"range\":[5900,5901]}") ACCEPT), NFT_OPEN },
	{ "a range that ends before", CHAIN("drop") RULE(PORT("{\"range\":[5800,5900]}") ACCEPT),
	  NFT_CLOSED },
	{ "a list", CHAIN("drop") RULE(PORT("{\"set\":[22,{\"range\":[5900,5910]}]}") ACCEPT),
	  NFT_OPEN },
	{ "a list of others", CHAIN("drop") RULE(PORT("{\"set\":[22,80]}") ACCEPT), NFT_CLOSED },
	{ "all but one", CHAIN("drop") RULE(MATCH("!=", TCP("dport"), "22") ACCEPT), NFT_OPEN },
	{ "all but this one", CHAIN("drop") RULE(MATCH("!=", TCP("dport"), "5901") ACCEPT),
	  NFT_CLOSED },
	{ "ports from here on", CHAIN("drop") RULE(MATCH(">=", TCP("dport"), "5901") ACCEPT),
	  NFT_OPEN },
	{ "ports beyond", CHAIN("drop") RULE(MATCH(">", TCP("dport"), "5901") ACCEPT), NFT_CLOSED },
	{ "a named set",
	  CHAIN("drop") ",{\"set\":{\"family\":\"inet\",\"name\":\"p\",\"table\":\"t\",\"elem\":["
			"22,"
			"{\"elem\":{\"val\":5901,\"comment\":\"x\"}}]}}" RULE(PORT("\"@p\"")
										      ACCEPT),
	  NFT_OPEN },
	{ "a named set that is empty",
	  CHAIN("drop") ",{\"set\":{\"family\":\"inet\",\"name\":\"p\",\"table\":\"t\"}}" RULE(
		  PORT("\"@p\"") ACCEPT),
	  NFT_CLOSED },
	{ "a map",
	  CHAIN("drop") RULE("{\"vmap\":{\"key\":" TCP(
		  "dport") ",\"data\":{\"set\":[[22,{\"drop\":null}],[5901,{\"accept\":null}]]}}}"),
	  NFT_OPEN },
	{ "a map that drops",
	  CHAIN("accept") RULE("{\"vmap\":{\"key\":" TCP(
		  "dport") ",\"data\":{\"set\":[[5901,{\"drop\":null}]]}}}")
		  RULE(PORT("5901") ACCEPT),
	  NFT_CLOSED },
	{ "another chain's rule",
	  CHAIN("accept") OTHER_CHAIN("out", ",\"type\":\"filter\",\"hook\":\"output\"")
		  RULE_IN("out", PORT("5901") ACCEPT),
	  NFT_CLOSED },
	{ "forwarding",
	  CHAIN("accept") OTHER_CHAIN("fwd", ",\"type\":\"filter\",\"hook\":\"forward\"")
		  RULE_IN("fwd", PORT("5901") ACCEPT),
	  NFT_CLOSED },
	{ "a chain that is jumped to",
	  CHAIN("drop") OTHER_CHAIN("sub", "") RULE("{\"jump\":{\"target\":\"sub\"}}")
		  RULE_IN("sub", PORT("5901") ACCEPT),
	  NFT_OPEN },
	{ "a chain that nothing jumps to",
	  CHAIN("drop") OTHER_CHAIN("sub", "") RULE_IN("sub", PORT("5901") ACCEPT), NFT_CLOSED },
	{ "a chain for the port",
	  CHAIN("accept") OTHER_CHAIN("sub", "")
		  RULE(PORT("5901") "{\"goto\":{\"target\":\"sub\"}}") RULE_IN("sub", ACCEPT),
	  NFT_OPEN },
	{ "a chain that returns before",
	  CHAIN("drop") OTHER_CHAIN("sub", "") RULE("{\"jump\":{\"target\":\"sub\"}}")
		  RULE_IN("sub", "{\"return\":null}") RULE_IN("sub", PORT("5901") ACCEPT),
	  NFT_CLOSED },
	{ "a chain that jumps to itself", CHAIN("drop") RULE("{\"jump\":{\"target\":\"input\"}}"),
	  NFT_CLOSED },
	{ "what is dropped before", CHAIN("drop") RULE(PORT("5901") DROP) RULE(PORT("5901") ACCEPT),
	  NFT_CLOSED },
	{ "what is rejected before",
	  CHAIN("drop") RULE("{\"reject\":{\"type\":\"tcp reset\"}}") RULE(PORT("5901") ACCEPT),
	  NFT_CLOSED },
	{ "what a later chain drops",
	  CHAIN("accept") RULE(PORT("5901") ACCEPT)
		  OTHER_CHAIN("late", ",\"type\":\"filter\",\"hook\":\"input\",\"prio\":10,"
				      "\"policy\":\"drop\""),
	  NFT_CLOSED },
	{ "from one network",
	  CHAIN("drop") RULE(MATCH("==", IP("saddr"), PREFIX("10.0.0.0", "8")) PORT("5901") ACCEPT),
	  NFT_CLOSED },
	{ "from one address", CHAIN("drop") RULE(MATCH("==", IP("saddr"), "\"10.1.2.3\"") ACCEPT),
	  NFT_CLOSED },
	{ "from 0.0.0.0/0",
	  CHAIN("drop") RULE(MATCH("==", IP("saddr"), PREFIX("0.0.0.0", "0")) PORT("5901") ACCEPT),
	  NFT_OPEN },
	{ "from all but one network",
	  CHAIN("drop") RULE(MATCH("!=", IP("saddr"), PREFIX("10.0.0.0", "8")) PORT("5901") ACCEPT),
	  NFT_OPEN },
	{ "what is banned by address",
	  CHAIN("drop") RULE(MATCH("==", IP("saddr"), "\"@banned\"") DROP)
		  RULE(PORT("5901") ACCEPT),
	  NFT_OPEN },
	{ "from docker0", CHAIN("drop") RULE(MATCH("==", META("iifname"), "\"docker0\"") ACCEPT),
	  NFT_CLOSED },
	{ "from the card", CHAIN("drop") RULE(MATCH("==", META("iifname"), "\"eth*\"") ACCEPT),
	  NFT_OPEN },
	{ "from bridges",
	  CHAIN("drop") RULE(MATCH("==", META("iifname"), "{\"set\":[\"br-*\",\"docker0\"]}")
				     PORT("5901") ACCEPT),
	  NFT_CLOSED },
	{ "UDP", CHAIN("drop") RULE(MATCH("==", META("l4proto"), "\"udp\"") ACCEPT), NFT_CLOSED },
	{ "TCP",
	  CHAIN("drop") RULE(MATCH("==", META("l4proto"), "{\"set\":[\"tcp\",\"udp\"]}")
				     MATCH("==",
					   "{\"payload\":{\"protocol\":\"th\",\"field\":"
					   "\"dport\"}}",
					   "5901") ACCEPT),
	  NFT_OPEN },
	{ "a port of UDP",
	  CHAIN("drop") RULE(MATCH("==", "{\"payload\":{\"protocol\":\"udp\",\"field\":\"dport\"}}",
				   "5901") ACCEPT),
	  NFT_CLOSED },
	{ "what belongs to a connection",
	  CHAIN("drop")
		  RULE(MATCH("==", CT("state"), "{\"set\":[\"established\",\"related\"]}") ACCEPT),
	  NFT_CLOSED },
	{ "what is new",
	  CHAIN("drop") RULE(MATCH("in", CT("state"), "\"new\"") PORT("5901") ACCEPT), NFT_OPEN },
	{ "IPv4 alone",
	  CHAIN("drop") RULE(MATCH("==", META("nfproto"), "\"ipv4\"") PORT("5901") ACCEPT),
	  NFT_OPEN },
	{ "counted, limited and logged",
	  CHAIN("drop") RULE(PORT("5901") "{\"counter\":{\"packets\":0,\"bytes\":0}},"
					  "{\"limit\":{\"rate\":10,\"per\":\"second\"}},"
					  "{\"log\":null}," ACCEPT),
	  NFT_OPEN },
	{ "iptables, new ones",
	  CHAIN("drop") RULE(PORT("5901") XT("conntrack") XT("comment") ACCEPT), NFT_OPEN },
	{ "iptables, known ones", CHAIN("drop") RULE(XT("conntrack") ACCEPT), NFT_CLOSED },
	{ "iptables, several ports",
	  CHAIN("drop") RULE(MATCH("==", META("l4proto"), "\"tcp\"") XT("multiport") ACCEPT),
	  NFT_CLOSED },
	{ "one of iptables' that cannot be judged",
	  CHAIN("drop") RULE(PORT("5901") XT("recent") ACCEPT), NFT_UNJUDGED },
	{ "which opens, where another does too",
	  CHAIN("drop") RULE(PORT("5901") XT("recent") ACCEPT) RULE(PORT("5901") ACCEPT),
	  NFT_OPEN },
	{ "which may drop what is accepted below",
	  CHAIN("drop") RULE(XT("set") DROP) RULE(PORT("5901") ACCEPT), NFT_UNJUDGED },
	{ "which may leave a chain that drops",
	  CHAIN("drop") OTHER_CHAIN("sub", "") RULE("{\"jump\":{\"target\":\"sub\"}}")
		  RULE(PORT("5901") ACCEPT) RULE_IN("sub", XT("addrtype") "{\"return\":null}")
			  RULE_IN("sub", DROP),
	  NFT_UNJUDGED },
	{ "which may drop what is dropped anyway", CHAIN("drop") RULE(XT("set") DROP), NFT_CLOSED },
	{ "the address of docker0",
	  CHAIN("drop") RULE(MATCH("==", IP("daddr"), "\"172.17.0.1\"") PORT("5901") ACCEPT),
	  NFT_UNJUDGED },
	{ "what is marked", CHAIN("drop") RULE(MATCH("==", META("mark"), "1") ACCEPT), NFT_CLOSED },
};

static void test_rules(void **state)
{
	char text[4096], rule[NFT_RULE_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		enum nft_verdict verdict = NFT_UNJUDGED;

		(void)snprintf(text, sizeof(text), "{\"nftables\":[%s]}", cases[i].rules);
		assert_int_equal(nft_rules_judge(text, &packet, &verdict, rule), 0);
		if (verdict != cases[i].verdict)
			fail_msg("%s: %d, not %d (%s)", cases[i].what, (int)verdict,
				 (int)cases[i].verdict, rule);
		assert_string_equal(rule, verdict == NFT_CLOSED	    ? ""
					  : strstr(text, "\"sub\"") ? strstr(rule, "inet t ")
								    : "inet t input handle 7");
	}
}

static void test_what_is_no_json(void **state)
{
	static const char *const texts[] = { "", "{", "[]", "{\"nftables\":7}",
					     "{\"nftables\":{}}" };
	char rule[NFT_RULE_MAX] = "as before";
	enum nft_verdict verdict = NFT_UNJUDGED;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_int_equal(nft_rules_judge(texts[i], &packet, &verdict, rule), -EBADMSG);
	assert_string_equal(rule, "as before");
}

/* What other versions may write is no crash. */
static void test_odd_json(void **state)
{
	static const char *const rules[] = {
		"7,null,{\"rule\":7},{\"chain\":[]}",
		CHAIN("drop") RULE("7,null,[],{\"match\":7},{\"match\":{\"op\":7}},{\"vmap\":[]}"),
		CHAIN("drop") RULE(PORT("{\"range\":[]}") ACCEPT)
			RULE(PORT("{\"range\":7}") ACCEPT),
		CHAIN("drop") RULE(PORT("{\"set\":[[[[7]]]]}") ACCEPT) RULE("{\"jump\":7}"),
		CHAIN("drop") RULE(PORT("\"@\"") ACCEPT) RULE("{\"goto\":{\"target\":null}}"),
	};
	char text[4096], rule[NFT_RULE_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		enum nft_verdict verdict = NFT_OPEN;

		(void)snprintf(text, sizeof(text), "{\"nftables\":[%s]}", rules[i]);
		assert_int_equal(nft_rules_judge(text, &packet, &verdict, rule), 0);
		assert_int_not_equal(verdict, NFT_OPEN);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rules),
		cmocka_unit_test(test_what_is_no_json),
		cmocka_unit_test(test_odd_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
