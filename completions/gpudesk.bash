# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Completion of gpudesk(8). Commands and options are taken from --help.

# Prints the words that begin lines of the --help output: commands, or options.
_gpudesk_words() { # PATTERN [COMMAND]
	gpudesk ${2:+"$2"} --help 2>/dev/null | sed -n "s/^  \($1[a-z-]*\).*/\1/p"
}

_gpudesk() {
	local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
	local command='' i words

	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		--config) i=$((i + 1)) ;;
		-*) ;;
		*)
			command=${COMP_WORDS[i]}
			break
			;;
		esac
	done
	COMPREPLY=()
	case $previous in
	--config | --control-socket | --check | --root)
		mapfile -t COMPREPLY < <(compgen -f -- "$current")
		return
		;;
	--session)
		words=$(cd /usr/share/xsessions 2>/dev/null && printf '%s\n' *.desktop)
		mapfile -t COMPREPLY < <(compgen -W "${words//.desktop/}" -- "$current")
		return
		;;
	--user)
		mapfile -t COMPREPLY < <(compgen -u -- "$current")
		return
		;;
	esac
	if [[ $command == help ]]; then
		words=$(_gpudesk_words '[a-z]')
	elif [[ -n $command ]]; then
		words=$(_gpudesk_words -- "$command")
	else
		words="$(_gpudesk_words '[a-z]') $(_gpudesk_words --)"
	fi
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}

complete -F _gpudesk gpudesk
