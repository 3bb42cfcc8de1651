/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which text goes where. `happened` lists the calls and messages, in order. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "clipboard/clipboard.h"
#include "clipboard/cut_text.h"
#include "common/log.h"

enum { LIMIT = 100 };

struct peer {
	struct clipboard_viewer clip;
	char letter;
	bool blocked;
	enum text_charset writes;
};

static struct clipboard clipboard;
static struct peer a, b, c;
static char happened[1024];

static void note(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void note(const char *format, ...)
{
	size_t length = strlen(happened);
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(happened + length, sizeof(happened) - length, format, arguments);
	va_end(arguments);
	strncat(happened, " ", sizeof(happened) - strlen(happened) - 1);
}

/* Since the last call. */
static void assert_happened(const char *expected)
{
	size_t length = strlen(happened);

	if (length)
		happened[length - 1] = '\0';
	assert_string_equal(happened, expected);
	happened[0] = '\0';
}

/*
 * "a:caps", "a:notify", "a:gone", "a:request", "a:TEXT" (provided), "a:=TEXT" (classic), "a:u=TEXT"
 * (classic, in UTF-8) or with an "s" before it (with surrogates).
 */
static int send_to(void *viewer, const uint8_t *message, size_t length)
{
	const struct peer *peer = viewer;
	static const char *const prefixes[] = { "", "", "u", "s" };
	enum text_charset charset = TEXT_CHARSET_UNKNOWN;
	struct cut_text got;
	bool classic = message[4] < 0x80;

	assert_int_equal(message[0], 3);
	assert_int_equal(cut_text_decode(message, length, 1 << 20, &charset, &got), 0);
	switch (got.kind) {
	case CUT_TEXT_IS_TEXT:
		note("%c:%s%s%.*s", peer->letter, prefixes[charset], classic ? "=" : "",
		     (int)got.text->length, got.text->bytes);
		clipboard_text_unref(got.text);
		break;
	case CUT_TEXT_IS_CAPS:
		note("%c:caps", peer->letter);
		break;
	case CUT_TEXT_IS_NOTIFY:
		note("%c:%s", peer->letter, got.has_text ? "notify" : "gone");
		break;
	case CUT_TEXT_IS_REQUEST:
		note("%c:request", peer->letter);
		break;
	case CUT_TEXT_IS_PEEK:
		fail();
	}
	return 0;
}

static bool can_send(const void *viewer)
{
	const struct peer *peer = viewer;

	return !peer->blocked;
}

static void query(struct selection *selection)
{
	(void)selection;
	note("query");
}

static void fetch(struct selection *selection)
{
	(void)selection;
	note("fetch");
}

static void own(struct selection *selection, struct clipboard_text *text)
{
	(void)selection;
	note("own:%.*s", (int)text->length, text->bytes);
}

static void disown(struct selection *selection)
{
	(void)selection;
	note("disown");
}

static const struct clipboard_operations operations = {
	.send = send_to,
	.can_send = can_send,
	.query = query,
	.fetch = fetch,
	.own = own,
	.disown = disown,
};

/* ---- what viewers do ---- */

static void add(struct peer *peer, char letter, bool view_only)
{
	*peer = (struct peer){ .letter = letter };
	clipboard_add(&clipboard, &peer->clip, "test", view_only, peer);
}

static void send_bytes(struct peer *peer, const uint8_t *message, size_t length)
{
	clipboard_message(&clipboard, &peer->clip, message, length);
}

static void add_classic(struct peer *peer, char letter)
{
	add(peer, letter, false);
	clipboard_encodings(&clipboard, &peer->clip, false);
}

static void send_caps(struct peer *peer, uint32_t actions, uint32_t unasked)
{
	struct cut_text_message message;

	assert_int_equal(cut_text_encode_caps(actions, unasked, &message), 0);
	send_bytes(peer, message.bytes, message.length);
	cut_text_message_free(&message);
}

#define ALL_ACTIONS (CUT_TEXT_REQUEST | CUT_TEXT_PEEK | CUT_TEXT_NOTIFY | CUT_TEXT_PROVIDE)

/* Takes `unasked` bytes unasked: TigerVNC's viewer takes 0. */
static void add_extended(struct peer *peer, char letter, uint32_t unasked)
{
	char caps[] = "x:caps";

	add(peer, letter, false);
	clipboard_encodings(&clipboard, &peer->clip, true);
	caps[0] = letter;
	assert_happened(caps);
	send_caps(peer, ALL_ACTIONS, unasked);
}

static void send_action(struct peer *peer, uint32_t action, uint32_t formats)
{
	struct cut_text_message message;

	assert_int_equal(cut_text_encode_action(action, formats, &message), 0);
	send_bytes(peer, message.bytes, message.length);
	cut_text_message_free(&message);
}

static struct clipboard_text *text_of(const char *utf8)
{
	struct clipboard_text *text;

	assert_int_equal(
		clipboard_text_from_utf8((const uint8_t *)utf8, strlen(utf8), SIZE_MAX, &text), 0);
	return text;
}

static void send_classic(struct peer *peer, const char *utf8)
{
	struct clipboard_text *text = text_of(utf8);
	struct cut_text_message message;

	assert_int_equal(cut_text_encode_classic(
				 text, (struct cut_text_form){ peer->writes, false }, &message),
			 0);
	send_bytes(peer, message.bytes, message.length);
	cut_text_message_free(&message);
	clipboard_text_unref(text);
}

static void provide(struct peer *peer, const char *utf8)
{
	struct clipboard_text *text = text_of(utf8);
	struct cut_text_message message;

	assert_int_equal(cut_text_encode_provide(
				 text, (struct cut_text_form){ peer->writes, false }, &message),
			 0);
	send_bytes(peer, message.bytes, message.length);
	cut_text_message_free(&message);
	clipboard_text_unref(text);
}

static void fetched(const char *utf8)
{
	clipboard_fetched(&clipboard, 0, text_of(utf8));
}

/* A program on the desktop copies a text that some viewer requests. */
static void desktop_copies(const char *utf8)
{
	clipboard_changed(&clipboard, true);
	clipboard_queried(&clipboard, 1);
	fetched(utf8);
	happened[0] = '\0';
}

static void release(struct peer *peer)
{
	peer->blocked = false;
	clipboard_serve(&clipboard, &peer->clip);
}

static int start(void **state)
{
	(void)state;
	happened[0] = '\0';
	clipboard_init(&clipboard, CLIPBOARD_BOTH, LIMIT, &operations, NULL);
	clipboard_attach(&clipboard, false);
	return 0;
}

static void restart(enum clipboard_mode mode, size_t limit)
{
	clipboard_finish(&clipboard);
	clipboard_init(&clipboard, mode, limit, &operations, NULL);
	clipboard_attach(&clipboard, false);
}

static int finish(void **state)
{
	(void)state;
	while (clipboard.viewers)
		clipboard_remove(&clipboard, clipboard.viewers);
	clipboard_finish(&clipboard);
	assert_null(clipboard.text);
	return 0;
}

/* ---- from the desktop ---- */

static void test_nobody_is_there(void **state)
{
	(void)state;
	clipboard_changed(&clipboard, true);
	clipboard_changed(&clipboard, false);
	assert_happened("");
}

static void test_classic_viewers_get_it_at_once(void **state)
{
	(void)state;
	add_classic(&a, 'a');
	add_classic(&b, 'b');
	assert_happened("");
	clipboard_changed(&clipboard, true);
	assert_happened("query");
	clipboard_queried(&clipboard, 1);
	assert_happened("fetch");
	fetched("“x” €");
	assert_happened("b:=\"x\" EUR a:=\"x\" EUR");
	clipboard_changed(&clipboard, true);
	clipboard_queried(&clipboard, 0); /* a picture, say */
	assert_happened("query");
}

static void test_extended_viewers_ask(void **state)
{
	(void)state;
	add_extended(&a, 'a', 0);
	clipboard_changed(&clipboard, true);
	assert_happened("query");
	clipboard_queried(&clipboard, 1);
	assert_happened("a:notify");
	send_action(&a, CUT_TEXT_REQUEST, 1);
	assert_happened("fetch");
	fetched("你好");
	assert_happened("a:你好");
	send_action(&a, CUT_TEXT_REQUEST, 1); /* it is still there */
	assert_happened("a:你好");
	send_action(&a, CUT_TEXT_REQUEST, 2); /* but not as this */
	assert_happened("");
}

static void test_extended_viewers_take_some_unasked(void **state)
{
	(void)state;
	add_extended(&a, 'a', 6);
	clipboard_changed(&clipboard, true);
	clipboard_queried(&clipboard, 1);
	assert_happened("query fetch");
	fetched("12\n4"); /* six with CR and NUL */
	assert_happened("a:12\n4");
	clipboard_changed(&clipboard, true);
	clipboard_queried(&clipboard, 1);
	fetched("123456");
	assert_happened("query fetch a:notify");
	send_action(&a, CUT_TEXT_REQUEST, 1);
	assert_happened("a:123456");
}

/* A viewer without caps is libvncclient's: 1 MiB, LF, and no NUL. */
static void test_without_caps(void **state)
{
	(void)state;
	add(&a, 'a', false);
	clipboard_encodings(&clipboard, &a.clip, true);
	clipboard_changed(&clipboard, true);
	clipboard_queried(&clipboard, 1);
	fetched("x");
	assert_happened("a:caps query fetch a:x");
}

/* A viewer that can only be sent text, and one that can do nothing. */
static void test_poor_caps(void **state)
{
	(void)state;
	add_extended(&a, 'a', 0);
	send_caps(&a, CUT_TEXT_PROVIDE, 0);
	clipboard_changed(&clipboard, true);
	clipboard_queried(&clipboard, 1);
	fetched("123");
	assert_happened("query fetch");
	send_caps(&a, 0, 0);
	desktop_copies("456");
	clipboard_changed(&clipboard, true);
	clipboard_queried(&clipboard, 1);
	fetched("789");
	assert_happened("query fetch a:=789");
	send_action(&a, CUT_TEXT_NOTIFY, 1); /* cannot be asked */
	assert_happened("");
}

/* ---- what was there before a viewer connected ---- */

static uint64_t clock_usec;

/* The viewer requests its first update, and the time for an offer comes. */
static void wait_for_offer(struct peer *peer)
{
	clipboard_requested(&peer->clip, clock_usec);
	uint64_t due = clipboard_offer(&clipboard, clock_usec);
	if (due != UINT64_MAX)
		clock_usec = due;
	clipboard_offer(&clipboard, clock_usec);
}

/* Not pushed where a notify does. */
static void test_what_was_there_before_is_offered(void **state)
{
	(void)state;
	clock_usec = 7000000;
	clipboard_changed(&clipboard, true);
	add_classic(&a, 'a');
	assert_happened("");
	clipboard_requested(&a.clip, clock_usec);
	assert_int_equal(clipboard_offer(&clipboard, clock_usec),
			 clock_usec + CLIPBOARD_OFFER_USEC);
	clock_usec += CLIPBOARD_OFFER_USEC - 1;
	clipboard_requested(&a.clip, clock_usec); /* only the first counts */
	assert_int_equal(clipboard_offer(&clipboard, clock_usec), clock_usec + 1);
	assert_happened("");
	assert_int_equal(clipboard_offer(&clipboard, clock_usec + 1), UINT64_MAX);
	assert_happened("query");
	clipboard_queried(&clipboard, 1);
	fetched("old");
	assert_happened("fetch a:=old");
	add_extended(&b, 'b', 1000);
	wait_for_offer(&b);
	assert_happened("b:notify");
	send_action(&b, CUT_TEXT_REQUEST, 1);
	assert_happened("b:old");
	/* Once. */
	wait_for_offer(&a);
	wait_for_offer(&b);
	assert_happened("");
}

static void test_an_offer_without_caps(void **state)
{
	(void)state;
	clipboard_changed(&clipboard, true);
	add(&a, 'a', false);
	clipboard_encodings(&clipboard, &a.clip, true);
	wait_for_offer(&a);
	clipboard_queried(&clipboard, 1);
	fetched("old");
	assert_happened("a:caps query fetch a:old");
}

/* What has come meanwhile is newer. */
static void test_nothing_old_to_offer(void **state)
{
	(void)state;
	add_classic(&a, 'a');
	wait_for_offer(&a); /* there is nothing */
	assert_happened("");
	send_classic(&a, "old");
	assert_happened("own:old");
	add_classic(&b, 'b');
	clipboard_requested(&b.clip, clock_usec);
	send_classic(&b, "its own");
	assert_happened("own:its own a:=its own");
	wait_for_offer(&b);
	assert_happened("");
	add_classic(&c, 'c');
	clipboard_requested(&c.clip, clock_usec);
	desktop_copies("copied meanwhile");
	wait_for_offer(&c);
	assert_happened("");
	/* Another viewer's text is as good as the desktop's. */
	send_classic(&a, "from a");
	clipboard_remove(&clipboard, &c.clip);
	happened[0] = '\0';
	add_classic(&c, 'c');
	wait_for_offer(&c);
	assert_happened("c:=from a");
}

static void test_no_offer(void **state)
{
	(void)state;
	desktop_copies("secret");
	clipboard_cleared(&clipboard);
	add_classic(&a, 'a');
	wait_for_offer(&a);
	assert_happened("");
	/* One that may not get it. */
	clipboard_remove(&clipboard, &a.clip);
	clipboard_changed(&clipboard, true);
	add(&a, 'a', true);
	wait_for_offer(&a);
	assert_happened("");
}

static void test_asked_for_what_is_not_there(void **state)
{
	(void)state;
	add_extended(&a, 'a', 0);
	send_action(&a, CUT_TEXT_REQUEST, 1);
	assert_happened("a:gone");
	send_action(&a, CUT_TEXT_PEEK, 0);
	assert_happened("a:gone");
}

static void test_fetching_fails(void **state)
{
	static const int results[] = { -ETIMEDOUT, -EMSGSIZE, -EILSEQ, -ENOENT, -ENOMEM };

	(void)state;
	log_set_level(LOG_LEVEL_ERROR);
	add_extended(&a, 'a', 0);
	for (size_t i = 0; i < sizeof(results) / sizeof(*results); i++) {
		clipboard_changed(&clipboard, true);
		clipboard_queried(&clipboard, 1);
		assert_happened("query a:notify");
		send_action(&a, CUT_TEXT_REQUEST, 1);
		clipboard_fetched(&clipboard, results[i], NULL);
		assert_happened("fetch a:gone");
	}
	clipboard_changed(&clipboard, true);
	clipboard_queried(&clipboard, -ETIMEDOUT);
	assert_happened("query");
	/* An empty text is none. Where it is fetched at once, no viewer is told before. */
	add_classic(&b, 'b');
	clipboard_changed(&clipboard, true);
	clipboard_queried(&clipboard, 1);
	fetched("");
	assert_happened("query fetch");
	send_action(&a, CUT_TEXT_REQUEST, 1);
	assert_happened("a:gone");
}

static void test_the_owner_vanishes(void **state)
{
	(void)state;
	add_extended(&a, 'a', 0);
	clipboard_changed(&clipboard, true);
	clipboard_changed(&clipboard, false);
	assert_happened("query"); /* no viewer was told, so none is */
	clipboard_queried(&clipboard, 1);
	assert_happened("");
	clipboard_changed(&clipboard, true);
	clipboard_queried(&clipboard, 1);
	clipboard_changed(&clipboard, false);
	assert_happened("query a:notify a:gone");
	/* What has been fetched stays. */
	clipboard_changed(&clipboard, true);
	clipboard_queried(&clipboard, 1);
	send_action(&a, CUT_TEXT_REQUEST, 1);
	fetched("x");
	clipboard_changed(&clipboard, false);
	send_action(&a, CUT_TEXT_REQUEST, 1);
	assert_happened("query a:notify fetch a:x a:x");
}

/* A password manager: nobody gets it any more, and who has it is told. */
static void test_the_owner_clears_it(void **state)
{
	(void)state;
	add_extended(&a, 'a', 0);
	add_classic(&b, 'b');
	add(&c, 'c', false);
	clipboard_encodings(&clipboard, &c.clip, true); /* libvncclient's: takes no notify */
	desktop_copies("secret");
	send_action(&a, CUT_TEXT_REQUEST, 1);
	assert_happened("a:secret");
	clipboard_cleared(&clipboard);
	assert_happened("c:= b:= a:gone");
	assert_null(clipboard.text);
	send_action(&a, CUT_TEXT_REQUEST, 1);
	assert_happened("a:gone");
	/* Only who has it. */
	clipboard_cleared(&clipboard);
	assert_happened("");
	clipboard_changed(&clipboard, true);
	clipboard_queried(&clipboard, 1);
	clipboard_cleared(&clipboard);
	assert_happened("query fetch");
	fetched("too late");
	assert_happened("");
	desktop_copies("ours");
	send_classic(&b, "its own");
	happened[0] = '\0';
	clipboard_cleared(&clipboard);
	assert_happened("c:= a:gone");
}

/* Others clear it by copying an empty text. */
static void test_an_empty_text_clears(void **state)
{
	(void)state;
	add_classic(&a, 'a');
	desktop_copies("secret");
	clipboard_changed(&clipboard, true);
	clipboard_queried(&clipboard, 1);
	fetched("");
	assert_happened("query fetch a:=");
	/* But a picture leaves it. */
	desktop_copies("text");
	clipboard_changed(&clipboard, true);
	clipboard_queried(&clipboard, 0);
	assert_happened("query");
}

/* ---- UTF-8 in classic messages ---- */

static void test_utf8_is_answered_in_utf8(void **state)
{
	(void)state;
	add_classic(&a, 'a');
	add_classic(&b, 'b');
	a.writes = TEXT_CHARSET_UTF8;
	desktop_copies("grün");
	send_classic(&a, "ASCII");
	assert_happened("own:ASCII b:=ASCII");
	clipboard_changed(&clipboard, true);
	clipboard_queried(&clipboard, 1);
	fetched("grün");
	assert_happened("query fetch b:=grün a:=grün");
	send_classic(&a, "你好");
	assert_happened("own:你好 b:=??");
	clipboard_changed(&clipboard, true);
	clipboard_queried(&clipboard, 1);
	fetched("€ 😀");
	assert_happened("query fetch b:=EUR ? a:u=€ 😀");
	send_classic(&a, "€ 😀"); /* as it was sent to it */
	assert_happened("");
	/* Surrogates, too, are answered as such. */
	a.writes = TEXT_CHARSET_CESU8;
	send_classic(&a, "😀!");
	assert_happened("own:😀! b:=?!");
	clipboard_changed(&clipboard, true);
	clipboard_queried(&clipboard, 1);
	fetched("ü😀");
	assert_happened("query fetch b:=ü? a:s=ü😀");
	send_classic(&a, "ü😀");
	assert_happened("");
	/* Until it sends what is not UTF-8. */
	a.writes = TEXT_CHARSET_LATIN1;
	send_classic(&a, "für");
	assert_happened("own:für b:=für");
	clipboard_changed(&clipboard, true);
	clipboard_queried(&clipboard, 1);
	fetched("grün");
	assert_happened("query fetch b:=grün a:=grün");
}

static void test_surrogates_in_provided_text(void **state)
{
	(void)state;
	add_extended(&a, 'a', 1000);
	a.writes = TEXT_CHARSET_CESU8;
	provide(&a, "😀");
	assert_happened("own:😀");
	clipboard_changed(&clipboard, true);
	clipboard_queried(&clipboard, 1);
	fetched("new 😀");
	assert_happened("query fetch a:snew 😀");
}

/* The desktop's text changes while it is fetched: only the last counts. */
static void test_overtaken(void **state)
{
	(void)state;
	add_classic(&a, 'a');
	clipboard_changed(&clipboard, true);
	clipboard_queried(&clipboard, 1);
	clipboard_changed(&clipboard, true);
	assert_happened("query fetch query");
	fetched("first");
	assert_happened("");
	clipboard_queried(&clipboard, 1);
	fetched("second");
	assert_happened("fetch a:=second");
	clipboard_queried(&clipboard, 1);
	fetched("nobody asked");
	assert_happened("");
}

/* ---- from the viewers ---- */

static void test_classic_text(void **state)
{
	(void)state;
	add_classic(&a, 'a');
	add_classic(&b, 'b');
	add_extended(&c, 'c', 0);
	send_classic(&a, "grün");
	assert_happened("own:grün c:notify b:=grün");
	send_action(&c, CUT_TEXT_REQUEST, 1);
	assert_happened("c:grün");
	send_classic(&a, "grün"); /* the same again is not new */
	assert_happened("");
}

static void test_extended_text(void **state)
{
	(void)state;
	add_extended(&a, 'a', 0);
	send_action(&a, CUT_TEXT_NOTIFY, 1);
	assert_happened("a:request");
	provide(&a, "😀");
	assert_happened("own:😀");
	provide(&a, "unasked");
	assert_happened("own:unasked");
	send_action(&a, CUT_TEXT_NOTIFY, 2); /* it has something else: no text any more */
	assert_happened("disown");
	send_action(&a, CUT_TEXT_NOTIFY, 0);
	assert_happened("");
}

static void test_no_echo(void **state)
{
	(void)state;
	add_classic(&a, 'a');
	add_classic(&b, 'b');
	desktop_copies("“quoted”");
	send_classic(&a, "\"quoted\""); /* as it was sent to it */
	assert_happened("");
	send_classic(&a, "new");
	assert_happened("own:new b:=new");
	send_classic(&b, "new");
	assert_happened("");
	/* A clipboard manager on the desktop copies the text. */
	desktop_copies("new");
	send_classic(&a, "\"quoted\"");
	assert_happened("own:\"quoted\" b:=\"quoted\"");
}

/* As mRemoteNG sends it. */
static void test_no_echo_in_ascii(void **state)
{
	(void)state;
	add_classic(&a, 'a');
	add_classic(&b, 'b');
	desktop_copies("für €");
	send_classic(&a, "f?r EUR");
	assert_happened("");
	send_classic(&a, "f??r EUR");
	assert_happened("own:f??r EUR b:=f??r EUR");
	send_classic(&b, "für");
	assert_happened("own:für a:=für");
	send_classic(&b, "f?r"); /* its own text was another */
	assert_happened("own:f?r a:=f?r");
}

/* Who gets UTF-8 means what it sends. */
static void test_ascii_of_utf8_is_new(void **state)
{
	(void)state;
	add_extended(&a, 'a', 1000);
	desktop_copies("für");
	provide(&a, "f?r");
	assert_happened("own:f?r");
}

static void test_a_manager_takes_it_over(void **state)
{
	(void)state;
	add_classic(&a, 'a');
	add_classic(&b, 'b');
	send_classic(&a, "x");
	assert_happened("own:x b:=x");
	clipboard_changed(&clipboard, true);
	clipboard_queried(&clipboard, 1);
	fetched("x");
	assert_happened("query fetch b:=x"); /* and not to a, who has it */
	send_classic(&a, "x");		     /* copied again: owned again */
	assert_happened("own:x b:=x");
}

static void test_limits_and_nonsense(void **state)
{
	char longest[LIMIT + 2] = "";
	static const uint8_t nonsense[] = { 6, 0, 0, 0, 0xff, 0xff, 0xff, 0xff };

	(void)state;
	log_set_level(LOG_LEVEL_ERROR);
	add_classic(&a, 'a');
	add_extended(&b, 'b', 0);
	memset(longest, 'x', LIMIT);
	send_classic(&a, longest);
	assert_string_not_equal(happened, "");
	happened[0] = '\0';
	longest[LIMIT] = 'x';
	send_classic(&a, longest);
	provide(&b, longest);
	send_bytes(&a, nonsense, sizeof(nonsense));
	assert_happened("");
}

static void test_an_empty_text_takes_back(void **state)
{
	(void)state;
	add_classic(&a, 'a');
	add_classic(&b, 'b');
	send_classic(&a, "");
	assert_happened("");
	send_classic(&a, "x");
	assert_happened("own:x b:=x");
	send_classic(&b, ""); /* it is not b's */
	assert_happened("");
	send_classic(&a, "");
	assert_happened("disown b:=");
	desktop_copies("y");
	send_classic(&a, ""); /* nor is it a's now */
	assert_happened("");
}

static void test_the_source_leaves(void **state)
{
	(void)state;
	add_extended(&a, 'a', 0);
	add_extended(&b, 'b', 0);
	provide(&a, "x");
	clipboard_remove(&clipboard, &a.clip);
	clipboard_remove(&clipboard, &a.clip);
	assert_happened("own:x b:notify");
	send_action(&b, CUT_TEXT_REQUEST, 1);
	assert_happened("b:x");
}

/* ---- modes and view-only ---- */

static void test_modes(void **state)
{
	(void)state;
	restart(CLIPBOARD_TO_DESKTOP, LIMIT);
	add_extended(&a, 'a', 0);
	clipboard_changed(&clipboard, true);
	send_action(&a, CUT_TEXT_REQUEST, 1);
	send_action(&a, CUT_TEXT_PEEK, 0);
	assert_happened("");
	provide(&a, "x");
	assert_happened("own:x");
	finish(state);

	restart(CLIPBOARD_TO_VIEWER, LIMIT);
	add_extended(&a, 'a', 1000);
	send_action(&a, CUT_TEXT_NOTIFY, 1);
	provide(&a, "x");
	send_classic(&a, "x");
	assert_happened("");
	clipboard_changed(&clipboard, true);
	assert_happened("query");
}

static void test_off(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		restart(i ? CLIPBOARD_OFF : CLIPBOARD_BOTH, i ? LIMIT : 0);
		add(&a, 'a', false);
		clipboard_encodings(&clipboard, &a.clip, true);
		send_classic(&a, "x");
		provide(&a, "x");
		clipboard_changed(&clipboard, true);
		assert_happened("");
		clipboard_remove(&clipboard, &a.clip);
	}
}

