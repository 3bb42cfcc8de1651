/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GPUDESK_READ_ALL_H
#define GPUDESK_READ_ALL_H

#include <stddef.h>
#include <sys/types.h>

/*
 * Reads to the end of `fd`, or `size` bytes, however many calls that takes. Returns their number or
 * -errno; `fd` must not be non-blocking where something may still come.
 */
ssize_t read_all(int fd, void *ret_bytes, size_t size);

#endif
