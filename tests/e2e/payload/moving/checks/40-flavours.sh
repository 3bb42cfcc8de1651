# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154
# An image that moves between machines with and without a GPU. A restart of GDM is what a boot is to
# it: gpudesk-xorg.service runs first, and sees the card or does not.

ours=/etc/X11/xorg.conf.d/20-gpudesk.conf
in_order() {
	[ "$(systemctl show -P Result gpudesk-xorg.service)" = success ] &&
		! systemctl is-failed gpudesk-xorg.service
}
# Xorg's own configuration, and a desktop
check_desktop() { # WHAT
	check "$1: the desktop comes up" restart_gdm
	check "$1: gpudesk-xorg.service succeeded" in_order
	journalctl -b -u gpudesk-xorg.service -o cat -n 4 | sed 's/^/     /'
}
ran_last() { # the journal's words
	journalctl -b -u gpudesk-xorg.service -o cat | grep -F "$1"
}

systemctl start gdm
# without a record: gpudesk is not set up
check "flavours: a desktop" eventually 120 has_session
machine_state >before.state
check "flavours: set up with a GPU" set_up --yes
check_desktop "the same GPU"
check "the same GPU: nothing changed" test -e $ours -a ! -e $ours.no-card
cp $ours ours.before
card_is_out
check_desktop "no GPU"
check "no GPU: the file is put aside" test ! -e $ours -a -e $ours.no-card
check "no GPU: that was said" ran_last "rename $ours"
check_picture "no GPU: a viewer sees the desktop"
card_is_in
check_desktop "the GPU again"
check "the GPU again: the file is back" cmp ours.before $ours
mv pci/0000:04:00.0 pci/0000:0a:00.0
check_desktop "a GPU at another address"
check "a GPU at another address: its BusID" grep -F 'BusID      "PCI:10:0:0"' $ours
mv pci/0000:0a:00.0 pci/0000:04:00.0
check "flavours: setup --undo" set_up --undo --yes --restart-desktop
check "flavours: every byte and every unit is as it was" same_as before.state
systemctl restart gdm
check "after the undo: the desktop comes up" eventually 120 has_session
check "after the undo: nothing is written" test ! -e $ours -a ! -e $ours.no-card
