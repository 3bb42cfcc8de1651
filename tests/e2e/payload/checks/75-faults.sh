# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154,SC2086
# Faults that only this machine can have: of logind, the session, cgroups, /run and the clock. After
# each the next connection works. With the file "long" (E2E_LONG=1) at every stage of a connection,
# with all the waiting; without it at a few, since an emulated machine is slow.

has_session || restart_gdm
configure start_desktop=no
stages="3 9" stages_of_sessions=3 seconds_stopped=3
if [ -e long ]; then
	stages="1 2 3 4 5 6 7 8 9" stages_of_sessions="1 3 5 8 9" seconds_stopped=30
fi

# viewer_at STAGE - starts a viewer, and waits until it has reached the stage
viewer_at() {
	rm -f stage go-on staged.log staged.status
	(
		ip netns exec guac python3 -B stages.py 172.17.0.1 5901 $password "$1" \
			>staged.log 2>&1
		echo $? >staged.status
	) &
	eventually 90 test -e stage
}

# goes_on STATUS... - how it ends: 0 if it sees what is painted now; see stages.py
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

# after NAME - checks what the fault left, and the next connection
after() {
	check_picture "$1: the next connection"
	check "$1: no key is down" eventually 10 no_key_down
	check "$1: the scraper ends in time" eventually $((idle_timeout + 30)) not scraper_pid
	check "$1: the sockets listen" are_listening
}

# The process that opened the session.
leader() {
	loginctl show-session "$(session)" -p Leader --value 2>/dev/null | grep .
}

# with those that crashed sessions left
recorded=$(ls -A $records)
if [ -e /dev/dri/card0 ]; then
	echo "     killing logind, which makes X lose its devices and stay black: not tried"
else
	for stage in $stages; do
		viewer_at "$stage"
		systemctl kill --kill-whom=main -s KILL systemd-logind
		check "logind is killed at stage $stage: the viewer goes on" goes_on 0
		check "logind at stage $stage: it runs again" eventually 60 loginctl list-sessions
	done
	after "logind is killed"
fi
check "the record is still the session's" \
	test "$(ls -A $records)" = "$recorded" -a -s "$records/$(session)"

viewer_at 9
kill -9 "$(scraper_pid)"
check "the scraper is killed with a key down: the viewer is disconnected" goes_on 4
after "the scraper is killed"

# A viewer that is not yet accepted may be, or gets a reason; another one is disconnected.
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
	# X may show that session for a moment longer.
	check "the session's worker is killed at stage $stage: the same" goes_on 0 1 3 4
	restart_gdm
done
after "the session was killed"

# Programs that stand still.
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

# The clock, if this machine has its own.
if date -s "+3 hours" >/dev/null 2>&1; then
	viewer_at 7
	date -s "-6 hours" >/dev/null
	check "the clock goes back 6 hours: the viewer goes on" goes_on 0
	viewer_at 7
	date -s "+3 hours" >/dev/null
	check "the clock goes forward 3 hours: the viewer goes on" goes_on 0
	after "the clock has jumped"
else
	echo "     the clock, which this machine shares with its host: not tried"
fi

# Memory: the cgroup's limit, if this machine has one.
drop_in=/run/systemd/system/gpudesk-scraper@exouser.service.d
if grep -qw memory /sys/fs/cgroup/cgroup.subtree_control; then
	mkdir -p $drop_in
	printf '[Service]\nMemoryMax=1M\nMemorySwapMax=0\n' >$drop_in/e2e.conf
	systemctl daemon-reload
	systemctl stop gpudesk-scraper@exouser.service
	viewer_at 3
	check "a scraper without memory: the viewer gets a reason, or is disconnected" goes_on 3 4
	rm -r $drop_in
	systemctl daemon-reload
	systemctl stop gpudesk-scraper@exouser.service
	after "there is memory again"
else
	echo "     memory limits of cgroups, which this machine does not have: not tried"
fi
# shellcheck disable=SC2034 # for 90-end.sh
faults_over=$(date +%s)

# The file system of the records is full, so that a login leaves none.
if [ -e long ]; then
	mount -t tmpfs -o size=4k,nr_inodes=1 full $records
	systemctl restart gdm
	check "a login with /run full" eventually 120 has_session
	check_refused "a connection without a record" . $password
	umount $records
	restart_gdm
	after "there is room again"
fi

# The record, while there is a viewer.
viewer_at 7
record=$records/$(session)
cp "$record" saved.record
echo "USER=exouser" >"$record"
check "the record is damaged: the viewer goes on" goes_on 0
systemctl stop gpudesk-scraper@exouser.service
check_refused "a damaged record has no session" . $password
cp saved.record "$record"
after "the record is back"

# The cable is cut, and nobody is told. TCP notices within a minute or so.
if [ -e long ]; then
	viewer_at 9
	check "a key is down" not no_key_down
	ip link set guac0 down
	check "the network is cut: what the viewer held is released" eventually 100 no_key_down
	check "and the scraper ends" eventually 60 not scraper_pid
	ip link set guac0 up
	check "that viewer is disconnected" goes_on 4
	after "the network is back"
fi
systemctl reset-failed 'gpudesk*' 2>/dev/null
