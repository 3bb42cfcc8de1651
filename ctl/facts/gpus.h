/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The display devices on the PCI bus, from sysfs, and their names in Xorg. */
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
	uint16_t vendor;
	bool is_vga;	  /* PCI class 0300: it can show the firmware's text; 0302 cannot */
	bool is_boot_vga; /* and did */
	char driver[32];  /* the kernel's: "nvidia", "nouveau"; "" when none is bound */
	char address[GPU_ADDRESS_MAX]; /* in sysfs and lspci, hexadecimal: "0000:3b:00.0" */
	char bus_id[GPU_BUS_ID_MAX];   /* in xorg.conf, decimal: "PCI:59:0:0" */
};

/*
 * Finds the devices of PCI class 03 (display) in the order of their addresses, `max` at most.
 * Returns how many there are, 0 also if there is no PCI bus, or -errno.
 */
int gpus_read(const struct ctl *ctl, struct gpu *ret_gpus, size_t max);

static inline bool gpu_is_nvidia(const struct gpu *gpu)
{
	return gpu->vendor == GPU_VENDOR_NVIDIA;
}

/* Whether NVIDIA's kernel driver drives it, so that Xorg's can draw on it. */
bool gpu_is_usable(const struct gpu *gpu);

/* The card at that slot, or NULL. */
const struct gpu *gpu_find(const struct gpu *gpus, size_t n, const struct pci_slot *slot);

/* "PCI:4:0:0", or with a domain other than 0 "PCI:4@1:0:0". All decimal. */
void gpu_format_bus_id(const struct pci_slot *slot, char ret_text[static GPU_BUS_ID_MAX]);

/*
 * Reads a BusID as Xorg does: "PCI:bus[@domain]:device[:function]", in decimal digits only. Returns
 * 0 or -EINVAL.
 */
int gpu_parse_bus_id(const char *text, struct pci_slot *ret_slot);

/* The same for a BusID whose numbers were copied from lspci, in hexadecimal. */
int gpu_parse_bus_id_as_hex(const char *text, struct pci_slot *ret_slot);

/* Reads an address such as "0000:3b:00.0" or "3b:00.0". Returns 0 or -EINVAL. */
int gpu_parse_address(const char *text, struct pci_slot *ret_slot);

bool pci_slot_equal(const struct pci_slot *a, const struct pci_slot *b);

#endif
