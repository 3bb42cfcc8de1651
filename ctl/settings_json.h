/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The settings of gpudesk.conf as JSON: time spans in seconds, sizes in bytes, never as null. */
#ifndef GPUDESK_SETTINGS_JSON_H
#define GPUDESK_SETTINGS_JSON_H

#include <jansson.h>

#include "common/config.h"

/* The value of the key at `key`. Returns NULL when out of memory. */
json_t *settings_json_value(const struct config *config, size_t key);

#endif
