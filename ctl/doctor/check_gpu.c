/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The NVIDIA card: its driver, its licence, who may use it, and what OpenGL renders with. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "facts/virtualgl.h"

static const char no_card[] = "not needed: no NVIDIA card";

/* No driver is bound to the card. */
static void explain_no_driver(const struct machine *machine, const struct gpu *gpu,
			      struct findings *findings)
{
	const struct nvidia *nvidia = &machine->nvidia;

	if (nvidia->installed[0] && nvidia->is_secure_boot)
		finding_fail(findings,
			     "sign the module and enrol the key (mokutil --import "
			     "/var/lib/dkms/mok.pub, then reboot), or turn Secure Boot off",
			     "the card at %s has no driver: nvidia %s is installed but not loaded; "
			     "Secure Boot is on, so the kernel refuses modules with an unknown key "
			     "(modprobe nvidia: Key was rejected by service)",
			     gpu->address, nvidia->installed);
	else if (nvidia->is_nouveau_loaded)
		finding_fail(findings,
			     "install NVIDIA's driver, which keeps nouveau from loading; reboot",
			     "the card at %s has no driver: nouveau is loaded, nvidia is not",
			     gpu->address);
	else
		finding_fail(findings,
			     "modprobe nvidia; if that fails: dkms status; install NVIDIA's "
			     "driver for this kernel",
			     "the card at %s has no driver: nvidia is not loaded", gpu->address);
}

static void check_driver_of(const struct machine *machine, const struct gpu *gpu,
			    struct findings *findings)
{
	if (strcmp(gpu->driver, "nvidia") == 0)
		finding_ok(findings, "loaded, for the card at %s", gpu->address);
	else if (strcmp(gpu->driver, "nouveau") == 0)
		finding_fail(findings,
			     "\"blacklist nouveau\" in /etc/modprobe.d/nouveau.conf; install "
			     "NVIDIA's driver; rebuild the initramfs; reboot",
			     "the card at %s is driven by nouveau, not by nvidia", gpu->address);
	else if (gpu->driver[0])
		finding_fail(findings, "bind the card to nvidia again; lspci -k shows its driver",
			     "the card at %s is driven by %s, not by nvidia", gpu->address,
			     gpu->driver);
	else
		explain_no_driver(machine, gpu, findings);
}

static void check_nvidia_driver(const struct machine *machine, struct findings *findings)
{
	for (int i = 0; i < machine->n_gpus; i++)
		if (gpu_is_nvidia(&machine->gpus[i]))
			check_driver_of(machine, &machine->gpus[i], findings);
	if (machine->n_gpus < 0)
		finding_warn(findings, "", "not checked: %s", strerror(-machine->n_gpus));
	else if (findings->n == 0)
		finding_ok(findings, no_card);
}

static void check_nvidia_version(const struct machine *machine, struct findings *findings)
{
	const struct nvidia *nvidia = &machine->nvidia;
	const struct gpu *first;
	/* What the program says that administrators ask first. */
	const char *says = nvidia->smi_problem[0]
				   ? finding_text(" (nvidia-smi: %s)", nvidia->smi_problem)
				   : "";

	if (machine_nvidia_cards(machine, &first) == 0)
		finding_ok(findings, no_card);
	else if (!nvidia->loaded[0])
		finding_ok(findings, "not needed: the driver is not loaded");
	else if (nvidia->installed[0] && strcmp(nvidia->installed, nvidia->loaded) != 0)
		finding_fail(findings, "reboot",
			     "the driver was updated to %s, but %s is loaded until the next boot%s",
			     nvidia->installed, nvidia->loaded, says);
	else if (nvidia->library[0] && strcmp(nvidia->library, nvidia->loaded) != 0)
		finding_fail(findings,
			     "reboot; if that does not help, install the kernel module and the "
			     "libraries from the same source",
			     "the driver is %s, its libraries are %s: OpenGL programs fail%s",
			     nvidia->loaded, nvidia->library, says);
	else if (nvidia->smi_problem[0])
		finding_fail(findings, "journalctl -b -k -g NVRM", "nvidia-smi fails: %s",
			     nvidia->smi_problem);
	else
		finding_ok(findings, "%s", nvidia->loaded);
}

