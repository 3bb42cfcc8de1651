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

static const char about[] = "Sets the VNC password in the file that password_file names. Asks for "
			    "it twice; if standard\n"
			    "input is not a terminal, reads one line from it.\n";

struct request {
	const char *user; /* NULL: the caller */
	bool view_only, generate;
};

static int store(const struct request *request, const struct passwd *account,
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
	int r = password_store(&owner, request->view_only, hidden, path, error);
	sodium_free(hidden);
	if (r < 0)
		return ctl_failed("%s", error);
	if (request->generate)
		puts(password);
	log_info("set the %s of %s in %s",
		 request->view_only ? "view-only VNC password" : "VNC password", account->pw_name,
		 path);
	return CTL_OK;
}

static int set_password(const struct request *request, const struct passwd *account,
			const struct config *config)
{
	char *password = sodium_malloc(PASSWORD_ENTRY_MAX);
	char whose[128];
	int status = CTL_FAILED;
	long r = 0;

	if (!password)
		return ctl_failed("out of memory");
	snprintf(whose, sizeof(whose), "%s of %.64s",
		 request->view_only ? "view-only VNC password" : "VNC password", account->pw_name);
	if (request->generate)
		password_generate(password);
	else
		r = password_ask(whose, password);
	if (r >= 0)
		status = store(request, account, config, password);
	sodium_free(password);
	return status;
}

/* The user whose password it is; NULL and *ret_status after logging why not. */
static const struct passwd *find_account(const char *user, const struct config *config,
					 int *ret_status)
{
	const struct passwd *account;

	*ret_status = CTL_USAGE;
	if (!user && geteuid() == 0) {
		ctl_misused("root has to name a user, such as --user %s", config->user);
		return NULL;
	}
	errno = 0;
	account = user ? getpwnam(user) : getpwuid(geteuid());
	if (!account) {
		*ret_status = user ? ctl_failed("there is no user %s", user)
				   : ctl_failed("you have no user account");
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
	struct request request = { 0 };
	const struct ctl_option options[] = {
		{ "user", "NAME", "whose password to set; only root may set another user's",
		  .value = &request.user },
		{ "view-only", NULL, "set the second password, with which a viewer can only watch",
		  .flag = &request.view_only },
		{ "generate", NULL, "generate a password and print it", .flag = &request.generate },
		{ 0 },
	};
	struct config config;
	int status = ctl_options_status(ctl, argc, argv, about, options);

	if (status >= 0)
		return status;
	/* A core dump would contain the password. */
	setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
	if (sodium_init() < 0)
		return ctl_failed("cannot initialize libsodium");
	if (vnc_des_self_test() < 0)
		return ctl_failed(
			"this machine's libraries refuse DES, which VNC passwords need: is "
			"FIPS mode on?");
	ctl_config(ctl, &config, NULL, NULL);
	const struct passwd *account = find_account(request.user, &config, &status);
	return account ? set_password(&request, account, &config) : status;
}
