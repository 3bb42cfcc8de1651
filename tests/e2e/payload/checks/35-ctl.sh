# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154,SC2086
# gpudesk with a real systemd and logind; it starts nothing by asking.

# says TEXT COMMAND... - whether the output has the text
says() {
	local text=$1
	shift
	"$@" 2>&1 | tee /dev/fd/2 | grep -qF -- "$text"
}

# shown EXPRESSION - whether this Python expression on the JSON is true
shown() {
	gpudesk status --json | tee /dev/fd/2 |
		python3 -c "import json, sys; s = json.load(sys.stdin); sys.exit(not ($1))"
}

systemctl stop gpudesk-scraper@exouser.service 2>/dev/null
# until the proxy has ended
eventually 60 not processes
check "status says that nothing runs" says "not running; the next viewer starts it" gpudesk status
check "stop too" says "not running" gpudesk stop
check "disconnect too" says "not running" gpudesk disconnect
check "and none of them started anything" not processes
check "status knows the session" shown \
	"[r['user'] for r in s['sessions'] if r['fresh']] == ['exouser']"
check "and that the sockets listen" shown \
	"[u['sub'] for u in s['units'] if u['name'].endswith('.socket')] == ['listening'] * 4"

rm -f looked-at
start_viewer asked $password frame 60 make looked-at end 200
check "a viewer comes" eventually 60 test -e looked-at
check "status shows it" shown "len(s['scraper']['viewers']) == 1 and \
	s['scraper']['viewers'][0]['frames'] > 0 and s['scraper']['session'] == '$(session)'"
check "status shows the scraper's process" shown \
	"[p['name'] for p in s['processes'] if p['pid'] == s['scraper']['pid']] == ['gpudesk-scraper']"
check "also to its user" says "stops 4 s after" as_user gpudesk status
check "but not to others" says "only root and exouser may use" \
	setpriv --reuid nobody --regid nogroup --clear-groups gpudesk status
check "disconnect lets it go" says "were disconnected" as_user gpudesk disconnect
check "at once" viewer_ended asked 0 30
check "the scraper stays" scraper_pid
check "stop succeeds" gpudesk stop
check "and the scraper ends" eventually 20 not scraper_pid

check "passwd sets the user's password" eval 'echo setbyroot | gpudesk passwd --user exouser'
check "in a file that belongs to the user" \
	test "$(stat -c '%U %a' /home/exouser/.vnc/passwd)" = "exouser 600"
check "a viewer is accepted with it" viewer setbyroo frame 60
write_password $password $view_password
