/* SPDX-License-Identifier: GPL-2.0-or-later */
/* gpudesk passwd */
#include <errno.h>
#include <pwd.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "common/log.h"
#include "ctl.h"
#include "password_entry.h"
#include "password_store.h"

static const char about[] =
	"Sets the password that VNC viewers must give, in the file that password_file names. It "
	"is\n"
	"asked for twice, or is the first line of standard input where that is no terminal.\n";

struct wishes {
	const char *user; /* NULL: the caller */
	bool view_only, generate;
};

static int store(const struct wishes *wishes, const struct passwd *account,
		 const struct config *config, const char *password)
{
	struct password_owner owner = {
		.name = account->pw_name,
		.uid = account->pw_uid,
		.gid = account->pw_gid,
		.home = account->pw_dir,
		.configured = config->password_file,
	};
	char path[PASSWORD_STORE_PATH_MAX], error[PASSWORD_STORE_ERROR_MAX];
	uint8_t *hidden = sodium_malloc(VNC_DES_BLOCK);

	if (!hidden)
		return ctl_failed("out of memory");
	strncpy((char *)hidden, password, VNC_DES_BLOCK);
	vnc_des_hide(hidden, hidden);
	int r = password_store(&owner, wishes->view_only, hidden, path, error);
	sodium_free(hidden);
	if (r < 0)
		return ctl_failed("%s", error);
	if (wishes->generate)
		puts(password);
	log_info("the %s of %s is set, in %s",
		 wishes->view_only ? "view-only VNC password" : "VNC password", account->pw_name,
		 path);
	return CTL_OK;
}

static int set_password(const struct wishes *wishes, const struct passwd *account,
			const struct config *config)
{
	char *password = sodium_malloc(PASSWORD_ENTRY_MAX);
	char whose[128];
	int status = CTL_FAILED;
	long r = 0;

	if (!password)
		return ctl_failed("out of memory");
	snprintf(whose, sizeof(whose), "%s of %.64s",
		 wishes->view_only ? "view-only VNC password" : "VNC password", account->pw_name);
	if (wishes->generate)
		password_generate(password);
	else
		r = password_ask(whose, password);
	if (r >= 0)
		status = store(wishes, account, config, password);
	sodium_free(password);
	return status;
}

/* Whose password: NULL after saying why not, with *ret_status. */
static const struct passwd *find_account(const char *user, const struct config *config,
					 int *ret_status)
{
	const struct passwd *account;

	*ret_status = CTL_USAGE;
	if (!user && geteuid() == 0) {
		ctl_misused("as root, say whose password it is: --user %s", config->user);
		return NULL;
	}
	errno = 0;
	account = user ? getpwnam(user) : getpwuid(geteuid());
	if (!account) {
		*ret_status = ctl_failed("there is no user %s", user ? user : "that you are");
		return NULL;
	}
	if (geteuid() != 0 && account->pw_uid != geteuid()) {
		*ret_status = ctl_failed("only root may set the password of %s", account->pw_name);
		return NULL;
	}
	return account;
}

int cmd_passwd(struct ctl *ctl, int argc, char **argv)
{
	struct wishes wishes = { 0 };
	const struct ctl_option options[] = {
		{ "user", "NAME", "whose password; only root may set that of others",
		  .value = &wishes.user },
		{ "view-only", NULL, "the second password, which lets its viewers only look",
		  .flag = &wishes.view_only },
		{ "generate", NULL, "make one and print it", .flag = &wishes.generate },
		{ 0 },
	};
	struct config config;
	int status = ctl_options_status(ctl, argc, argv, about, options);

	if (status >= 0)
		return status;
	/* A dump would hold it. */
	setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
	if (sodium_init() < 0)
		return ctl_failed("libsodium cannot be used");
	if (vnc_des_self_test() < 0)
		return ctl_failed("this machine's libraries refuse the cipher DES, which VNC's "
				  "passwords need (FIPS mode?)");
	ctl_config(ctl, &config, NULL, NULL);
	const struct passwd *account = find_account(wishes.user, &config, &status);
	return account ? set_password(&wishes, account, &config) : status;
}
