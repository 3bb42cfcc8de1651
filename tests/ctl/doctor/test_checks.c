/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Checks that no test machine can try: those that need an NVIDIA card, another init or another
 * session. The facts are made up; gathering them is tested elsewhere.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "doctor/check.h"
#include "facts/machine.h"
#include "tests/ctl/fake_tree.h"

static struct machine machine;
static struct findings findings;

/* A healthy machine with an NVIDIA card and a session of exouser's. */
static int make_machine(void **state)
{
	machine = (struct machine){
		.ctl = &fake_ctl,
		.is_root = true,
		.has_systemd = true,
		.systemd_version = "252.39-1~deb12u2",
		.has_account = true,
		.account = { .uid = 1001, .gid = 1001, .home = "/home/exouser" },
		.listens = { { .address = "172.17.0.1", .port = 5901 } },
		.n_listens = 1,
		.ports = { 5901 },
		.n_ports = 1,
		.gdm = { .autologin_enabled = true,
			 .autologin_user = "exouser",
			 .wayland_off = true },
		.default_target = "graphical.target",
		.can_probe = true,
		.n_records = 1,
		.records = { { .id = "2",
			       .record = { .user = "exouser",
					   .uid = 1001,
					   .session = "2",
					   .type = "x11",
					   .xauthority = "/run/user/1001/gdm/Xauthority" },
			       .facts = { .known = true, .uid = 1001 } } },
		.graphical_session = "2",
		.graphical_type = "x11",
		.probe = { .has_password = true,
			   .password_path = "/home/exouser/.vnc/passwd",
			   .display = ":0",
			   .has_x = true,
			   .depth = 24,
			   .size = "1280x800",
			   .has_shm = true,
			   .has_damage = true,
			   .has_xfixes = true,
			   .has_randr = true,
			   .has_xtest = true,
			   .shm_version = "1.2",
			   .randr_version = "1.6",
			   .renderer = "NVIDIA A100-SXM4-40GB/PCIe/SSE2",
			   .idle_delay = "uint32 0",
			   .session_sleep = "'nothing'",
			   .greeter_sleep = "'nothing'" },
		.has_xorg = true,
		.nvidia_module = "/usr/lib/xorg/modules/drivers/nvidia_drv.so",
		.nvidia_package = "xserver-xorg-video-nvidia",
		.sessions = { .n = 2, .names = { "gnome", "openbox" }, .has_gnome = true },
		.nvidia = { .loaded = "550.54.15",
			    .installed = "550.54.15",
			    .library = "550.54.15" },
		.knows_wayland = true,
		.may_suspend = true,
		.n_gpus = 1,
		.gpus = { { .slot = { 0, 4, 0, 0 },
			    .vendor = GPU_VENDOR_NVIDIA,
			    .driver = "nvidia",
			    .address = "0000:04:00.0",
			    .bus_id = "PCI:4:0:0" } },
	};
	config_init(&machine.config);
	distribution_read(&fake_ctl, &machine.distribution);
	return scratch_create(state);
}

static int drop_machine(void **state)
{
	machine_finish(&machine);
	return scratch_remove(state);
}

/* Whether that is allowed here. */
static bool chown_to_group(const char *path, gid_t group)
{
	char below[CTL_PATH_MAX];

	return chown(ctl_path(&fake_ctl, path, below), (uid_t)-1, group) == 0;
}

static struct unit *unit(const char *name)
{
	struct unit *unit = &machine.units[machine.n_units];

	(void)snprintf(machine.unit_names[machine.n_units++], UNIT_NAME_MAX, "%s", name);
	*unit = (struct unit){ .load = "loaded", .active = "active", .file_state = "enabled" };
	(void)snprintf(unit->name, sizeof(unit->name), "%s", name);
	return unit;
}

static void expect_n(const char *name, enum finding_result result, const char *cause,
		     const char *fix, size_t n)
{
	const struct check *check;

	for (size_t i = 0; (check = check_at(i)); i++)
		if (strcmp(check->name, name) == 0)
			check_run(check, &machine, &findings);
	if (findings.n < 1 || findings.list[0].result != result ||
	    !strstr(findings.list[0].cause, cause) || !strstr(findings.list[0].fix, fix))
		fail_msg("%s: %zu, %d \"%s\" \"%s\"", name, findings.n,
			 (int)findings.list[0].result, findings.list[0].cause,
			 findings.list[0].fix);
	assert_int_equal(findings.n, n);
}

/* That the check has one thing to say, and what. */
static void expect(const char *name, enum finding_result result, const char *cause, const char *fix)
{
	expect_n(name, result, cause, fix, 1);
}

