/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Openings in what firewall-cmd prints of firewalld's zones, and in ufw's rules. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "firewall/firewall.h"
#include "tests/ctl/fake_tree.h"

static struct firewall firewall;

static bool service_has(const char *service, uint16_t port)
{
	return port == 5901 && strcmp(service, "vnc-server") == 0;
}

static const char *const outside[] = { "eth0", "eth1", NULL };
static const struct firewall_place place = { 5901, outside, service_has };

/* firewall-cmd --list-all-zones of firewalld 1.3: four zones, of which `public` is the default. */
#define ZONES(public_words, rich_rules)                                                            \
	"docker (active)\n  target: ACCEPT\n  interfaces: br-1 docker0\n  ports: 5901/tcp\n"       \
	"  rich rules: \n\ndrop\n  target: DROP\n  interfaces: \n  ports: 5901/tcp\n"              \
	"  rich rules: \n\npublic (default, active)\n" public_words                                \
	"  forward: yes\n  masquerade: no\n  forward-ports: \n\tport=5901:proto=tcp:toport=22\n"   \
	"  source-ports: 5901/tcp\n  icmp-blocks: \n  rich rules: \n" rich_rules                   \
	"\ntrusted\n  target: ACCEPT\n  interfaces: \n  sources: 10.0.0.0/8\n  ports: \n"
#define PUBLIC(services, ports)                                                                    \
	"  target: default\n  icmp-block-inversion: no\n  interfaces: eth0\n  sources: \n"         \
	"  services: " services "\n  ports: " ports "\n  protocols: \n"
#define RICH(rule) ZONES(PUBLIC("ssh", ""), "\trule " rule "\n")

static const struct {
	const char *list;
	const char *entry; /* of the opening; NULL: there is none */
	enum firewall_kind kind;
} zones[] = {
	{ ZONES(PUBLIC("dhcpv6-client ssh", ""), ""), NULL, 0 },
	{ ZONES(PUBLIC("ssh", "5901/tcp"), ""), "5901/tcp", FIREWALL_PORT },
	{ ZONES(PUBLIC("ssh", "80/tcp 5900-5910/tcp"), ""), "5900-5910/tcp", FIREWALL_PORT },
	{ ZONES(PUBLIC("ssh", "5901/udp 5902-5910/tcp"), ""), NULL, 0 },
	{ ZONES(PUBLIC("ssh vnc-server", ""), ""), "vnc-server", FIREWALL_SERVICE },
	{ ZONES("  target: ACCEPT\n  interfaces: eth0\n  ports: \n", ""), "", FIREWALL_TARGET },
	{ ZONES("  target: DROP\n  interfaces: eth0\n  ports: 5901/tcp\n", ""), "5901/tcp",
	  FIREWALL_PORT },
	{ RICH("port port=\"5901\" protocol=\"tcp\" accept"),
	  "rule port port=\"5901\" protocol=\"tcp\" accept", FIREWALL_RICH },
	{ RICH("family=\"ipv4\" service name=\"vnc-server\" log prefix=\"x\" accept"),
	  "rule family=\"ipv4\" service name=\"vnc-server\" log prefix=\"x\" accept",
	  FIREWALL_RICH },
	{ RICH("family=\"ipv4\" source address=\"10.0.0.0/8\" port port=\"5901\" "
	       "protocol=\"tcp\" accept"),
	  NULL, 0 },
	{ RICH("port port=\"5901\" protocol=\"udp\" accept"), NULL, 0 },
	{ RICH("port port=\"5902\" protocol=\"tcp\" accept"), NULL, 0 },
	{ RICH("service name=\"ssh\" accept"), NULL, 0 },
	{ ZONES(PUBLIC("ssh", "5901/tcp"), "\trule port port=\"5901\" protocol=\"tcp\" drop\n"),
	  NULL, 0 },
	{ ZONES(PUBLIC("ssh", "5901/tcp"), "\trule family=\"ipv4\" source address=\"10.0.0.1\" "
					   "port port=\"5901\" protocol=\"tcp\" reject\n"),
	  "5901/tcp", FIREWALL_PORT },
	{ "", NULL, 0 },
	{ "public\n  ports\n:\n  :\n\trule\n", NULL, 0 },
};

static void test_zones(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(zones) / sizeof(zones[0]); i++) {
		firewall = (struct firewall){ 0 };
		firewall_add_zones(&firewall, zones[i].list, "public", &place);
		if (firewall.n_openings != (zones[i].entry != NULL))
			fail_msg("%zu: %zu, %s", i, firewall.n_openings, zones[i].list);
		if (!zones[i].entry)
			continue;
		assert_string_equal(firewall.openings[0].entry, zones[i].entry);
		assert_string_equal(firewall.openings[0].zone, "public");
		assert_int_equal(firewall.openings[0].kind, zones[i].kind);
	}
}

static void test_which_zones_count(void **state)
{
	static const char list[] = ZONES(PUBLIC("ssh", "5901/tcp"), "");

	(void)state;
	/* By its interface, though it is not the default. */
	firewall = (struct firewall){ 0 };
	firewall_add_zones(&firewall, list, "home", &place);
	assert_int_equal(firewall.n_openings, 1);
	/* By being the default, though it has no interface of its own. */
	firewall = (struct firewall){ 0 };
	firewall_add_zones(&firewall, list, "drop", &place);
	assert_int_equal(firewall.n_openings, 2);
	assert_string_equal(firewall.openings[0].zone, "drop");
}

static void test_what_is_not_judged(void **state)
{
	(void)state;
	firewall = (struct firewall){ 0 };
	firewall_add_zones(&firewall,
			   RICH("priority=\"-5\" port port=\"5901\" protocol=\"tcp\" accept"),
			   "public", &place);
	assert_int_equal(firewall.n_openings, 0);
	assert_non_null(strstr(firewall.unjudged, "zone public with a priority"));
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
		firewall_read(&fake_ctl, 5901, false, &firewall);
		if (firewall.n_openings != (tuples[i].entry != NULL))
			fail_msg("%s", tuples[i].line);
		if (tuples[i].entry)
			assert_string_equal(firewall.openings[0].entry, tuples[i].entry);
	}
	fake_tree_write("/etc/ufw/user.rules", tuples[0].line);
	fake_tree_write("/etc/ufw/ufw.conf", "#ENABLED=yes\nENABLED=no\n");
	firewall_read(&fake_ctl, 5901, false, &firewall);
	assert_int_equal(firewall.n_openings, 0);
}

static void test_too_many(void **state)
{
	(void)state;
	firewall = (struct firewall){ 0 };
	for (unsigned i = 0; i < FIREWALL_OPENINGS_MAX + 1; i++)
		firewall_add_zones(&firewall, ZONES(PUBLIC("ssh", "5901/tcp"), ""), "public",
				   &place);
	assert_int_equal(firewall.n_openings, FIREWALL_OPENINGS_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_zones),
		cmocka_unit_test(test_which_zones_count),
		cmocka_unit_test(test_what_is_not_judged),
		cmocka_unit_test_setup_teardown(test_ufw, scratch_create, scratch_remove),
		cmocka_unit_test(test_too_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
