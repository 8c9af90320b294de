#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Prepares what the tests and the demonstration use besides the device: the
# driver, huge pages, a file system on a disk, trace events. To be sourced.

DISK=/dev/ram0
RECORD_CMD=/sys/kernel/tracing/options/record-cmd

prepare_machine() {
	[ -d /sys/bus/dsa ] || modprobe idxd

	[ -d /sys/kernel/tracing/events ] ||
		mount -t tracefs none /sys/kernel/tracing
	# With each event that is turned on and off the kernel would patch its
	# scheduler as well, which not every emulator survives.
	[ ! -e "$RECORD_CMD" ] || echo 0 > "$RECORD_CMD"

	# 2 MiB each.
	[ "$(cat /proc/sys/vm/nr_hugepages)" -ge 8 ] ||
		echo 8 > /proc/sys/vm/nr_hugepages

	# Files on a disk, not in memory, have a file system that wants to know
	# when a page becomes dirty.
	if [ -z "$IDXD_TEST_DIR" ] && [ -b "$DISK" ]; then
		mkdir -p /tmp/disk
		if mke2fs "$DISK" > /dev/null 2>&1 &&
		   mount -t ext2 "$DISK" /tmp/disk; then
			IDXD_TEST_DIR=/tmp/disk
			export IDXD_TEST_DIR
		fi
	fi
}

release_machine() {
	[ "$IDXD_TEST_DIR" != /tmp/disk ] || umount /tmp/disk
}
