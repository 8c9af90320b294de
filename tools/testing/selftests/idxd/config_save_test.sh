#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A configuration that accel-config saved can be loaded again, on each device
# that there is, whatever it has, and changes nothing: every attribute is as it
# was before.

cd "$(dirname "$0")" || exit 1
# shellcheck source=ktap.sh
. ./ktap.sh
# shellcheck source=devices.sh
. ./devices.sh

DRIVER=/sys/bus/dsa/drivers/idxd
GENCAP_BLOCK_ON_FAULT=1
TMP=$(mktemp -d)
trap 'rm -rf "$TMP"' EXIT

# set_attr FILE VALUE: if there is such an attribute
set_attr() {
	[ ! -e "$1" ] || echo "$2" > "$1" || echo "$1 does not take $2" >> "$TMP/refused"
}

# What is configured, and whether it is enabled: not what is counted, not the old
# names of attributes.
attributes() {
	(cd "$BUS/$1" && find . -maxdepth 2 -type f ! -path '*/event_log/*' ! -path '*/power/*' \
		! -name '*token*' ! -name clients ! -name cdev_minor ! -name cmd_status \
		! -name errors ! -name occupancy ! -name uevent -exec grep -H '' {} +) \
		2> /dev/null | sort
}

# at_most N ATTRIBUTE: N, or what the device allows if that is less
at_most() {
	_max=$(cat "$2")
	echo $((_max < $1 ? _max : $1))
}

# configure DEVICE: everything is set to something that is not the default
configure() {
	dev=$BUS/$1
	n=${1#???}
	set_attr "$dev/event_log_size" 128
	if [ "$(cat "$dev/max_read_buffers" 2> /dev/null || echo 0)" -ne 0 ]; then
		set_attr "$dev/read_buffer_limit" 16
		set_attr "$BUS/group$n.0/read_buffers_reserved" 8
		set_attr "$BUS/group$n.0/read_buffers_allowed" 24
		set_attr "$BUS/group$n.0/use_read_buffer_limit" 1
	fi
	set_attr "$BUS/group$n.0/desc_progress_limit" 1
	set_attr "$BUS/group$n.1/batch_progress_limit" 2
	for i in 0 1; do
		wq=$BUS/wq$n.$i
		set_attr "$BUS/engine$n.$i/group_id" $i
		set_attr "$wq/group_id" $i
		set_attr "$wq/size" 12
		set_attr "$wq/priority" 7
		set_attr "$wq/max_transfer_size" "$(at_most 65536 "$dev/max_transfer_size")"
		set_attr "$wq/max_batch_size" "$(at_most 16 "$dev/max_batch_size")"
	done
	set_attr "$BUS/wq$n.0/mode" dedicated
	set_attr "$BUS/wq$n.0/prs_disable" 1
	# No-op, Drain, Memory Move and, if it has that, Batch
	case $1 in
	dsa*) set_attr "$BUS/wq$n.0/op_config" f ;;
	*) set_attr "$BUS/wq$n.0/op_config" d ;;
	esac
	set_attr "$BUS/wq$n.1/mode" shared
	set_attr "$BUS/wq$n.1/threshold" 10
	! gen_cap_has "$1" $GENCAP_BLOCK_ON_FAULT || set_attr "$BUS/wq$n.1/block_on_fault" 1
}

# start DEVICE: enable it, if that is still to be done, and two queues
start() {
	n=${1#???}
	for i in 0 1; do
		set_attr "$BUS/wq$n.$i/type" user
		set_attr "$BUS/wq$n.$i/name" saved$i
	done
	[ "$(cat "$BUS/$1/state")" = enabled ] || accel-config enable-device "$1"
	accel-config enable-wq "$1/wq$n.0" "$1/wq$n.1"
}

stop() {
	[ "$(cat "$BUS/$1/state")" != enabled ] || accel-config disable-device "$1"
}

# load_saved NAME DEVICE OPTION...: the saved configuration is there again
load_saved() {
	name=$1
	device=$2
	shift 2
	if accel-config load-config "$@" -e -c "$TMP/saved" > "$TMP/log" 2>&1; then
		ktap_pass "$device.$name"
	else
		ktap_fail "$device.$name" "$(cat "$TMP/log")"
	fi
	attributes "$device" > "$TMP/after"
	ktap_equal "$device.${name}_changes_nothing" "" "$(diff "$TMP/before" "$TMP/after" |
		grep '^[-+][^-+]')"
}

DEVICES=$(cd "$BUS" && ls -d dsa[0-9]* iax[0-9]* 2> /dev/null)

ktap_start
for device in $DEVICES; do
	stop "$device" > /dev/null 2>&1
done

for device in $DEVICES; do
	rm -f "$TMP/refused"
	if is_configurable "$device"; then
		configure "$device"
	else
		# There is nothing to configure: the driver enables it.
		echo "$device" > $DRIVER/bind
	fi
	start "$device" > "$TMP/log" 2>&1
	n=${device#???}
	ktap_equal "$device.configured" "enabled enabled " \
		"$(cat "$BUS/wq$n.0/state" "$BUS/wq$n.1/state" | tr '\n' ' ')$(
		cat "$TMP/refused" 2> /dev/null)"

	attributes "$device" > "$TMP/before"
	accel-config save-config -s "$TMP/saved" > "$TMP/log" 2>&1
	stop "$device" > "$TMP/log" 2>&1
	# Without enabling anything, and over that once more
	ktap_equal "$device.load_only" 0 "$(
		accel-config load-config -c "$TMP/saved" > "$TMP/log" 2>&1; echo $?)"
	load_saved load "$device"
	load_saved load_over_it "$device" -f
	stop "$device" > "$TMP/log" 2>&1
done

# As they were found
for device in $DEVICES; do
	is_configurable "$device" || echo "$device" > $DRIVER/bind
done
ktap_finish
