/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The clipboard between any other X clients and any viewers: what owners of selections answer (of
 * any type, format and size, whole or in pieces, late or never), what requestors ask us for, and
 * the cut texts of two viewers, in any order, with and without a desktop. The calls of Xlib and xcb
 * that the clipboard's files make are ours here.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <X11/Xatom.h>
#include <X11/Xlib-xcb.h>
#include <X11/Xutil.h>
#include <xcb/xcb.h>

#include "bytes.h"
#include "common/log.h"
#include "scraper/clipboard/clipboard.h"
#include "scraper/clipboard/selection.h"
#include "scraper/protocol/client_messages.h"
#include "steered_event.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	LIMIT = 128, /* bytes of a text */
	ROOT = 1,
	OURS = 2,
	FOREIGN = 3, /* and above */
	FIXES_EVENT = 87,
	FIRST_ATOM = 100,
	N_ATOMS = 13,
	PROPERTY_MAX = 256, /* bytes */
	N_VIEWERS = 2,
	SECOND = 1000000,
	STEPS_MAX = 200,
};

/* ---- the X server ---- */

/* The only property that can be read, of any window. */
static struct {
	Atom type;
	int format;
	uint8_t bytes[PROPERTY_MAX];
	size_t n; /* items */
	bool is_broken;
} property;
static Window owners[2];
static bool others_are_quicker;

Status XInternAtoms(Display *x, char **names, int n, Bool only_if_exists, Atom *ret_atoms)
{
	(void)x;
	(void)names;
	(void)only_if_exists;
	for (int i = 0; i < n; i++)
		ret_atoms[i] = FIRST_ATOM + (Atom)i;
	return 1;
}

static size_t item_size(int format)
{
	return format == 32 ? sizeof(long) : (size_t)format / 8;
}

/* In Xlib's format: 32 bits in each long. */
static unsigned char *copy_items(size_t first, size_t n)
{
	size_t wire = (size_t)property.format / 8;
	unsigned char *data = malloc(n * item_size(property.format) + 1);

	require(data != NULL);
	for (size_t i = 0; i < n; i++) {
		const uint8_t *from = property.bytes + (first + i) * wire;
		long item = 0;

		memcpy(&item, from, wire);
		memcpy(data + i * item_size(property.format), &item, item_size(property.format));
	}
	data[n * item_size(property.format)] = '\0';
	return data;
}

int XGetWindowProperty(Display *x, Window window, Atom name, long offset, long length, Bool remove,
		       Atom requested, Atom *type, int *format, unsigned long *n,
		       unsigned long *after, unsigned char **data)
{
	size_t wire = (size_t)property.format / 8, most;

	(void)x;
	(void)window;
	(void)name;
	(void)requested;
	require(offset == 0 && length >= 0);
	if (property.is_broken)
		return BadWindow;
	*type = property.type;
	*format = property.type ? property.format : 0;
	*n = *after = 0;
	*data = NULL;
	if (!property.type)
		return Success;
	most = (size_t)length * 4 / wire;
	*n = most < property.n ? most : property.n;
	*after = (property.n - *n) * wire;
	*data = copy_items(0, *n);
	if (remove && !*after)
		property.type = None;
	return Success;
}

/* The same for xcb: as it comes over the wire. */
static struct {
	bool remove;
	uint32_t length; /* units of 4 bytes */
} asked;

xcb_connection_t *XGetXCBConnection(Display *x)
{
	(void)x;
	return NULL;
}

xcb_get_property_cookie_t xcb_get_property(xcb_connection_t *c, uint8_t remove, xcb_window_t window,
					   xcb_atom_t name, xcb_atom_t type, uint32_t offset,
					   uint32_t length)
{
	(void)c;
	(void)name;
	(void)type;
	require(window == OURS && offset == 0);
	asked.remove = remove;
	asked.length = length;
	return (xcb_get_property_cookie_t){ 1 };
}

