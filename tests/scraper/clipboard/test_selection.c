/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The X side of the clipboard, against a real X server and a client that answers well or badly. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <X11/Xatom.h>
#include <cmocka.h>

#include "clipboard/selection.h"
#include "tests/scraper/xvfb.h"

enum {
	LIMIT = 1 << 20,
	PIECE = 50000,
	ROUNDS_MAX = 10000, /* of two milliseconds at most: until a test that waits fails */
};

static struct xvfb xvfb;
static sd_event *event;
static struct display display;
static struct selection selection;

/* ---- what the selection reports ---- */

static int n_changed, n_cleared, n_queried, n_fetched;
static bool is_owned;
static int query_result, fetch_result;
static struct clipboard_text *text;

static void on_changed(struct clipboard *clipboard, bool owned)
{
	(void)clipboard;
	is_owned = owned;
	n_changed++;
}

static void on_cleared(struct clipboard *clipboard)
{
	(void)clipboard;
	n_cleared++;
}

static void on_queried(struct clipboard *clipboard, int value)
{
	(void)clipboard;
	query_result = value;
	n_queried++;
}

static void on_fetched(struct clipboard *clipboard, int value, struct clipboard_text *fetched)
{
	(void)clipboard;
	fetch_result = value;
	clipboard_text_unref(text);
	text = fetched;
	n_fetched++;
}

static const struct selection_callbacks callbacks = {
	.changed = on_changed,
	.cleared = on_cleared,
	.answers = { .queried = on_queried, .fetched = on_fetched },
};

/* ---- the other client ---- */

enum manners {
	ANSWERS, /* as UTF-8 */
	ONLY_LATIN1,
	ONLY_THIS,  /* peer.only, as that type */
	NO_TARGETS, /* does not list its targets */
	PICTURE,    /* has no text */
	LIES,	    /* answers with a number */
	SILENT,	    /* never answers */
	IN_PIECES,
	ENDLESS,   /* pieces, without end */
	ONE_PIECE, /* and no more */
};

static struct {
	Display *x;
	Window window;
	struct selection_atoms atoms;
	enum manners manners;
	enum selection_target only;
	const char *bytes; /* what it owns */
	size_t length, sent;
	Window requestor;
	Atom property, type;
	XSelectionEvent answer; /* to its request */
	bool is_sending, has_answer, is_cleared, new_piece;
} peer;

static void peer_put(Atom type, const void *bytes, size_t length)
{
	XChangeProperty(peer.x, peer.requestor, peer.property, type, 8, PropModeReplace, bytes,
			(int)length);
}

static void peer_put_targets(void)
{
	Atom offered[3] = { peer.atoms.targets, peer.atoms.texts[SELECTION_STRING],
			    peer.atoms.texts[SELECTION_UTF8_STRING] };
	int n = peer.manners == ONLY_LATIN1 ? 2 : peer.manners == PICTURE ? 1 : 3;

	if (peer.manners == ONLY_THIS) {
		offered[1] = peer.atoms.texts[peer.only];
		n = 2;
	}
	XChangeProperty(peer.x, peer.requestor, peer.property, XA_ATOM, 32, PropModeReplace,
			(unsigned char *)offered, n);
}

/* Returns whether it has that target. */
static bool peer_convert(Atom target)
{
	long size = (long)peer.length;

	if (target == peer.atoms.targets) {
		peer_put_targets();
		return peer.manners != NO_TARGETS;
	}
	peer.type = target;
	if (peer.manners == ONLY_THIS && target != peer.atoms.texts[peer.only])
		return false;
	if (peer.manners == LIES) {
		peer_put(XA_CARDINAL, "1234", 4);
	} else if (peer.manners >= IN_PIECES) {
		peer.is_sending = true;
		XSelectInput(peer.x, peer.requestor, PropertyChangeMask);
		XChangeProperty(peer.x, peer.requestor, peer.property, peer.atoms.incr, 32,
				PropModeReplace, (unsigned char *)&size, 1);
	} else if (peer.manners == ONLY_LATIN1 || peer.manners == NO_TARGETS) {
		if (target != XA_STRING)
			return false;
		peer_put(XA_STRING, peer.bytes, peer.length);
	} else {
		peer_put(target, peer.bytes, peer.length);
	}
	return true;
}

static void peer_on_request(const XSelectionRequestEvent *request)
{
	XSelectionEvent answer = {
		.type = SelectionNotify,
		.requestor = request->requestor,
		.selection = request->selection,
		.target = request->target,
		.time = request->time,
	};

	assert_int_not_equal(request->time, CurrentTime);
	if (peer.manners == SILENT)
		return;
	peer.requestor = request->requestor;
	peer.property = request->property;
	peer.sent = 0;
	peer.is_sending = false;
	answer.property = peer_convert(request->target) ? request->property : None;
	XSendEvent(peer.x, request->requestor, False, 0, (XEvent *)&answer);
}