static void test_rendering(void **state)
{
	(void)state;
	expect("rendering", FINDING_OK, "NVIDIA A100", "");
	strcpy(machine.probe.renderer, "llvmpipe (LLVM 15.0.6, 256 bits)");
	expect("rendering", FINDING_FAIL, "the CPU draws (llvmpipe", "gpudesk setup");
	strcpy(machine.probe.renderer, "softpipe");
	expect("rendering", FINDING_FAIL, "softpipe", "");
	machine.probe.renderer[0] = '\0';
	strcpy(machine.probe.gl_problem, "there is no libGL.so.1");
	expect("rendering", FINDING_WARN, "no libGL", "glxinfo");
	machine.probe.timed_out = true;
	expect("rendering", FINDING_FAIL, "did not answer", "nvidia-smi");
	machine.probe.timed_out = false;
	machine.n_gpus = 0;
	expect("rendering", FINDING_OK, "not needed", "");
	strcpy(machine.probe.renderer, "llvmpipe (LLVM 15.0.6, 256 bits)");
	expect("rendering", FINDING_WARN, "the CPU draws (llvmpipe", "flavour with a GPU");
}

static void test_xorg(void **state)
{
	(void)state;
	expect("xorg", FINDING_OK, "installed", "");
	machine.has_xorg = false;
	machine.distribution.install_command = "dnf install";
	expect("xorg", FINDING_FAIL, "Xorg is not installed", "dnf install");
	machine.distribution.family = DISTRIBUTION_RHEL;
	strcpy(machine.distribution.id, "rocky");
	strcpy(machine.distribution.name, "Rocky Linux 10.0");
	strcpy(machine.distribution.version, "9.4");
	expect("xorg", FINDING_FAIL, "Xorg is not installed", "dnf install");
	strcpy(machine.distribution.version, "10.0");
	expect("xorg", FINDING_FAIL, "Rocky Linux 10.0 has no Xorg server", "image with Xorg");
	expect("x-session", FINDING_OK, "2 installed, such as gnome", "");
	machine.sessions.n = 0;
	expect("x-session", FINDING_FAIL, "no X session installed", "dnf install");
	machine.login.type = LOGIN_NONE;
	expect("x-session", FINDING_FAIL, "so GDM aborts when it logs a user in",
	       "; gpudesk setup");
	strcpy(machine.distribution.id, "debian");
	strcpy(machine.distribution.version, "13");
	expect("x-session", FINDING_FAIL, "no X session", "gnome-session-xsession");
}

static void test_x_driver(void **state)
{
	(void)state;
	expect("x-driver", FINDING_OK, "nvidia_drv.so", "");
	machine.nvidia_module[0] = '\0';
	expect("x-driver", FINDING_FAIL, "no nvidia_drv.so, as with compute-only",
	       "xserver-xorg-video-nvidia");
	strcpy(machine.gpus[0].driver, "nouveau");
	expect("x-driver", FINDING_OK, "not needed", "");
}

/* The layout: what tests/integration/test-xorg.py does not show. */
static void test_bus_id(void **state)
{
	(void)state;
	expect("bus-id", FINDING_WARN, "Xorg has no configuration for the NVIDIA card at 0000:04",
	       "gpudesk setup");
	machine.nvidia_module[0] = '\0';
	expect("bus-id", FINDING_OK, "Xorg finds its card by itself", "");
	machine.xorg_error = -EFBIG;
	expect("bus-id", FINDING_WARN, "not checked: File too large", "");
}

static void test_nvidia_driver(void **state)
{
	(void)state;
	expect("nvidia-driver", FINDING_OK, "loaded", "");
	strcpy(machine.gpus[0].driver, "nouveau");
	expect("nvidia-driver", FINDING_FAIL, "driven by nouveau", "blacklist");
	machine.gpus[0].driver[0] = '\0';
	expect("nvidia-driver", FINDING_FAIL, "has no driver", "modprobe nvidia");
	machine.nvidia.is_nouveau_loaded = true;
	expect("nvidia-driver", FINDING_FAIL, "nouveau is loaded, nvidia is not", "reboot");
	machine.nvidia.is_secure_boot = true;
	expect("nvidia-driver", FINDING_FAIL,
	       "nvidia 550.54.15 is installed but not loaded; Secure "
	       "Boot is on",
	       "mokutil --import");
	machine.nvidia.installed[0] = '\0';
	expect("nvidia-driver", FINDING_FAIL, "nouveau is loaded", "");
}

