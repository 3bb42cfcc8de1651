/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xorg_choice.h"

#include <stdlib.h>
#include <string.h>

static bool is_usable(const struct gpu *gpu)
{
	return gpu_is_nvidia(gpu) && strcmp(gpu->driver, "nvidia") == 0;
}

static const struct gpu *find_slot(const struct gpu *gpus, size_t n, const struct pci_slot *slot)
{
	for (size_t i = 0; i < n; i++)
		if (is_usable(&gpus[i]) && pci_slot_equal(&gpus[i].slot, slot))
			return &gpus[i];
	return NULL;
}

static const struct gpu *find_number(const struct gpu *gpus, size_t n, unsigned long number)
{
	for (size_t i = 0; i < n; i++)
		if (is_usable(&gpus[i]) && number-- == 0)
			return &gpus[i];
	return NULL;
}

const struct gpu *xorg_choice_find(const struct gpu *gpus, size_t n, const char *wanted)
{
	struct pci_slot slot;
	char *end;
	unsigned long number = strtoul(wanted, &end, 10);

	if (wanted[0] >= '0' && wanted[0] <= '9' && *end == '\0')
		return find_number(gpus, n, number);
	/* "04:00.0" has a dot, "PCI:4:0:0" has none. */
	if (strchr(wanted, '.') ? gpu_parse_address(wanted, &slot) == 0
				: gpu_parse_bus_id(wanted, &slot) == 0)
		return find_slot(gpus, n, &slot);
	return NULL;
}

static bool is_nvidia_device(const struct xorg_section *section)
{
	return xorg_name_equal(section->kind, "Device") &&
	       xorg_name_equal(section->driver, "nvidia");
}

/* The card that a Device section names: the first one if it has no BusID. */
static const struct gpu *card_of(const struct gpu *gpus, size_t n,
				 const struct xorg_section *section)
{
	struct pci_slot slot;

	if (!section->bus_id[0])
		return find_number(gpus, n, 0);
	if (gpu_parse_bus_id(section->bus_id, &slot) < 0)
		return NULL;
	return find_slot(gpus, n, &slot);
}

static bool is_own(const struct xorg_section *section)
{
	return strcmp(section->path, XORG_CHOICE_FILE) != 0 &&
	       strcmp(section->path, XORG_CHOICE_OLD_FILE) != 0;
}

/* The administrator's section takes precedence over ours, whatever the order of the files. */
static void find_sections(const struct xorg_conf *conf, struct xorg_choice *choice)
{
	for (size_t i = 0; i < conf->n_sections; i++) {
		const struct xorg_section *section = &conf->sections[i];

		if (!is_nvidia_device(section))
			continue;
		if (strcmp(section->path, XORG_CHOICE_OLD_FILE) == 0)
			choice->old = section;
		else if (!choice->section || (is_own(section) && !is_own(choice->section)))
			choice->section = section;
	}
}

struct xorg_choice xorg_choose(const struct gpu *gpus, size_t n, const struct xorg_conf *conf,
			       const char *wanted)
{
	struct xorg_choice choice = { .action = XORG_NO_CARD };

	find_sections(conf, &choice);
	const struct xorg_section *present = choice.section ? choice.section : choice.old;
	const struct gpu *named = present ? card_of(gpus, n, present) : NULL;
	if (wanted)
		choice.gpu = xorg_choice_find(gpus, n, wanted);
	else
		choice.gpu = named ? named : find_number(gpus, n, 0);
	if (!choice.gpu)
		return choice;
	if (!choice.section)
		choice.action = XORG_WRITE;
	else if (is_own(choice.section))
		choice.action = named == choice.gpu ? XORG_IS_OWN : XORG_OWN_WRONG;
	else
		choice.action = named == choice.gpu ? XORG_IS_RIGHT : XORG_CHANGE_CARD;
	return choice;
}