static void check_vgpu_license(const struct machine *machine, struct findings *findings)
{
	const struct nvidia *nvidia = &machine->nvidia;

	if (nvidia->license[0])
		finding_fail(findings,
			     "journalctl -b -u nvidia-gridd: it needs a token in "
			     "/etc/nvidia/ClientConfigToken, and to reach the licence server",
			     "nvidia-smi says \"%s\" of %s: without a licence, a vGPU slows to a "
			     "crawl after 20 minutes",
			     nvidia->license,
			     nvidia->license_product[0] ? nvidia->license_product : "the vGPU");
	else
		finding_ok(findings, "not needed: no vGPU without a licence");
}

static void check_hard_dpms(const struct machine *machine, struct findings *findings)
{
	const struct gpu *first;

	if (machine_nvidia_cards(machine, &first) == 0) {
		finding_ok(findings, no_card);
		return;
	}
	int value = xorg_layout_boolean(&machine->xorg, &machine->layout, "HardDPMS");
	if (value == 0)
		finding_ok(findings, "off");
	else if (!machine->layout.device ||
		 !xorg_name_equal(machine->layout.device->driver, "nvidia"))
		finding_ok(findings, "not needed: Xorg does not use NVIDIA's driver");
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

static void check_member(const struct machine *machine, const struct virtualgl *virtualgl,
			 const char *user, struct findings *findings)
{
	if (!account_is_in_group(machine->ctl, user, virtualgl->gid))
		finding_fail(findings,
			     finding_text("usermod -aG " VIRTUALGL_GROUP
					  " %s; save what is open on the desktop, then: systemctl "
					  "restart display-manager",
					  finding_word(user)),
			     "only the group " VIRTUALGL_GROUP " may open %s, and %s is not in it",
			     virtualgl->device, user);
}

static void check_vglusers(const struct machine *machine, struct findings *findings)
{
	const char *gdm = virtualgl_gdm_user(machine->ctl);
	struct virtualgl virtualgl;

	virtualgl_read(machine->ctl, &virtualgl);
	if (!virtualgl.device[0]) {
		finding_ok(findings, "not needed: VirtualGL does not restrict the card");
		return;
	}
	if (gdm)
		check_member(machine, &virtualgl, gdm, findings);
	else
		finding_warn(findings,
			     "vglserver_config, without its restriction of framebuffer devices",
			     "only the group " VIRTUALGL_GROUP
			     " may open %s, and GDM's login screen "
			     "cannot be in it: it runs as a dynamic user (gdm-greeter)",
			     virtualgl.device);
	check_member(machine, &virtualgl, machine->config.user, findings);
	if (findings->n == 0)
		finding_ok(findings, "%s and %s are in " VIRTUALGL_GROUP, gdm,
			   machine->config.user);
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
	else if (!card && is_software(probe->renderer))
		finding_warn(findings, "use a flavour with a GPU, if programs need one",
			     "the CPU draws (%s): there is no NVIDIA card", probe->renderer);
	else if (!card)
		finding_ok(findings, "%s (%s)", no_card,
			   probe->renderer[0] ? probe->renderer : probe->gl_problem);
	else if (!probe->renderer[0])
		finding_warn(findings, "glxinfo -B, on the desktop", "not checked: %s",
			     probe->gl_problem);
	else if (is_software(probe->renderer))
		finding_fail(findings,
			     "gpudesk setup (the Xorg configuration); save what is open on the "
			     "desktop, then: systemctl restart display-manager",
			     "the CPU draws (%s), not the card at %s", probe->renderer,
			     card->address);
	else
		finding_ok(findings, "%s draws", probe->renderer);
}

const struct check gpu_checks[] = {
	{ "nvidia-driver", CHECK_NEEDS_NOTHING, check_nvidia_driver },
	{ "nvidia-version", CHECK_NEEDS_NOTHING, check_nvidia_version },
	{ "vgpu-license", CHECK_NEEDS_NOTHING, check_vgpu_license },
	{ "hard-dpms", CHECK_NEEDS_NOTHING, check_hard_dpms },
	{ "vglusers", CHECK_NEEDS_NOTHING, check_vglusers },
	{ "rendering", CHECK_NEEDS_DISPLAY, check_rendering },
	{ 0 },
};
