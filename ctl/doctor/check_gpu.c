/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The NVIDIA card: its driver, Xorg's configuration for it, and what OpenGL renders with. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "facts/virtualgl.h"

static const char no_card[] = "not needed: no NVIDIA card";

static void check_driver_of(const struct gpu *gpu, struct findings *findings)
{
	if (strcmp(gpu->driver, "nvidia") == 0)
		finding_ok(findings, "loaded, for the card at %s", gpu->address);
	else if (strcmp(gpu->driver, "nouveau") == 0)
		finding_fail(findings,
			     "echo blacklist nouveau >/etc/modprobe.d/nouveau.conf; install "
			     "NVIDIA's driver; rebuild the initramfs; reboot",
			     "the card at %s is driven by nouveau, not by nvidia", gpu->address);
	else if (gpu->driver[0])
		finding_fail(findings, "bind the card to nvidia again; lspci -k shows its driver",
			     "the card at %s is driven by %s, not by nvidia", gpu->address,
			     gpu->driver);
	else
		finding_fail(findings,
			     "modprobe nvidia; if that fails: dkms status; install NVIDIA's "
			     "driver for this kernel",
			     "the card at %s has no driver: nvidia is not loaded", gpu->address);
}

static void check_nvidia_driver(const struct machine *machine, struct findings *findings)
{
	for (int i = 0; i < machine->n_gpus; i++)
		if (gpu_is_nvidia(&machine->gpus[i]))
			check_driver_of(&machine->gpus[i], findings);
	if (machine->n_gpus < 0)
		finding_warn(findings, "", "not checked: %s", strerror(-machine->n_gpus));
	else if (findings->n == 0)
		finding_ok(findings, no_card);
}

