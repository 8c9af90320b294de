#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Processes that store to portals without end. To be sourced.

# One for each kind of queue
STORMS="dedicated shared"
STORM_PIDS=

# storm_start: returns when all have had work done; fails when that takes long
storm_start() {
	STORM_PIDS=
	STORM_DIR=$(mktemp -d)
	for _kind in $STORMS; do
		./portal_storm "$_kind" > "$STORM_DIR/$_kind" &
		STORM_PIDS="$STORM_PIDS $!"
	done
	# shellcheck disable=SC2086 # words are meant
	set -- $STORMS
	for _i in $(seq 600); do
		[ "$(cat "$STORM_DIR"/* | grep -c going)" -ne $# ] || return 0
		sleep 0.1
	done
	return 1
}

# storm_alive: prints the kinds of those that live
storm_alive() {
	_alive=
	# shellcheck disable=SC2086 # words are meant
	set -- $STORM_PIDS
	for _kind in $STORMS; do
		kill -0 "$1" 2>/dev/null && _alive="$_alive $_kind"
		shift
	done
	echo "${_alive# }"
}

storm_end() {
	[ -n "$STORM_PIDS" ] || return 0
	# shellcheck disable=SC2086 # words are meant
	kill -9 $STORM_PIDS
	# shellcheck disable=SC2086 # words are meant
	wait $STORM_PIDS 2>/dev/null
	STORM_PIDS=
	rm -rf "$STORM_DIR"
}
