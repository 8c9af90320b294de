#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Errors that a program can make a device report as often as it likes: the
# kernel's log has some of them, and whole ones, not all.

cd "$(dirname "$0")" || exit 1
# shellcheck source=ktap.sh
. ./ktap.sh
# shellcheck source=devices.sh
. ./devices.sh

# So many errors, and far fewer messages even where they take a while
COUNT=100
MOST=60

# since MARK TEXT: how many lines after MARK have TEXT
since() {
	dmesg | sed -n "/$1/,\$p" | grep -c -- "$2"
}

# provoke DEVICE MARK: errors, the log marked before them
provoke() {
	./setup-wqs.sh -d "$(find_device event_log configurable)"
	./setup-wqs.sh "$1"
	echo "$2" > /dev/kmsg
	./bad_descs "/dev/dsa/wq${1#dsa}.1" "$COUNT"
	./setup-wqs.sh -d "$1"
}

# expect_few NAME SEEN
expect_few() {
	ktap_log "$1: $2 messages of $COUNT errors"
	if [ "$2" -ge 1 ] && [ "$2" -le "$MOST" ]; then
		ktap_pass "$1"
	else
		ktap_fail "$1" "wanted 1 to $MOST, seen $2"
	fi
}

ktap_start

device=$(find_device event_log configurable)
mark="log_limit_test: event log"
provoke "$device" "$mark"
expect_few "event_log_errors" "$(since "$mark" 'event log error:')"

device=$(find_device no_event_log configurable)
if [ -n "$device" ]; then
	mark="log_limit_test: software error"
	provoke "$device" "$mark"
	first=$(since "$mark" 'err\[0\]:')
	expect_few "software_errors" "$first"
	ktap_equal "software_errors_whole" "$first" "$(since "$mark" 'err\[3\]:')"
else
	for name in software_errors software_errors_whole; do
		ktap_skip "$name" "no device without an event log"
	done
fi

ktap_finish
