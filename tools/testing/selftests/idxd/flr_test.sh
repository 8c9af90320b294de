#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Function-level resets that the driver does not know of, while processes store
# to portals: the processes live, and so does the machine, and the device works
# once it is bound anew.

cd "$(dirname "$0")" || exit 1
# shellcheck source=ktap.sh
. ./ktap.sh
# shellcheck source=devices.sh
. ./devices.sh
# shellcheck source=storm.sh
. ./storm.sh

ROUNDS=$(repeat 5)
COPIES=$(repeat 100)

# works_again: prints what does not work, if anything
works_again() {
	./setup-wqs.sh 2>&1 || return
	for kind in $STORMS; do
		./portal_storm "$kind" "$COPIES" 2>&1 | grep -v '^going$'
	done
}

ktap_start
DEVICE=$(find_device event_log configurable)
if [ -z "$DEVICE" ]; then
	echo "1..0 # SKIP no device with an event log"
	exit 4
fi
RESET=$(readlink -f "$BUS/$DEVICE/..")/reset
if [ ! -e "$RESET" ]; then
	echo "1..0 # SKIP the function cannot be reset"
	exit 4
fi

trap storm_end EXIT
for round in $(seq "$ROUNDS"); do
	storm_start && busy=yes || busy=no
	ktap_equal "busy_$round" yes "$busy"
	ktap_equal "reset_$round" OK "$(./write_errno "$RESET" 1)"
	sleep 0.5
	ktap_equal "alive_$round" "$STORMS" "$(storm_alive)"
	storm_end
	rebind_device "$DEVICE"
	DEVICE=$(find_device event_log configurable)
	ktap_equal "works_$round" "" "$(works_again)"
done

ktap_finish