static void test_nvidia_version(void **state)
{
	static const char says[] = "Failed to initialize NVML: Driver/library version mismatch";

	(void)state;
	expect("nvidia-version", FINDING_OK, "550.54.15", "");
	strcpy(machine.nvidia.smi_problem, says);
	strcpy(machine.nvidia.library, "550.90.07");
	expect("nvidia-version", FINDING_FAIL,
	       "the driver is 550.54.15, its libraries are 550.90.07", "same source");
	expect("nvidia-version", FINDING_FAIL, says, "reboot");
	strcpy(machine.nvidia.installed, "550.90.07");
	expect("nvidia-version", FINDING_FAIL,
	       "updated to 550.90.07, but 550.54.15 is loaded until the next boot", "reboot");
	machine.nvidia = (struct nvidia){ .loaded = "550.54.15" };
	expect("nvidia-version", FINDING_OK, "550.54.15", "");
	strcpy(machine.nvidia.smi_problem, "Unable to determine the device handle: GPU is lost");
	expect("nvidia-version", FINDING_FAIL, "nvidia-smi fails: Unable", "NVRM");
	machine.nvidia.loaded[0] = '\0';
	expect("nvidia-version", FINDING_OK, "not loaded", "");
	machine.n_gpus = 0;
	expect("nvidia-version", FINDING_OK, "no NVIDIA card", "");
}

static void test_vgpu_license(void **state)
{
	(void)state;
	expect("vgpu-license", FINDING_OK, "not needed", "");
	strcpy(machine.nvidia.license, "Unlicensed (Restricted)");
	expect("vgpu-license", FINDING_FAIL, "\"Unlicensed (Restricted)\" of the vGPU",
	       "nvidia-gridd");
	strcpy(machine.nvidia.license_product, "NVIDIA RTX Virtual Workstation");
	expect("vgpu-license", FINDING_FAIL, "of NVIDIA RTX Virtual Workstation", "");
}

static void test_wayland_and_timed_login(void **state)
{
	(void)state;
	expect("wayland", FINDING_OK, "off in", "");
	machine.gdm.xorg_off = true;
	expect("wayland", FINDING_FAIL, "GDM starts no session for X",
	       "gpudesk setup (XorgEnable=true under [daemon] in /etc/gdm/custom.conf)");
	machine.gdm.xorg_off = false;
	machine.knows_wayland = false;
	machine.login = (struct login){ LOGIN_X, "xfce", 0 };
	expect("wayland", FINDING_OK, "exouser gets the X session xfce", "");
	machine.login = (struct login){ LOGIN_WAYLAND, "gnome", 0 };
	expect("wayland", FINDING_FAIL, "gives exouser the Wayland session gnome", "gpudesk setup");
	machine.login = (struct login){ LOGIN_NONE, "", 0 };
	expect("wayland", FINDING_FAIL, "no session to start for exouser", "gpudesk setup");
	machine.login = (struct login){ LOGIN_UNKNOWN, "", -EIO };
	expect("wayland", FINDING_FAIL, "cannot read which session is chosen", "accounts-daemon");
	machine.login.error = -EACCES;
	machine.is_root = false;
	expect("wayland", FINDING_WARN, "not checked: needs root", "sudo gpudesk doctor");
	machine.is_root = true;
	expect("autologin", FINDING_OK, "logs exouser in", "");
	machine.gdm.timed_enabled = true;
	strcpy(machine.gdm.timed_user, "guest");
	expect("autologin", FINDING_WARN,
	       "TimedLogin too is enabled: after a logout, GDM logs guest",
	       "TimedLoginEnable=false");
}

static void test_idle(void **state)
{
	(void)state;
	expect("screen-lock", FINDING_OK, "does not blank", "");
	expect("suspend", FINDING_OK, "neither", "");
	strcpy(machine.probe.idle_delay, "uint32 300");
	expect("screen-lock", FINDING_WARN, "blanks the screen after 300 s", "gpudesk setup");
	strcpy(machine.probe.lock_enabled, "true");
	expect("screen-lock", FINDING_WARN, "blanks and locks the screen after 300 s",
	       "idle-delay");
	strcpy(machine.probe.session_sleep, "'suspend'");
	expect("suspend", FINDING_WARN, "GNOME suspends", "sleep-inactive-ac-type");
	strcpy(machine.probe.greeter_sleep, "'suspend'");
	expect("suspend", FINDING_WARN, "at the login screen", "gpudesk setup");
	machine.may_suspend = false;
	expect("suspend", FINDING_OK, "cannot suspend", "");
	machine.sessions.has_gnome = false;
	expect("screen-lock", FINDING_OK, "not needed", "");
}

static void test_session(void **state)
{
	(void)state;
	expect("session", FINDING_OK, "session 2 of exouser", "");
	machine.chosen = -1;
	expect("session", FINDING_FAIL, "session 2 of exouser has no record", "save what is open");
	strcpy(machine.graphical_type, "wayland");
	expect("session", FINDING_FAIL, "of type wayland", "gpudesk setup");
	machine.graphical_session[0] = '\0';
	expect("session", FINDING_WARN, "the next viewer starts one", "");
	machine.gdm.autologin_enabled = false;
	machine.has_greeter = true;
	expect("session", FINDING_FAIL, "the login screen is shown", "gpudesk setup");
	machine.config.start_desktop = false;
	expect("session", FINDING_FAIL, "no graphical session", "systemctl restart");
}

