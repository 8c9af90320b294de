/* SPDX-License-Identifier: GPL-2.0-only */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM kernel_pgtable

#if !defined(_TRACE_KERNEL_PGTABLE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _TRACE_KERNEL_PGTABLE_H

#include <linux/mm.h>
#include <linux/tracepoint.h>

DECLARE_EVENT_CLASS(kernel_pgtable_page,
		    TP_PROTO(const struct page *page),

		    TP_ARGS(page),

		    TP_STRUCT__entry(__field(unsigned long, pfn)
		    ),

		    TP_fast_assign(__entry->pfn = page_to_pfn(page);
		    ),

		    TP_printk("pfn=0x%lx", __entry->pfn)
);

/* The page is unlinked, and waits until the IOMMUs are told. */
DEFINE_EVENT(kernel_pgtable_page, kernel_pgtable_defer,
	     TP_PROTO(const struct page *page),
	     TP_ARGS(page)
);

/* The page, deferred before, goes back to the page allocator now. */
DEFINE_EVENT(kernel_pgtable_page, kernel_pgtable_free,
	     TP_PROTO(const struct page *page),
	     TP_ARGS(page)
);

#endif /* _TRACE_KERNEL_PGTABLE_H */

#include <trace/define_trace.h>
