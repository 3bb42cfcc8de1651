# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154
# gpudesk as the package or "make install" leaves it, but switched off.

# shellcheck source=../moving-lib.sh
. ./moving-lib.sh

check "autologin" eventually 120 has_session
make_docker
[ ! -e new.deb ] || check "dpkg -i" dpkg -i new.deb
without_gpudesk
stand_in_for_driver
card_is_in
