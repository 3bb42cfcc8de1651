# SPDX-License-Identifier: GPL-2.0-or-later
# Writes the keys of its first input, config_keys.h, into its second, a template: at the line
# @conf_keys@ as gpudesk.conf has them, at @mdoc_keys@ as a list in mdoc. Needs only a POSIX awk.

# Sets argument[1], ... from 'NAME(a, "b" "c")'.
function split_arguments(entry,    n) {
	sub(/^[A-Z]+\(/, "", entry)
	gsub(/" +"/, "", entry) # two literals in a row are one
	for (n = 1; match(entry, /^("[^"]*"|[^",]*)[,)] */); n++) {
		argument[n] = substr(entry, 1, RLENGTH)
		sub(/[,)] *$/, "", argument[n])
		gsub(/^"|"$/, "", argument[n])
		entry = substr(entry, RLENGTH + 1)
	}
}

function take_entry(entry) {
	split_arguments(entry)
	if (entry ~ /^TYPE/) {
		expected[argument[1]] = argument[3]
		return
	}
	key[++n_keys] = argument[1]
	is_key[argument[1]] = 1
	standard[n_keys] = argument[3]
	guards[n_keys] = argument[6] == "true"
	help[n_keys] = argument[7]
	value[n_keys] = "Value: " expected[argument[2]] \
		(argument[4] == "" ? "" : ", from " argument[4] " to " argument[5]) "."
}

# Appends the word to the line, with `start` in front of each line; prints lines that are full.
function add_word(word, start, width) {
	if (line != "" && length(line " " word) > width)
		flush_line()
	line = (line == "" ? start : line " ") word
}

function flush_line() {
	if (line != "")
		print line
	line = ""
}

# ---- gpudesk.conf ----

# Of `...`, what has a blank gets quotation marks.
function print_comment(text,    n, i, word) {
	while (match(text, /`[^` ]*`/))
		text = substr(text, 1, RSTART - 1) substr(text, RSTART + 1, RLENGTH - 2) \
			substr(text, RSTART + RLENGTH)
	gsub(/`/, "\"", text)
	n = split(text, word, " ")
	for (i = 1; i <= n; i++)
		add_word(word[i], "# ", 98)
	flush_line()
}

function print_conf(    i) {
	for (i = 1; i <= n_keys; i++) {
		print_comment(help[i])
		print_comment(value[i] (guards[i] ? " Guards access." : ""))
		print "#" key[i] " = " standard[i] (i < n_keys ? "\n" : "")
	}
}

# ---- mdoc ----

# Prints `...` or name(8) with its punctuation as a macro. Returns whether the word is that.
function print_macro(word,    marked, opening, closing) {
	if (!match(word, /`[^`]+`|[a-z-]+\([1-8]\)/))
		return 0
	marked = substr(word, RSTART, RLENGTH)
	opening = substr(word, 1, RSTART - 1)
	closing = substr(word, RSTART + RLENGTH)
	gsub(/./, " &", opening)
	gsub(/./, " &", closing)
	if (gsub(/`/, "", marked))
		marked = ((marked in is_key) ? ".Cm" opening " " : ".Ql" opening " ") marked
	else {
		gsub(/[()]/, " ", marked)
		sub(/ $/, "", marked)
		marked = ".Xr" opening " " marked
	}
	gsub(/\037/, " ", marked)
	flush_line()
	print marked closing
	return 1
}

# A sentence begins a line, as mdoc has it.
function print_mdoc(text,    n, i, part, word) {
	n = split(text, part, "`")
	text = part[1]
	for (i = 2; i <= n; i++) {
		if (i % 2 == 0)
			gsub(/ /, "\037", part[i])
		text = text "`" part[i]
	}
	n = split(text, word, " ")
	for (i = 1; i <= n; i++) {
		if (print_macro(word[i]))
			continue
		add_word(word[i], "", 80)
		if (word[i] ~ /[.!?]\)?$/)
			flush_line()
	}
	flush_line()
}

function print_list(    i) {
	for (i = 1; i <= n_keys; i++) {
		print ".It Cm " key[i]
		print_mdoc(help[i])
		print_mdoc(value[i])
		print "Default:\n.Ql " standard[i] (guards[i] ? " ,\n.Sy guards access ." : " .")
	}
}

# ---- the two inputs ----

NR == FNR && /^(TYPE|KEY)\(/ { entry = "" }
NR == FNR {
	sub(/^ +/, "")
	entry = (entry == "" ? "" : entry " ") $0
	if (entry ~ /^(TYPE|KEY)\(.*\)$/) {
		take_entry(entry)
		entry = ""
	}
	next
}
{ has_template = 1 }
/^@conf_keys@$/ { print_conf(); next }
/^@mdoc_keys@$/ { print_list(); next }
{ print }
END { if (!has_template) exit 1 }
