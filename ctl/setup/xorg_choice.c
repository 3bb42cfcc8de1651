/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xorg_choice.h"

#include <stdlib.h>
#include <string.h>

static const struct gpu *find_slot(const struct gpu *gpus, size_t n, const struct pci_slot *slot)
{
	const struct gpu *gpu = gpu_find(gpus, n, slot);

	return gpu && gpu_is_usable(gpu) ? gpu : NULL;
}

static const struct gpu *find_number(const struct gpu *gpus, size_t n, unsigned long number)
{
	for (size_t i = 0; i < n; i++)
		if (gpu_is_usable(&gpus[i]) && number-- == 0)
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

static bool is_nvidia(const struct xorg_section *device)
{
	return device && xorg_name_equal(device->driver, "nvidia");
}

const struct xorg_section *xorg_choice_device(const struct xorg_conf *conf, const char *path)
{
	for (size_t i = 0; i < conf->n_sections; i++) {
		const struct xorg_section *section = &conf->sections[i];

		if (strcmp(section->path, path) == 0 && xorg_name_equal(section->kind, "Device") &&
		    is_nvidia(section))
			return section;
	}
	return NULL;
}

/* The card that a Device section gets. */
static const struct gpu *card_of(const struct gpu *gpus, size_t n,
				 const struct xorg_section *section)
{
	const struct gpu *primary = xorg_primary_gpu(gpus, n);
	struct pci_slot slot;

	if (!section->bus_id[0])
		return primary && gpu_is_usable(primary) ? primary : find_number(gpus, n, 0);
	if (gpu_parse_bus_id(section->bus_id, &slot) < 0)
		return NULL;
	return find_slot(gpus, n, &slot);
}

static bool is_not_ours(const struct xorg_section *section)
{
	return strcmp(section->path, XORG_CHOICE_FILE) != 0;
}

static bool is_own(const struct xorg_section *section)
{
	return is_not_ours(section) && strcmp(section->path, XORG_CHOICE_OLD_FILE) != 0;
}

/* Returns whether the administrator's files decide. */
static bool resolve_own(const struct xorg_conf *conf, struct xorg_choice *choice)
{
	struct xorg_layout with_old;

	choice->is_own_broken = xorg_layout_resolve(conf, is_own, &choice->own) < 0;
	if (choice->is_own_broken && xorg_layout_resolve(conf, is_not_ours, &with_old) == 0) {
		choice->own = with_old;
		choice->is_own_broken = false;
	}
	return choice->is_own_broken || choice->own.screen || is_nvidia(choice->own.device);
}

struct xorg_choice xorg_choose(const struct gpu *gpus, size_t n, const struct xorg_conf *conf,
			       const char *wanted, bool has_driver)
{
	const struct xorg_section *ours = xorg_choice_device(conf, XORG_CHOICE_FILE);
	const struct xorg_section *old = xorg_choice_device(conf, XORG_CHOICE_OLD_FILE);
	struct xorg_choice choice = { .has_ours = ours != NULL, .has_old = old != NULL };
	bool is_decided = resolve_own(conf, &choice);
	const struct xorg_section *present = is_decided ? choice.own.device : ours ? ours : old;
	const struct gpu *named = is_nvidia(present) ? card_of(gpus, n, present) : NULL;

	if (wanted)
		choice.gpu = xorg_choice_find(gpus, n, wanted);
	else
		choice.gpu = named ? named : find_number(gpus, n, 0);
	if (!choice.gpu)
		choice.action = XORG_NO_CARD;
	else if (!has_driver)
		choice.action = XORG_NO_DRIVER;
	else if (is_decided)
		choice.action = named == choice.gpu ? XORG_IS_OWN : XORG_OWN_WRONG;
	else if (!ours)
		choice.action = XORG_WRITE;
	else
		choice.action = named == choice.gpu ? XORG_IS_RIGHT : XORG_CHANGE_CARD;
	return choice;
}
