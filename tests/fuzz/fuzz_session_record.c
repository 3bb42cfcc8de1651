/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as a session record: refused, or a record that is written and read again the same. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "common/session_record.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void require_untouched(const struct session_record *record)
{
	struct session_record untouched;

	memset(&untouched, 0xa5, sizeof(untouched));
	require(memcmp(record, &untouched, sizeof(untouched)) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	char text[SESSION_RECORD_MAX + 1], again[SESSION_RECORD_MAX + 1];
	struct session_record record, copy;
	unsigned line = 0;
	int r;

	memset(&record, 0xa5, sizeof(record));
	if (session_record_decode((const char *)bytes, length, &record, &line) < 0) {
		require_untouched(&record);
		require(line <= length);
		return 0;
	}
	require(session_record_id_is_valid(record.session));
	r = session_record_encode(&record, text, sizeof(text));
	require(r > 0 && strlen(text) == (size_t)r);
	require(session_record_decode(text, (size_t)r, &copy, NULL) == 0);
	require(session_record_encode(&copy, again, sizeof(again)) == r);
	require(strcmp(text, again) == 0);
	return 0;
}

#ifdef FUZZ_STANDALONE
/* Runs the files named, for compilers without libFuzzer. */
int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		uint8_t *bytes = malloc(2 * SESSION_RECORD_MAX);
		FILE *file = fopen(argv[i], "rbe");

		if (!file || !bytes) {
			fprintf(stderr, "%s: cannot be read\n", argv[i]);
			return 1;
		}
		LLVMFuzzerTestOneInput(bytes, fread(bytes, 1, 2 * SESSION_RECORD_MAX, file));
		fclose(file);
		free(bytes);
	}
	return 0;
}
#endif
