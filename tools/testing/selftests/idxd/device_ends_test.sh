#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Whatever a device has of queues, groups and engines, and however large its
# limits are: all of its queues can be enabled at once, with the traffic classes
# that the driver gives a group, and once more after they were disabled.

cd "$(dirname "$0")" || exit 1
# shellcheck source=ktap.sh
. ./ktap.sh
# shellcheck source=devices.sh
. ./devices.sh

DRIVERS=/sys/bus/dsa/drivers

limit() {
	cat "$BUS/$device/$1"
}

# put ATTRIBUTE VALUE: if it cannot be written the test fails where it looks
put() {
	echo "$2" > "$BUS/$1"
}

# All work queues and engines, shared out among the groups that have an engine.
configure() {
	_wqs=$(limit max_work_queues)
	_groups=$(limit max_groups)
	_engines=$(limit max_engines)
	_size=$(($(limit max_work_queues_size) / _wqs))
	_used=$((_groups < _engines ? _groups : _engines))

	for _dir in "$BUS/engine$n."*; do
		_i=${_dir##*.}
		put "engine$n.$_i/group_id" $((_i % _used))
	done
	for _wq in $(wqs); do
		_i=${_wq##*.}
		put "$_wq/group_id" $((_i % _used))
		put "$_wq/mode" dedicated
		put "$_wq/size" "$_size"
		put "$_wq/priority" 10
		put "$_wq/type" user
		put "$_wq/name" "ends$_i"
		put "$_wq/max_transfer_size" "$(limit max_transfer_size)"
		put "$_wq/max_batch_size" "$(limit max_batch_size)"
	done
}

# states NAME...: the states that they are in, each once
states() {
	for _name; do
		cat "$BUS/$_name/state"
	done | sort -u | tr '\n' ' ' | sed 's/ $//'
}

wqs() {
	for _dir in "$BUS/wq$n."*; do
		echo "${_dir##*/}"
	done
}

turn_on() {
	[ "$(cat "$BUS/$device/state")" = enabled ] || echo "$device" > "$DRIVERS/idxd/bind"
	for _wq in $(wqs); do
		echo "$_wq" > "$DRIVERS/user/bind"
	done
}

# Of a queue that was never bound nothing is to be unbound.
turn_off() {
	for _wq in $(wqs); do
		[ "$(cat "$BUS/$_wq/state")" != enabled ] ||
			echo "$_wq" > "$DRIVERS/user/unbind"
	done
	[ "$(cat "$BUS/$device/state")" != enabled ] ||
		echo "$device" > "$DRIVERS/idxd/unbind"
}

ktap_start
for dir in "$BUS"/dsa[0-9]*; do
	device=${dir##*/}
	n=${device#dsa}
	[ -e "$dir/gen_cap" ] || continue
	is_configurable "$device" || continue
	./setup-wqs.sh -d "$device"
	for round in first again; do
		configure
		turn_on
		ktap_equal "$device.device_$round" enabled "$(states "$device")"
		# shellcheck disable=SC2046 # a word each
		ktap_equal "$device.wqs_$round" enabled "$(states $(wqs))"
		ktap_equal "$device.status_$round" 0 $(($(limit cmd_status)))
		turn_off
		# shellcheck disable=SC2046 # a word each
		ktap_equal "$device.off_$round" disabled "$(states "$device" $(wqs))"
	done
done
ktap_finish
