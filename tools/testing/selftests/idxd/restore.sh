#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Brings the machine back to where each test begins, whatever one that did not
# come to its end has left: engines that are held, fault injection, trace
# events, dmatest, no driver, devices that are unbound, halted or configured in
# another way. Processes that still have a queue open lose it.

cd "$(dirname "$0")" || exit 1

PCI=/sys/bus/pci
DRIVER=$PCI/drivers/idxd
FAULTS=/sys/kernel/debug
EVENTS=/sys/kernel/tracing/events/idxd/enable
DMATEST=/sys/module/dmatest/parameters/run

# An engine that is held holds up what follows. 4: there are no test controls.
./test_control off 2> /dev/null || [ $? -eq 4 ] ||
	echo "restore.sh: the monitor does not answer" >&2
for fault in failslab fail_page_alloc; do
	[ ! -e "$FAULTS/$fault/probability" ] || echo 0 > "$FAULTS/$fault/probability"
done
[ ! -e "$EVENTS" ] || echo 0 > "$EVENTS"
if [ -e "$DMATEST" ]; then
	echo 0 > "$DMATEST"
	rmmod dmatest
fi

[ -d "$DRIVER" ] || modprobe idxd
for function in "$DRIVER"/*:*; do
	[ ! -e "$function" ] || echo "${function##*/}" > "$DRIVER/unbind"
done
echo 1 > "$PCI/rescan"
for function in "$PCI"/devices/*; do
	[ ! -e "$function/driver" ] || continue
	# A halt ends with a reset. Functions that are not ours have no driver.
	[ "$(cat "$function/class")" != 0x088000 ] || echo 1 > "$function/reset"
	echo "${function##*/}" > "$PCI/drivers_probe"
done
./setup-wqs.sh
