# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154
# Breaks a healthy machine on purpose, in one way at a time. doctor must report it in the line of
# the right check, with nothing else but what follows from it, and nothing once it is fixed. Prints
# a row of a table for each.

: "${baseline:=}"

# examine [ARGUMENT...] - runs doctor; sets $said and $status
examine() {
	status=0
	said=$(gpudesk "$@" doctor --all 2>&1) || status=$?
}

# complaints - "RESULT CHECK" of each check that is not ok, once
complaints() {
	awk '$1 == "FAIL" || $1 == "warn" { print $1, $2 }' <<<"$said" | sort -u
}

# unexpected CHECK... - complaints that are new, without those of these checks
unexpected() {
	local known=" $* " result check
	while read -r result check; do
		[ -n "$check" ] || continue
		case "$known" in
		*" $check "*) ;;
		*) grep -qxF "$result $check" <<<"$baseline" || echo "$result $check" ;;
		esac
	done <<<"$(complaints)"
}

# says RESULT CHECK PATTERN - whether the check has that result and cause; prints the line
says() {
	awk -v result="$1" -v check="$2" '$1 == result && $2 == check' <<<"$said" |
		grep -E -m 1 -- "$3"
}

# row RESULT WHAT LINE - prints a row of the table
row() {
	printf '%-4s | %s\n     |   %s\n' "$1" "$2" "$(tr -s ' ' <<<"$3")"
}

# broken WHAT RESULT CHECK PATTERN FOLLOWING BREAK FIX - WHAT describes it; BREAK and FIX are
# commands; FOLLOWING are other checks that may complain too
broken() {
	local what=$1 result=$2 check=$3 pattern=$4 following=$5 line more
	# systemd counts the starts of one socket: no more than 5 in 10 s
	systemctl reset-failed 'gpudesk*' 2>/dev/null
	if ! eval "$6" >break.log 2>&1; then
		fail "$what" "could not be broken: $(cat break.log)"
	else
		examine
		line=$(says "$result" "$check" "$pattern") || line=
		# shellcheck disable=SC2086 # names of checks
		more=$(unexpected "$check" $following)
		if [ -z "$line" ]; then
			fail "$what" "wanted: $result $check $pattern"$'\n'"$said"
		elif [ -n "$more" ]; then
			fail "$what" "beside that: $more"$'\n'"$said"
		elif [ "$status" != "$(grep -c -m 1 '^FAIL' <<<"$said")" ]; then
			fail "$what" "exit status $status"
		else
			passed=$((passed + 1))
			row ok "$what" "$line"
		fi
	fi
	systemctl reset-failed 'gpudesk*' 2>/dev/null
	eval "$7" >fix.log 2>&1 || fail "$what" "could not be fixed: $(cat fix.log)"
	healthy_again "$what"
}

# No complaint may be left that was not there at first.
healthy_again() {
	examine
	[ -z "$(unexpected)" ] || fail "fixed again: $1" "$said"
}

# keep FILE..., put_back - saves and restores files, with owner and mode
keep() {
	tar -C / -cf kept.tar --no-recursion "${@#/}"
}

put_back() {
	tar -C / -xpf kept.tar --keep-directory-symlink
}

# on_tree WHAT RESULT CHECK PATTERN - the same with --root, for the files below $tree
: "${tree:=}"
on_tree() {
	local line
	examine --root "$tree"
	if line=$(says "$2" "$3" "$4"); then
		passed=$((passed + 1))
		row ok "$1 (files under --root)" "$line"
	else
		fail "$1" "wanted: $2 $3 $4"$'\n'"$said"
	fi
}
