# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2034
# What all scripts of the harness share. The caller sets $top, the project's
# directory. OUT may point the build somewhere else.
OUT=${OUT:-$top/out}
LOGS=$OUT/logs
STAMPS=$OUT/stamps

# Say it in one sentence, and end.
die() {
	printf '%s\n' "$*" >&2
	exit 1
}

say() {
	printf '%s\n' "$*"
}

# key FILE...: one word that changes when any of the files does
key() {
	cat -- "$@" | sha256sum | cut -c1-40
}

# is_current NAME KEY: whether NAME was last finished with this KEY
is_current() {
	[ "$(cat "$STAMPS/$1" 2>/dev/null)" = "$2" ]
}

finished() {
	mkdir -p "$STAMPS"
	printf '%s\n' "$2" >"$STAMPS/$1"
}

# How far a build is, read off its log: ninja says so itself, make prints a
# line for each thing it does, of which there are about $2. One that turns out
# to have more of them is not said to have that many.
progress() {
	_at=$(tail -c 4000 "$1" 2>/dev/null | tr '\r' '\n' | sed -n 's/^\[\([0-9]*\/[0-9]*\)\].*/\1/p' | tail -n 1)
	if [ -n "$_at" ]; then
		printf '%s' "$_at"
	elif [ "$2" -gt 0 ]; then
		_at=$(grep -c '^  [A-Z]' "$1" 2>/dev/null)
		if [ "${_at:-0}" -le "$2" ]; then
			printf '%s of about %s' "${_at:-0}" "$2"
		else
			printf '%s' "$_at"
		fi
	fi
}

# The line of a log that says why: the first that names an error, else the last.
why_failed() {
	_why=$(grep -a -m 1 -E '(^|[^a-z-])([Ee]rror|ERROR|FAILED|fatal|No space left|E:)[ :]' "$1" || tail -n 1 "$1")
	printf '%s' "$_why" | cut -c1-200
}

# run_step TITLE LOG TOTAL COMMAND...: run a command that takes a while. Its
# output goes to LOG; a person sees how far it is (TOTAL things, 0 unknown).
run_step() {
	_title=$1 _log=$2 _total=$3
	shift 3
	mkdir -p "$(dirname "$_log")"
	_start=$(date +%s)
	"$@" >"$_log" 2>&1 </dev/null &
	_pid=$!
	_said=0
	while kill -0 "$_pid" 2>/dev/null; do
		sleep 0.5
		_took=$(($(date +%s) - _start))
		if [ -t 1 ]; then
			printf '\r%s: %s  (%s s) ' "$_title" "$(progress "$_log" "$_total")" "$_took"
		elif [ $((_took - _said)) -ge 30 ]; then
			_said=$_took
			say "$_title: $(progress "$_log" "$_total")  ($_took s)"
		fi
	done
	_rc=0
	wait "$_pid" || _rc=$?
	[ ! -t 1 ] || printf '\r\033[K'
	_took=$(($(date +%s) - _start))
	[ "$_rc" -eq 0 ] || die "$_title failed after $_took s: $(why_failed "$_log")
The whole log is $_log; the next run goes on from here."
	say "$_title: done in $_took s"
}

# use_meson: QEMU needs a newer meson than the system has, whenever it is built.
use_meson() {
	PYTHONPATH=$OUT/meson/usr/lib/python3/dist-packages
	PATH=$OUT/meson/usr/bin:$PATH
	export PYTHONPATH PATH
}