static void test_records(void **state)
{
	(void)state;
	expect("records", FINDING_OK, "1, none of them stale", "");
	machine.records[0].facts.closing = true;
	expect("records", FINDING_WARN, "session 2 is stale: its session is closing",
	       "/sessions/2");
	machine.records[0].facts = (struct session_facts){ .known = true, .uid = 1002 };
	expect("records", FINDING_WARN, "another user", "");
	machine.records[0].error = -EINVAL;
	expect("records", FINDING_WARN, "is ignored", "");
	machine.n_records = -EACCES;
	expect("records", FINDING_FAIL, "Permission denied", "");
}

static void test_x(void **state)
{
	(void)state;
	expect("x", FINDING_OK, "display :0, 1280x800, depth 24", "");
	expect("mit-shm", FINDING_OK, "1.2", "");
	strcpy(machine.probe.shm_version, "1.1");
	expect("mit-shm", FINDING_WARN, "MIT-SHM is 1.1", "");
	machine.probe.has_xfixes = false;
	expect("damage", FINDING_FAIL, "no XFIXES", "xorg.conf");
	machine.probe.has_xtest = false;
	expect("xtest", FINDING_FAIL, "viewers can see the desktop, not use it", "");
	machine.config.view_only = true;
	expect("xtest", FINDING_OK, "not needed", "");
	machine.probe.has_randr = false;
	expect("randr", FINDING_WARN, "cannot resize", "");
	machine.config.resize = false;
	expect("randr", FINDING_OK, "not needed", "");
	machine.probe.depth = 4;
	expect("x", FINDING_FAIL, "depth 4", "DefaultDepth 24");
	machine.probe.has_x = false;
	strcpy(machine.probe.x_problem, "no X server of session 2 listens");
	expect("x", FINDING_FAIL, "no X server of session 2", "");
	expect("damage", FINDING_WARN, "cannot reach", "");
	machine.probe_error = -ENOEXEC;
	expect("x", FINDING_WARN, "not checked", "");
}

static void test_old_versions(void **state)
{
	(void)state;
	machine.distribution.family = DISTRIBUTION_DEBIAN;
	expect("system", FINDING_OK, "252.39", "");
	strcpy(machine.systemd_version, "237-3ubuntu10");
	expect("system", FINDING_FAIL, "systemd 237-3ubuntu10 is too old: gpudesk needs 239", "");
	strcpy(machine.systemd_version, "239 (239-82.el8)");
	expect("system", FINDING_OK, "", "");
}

static void test_units(void **state)
{
	struct unit *socket;

	(void)state;
	expect("socket", FINDING_FAIL, "gpudesk.socket is not installed", "reinstall gpudesk");
	socket = unit("gpudesk.socket");
	expect("socket", FINDING_OK, "listens on 172.17.0.1 port 5901", "");
	strcpy(socket->file_state, "disabled");
	expect("socket", FINDING_FAIL, "not enabled", "systemctl enable --now gpudesk.socket");
	strcpy(socket->active, "failed");
	expect("socket", FINDING_FAIL, "has failed", "reset-failed");
	strcpy(socket->load, "bad-setting");
	expect("socket", FINDING_FAIL, "bad-setting", "systemctl status");
	machine.has_systemd = false;
	strcpy(machine.systemd_problem, "cannot ask systemd: it sleeps");
	expect("socket", FINDING_WARN, "it sleeps", "");
}

/* The user whose sockets are enabled is the one that was meant. */
static void test_another_user(void **state)
{
	(void)state;
	fake_tree_write("/home/exouser/.profile", "");
	machine.account.uid = geteuid() ? geteuid() : 1001;
	expect("user", geteuid() ? FINDING_OK : FINDING_FAIL,
	       geteuid() ? "uid" : "belongs to uid 0", "");
	fake_tree_link("/etc/systemd/system/gpudesk.socket.wants/gpudesk-scraper@exouser.socket",
		       "/usr/lib/systemd/system/gpudesk-scraper@.socket");
	strcpy(machine.config.user, "alice");
	expect("user", FINDING_FAIL, "enabled for exouser, but user = alice",
	       "gpudesk setup --user exouser, or, for alice: gpudesk setup");
	machine.has_account = false;
	expect("user", FINDING_FAIL, "there is no user alice", "gpudesk setup --user exouser");
	fake_tree_link("/etc/systemd/system/gpudesk.socket.wants/gpudesk-scraper@alice.socket",
		       "/usr/lib/systemd/system/gpudesk-scraper@.socket");
	expect("user", FINDING_FAIL, "there is no user alice", "gpudesk setup --user NAME");
}

