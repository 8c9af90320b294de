#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Devices without an event log, and devices whose configuration is read only:
# what their attributes are, and that their queues can be used.

cd "$(dirname "$0")" || exit 1
# shellcheck source=ktap.sh
. ./ktap.sh
# shellcheck source=devices.sh
. ./devices.sh

DRIVER=/sys/bus/dsa/drivers/idxd

# exists PATH: prints yes or no
exists() {
	[ -e "$1" ] && echo yes || echo no
}

# wq_of DEVICE: its first work queue
wq_of() {
	echo "wq${1#dsa}.0"
}

ktap_start

none=$(find_device no_event_log configurable)
if [ -n "$none" ]; then
	./setup-wqs.sh -d "$none"
	ktap_equal "no_log_no_size" no "$(exists "$BUS/$none/event_log_size")"
	ktap_equal "no_log_no_counters" no "$(exists "$BUS/$none/event_log")"
	./setup-wqs.sh "$none"
	ktap_equal "no_log_enables" "enabled enabled" \
		"$(cat "$BUS/$none/state") $(cat "$BUS/$(wq_of "$none")/state")"
	# An opened file has its device all the same, and counts nothing.
	exec 3<> "/dev/dsa/$(wq_of "$none")"
	ktap_equal "no_log_file" "0 0 $$" "$(cat "$BUS"/file*/cr_faults \
		"$BUS"/file*/cr_fault_failures "$BUS"/file*/pid | tr '\n' ' ' | sed 's/ $//')"
	exec 3>&-
	ktap_equal "no_log_file_closed" "" "$(cd "$BUS" && ls -d file* 2> /dev/null)"
	ktap_equal "no_log_still_none" no "$(exists "$BUS/$none/event_log_size")"
	./setup-wqs.sh -d "$none"
	ktap_equal "no_log_disables" disabled "$(cat "$BUS/$none/state")"
else
	for name in no_log_no_size no_log_no_counters no_log_enables no_log_file \
		no_log_file_closed no_log_still_none no_log_disables; do
		ktap_skip "$name" "no device without an event log"
	done
fi

fixed=$(find_device event_log read_only)
if [ -n "$fixed" ]; then
	size=$BUS/$fixed/event_log_size
	wq=$(wq_of "$fixed")
	before=$(cat "$size")
	# Nothing is left to configure: the driver enables it at once.
	ktap_equal "read_only_enabled" enabled "$(cat "$BUS/$fixed/state")"
	ktap_equal "read_only_disables" "OK disabled" \
		"$(./write_errno "$DRIVER/unbind" "$fixed") $(cat "$BUS/$fixed/state")"
	# A saved configuration has the size that the device has.
	ktap_equal "read_only_size_accepted" "OK $before" \
		"$(./write_errno "$size" "$before") $(cat "$size")"
	for value in 65 65535; do
		ktap_equal "read_only_size_refused_$value" "EPERM $before" \
			"$(./write_errno "$size" $value) $(cat "$size")"
	done
	ktap_equal "read_only_prs_refused" EPERM \
		"$(./write_errno "$BUS/$wq/prs_disable" 1)"
	# A queue keeps what the device has when it is disabled.
	ktap_equal "read_only_mode" dedicated "$(cat "$BUS/$wq/mode")"
	for attr in group_id size priority max_transfer_size max_batch_size block_on_fault \
		prs_disable mode op_config; do
		[ -e "$BUS/$wq/$attr" ] || continue
		ktap_equal "read_only_${attr}_accepted" OK \
			"$(./write_errno "$BUS/$wq/$attr" "$(cat "$BUS/$wq/$attr")")"
	done
	ktap_equal "read_only_mode_refused" EPERM "$(./write_errno "$BUS/$wq/mode" shared)"
	ktap_equal "read_only_priority_refused" EPERM "$(./write_errno "$BUS/$wq/priority" 3)"
	ktap_equal "read_only_op_config_refused" EPERM "$(./write_errno "$BUS/$wq/op_config" 1)"
	ktap_equal "read_only_counters" yes \
		"$(exists "$BUS/$fixed/event_log/entries")"
	ktap_equal "read_only_enables" "OK enabled" \
		"$(./write_errno "$DRIVER/bind" "$fixed") $(cat "$BUS/$fixed/state")"
	ktap_equal "read_only_size_refused_enabled" "EPERM $before" \
		"$(./write_errno "$size" 128) $(cat "$size")"
else
	for name in read_only_enabled read_only_disables read_only_size_accepted \
		read_only_size_refused read_only_prs_refused read_only_attributes \
		read_only_counters read_only_enables \
		read_only_size_refused_enabled; do
		ktap_skip "$name" "no device whose configuration is read only"
	done
fi

ktap_finish
