#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Configures a DSA device for the tests and the demonstration, as an
# administrator does: with accel-config. (Where IDXD_TEST_SHARE asks for less of
# everything, with the attributes that accel-config writes.)
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

# by_hand COMMAND DEVICE[/PART] [--OPTION=VALUE...]
#
# What accel-config does for these: where a process takes long to start, all of
# its calls take longer than many tests.
by_hand() {
	command=$1
	part=${2##*/}
	shift 2
	case $command in
	disable-*) echo "$part" > "$BUS/$part/driver/unbind" ;;
	enable-device) echo "$part" > /sys/bus/dsa/drivers/idxd/bind ;;
	enable-wq)
		read -r type < "$BUS/$part/type"
		[ "$type" = user ] || type=dmaengine
		echo "$part" > "/sys/bus/dsa/drivers/$type/bind"
		;;
	config-*)
		for option; do
			case ${option%%=*} in
			--wq-size) attribute=size ;;
			--block-on-fault) attribute=block_on_fault ;;
			--prs-disable) attribute=prs_disable ;;
			--group-id) attribute=group_id ;;
			--event-log-size) attribute=event_log_size ;;
			--driver-name) attribute=driver_name ;;
			*) attribute=${option%%=*} attribute=${attribute#--} ;;
			esac
			echo "${option#*=}" > "$BUS/$part/$attribute" || return
		done
		;;
	esac
}

# Quiet unless it fails.
run() {
	[ "${IDXD_TEST_SHARE:-1}" -eq 1 ] && with=accel-config || with=by_hand
	if ! out=$("$with" "$@" 2>&1); then
		echo "failed: $with $*" >&2
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
	for _ in $(seq 300); do
		[ "$(cat "$BUS/$1/clients")" -ne 0 ] || return
		sleep 0.1
	done
}

for dir in "$BUS/wq$INDEX."*; do
	wq=${dir##*/}
	[ "$(state "$wq")" = enabled ] || continue
	wait_unused "$wq"
	run disable-wq "$DEVICE/$wq"
done
[ "$(state "$DEVICE")" != enabled ] || run disable-device "$DEVICE"
[ -z "$ONLY_DISABLE" ] || exit 0

# Later kernels have several drivers for queues, and want to be told which.
config_wq() {
	wq=$1
	driver=$2
	shift 2
	[ ! -e "$BUS/wq$INDEX.$wq/driver_name" ] || set -- --driver-name="$driver" "$@"
	run config-wq "$DEVICE/wq$INDEX.$wq" --priority=10 "$@"
}

if has_event_log "$DEVICE"; then
	run config-device "$DEVICE" --event-log-size="$EVENT_LOG_SIZE"
fi
run config-engine "$DEVICE/engine$INDEX.0" --group-id=0
run config-engine "$DEVICE/engine$INDEX.1" --group-id=1
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
run enable-device "$DEVICE"
for wq in $WQS; do
	run enable-wq "$DEVICE/wq$INDEX.$wq"
done