/* A fix closes nothing that somebody works in, unless it says so. */
static void test_fixes_close_nothing(void **state)
{
	struct unit *manager;

	(void)state;
	unit("gdm.service");
	manager = unit("display-manager.service");
	strcpy(manager->name, "lightdm.service");
	expect("gdm", FINDING_FAIL, "is lightdm.service, not GDM",
	       "systemctl enable --force gdm.service; then reboot");
	strcpy(machine.old_servers[0].unit, "vncserver@1.service");
	machine.old_servers[0].what = "TigerVNC";
	machine.n_old_servers = 1;
	unit("vncserver@1.service");
	expect("other-vnc", FINDING_FAIL, "vncserver@1.service (TigerVNC) is running",
	       "gpudesk setup, which closes what is open in it, and can undo that");
	machine.chosen = -1;
	strcpy(machine.graphical_type, "wayland");
	expect("session", FINDING_FAIL, "of type wayland", "save what is open");
	machine.chosen = 0;
	strcpy(machine.probe.renderer, "llvmpipe");
	expect("rendering", FINDING_FAIL, "the CPU draws", "save what is open");
	fake_tree_write("/etc/passwd", "gdm:x:42:42::/:/x\n");
	fake_tree_write("/etc/group", "vglusers:x:12345:\n");
	fake_tree_write("/dev/dri/card0", "");
	if (chown_to_group("/dev/dri/card0", 12345))
		expect_n("vglusers", FINDING_FAIL, "gdm is not in it", "save what is open", 2);
}

/* A fix destroys nothing, whatever the machine is like. */
static void test_fixes_destroy_nothing(void **state)
{
	static const char *const bad[] = { "kill ", "chown ", "useradd", "rm ", "passwd" };
	struct listener *holder = &machine.listeners[0];

	(void)state;
	fake_tree_write("/usr/games/fortune", "");
	strcpy(machine.account.home, "/usr/games");
	machine.account.uid = 5;
	expect("user", FINDING_FAIL, "/usr/games belongs to uid", "gpudesk setup --user NAME");
	machine.has_account = false;
	expect("user", FINDING_FAIL, "there is no user", "gpudesk setup --user NAME");
	machine.has_account = true;
	machine.n_listeners = 1;
	*holder = (struct listener){ .port = 5901,
				     .address = "::",
				     .is_any = true,
				     .pid = 1,
				     .command = "systemd",
				     .unit = "init.scope" };
	expect("port", FINDING_FAIL, "held by systemd (pid 1, init.scope)", "list-sockets");
	strcpy(machine.probe.password_problem, "/etc/shadow has mode 0640: others may read it");
	strcpy(machine.probe.password_path, "/etc/shadow");
	machine.probe.password_mode_wrong = true;
	expect("password", FINDING_FAIL, "mode 0640", "ls -l /etc/shadow; password_file in");
	for (size_t i = 0;; i++) {
		const struct check *check = check_at(i);

		if (!check)
			break;
		check_run(check, &machine, &findings);
		for (size_t k = 0; k < findings.n * (sizeof(bad) / sizeof(*bad)); k++)
			if (strncmp(findings.list[k / 5].fix, bad[k % 5], strlen(bad[k % 5])) == 0)
				fail_msg("%s: %s", check->name, findings.list[k / 5].fix);
	}
}

static void test_words(void **state)
{
	(void)state;
	assert_string_equal(finding_word("gpudesk-scraper@exo.user_1.socket"),
			    "gpudesk-scraper@exo.user_1.socket");
	assert_string_equal(finding_word("DOM\\user"), "'DOM\\user'");
	assert_string_equal(finding_word("a b;c$d"), "'a b;c$d'");
	assert_string_equal(finding_word("o'neil"), "'o'\\''neil'");
	assert_string_equal(finding_word(""), "''");
	strcpy(machine.config.user, "DOM\\user");
	strcpy(machine.probe.password_problem, "it is empty");
	expect("password", FINDING_FAIL, "it is empty", "gpudesk passwd --user 'DOM\\user'");
}

static void test_changed_unit_files(void **state)
{
	(void)state;
	unit("gpudesk.socket");
	unit("docker.service")->needs_reload = true;
	expect("unit-files", FINDING_OK, "as they are", "");
	machine.units[0].needs_reload = true;
	expect("unit-files", FINDING_WARN, "gpudesk.socket, or a drop-in of it, has changed",
	       "systemctl daemon-reload; systemctl restart gpudesk.socket");
}

