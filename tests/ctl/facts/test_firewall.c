/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Openings in firewalld's zones, in ufw's rules, and in rules that are in force. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "facts/firewall.h"
#include "tests/ctl/fake_tree.h"

static struct firewall firewall;

static void read_it(void)
{
	firewall_read(&fake_ctl, 5901, &firewall);
}

static void zone(const char *name, const char *content)
{
	char path[128], text[1024];

	(void)snprintf(path, sizeof(path), "/etc/firewalld/zones/%s.xml", name);
	(void)snprintf(text, sizeof(text), "<?xml version=\"1.0\"?>\n<zone>\n%s\n</zone>\n",
		       content);
	fake_tree_write(path, text);
}

static void test_nothing(void **state)
{
	(void)state;
	read_it();
	assert_int_equal(firewall.n_openings, 0);
	assert_true(firewall.is_readable);
}

static const struct {
	const char *content, *entry; /* NULL: no opening */
} zones[] = {
	{ "<port port=\"5901\" protocol=\"tcp\"/>", "5901/tcp" },
	{ "<port protocol='tcp' port='5900-5910' />", "5900-5910/tcp" },
	{ "<port port=\"22\" protocol=\"tcp\"/><port port=\"5901\" protocol=\"tcp\"/>",
	  "5901/tcp" },
	{ "<service name=\"vnc-server\"/>", "vnc-server" },
	{ "<service name=\"outer\"/>", "outer" },
	{ "<service name=\"ssh\"/><service name=\"missing\"/>", NULL },
	{ "<service name=\"../../secret\"/>", NULL },
	{ "<port port=\"5901\" protocol=\"udp\"/>", NULL },
	{ "<port port=\"5902-5910\" protocol=\"tcp\"/>", NULL },
	{ "<source-port port=\"5901\" protocol=\"tcp\"/>", NULL },
	{ "<forward-port port=\"5901\" protocol=\"tcp\" to-port=\"22\"/>", NULL },
	{ "<!-- <port port=\"5901\" protocol=\"tcp\"/> -->", NULL },
	{ "<!-- <port port=\"5901\" protocol=\"tcp\"/>", NULL },
	{ "<rule family=\"ipv4\"><source address=\"10.0.0.0/8\"/><port port=\"5901\" "
	  "protocol=\"tcp\"/><accept/></rule>",
	  NULL },
	{ "<port port=\"5901\" protocol=\"tcp\"", NULL },
	{ "<port", NULL },
	{ "", NULL },
};

static void test_zones(void **state)
{
	(void)state;
	fake_tree_write("/usr/lib/firewalld/services/vnc-server.xml",
			"<service><port protocol=\"tcp\" port=\"5900-5903\"/></service>");
	fake_tree_write("/usr/lib/firewalld/services/ssh.xml",
			"<service><port protocol=\"tcp\" port=\"22\"/></service>");
	fake_tree_write(
		"/etc/firewalld/services/outer.xml",
		"<service><include service=\"vnc-server\"/><include service=\"outer\"/></service>");
	fake_tree_write("/etc/secret.xml",
			"<service><port protocol=\"tcp\" port=\"5901\"/></service>");
	for (size_t i = 0; i < sizeof(zones) / sizeof(zones[0]); i++) {
		zone("public", zones[i].content);
		read_it();
		if (firewall.n_openings != (zones[i].entry != NULL))
			fail_msg("%s", zones[i].content);
		if (!zones[i].entry)
			continue;
		assert_string_equal(firewall.openings[0].entry, zones[i].entry);
		assert_string_equal(firewall.openings[0].zone, "public");
		assert_string_equal(firewall.openings[0].path, "/etc/firewalld/zones/public.xml");
		assert_int_equal(firewall.openings[0].is_service, !strchr(zones[i].entry, '/'));
	}
}

static void test_which_zones_count(void **state)
{
	(void)state;
	zone("docker", "<port port=\"5901\" protocol=\"tcp\"/>");
	zone("trusted", "<port port=\"5901\" protocol=\"tcp\"/>");
	zone("public", "");
	/* One zone that the administrator's overrides, and one that it does not. */
	fake_tree_write("/usr/lib/firewalld/zones/public.xml",
			"<zone><port port=\"5901\" protocol=\"tcp\"/></zone>");
	fake_tree_write("/usr/lib/firewalld/zones/external.xml",
			"<zone><port port=\"5901\" protocol=\"tcp\"/></zone>");
	read_it();
	assert_int_equal(firewall.n_openings, 1);
	assert_string_equal(firewall.openings[0].zone, "external");
}

