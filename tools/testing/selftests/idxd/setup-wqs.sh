#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Configures a DSA device for the tests and the demonstration, as an
# administrator does: with accel-config.
#
#   queue   mode       page requests
#   wq.0    dedicated  off
#   wq.1    shared     off
#   wq.2    shared     on, operands may block on a fault
#   wq.3    dedicated  on, operands may block on a fault
#
# The queues with page requests have an engine of their own: it waits while a
# page is fetched, and must not hold up the others.
#
# usage: setup-wqs.sh [-e EVENT_LOG_SIZE] [-k] [-d | -n] [DEVICE]
#   -k  wq.4 as well, dedicated, for the kernel's DMA engine
#   -d  only disable the device
#   -n  configure it, but do not enable it
#
# Without DEVICE: the first one that has an event log and can be configured.

cd "$(dirname "$0")" || exit 1
# shellcheck source=devices.sh
. ./devices.sh

EVENT_LOG_SIZE=64
WQS="0 1 2 3"
ONLY_DISABLE=
NO_ENABLE=

while getopts e:kdn opt; do
	case $opt in
	e) EVENT_LOG_SIZE=$OPTARG ;;
	k) WQS="$WQS 4" ;;
	d) ONLY_DISABLE=1 ;;
	n) NO_ENABLE=1 ;;
	*) exit 2 ;;
	esac
done
shift $((OPTIND - 1))
DEVICE=${1:-$(find_device event_log configurable)}
INDEX=${DEVICE#dsa}

# Quiet unless it fails.
run() {
	if ! out=$("$@" 2>&1); then
		echo "failed: $*" >&2
		[ -z "$out" ] || echo "$out" >&2
		echo "cmd_status: $(cat "$BUS/$DEVICE/cmd_status")" >&2
		exit 1
	fi
}

state() {
	cat "$BUS/$1/state"
}

if [ ! -d "$BUS/$DEVICE" ]; then
	echo "no device $DEVICE: is the idxd driver loaded?" >&2
	exit 1
fi

# Who has used a queue may be gone, and its file not yet quite.
wait_unused() {
	for _ in 1 2 3 4 5; do
		[ "$(cat "$BUS/$1/clients")" -ne 0 ] || return
		sleep 1
	done
}

for dir in "$BUS/wq$INDEX."*; do
	wq=${dir##*/}
	[ "$(state "$wq")" = enabled ] || continue
	wait_unused "$wq"
	run accel-config disable-wq "$DEVICE/$wq"
done
[ "$(state "$DEVICE")" != enabled ] || run accel-config disable-device "$DEVICE"
[ -z "$ONLY_DISABLE" ] || exit 0

# Later kernels have several drivers for queues, and want to be told which.
config_wq() {
	wq=$1
	driver=$2
	shift 2
	[ ! -e "$BUS/wq$INDEX.$wq/driver_name" ] || set -- --driver-name="$driver" "$@"
	run accel-config config-wq "$DEVICE/wq$INDEX.$wq" --priority=10 "$@"
}

if has_event_log "$DEVICE"; then
	run accel-config config-device "$DEVICE" --event-log-size="$EVENT_LOG_SIZE"
fi
run accel-config config-engine "$DEVICE/engine$INDEX.0" --group-id=0
run accel-config config-engine "$DEVICE/engine$INDEX.1" --group-id=1
config_wq 0 user --type=user --group-id=0 --mode=dedicated --wq-size=16 --name=dedicated \
	--block-on-fault=0 --prs-disable=1
config_wq 1 user --type=user --group-id=0 --mode=shared --wq-size=16 --threshold=14 \
	--name=shared --block-on-fault=0 --prs-disable=1
config_wq 2 user --type=user --group-id=1 --mode=shared --wq-size=16 --threshold=14 \
	--name=shared-prs --prs-disable=0 --block-on-fault=1
config_wq 3 user --type=user --group-id=1 --mode=dedicated --wq-size=16 --name=dedicated-prs \
	--prs-disable=0 --block-on-fault=1
case $WQS in
*4)
	config_wq 4 dmaengine --type=kernel --group-id=0 --mode=dedicated --wq-size=16 \
		--name=dmaengine --block-on-fault=0 --prs-disable=0
	;;
esac

[ -z "$NO_ENABLE" ] || exit 0
run accel-config enable-device "$DEVICE"
for wq in $WQS; do
	run accel-config enable-wq "$DEVICE/wq$INDEX.$wq"
done
