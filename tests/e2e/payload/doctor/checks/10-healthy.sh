# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154
# On a machine that is set up nothing may fail, for root and for the user.
. ./doctor-lib.sh

no_failure() {
	echo "$said"
	[ "$status" = 0 ] && ! grep -q '^FAIL' <<<"$said"
}

check "autologin" wait_for_desktop
make_docker
: >/etc/gpudesk.conf
examine
echo "     ${said//$'\n'/$'\n'     }"
check "doctor finds nothing wrong" no_failure
check "each check has a line" \
	test "$(awk '{ print $2 }' <<<"$said" | sort -u | wc -l)" = 42
check "the X server was tried" grep -qE '^ok +x +display :0' <<<"$said"
baseline=$(complaints)

check_json() {
	gpudesk doctor --json | python3 -c '
import json, sys
findings = json.load(sys.stdin)
assert len(findings) >= 42, len(findings)
for finding in findings:
    assert set(finding) == {"check", "result", "cause", "fix"}, finding
    assert finding["result"] in ("ok", "warn"), finding
    assert finding["cause"], finding
'
}
check "--json says the same" check_json

examine_as_user() {
	status=0
	said=$(runuser -u exouser -- gpudesk doctor 2>&1) || status=$?
	echo "$said"
}
examine_as_user >user.log
check "as exouser nothing fails either" no_failure
check "but some things are only root's to see" says warn port 'needs root'
check "and the X server is tried" grep -qE '^ok +x +display :0' <<<"$said"
usage() {
	gpudesk doctor "$@"
	[ $? = 2 ]
}
check "a wrong option gives status 2" usage --nonsense
check "so does an argument" usage nonsense