static void test_port(void **state)
{
	struct listener *holder = &machine.listeners[0];

	(void)state;
	expect("port", FINDING_OK, "port 5901 is free", "");
	unit("gpudesk.socket");
	machine.n_listeners = 1;
	*holder = (struct listener){
		.port = 5901, .address = "172.17.0.1", .pid = 1, .command = "systemd"
	};
	expect("port", FINDING_OK, "held by gpudesk.socket alone", "");
	*holder = (struct listener){ .port = 5901,
				     .address = "::",
				     .is_any = true,
				     .pid = 77,
				     .command = "Xvnc",
				     .unit = "vncserver@:1.service" };
	expect("port", FINDING_FAIL, "held by Xvnc (pid 77, vncserver@:1.service)",
	       "gpudesk setup, which closes what is open in it, and can undo that");
	strcpy(holder->unit, "session-2.scope");
	expect("port", FINDING_FAIL, "session-2.scope", "ss -tlnp sport = 5901; end it, or");
	*holder = (struct listener){ .port = 5901,
				     .address = "10.0.0.5",
				     .pid = 77,
				     .command = "nginx",
				     .unit = "nginx.service" };
	expect("port", FINDING_WARN, "on another address, 10.0.0.5",
	       "systemctl status nginx.service; end it, or");
	*holder = (struct listener){ .port = 5901, .address = "0.0.0.0", .is_any = true };
	expect("port", FINDING_FAIL, "cannot be identified", "ss -tlnp");
	machine.is_root = false;
	expect("port", FINDING_WARN, "needs root", "sudo gpudesk doctor");
}

/* The second port of the socket is somebody else's. */
static void test_two_ports(void **state)
{
	(void)state;
	unit("gpudesk.socket");
	machine.listens[0] = (struct machine_listen){ "172.17.0.1", 5901 };
	machine.listens[1] = (struct machine_listen){ "172.17.0.1", 5902 };
	machine.n_listens = machine.n_ports = 2;
	machine.ports[1] = 5902;
	machine.listeners[0] = (struct listener){
		.port = 5901, .address = "172.17.0.1", .pid = 1, .command = "systemd"
	};
	machine.n_listeners = 1;
	expect_n("port", FINDING_OK, "port 5901 is held by gpudesk.socket alone", "", 2);
	assert_string_equal(findings.list[1].cause, "port 5902 is free for gpudesk.socket");
	machine.listeners[1] = (struct listener){
		.port = 5902, .address = "172.17.0.1", .pid = 77, .command = "nginx"
	};
	machine.n_listeners = 2;
	expect_n("port", FINDING_OK, "port 5901 is held by gpudesk.socket alone", "", 2);
	assert_int_equal(findings.list[1].result, FINDING_FAIL);
	assert_non_null(strstr(findings.list[1].cause, "port 5902 on 172.17.0.1 is held by nginx"));
	assert_non_null(strstr(findings.list[1].fix, "ss -tlnp sport = 5902"));
}

static void test_gdm(void **state)
{
	struct unit *gdm, *manager;

	(void)state;
	expect("gdm", FINDING_FAIL, "GDM is not installed", "install gdm");
	gdm = unit("gdm.service");
	expect("gdm", FINDING_FAIL, "GDM is not enabled", "display-manager.service");
	manager = unit("display-manager.service");
	strcpy(manager->name, "gdm.service");
	expect("gdm", FINDING_OK, "gdm.service is running", "");
	machine.seat_lacks_graphics = true;
	expect("gdm", FINDING_OK, "gdm.service is running", "");
	machine.knows_wayland = false;
	expect("gdm", FINDING_FAIL, "logind has no graphics device at seat0", "seat-status seat0");
	machine.seat_lacks_graphics = false;
	strcpy(gdm->active, "failed");
	expect("gdm", FINDING_FAIL, "has failed", "journalctl");
	strcpy(gdm->active, "inactive");
	expect("gdm", FINDING_OK, "the next viewer starts it", "");
	machine.config.start_desktop = false;
	expect("gdm", FINDING_FAIL, "start_desktop = no", "systemctl start gdm.service");
	strcpy(manager->name, "sddm.service");
	expect("gdm", FINDING_FAIL, "the display manager is sddm.service",
	       "enable --force gdm.service");
}

static void test_vglusers(void **state)
{
	char group[128];

	(void)state;
	expect("vglusers", FINDING_OK, "not needed", "");
	fake_tree_write("/etc/passwd",
			"gdm:x:42:42::/:/x\nexouser:x:1001:1001::/home/exouser:/x\n");
	fake_tree_write("/dev/dri/card0", "");
	/* The group of the files that this test makes. */
	(void)snprintf(group, sizeof(group), "vglusers:x:%u:exouser\n", (unsigned)getegid());
	fake_tree_write("/etc/group", group);
	expect("vglusers", FINDING_FAIL, "gdm is not in it", "usermod -aG vglusers gdm");
	(void)snprintf(group, sizeof(group), "vglusers:x:%u:exouser,gdm\n", (unsigned)getegid());
	fake_tree_write("/etc/group", group);
	expect("vglusers", FINDING_OK, "gdm and exouser are in vglusers", "");
	fake_tree_write("/usr/share/gdm/gdm.schemas", "<key>daemon/AutomaticLogin</key>");
	expect("vglusers", FINDING_WARN, "runs as a dynamic user (gdm-greeter)",
	       "vglserver_config");
	fake_tree_unlink("/usr/share/gdm/gdm.schemas");
	fake_tree_write("/etc/passwd", "exouser:x:1001:1001::/home/exouser:/x\n");
	expect("vglusers", FINDING_WARN, "runs as a dynamic user (gdm-greeter)",
	       "vglserver_config");
}

