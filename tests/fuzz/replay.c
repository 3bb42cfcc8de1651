/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * main() for a fuzzer built without a fuzzing engine: runs the files named, or without arguments
 * those of its corpus, $SRCDIR/tests/fuzz/corpus/NAME for fuzz_NAME.
 */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { INPUT_MAX = 1 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

/* Returns 0 or -errno. The block has the bytes' size, so that sanitizers see reads past it. */
static int replay(const char *path)
{
	static uint8_t input[INPUT_MAX];
	FILE *file = fopen(path, "re");
	uint8_t *bytes;
	size_t length;

	if (!file)
		return -errno;
	length = fread(input, 1, sizeof(input), file);
	fclose(file);
	bytes = malloc(length);
	if (!bytes && length > 0)
		return -ENOMEM;
	if (length > 0)
		memcpy(bytes, input, length);
	LLVMFuzzerTestOneInput(bytes, length);
	free(bytes);
	printf("ok %s\n", path);
	return 0;
}

static int is_input(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static int replay_corpus(const char *directory)
{
	struct dirent **entries;
	int n = scandir(directory, &entries, is_input, alphasort), r = 0;

	if (n < 0)
		return -errno;
	for (int i = 0; i < n; i++) {
		char path[4096];

		if ((size_t)snprintf(path, sizeof(path), "%s/%s", directory, entries[i]->d_name) >=
		    sizeof(path))
			r = -ENAMETOOLONG;
		if (r == 0)
			r = replay(path);
		free(entries[i]);
	}
	free(entries);
	return n == 0 ? -ENOENT : r;
}

int main(int argc, char **argv)
{
	const char *top = getenv("SRCDIR"), *name = strstr(argv[0], "fuzz_");
	char directory[4096];
	int r = 0;

	for (int i = 1; i < argc && r == 0; i++)
		r = replay(argv[i]);
	if (argc == 1 && top && name) {
		snprintf(directory, sizeof(directory), "%s/tests/fuzz/corpus/%s", top,
			 name + strlen("fuzz_"));
		r = replay_corpus(directory);
	} else if (argc == 1) {
		r = -EINVAL;
	}
	if (r < 0)
		printf("FAIL %s: %s\n", argv[0], strerror(-r));
	return r < 0;
}
