/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The display devices on the PCI bus, from sysfs, and what Xorg calls them. */
#ifndef GPUDESK_GPUS_H
#define GPUDESK_GPUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ctl;

enum { GPUS_MAX = 32, GPU_ADDRESS_MAX = 20, GPU_BUS_ID_MAX = 40, GPU_VENDOR_NVIDIA = 0x10de };

struct pci_slot {
	unsigned domain, bus, device, function;
};

struct gpu {
	struct pci_slot slot;
	uint16_t vendor, product;
	char driver[32]; /* the kernel's: "nvidia", "nouveau"; "" when none is bound */
	char address[GPU_ADDRESS_MAX]; /* as sysfs and lspci have it, hexadecimal: "0000:3b:00.0" */
	char bus_id[GPU_BUS_ID_MAX];   /* as xorg.conf wants it, decimal: "PCI:59:0:0" */
};

/*
 * Finds all devices of PCI class 03 (display) in the order of their addresses, `max` at most.
 * Returns their number (0 also where there is no PCI bus) or -errno.
 */
int gpus_read(const struct ctl *ctl, struct gpu *ret_gpus, size_t max);

static inline bool gpu_is_nvidia(const struct gpu *gpu)
{
	return gpu->vendor == GPU_VENDOR_NVIDIA;
}

/* "PCI:4:0:0", or with a domain other than 0 "PCI:4@1:0:0". All decimal. */
void gpu_format_bus_id(const struct pci_slot *slot, char ret_text[static GPU_BUS_ID_MAX]);

/*
 * Reads a BusID as Xorg does: "PCI:bus[@domain]:device[:function]", decimal digits alone. Returns 0
 * or -EINVAL.
 */
int gpu_parse_bus_id(const char *text, struct pci_slot *ret_slot);

/*
 * Reads the same text as someone meant it who copied hexadecimal numbers from lspci. Returns 0 or
 * -EINVAL.
 */
int gpu_parse_bus_id_as_hex(const char *text, struct pci_slot *ret_slot);

/* Reads sysfs' form, "0000:3b:00.0", also without the domain. Returns 0 or -EINVAL. */
int gpu_parse_address(const char *text, struct pci_slot *ret_slot);

bool pci_slot_equal(const struct pci_slot *a, const struct pci_slot *b);

#endif