xcb_get_property_reply_t *xcb_get_property_reply(xcb_connection_t *c,
						 xcb_get_property_cookie_t cookie,
						 xcb_generic_error_t **error)
{
	size_t wire = (size_t)property.format / 8, n = 0;
	xcb_get_property_reply_t *reply;

	(void)c;
	require(cookie.sequence == 1);
	if (property.is_broken) {
		*error = calloc(1, sizeof(**error));
		return NULL;
	}
	if (property.type) {
		n = (size_t)asked.length * 4 / wire;
		n = n < property.n ? n : property.n;
	}
	reply = calloc(1, sizeof(*reply) + (n * wire + 3) / 4 * 4);
	require(reply != NULL);
	reply->length = (uint32_t)((n * wire + 3) / 4);
	if (!property.type)
		return reply;
	reply->type = (xcb_atom_t)property.type;
	reply->format = (uint8_t)property.format;
	reply->value_len = (uint32_t)n;
	reply->bytes_after = (uint32_t)((property.n - n) * wire);
	memcpy(reply + 1, property.bytes, n * wire);
	if (asked.remove && !reply->bytes_after)
		property.type = None;
	return reply;
}

void *xcb_get_property_value(const xcb_get_property_reply_t *reply)
{
	return (void *)(uintptr_t)(reply + 1);
}

int XDeleteProperty(Display *x, Window window, Atom name)
{
	(void)x;
	(void)window;
	(void)name;
	property.type = None;
	return 1;
}

/* Reads its data, so that a sanitizer sees a bad read. */
int XChangeProperty(Display *x, Window window, Atom name, Atom type, int format, int mode,
		    const unsigned char *data, int n)
{
	int sum = 0;

	(void)x;
	(void)window;
	(void)name;
	(void)type;
	(void)mode;
	require(n >= 0 && (format == 8 || format == 16 || format == 32));
	for (size_t i = 0; i < (size_t)n * item_size(format); i++)
		sum ^= data[i];
	return sum | 1;
}

int XConvertSelection(Display *x, Atom selection, Atom target, Atom name, Window window, Time time)
{
	(void)x;
	(void)selection;
	(void)target;
	(void)name;
	(void)time;
	require(window == OURS);
	return 1;
}

static int owner_index(Atom selection)
{
	require(selection == XA_PRIMARY || selection == FIRST_ATOM);
	return selection == XA_PRIMARY;
}

int XSetSelectionOwner(Display *x, Atom selection, Window owner, Time time)
{
	(void)x;
	(void)time;
	if (!others_are_quicker)
		owners[owner_index(selection)] = owner;
	return 1;
}

Window XGetSelectionOwner(Display *x, Atom selection)
{
	(void)x;
	return owners[owner_index(selection)];
}

Window XCreateWindow(Display *x, Window parent, int left, int top, unsigned width, unsigned height,
		     unsigned border, int depth, unsigned class, Visual *visual, unsigned long mask,
		     XSetWindowAttributes *attributes)
{
	(void)x;
	(void)parent;
	(void)left;
	(void)top;
	(void)width;
	(void)height;
	(void)border;
	(void)depth;
	(void)class;
	(void)visual;
	(void)mask;
	(void)attributes;
	return OURS;
}

int XDestroyWindow(Display *x, Window window)
{
	(void)x;
	require(window == OURS);
	return 1;
}

int XSelectInput(Display *x, Window window, long mask)
{
	(void)x;
	(void)mask;
	require(window != OURS && window != ROOT);
	return 1;
}

int XSendEvent(Display *x, Window window, Bool propagate, long mask, XEvent *event)
{
	(void)x;
	(void)window;
	(void)propagate;
	(void)mask;
	require(event->type == SelectionNotify);
	return 1;
}

Atom XInternAtom(Display *x, const char *name, Bool only_if_exists)
{
	(void)x;
	(void)name;
	(void)only_if_exists;
	return FIRST_ATOM + 3;
}