static const struct gpu *find_gpu(const struct machine *machine, const struct pci_slot *slot)
{
	for (int i = 0; i < machine->n_gpus; i++)
		if (pci_slot_equal(&machine->gpus[i].slot, slot))
			return &machine->gpus[i];
	return NULL;
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

/* Why there is no card at the BusID: the usual mistakes. `slot` is NULL if Xorg cannot read it. */
static void explain_bus_id(const struct machine *machine, const struct xorg_section *section,
			   const struct pci_slot *slot, struct findings *findings)
{
	const struct gpu *meant = NULL;
	const char *why = "no card is there";
	struct pci_slot hex;

	if (gpu_parse_bus_id_as_hex(section->bus_id, &hex) >= 0)
		meant = find_gpu(machine, &hex);
	if (meant) {
		why = "that is the hexadecimal address; Xorg wants decimal numbers";
	} else if (slot) {
		meant = find_in_any_domain(machine, slot);
		why = meant ? "the card is in another PCI domain" : why;
	} else {
		why = "Xorg cannot read it";
	}
	if (!meant && machine_nvidia_cards(machine, &meant) == 0 && machine->n_gpus > 0)
		meant = &machine->gpus[0];
	finding_fail(findings,
		     meant ? finding_text("gpudesk setup, or BusID \"%s\" in %s", meant->bus_id,
					  section->path)
			   : finding_text("remove the BusID from %s", section->path),
		     "%s:%u: BusID \"%s\": %s", section->path, section->bus_id_line,
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
		finding_ok(findings, "%s is the card at %s", section->bus_id, gpu->address);
}

static void check_section(const struct machine *machine, const struct xorg_section *section,
			  struct findings *findings)
{
	const struct gpu *first;
	size_t n = machine_nvidia_cards(machine, &first);

	if (section->bus_id[0])
		check_section_bus_id(machine, section, findings);
	else if (xorg_name_equal(section->driver, "nvidia") && n == 0)
		finding_fail(findings, finding_text("remove the section from %s", section->path),
			     "%s:%u: driver nvidia, but there is no NVIDIA card", section->path,
			     section->line);
	else if (xorg_name_equal(section->driver, "nvidia") && n > 1)
		finding_warn(findings, "gpudesk setup --gpu ADDRESS",
			     "%s:%u: no BusID, and there are %zu NVIDIA cards", section->path,
			     section->line, n);
}

static void check_bus_id(const struct machine *machine, struct findings *findings)
{
	int error = machine->xorg_error ? machine->xorg_error : machine->n_gpus;
	const struct gpu *first;

	if (error < 0) {
		finding_warn(findings, "", "not checked: %s", strerror(-error));
		return;
	}
	for (size_t i = 0; i < machine->xorg.n_sections; i++)
		if (xorg_name_equal(machine->xorg.sections[i].kind, "Device"))
			check_section(machine, &machine->xorg.sections[i], findings);
	if (findings->n == 0)
		finding_ok(findings, machine_nvidia_cards(machine, &first) > 0
					     ? "none is set, and there is one NVIDIA card"
					     : no_card);
}

static void check_hard_dpms(const struct machine *machine, struct findings *findings)
{
	const struct gpu *first;

	if (machine_nvidia_cards(machine, &first) == 0) {
		finding_ok(findings, no_card);
		return;
	}
	int value = xorg_conf_boolean(&machine->xorg, NULL, "HardDPMS");
	if (value == 0)
		finding_ok(findings, "off");
	else
		finding_warn(
			findings,
			"gpudesk setup (Option \"HardDPMS\" \"false\" in the Device section)",
			"%s: without a monitor, programs that use OpenGL may drop to one frame "
			"per second",
			value == 1	   ? "on"
			: value == -EINVAL ? "not a boolean"
					   : "not switched off");
}

static void check_vglusers(const struct machine *machine, struct findings *findings)
{
	const struct ctl *ctl = machine->ctl;
	const char *const users[] = { account_exists(ctl, "Debian-gdm") ? "Debian-gdm" : "gdm",
				      machine->config.user };
	struct virtualgl virtualgl;

	virtualgl_read(ctl, &virtualgl);
	if (!virtualgl.device[0]) {
		finding_ok(findings, "not needed: VirtualGL does not restrict the card");
		return;
	}
	for (size_t i = 0; i < sizeof(users) / sizeof(users[0]); i++)
		if (!account_is_in_group(ctl, users[i], virtualgl.gid))
			finding_fail(findings,
				     finding_text("usermod -aG " VIRTUALGL_GROUP
						  " %s; systemctl restart display-manager",
						  finding_word(users[i])),
				     "only the group " VIRTUALGL_GROUP
				     " may open %s, and %s is not in it",
				     virtualgl.device, users[i]);
	if (findings->n == 0)
		finding_ok(findings, "%s and %s are in " VIRTUALGL_GROUP, users[0], users[1]);
}

static bool is_software(const char *renderer)
{
	static const char *const names[] = { "llvmpipe", "softpipe", "swrast",
					     "Software Rasterizer" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strstr(renderer, names[i]))
			return true;
	return false;
}

static void check_rendering(const struct machine *machine, struct findings *findings)
{
	const struct probe *probe = &machine->probe;
	const struct gpu *card;

	(void)machine_nvidia_cards(machine, &card);
	if (!probe->renderer[0] && probe->timed_out)
		finding_fail(findings, "nvidia-smi; journalctl -b -k",
			     "OpenGL did not answer in %d s", PROBE_SECONDS);
	else if (!card)
		finding_ok(findings, "%s (%s)", no_card,
			   probe->renderer[0] ? probe->renderer : probe->gl_problem);
	else if (!probe->renderer[0])
		finding_warn(findings, "glxinfo -B, on the desktop", "not checked: %s",
			     probe->gl_problem);
	else if (is_software(probe->renderer))
		finding_fail(findings,
			     "gpudesk setup (the Xorg configuration), then: systemctl "
			     "restart display-manager",
			     "the CPU draws (%s), not the card at %s", probe->renderer,
			     card->address);
	else
		finding_ok(findings, "%s draws", probe->renderer);
}

const struct check gpu_checks[] = {
	{ "nvidia-driver", CHECK_NEEDS_NOTHING, check_nvidia_driver },
	{ "bus-id", CHECK_NEEDS_NOTHING, check_bus_id },
	{ "hard-dpms", CHECK_NEEDS_NOTHING, check_hard_dpms },
	{ "vglusers", CHECK_NEEDS_NOTHING, check_vglusers },
	{ "rendering", CHECK_NEEDS_DISPLAY, check_rendering },
	{ 0 },
};
