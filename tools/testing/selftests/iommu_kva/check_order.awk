# SPDX-License-Identifier: GPL-2.0-only
#
# Reads a trace of the events iommu_kva:*, kernel_pgtable:* and
# intel_iommu:qi_submit, in the order in which they happened, and checks that
# each page-table page was given back only after every bond which existed all
# the time since it was unlinked had been told, and that a bond with a device
# behind it was told by an invalidation of its whole PASID. Tracing must have
# been on before the first bond was made.
#
# Prints what is wrong, then: pages=N told=N inv=PASID:N,... errors=N

function value(name,   i)
{
	for (i = 1; i <= NF; i++)
		if (index($i, name "=") == 1)
			return substr($i, length(name) + 2)
	return ""
}

function hex(s,   i, n)
{
	n = 0
	sub(/^0x/, "", s)
	for (i = 1; i <= length(s); i++)
		n = n * 16 + index("0123456789abcdef", substr(s, i, 1)) - 1
	return n
}

function wrong(what)
{
	print "# " what ": " $0
	errors++
}

# The first quadword of a descriptor: PASID 63:32, domain 31:16, granularity
# 5:4 (2 is all of a PASID), type 3:0 (6 is the first-level IOTLB).
/ qi_submit: p_iotlb_inv / {
	for (i = 1; i <= NF; i++)
		if ($i == "p_iotlb_inv")
			qw0 = substr($(i + 2), 3)
	low = substr(qw0, length(qw0) - 7)
	if (substr(low, length(low) - 1) != "26")
		next
	pasid = length(qw0) > 8 ? hex(substr(qw0, 1, length(qw0) - 8)) : 0
	inv[pasid]++
	# Domain 1 is that of all shared page tables.
	if (low ~ /^0*10026$/)
		pending[pasid]++
}

/ iommu_kva_add_bond: / {
	b = value("dev") "/" value("pasid")
	added[b] = NR
	was_told[b] = 0
}

# Tearing down the entry in the PASID table made an invalidation as well.
/ iommu_kva_del_bond: / {
	delete added[value("dev") "/" value("pasid")]
	if (pending[value("pasid")] > 0)
		pending[value("pasid")]--
}

/ iommu_kva_told: / {
	if (value("dev") != "none" && pending[value("pasid")]-- <= 0)
		wrong("told without an invalidation")
	was_told[value("dev") "/" value("pasid")] = NR
	told++
}

/ kernel_pgtable_defer: / {
	deferred[value("pfn")] = NR
	pages++
}

/ kernel_pgtable_free: / {
	pfn = value("pfn")
	if (!(pfn in deferred)) {
		wrong("never deferred")
		next
	}
	for (b in added)
		if (added[b] < deferred[pfn] && was_told[b] < deferred[pfn]) {
			wrong("given back before " b " was told")
			break
		}
	delete deferred[pfn]
}

END {
	for (pfn in deferred) {
		print "# not given back: " pfn
		errors++
	}
	list = ""
	for (pasid in inv)
		list = list (list == "" ? "" : ",") pasid ":" inv[pasid]
	printf "pages=%d told=%d inv=%s errors=%d\n", pages, told,
		(list == "" ? "none" : list), errors
}
