#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# An IAA device: entries of 128 bytes with records of 64 bytes, and files below
# a character device of another name.

cd "$(dirname "$0")" || exit 1
# shellcheck source=ktap.sh
. ./ktap.sh

BUS=/sys/bus/dsa/devices

IAX=
for dir in "$BUS"/iax[0-9]*; do
	[ ! -d "$dir/event_log" ] || IAX=${dir##*/}
done
if [ -z "$IAX" ]; then
	echo "1..0 # SKIP no IAA device with an event log"
	exit 4
fi
N=${IAX#iax}

count() {
	cat "$BUS/$IAX/event_log/$1"
}

# setup MODE: one work queue for user space, page requests off
setup() {
	accel-config config-device "$IAX" --event-log-size=100 &&
		accel-config config-engine "$IAX/engine$N.0" --group-id=0 &&
		accel-config config-wq "$IAX/wq$N.0" --group-id=0 --type=user --mode="$1" \
			--wq-size=16 ${2:+"$2"} --priority=10 --name=iaa --block-on-fault=0 \
			--prs-disable=1 &&
		accel-config enable-device "$IAX" &&
		accel-config enable-wq "$IAX/wq$N.0"
}

teardown() {
	accel-config disable-wq "$IAX/wq$N.0" && accel-config disable-device "$IAX"
}

ktap_start
for mode in dedicated shared; do
	[ "$mode" = shared ] && threshold=--threshold=14 || threshold=
	setup "$mode" "$threshold" > /dev/null 2>&1
	ktap_equal "$mode.enabled" enabled "$(cat "$BUS/wq$N.0/state")"

	written=$(count cr_written)
	out=$(./iaa_fault "/dev/iax/wq$N.0" "$mode" 100)
	ktap_equal "$mode.records" "100 records, 0 wrong" "$out"
	ktap_equal "$mode.written" $((written + 100)) "$(count cr_written)"
	file="$BUS/wq$N.0/iax!wq$N.0/file*"
	ktap_equal "$mode.file" "100 records, 0 wrong 100 0" "$(
		./iaa_fault "/dev/iax/wq$N.0" "$mode" 100 \
			"cat $file/cr_faults $file/cr_fault_failures" |
			tr '\n' ' ' | sed 's/ $//')"
	teardown > /dev/null 2>&1
done
ktap_finish