static void peer_on_property(const XPropertyEvent *property)
{
	if (property->window == peer.window && property->state == PropertyNewValue)
		peer.new_piece = true;
	if (property->window != peer.requestor || property->atom != peer.property ||
	    property->state != PropertyDelete || !peer.is_sending)
		return;
	if (peer.manners == ONE_PIECE && peer.sent)
		return;
	size_t rest = peer.length - peer.sent, n = rest < PIECE ? rest : PIECE;
	peer_put(peer.type, peer.bytes + peer.sent, n);
	if (peer.manners != ENDLESS)
		peer.sent += n;
	peer.is_sending = n > 0;
}

static void peer_dispatch(void)
{
	while (XPending(peer.x)) {
		XEvent got;

		XNextEvent(peer.x, &got);
		if (got.type == SelectionRequest)
			peer_on_request(&got.xselectionrequest);
		else if (got.type == PropertyNotify)
			peer_on_property(&got.xproperty);
		else if (got.type == SelectionClear)
			peer.is_cleared = true;
		else if (got.type == SelectionNotify) {
			peer.answer = got.xselection;
			peer.has_answer = true;
		}
	}
}

static void pump(void)
{
	assert_true(sd_event_run(event, 2000) >= 0);
	display_dispatch(&display);
	peer_dispatch();
}

#define WAIT(condition)                                                                            \
	for (int rounds = 0; !(condition); rounds++) {                                             \
		assert_true(rounds < ROUNDS_MAX);                                                  \
		pump();                                                                            \
	}

/* Copies something, and behaves like this. */
static void peer_owns(int which, enum manners manners, const char *bytes, size_t length)
{
	int before = n_changed;

	peer.manners = manners;
	peer.bytes = bytes;
	peer.length = length;
	peer.is_cleared = peer.is_sending = false;
	XSetSelectionOwner(peer.x, peer.atoms.names[which], peer.window, CurrentTime);
	WAIT(n_changed > before);
	assert_true(is_owned);
}

static Time server_time(void)
{
	XEvent got;

	XSync(peer.x, False);
	peer_dispatch();
	XChangeProperty(peer.x, peer.window, peer.atoms.stamp, XA_STRING, 8, PropModeAppend,
			(const unsigned char *)"", 0);
	XWindowEvent(peer.x, peer.window, PropertyChangeMask, &got);
	return got.xproperty.time;
}

/* Requests the selection; returns whether it was converted. */
static bool peer_asks(Atom name, Atom target, Atom property, Time time)
{
	peer.has_answer = peer.new_piece = false;
	XConvertSelection(peer.x, name, target, property, peer.window, time);
	WAIT(peer.has_answer);
	assert_int_equal(peer.answer.selection, name);
	assert_int_equal(peer.answer.target, target);
	assert_int_equal(peer.answer.time, time);
	return peer.answer.property != None;
}

struct answer {
	Atom type;
	int format;
	unsigned long n;
	unsigned char *data;
};

static struct answer take(Atom property)
{
	struct answer answer;
	unsigned long after;

	assert_int_equal(XGetWindowProperty(peer.x, peer.window, property, 0, LIMIT, True,
					    AnyPropertyType, &answer.type, &answer.format,
					    &answer.n, &after, &answer.data),
			 Success);
	assert_int_equal(after, 0);
	return answer;
}

static void assert_answer(Atom property, Atom type, const char *bytes)
{
	struct answer answer = take(property);

	assert_int_equal(answer.type, type);
	assert_int_equal(answer.format, 8);
	assert_int_equal(answer.n, strlen(bytes));
	assert_memory_equal(answer.data, bytes, answer.n);
	XFree(answer.data);
}

/* ---- before and after ---- */

static int start_server(void **state)
{
	(void)state;
	return xvfb_start(&xvfb);
}

static int stop_server(void **state)
{
	(void)state;
	xvfb_stop(&xvfb);
	return 0;
}

static void fail_on_loss(void *userdata) __attribute__((noreturn));
static void fail_on_loss(void *userdata)
{
	(void)userdata;
	abort();
}

static void pass_event(const XEvent *got, void *userdata)
{
	(void)userdata;
	selection_handle(&selection, got);
}

