#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Runs on the host. Reads from QEMU's log which commands the driver gave to the
# devices: a work queue is only ever disabled with Drain WQ and then Reset WQ,
# for the Disable WQ command does not wait for translations, which may be cached
# under the next PASID then.
#
# Start QEMU with '-trace idxd_cmd' and let its output go to a file.
#
# usage: check_commands.sh LOG

if [ $# -ne 1 ] || ! [ -r "$1" ]; then
	echo "usage: $0 LOG" >&2
	exit 2
fi

awk '
# The console may be in the middle of a line.
match($0, /idxd_cmd dev=0x[0-9a-f]+ code=[0-9]+ operand=0x[0-9a-f]+/) {
	split(substr($0, RSTART, RLENGTH), field, "[ =]")
	dev = field[3]
	code = field[5]
	operand = field[7]
	if (code == 7) {
		print "device " dev ": Disable WQ " operand
		bad++
	}
	if (code == 10) {
		resets++
		if (last[dev] != 8 " " operand) {
			print "device " dev ": Reset WQ " operand " without Drain WQ before it"
			bad++
		}
	}
	last[dev] = code " " operand
}

END {
	print resets + 0 " times Reset WQ, " bad + 0 " wrong"
	exit bad || !resets
}' "$1"
