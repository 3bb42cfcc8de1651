# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Nothing is left, and nothing of GNOME has crashed.

no_crash() {
	! journalctl -b --no-pager -o short | grep -Ei \
		-e 'segfault|core ?dump|trap int3|killed by signal|terminated by signal|Oh no' \
		-e 'unrecoverable|X Error|BadValue|BadMatch|gpudesk.*(assert|error)'
}
check "the journal has no crash" no_crash
check "nothing of gpudesk runs in the end" eventually 90 not processes
