/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Freeing page-table pages of the kernel
 */
#ifndef _LINUX_KERNEL_PGTABLE_H
#define _LINUX_KERNEL_PGTABLE_H

#include <linux/gfp.h>
#include <linux/iommu-kva.h>

struct page;

#ifdef CONFIG_IOMMU_KVA
void kernel_pgtable_defer_free(struct page *page);
#else
static inline void kernel_pgtable_defer_free(struct page *page)
{
}
#endif

/**
 * kernel_pgtable_free() - Free a page-table page that was part of &init_mm
 * @page: the page, of order 0, from the page allocator; any destructor of the
 *	page table must have been called
 *
 * The entry that led to @page must have been cleared, and the TLBs of the CPUs
 * flushed. The page is given back at once, or, while an IOMMU may walk the
 * kernel's page tables, after it was told.
 *
 * Not needed for a page that was never linked into a page table.
 *
 * Context: Any but NMI.
 */
static inline void kernel_pgtable_free(struct page *page)
{
	if (iommu_kva_shared())
		kernel_pgtable_defer_free(page);
	else
		__free_page(page);
}

/**
 * kernel_pgtable_sync() - Make sure that nobody walks unlinked page-table pages
 *
 * For those who free many pages at once, or not with __free_page(): to be
 * called after the entries that led to them were cleared and the TLBs of the
 * CPUs flushed, before the pages are freed.
 *
 * Context: Process context, may sleep.
 */
static inline void kernel_pgtable_sync(void)
{
	if (iommu_kva_shared())
		iommu_kva_invalidate();
}

#endif /* _LINUX_KERNEL_PGTABLE_H */