/* Xlib's conversions are not what is tested: bytes stay as they are. */
int Xutf8TextListToTextProperty(Display *x, char **list, int count, XICCEncodingStyle style,
				XTextProperty *ret_property)
{
	(void)x;
	require(count == 1 && style == XCompoundTextStyle);
	ret_property->nitems = strlen(list[0]);
	ret_property->value = (unsigned char *)strdup(list[0]);
	return 0;
}

int Xutf8TextPropertyToTextList(Display *x, const XTextProperty *from, char ***ret_list,
				int *ret_count)
{
	(void)x;
	if (from->nitems && from->value[0] == 0xff)
		return XConverterNotFound;
	*ret_count = from->nitems > 0;
	*ret_list = NULL;
	if (!*ret_count)
		return 0;
	*ret_list = malloc(sizeof(**ret_list));
	require(*ret_list != NULL);
	(*ret_list)[0] = strndup((const char *)from->value, from->nitems);
	return 0;
}

void XFreeStringList(char **list)
{
	free(list[0]);
	free(list);
}

unsigned long XNextRequest(Display *x)
{
	(void)x;
	return 0; /* no event is late */
}

int XFlush(Display *x)
{
	(void)x;
	return 1;
}

int XFree(void *data)
{
	free(data);
	return 1;
}

void XFixesSelectSelectionInput(Display *x, Window window, Atom selection, unsigned long mask)
{
	(void)x;
	(void)mask;
	require(window == OURS);
	(void)owner_index(selection);
}

/* ---- the clipboard's two sides ---- */

struct run {
	struct display display;
	struct selection selection;
	struct clipboard clipboard;
	struct clipboard_viewer viewers[N_VIEWERS];
	bool can_send;
};

static int send_to(void *viewer, const uint8_t *message, size_t length)
{
	(void)viewer;
	require(length >= 8 && message[0] == 3);
	require(client_cut_text_length(message) == (int32_t)(length - 8) ||
		client_cut_text_length(message) == -(int32_t)(length - 8));
	return 0;
}

static bool can_send(const void *viewer)
{
	return ((const struct run *)viewer)->can_send;
}

static void own(struct selection *selection, struct clipboard_text *text)
{
	require(text->length <= LIMIT);
	selection_own(selection, text);
}

static const struct clipboard_operations operations = {
	.send = send_to,
	.can_send = can_send,
	.query = selection_query,
	.fetch = selection_fetch,
	.own = own,
	.disown = selection_disown,
};

static void on_queried(struct clipboard *clipboard, int result)
{
	require(result == 0 || result == 1 || result == -ETIMEDOUT);
	clipboard_queried(clipboard, result);
}

static void on_fetched(struct clipboard *clipboard, int result, struct clipboard_text *text)
{
	require(result <= 0 && (result == 0) == (text != NULL));
	require(!text || text->length <= LIMIT);
	clipboard_fetched(clipboard, result, text);
}

static const struct selection_callbacks callbacks = {
	.changed = clipboard_changed,
	.cleared = clipboard_cleared,
	.answers = { .queried = on_queried, .fetched = on_fetched },
};

/* ---- what happens ---- */

static Atom take_atom(struct bytes *input)
{
	static const Atom others[] = { None, XA_PRIMARY, XA_STRING, XA_ATOM, 9999 };
	unsigned which = take_u8(input) % (N_ATOMS + 5);

	return which < N_ATOMS ? FIRST_ATOM + which : others[which - N_ATOMS];
}

static Window take_window(struct bytes *input)
{
	return take_u8(input) % (FOREIGN + SELECTION_TRANSFERS_MAX + 2);
}

/* The input's bytes are repeated up to the chosen size. */
static void take_property(struct bytes *input)
{
	static const int formats[] = { 8, 8, 32, 16 };
	unsigned choice = take_u8(input);
	size_t size = take_u16(input) % (PROPERTY_MAX + 1), n;
	const uint8_t *bytes = take_some(input, choice >> 3, &n);

	property.type = take_atom(input);
	property.format = formats[choice % 4];
	property.is_broken = choice % 8 == 7;
	memset(property.bytes, 'x', size);
	fill_repeating(property.bytes, size, bytes, n);
	property.n = size / ((size_t)property.format / 8);
}

