/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Xorg as it is installed and configured: its driver, the layout that it uses, what to log in to.
 */
#include <errno.h>
#include <string.h>

#include "check.h"

static void check_xorg(const struct machine *machine, struct findings *findings)
{
	const struct distribution *distribution = &machine->distribution;

	if (machine->has_xorg)
		finding_ok(findings, "installed");
	else if (distribution_lacks_xorg(distribution))
		finding_fail(findings,
			     "use an image with Xorg; what works here is GNOME's own "
			     "remote desktop (grdctl --system)",
			     "%s has no Xorg server, and gpudesk shows X sessions only",
			     distribution->name);
	else
		finding_fail(findings,
			     finding_text("%s %s", distribution->install_command,
					  distribution->xorg_package),
			     "Xorg is not installed");
}

static void check_x_session(const struct machine *machine, struct findings *findings)
{
	const struct distribution *distribution = &machine->distribution;
	const struct x_sessions *sessions = &machine->sessions;

	if (sessions->n > 0)
		finding_ok(findings, "%zu installed, such as %s", sessions->n,
			   x_sessions_preferred(sessions));
	else
		finding_fail(findings,
			     finding_text("%s %s; gpudesk setup", distribution->install_command,
					  distribution_x_session_package(distribution)),
			     "this machine has no X session installed (/usr/share/xsessions), so "
			     "%s",
			     machine->login.type == LOGIN_NONE
				     ? "GDM aborts when it logs a user in"
				     : "there is no desktop that gpudesk can show");
}

/* A card that NVIDIA's kernel driver drives, or NULL. */
static const struct gpu *find_usable(const struct machine *machine)
{
	for (int i = 0; i < machine->n_gpus; i++)
		if (gpu_is_usable(&machine->gpus[i]))
			return &machine->gpus[i];
	return NULL;
}

static void check_x_driver(const struct machine *machine, struct findings *findings)
{
	const struct gpu *card = find_usable(machine);

	if (!card)
		finding_ok(findings, "not needed: no NVIDIA card with NVIDIA's driver");
	else if (machine->nvidia_module[0])
		finding_ok(findings, "%s", machine->nvidia_module);
	else
		finding_fail(
			findings,
			finding_text("install %s, then: gpudesk setup", machine->nvidia_package),
			"Xorg has no driver for the NVIDIA card at %s: there is no "
			"nvidia_drv.so, as with compute-only drivers",
			card->address);
}

/* ---- The layout ------------------------------------------------------------------------------ */

static const struct gpu *find_gpu(const struct machine *machine, const struct pci_slot *slot)
{
	return machine->n_gpus < 0 ? NULL : gpu_find(machine->gpus, (size_t)machine->n_gpus, slot);
}

static const struct gpu *find_in_any_domain(const struct machine *machine,
					    const struct pci_slot *slot)
{
	for (int i = 0; i < machine->n_gpus; i++) {
		struct pci_slot own = machine->gpus[i].slot;

		own.domain = slot->domain;
		if (pci_slot_equal(&own, slot))
			return &machine->gpus[i];
	}
	return NULL;
}

/* The card that is meant by a BusID where there is none: the usual mistakes. */
static const struct gpu *find_meant(const struct machine *machine,
				    const struct xorg_section *section, const struct pci_slot *slot,
				    const char **ret_why)
{
	const struct gpu *meant = NULL;
	struct pci_slot hex;

	if (gpu_parse_bus_id_as_hex(section->bus_id, &hex) >= 0)
		meant = find_gpu(machine, &hex);
	if (meant) {
		*ret_why = "that is the hexadecimal address; Xorg wants decimal numbers";
		return meant;
	}
	*ret_why = slot ? "no card is there" : "Xorg cannot read it";
	if (slot)
		meant = find_in_any_domain(machine, slot);
	if (meant)
		*ret_why = "the card is in another PCI domain";
	return meant;
}

/* `slot` is NULL if Xorg cannot read the BusID. Never names a card that the driver cannot drive. */
static void explain_bus_id(const struct machine *machine, const struct xorg_section *section,
			   const struct pci_slot *slot, struct findings *findings)
{
	bool is_nvidia = xorg_name_equal(section->driver, "nvidia");
	const char *why, *fix = finding_text("remove the BusID from %s", section->path);
	const struct gpu *nvidia, *meant = find_meant(machine, section, slot, &why);

	if (machine_nvidia_cards(machine, &nvidia) == 0 && is_nvidia) {
		why = "there is no NVIDIA card, so Xorg does not start";
		fix = finding_text("gpudesk setup, or remove the section from %s", section->path);
	}
	if (is_nvidia && !(meant && gpu_is_nvidia(meant)))
		meant = nvidia;
	if (meant)
		fix = finding_text("gpudesk setup, or BusID \"%s\" in %s", meant->bus_id,
				   section->path);
	finding_fail(findings, fix, "%s:%u: BusID \"%s\": %s", section->path, section->bus_id_line,
		     section->bus_id, why);
}

