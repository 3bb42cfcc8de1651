/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The NVIDIA card: its driver, and what Xorg is told about it. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "check.h"
#include "facts/machine_file.h"

void check_nvidia_driver(const struct machine *machine, struct findings *findings)
{
	for (int i = 0; i < machine->n_gpus; i++) {
		const struct gpu *gpu = &machine->gpus[i];

		if (!gpu_is_nvidia(gpu))
			continue;
		if (strcmp(gpu->driver, "nvidia") == 0)
			finding_ok(findings, "loaded, for the card at %s", gpu->address);
		else if (strcmp(gpu->driver, "nouveau") == 0)
			finding_fail(
				findings,
				"echo blacklist nouveau >/etc/modprobe.d/nouveau.conf; install "
				"NVIDIA's driver; rebuild the initramfs; reboot",
				"the card at %s is driven by nouveau, not by nvidia", gpu->address);
		else if (gpu->driver[0])
			finding_fail(findings, "lspci -k; give the card back to nvidia",
				     "the card at %s is driven by %s, not by nvidia", gpu->address,
				     gpu->driver);
		else
			finding_fail(
				findings,
				"modprobe nvidia; if that fails: dkms status; install NVIDIA's "
				"driver for this kernel",
				"the card at %s has no driver: nvidia is not loaded", gpu->address);
	}
	if (machine->n_gpus < 0)
		finding_warn(findings, "", "not seen: %s", strerror(-machine->n_gpus));
	else if (findings->n == 0)
		finding_ok(findings, "not needed: no NVIDIA card");
}

/* The card at that slot, or NULL. */
static const struct gpu *find_gpu(const struct machine *machine, const struct pci_slot *slot)
{
	for (int i = 0; i < machine->n_gpus; i++)
		if (pci_slot_equal(&machine->gpus[i].slot, slot))
			return &machine->gpus[i];
	return NULL;
}

/* The one card that differs in its domain alone, or NULL. */
static const struct gpu *find_in_domain(const struct machine *machine, const struct pci_slot *slot)
{
	for (int i = 0; i < machine->n_gpus; i++) {
		struct pci_slot same = machine->gpus[i].slot;

		same.domain = slot->domain;
		if (pci_slot_equal(&same, slot))
			return &machine->gpus[i];
	}
	return NULL;
}

/* Why there is no card at the BusID: the usual ways to get it wrong. */
static void explain_bus_id(const struct machine *machine, const struct xorg_section *section,
			   const struct pci_slot *slot, struct findings *findings)
{
	const struct gpu *meant = NULL, *first = NULL;
	const char *why = "no card is there";
	struct pci_slot hex;

	if (gpu_parse_bus_id_as_hex(section->bus_id, &hex) == 0)
		meant = find_gpu(machine, &hex);
	if (meant) {
		why = "that is the hexadecimal address; Xorg wants decimal numbers";
	} else if (slot) {
		meant = find_in_domain(machine, slot);
		why = meant ? "the card is in another PCI domain" : why;
	} else {
		why = "Xorg cannot read it";
	}
	machine_nvidia_cards(machine, &first);
	if (!meant)
		meant = first ? first : (machine->n_gpus > 0 ? &machine->gpus[0] : NULL);
	finding_fail(findings,
		     meant ? finding_text("gpudesk setup, or BusID \"%s\" in %s", meant->bus_id,
					  section->path)
			   : finding_text("take the BusID out of %s", section->path),
		     "%s:%u: BusID \"%s\": %s", section->path, section->bus_id_line,
		     section->bus_id, why);
}

static void check_section(const struct machine *machine, const struct xorg_section *section,
			  struct findings *findings)
{
	bool is_nvidia = xorg_name_equal(section->driver, "nvidia");
	const struct gpu *gpu, *first;
	struct pci_slot slot;