static void test_selinux(void **state)
{
	(void)state;
	expect("selinux", FINDING_OK, "not needed", "");
	fake_tree_write("/sys/fs/selinux/enforce", "1");
	expect("selinux", FINDING_WARN, "cannot read SELinux's denials", "ausearch");
	fake_tree_write("/proc/stat", "cpu 1 2 3\nbtime 1700000000\nprocesses 1\n");
	fake_tree_write("/var/log/audit/audit.log",
			"type=AVC msg=audit(1699999999.0:1): avc:  denied  { read } for "
			"comm=\"gpudesk-proxy\"\n"
			"type=AVC msg=audit(1700000001.0:2): avc:  denied  { read } for "
			"comm=\"httpd\"\n"
			"type=AVC msg=audit(1700000001.0:3): avc:  granted  { read } for "
			"comm=\"gpudesk-proxy\"\n");
	expect("selinux", FINDING_OK, "enforcing, and gpudesk was denied nothing", "");
	fake_tree_write("/var/log/audit/audit.log",
			"type=AVC msg=audit(1700000001.0:4): avc:  denied  { write } for "
			"comm=\"gpudesk-scraper\"\n");
	expect("selinux", FINDING_FAIL, "1 time, last: avc:  denied  { write }", "audit2why");
	fake_tree_write("/sys/fs/selinux/enforce", "0");
	expect("selinux", FINDING_WARN, "permissive", "");
}

static void test_sound(void **state)
{
	(void)state;
	expect("sound", FINDING_OK, "sound = no", "");
	struct unit *socket = unit("gpudesk-sound@exouser.socket");
	expect("sound", FINDING_WARN, "listens, but sound = no", "gpudesk setup --sound");
	machine.config.sound = true;
	expect("sound", FINDING_WARN,
	       "exouser has no sound server: nothing listens on /run/user/1001/pulse/native",
	       "pipewire-pulse");
	machine.graphical_session[0] = '\0'; /* its session brings it */
	expect("sound", FINDING_OK, "enable-audio=true and audio-servername=172.17.0.1", "");
	strcpy(machine.graphical_session, "2");
	machine.probe.has_sound_server = true;
	expect("sound", FINDING_OK, "viewers may listen; Guacamole", "");
	machine.probe.has_sinks = true;
	expect("sound", FINDING_WARN, "the sound server of exouser has no default sink",
	       "as exouser, run: pactl load-module module-null-sink");
	strcpy(machine.probe.default_sink, "auto_null");
	expect("sound", FINDING_OK, "viewers may listen to what is played on auto_null; ", "");
	machine.n_sound_listens = 1;
	machine.sound_listens[0] = (struct machine_listen){ "10.88.0.1", 4713 };
	expect("sound", FINDING_OK, "audio-servername=10.88.0.1", "");
	machine.sound_listens[0].port = 4714;
	expect("sound", FINDING_WARN, "listens on port 4714, but Guacamole connects to 4713 only",
	       "ListenStream=10.88.0.1:4713");
	machine.n_sound_listens = 0;
	strcpy(socket->active, "inactive");
	expect("sound", FINDING_WARN, "gpudesk-sound@exouser.socket does not listen",
	       "gpudesk setup --sound");
	machine.has_systemd = false;
	expect("sound", FINDING_OK, "viewers may listen", "");
}

static void test_no_rights(void **state)
{
	(void)state;
	machine.is_root = false;
	machine.can_probe = false;
	expect("firewall", FINDING_WARN, "needs root", "sudo gpudesk doctor");
	expect("password", FINDING_WARN, "needs root or exouser", "sudo gpudesk doctor");
	expect("x", FINDING_WARN, "needs root or exouser", "sudo gpudesk doctor");
	machine.has_account = false;
	expect("x", FINDING_WARN, "there is no user exouser", "");
}

static void test_password(void **state)
{
	(void)state;
	expect("password", FINDING_OK, "/home/exouser/.vnc/passwd", "");
	machine.probe.has_view_only = true;
	expect("password", FINDING_OK, "with a view-only password", "");
	strcpy(machine.probe.password_warning, "others may write");
	expect("password", FINDING_WARN, "others may write", "chmod");
	strcpy(machine.probe.password_problem, "it is empty");
	expect_n("password", FINDING_FAIL, "it is empty", "gpudesk passwd --user exouser", 2);
	machine.probe.password_mode_wrong = true;
	expect_n("password", FINDING_FAIL, "", "chmod 600 /home/exouser/.vnc/passwd", 2);
	machine.probe.password_mode_wrong = false;
	machine.probe.password_owner_wrong = true;
	expect_n("password", FINDING_FAIL, "", "chown exouser: /home/exouser/.vnc/passwd", 2);
	machine.probe.has_password = false;
	expect("password", FINDING_WARN, "not checked", "");
}

