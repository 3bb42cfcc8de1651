/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A real PAM stack with the built module. Where the kernel allows it, the test program has its own
 * mount namespace, with its own /run, and a /dev/log that it reads.
 */
#ifndef GPUDESK_TESTS_STACK_H
#define GPUDESK_TESTS_STACK_H

#include <security/pam_appl.h>
#include <stdbool.h>
#include <stddef.h>

#include "common/session_record.h"

/* cmocka fixtures, for the group and for each test. */
int stack_setup_group(void **state);
int stack_teardown_group(void **state);
int stack_setup(void **state);
int stack_teardown(void **state);

/* The test's own folder; the records' folder in it; a path in the test's folder (a static buffer).
 */
extern char stack_top[64], stack_records[80];
const char *stack_path(const char *name);

/* Skips the running test, with a note, without a mount namespace. */
void stack_need_namespace(void);

/* The name of the user that runs this test. */
const char *stack_user(void);

/*
 * Writes the service's file: the module with `arguments` after "dir=<stack_records>", alone or
 * beside pam_permit as in real life. NULL arguments: not even dir=.
 */
void stack_write_service(const char *service, const char *arguments, bool alone);

/* Starts PAM with `user` and the environment given ("NAME=value", ..., NULL). */
pam_handle_t *stack_start(const char *service, const char *user, const char *const *environment);
void stack_end(pam_handle_t *handle);

/* As GDM does for its autologin: session `id` on seat0 and VT 2, type x11. Service file included.
 */
pam_handle_t *stack_start_login(const char *id);

/* The lines of the module since the last call; `ret_text` gets them all. -1: they cannot be read
 * here. */
int stack_take_log(char *ret_text, size_t size);
void stack_assert_log(int lines, const char *word);
void stack_assert_silent(void);

/* Opens or closes the session, which must work. */
void stack_open(pam_handle_t *handle);
void stack_close(pam_handle_t *handle);

/* How many files are in the records' folder, with temporary ones. */
unsigned stack_count_records(void);
void stack_load(const char *id, struct session_record *ret_record);

#endif
