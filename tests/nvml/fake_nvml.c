/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A libnvidia-ml.so.1 for LD_LIBRARY_PATH, which reports what the environment says: two GPUs, the
 * first with the processes of FAKE_NVML_PROCESSES: "g:PID:MIB", "c:PID:MIB" (graphics, compute; "?"
 * for unknown), separated by blanks. FAKE_NVML_ERROR is what nvmlInit returns. With OLD defined it
 * is an old driver, without the second versions of the calls.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* From the API reference. */
struct memory {
	unsigned long long total, free, used;
};
struct memory_v2 {
	unsigned version;
	unsigned long long total, reserved, free, used;
};
struct utilization {
	unsigned gpu, memory;
};
struct pci_info {
	char bus_id_legacy[16];
	unsigned domain, bus, device, device_id, subsystem_id;
	char bus_id[32];
};
struct process {
	unsigned pid;
	unsigned long long memory;
#ifndef OLD
	unsigned gpu_instance, compute_instance;
#endif
};

enum { OK = 0, NOT_SUPPORTED = 3, INSUFFICIENT_SIZE = 7, MIB = 1024 * 1024 };

#ifdef OLD
#define NEWER(name, version) name
#else
#define NEWER(name, version) name##version
#endif

static int gpus[2];

int NEWER(nvmlInit, _v2)(void);
int NEWER(nvmlInit, _v2)(void)
{
	const char *error = getenv("FAKE_NVML_ERROR");

	return error ? atoi(error) : OK;
}

int nvmlShutdown(void);
int nvmlShutdown(void)
{
	return OK;
}

const char *nvmlErrorString(int error);
const char *nvmlErrorString(int error)
{
	return error == 9 ? "Driver Not Loaded" : error == 15 ? "GPU is lost" : "Unknown Error";
}

int nvmlSystemGetDriverVersion(char *text, unsigned size);
int nvmlSystemGetDriverVersion(char *text, unsigned size)
{
	snprintf(text, size, "550.54.15");
	return OK;
}

int NEWER(nvmlDeviceGetCount, _v2)(unsigned *n);
int NEWER(nvmlDeviceGetCount, _v2)(unsigned *n)
{
	*n = 2;
	return OK;
}

int NEWER(nvmlDeviceGetHandleByIndex, _v2)(unsigned i, void **device);
int NEWER(nvmlDeviceGetHandleByIndex, _v2)(unsigned i, void **device)
{
	const char *lost = getenv("FAKE_NVML_LOST");

	*device = &gpus[i];
	return lost && atoi(lost) == (int)i ? 15 : OK;
}

int nvmlDeviceGetName(void *device, char *text, unsigned size);
int nvmlDeviceGetName(void *device, char *text, unsigned size)
{
	snprintf(text, size, "Fake GPU %s", device == &gpus[0] ? "one" : "two");
	return OK;
}

int nvmlDeviceGetUtilizationRates(void *device, struct utilization *utilization);
int nvmlDeviceGetUtilizationRates(void *device, struct utilization *utilization)
{
	utilization->gpu = 37;
	utilization->memory = 12;
	return device == &gpus[0] ? OK : NOT_SUPPORTED;
}

#ifdef OLD
int nvmlDeviceGetMemoryInfo(void *device, struct memory *memory);
int nvmlDeviceGetMemoryInfo(void *device, struct memory *memory)
{
	(void)device;
	*memory = (struct memory){ 8192ULL * MIB, 7000ULL * MIB, 1192ULL * MIB };
	return OK;
}
#else
int nvmlDeviceGetPciInfo_v3(void *device, struct pci_info *info);
int nvmlDeviceGetPciInfo_v3(void *device, struct pci_info *info)
{
	snprintf(info->bus_id, sizeof(info->bus_id), "0000000%d:04:00.0",
		 device == &gpus[0] ? 0 : 1);
	return OK;
}

int nvmlDeviceGetUUID(void *device, char *text, unsigned size);
int nvmlDeviceGetUUID(void *device, char *text, unsigned size)
{
	snprintf(text, size, "GPU-%d", device == &gpus[0] ? 0 : 1);
	return OK;
}

int nvmlDeviceGetMemoryInfo_v2(void *device, struct memory_v2 *memory);
int nvmlDeviceGetMemoryInfo_v2(void *device, struct memory_v2 *memory)
{
	if (device != &gpus[0] || memory->version != (sizeof(*memory) | 2U << 24))
		return NOT_SUPPORTED;
	memory->total = 40960ULL * MIB;
	memory->reserved = 500ULL * MIB;
	memory->used = 1234ULL * MIB;
	memory->free = memory->total - memory->reserved - memory->used;
	return OK;
}
#endif

/* Parses one word. Returns whether it is of that kind. */
static int read_word(const char *word, char kind, struct process *process)
{
	unsigned long long mib;

	if (*word != kind)
		return 0;
	process->pid = (unsigned)atoi(word + 2);
	const char *memory = strrchr(word, ':') + 1;
	process->memory = sscanf(memory, "%llu", &mib) == 1 ? mib * MIB : ~0ULL;
	return 1;
}

/* With too little room it returns how much is needed, as NVML does. */
static int list(const void *device, char kind, unsigned *n, struct process *processes)
{
	const char *words = getenv("FAKE_NVML_PROCESSES");
	char *copy = strdup(words && device == &gpus[0] ? words : ""), *rest = copy;
	unsigned found = 0;
	struct process process;

	memset(&process, 0, sizeof(process));
	for (char *word; (word = strsep(&rest, " "));)
		if (read_word(word, kind, &process) && found++ < *n)
			processes[found - 1] = process;
	free(copy);
	int r = found > *n ? INSUFFICIENT_SIZE : OK;
	*n = found;
	return r;
}

int NEWER(nvmlDeviceGetGraphicsRunningProcesses, _v3)(void *device, unsigned *n, void *processes);
int NEWER(nvmlDeviceGetGraphicsRunningProcesses, _v3)(void *device, unsigned *n, void *processes)
{
	return list(device, 'g', n, processes);
}

int NEWER(nvmlDeviceGetComputeRunningProcesses, _v3)(void *device, unsigned *n, void *processes);
int NEWER(nvmlDeviceGetComputeRunningProcesses, _v3)(void *device, unsigned *n, void *processes)
{
	return list(device, 'c', n, processes);
}
