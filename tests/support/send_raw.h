/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GPUDESK_TESTS_SEND_RAW_H
#define GPUDESK_TESTS_SEND_RAW_H

#include <stddef.h>
#include <sys/types.h>

enum { SEND_RAW_DESCRIPTORS_MAX = 16 };

/* Sends any bytes, with descriptors that stay the caller's. Returns what sendmsg(2) does. */
ssize_t send_raw(int fd, const void *bytes, size_t n, const int *descriptors, size_t n_descriptors);

#endif