	if (section->bus_id[0]) {
		if (gpu_parse_bus_id(section->bus_id, &slot) < 0) {
			explain_bus_id(machine, section, NULL, findings);
			return;
		}
		gpu = find_gpu(machine, &slot);
		if (!gpu)
			explain_bus_id(machine, section, &slot, findings);
		else if (is_nvidia && !gpu_is_nvidia(gpu))
			finding_fail(findings, "gpudesk setup",
				     "%s:%u: BusID \"%s\" is not an NVIDIA card", section->path,
				     section->bus_id_line, section->bus_id);
		else
			finding_ok(findings, "%s is the card at %s", section->bus_id, gpu->address);
	} else if (is_nvidia && machine_nvidia_cards(machine, &first) == 0) {
		finding_fail(findings, finding_text("take the section out of %s", section->path),
			     "%s:%u: driver nvidia, but there is no NVIDIA card", section->path,
			     section->line);
	} else if (is_nvidia && machine_nvidia_cards(machine, &first) > 1) {
		finding_warn(findings, "gpudesk setup --gpu ADDRESS",
			     "%s:%u: no BusID, and there are %zu NVIDIA cards", section->path,
			     section->line, machine_nvidia_cards(machine, &first));
	}
}

void check_bus_id(const struct machine *machine, struct findings *findings)
{
	const struct gpu *first;

	if (machine->xorg_error || machine->n_gpus < 0) {
		finding_warn(
			findings, "", "not seen: %s",
			strerror(-(machine->xorg_error ? machine->xorg_error : machine->n_gpus)));
		return;
	}
	for (size_t i = 0; i < machine->xorg.n_sections; i++)
		if (xorg_name_equal(machine->xorg.sections[i].kind, "Device"))
			check_section(machine, &machine->xorg.sections[i], findings);
	if (findings->n == 0)
		finding_ok(findings, machine_nvidia_cards(machine, &first) > 0
					     ? "none is set, and there is one NVIDIA card"
					     : "not needed: no NVIDIA card");
}

void check_hard_dpms(const struct machine *machine, struct findings *findings)
{
	const struct gpu *first;
	int r;

	if (machine_nvidia_cards(machine, &first) == 0) {
		finding_ok(findings, "not needed: no NVIDIA card");
		return;
	}
	r = xorg_conf_boolean(&machine->xorg, NULL, "HardDPMS");
	if (r == 0)
		finding_ok(findings, "off");
	else
		finding_warn(
			findings,
			"gpudesk setup (Option \"HardDPMS\" \"false\" in the Device section)",
			"%s: without a monitor, programs that use OpenGL may drop to one frame "
			"a second",
			r == 1	       ? "on"
			: r == -EINVAL ? "set to no boolean"
				       : "not switched off");
}

/* A device that only its group may open, and the group is VirtualGL's. */
static bool is_restricted(const struct machine *machine, const char *path, gid_t vglusers)
{
	char below[CTL_PATH_MAX];
	struct stat st;

	return stat(ctl_path(machine->ctl, path, below), &st) == 0 && !S_ISDIR(st.st_mode) &&
	       st.st_gid == vglusers && (st.st_mode & 006) != 006;
}

/* Writes the first device that VirtualGL keeps for its group. */
static bool find_restricted(const struct machine *machine, gid_t vglusers, char *ret_path,
			    size_t size)
{
	static const char *const places[][2] = { { "/dev", "nvidia" },
						 { "/dev/dri", "card" },
						 { "/dev/dri", "renderD" } };
	bool found = false;

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]) && !found; i++) {
		char **names = NULL;
		int n = machine_file_list(machine->ctl, places[i][0], "", &names);

		for (int j = 0; j < n && !found; j++) {
			if (strncmp(names[j], places[i][1], strlen(places[i][1])) != 0)
				continue;
			snprintf(ret_path, size, "%s/%.60s", places[i][0], names[j]);
			found = is_restricted(machine, ret_path, vglusers);
		}
		machine_file_free_names(names, n);
	}
	return found;
}

void check_vglusers(const struct machine *machine, struct findings *findings)
{
	const char *const users[] = { machine_has_user(machine, "Debian-gdm") ? "Debian-gdm"
									      : "gdm",
				      machine->config.user };
	char path[96];
	gid_t vglusers;

	if (machine_group(machine, "vglusers", &vglusers) < 0 ||
	    !find_restricted(machine, vglusers, path, sizeof(path))) {
		finding_ok(findings, "not needed: VirtualGL does not restrict the card");
		return;
	}
	for (size_t i = 0; i < sizeof(users) / sizeof(users[0]); i++)
		if (!machine_is_member(machine, users[i], vglusers))
			finding_fail(findings,
				     finding_text("usermod -aG vglusers %s; systemctl restart "
						  "display-manager",
						  users[i]),
				     "%s is for the group vglusers only, and %s is not in it", path,
				     users[i]);
	if (findings->n == 0)
		finding_ok(findings, "%s and %s are in vglusers", users[0], users[1]);
}
