// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who must be told before a page-table page of the kernel is freed
 */
#include <linux/device.h>
#include <linux/export.h>
#include <linux/iommu-kva.h>
#include <linux/lockdep.h>
#include <linux/mutex.h>

#define CREATE_TRACE_POINTS
#include <trace/events/iommu_kva.h>

/*
 * How many bonds there are. No static key: it would be turned on with locks held
 * that page faults need, and patching code takes those of CPU hotplug.
 */
atomic_t iommu_kva_bond_count = ATOMIC_INIT(0);

/*
 * Protects the list of bonds, and keeps each bond alive while it is told.
 * Innermost but for what the callbacks take, so that page-table pages can be
 * freed under any lock that allows to sleep.
 */
static DEFINE_MUTEX(iommu_kva_lock);
static LIST_HEAD(iommu_kva_bonds);

/**
 * iommu_kva_add_bond() - Announce that an IOMMU will walk a page table
 * @bond: the bond, with all members but @node set
 *
 * To be called before the IOMMU can find the page table, so that no walk is
 * ever made behind the back of those who free page-table pages. Whatever was
 * freed before the call had been unlinked before: a walk made after it cannot
 * come across it.
 *
 * Context: Process context; takes a mutex.
 */
void iommu_kva_add_bond(struct iommu_kva_bond *bond)
{
	get_device(bond->dev);
	trace_iommu_kva_add_bond(bond);

	atomic_inc(&iommu_kva_bond_count);

	mutex_lock(&iommu_kva_lock);
	list_add_tail(&bond->node, &iommu_kva_bonds);
	mutex_unlock(&iommu_kva_lock);

	/* Pairs with the barrier in iommu_kva_shared(). */
	smp_mb();
}
EXPORT_SYMBOL_GPL(iommu_kva_add_bond);

/**
 * iommu_kva_del_bond() - Announce that an IOMMU walks a page table no more
 * @bond: the bond, as given to iommu_kva_add_bond()
 *
 * To be called after the IOMMU was made to forget the page table, and all that
 * it had cached of it. On return no call of the bond's callback is under way
 * and none will come: the bond can be freed.
 *
 * Context: Process context; waits for an iommu_kva_invalidate() under way.
 */
void iommu_kva_del_bond(struct iommu_kva_bond *bond)
{
	mutex_lock(&iommu_kva_lock);
	list_del(&bond->node);
	mutex_unlock(&iommu_kva_lock);

	trace_iommu_kva_del_bond(bond);

	put_device(bond->dev);

	atomic_dec(&iommu_kva_bond_count);
}
EXPORT_SYMBOL_GPL(iommu_kva_del_bond);

/**
 * iommu_kva_invalidate() - Make all IOMMUs forget the kernel's page tables
 *
 * To be called after the entries that lead to some page-table pages were
 * cleared and the CPUs' TLBs flushed, before those pages are freed. A bond
 * added in the meantime need not be told: it has never seen them.
 *
 * Context: Process context; takes a mutex, must not be called from a bond's
 *	callback.
 */
void iommu_kva_invalidate(void)
{
	struct iommu_kva_bond *bond;
	unsigned int bonds = 0;

	might_sleep();

	mutex_lock(&iommu_kva_lock);
	list_for_each_entry(bond, &iommu_kva_bonds, node) {
		bond->invalidate(bond);
		trace_iommu_kva_told(bond);
		bonds++;
	}
	mutex_unlock(&iommu_kva_lock);

	trace_iommu_kva_invalidate(bonds);
}
