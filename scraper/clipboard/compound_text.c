/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compound_text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <X11/Xutil.h>

uint8_t *compound_text_from(Display *x, const struct clipboard_text *text, size_t *ret_length)
{
	XTextProperty property;
	char *bytes = malloc(text->length + 1);

	if (!bytes)
		return NULL;
	memcpy(bytes, text->bytes, text->length);
	bytes[text->length] = '\0';
	/* A positive result: characters that it lacks are replaced. */
	int r = Xutf8TextListToTextProperty(x, &bytes, 1, XCompoundTextStyle, &property);
	clipboard_text_wipe_and_free(bytes, text->length);
	if (r < 0)
		return NULL;
	*ret_length = property.nitems;
	return property.value;
}

void compound_text_free(uint8_t *bytes, size_t length)
{
	if (length)
		explicit_bzero(bytes, length);
	XFree(bytes);
}

int compound_text_to(Display *x, const uint8_t *bytes, size_t length, size_t limit,
		     struct clipboard_text **ret_text)
{
	XTextProperty property = {
		.value = (unsigned char *)(uintptr_t)bytes,
		.encoding = XInternAtom(x, "COMPOUND_TEXT", False),
		.format = 8,
		/* Up to a NUL: it makes a list otherwise. */
		.nitems = length ? strnlen((const char *)bytes, length) : 0,
	};
	char **list = NULL;
	int n = 0, r = Xutf8TextPropertyToTextList(x, &property, &list, &n);

	if (r < 0)
		return r == XNoMemory ? -ENOMEM : -EILSEQ;
	const char *first = n > 0 && list[0] ? list[0] : "";
	size_t size = strlen(first);
	r = clipboard_text_from_utf8((const uint8_t *)first, size, limit, ret_text);
	if (size)
		explicit_bzero(list[0], size);
	if (list)
		XFreeStringList(list);
	return r;
}
