# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154,SC2086
# What breaks around a connection that only this machine has: logind, the session, cgroups, /run, the
# clock. After each fault the next connection works. With "long" (E2E_LONG=1) at every stage of a
# connection, and with all the waiting; without, at a few, since an emulated machine is slow.

has_session || restart_gdm
configure start_desktop=no
stages="3 9" stages_of_sessions=3 seconds_stopped=3
if [ -e long ]; then
	stages="1 2 3 4 5 6 7 8 9" stages_of_sessions="1 3 5 8 9" seconds_stopped=30
fi

# viewer_at STAGE - starts a viewer, and waits until it is there
viewer_at() {
	rm -f stage go-on staged.log staged.status
	(
		ip netns exec guac python3 -B stages.py 172.17.0.1 5901 $password "$1" >staged.log 2>&1
		echo $? >staged.status
	) &
	eventually 90 test -e stage
}

# goes_on STATUS... - what came of it: 0, it sees what is painted now, where there is a desktop still
goes_on() {
	local colour
	colour=$(printf '%02x%02x%02x' $((RANDOM % 256)) $((RANDOM % 256)) $((RANDOM % 256)))
	paint "$colour"
	echo "$colour" >colour
	mv colour go-on
	eventually 90 test -s staged.status || return
	cat staged.log
	grep -qx "$(printf '%s\\|' "$@")none" staged.status
}

no_key_down() {
	as_user python3 -B keys_down.py
}

# after NAME - the state that a fault leaves, and the next connection
after() {
	check_picture "$1: the next connection"
	check "$1: no key is down" eventually 10 no_key_down
	check "$1: the scraper ends in time" eventually $((idle_timeout + 30)) not scraper_pid
	check "$1: the sockets listen" are_listening
}

# The process that has opened the session.
leader() {
	loginctl show-session "$(session)" -p Leader --value 2>/dev/null | grep .
}

# with what crashes of sessions have left
recorded=$(ls -A $records)
if [ -e /dev/dri/card0 ]; then
	echo "     killing logind, which makes X lose its devices and stay black: not tried"
else
	for stage in $stages; do
		viewer_at "$stage"
		systemctl kill --kill-whom=main -s KILL systemd-logind
		check "logind is killed at stage $stage: the viewer does not notice" goes_on 0
		check "logind at stage $stage: it is there again" eventually 60 loginctl list-sessions
	done
	after "logind is killed"
fi
check "the record is still the session's" test "$(ls -A $records)" = "$recorded" -a -s "$records/$(session)"

viewer_at 9
kill -9 "$(scraper_pid)"
check "the scraper is killed with a key down: the viewer's end" goes_on 4
after "the scraper is killed"

# Who has not been let in may be, or be told why not; who has been is cut off.
for stage in $stages_of_sessions; do
	viewer_at $stage
	for pid in $(pgrep -x Xorg); do
		! grep -q "/session-$(session).scope" "/proc/$pid/cgroup" || kill -9 "$pid"
	done
	check "Xorg is killed at stage $stage: the viewer is answered, or it ends" goes_on 3 4
	restart_gdm
	viewer_at $stage
	eventually 30 leader
	kill -9 "$(leader)"
	# What X goes on showing for a moment is that session's still.
	check "the session's worker at stage $stage: likewise" goes_on 0 1 3 4
	restart_gdm
done
after "the session has died"

# As slow as a program can be.
viewer_at 7
x_pid=$(pgrep -x -u exouser Xorg | tail -n 1)
kill -STOP "$x_pid"
sleep $seconds_stopped
kill -CONT "$x_pid"
check "the X server stands still for $seconds_stopped s: the viewer goes on" goes_on 0
viewer_at 7
systemctl freeze gpudesk-scraper@exouser.service gpudesk.service
sleep $seconds_stopped
systemctl thaw gpudesk-scraper@exouser.service gpudesk.service
check "all of gpudesk is suspended for $seconds_stopped s: the viewer goes on" goes_on 0
after "all stood still"

# The clock, where this machine has one of its own.
if date -s "+3 hours" >/dev/null 2>&1; then
	viewer_at 7
	date -s "-6 hours" >/dev/null
	check "the clock goes back 6 hours: the viewer goes on" goes_on 0
	viewer_at 7
	date -s "+3 hours" >/dev/null
	check "and forward by 3: it goes on" goes_on 0
	after "the clock has jumped"
else
	echo "     the clock, which this machine shares with its host: not tried"
fi

# Memory: the cgroup's limit, where this machine has that.
drop_in=/run/systemd/system/gpudesk-scraper@exouser.service.d
if grep -qw memory /sys/fs/cgroup/cgroup.subtree_control; then
	mkdir -p $drop_in
	printf '[Service]\nMemoryMax=1M\nMemorySwapMax=0\n' >$drop_in/e2e.conf
	systemctl daemon-reload
	systemctl stop gpudesk-scraper@exouser.service
	viewer_at 3
	check "a scraper without memory: the viewer is told so, or it ends" goes_on 3 4
	rm -r $drop_in
	systemctl daemon-reload
	systemctl stop gpudesk-scraper@exouser.service
	after "there is memory again"
else
	echo "     memory limits of cgroups, which this machine does not have: not tried"
fi
# shellcheck disable=SC2034 # for 90-end.sh
faults_over=$(date +%s)

# The records' file system is full, so that a login leaves none.
if [ -e long ]; then
	mount -t tmpfs -o size=4k,nr_inodes=1 full $records
	systemctl restart gdm
	check "a login with /run full" eventually 120 has_session
	check_refused "without a record" . $password
	umount $records
	restart_gdm
	after "there is room again"
fi

# The record, under a viewer.
viewer_at 7
record=$records/$(session)
cp "$record" saved.record
echo "USER=exouser" >"$record"
check "the record is spoilt: the viewer goes on" goes_on 0
systemctl stop gpudesk-scraper@exouser.service
check_refused "no session is in a spoilt record" . $password
cp saved.record "$record"
after "the record is back"

# The cable is cut: nobody is told. By TCP's own means it is noticed within a minute or so.
if [ -e long ]; then
	viewer_at 9
	check "a key is down" not no_key_down
	ip link set guac0 down
	check "the network is cut: what the viewer held goes up" eventually 100 no_key_down
	check "and the scraper ends" eventually 60 not scraper_pid
	ip link set guac0 up
	check "that viewer's end" goes_on 4
	after "the network is back"
fi
systemctl reset-failed 'gpudesk*' 2>/dev/null