/* An owner's answer, mostly to the current request. */
static XEvent answer(const struct run *run, struct bytes *input)
{
	const struct selection *selection = &run->selection;
	const struct selection_requestor *requestor = &selection->requestor;
	unsigned choice = take_u8(input);
	XSelectionEvent event = {
		.type = SelectionNotify,
		.requestor = OURS,
		.selection = selection->current,
		.target = requestor->is_query
				  ? selection->atoms.targets
				  : selection->atoms.texts[requestor->target % N_SELECTION_TARGETS],
		.property = choice & 1 ? None : selection->atoms.property,
	};

	if (choice & 16)
		event.selection = take_atom(input);
	if (choice & 32)
		event.target = take_atom(input);
	return (XEvent){ .xselection = event };
}

static XEvent property_event(struct bytes *input)
{
	unsigned choice = take_u8(input);

	return (XEvent){ .xproperty = {
				 .type = PropertyNotify,
				 .window = choice & 1 ? take_window(input) : OURS,
				 .atom = choice & 2 ? take_atom(input) : FIRST_ATOM + N_ATOMS - 1,
				 .state = choice & 4 ? PropertyDelete : PropertyNewValue,
				 .time = choice,
			 } };
}

/* The server's time, which starts what waits for it. */
static XEvent time_event(struct bytes *input)
{
	return (XEvent){ .xproperty = {
				 .type = PropertyNotify,
				 .window = OURS,
				 .atom = FIRST_ATOM + N_ATOMS - 2,
				 .state = PropertyNewValue,
				 .time = take_u32(input),
			 } };
}

static XEvent request(struct bytes *input)
{
	return (XEvent){ .xselectionrequest = {
				 .type = SelectionRequest,
				 .requestor = take_window(input),
				 .selection = take_atom(input),
				 .target = take_atom(input),
				 .property = take_atom(input),
				 .time = take_u8(input),
			 } };
}

static XEvent new_owner(struct bytes *input)
{
	unsigned choice = take_u8(input);
	XEvent event = { .type = FIXES_EVENT + XFixesSelectionNotify };
	XFixesSelectionNotifyEvent *notify = (XFixesSelectionNotifyEvent *)(void *)&event;

	notify->selection = choice & 1 ? XA_PRIMARY : FIRST_ATOM;
	notify->owner = choice & 2 ? take_window(input) : FOREIGN;
	owners[choice & 1] = notify->owner;
	return event;
}

static XEvent other_event(struct bytes *input)
{
	unsigned choice = take_u8(input);
	XEvent event = { .xselectionclear = { .type = SelectionClear, .window = OURS } };

	if (choice & 1)
		event.xdestroywindow = (XDestroyWindowEvent){ .type = DestroyNotify,
							      .window = take_window(input) };
	else
		event.xselectionclear.selection = take_atom(input);
	return event;
}

/* A viewer's cut text, whose length field is right: message_reader has checked it. */
static void cut_text(struct run *run, struct bytes *input, bool extended)
{
	size_t n;
	const uint8_t *bytes = take_some(input, take_u8(input), &n);
	uint8_t *message = malloc(8 + n);
	uint32_t length = extended ? 0 - (uint32_t)n : (uint32_t)n;

	require(message != NULL);
	memset(message, 0, 8);
	message[0] = CLIENT_CUT_TEXT;
	for (int i = 0; i < 4; i++)
		message[4 + i] = (uint8_t)(length >> (24 - 8 * i));
	if (n)
		memcpy(message + 8, bytes, n);
	clipboard_message(&run->clipboard, &run->viewers[n % N_VIEWERS], message, 8 + n);
	free(message);
}

static void handle(struct run *run, XEvent event)
{
	selection_handle(&run->selection, &event);
}