static void start_peer(void)
{
	memset(&peer, 0, sizeof(peer));
	peer.x = XOpenDisplay(xvfb.display);
	assert_non_null(peer.x);
	peer.window = XCreateSimpleWindow(peer.x, DefaultRootWindow(peer.x), 0, 0, 1, 1, 0, 0, 0);
	XSelectInput(peer.x, peer.window, PropertyChangeMask);
	assert_int_equal(selection_atoms_init(peer.x, &peer.atoms), 0);
}

static int start(void **state)
{
	static const struct display_callbacks display_callbacks = {
		.other = pass_event,
		.lost = fail_on_loss,
	};
	char reason[256];

	(void)state;
	n_changed = n_cleared = n_queried = n_fetched = 0;
	if (sd_event_new(&event) < 0 ||
	    display_open(&display, xvfb.display, NULL, &display_callbacks, NULL, reason,
			 sizeof(reason)) < 0)
		return -1;
	start_peer();
	return selection_start(&selection, event, &display, LIMIT, CLIPBOARD_BOTH, &callbacks,
			       NULL);
}

static int finish(void **state)
{
	(void)state;
	selection_stop(&selection);
	text = clipboard_text_unref(text);
	if (peer.x)
		XCloseDisplay(peer.x);
	display_close(&display);
	event = sd_event_unref(event);
	return 0;
}

/* With PRIMARY going which way. */
static void restart(enum clipboard_mode primary)
{
	selection_stop(&selection);
	n_changed = n_cleared = 0;
	assert_int_equal(
		selection_start(&selection, event, &display, LIMIT, primary, &callbacks, NULL), 0);
}

/* ---- fetching ---- */

static int query(void)
{
	int before = n_queried;

	selection_query(&selection);
	WAIT(n_queried > before);
	return query_result;
}

static int fetch(void)
{
	int before = n_fetched;

	selection_fetch(&selection);
	WAIT(n_fetched > before);
	return fetch_result;
}

static char *many(size_t length)
{
	char *bytes = malloc(length + 1);

	for (size_t i = 0; i < length; i++)
		bytes[i] = (char)('a' + i % 23);
	bytes[length] = '\0';
	return bytes;
}

static void assert_text_is(const char *expected, size_t length)
{
	assert_non_null(text);
	assert_int_equal(text->length, length);
	assert_memory_equal(text->bytes, expected, length);
}

static void assert_text(const char *expected)
{
	assert_text_is(expected, strlen(expected));
}

static void test_fetch(void **state)
{
	(void)state;
	for (int which = 0; which < 2; which++) {
		peer_owns(which, ANSWERS, "你好\r\n😀", 13 - 1);
		assert_int_equal(query(), 1);
		assert_int_equal(fetch(), 0);
		assert_text("你好\n😀");
	}
}

static void test_fetch_latin1(void **state)
{
	(void)state;
	peer_owns(0, ONLY_LATIN1, "gr\xfcn", 4);
	assert_int_equal(query(), 1);
	assert_int_equal(fetch(), 0);
	assert_text("grün");
	/* Where the owner does not list its targets, each is tried. */
	peer_owns(0, NO_TARGETS, "gr\xfcn", 4);
	assert_int_equal(query(), 1);
	assert_int_equal(fetch(), 0);
	assert_text("grün");
}

