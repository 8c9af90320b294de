#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Devices that allow smaller transfers and batches than the driver's defaults
# for a work queue: it has the device's, and is enabled with them.

cd "$(dirname "$0")" || exit 1
# shellcheck source=ktap.sh
. ./ktap.sh
# shellcheck source=devices.sh
. ./devices.sh

# The driver's defaults
MAX_TRANSFER=2097152
MAX_BATCH=32

# read_attr DIRECTORY NAME: its value, or none
read_attr() {
	if [ -e "$1/$2" ]; then
		cat "$1/$2"
	else
		echo none
	fi
}

# sizes DIRECTORY
sizes() {
	echo "$(read_attr "$1" max_transfer_size) $(read_attr "$1" max_batch_size)"
}

# is_less VALUE LIMIT
is_less() {
	[ "$1" != none ] && [ "$1" -lt "$2" ]
}

# wanted DEVICE: sizes of a queue that nobody has set
wanted() {
	transfer=$(read_attr "$BUS/$1" max_transfer_size)
	batch=$(read_attr "$BUS/$1" max_batch_size)
	is_less "$transfer" "$MAX_TRANSFER" || transfer=$MAX_TRANSFER
	is_less "$batch" "$MAX_BATCH" || [ "$batch" = none ] || batch=$MAX_BATCH
	echo "$transfer $batch"
}

# enable_queue DEVICE QUEUE ENGINE: nothing is said of sizes
enable_queue() {
	accel-config config-engine "$1/$3" --group-id=0 &&
		accel-config config-wq "$1/$2" --group-id=0 --type=user --mode=dedicated \
			--wq-size=8 --priority=1 --name=small &&
		accel-config enable-device "$1" && accel-config enable-wq "$1/$2"
}

check_device() {
	n=${1##*[a-z]}
	wq=wq$n.0
	dir=$BUS/$wq
	want=$(wanted "$1")

	rebind_device "$1"
	ktap_equal "$1.at_first" "$want" "$(sizes "$dir")"
	out=$(enable_queue "$1" "$wq" "engine$n.0" 2>&1)
	ktap_equal "$1.enabled" "enabled 0" \
		"$(cat "$dir/state") $(($(cat "$BUS/$1/cmd_status")))"
	[ "$(cat "$dir/state")" = enabled ] || ktap_log "$out"
	ktap_equal "$1.while_enabled" "$want" "$(sizes "$dir")"
	accel-config disable-wq "$1/$wq" > /dev/null 2>&1
	ktap_equal "$1.after_use" "$want" "$(sizes "$dir")"
	accel-config disable-device "$1" > /dev/null 2>&1
	ktap_equal "$1.after_disable" "$want" "$(sizes "$dir")"
}

FOUND=
for dir in "$BUS"/dsa[0-9]* "$BUS"/iax[0-9]*; do
	device=${dir##*/}
	[ -e "$dir/gen_cap" ] || continue
	is_configurable "$device" || continue
	[ "$(cat "$dir/state")" = disabled ] || continue
	if is_less "$(read_attr "$dir" max_transfer_size)" "$MAX_TRANSFER" ||
	   is_less "$(read_attr "$dir" max_batch_size)" "$MAX_BATCH"; then
		[ -n "$FOUND" ] || ktap_start
		FOUND=1
		check_device "$device"
	fi
done
if [ -z "$FOUND" ]; then
	echo "1..0 # SKIP no device with small limits"
	exit 4
fi
ktap_finish