static void test_configuration(void **state)
{
	(void)state;
	expect("config", FINDING_OK, "no /etc/gpudesk.conf", "");
	fake_tree_write("/etc/gpudesk.conf", "");
	expect("config", FINDING_OK, "is valid", "");
	strcpy(machine.problems[0], "/etc/gpudesk.conf:2: unknown key; line ignored");
	strcpy(machine.problems[1], "/etc/gpudesk.conf:3: bad user");
	strcpy(machine.config.refusal, machine.problems[1]);
	machine.n_problems = 2;
	expect_n("config", FINDING_FAIL, "gpudesk.conf:3: bad user", "edit", 2);
	assert_int_equal(findings.list[1].result, FINDING_WARN);
	assert_non_null(strstr(findings.list[1].cause, "unknown key; line ignored"));
	machine.n_problems = 1;
	expect_n("config", FINDING_FAIL, "gpudesk.conf:3: bad user", "edit /etc/gpudesk.conf", 2);
	strcpy(machine.problems[0], "/etc/gpudesk.conf.d/40-site.conf:2: unknown key");
	machine.config.refusal[0] = '\0';
	expect("config", FINDING_WARN, "unknown key", "edit /etc/gpudesk.conf.d/40-site.conf");
}

static void test_who_can_write_the_configuration(void **state)
{
	static const char *const paths[] = { "/etc/gpudesk.conf", "/etc/gpudesk.conf.d/a.conf",
					     "/etc/gpudesk.conf.d" };
	char below[CTL_PATH_MAX];

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		if (i < 2)
			fake_tree_write(paths[i], "");
		assert_int_equal(chmod(ctl_path(&fake_ctl, paths[i], below), 0777), 0);
		expect("config", FINDING_FAIL, "can be changed by others than root", paths[i]);
		assert_int_equal(chmod(below, 0755), 0);
		expect("config", FINDING_OK, "is valid", "");
	}
}

/* On an empty machine, really read: no check may be silent. */
static void test_an_empty_machine(void **state)
{
	static struct machine empty;
	const struct check *check;

	(void)state;
	machine_read(&fake_ctl, &empty);
	for (size_t i = 0; (check = check_at(i)); i++) {
		check_run(check, &empty, &findings);
		if (findings.n == 0 || !findings.list[0].cause[0])
			fail_msg("%s", check->name);
	}
	machine_finish(&empty);
}

static void test_too_many_findings(void **state)
{
	struct findings many = { 0 };

	(void)state;
	for (int i = 0; i < FINDINGS_MAX + 3; i++)
		finding_ok(&many, "%d", i);
	assert_int_equal(many.n, FINDINGS_MAX);
}

int main(void)
{
#define WITH_MACHINE(test) cmocka_unit_test_setup_teardown(test, make_machine, drop_machine)
	const struct CMUnitTest tests[] = {
		WITH_MACHINE(test_rendering),
		WITH_MACHINE(test_xorg),
		WITH_MACHINE(test_x_driver),
		WITH_MACHINE(test_bus_id),
		WITH_MACHINE(test_nvidia_driver),
		WITH_MACHINE(test_nvidia_version),
		WITH_MACHINE(test_vgpu_license),
		WITH_MACHINE(test_wayland_and_timed_login),
		WITH_MACHINE(test_idle),
		WITH_MACHINE(test_session),
		WITH_MACHINE(test_records),
		WITH_MACHINE(test_x),
		WITH_MACHINE(test_old_versions),
		WITH_MACHINE(test_units),
		WITH_MACHINE(test_another_user),
		WITH_MACHINE(test_fixes_close_nothing),
		WITH_MACHINE(test_fixes_destroy_nothing),
		WITH_MACHINE(test_words),
		WITH_MACHINE(test_changed_unit_files),
		WITH_MACHINE(test_port),
		WITH_MACHINE(test_two_ports),
		WITH_MACHINE(test_gdm),
		WITH_MACHINE(test_vglusers),
		WITH_MACHINE(test_selinux),
		WITH_MACHINE(test_sound),
		WITH_MACHINE(test_no_rights),
		WITH_MACHINE(test_password),
		WITH_MACHINE(test_configuration),
		WITH_MACHINE(test_who_can_write_the_configuration),
		WITH_MACHINE(test_an_empty_machine),
		WITH_MACHINE(test_too_many_findings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
