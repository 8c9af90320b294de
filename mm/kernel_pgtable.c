// SPDX-License-Identifier: GPL-2.0-only
/*
 * Page-table pages of the kernel that IOMMUs may still walk
 *
 * They are freed from a work item, and not where they were unlinked: that may be
 * in atomic context, and one round of invalidations serves all pages that have
 * gathered. What waits is bounded by what is unlinked during one round.
 */
#include <linux/init.h>
#include <linux/kernel_pgtable.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#define CREATE_TRACE_POINTS
#include <trace/events/kernel_pgtable.h>

static void kernel_pgtable_work_fn(struct work_struct *work);

static DEFINE_SPINLOCK(kernel_pgtable_lock);
static LIST_HEAD(kernel_pgtable_pages);
static DECLARE_WORK(kernel_pgtable_work, kernel_pgtable_work_fn);
static struct workqueue_struct *kernel_pgtable_wq;

static void kernel_pgtable_work_fn(struct work_struct *work)
{
	struct page *page, *next;
	LIST_HEAD(pages);

	/* Only pages unlinked before the IOMMUs are told may be freed after it. */
	spin_lock_irq(&kernel_pgtable_lock);
	list_splice_init(&kernel_pgtable_pages, &pages);
	spin_unlock_irq(&kernel_pgtable_lock);

	iommu_kva_invalidate();

	list_for_each_entry_safe(page, next, &pages, lru) {
		list_del(&page->lru);
		trace_kernel_pgtable_free(page);
		__free_page(page);
	}
}

/**
 * kernel_pgtable_defer_free() - Free a page-table page after IOMMUs are told
 * @page: as for kernel_pgtable_free(), which is what callers want
 *
 * Context: Any but NMI.
 */
void kernel_pgtable_defer_free(struct page *page)
{
	unsigned long flags;

	trace_kernel_pgtable_defer(page);

	spin_lock_irqsave(&kernel_pgtable_lock, flags);
	list_add_tail(&page->lru, &kernel_pgtable_pages);
	spin_unlock_irqrestore(&kernel_pgtable_lock, flags);

	queue_work(kernel_pgtable_wq ?: system_unbound_wq,
		   &kernel_pgtable_work);
}

/*
 * Unbound, as telling many IOMMUs takes a while; with a rescuer, as pages must
 * not pile up just because there is no memory for one more worker.
 */
static int __init kernel_pgtable_init(void)
{
	kernel_pgtable_wq = alloc_workqueue("kernel_pgtable",
					    WQ_UNBOUND | WQ_MEM_RECLAIM, 1);

	return kernel_pgtable_wq ? 0 : -ENOMEM;
}
core_initcall(kernel_pgtable_init);
