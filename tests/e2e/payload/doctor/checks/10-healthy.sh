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
	test "$(awk '/^(ok|warn|FAIL) / { print $2 }' <<<"$said" | sort -u | wc -l)" = 44
check "the verdict is that it is ready" grep -qE '^READY: 44 checks, ' <<<"$said"
check "the X server was tried" grep -qE '^ok +x +display :0' <<<"$said"
baseline=$(complaints)

check_json() {
	gpudesk doctor --json | python3 -c '
import json, sys
report = json.load(sys.stdin)
assert (report["schema"], report["ready"], report["failures"]) == (1, True, 0), report
findings = report["findings"]
assert len(findings) >= 44, len(findings)
for finding in findings:
    assert set(finding) == {"check", "result", "cause", "fix", "follows"}, finding
    assert finding["result"] in ("ok", "warn"), finding
    assert finding["cause"], finding
'
}
check "--json says the same" check_json

examine_as_user() {
	status=0
	said=$(runuser -u exouser -- gpudesk doctor --all 2>&1) || status=$?
	echo "$said"
}
examine_as_user >user.log
check "as exouser nothing fails either" no_failure
check "but some things are only root's to see" says warn port 'needs root'
check "and the X server is tried" grep -qE '^ok +x +display :0' <<<"$said"
check "what root has to do has sudo" grep -q 'needs root. Fix: sudo gpudesk doctor' <<<"$said"
gpudesk doctor --quiet >quiet.log
check "--quiet prints problems alone" test "$(grep -cv '^warn' quiet.log)" = 0

gpudesk logs >logs.log
check "gpudesk logs shows what systemd says of the units" grep -q 'gpudesk-scraper@exouser.socket' logs.log
check "and what PAM says of the login" grep -q 'gdm-autologin' logs.log
check "and nothing else" test "$(grep -cE ' (kernel|sshd|cron)(\[|:)' logs.log)" = 0
timeout 5 gpudesk logs -f >follow.log
check "-f stays" test $? = 124
check "status says that nothing is refused" gpudesk status
systemctl stop gpudesk.socket
refuses() {
	gpudesk status
	[ $? = 3 ]
}
check "or, without the socket, that all are" refuses
systemctl start gpudesk.socket gpudesk-{scraper,control,desktop}@exouser.socket
usage() {
	gpudesk doctor "$@"
	[ $? = 2 ]
}
check "a wrong option gives status 2" usage --nonsense
check "so does an argument" usage nonsense
