/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "password_store.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "acting_as.h"
#include "common/whole_file.h"

enum { ENTRY = VNC_DES_BLOCK, ENTRIES_MAX = 2 * ENTRY, NAME_SIZE = 256 };

/* Where the file goes. */
struct place {
	const struct password_owner *owner;
	char path[PASSWORD_STORE_PATH_MAX];
	size_t home_length; /* of the home in `path`; 0: the file is not in it */
	bool guarded;	    /* the caller is not the owner: do not follow links */
	char *error;	    /* ret_error */
};

static int fail(const struct place *place, int error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
static int fail(const struct place *place, int error, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(place->error, PASSWORD_STORE_ERROR_MAX, format, arguments);
	va_end(arguments);
	return error;
}

static int find_place(struct place *place)
{
	const struct password_owner *owner = place->owner;
	size_t home = strlen(owner->home);
	bool in_home = strncmp(owner->configured, "~/", 2) == 0;
	const char *rest = owner->configured + (in_home ? 1 : 0);

	if (!home || owner->home[0] != '/')
		return fail(place, -ENOENT, "%s has no home directory", owner->name);
	while (home > 1 && owner->home[home - 1] == '/')
		home--;
	int n = snprintf(place->path, sizeof(place->path), "%.*s%s", in_home ? (int)home : 0,
			 owner->home, rest);
	if (n < 0 || (size_t)n >= sizeof(place->path))
		return fail(place, -ENAMETOOLONG, "the path in password_file is too long");
	if (strncmp(place->path, owner->home, home) == 0 && place->path[home] == '/' && home > 1)
		place->home_length = home;
	return 0;
}

/* ---- the folder ---- */

/*
 * Only the owner and root may replace the file. In the home directory the owner's group may, too:
 * where umask is 002, a user's group is the user's alone.
 */
static int check_folder(const struct place *place, int fd, int length)
{
	bool roots_alone = place->guarded && !place->home_length;
	struct stat st;

	if (!length)
		length = 1;
	if (fstat(fd, &st) < 0)
		return fail(place, -errno, "%.*s: %s", length, place->path, strerror(errno));
	if (st.st_uid != 0 && (roots_alone || st.st_uid != place->owner->uid))
		return fail(place, -EPERM, "%.*s does not belong to %s", length, place->path,
			    roots_alone ? "root" : place->owner->name);
	bool is_own_group = place->home_length && st.st_gid == place->owner->gid;
	if (st.st_mode & (is_own_group ? 002 : 022))
		return fail(place, -EPERM, "%.*s can be written by others: run chmod go-w on it",
			    length, place->path);
	return 0;
}

static int open_start(const struct place *place)
{
	char start[PASSWORD_STORE_PATH_MAX] = "/";

	if (place->home_length)
		snprintf(start, sizeof(start), "%.*s", (int)place->home_length, place->path);
	int fd = open(start, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return fail(place, -errno, "%s: %s", start, strerror(errno));
	return fd;
}

static int open_folder(const struct place *place, int parent, const char *name)
{
	int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC | (place->guarded ? O_NOFOLLOW : 0);

	if (strcmp(name, "..") == 0)
		return -EINVAL;
	int fd = openat(parent, name, flags);
	if (fd < 0 && errno == ENOENT && place->home_length &&
	    (mkdirat(parent, name, 0700) == 0 || errno == EEXIST))
		fd = openat(parent, name, flags);
	if (fd < 0)
		return -errno;
	return fd;
}

/* Opens the folder in `parent` whose name is from `at` to `end`. Closes `parent`. */
static int step(const struct place *place, int parent, const char *at, const char *end)
{
	int length = (int)(end - place->path);
	char name[NAME_SIZE];

	snprintf(name, sizeof(name), "%.*s", (int)(end - at), at);
	if (!*name || strcmp(name, ".") == 0)
		return parent;
	int fd = open_folder(place, parent, name), r = 0;
	close(parent);
	/* For a link, O_NOFOLLOW with O_DIRECTORY gives ENOTDIR. */
	if (fd == -ENOTDIR || fd == -ELOOP)
		return fail(place, fd, "%.*s is not a directory%s", length, place->path,
			    place->guarded ? ", or a symbolic link, which root does not follow"
					   : "");
	if (fd < 0)
		return fail(place, fd, "%.*s: %s", length, place->path, strerror(-fd));
	if (place->guarded && !place->home_length)
		r = check_folder(place, fd, length);
	if (r < 0)
		close(fd);
	return r < 0 ? r : fd;
}

/*
 * Opens the file's folder, going there from the home or from / one name at a time. Returns its
 * descriptor and the file's name in it, or -errno.
 */
static int walk(const struct place *place, const char **ret_name)
{
	const char *at = place->path + place->home_length + 1, *slash;
	int fd = open_start(place);

	for (; fd >= 0 && (slash = strchr(at, '/')); at = slash + 1)
		fd = step(place, fd, at, slash);
	if (fd < 0)
		return fd;
	int r = check_folder(place, fd, (int)(at - place->path) - 1);
	if (r < 0) {
		close(fd);
		return r;
	}
	*ret_name = at;
	return fd;
}

/* ---- the file ---- */

/* Returns how many bytes there are already: 0, 8 or 16; or -errno. */
static ssize_t read_entries(const struct place *place, int folder, const char *name,
			    uint8_t *ret_entries)
{
	struct stat st;
	ssize_t n;
	int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0)
		return fail(place, -errno, "%s: %s", place->path,
			    errno == ELOOP ? "it is a symbolic link" : strerror(errno));
	if (fstat(fd, &st) < 0)
		/* NOLINTNEXTLINE(bugprone-branch-clone): two calls that fail alike */
		n = fail(place, -errno, "%s: %s", place->path, strerror(errno));
	else if (!S_ISREG(st.st_mode) || (st.st_uid != place->owner->uid && st.st_uid != 0))
		n = fail(place, -EPERM, "%s is not a regular file of %s's", place->path,
			 place->owner->name);
	else if (st.st_size != ENTRY && st.st_size != ENTRIES_MAX)
		n = 0; /* no password file: as good as none */
	else if ((n = read_all(fd, ret_entries, ENTRIES_MAX)) < 0)
		n = fail(place, (int)n, "%s: %s", place->path, strerror((int)-n));
	close(fd);
	return n == ENTRY || n == ENTRIES_MAX || n < 0 ? n : 0;
}

static int write_entries(int fd, const struct place *place, const uint8_t *entries, size_t length)
{
	/* Only outside of the home, where root has made it. */
	if (geteuid() == 0 && !place->home_length &&
	    fchown(fd, place->owner->uid, place->owner->gid) < 0)
		return -errno;
	if (fchmod(fd, 0600) < 0)
		return -errno;
	int r = replace_file_write(fd, entries, length);
	if (r < 0)
		return r;
	return fsync(fd) < 0 ? -errno : 0;
}

static int replace(const struct place *place, int folder, const char *name, const uint8_t *entries,
		   size_t length)
{
	char temporary[64];

	snprintf(temporary, sizeof(temporary), ".passwd.%08" PRIx32, randombytes_random());
	int fd = replace_file_begin(folder, temporary), r = fd;
	if (fd >= 0) {
		r = write_entries(fd, place, entries, length);
		r = replace_file_end(folder, temporary, fd, r, name);
	}
	if (r < 0)
		return fail(place, r, "%s cannot be written: %s", place->path, strerror(-r));
	(void)fsync(folder);
	return 0;
}

static int change(const struct place *place, int folder, const char *name, bool view_only,
		  const uint8_t *hidden)
{
	uint8_t *entries = sodium_malloc(ENTRIES_MAX);
	int r = 0;

	if (!entries)
		return fail(place, -ENOMEM, "out of memory");
	ssize_t length = read_entries(place, folder, name, entries);
	if (length < 0)
		r = (int)length;
	else if (view_only && !length)
		r = fail(place, -ENODATA,
			 "%s has no password yet: set that first, without --view-only",
			 place->owner->name);
	if (r >= 0) {
		memcpy(entries + (view_only ? ENTRY : 0), hidden, ENTRY);
		if (length < ENTRIES_MAX)
			length = view_only ? ENTRIES_MAX : ENTRY;
		r = replace(place, folder, name, entries, (size_t)length);
	}
	sodium_free(entries);
	return r;
}

static int store(const struct place *place, bool view_only, const uint8_t *hidden)
{
	const char *name = "";
	int folder = walk(place, &name);

	if (folder < 0)
		return folder;
	int r = *name ? change(place, folder, name, view_only, hidden)
		      : fail(place, -EINVAL, "%s is not a file name", place->path);
	close(folder);
	return r;
}

int password_store(const struct password_owner *owner, bool view_only,
		   const uint8_t hidden[static VNC_DES_BLOCK],
		   char ret_path[static PASSWORD_STORE_PATH_MAX],
		   char ret_error[static PASSWORD_STORE_ERROR_MAX])
{
	struct place place = {
		.owner = owner,
		.guarded = geteuid() != owner->uid,
		.error = ret_error,
	};
	struct acting_as acting = { 0 };
	int r = find_place(&place);

	if (r < 0)
		return r;
	if (place.home_length)
		r = acting_as_begin(&acting, owner->name, owner->uid, owner->gid);
	if (r < 0)
		return fail(&place, r, "cannot act as %s: %s", owner->name, strerror(-r));
	r = store(&place, view_only, hidden);
	acting_as_end(&acting);
	if (r >= 0)
		snprintf(ret_path, PASSWORD_STORE_PATH_MAX, "%s", place.path);
	return r;
}