static void viewer_step(struct run *run, struct bytes *input, unsigned what)
{
	struct clipboard_viewer *viewer = &run->viewers[what / 16 % N_VIEWERS];

	switch (what % 4) {
	case 0:
		cut_text(run, input, what & 4);
		break;
	case 1:
		clipboard_encodings(&run->clipboard, viewer, what & 4);
		break;
	case 2:
		run->can_send = what & 4;
		if (run->can_send)
			clipboard_serve(&run->clipboard, viewer);
		break;
	default:
		if (what & 8) {
			clipboard_requested(viewer, 1);
			if (what & 4)
				clipboard_offer(&run->clipboard, 1 + CLIPBOARD_OFFER_USEC);
			break;
		}
		clipboard_remove(&run->clipboard, viewer);
		clipboard_add(&run->clipboard, viewer, "viewer", what & 4, run);
		break;
	}
}

static void start_desktop(struct run *run, sd_event *event)
{
	require(selection_start(&run->selection, event, &run->display, LIMIT, CLIPBOARD_BOTH,
				&callbacks, &run->clipboard) == 0);
	clipboard_attach(&run->clipboard, run->selection.current != None);
}

static void end_desktop(struct run *run)
{
	selection_stop(&run->selection);
	clipboard_detach(&run->clipboard);
	require(!run->clipboard.text);
}

static void step(struct run *run, struct bytes *input, sd_event *event)
{
	unsigned what = take_u8(input);

	switch (what % 10) {
	case 0:
		handle(run, new_owner(input));
		break;
	case 1:
		handle(run, time_event(input));
		break;
	case 2: /* an owner answers, */
		take_property(input);
		handle(run, answer(run, input));
		break;
	case 3: /* or sends another piece */
		take_property(input);
		handle(run, property_event(input));
		break;
	case 4:
		handle(run, property_event(input));
		break;
	case 5:
		handle(run, request(input));
		break;
	case 6:
		handle(run, other_event(input));
		break;
	case 7:
		steered_event_advance(event, take_u8(input) * UINT64_C(20000));
		break;
	case 8:
		if (what < 128)
			others_are_quicker = !others_are_quicker;
		else if (run->clipboard.has_desktop)
			end_desktop(run);
		else
			start_desktop(run, event);
		break;
	default:
		viewer_step(run, input, take_u8(input));
		break;
	}
	/* A text is kept for the next desktop as long as its viewer is there. */
	require(run->clipboard.has_desktop || !run->clipboard.text || run->clipboard.source);
}

/* No request and no transfer waits for ever, whatever others fail to do. */
static void check_timeouts(struct run *run, sd_event *event)
{
	steered_event_advance(event, 6 * (uint64_t)SECOND);
	require(run->selection.requestor.step == SELECTION_IDLE);
	for (int i = 0; i < SELECTION_TRANSFERS_MAX; i++)
		require(!run->selection.owner.transfers[i].requestor);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes input = { data, size };
	sd_event *event = steered_event_new();
	struct run run = {
		.display = { .root = ROOT, .fixes_event = FIXES_EVENT },
		.can_send = true,
	};

	log_set_level(LOG_LEVEL_ERROR);
	memset(&property, 0, sizeof(property));
	property.format = 8;
	owners[0] = owners[1] = take_u8(&input) & 1 ? FOREIGN : None;
	others_are_quicker = false;
	clipboard_init(&run.clipboard, CLIPBOARD_BOTH, LIMIT, &operations, &run.selection);
	start_desktop(&run, event);
	for (int i = 0; i < N_VIEWERS; i++)
		clipboard_add(&run.clipboard, &run.viewers[i], "viewer", false, &run);
	for (int i = 0; i < STEPS_MAX && input.left; i++)
		step(&run, &input, event);
	check_timeouts(&run, event);
	for (int i = 0; i < N_VIEWERS; i++)
		clipboard_remove(&run.clipboard, &run.viewers[i]);
	selection_stop(&run.selection);
	clipboard_finish(&run.clipboard);
	sd_event_unref(event);
	return 0;
}