static void test_view_only(void **state)
{
	(void)state;
	add(&a, 'a', true);
	clipboard_encodings(&clipboard, &a.clip, true);
	send_classic(&a, "x");
	provide(&a, "x");
	send_action(&a, CUT_TEXT_REQUEST, 1);
	clipboard_changed(&clipboard, true);
	assert_happened("");
	add_classic(&b, 'b');
	send_classic(&b, "secret");
	assert_happened("own:secret");
}

static void test_extended_without_having_said_so(void **state)
{
	(void)state;
	add_classic(&a, 'a');
	send_action(&a, CUT_TEXT_NOTIFY, 1);
	send_action(&a, CUT_TEXT_PEEK, 0);
	assert_happened("");
}

/* ---- slow viewers ---- */

static void test_one_at_a_time(void **state)
{
	(void)state;
	add_classic(&a, 'a');
	add_extended(&b, 'b', 0);
	desktop_copies("one");
	a.blocked = b.blocked = true;
	desktop_copies("two");
	desktop_copies("three");
	for (int i = 0; i < 1000; i++) {
		send_action(&b, CUT_TEXT_PEEK, 0);
		send_action(&b, CUT_TEXT_REQUEST, 1);
		send_action(&b, CUT_TEXT_NOTIFY, 1);
		clipboard_encodings(&clipboard, &b.clip, true);
	}
	assert_happened("");
	release(&a);
	assert_happened("query");
	clipboard_queried(&clipboard, 1);
	fetched("last");
	assert_happened("fetch a:=last");
	release(&b);
	assert_happened("b:caps b:request b:notify b:last");
	release(&b);
	assert_happened("");
}