static const struct {
	const char *line, *entry; /* NULL: no opening */
} tuples[] = {
	{ "### tuple ### allow tcp 5901 0.0.0.0/0 any 0.0.0.0/0 in", "allow 5901/tcp" },
	{ "### tuple ### allow any 5901 0.0.0.0/0 any 0.0.0.0/0 in", "allow 5901" },
	{ "### tuple ### limit tcp 5900:5910 ::/0 any ::/0 in", "limit 5900:5910/tcp" },
	{ "### tuple ### allow tcp 22,5901 0.0.0.0/0 any 0.0.0.0/0 in comment=61",
	  "allow 22,5901/tcp" },
	{ "### tuple ### allow_log tcp 5901 0.0.0.0/0 any 0.0.0.0/0 in", "allow 5901/tcp" },
	{ "### tuple ### deny tcp 5901 0.0.0.0/0 any 0.0.0.0/0 in", NULL },
	{ "### tuple ### allow tcp 5901 0.0.0.0/0 any 172.17.0.0/16 in", NULL },
	{ "### tuple ### allow udp 5901 0.0.0.0/0 any 0.0.0.0/0 in", NULL },
	{ "### tuple ### allow tcp 22 0.0.0.0/0 any 0.0.0.0/0 in", NULL },
	{ "### tuple ### allow tcp 5901 0.0.0.0/0 any 0.0.0.0/0 in_docker0", NULL },
	{ "### tuple ### allow tcp 5901 0.0.0.0/0 any 0.0.0.0/0 out", NULL },
	{ "-A ufw-user-input -p tcp --dport 5901 -j ACCEPT", NULL },
	{ "### tuple ###", NULL },
};

static void test_ufw(void **state)
{
	(void)state;
	fake_tree_write("/etc/ufw/ufw.conf", "# ENABLED=no\nENABLED=yes\nLOGLEVEL=low\n");
	for (size_t i = 0; i < sizeof(tuples) / sizeof(tuples[0]); i++) {
		fake_tree_write("/etc/ufw/user.rules", tuples[i].line);
		read_it();
		assert_true(firewall.is_ufw_enabled);
		if (firewall.n_openings != (tuples[i].entry != NULL))
			fail_msg("%s", tuples[i].line);
		if (tuples[i].entry)
			assert_string_equal(firewall.openings[0].entry, tuples[i].entry);
	}
	fake_tree_write("/etc/ufw/ufw.conf", "ENABLED=no\n");
	read_it();
	assert_false(firewall.is_ufw_enabled);
}

static const struct {
	const char *rule;
	bool opens;
} rules[] = {
	{ "-A INPUT -p tcp -m tcp --dport 5901 -j ACCEPT", true },
	{ "-A INPUT -p tcp -m multiport --dports 22,5900:5910 -j ACCEPT", true },
	{ "-A IN_public_allow -p tcp -m tcp --dport 5901 -m conntrack --ctstate NEW -j ACCEPT",
	  true },
	{ "\t\ttcp dport 5901 accept", true },
	{ "\t\ttcp dport 5900-5910 ct state new accept", true },
	{ "\t\ttcp dport { 22, 5901 } accept comment \"x\"", true },
	{ "\t\ttcp dport { 22, 80 } accept", false },
	{ "\t\ttcp dport 5901 drop", false },
	{ "\t\tip saddr 172.17.0.0/16 tcp dport 5901 accept", false },
	{ "\t\tiifname \"docker0\" tcp dport 5901 accept", false },
	{ "\t\tudp dport 5901 accept", false },
	{ "-A INPUT -s 10.0.0.0/8 -p tcp -m tcp --dport 5901 -j ACCEPT", false },
	{ "-A INPUT -i docker0 -p tcp -m tcp --dport 5901 -j ACCEPT", false },
	{ "-A INPUT -p tcp -m tcp --dport 5901 -j DROP", false },
	{ "-A DOCKER -p tcp -m tcp --dport 5901 -j ACCEPT", false },
	{ "-A INPUT -p tcp -m tcp --sport 5901 -j ACCEPT", false },
	{ "", false },
};

static void test_rules(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		firewall = (struct firewall){ 0 };
		firewall_add_rules(&firewall, rules[i].rule, 5901);
		if (firewall.n_openings != rules[i].opens)
			fail_msg("%s", rules[i].rule);
	}
}

/* A rule that a file has is not reported again; another one is. */
static void test_rules_of_the_tools(void **state)
{
	static const char ruleset[] = "table inet firewalld {\n\tchain filter_IN_public_allow {\n"
				      "\t\ttcp dport 5901 accept\n\t}\n"
				      "\tchain filter_IN_docker_allow {\n"
				      "\t\ttcp dport 5901 accept\n\t}\n}\n";

	(void)state;
	firewall = (struct firewall){ .n_openings = 1 };
	firewall_add_rules(&firewall, ruleset, 5901);
	assert_int_equal(firewall.n_openings, 1);
	firewall = (struct firewall){ 0 };
	firewall_add_rules(&firewall, ruleset, 5901);
	assert_int_equal(firewall.n_openings, 1);
	assert_true(firewall.openings[0].is_runtime);
	assert_string_equal(firewall.openings[0].entry, "tcp dport 5901 accept");
}

static void test_too_many(void **state)
{
	(void)state;
	firewall = (struct firewall){ 0 };
	for (unsigned i = 0; i < FIREWALL_OPENINGS_MAX + 1; i++)
		firewall_add_rules(&firewall, "-A INPUT -p tcp --dport 5901 -j ACCEPT\n", 5901);
	assert_int_equal(firewall.n_openings, FIREWALL_OPENINGS_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_nothing, scratch_create, scratch_remove),
		cmocka_unit_test_setup_teardown(test_zones, scratch_create, scratch_remove),
		cmocka_unit_test_setup_teardown(test_which_zones_count, scratch_create,
						scratch_remove),
		cmocka_unit_test_setup_teardown(test_ufw, scratch_create, scratch_remove),
		cmocka_unit_test(test_rules),
		cmocka_unit_test(test_rules_of_the_tools),
		cmocka_unit_test(test_too_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
