# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154,SC2086
# GNOME alone, which has no session for X any more.

mv /usr/share/xsessions /usr/share/xsessions.gone
check "doctor says that no X session is installed" \
	doctor_says FAIL x-session 'has no X session installed.*xfce4; gpudesk setup'
gpudesk setup --yes >setup.log 2>&1 && status=0 || status=$?
cat setup.log
check "setup refuses" test $status != 0
check "with the package to install" \
	grep -q 'nothing was changed: this machine has no X session.*apt-get install xfce4' setup.log
check "setup --session says the same" eval \
	'! gpudesk setup --yes --session xfce >setup.log 2>&1 && grep -q "no X session" setup.log'

# What a viewer is told where the user gets a Wayland session all the same
configure start_desktop=no status_screen=no
id=$(session)
cp "$records/$id" record.kept
sed -i 's/^TYPE=.*/TYPE=wayland/' "$records/$id"
check_refused "a viewer is told" 'a Wayland session.*no X session installed' $password
mv /usr/share/xsessions.gone /usr/share/xsessions
check_refused "with an X session installed, to run setup" 'Wayland.*Run: sudo gpudesk setup' $password
cp record.kept "$records/$id"

gpudesk setup --undo --yes >setup.log 2>&1
cat setup.log
check "undo takes the choice back" not grep -q FallbackSession $gdm_conf
check "in AccountsService, too" not grep -q Session=xfce $account
gpudesk setup --yes >setup.log 2>&1
check "and setup makes it again" chosen xfce