/* SetEncodings while a text is under way. */
static void test_caps_wait_for_their_turn(void **state)
{
	(void)state;
	add_classic(&a, 'a');
	a.blocked = true;
	clipboard_encodings(&clipboard, &a.clip, true);
	assert_happened("");
	release(&a);
	assert_happened("a:caps");
	a.blocked = true;
	clipboard_encodings(&clipboard, &a.clip, true);
	clipboard_encodings(&clipboard, &a.clip, false);
	release(&a);
	assert_happened("");
}

/* ---- without a desktop ---- */

static void test_kept_for_the_desktop(void **state)
{
	(void)state;
	clipboard_detach(&clipboard);
	add_classic(&a, 'a');
	add_classic(&b, 'b');
	add_extended(&c, 'c', 0);
	send_classic(&a, "first");
	send_classic(&b, "second");
	/* Nobody else gets it, nor hears of it. */
	send_action(&c, CUT_TEXT_REQUEST, 1);
	send_action(&c, CUT_TEXT_PEEK, 0);
	assert_happened("c:gone c:gone");
	/* It is newer than what was on the desktop before. */
	clipboard_attach(&clipboard, true);
	assert_happened("own:second c:notify a:=second");
	send_action(&c, CUT_TEXT_REQUEST, 1);
	assert_happened("c:second");
}

