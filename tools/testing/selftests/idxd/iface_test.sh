#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Which devices are bound, and which attributes are there: what the device has is
# shown, what it has not is not.

cd "$(dirname "$0")" || exit 1
# shellcheck source=ktap.sh
. ./ktap.sh
# shellcheck source=devices.sh
. ./devices.sh

# Vendor and device IDs: DSA, and IAA
IDS="8086:0b25 8086:11fb 8086:1212 8086:0cfe 8086:1216 8086:b02d 8086:fd2d"

WQCAP=0x20
WQCAP_ATS_DISABLE=$((1 << 50))
IAACAP=0x180
BATCH=$((1 << 1))

exists() {
	[ -e "$1" ] && echo yes || echo no
}

# last_word FILE: the lowest 32 bits of a bitmap
last_word() {
	echo $((0x$(sed 's/.*,//' "$1")))
}

ktap_start

# What the module is loaded for
aliases=$(modinfo idxd 2> /dev/null | sed -n 's/^alias: *pci://p')
for id in $IDS; do
	if [ -z "$aliases" ]; then
		ktap_skip "id_$id" "the driver is no module"
		continue
	fi
	alias=v0000$(echo "${id%:*}" | tr a-f A-F)d0000$(echo "${id#*:}" | tr a-f A-F)sv
	case $aliases in
	*"$alias"*) ktap_pass "id_$id" ;;
	*) ktap_fail "id_$id" ;;
	esac
done

# And all that is there has its driver.
unbound=
for dir in /sys/bus/pci/devices/*; do
	id=$(sed s/0x// "$dir/vendor"):$(sed s/0x// "$dir/device")
	case " $IDS " in
	*" $id "*) [ -e "$dir/driver" ] || unbound="$unbound $id" ;;
	esac
done
ktap_equal "all_bound" "" "$unbound"

for dir in "$BUS"/dsa[0-9]* "$BUS"/iax[0-9]*; do
	[ -d "$dir" ] || continue
	device=${dir##*/}
	wq=$BUS/wq${device#???}.0
	version=$(($(cat "$dir/version")))

	wqcap=$(./reg_read "$device" $WQCAP)
	if [ $((wqcap & WQCAP_ATS_DISABLE)) -ne 0 ] && is_configurable "$device"; then
		want=yes
	else
		want=no
	fi
	ktap_equal "$device.ats_disable" $want "$(exists "$wq/ats_disable")"

	case $device in
	iax*) [ $version -ge $((0x200)) ] && want=yes || want=no ;;
	*) want=no ;;
	esac
	ktap_equal "$device.iaa_cap" $want "$(exists "$dir/iaa_cap")"
	if [ $want = yes ]; then
		ktap_equal "$device.iaa_cap_value" "$(./reg_read "$device" $IAACAP)" \
			"$(cat "$dir/iaa_cap")"
	fi

	# Batch is shown where programs may submit it: on DSA of version 2.
	[ "${device%%[0-9]*}" = dsa ] && [ $version -ge $((0x200)) ] && want=$BATCH || want=0
	ktap_equal "$device.op_cap_batch" $want $(($(last_word "$dir/op_cap") & BATCH))
	if [ -e "$wq/op_config" ]; then
		ktap_equal "$device.op_config" "$(cat "$dir/op_cap")" "$(cat "$wq/op_config")"
	fi

	# Whatever is not there cannot be turned on, and is off.
	if ! gen_cap_has "$device" 1; then
		ktap_equal "$device.block_on_fault_0" OK "$(./write_errno "$wq/block_on_fault" 0)"
		ktap_equal "$device.block_on_fault_1" EOPNOTSUPP \
			"$(./write_errno "$wq/block_on_fault" 1)"
	fi
done

ktap_finish
