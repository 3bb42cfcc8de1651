/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What NVIDIA's driver says of its GPUs, by NVML (libnvidia-ml.so.1), which is loaded when asked
 * for and need not be there.
 */
#ifndef GPUDESK_NVML_H
#define GPUDESK_NVML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { NVML_TEXT_MAX = 96, NVML_ERROR_MAX = 256 };
#define NVML_UNKNOWN UINT64_MAX /* the driver does not say */

struct nvml_process {
	pid_t pid;
	uint64_t memory; /* bytes on this GPU, or NVML_UNKNOWN */
	bool graphics, compute;
};

struct nvml_gpu {
	char name[NVML_TEXT_MAX], uuid[NVML_TEXT_MAX], bus_id[NVML_TEXT_MAX]; /* "": unknown */
	uint64_t memory_total, memory_used; /* bytes, or NVML_UNKNOWN */
	int utilization;		    /* per cent, -1: unknown */
	struct nvml_process *processes;	    /* by pid, each once */
	size_t n_processes;
};

struct nvml {
	char driver[NVML_TEXT_MAX]; /* its version */
	struct nvml_gpu *gpus;
	size_t n_gpus;
};

/*
 * Returns 0 and *ret_nvml, to be freed by nvml_finish; -ENOENT where there is no such library; or
 * -EIO and words in ret_error: the driver is not loaded, or too old.
 */
int nvml_read(struct nvml *ret_nvml, char ret_error[static NVML_ERROR_MAX]);
void nvml_finish(struct nvml *nvml);

#endif
