/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Session stacks as Debian and the RHEL family have them, and broken ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "facts/pam_stack.h"
#include "tests/ctl/fake_tree.h"

static struct pam_stack look(const char *path)
{
	struct pam_stack lines;

	assert_int_equal(pam_stack_read(&fake_ctl, path, &lines), 0);
	return lines;
}

/* A service file, and the content of the file that it includes. */
static void debian(const char *common_session)
{
	fake_tree_write("/etc/pam.d/gdm-autologin",
			"#%PAM-1.0\nauth required pam_permit.so\n@include common-account\n"
			"session [success=ok ignore=ignore module_unknown=ignore default=bad] "
			"pam_selinux.so close\nsession required pam_loginuid.so\n"
			"@include common-session\n@include common-password\n");
	fake_tree_write("/etc/pam.d/common-session", common_session);
}

static void test_debian(void **state)
{
	struct pam_stack lines;

	(void)state;
	debian("session\t[default=1]\tpam_permit.so\nsession\trequisite\tpam_deny.so\n"
	       "session\toptional\tpam_systemd.so \nsession\toptional\tpam_gpudesk.so \n");
	lines = look("/etc/pam.d/gdm-autologin");
	assert_int_equal(lines.verdict, PAM_STACK_RIGHT);
	assert_string_equal(lines.where, "/etc/pam.d/common-session:4");
	assert_false(lines.is_twice);

	debian("session optional pam_gpudesk.so\nsession optional pam_systemd.so\n");
	assert_int_equal(look("/etc/pam.d/gdm-autologin").verdict, PAM_STACK_BEFORE_SYSTEMD);
	debian("session optional pam_systemd.so\n#session optional pam_gpudesk.so\n");
	assert_int_equal(look("/etc/pam.d/gdm-autologin").verdict, PAM_STACK_MISSING);
	debian("session optional pam_gpudesk.so\n");
	assert_int_equal(look("/etc/pam.d/gdm-autologin").verdict, PAM_STACK_NO_SYSTEMD);
	debian("session optional pam_gpudesk.so\nsession optional pam_systemd.so\n"
	       "session optional pam_gpudesk.so\n");
	assert_int_equal(look("/etc/pam.d/gdm-autologin").verdict, PAM_STACK_RIGHT);
	assert_true(look("/etc/pam.d/gdm-autologin").is_twice);
	debian("auth optional pam_gpudesk.so\nsession optional pam_systemd.so\n");
	assert_int_equal(look("/etc/pam.d/gdm-autologin").verdict, PAM_STACK_MISSING);
}

static void test_rhel(void **state)
{
	(void)state;
	fake_tree_write(
		"/etc/pam.d/gdm-password",
		"auth     substack      password-auth\nsession    required    pam_namespace.so\n"
		"session    include    password-auth\nsession  \\\n  optional pam_gpudesk.so\n");
	fake_tree_write("/etc/pam.d/password-auth",
			"session     optional      pam_keyinit.so revoke\n"
			"-session    optional      /usr/lib64/security/pam_systemd.so\n"
			"session     [success=1 default=ignore] pam_succeed_if.so quiet\n");
	assert_int_equal(look("/etc/pam.d/gdm-password").verdict, PAM_STACK_RIGHT);
	assert_string_equal(look("/etc/pam.d/gdm-password").where, "/etc/pam.d/gdm-password:4");

	fake_tree_write("/etc/pam.d/gdm-password",
			"session optional pam_gpudesk.so\nsession include password-auth\n");
	assert_int_equal(look("/etc/pam.d/gdm-password").verdict, PAM_STACK_BEFORE_SYSTEMD);
}

static void test_no_service(void **state)
{
	(void)state;
	assert_int_equal(look("/etc/pam.d/gdm-autologin").verdict, PAM_STACK_NO_SERVICE);
	fake_tree_write("/etc/pam.d/gdm-autologin", "@include nowhere\n@include\nsession\n");
	assert_int_equal(look("/etc/pam.d/gdm-autologin").verdict, PAM_STACK_MISSING);
}

static void test_endless_includes(void **state)
{
	struct pam_stack lines;

	(void)state;
	fake_tree_write("/etc/pam.d/gdm-autologin", "@include gdm-autologin\n");
	assert_int_equal(pam_stack_read(&fake_ctl, "/etc/pam.d/gdm-autologin", &lines), -ELOOP);
}

static void test_module(void **state)
{
	char path[PAM_STACK_WHERE_MAX];

	(void)state;
	assert_int_equal(pam_stack_find_module(&fake_ctl, path), -ENOENT);
	fake_tree_write("/usr/lib/x86_64-linux-gnu/security/pam_gpudesk.so", "");
	assert_int_equal(pam_stack_find_module(&fake_ctl, path), 0);
	assert_string_equal(path, "/usr/lib/x86_64-linux-gnu/security/pam_gpudesk.so");
	fake_tree_unlink("/usr/lib/x86_64-linux-gnu/security/pam_gpudesk.so");
	fake_tree_write("/usr/lib64/security/pam_gpudesk.so", "");
	assert_int_equal(pam_stack_find_module(&fake_ctl, path), 0);
	assert_string_equal(path, "/usr/lib64/security/pam_gpudesk.so");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_debian, scratch_create, scratch_remove),
		cmocka_unit_test_setup_teardown(test_rhel, scratch_create, scratch_remove),
		cmocka_unit_test_setup_teardown(test_no_service, scratch_create, scratch_remove),
		cmocka_unit_test_setup_teardown(test_endless_includes, scratch_create,
						scratch_remove),
		cmocka_unit_test_setup_teardown(test_module, scratch_create, scratch_remove),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