static void test_forgotten_with_its_viewer(void **state)
{
	(void)state;
	clipboard_detach(&clipboard);
	add_classic(&a, 'a');
	add_classic(&b, 'b');
	send_classic(&a, "of both");
	send_classic(&b, "of both");
	clipboard_remove(&clipboard, &a.clip);
	assert_non_null(clipboard.text);
	clipboard_remove(&clipboard, &b.clip);
	assert_null(clipboard.text);
	add_classic(&a, 'a');
	add_extended(&b, 'b', 0);
	provide(&b, "taken back");
	send_action(&b, CUT_TEXT_NOTIFY, 0);
	assert_null(clipboard.text);
	clipboard_attach(&clipboard, false);
	assert_happened("");
}

/* What one desktop has had is neither the next one's nor known to be its viewers'. */
static void test_from_desktop_to_desktop(void **state)
{
	(void)state;
	add_classic(&a, 'a');
	add_extended(&b, 'b', 0);
	send_classic(&a, "here");
	assert_happened("own:here b:notify");
	clipboard_detach(&clipboard);
	assert_null(clipboard.text);
	assert_happened("");
	clipboard_attach(&clipboard, false);
	assert_happened("");
	clipboard_detach(&clipboard);
	/* What is there already is offered, as to viewers who connect. */
	clipboard_attach(&clipboard, true);
	assert_happened("");
	clipboard_requested(&a.clip, 0);
	clipboard_offer(&clipboard, CLIPBOARD_OFFER_USEC);
	assert_happened("query");
	clipboard_queried(&clipboard, 1);
	fetched("there");
	assert_happened("fetch a:=there");
	/* A desktop's text that comes back after its end is the viewer's own. */
	clipboard_detach(&clipboard);
	send_classic(&a, "there");
	clipboard_attach(&clipboard, false);
	assert_happened("own:there b:notify");
}

