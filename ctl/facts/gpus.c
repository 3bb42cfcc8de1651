/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gpus.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "machine_file.h"

#define PCI_DEVICES "/sys/bus/pci/devices"

enum { PCI_CLASS_DISPLAY = 0x03, PATH_SIZE = 256 };

bool pci_slot_equal(const struct pci_slot *a, const struct pci_slot *b)
{
	return a->domain == b->domain && a->bus == b->bus && a->device == b->device &&
	       a->function == b->function;
}

bool gpu_is_usable(const struct gpu *gpu)
{
	return gpu_is_nvidia(gpu) && strcmp(gpu->driver, "nvidia") == 0;
}

const struct gpu *gpu_find(const struct gpu *gpus, size_t n, const struct pci_slot *slot)
{
	for (size_t i = 0; i < n; i++)
		if (pci_slot_equal(&gpus[i].slot, slot))
			return &gpus[i];
	return NULL;
}

void gpu_format_bus_id(const struct pci_slot *slot, char ret_text[static GPU_BUS_ID_MAX])
{
	if (slot->domain == 0)
		snprintf(ret_text, GPU_BUS_ID_MAX, "PCI:%u:%u:%u", slot->bus, slot->device,
			 slot->function);
	else
		snprintf(ret_text, GPU_BUS_ID_MAX, "PCI:%u@%u:%u:%u", slot->bus, slot->domain,
			 slot->device, slot->function);
}

/* Reads a number without sign or "0x", and moves *text past it. */
static int take_number(const char **text, int base, unsigned *ret_number)
{
	size_t length = strspn(*text, base == 16 ? "0123456789abcdefABCDEF" : "0123456789");

	if (length == 0 || length > 8)
		return -EINVAL;
	*ret_number = (unsigned)strtoul(*text, NULL, base);
	*text += length;
	return 0;
}

static int take_after(char separator, const char **text, int base, unsigned *ret_number)
{
	if (**text != separator)
		return -EINVAL;
	(*text)++;
	return take_number(text, base, ret_number);
}

/* Xorg's xf86ParsePciBusString, for any base. */
static int parse_bus_id(const char *text, int base, struct pci_slot *ret_slot)
{
	struct pci_slot slot = { 0 };

	if (strncasecmp(text, "PCI:", 4) != 0)
		return -EINVAL;
	text += 4;
	if (take_number(&text, base, &slot.bus) < 0)
		return -EINVAL;
	if (*text == '@' && take_after('@', &text, base, &slot.domain) < 0)
		return -EINVAL;
	if (take_after(':', &text, base, &slot.device) < 0)
		return -EINVAL;
	if (*text && take_after(':', &text, base, &slot.function) < 0)
		return -EINVAL;
	if (*text)
		return -EINVAL;
	*ret_slot = slot;
	return 0;
}

int gpu_parse_bus_id(const char *text, struct pci_slot *ret_slot)
{
	return parse_bus_id(text, 10, ret_slot);
}

int gpu_parse_bus_id_as_hex(const char *text, struct pci_slot *ret_slot)
{
	return parse_bus_id(text, 16, ret_slot);
}

int gpu_parse_address(const char *text, struct pci_slot *ret_slot)
{
	unsigned parts[4] = { 0 };
	struct pci_slot slot;

	if (take_number(&text, 16, &parts[0]) < 0 || take_after(':', &text, 16, &parts[1]) < 0)
		return -EINVAL;
	if (*text == ':') {
		slot.domain = parts[0];
		slot.bus = parts[1];
		if (take_after(':', &text, 16, &parts[2]) < 0)
			return -EINVAL;
		slot.device = parts[2];
	} else {
		slot.domain = 0;
		slot.bus = parts[0];
		slot.device = parts[1];
	}
	if (take_after('.', &text, 16, &slot.function) < 0 || *text)
		return -EINVAL;
	*ret_slot = slot;
	return 0;
}

/* Such as "0x10de". */
static int read_number(const struct ctl *ctl, const char *address, const char *name,
		       unsigned long *ret_number)
{
	char path[PATH_SIZE], line[32], *end;

	snprintf(path, sizeof(path), PCI_DEVICES "/%.32s/%s", address, name);
	int r = machine_file_read_line(ctl, path, line, sizeof(line));
	if (r < 0)
		return r;
	*ret_number = strtoul(line, &end, 16);
	return end == line || *end ? -EINVAL : 0;
}

/* The last part of the link "driver", "" if there is none. */
static void read_driver(const struct ctl *ctl, const char *address, char *ret_driver, size_t size)
{
	char path[PATH_SIZE], target[PATH_SIZE] = "";

	snprintf(path, sizeof(path), PCI_DEVICES "/%.32s/driver", address);
	(void)machine_file_read_link(ctl, path, target, sizeof(target));
	const char *name = strrchr(target, '/');
	snprintf(ret_driver, size, "%.31s", name ? name + 1 : target);
}

/* Returns 1 and *ret_gpu for a display device, 0 for another, or -errno. */
static int read_gpu(const struct ctl *ctl, const char *address, struct gpu *ret_gpu)
{
	unsigned long class, vendor, boot_vga;
	struct gpu gpu = { 0 };
	int r = read_number(ctl, address, "class", &class);

	if (r < 0 || class >> 16 != PCI_CLASS_DISPLAY)
		return r;
	r = read_number(ctl, address, "vendor", &vendor);
	if (r >= 0)
		r = gpu_parse_address(address, &gpu.slot);
	if (r < 0)
		return r;
	gpu.vendor = (uint16_t)vendor;
	gpu.is_vga = class >> 8 == PCI_CLASS_DISPLAY << 8;
	gpu.is_boot_vga = read_number(ctl, address, "boot_vga", &boot_vga) >= 0 && boot_vga == 1;
	read_driver(ctl, address, gpu.driver, sizeof(gpu.driver));
	snprintf(gpu.address, sizeof(gpu.address), "%s", address);
	gpu_format_bus_id(&gpu.slot, gpu.bus_id);
	*ret_gpu = gpu;
	return 1;
}

int gpus_read(const struct ctl *ctl, struct gpu *ret_gpus, size_t max)
{
	char **addresses = NULL;
	size_t n_gpus = 0;
	int n = machine_file_list(ctl, PCI_DEVICES, "", &addresses);

	if (n < 0)
		return n;
	/* A device may be unplugged meanwhile: one that cannot be read counts as absent. */
	for (int i = 0; i < n && n_gpus < max; i++)
		if (read_gpu(ctl, addresses[i], &ret_gpus[n_gpus]) > 0)
			n_gpus++;
	machine_file_free_names(addresses, n);
	return (int)n_gpus;
}