/* Owners that know one kind of text alone. */
static void test_fetch_the_only_target(void **state)
{
	static const struct {
		enum selection_target target;
		const char *bytes, *text;
	} cases[] = {
		{ SELECTION_UTF8_STRING, "grün 你", "grün 你" },
		{ SELECTION_PLAIN_UTF8, "grün 你", "grün 你" },
		{ SELECTION_PLAIN, "grün 你", "grün 你" },
		{ SELECTION_PLAIN, "gr\xfcn", "grün" },
		{ SELECTION_STRING, "gr\xc3\xbcn", "gr\xc3\x83\xc2\xbcn" },
		{ SELECTION_TEXT, "gr\xfcn", "grün" },
		{ SELECTION_TEXT, "你", "你" },
		{ SELECTION_COMPOUND_TEXT, "gr\xfcn\t\n", "grün\t\n" },
		{ SELECTION_COMPOUND_TEXT, "", "" },
		/* Cyrillic, Japanese, and UTF-8. */
		{ SELECTION_COMPOUND_TEXT, "\x1b-L\xd7\x1b$(B$\"\x1b(B\x1b%G😀\x1b%@z", "зあ😀z" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		peer.only = cases[i].target;
		peer_owns(0, ONLY_THIS, cases[i].bytes, strlen(cases[i].bytes));
		assert_int_equal(query(), 1);
		assert_int_equal(fetch(), 0);
		assert_text(cases[i].text);
	}
	peer.only = SELECTION_COMPOUND_TEXT;
	char *bytes = many(LIMIT + 1);
	peer_owns(0, ONLY_THIS, bytes, LIMIT);
	assert_int_equal(query(), 1);
	assert_int_equal(fetch(), 0);
	assert_text_is(bytes, LIMIT);
	free(bytes);
}

static void test_no_text(void **state)
{
	(void)state;
	peer_owns(0, PICTURE, "", 0);
	assert_int_equal(query(), 0);
	assert_int_equal(fetch(), -ENOENT);
	peer_owns(0, LIES, "", 0);
	assert_int_equal(query(), 1);
	assert_int_equal(fetch(), -ENOENT);
	peer_owns(0, ANSWERS, "\xff\xfe", 2);
	assert_int_equal(query(), 1);
	assert_int_equal(fetch(), -EILSEQ);
	peer_owns(0, ANSWERS, "", 0);
	assert_int_equal(query(), 1);
	assert_int_equal(fetch(), 0);
	assert_text("");
}

static void test_limit(void **state)
{
	char *bytes = many(LIMIT + 1);

	(void)state;
	for (enum manners manners = ANSWERS; manners <= IN_PIECES; manners += IN_PIECES) {
		peer_owns(0, manners, bytes, LIMIT);
		assert_int_equal(query(), 1);
		assert_int_equal(fetch(), 0);
		assert_int_equal(text->length, LIMIT);
		assert_memory_equal(text->bytes, bytes, LIMIT);
		peer_owns(0, manners, bytes, LIMIT + 1);
		assert_int_equal(query(), 1);
		assert_int_equal(fetch(), -EMSGSIZE);
		/* Its owner has sent all. */
		assert_true(manners == ANSWERS || peer.sent == LIMIT + 1);
	}
	peer_owns(0, ENDLESS, bytes, LIMIT);
	assert_int_equal(query(), 1);
	assert_int_equal(fetch(), -EMSGSIZE);
	free(bytes);
}

static void test_pieces(void **state)
{
	char *bytes = many(3 * PIECE);

	(void)state;
	for (size_t length = 0; length <= 3 * PIECE; length += 3 * PIECE / 2) {
		peer_owns(1, IN_PIECES, bytes, length);
		assert_int_equal(query(), 1);
		assert_int_equal(fetch(), 0);
		assert_int_equal(text->length, length);
		assert_memory_equal(text->bytes, bytes, length);
	}
	free(bytes);
}

static void test_no_answer(void **state)
{
	char *bytes = many(2 * PIECE);

	(void)state;
	peer_owns(0, SILENT, "", 0);
	assert_int_equal(query(), -ETIMEDOUT);
	peer_owns(0, ONE_PIECE, bytes, 2 * PIECE);
	assert_int_equal(query(), 1);
	assert_int_equal(fetch(), -ETIMEDOUT);
	peer_owns(0, ANSWERS, "awake", 5);
	assert_int_equal(query(), 1);
	assert_int_equal(fetch(), 0);
	assert_text("awake");
	free(bytes);
}

/* A request ends without an answer when something else is copied. */
static void test_overtaken(void **state)
{
	(void)state;
	peer_owns(0, SILENT, "", 0);
	selection_query(&selection);
	peer_owns(0, ANSWERS, "second", 6);
	assert_int_equal(n_queried, 0);
	assert_int_equal(query(), 1);
	assert_int_equal(fetch(), 0);
	assert_text("second");
	assert_int_equal(n_queried, 1);
	assert_int_equal(n_fetched, 1);
}

static void test_the_owner_vanishes(void **state)
{
	int before;

	(void)state;
	/* Marked text that no longer is. */
	peer_owns(1, SILENT, "", 0);
	selection_query(&selection);
	before = n_changed;
	XSetSelectionOwner(peer.x, XA_PRIMARY, None, CurrentTime);
	WAIT(n_changed > before);
	assert_false(is_owned);
	for (int which = 0; which < 2; which++) {
		peer_owns(which, SILENT, "", 0);
		selection_query(&selection);
		before = n_changed;
		XDestroyWindow(peer.x, peer.window);
		WAIT(n_changed > before);
		assert_false(is_owned);
		XCloseDisplay(peer.x);
		start_peer();
	}
	peer_owns(0, SILENT, "", 0);
	before = n_changed;
	XCloseDisplay(peer.x);
	start_peer();
	WAIT(n_changed > before);
	assert_false(is_owned);
	assert_int_equal(n_queried, 0);
	assert_int_equal(n_cleared, 0);
	/* There is no owner. */
	assert_int_equal(fetch(), -ENOENT);
}

static void peer_clears(int which)
{
	int before = n_cleared;

	XSetSelectionOwner(peer.x, peer.atoms.names[which], None, CurrentTime);
	WAIT(n_cleared > before);
	assert_int_equal(n_cleared, before + 1);
}

static void test_cleared(void **state)
{
	(void)state;
	peer_owns(0, ANSWERS, "secret", 6);
	assert_int_equal(query(), 1);
	selection_fetch(&selection);
	peer_clears(0);
	assert_int_equal(n_fetched, 0);
	assert_int_equal(selection.current, None);
	/* As password managers do, with what they copy also as PRIMARY. */
	peer_owns(0, ANSWERS, "secret", 6);
	peer_owns(1, ANSWERS, "secret", 6);
	peer_clears(0);
	assert_int_equal(selection.current, None);
}

/* Selecting with the mouse takes PRIMARY at each step. */
static void test_primary_has_to_rest(void **state)
{
	(void)state;
	for (int i = 0; i < 20; i++) {
		XSetSelectionOwner(peer.x, XA_PRIMARY, peer.window, CurrentTime);
		XSync(peer.x, False);
		display_dispatch(&display);
	}
	peer_owns(1, ANSWERS, "selected", 8);
	assert_int_equal(n_changed, 1);
	/* What is copied meanwhile is later. */
	XSetSelectionOwner(peer.x, XA_PRIMARY, peer.window, CurrentTime);
	peer_owns(0, ANSWERS, "copied", 6);
	assert_int_equal(selection.current, selection.atoms.names[0]);
	/* And an owner from before the start counts too. */
	restart(CLIPBOARD_BOTH);
	assert_int_equal(selection.current, selection.atoms.names[0]);
	assert_int_equal(n_changed, 0);
	assert_int_equal(query(), 1);
}

/* ---- owning ---- */

static void own(const char *utf8)
{
	struct clipboard_text *owned;

	assert_int_equal(
		clipboard_text_from_utf8((const uint8_t *)utf8, strlen(utf8), LIMIT, &owned), 0);
	selection_own(&selection, owned);
	clipboard_text_unref(owned);
	WAIT(selection.owner.text == owned);
	assert_int_equal(n_changed, 0); /* we are not another program */
}

static void test_targets(void **state)
{
	const struct selection_atoms *atoms = &peer.atoms;
	const Atom property = atoms->property;

	(void)state;
	own("grün €\n");
	for (int which = 0; which < 2; which++) {
		Atom name = atoms->names[which];

		assert_true(peer_asks(name, atoms->texts[0], property, CurrentTime));
		assert_answer(property, atoms->texts[0], "grün €\n");
		assert_true(peer_asks(name, atoms->texts[1], property, CurrentTime));
		assert_answer(property, atoms->texts[1], "grün €\n");
		assert_true(peer_asks(name, XA_STRING, property, CurrentTime));
		assert_answer(property, XA_STRING, "gr\xfcn EUR\n");
		assert_true(peer_asks(name, atoms->texts[SELECTION_TEXT], property, CurrentTime));
		assert_answer(property, atoms->texts[0], "grün €\n");
		assert_true(peer_asks(name, atoms->texts[SELECTION_PLAIN], property, CurrentTime));
		assert_answer(property, atoms->texts[SELECTION_PLAIN], "grün €\n");
		Atom compound = atoms->texts[SELECTION_COMPOUND_TEXT];
		assert_true(peer_asks(name, compound, property, CurrentTime));
		assert_answer(property, compound, "gr\xfcn \x1b-b\xa4\n");
		assert_false(peer_asks(name, XA_PIXMAP, property, CurrentTime));
		assert_false(peer_asks(name, XA_BITMAP, None, CurrentTime));
	}
	/* A client that names no property means the target. */
	assert_true(peer_asks(XA_PRIMARY, XA_STRING, None, CurrentTime));
	assert_answer(XA_STRING, XA_STRING, "gr\xfcn EUR\n");
	own("grün");
	assert_true(peer_asks(XA_PRIMARY, atoms->texts[SELECTION_TEXT], property, CurrentTime));
	assert_answer(property, XA_STRING, "gr\xfcn");
}

static void test_targets_target(void **state)
{
	const struct selection_atoms *atoms = &peer.atoms;
	const Atom expected[] = { atoms->targets,  atoms->timestamp, atoms->multiple,
				  atoms->texts[0], atoms->texts[1],  atoms->texts[2],
				  atoms->texts[3], atoms->texts[4],  atoms->texts[5] };
	struct answer answer;

	(void)state;
	own("x");
	assert_true(peer_asks(atoms->names[0], atoms->targets, atoms->property, CurrentTime));
	answer = take(atoms->property);
	assert_int_equal(answer.type, XA_ATOM);
	assert_int_equal(answer.format, 32);
	assert_int_equal(answer.n, 9);
	assert_memory_equal(answer.data, expected, sizeof(expected));
	XFree(answer.data);
}

static void test_timestamp(void **state)
{
	const struct selection_atoms *atoms = &peer.atoms;
	Time before = server_time(), acquired;
	struct answer answer;

	(void)state;
	own("x");
	assert_true(peer_asks(atoms->names[0], atoms->timestamp, atoms->property, CurrentTime));
	answer = take(atoms->property);
	assert_int_equal(answer.type, XA_INTEGER);
	assert_int_equal(answer.format, 32);
	assert_int_equal(answer.n, 1);
	acquired = (Time) * (long *)(void *)answer.data;
	XFree(answer.data);
	assert_true(acquired >= before && acquired <= server_time());
	/* Before that, it was not ours. */
	assert_true(peer_asks(XA_PRIMARY, XA_STRING, atoms->property, acquired));
	assert_false(peer_asks(XA_PRIMARY, XA_STRING, atoms->property, acquired - 1));
}

static void set_pairs(const Atom *pairs, int n)
{
	XChangeProperty(peer.x, peer.window, peer.atoms.property, peer.atoms.atom_pair, 32,
			PropModeReplace, (const unsigned char *)pairs, n);
}

static void test_multiple(void **state)
{
	const struct selection_atoms *atoms = &peer.atoms;
	const Atom property = atoms->property, name = atoms->names[0];
	Atom pairs[] = { atoms->texts[0],  XA_CUT_BUFFER0, XA_PIXMAP, XA_CUT_BUFFER1,
			 atoms->timestamp, XA_CUT_BUFFER2, XA_STRING, None,
			 atoms->multiple,  XA_CUT_BUFFER3 };
	static Atom long_list[2 * 33];
	struct answer answer;

	(void)state;
	own("ä");
	set_pairs(pairs, 10);
	assert_true(peer_asks(name, atoms->multiple, property, CurrentTime));
	answer = take(property);
	assert_int_equal(answer.type, atoms->atom_pair);
	assert_int_equal(answer.n, 10);
	pairs[3] = pairs[9] = None;
	assert_memory_equal(answer.data, pairs, sizeof(pairs));
	XFree(answer.data);
	assert_answer(XA_CUT_BUFFER0, atoms->texts[0], "ä");
	answer = take(XA_CUT_BUFFER2);
	assert_int_equal(answer.type, XA_INTEGER);
	XFree(answer.data);

	assert_false(peer_asks(name, atoms->multiple, None, CurrentTime));
	set_pairs(pairs, 3); /* no pairs */
	assert_false(peer_asks(name, atoms->multiple, property, CurrentTime));
	set_pairs(long_list, 64);
	assert_true(peer_asks(name, atoms->multiple, property, CurrentTime));
	set_pairs(long_list, 66);
	assert_false(peer_asks(name, atoms->multiple, property, CurrentTime));
}

/* Reads a text that comes in pieces; returns its length. */
static size_t take_pieces(Atom property, const char *expected)
{
	struct answer answer;
	size_t length = 0;
	bool is_last;

	do {
		peer.new_piece = false;
		WAIT(peer.new_piece);
		answer = take(property);
		/* A piece that is not there was read together with the one before. */
		is_last = answer.type != None && answer.n == 0;
		assert_true(length + answer.n <= strlen(expected));
		assert_memory_equal(answer.data, expected + length, answer.n);
		XFree(answer.data);
		length += answer.n;
	} while (!is_last);
	return length;
}

static void test_send_pieces(void **state)
{
	const struct selection_atoms *atoms = &peer.atoms;
	char *bytes = many(LIMIT);
	struct answer answer;

	(void)state;
	own(bytes);
	assert_true(peer_asks(atoms->names[0], atoms->texts[0], atoms->property, CurrentTime));
	/* Losing the selection does not end the transfer. */
	XSetSelectionOwner(peer.x, atoms->names[0], peer.window, CurrentTime);
	XSetSelectionOwner(peer.x, atoms->names[1], peer.window, CurrentTime);
	WAIT(!selection.owner.text);
	answer = take(atoms->property);
	assert_int_equal(answer.type, atoms->incr);
	assert_int_equal(*(long *)(void *)answer.data, LIMIT);
	XFree(answer.data);
	assert_int_equal(take_pieces(atoms->property, bytes), LIMIT);
	assert_int_equal(selection.owner.transfers[0].requestor, None);
	free(bytes);
}

static void test_too_many_transfers(void **state)
{
	const struct selection_atoms *atoms = &peer.atoms;
	char *bytes = many(LIMIT);

	(void)state;
	own(bytes);
	for (Atom property = 1; property <= SELECTION_TRANSFERS_MAX; property++)
		assert_true(peer_asks(atoms->names[0], atoms->texts[0], property, CurrentTime));
	assert_false(peer_asks(atoms->names[0], atoms->texts[0], atoms->property, CurrentTime));
	/* One that starts again keeps its place. */
	assert_true(peer_asks(atoms->names[0], atoms->texts[0], 1, CurrentTime));
	/* They end with their window. */
	XDestroyWindow(peer.x, peer.window);
	WAIT(!selection.owner.transfers[SELECTION_TRANSFERS_MAX - 1].requestor);
	for (int i = 0; i < SELECTION_TRANSFERS_MAX; i++)
		assert_int_equal(selection.owner.transfers[i].requestor, None);
	free(bytes);
}

static void test_the_root_window_asks(void **state)
{
	const struct selection_atoms *atoms = &peer.atoms;
	char *bytes = many(LIMIT);
	XWindowAttributes attributes;

	(void)state;
	XSelectInput(display.x, display.root, StructureNotifyMask);
	own(bytes);
	XConvertSelection(peer.x, XA_PRIMARY, XA_STRING, atoms->property, display.root,
			  CurrentTime);
	XSync(peer.x, False);
	display_dispatch(&display);
	assert_int_equal(selection.owner.transfers[0].requestor, None);
	XGetWindowAttributes(display.x, display.root, &attributes);
	assert_int_equal(attributes.your_event_mask, StructureNotifyMask);
	free(bytes);
}

static void test_lost_and_disowned(void **state)
{
	const struct selection_atoms *atoms = &peer.atoms;

	(void)state;
	own("x");
	assert_int_equal(XGetSelectionOwner(peer.x, atoms->names[0]), selection.window);
	assert_int_equal(XGetSelectionOwner(peer.x, XA_PRIMARY), selection.window);
	peer_owns(1, ANSWERS, "selected", 8);
	assert_true(peer_asks(atoms->names[0], atoms->texts[0], atoms->property, CurrentTime));
	assert_answer(atoms->property, atoms->texts[0], "x");
	peer_owns(0, ANSWERS, "copied", 6);
	assert_null(selection.owner.text);

	n_changed = 0;
	own("y");
	WAIT(peer.is_cleared);
	selection_disown(&selection);
	assert_null(selection.owner.text);
	XSync(display.x, False);
	assert_int_equal(XGetSelectionOwner(peer.x, atoms->names[0]), None);
	assert_int_equal(XGetSelectionOwner(peer.x, XA_PRIMARY), None);

	own("z");
	selection_stop(&selection);
	XSync(display.x, False);
	assert_int_equal(XGetSelectionOwner(peer.x, atoms->names[0]), None);
}

/* Another program clears what a viewer has copied. */
static void test_ours_is_cleared(void **state)
{
	(void)state;
	own("x");
	peer_clears(0);
	assert_null(selection.owner.text);
	XSync(display.x, False);
	assert_int_equal(XGetSelectionOwner(peer.x, XA_PRIMARY), None);
	/* Releasing it ourselves is no clearing. */
	own("y");
	selection_disown(&selection);
	XSync(display.x, False);
	peer_owns(0, ANSWERS, "z", 1);
	assert_int_equal(n_cleared, 1);
	/* Nor is there anything to clear twice. */
	peer_clears(0);
	XSetSelectionOwner(peer.x, peer.atoms.names[0], None, CurrentTime);
	XSync(peer.x, False);
	display_dispatch(&display);
	assert_int_equal(n_cleared, 2);
}

/* Events from before the text was acquired, which are handled after it. */
static void test_late_events(void **state)
{
	XEvent late = { .xselectionclear = { .type = SelectionClear } };
	const Atom name = peer.atoms.names[0];
	struct clipboard_text *owned;

	(void)state;
	own("first");
	/* Another program copies, but the events wait until the next text is acquired. */
	XSetSelectionOwner(peer.x, name, peer.window, CurrentTime);
	XSetSelectionOwner(peer.x, XA_PRIMARY, peer.window, CurrentTime);
	Time now = server_time();
	assert_int_equal(clipboard_text_from_utf8((const uint8_t *)"second", 6, LIMIT, &owned), 0);
	selection_owner_acquire(&selection.owner, owned, now);
	clipboard_text_unref(owned);
	XSync(display.x, False);
	display_dispatch(&display);
	assert_true(selection.owner.owns[0] && selection.owner.owns[1]);
	assert_ptr_equal(selection.owner.text, owned);
	assert_int_equal(n_changed, 0);
	assert_true(peer_asks(name, peer.atoms.texts[0], peer.atoms.property, CurrentTime));
	assert_answer(peer.atoms.property, peer.atoms.texts[0], "second");
	/* By its time (ICCCM, 2.2). */
	late.xselectionclear.window = selection.window;
	late.xselectionclear.selection = name;
	late.xselectionclear.time = now - 1;
	XSendEvent(peer.x, selection.window, False, NoEventMask, &late);
	XSync(peer.x, False);
	display_dispatch(&display);
	assert_true(selection.owner.owns[0]);
	late.xselectionclear.time = now;
	XSendEvent(peer.x, selection.window, False, NoEventMask, &late);
	WAIT(!selection.owner.owns[0]);
}

/* PRIMARY in each direction, or neither. */
static void test_primary_goes_one_way(void **state)
{
	(void)state;
	for (enum clipboard_mode primary = CLIPBOARD_OFF; primary <= CLIPBOARD_BOTH; primary++) {
		bool to_desktop = primary & CLIPBOARD_TO_DESKTOP;
		bool to_viewer = primary & CLIPBOARD_TO_VIEWER;

		/* What is marked before the start, and then. */
		XSetSelectionOwner(peer.x, XA_PRIMARY, peer.window, CurrentTime);
		XSync(peer.x, False);
		restart(primary);
		assert_int_equal(selection.current, to_viewer ? XA_PRIMARY : None);
		own("x");
		assert_int_equal(XGetSelectionOwner(peer.x, peer.atoms.names[0]), selection.window);
		assert_int_equal(XGetSelectionOwner(peer.x, XA_PRIMARY),
				 to_desktop ? selection.window : peer.window);
		XSetSelectionOwner(peer.x, XA_PRIMARY, peer.window, CurrentTime);
		if (to_viewer)
			WAIT(n_changed);
		/* What is copied counts in any case, and is the first to be told otherwise. */
		n_changed = 0;
		peer_owns(0, ANSWERS, "copied", 6);
		assert_int_equal(n_changed, 1);
		XSetSelectionOwner(peer.x, peer.atoms.names[0], None, CurrentTime);
		XSync(peer.x, False);
		display_dispatch(&display);
	}
}

/* A program copies while a viewer's text waits for the server's time: the program's is newer. */
static void test_overtaken_by_the_desktop(void **state)
{
	struct clipboard_text *owned;

	(void)state;
	assert_int_equal(clipboard_text_from_utf8((const uint8_t *)"x", 1, LIMIT, &owned), 0);
	XSetSelectionOwner(peer.x, peer.atoms.names[0], peer.window, CurrentTime);
	XSync(peer.x, False);
	selection_own(&selection, owned);
	clipboard_text_unref(owned);
	WAIT(n_changed);
	assert_null(selection.to_own);
	for (int i = 0; i < 10; i++)
		pump();
	assert_int_equal(XGetSelectionOwner(peer.x, peer.atoms.names[0]), peer.window);
}

#define TEST_CASE(name) cmocka_unit_test_setup_teardown(name, start, finish)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_CASE(test_fetch),
		TEST_CASE(test_fetch_latin1),
		TEST_CASE(test_fetch_the_only_target),
		TEST_CASE(test_no_text),
		TEST_CASE(test_limit),
		TEST_CASE(test_pieces),
		TEST_CASE(test_no_answer),
		TEST_CASE(test_overtaken),
		TEST_CASE(test_the_owner_vanishes),
		TEST_CASE(test_cleared),
		TEST_CASE(test_primary_has_to_rest),
		TEST_CASE(test_targets),
		TEST_CASE(test_targets_target),
		TEST_CASE(test_timestamp),
		TEST_CASE(test_multiple),
		TEST_CASE(test_send_pieces),
		TEST_CASE(test_too_many_transfers),
		TEST_CASE(test_the_root_window_asks),
		TEST_CASE(test_lost_and_disowned),
		TEST_CASE(test_overtaken_by_the_desktop),
		TEST_CASE(test_ours_is_cleared),
		TEST_CASE(test_late_events),
		TEST_CASE(test_primary_goes_one_way),
	};

	return cmocka_run_group_tests(tests, start_server, stop_server);
}