#define TEST_CASE(name) cmocka_unit_test_setup_teardown(name, start, finish)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_CASE(test_nobody_is_there),
		TEST_CASE(test_classic_viewers_get_it_at_once),
		TEST_CASE(test_extended_viewers_ask),
		TEST_CASE(test_extended_viewers_take_some_unasked),
		TEST_CASE(test_without_caps),
		TEST_CASE(test_poor_caps),
		TEST_CASE(test_what_was_there_before_is_offered),
		TEST_CASE(test_an_offer_without_caps),
		TEST_CASE(test_nothing_old_to_offer),
		TEST_CASE(test_no_offer),
		TEST_CASE(test_the_owner_clears_it),
		TEST_CASE(test_an_empty_text_clears),
		TEST_CASE(test_utf8_is_answered_in_utf8),
		TEST_CASE(test_surrogates_in_provided_text),
		TEST_CASE(test_asked_for_what_is_not_there),
		TEST_CASE(test_fetching_fails),
		TEST_CASE(test_the_owner_vanishes),
		TEST_CASE(test_overtaken),
		TEST_CASE(test_classic_text),
		TEST_CASE(test_extended_text),
		TEST_CASE(test_no_echo),
		TEST_CASE(test_no_echo_in_ascii),
		TEST_CASE(test_ascii_of_utf8_is_new),
		TEST_CASE(test_a_manager_takes_it_over),
		TEST_CASE(test_limits_and_nonsense),
		TEST_CASE(test_an_empty_text_takes_back),
		TEST_CASE(test_the_source_leaves),
		TEST_CASE(test_modes),
		TEST_CASE(test_off),
		TEST_CASE(test_view_only),
		TEST_CASE(test_extended_without_having_said_so),
		TEST_CASE(test_one_at_a_time),
		TEST_CASE(test_caps_wait_for_their_turn),
		TEST_CASE(test_kept_for_the_desktop),
		TEST_CASE(test_forgotten_with_its_viewer),
		TEST_CASE(test_from_desktop_to_desktop),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
