/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "nvml.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* From NVML's API reference: its header is not needed for building. */
typedef int nvml_return; /* nvmlReturn_t */
typedef void *nvml_device;
enum {
	NVML_SUCCESS = 0,
	NVML_ERROR_INSUFFICIENT_SIZE = 7,
};

struct memory_v1 {
	unsigned long long total, free, used;
};

struct memory_v2 {
	unsigned version;
	unsigned long long total, reserved, free, used;
};
#define MEMORY_V2 ((unsigned)sizeof(struct memory_v2) | 2U << 24)

struct utilization {
	unsigned gpu, memory;
};

struct pci_info {
	char bus_id_legacy[16];
	unsigned domain, bus, device, device_id, subsystem_id;
	char bus_id[32];
};

/* Of the first version of the list; later ones have two more numbers. */
struct process_v1 {
	unsigned pid;
	unsigned long long memory;
};

struct process_v2 {
	unsigned pid;
	unsigned long long memory;
	unsigned gpu_instance, compute_instance;
};

typedef nvml_return (*list_fn)(nvml_device device, unsigned *n, void *processes);

/* A function that lists processes, and the size of its elements. */
struct list {
	list_fn call; /* NULL: the library has none */
	size_t size;
};

struct library {
	void *handle;
	nvml_return (*init)(void);
	nvml_return (*shutdown)(void);
	const char *(*error_string)(nvml_return result);
	nvml_return (*driver_version)(char *text, unsigned size);
	nvml_return (*count)(unsigned *n);
	nvml_return (*by_index)(unsigned i, nvml_device *device);
	nvml_return (*name)(nvml_device device, char *text, unsigned size);
	nvml_return (*uuid)(nvml_device device, char *text, unsigned size);
	nvml_return (*pci_info)(nvml_device device, struct pci_info *info);
	nvml_return (*memory_v1)(nvml_device device, struct memory_v1 *memory);
	nvml_return (*memory_v2)(nvml_device device, struct memory_v2 *memory);
	nvml_return (*utilization)(nvml_device device, struct utilization *utilization);
	struct list graphics, compute;
};

/* The first of the functions that the library has; `names` are separated by blanks. */
static void *find(void *handle, const char *names)
{
	while (*names) {
		char name[80];
		size_t length = strcspn(names, " ");

		snprintf(name, sizeof(name), "%.*s", (int)length, names);
		void *found = dlsym(handle, name);
		if (found)
			return found;
		names += length + (names[length] == ' ');
	}
	return NULL;
}

static struct list find_list(void *handle, const char *name)
{
	char names[160];

	snprintf(names, sizeof(names), "%s_v3 %s_v2", name, name);
	void *call = find(handle, names);
	if (call)
		return (struct list){ (list_fn)call, sizeof(struct process_v2) };
	return (struct list){ (list_fn)find(handle, name), sizeof(struct process_v1) };
}

#define FIND(field, names) library->field = (__typeof__(library->field))find(library->handle, names)

static int load(struct library *library, char ret_error[static NVML_ERROR_MAX])
{
	library->handle = dlopen("libnvidia-ml.so.1", RTLD_NOW | RTLD_LOCAL);
	if (!library->handle)
		return -ENOENT;
	FIND(init, "nvmlInit_v2 nvmlInit");
	FIND(shutdown, "nvmlShutdown");
	FIND(error_string, "nvmlErrorString");
	FIND(driver_version, "nvmlSystemGetDriverVersion");
	FIND(count, "nvmlDeviceGetCount_v2 nvmlDeviceGetCount");
	FIND(by_index, "nvmlDeviceGetHandleByIndex_v2 nvmlDeviceGetHandleByIndex");
	FIND(name, "nvmlDeviceGetName");
	FIND(uuid, "nvmlDeviceGetUUID");
	FIND(pci_info, "nvmlDeviceGetPciInfo_v3");
	FIND(memory_v1, "nvmlDeviceGetMemoryInfo");
	FIND(memory_v2, "nvmlDeviceGetMemoryInfo_v2");
	FIND(utilization, "nvmlDeviceGetUtilizationRates");
	library->graphics = find_list(library->handle, "nvmlDeviceGetGraphicsRunningProcesses");
	library->compute = find_list(library->handle, "nvmlDeviceGetComputeRunningProcesses");
	if (library->init && library->shutdown && library->error_string && library->count &&
	    library->by_index)
		return 0;
	snprintf(ret_error, NVML_ERROR_MAX, "libnvidia-ml.so.1 lacks functions of NVML");
	dlclose(library->handle);
	return -EIO;
}

/* ---- one GPU ---- */

static void add_process(struct nvml_gpu *gpu, pid_t pid, uint64_t memory, bool graphics)
{
	struct nvml_process *at = NULL;

	for (size_t i = 0; i < gpu->n_processes; i++)
		if (gpu->processes[i].pid == pid)
			at = &gpu->processes[i];
	if (!at) {
		at = &gpu->processes[gpu->n_processes++];
		*at = (struct nvml_process){ .pid = pid, .memory = memory };
	}
	/* Both lists count the same memory. */
	if (at->memory == NVML_UNKNOWN || (memory != NVML_UNKNOWN && memory > at->memory))
		at->memory = memory;
	at->graphics |= graphics;
	at->compute |= !graphics;
}

