#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Devices by what they can do, as their capability register tells. To be
# sourced.

BUS=/sys/bus/dsa/devices

# GENCAP, as sysfs has it
GENCAP_EVENT_LOG=$((3 << 13))
GENCAP_CONFIG=$((1 << 31))

# gen_cap_has DEVICE BITS
gen_cap_has() {
	[ $(($(cat "$BUS/$1/gen_cap") & $2)) -ne 0 ]
}

has_event_log() {
	gen_cap_has "$1" "$GENCAP_EVENT_LOG"
}

is_configurable() {
	gen_cap_has "$1" "$GENCAP_CONFIG"
}

# find_device event_log|no_event_log configurable|read_only
#
# Prints the name of the first DSA device that matches, if there is one.
find_device() {
	for _dir in "$BUS"/dsa[0-9]*; do
		_device=${_dir##*/}
		[ -e "$_dir/gen_cap" ] || continue
		has_event_log "$_device" && _log=event_log || _log=no_event_log
		is_configurable "$_device" && _config=configurable || _config=read_only
		if [ "$_log $_config" = "$1 $2" ]; then
			echo "$_device"
			return
		fi
	done
}

# rebind_device DEVICE: have the driver let go of it, and find it anew
rebind_device() {
	_pci=$(basename "$(readlink -f "$BUS/$1/..")")
	echo "$_pci" > /sys/bus/pci/drivers/idxd/unbind
	echo "$_pci" > /sys/bus/pci/drivers/idxd/bind
}

# fresh_device
#
# Prints the name of the DSA device that the tests use, as the driver finds it,
# never configured. Its name is the lowest that is free: it keeps that when it is
# bound again, unless somebody has a file of it open.
fresh_device() {
	_device=$(find_device event_log configurable)
	[ -n "$_device" ] || return
	./setup-wqs.sh -d "$_device"
	rebind_device "$_device"
	find_device event_log configurable
}
