/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * NVIDIA's GPUs and the processes on them, by NVML (libnvidia-ml.so.1). The library is loaded at
 * run time, and need not exist.
 */
#ifndef GPUDESK_NVML_H
#define GPUDESK_NVML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { NVML_TEXT_MAX = 96, NVML_ERROR_MAX = 256 };
#define NVML_UNKNOWN UINT64_MAX /* the driver does not tell */

struct nvml_process {
	pid_t pid;
	uint64_t memory; /* bytes on this GPU, or NVML_UNKNOWN */
	bool graphics, compute;
};

struct nvml_gpu {
	char name[NVML_TEXT_MAX], uuid[NVML_TEXT_MAX], bus_id[NVML_TEXT_MAX]; /* "": unknown */
	uint64_t memory_total, memory_used; /* bytes, or NVML_UNKNOWN */
	int utilization;		    /* per cent, -1: unknown */
	struct nvml_process *processes;	    /* sorted by pid */
	size_t n_processes;
	char error[NVML_ERROR_MAX]; /* why nothing else is known of this one; "": it answers */
};

struct nvml {
	char driver[NVML_TEXT_MAX]; /* its version */
	struct nvml_gpu *gpus;
	size_t n_gpus;
};

/*
 * Returns 0, and *ret_nvml is freed by nvml_finish(); -ENOENT if there is no such library; or -EIO
 * and why in ret_error: the driver is not loaded, or too old.
 */
int nvml_read(struct nvml *ret_nvml, char ret_error[static NVML_ERROR_MAX]);
void nvml_finish(struct nvml *nvml);

#endif
