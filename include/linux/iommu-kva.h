/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * IOMMUs that walk the kernel half of a page table
 *
 * Where a device shares the page table of a process and that table also maps
 * the kernel, the IOMMU walks the kernel's page-table pages too: the access is
 * denied at the end of the walk, but the levels passed on the way may be cached.
 */
#ifndef _LINUX_IOMMU_KVA_H
#define _LINUX_IOMMU_KVA_H

#include <linux/atomic.h>
#include <linux/list.h>
#include <linux/types.h>

struct device;

/**
 * struct iommu_kva_bond - a page table with a kernel half, in use by an IOMMU
 * @node: for the list of all bonds
 * @dev: the device that uses the table, for traces only; %NULL if there is none
 * @pasid: PASID under which the IOMMU tags what it caches of this table
 * @invalidate: drop all that is cached of the table's upper levels for @pasid,
 *	and return when that is done and no walk that began before is under way;
 *	called in process context, must not add or delete bonds, nor wait for
 *	anything that may wait for memory
 *
 * Embedded in what the IOMMU driver allocates for each (device, PASID); filled
 * in by the driver before iommu_kva_add_bond().
 */
struct iommu_kva_bond {
	struct list_head node;
	struct device *dev;
	u32 pasid;
	void (*invalidate)(struct iommu_kva_bond *bond);
};

#ifdef CONFIG_IOMMU_KVA
extern atomic_t iommu_kva_bond_count;

void iommu_kva_add_bond(struct iommu_kva_bond *bond);
void iommu_kva_del_bond(struct iommu_kva_bond *bond);
void iommu_kva_invalidate(void);

/**
 * iommu_kva_shared() - May an IOMMU walk the kernel's page-table pages?
 *
 * To be asked after the entry that leads to a page-table page was cleared.
 * False means that no IOMMU has walked through that entry, and none will.
 *
 * Context: Any.
 */
static inline bool iommu_kva_shared(void)
{
	/*
	 * Pairs with the barrier in iommu_kva_add_bond(): either the IOMMU sees
	 * the cleared entry, or the bond is seen here.
	 */
	smp_mb();

	return unlikely(atomic_read(&iommu_kva_bond_count));
}
#else
static inline bool iommu_kva_shared(void)
{
	return false;
}

static inline void iommu_kva_invalidate(void)
{
}
#endif /* CONFIG_IOMMU_KVA */

#endif /* _LINUX_IOMMU_KVA_H */