static void check_section_bus_id(const struct machine *machine, const struct xorg_section *section,
				 struct findings *findings)
{
	struct pci_slot slot;

	if (gpu_parse_bus_id(section->bus_id, &slot) < 0) {
		explain_bus_id(machine, section, NULL, findings);
		return;
	}
	const struct gpu *gpu = find_gpu(machine, &slot);
	if (!gpu)
		explain_bus_id(machine, section, &slot, findings);
	else if (xorg_name_equal(section->driver, "nvidia") && !gpu_is_nvidia(gpu))
		finding_fail(findings, "gpudesk setup", "%s:%u: BusID \"%s\" is not an NVIDIA card",
			     section->path, section->bus_id_line, section->bus_id);
	else
		finding_ok(findings, "%s is the card at %s (%s:%u)", section->bus_id, gpu->address,
			   section->path, section->line);
}

static void check_no_bus_id(const struct machine *machine, const struct xorg_section *section,
			    struct findings *findings)
{
	const struct gpu *first,
		*primary = xorg_primary_gpu(machine->gpus, (size_t)machine->n_gpus);
	size_t n = machine_nvidia_cards(machine, &first);

	if (!xorg_name_equal(section->driver, "nvidia"))
		finding_ok(findings, "none is set at %s:%u, for %s%s", section->path, section->line,
			   section->driver[0] ? "driver " : "no driver named", section->driver);
	else if (n == 0)
		finding_fail(findings, "gpudesk setup",
			     "%s:%u: driver nvidia, but there is no NVIDIA card", section->path,
			     section->line);
	else if (n > 1)
		finding_warn(findings, "gpudesk setup --gpu ADDRESS",
			     "%s:%u: no BusID, and there are %zu NVIDIA cards", section->path,
			     section->line, n);
	else if (primary && !gpu_is_nvidia(primary))
		finding_warn(
			findings, finding_text("BusID \"%s\" in that section", first->bus_id),
			"%s:%u: no BusID, so Xorg first takes the card at %s, where the console "
			"is, and not the NVIDIA card at %s",
			section->path, section->line, primary->address, first->address);
	else
		finding_ok(findings, "none is set at %s:%u, and there is one NVIDIA card",
			   section->path, section->line);
}

/* NVIDIA's driver could draw, but the sections that Xorg uses do not ask for it. */
static void explain_other_driver(const struct machine *machine, const struct gpu *card,
				 struct findings *findings)
{
	const struct xorg_layout *layout = &machine->layout;
	const struct xorg_section *at = layout->device ? layout->device : layout->screen;

	if (!at)
		finding_warn(findings, "gpudesk setup",
			     "Xorg has no configuration for the NVIDIA card at %s", card->address);
	else
		finding_warn(
			findings,
			finding_text("Driver \"nvidia\" and BusID \"%s\" there, or remove that "
				     "layout and run: gpudesk setup",
				     card->bus_id),
			"Xorg uses the %s section at %s:%u, with %s%s, not the NVIDIA card at %s",
			at->kind, at->path, at->line, at->driver[0] ? "driver " : "no driver named",
			at->driver, card->address);
}

static void check_bus_id(const struct machine *machine, struct findings *findings)
{
	const struct xorg_layout *layout = &machine->layout;
	int error = machine->xorg_error ? machine->xorg_error : machine->n_gpus;
	const struct gpu *card = find_usable(machine);

	if (error < 0)
		finding_warn(findings, "", "not checked: %s", strerror(-error));
	else if (machine->layout_error)
		finding_fail(
			findings, finding_text("edit %s", layout->layout->path),
			"%s:%u: the %s section names a section that does not exist, so Xorg does "
			"not start",
			layout->layout->path, layout->layout->line, layout->layout->kind);
	else if (card && machine->nvidia_module[0] &&
		 !(layout->device && xorg_name_equal(layout->device->driver, "nvidia")))
		explain_other_driver(machine, card, findings);
	else if (!layout->device)
		finding_ok(findings, "Xorg finds its card by itself");
	else if (layout->device->bus_id[0])
		check_section_bus_id(machine, layout->device, findings);
	else
		check_no_bus_id(machine, layout->device, findings);
}

const struct check xorg_checks[] = {
	{ "xorg", CHECK_NEEDS_NOTHING, check_xorg },
	{ "x-session", CHECK_NEEDS_NOTHING, check_x_session },
	{ "x-driver", CHECK_NEEDS_NOTHING, check_x_driver },
	{ "bus-id", CHECK_NEEDS_NOTHING, check_bus_id },
	{ 0 },
};
