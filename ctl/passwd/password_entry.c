/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "password_entry.h"

#include <errno.h>
#include <signal.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "common/log.h"

/* ---- without echo ---- */

/* They end the program, but first it gives the echo back. */
static const int deadly[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
enum { N_DEADLY = sizeof(deadly) / sizeof(*deadly) };

static struct termios terminal; /* its settings before */

static void give_echo_back(void)
{
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &terminal);
	(void)!write(STDERR_FILENO, "\n", 1);
}

static void on_signal(int number)
{
	give_echo_back();
	raise(number); /* SA_RESETHAND: and now that ends it */
}

static int begin_no_echo(void)
{
	const struct sigaction action = { .sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND };

	if (tcgetattr(STDIN_FILENO, &terminal) < 0)
		return -errno;
	struct termios quiet = terminal;
	quiet.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
	quiet.c_lflag |= ICANON | ISIG;
	for (size_t i = 0; i < N_DEADLY; i++)
		sigaction(deadly[i], &action, NULL);
	signal(SIGTSTP, SIG_IGN);
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
	return 0;
}

static void end_no_echo(void)
{
	give_echo_back();
	for (size_t i = 0; i < N_DEADLY; i++)
		signal(deadly[i], SIG_DFL);
	signal(SIGTSTP, SIG_DFL);
}

/* ---- a line ---- */

/* Byte by byte: what follows in a pipe is for another reader. */
static long read_line(char ret_line[static PASSWORD_ENTRY_MAX])
{
	long n = 0;

	for (;;) {
		char c;
		ssize_t r = read(STDIN_FILENO, &c, 1);

		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return -errno;
		if (r == 0 && n == 0)
			return -ENODATA;
		if (r == 0 || c == '\n')
			break;
		if (n == PASSWORD_ENTRY_MAX - 1)
			return -E2BIG;
		ret_line[n++] = c;
	}
	ret_line[n] = '\0';
	return n;
}

/*
 * Reads a line: after `prompt` and without echo where standard input is a terminal. Nothing of it
 * goes through stdio. Returns its length, without the newline; -ENODATA at the end of the file,
 * -E2BIG, or -errno.
 */
static long read_password(const char *prompt, char ret_line[static PASSWORD_ENTRY_MAX])
{
	if (!isatty(STDIN_FILENO))
		return read_line(ret_line);
	int r = begin_no_echo();
	if (r < 0)
		return r;
	fputs(prompt, stderr);
	long n = read_line(ret_line);
	end_no_echo();
	return n;
}

/* Why it cannot be a password, in words that go on from "the password "; NULL: it can. */
static const char *find_fault(const char *password, size_t length)
{
	if (length < PASSWORD_LEAST)
		return "must have at least 6 characters";
	for (size_t i = 0; i < length; i++)
		if ((unsigned char)password[i] < ' ' || password[i] == 0x7f)
			return "contains a control character";
	return NULL;
}

static void warn(const char *password, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (!(password[i] & 0x80))
			continue;
		log_warning("not all viewers send non-ASCII characters in the same way");
		break;
	}
	if (length > PASSWORD_SIGNIFICANT)
		log_warning("only the first 8 characters count: VNC ignores the rest");
}

static int confirm(const char *password, size_t length)
{
	char *again = sodium_malloc(PASSWORD_ENTRY_MAX);
	bool same = false;

	if (!again)
		return -ENOMEM;
	long n = read_password("Again: ", again);
	if (n >= 0 && (size_t)n == length)
		same = sodium_memcmp(password, again, length) == 0;
	sodium_free(again);
	return n < 0 ? (int)n : same ? 0 : -EBADMSG;
}

static long complain(long error)
{
	if (error == -ENODATA)
		log_error("no password was given");
	else if (error == -E2BIG)
		log_error("the password is too long");
	else if (error == -EBADMSG)
		log_error("the passwords do not match");
	else
		log_error("cannot read the password: %s", strerror((int)-error));
	return error;
}

long password_ask(const char *whose, char ret_password[static PASSWORD_ENTRY_MAX])
{
	char prompt[160];

	snprintf(prompt, sizeof(prompt), "New %s: ", whose);
	long n = read_password(prompt, ret_password);
	if (n < 0)
		return complain(n);
	const char *fault = find_fault(ret_password, (size_t)n);
	if (fault) {
		log_error("the password %s", fault);
		return -EINVAL;
	}
	int r = isatty(STDIN_FILENO) ? confirm(ret_password, (size_t)n) : 0;
	if (r < 0)
		return complain(r);
	warn(ret_password, (size_t)n);
	return n;
}

void password_generate(char ret_password[static PASSWORD_ENTRY_MAX])
{
	/* Without 0, 1, O, I and l. */
	static const char letters[] = "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";

	for (size_t i = 0; i < PASSWORD_SIGNIFICANT; i++)
		ret_password[i] = letters[randombytes_uniform(sizeof(letters) - 1)];
	ret_password[PASSWORD_SIGNIFICANT] = '\0';
}
