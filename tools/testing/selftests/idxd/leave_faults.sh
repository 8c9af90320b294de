#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Ends with faults under way, in processes that go on: for who then powers the
# machine off and looks at the kernel's log.

cd "$(dirname "$0")" || exit 1
# shellcheck source=machine.sh
. ./machine.sh

prepare_machine
./setup-wqs.sh || exit 1
while :; do
	./cr_flood_test
done > /dev/null 2>&1 &
sleep 0.5
# Processes that are stuck, with records that wait.
tail -f /dev/null | ./evl_stuck 200 > /tmp/stuck 2>&1 &
for _ in $(seq 600); do
	[ ! -s /tmp/stuck ] || break
	sleep 0.1
done
sleep 3
entries=$(cat /sys/bus/dsa/devices/dsa0/event_log/entries)
echo "$entries entries of the event log so far"
[ "$entries" -gt 200 ]