/* Appends to the GPU's processes. They may start and end meanwhile. */
static int add_list(struct nvml_gpu *gpu, nvml_device device, const struct list *list,
		    bool graphics)
{
	unsigned n = 0, room = 32;
	char *found = NULL;
	nvml_return r = NVML_ERROR_INSUFFICIENT_SIZE;

	for (int tries = 0; list->call && r == NVML_ERROR_INSUFFICIENT_SIZE && tries < 5; tries++) {
		free(found);
		/* Twice the room: some drivers of series 535 write too much. */
		found = calloc(room, 2 * list->size);
		if (!found)
			return -ENOMEM;
		n = room;
		r = list->call(device, &n, found);
		room = n > room ? n + 8 : room * 2;
	}
	if (r != NVML_SUCCESS)
		n = 0;
	struct nvml_process *more = reallocarray(gpu->processes, gpu->n_processes + n + 1,
						 sizeof(*more));
	if (more)
		gpu->processes = more;
	for (unsigned i = 0; more && i < n; i++) {
		/* Both versions begin with this. */
		struct process_v1 process;

		memcpy(&process, found + i * list->size, sizeof(process));
		add_process(gpu, (pid_t)process.pid, process.memory, graphics);
	}
	free(found);
	return more ? 0 : -ENOMEM;
}

static int compare_pids(const void *a, const void *b)
{
	pid_t left = ((const struct nvml_process *)a)->pid;
	pid_t right = ((const struct nvml_process *)b)->pid;

	return left < right ? -1 : left > right;
}

static void read_memory(const struct library *library, nvml_device device, struct nvml_gpu *gpu)
{
	struct memory_v2 v2 = { .version = MEMORY_V2 };
	struct memory_v1 v1;

	gpu->memory_total = gpu->memory_used = NVML_UNKNOWN;
	if (library->memory_v2 && library->memory_v2(device, &v2) == NVML_SUCCESS) {
		gpu->memory_total = v2.total;
		gpu->memory_used = v2.used;
	} else if (library->memory_v1 && library->memory_v1(device, &v1) == NVML_SUCCESS) {
		gpu->memory_total = v1.total;
		gpu->memory_used = v1.used;
	}
}

static int read_gpu(const struct library *library, nvml_device device, struct nvml_gpu *gpu)
{
	struct pci_info pci = { 0 };
	struct utilization utilization;

	if (library->name)
		library->name(device, gpu->name, sizeof(gpu->name));
	if (library->uuid)
		library->uuid(device, gpu->uuid, sizeof(gpu->uuid));
	if (library->pci_info && library->pci_info(device, &pci) == NVML_SUCCESS)
		snprintf(gpu->bus_id, sizeof(gpu->bus_id), "%.32s", pci.bus_id);
	gpu->utilization = -1;
	if (library->utilization && library->utilization(device, &utilization) == NVML_SUCCESS)
		gpu->utilization = (int)utilization.gpu;
	read_memory(library, device, gpu);
	int r = add_list(gpu, device, &library->graphics, true);
	if (r >= 0)
		r = add_list(gpu, device, &library->compute, false);
	if (r >= 0)
		qsort(gpu->processes, gpu->n_processes, sizeof(*gpu->processes), compare_pids);
	return r;
}

/* ---- all of them ---- */

static int complain(const struct library *library, const char *what, nvml_return result,
		    char ret_error[static NVML_ERROR_MAX])
{
	snprintf(ret_error, NVML_ERROR_MAX, "%s: %s", what, library->error_string(result));
	return -EIO;
}

static int read_all(const struct library *library, struct nvml *nvml,
		    char ret_error[static NVML_ERROR_MAX])
{
	unsigned n = 0;
	nvml_return result = library->count(&n);
	int r = 0;

	if (result != NVML_SUCCESS)
		return complain(library, "cannot count the GPUs", result, ret_error);
	if (library->driver_version)
		library->driver_version(nvml->driver, sizeof(nvml->driver));
	nvml->gpus = calloc(n ? n : 1, sizeof(*nvml->gpus));
	if (!nvml->gpus)
		r = -ENOMEM;
	for (unsigned i = 0; i < n && r >= 0; i++) {
		struct nvml_gpu *gpu = &nvml->gpus[nvml->n_gpus++];
		nvml_device device;

		/* One that has fallen off the bus hides no others. */
		result = library->by_index(i, &device);
		if (result == NVML_SUCCESS)
			r = read_gpu(library, device, gpu);
		else
			snprintf(gpu->error, sizeof(gpu->error), "cannot be accessed: %s",
				 library->error_string(result));
	}
	if (r < 0)
		snprintf(ret_error, NVML_ERROR_MAX, "%s", strerror(-r));
	return r;
}

int nvml_read(struct nvml *ret_nvml, char ret_error[static NVML_ERROR_MAX])
{
	struct library library = { 0 };
	struct nvml nvml = { 0 };
	int r = load(&library, ret_error);

	if (r < 0)
		return r;
	nvml_return result = library.init();
	if (result != NVML_SUCCESS) {
		r = complain(&library, "NVIDIA's driver does not answer", result, ret_error);
	} else {
		r = read_all(&library, &nvml, ret_error);
		library.shutdown();
	}
	dlclose(library.handle);
	if (r >= 0)
		*ret_nvml = nvml;
	else
		nvml_finish(&nvml);
	return r;
}

void nvml_finish(struct nvml *nvml)
{
	for (size_t i = 0; i < nvml->n_gpus; i++)
		free(nvml->gpus[i].processes);
	free(nvml->gpus);
	*nvml = (struct nvml){ 0 };
}
