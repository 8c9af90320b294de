#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Runs on the host. Compares what kernel_pgtable.sh saw in the guest with what
# QEMU's emulated IOMMU was told: between each pair of 'begin' and 'end' lines
# the two must have the same number of invalidations of a whole PASID, for each
# PASID.
#
# Start QEMU with '-serial stdio -trace vtd_inv_desc_iotlb_pasid' and let both
# of its outputs go to one file, so that console and trace keep their order.
#
# usage: check_qemu.sh LOG

if [ $# -ne 1 ] || ! [ -r "$1" ]; then
	echo "usage: $0 LOG" >&2
	exit 2
fi

awk '
function hex(s,   i, n)
{
	n = 0
	for (i = 1; i <= length(s); i++)
		n = n * 16 + index("0123456789abcdef", substr(s, i, 1)) - 1
	return n
}

function differs(pasid)
{
	printf "window %d: PASID %d: the guest made %d, QEMU saw %d\n",
	       windows, pasid, guest[pasid], qemu[pasid]
	bad++
}

{
	sub(/\r$/, "")
}

# The console may be in the middle of a line.
match($0, /vtd_inv_desc_iotlb_pasid .* pasid 0x[0-9a-f]+/) {
	line = substr($0, RSTART, RLENGTH)
	sub(/.* pasid 0x/, "", line)
	qemu[hex(line)]++
}

/# kva: begin/ {
	split("", qemu)
}

/# kva: end / {
	windows++
	split("", guest)
	inv = $0
	sub(/.* inv=/, "", inv)
	sub(/ .*/, "", inv)
	n = inv == "none" ? 0 : split(inv, list, ",")
	for (i = 1; i <= n; i++) {
		split(list[i], pair, ":")
		guest[pair[1]] = pair[2]
		total += pair[2]
	}
	for (pasid in guest)
		if (guest[pasid] != qemu[pasid])
			differs(pasid)
	for (pasid in qemu)
		if (!(pasid in guest))
			differs(pasid)
}

END {
	printf "%d windows, %d invalidations, %d differences\n", windows, total, bad
	exit bad || !total
}
' "$1"
