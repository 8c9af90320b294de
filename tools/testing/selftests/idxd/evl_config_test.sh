#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The attributes of the event log: what is accepted, what is refused and how,
# and that the device gets it.

cd "$(dirname "$0")" || exit 1
# shellcheck source=ktap.sh
. ./ktap.sh
# shellcheck source=devices.sh
. ./devices.sh

DEVICE=$(fresh_device)
SIZE=$BUS/$DEVICE/event_log_size
WQ=$BUS/wq${DEVICE#dsa}.1

ktap_start
if [ -z "$DEVICE" ]; then
	echo "1..0 # SKIP no device with an event log"
	exit 4
fi

# refused NAME ERRNO FILE VALUE: refused with that error, and nothing changed
refused() {
	before=$(cat "$3")
	seen=$(./write_errno "$3" "$4")
	after=$(cat "$3")
	if [ "$seen" = "$2" ] && [ "$before" = "$after" ]; then
		ktap_pass "$1"
	else
		ktap_fail "$1" "wanted $2, seen $seen; before $before, after $after"
	fi
}

# accepted NAME FILE VALUE: accepted, and shown
accepted() {
	seen=$(./write_errno "$2" "$3")
	ktap_equal "$1" "OK $3" "$seen $(cat "$2")"
}

# The third number of evl_ring: the size that the device was given.
ring_size() {
	./evl_ring | cut -d ' ' -f 3
}

ktap_equal "default_size" 64 "$(cat "$SIZE")"
ktap_equal "prs_disable_default" 0 "$(cat "$WQ/prs_disable")"

for value in 63 65536 0 -1 abc 0x40 64x 18446744073709551680 ''; do
	# An empty write never reaches the driver.
	[ -n "$value" ] || continue
	refused "size_refused_$value" EINVAL "$SIZE" "$value"
done
for value in 65535 64 100; do
	accepted "size_accepted_$value" "$SIZE" "$value"
done

# With a value of the range, and with one that is not.
./setup-wqs.sh
refused "size_refused_when_enabled" EPERM "$SIZE" 128
refused "prs_disable_refused_when_enabled" EPERM "$WQ/prs_disable" 0
ktap_equal "cmd_status_clear" 0 "$(($(cat "$BUS/$DEVICE/cmd_status")))"
ktap_equal "device_has_64" 64 "$(ring_size)"

# Sizes that are no power of two, the largest, and back.
for size in 65 100 65535 64; do
	if ./setup-wqs.sh -e $size; then
		ktap_equal "device_has_$size" "$size" "$(ring_size)"
	else
		ktap_fail "device_has_$size"
	fi
	# shellcheck disable=SC2015 # ktap_pass does not fail
	./cr_flood_test > /tmp/flood.log 2>&1 && ktap_pass "flood_with_$size" ||
		ktap_fail "flood_with_$size" "$(cat /tmp/flood.log)"
done

# The size stays when the device is disabled, the ring starts anew.
./setup-wqs.sh -e 200
./setup-wqs.sh -d
ktap_equal "size_stays" 200 "$(cat "$SIZE")"
ktap_equal "prs_disable_cleared" 0 "$(cat "$WQ/prs_disable")"

refused "prs_disable_refused_2" EINVAL "$WQ/prs_disable" 2
refused "prs_disable_refused_word" EINVAL "$WQ/prs_disable" maybe
./write_errno "$WQ/block_on_fault" 1 > /dev/null
ktap_equal "block_on_fault_set" 1 "$(cat "$WQ/block_on_fault")"
accepted "prs_disable_accepted" "$WQ/prs_disable" 1
ktap_equal "prs_disable_clears_block_on_fault" 0 "$(cat "$WQ/block_on_fault")"
refused "block_on_fault_refused" EOPNOTSUPP "$WQ/block_on_fault" 1
accepted "prs_disable_off" "$WQ/prs_disable" 0

./setup-wqs.sh
ktap_equal "ring_starts_at_0" "0 0 64" "$(./evl_ring)"

# No memory for the ring: the device stays disabled, and says why. Not having
# it again is no obstacle to having it later.
FAIL=/sys/kernel/debug/fail_page_alloc
no_ring_messages() {
	dmesg | grep -c 'no memory for its event log'
}
if [ -d $FAIL ]; then
	before=$(no_ring_messages)
	./setup-wqs.sh -n -e 1024
	echo 1 > $FAIL/task-filter
	echo 0 > $FAIL/min-order
	echo N > $FAIL/ignore-gfp-wait
	echo 0 > $FAIL/verbose
	echo 100 > $FAIL/probability
	echo -1 > $FAIL/times
	seen=$(./write_errno -f /sys/bus/dsa/drivers/idxd/bind "$DEVICE")
	echo 0 > $FAIL/probability
	ktap_equal "no_ring_refused" ENOMEM "$seen"
	ktap_equal "no_ring_cmd_status" $((0x80120000)) "$(($(cat "$BUS/$DEVICE/cmd_status")))"
	# accel-config has no words for that.
	ktap_equal "no_ring_explained" 1 $(($(no_ring_messages) - before))
	ktap_equal "no_ring_disabled" disabled "$(cat "$BUS/$DEVICE/state")"
	./setup-wqs.sh -e 1024
	ktap_equal "ring_later" 1024 "$(ring_size)"
else
	ktap_skip "no_ring_refused" "no fault injection in this kernel"
	ktap_skip "no_ring_cmd_status" "no fault injection in this kernel"
	ktap_skip "no_ring_explained" "no fault injection in this kernel"
	ktap_skip "no_ring_disabled" "no fault injection in this kernel"
	ktap_skip "ring_later" "no fault injection in this kernel"
fi

# Many rounds of enable and disable leave nothing behind.
ok=1
for round in $(seq "$(repeat 10)"); do
	./setup-wqs.sh || ok="round $round"
done
ktap_equal "enabled_again_and_again" 1 "$ok"

ktap_finish
