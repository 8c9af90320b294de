/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Trace events of the event log
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM idxd

#if !defined(_IDXD_EVL_TRACE_H_) || defined(TRACE_HEADER_MULTI_READ)
#define _IDXD_EVL_TRACE_H_

#include <linux/tracepoint.h>
#include "idxd.h"
#include "evl_stats.h"

/* An entry is taken from the ring; @raw is the entry as the device wrote it. */
TRACE_EVENT(idxd_evl_entry,
	    TP_PROTO(struct idxd_device *idxd, unsigned int index, const void *raw,
		     unsigned int bytes),
	    TP_ARGS(idxd, index, raw, bytes),

	    TP_STRUCT__entry(__string(dev, dev_name(idxd_confdev(idxd)))
			     __field(unsigned int, index)
			     __dynamic_array(u8, raw, bytes)),

	    TP_fast_assign(__assign_str(dev, dev_name(idxd_confdev(idxd)));
			   __entry->index = index;
			   memcpy(__get_dynamic_array(raw), raw, bytes);),

	    TP_printk("%s index=%u raw=%s", __get_str(dev), __entry->index,
		      __print_hex_str(__get_dynamic_array(raw),
				      __get_dynamic_array_len(raw)))
);

/* The ring was found full: an engine that has something to log waits. @index is the head. */
TRACE_EVENT(idxd_evl_full,
	    TP_PROTO(struct idxd_device *idxd, unsigned int index, unsigned int size),
	    TP_ARGS(idxd, index, size),

	    TP_STRUCT__entry(__string(dev, dev_name(idxd_confdev(idxd)))
			     __field(unsigned int, index)
			     __field(unsigned int, size)),

	    TP_fast_assign(__assign_str(dev, dev_name(idxd_confdev(idxd)));
			   __entry->index = index;
			   __entry->size = size;),

	    TP_printk("%s index=%u size=%u", __get_str(dev), __entry->index, __entry->size)
);

TRACE_DEFINE_ENUM(IDXD_EVL_REFUSED_INCOMPLETE);
TRACE_DEFINE_ENUM(IDXD_EVL_REFUSED_PRIVILEGED);
TRACE_DEFINE_ENUM(IDXD_EVL_REFUSED_QUEUE);
TRACE_DEFINE_ENUM(IDXD_EVL_REFUSED_KERNEL);
TRACE_DEFINE_ENUM(IDXD_EVL_REFUSED_FILE);

/* An entry with a completion record is dropped; @flags is its first quadword. */
TRACE_EVENT(idxd_evl_refused,
	    TP_PROTO(struct idxd_device *idxd, u64 flags, u64 addr, enum idxd_evl_refusal why),
	    TP_ARGS(idxd, flags, addr, why),

	    TP_STRUCT__entry(__string(dev, dev_name(idxd_confdev(idxd)))
			     __field(u64, flags)
			     __field(u64, addr)
			     __field(unsigned int, why)),

	    TP_fast_assign(__assign_str(dev, dev_name(idxd_confdev(idxd)));
			   __entry->flags = flags;
			   __entry->addr = addr;
			   __entry->why = why;),

	    TP_printk("%s flags=%#llx addr=%#llx why=%s", __get_str(dev),
		      __entry->flags, __entry->addr,
		      __print_symbolic(__entry->why,
				       { IDXD_EVL_REFUSED_INCOMPLETE, "incomplete" },
				       { IDXD_EVL_REFUSED_PRIVILEGED, "privileged" },
				       { IDXD_EVL_REFUSED_QUEUE, "no_such_queue" },
				       { IDXD_EVL_REFUSED_KERNEL, "kernel_queue" },
				       { IDXD_EVL_REFUSED_FILE, "no_open_file" }))
);

DECLARE_EVENT_CLASS(idxd_cr,
		    TP_PROTO(struct idxd_wq *wq, unsigned int pasid, u64 addr, int err),
		    TP_ARGS(wq, pasid, addr, err),

		    TP_STRUCT__entry(__string(dev, dev_name(idxd_confdev(wq->idxd)))
				     __field(unsigned int, pasid)
				     __field(int, wq)
				     __field(u64, addr)
				     __field(int, err)),

		    TP_fast_assign(__assign_str(dev, dev_name(idxd_confdev(wq->idxd)));
				   __entry->pasid = pasid;
				   __entry->wq = wq->id;
				   __entry->addr = addr;
				   __entry->err = err;),

		    TP_printk("%s pasid=%u wq=%d addr=%#llx err=%d", __get_str(dev),
			      __entry->pasid, __entry->wq, __entry->addr, __entry->err)
);

/* A completion record is written on behalf of the device. */
DEFINE_EVENT(idxd_cr, idxd_cr_write,
	     TP_PROTO(struct idxd_wq *wq, unsigned int pasid, u64 addr, int err),
	     TP_ARGS(wq, pasid, addr, err));

/* A completion record that is due is not written; @err is the reason. */
DEFINE_EVENT(idxd_cr, idxd_cr_fail,
	     TP_PROTO(struct idxd_wq *wq, unsigned int pasid, u64 addr, int err),
	     TP_ARGS(wq, pasid, addr, err));

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE evl_trace
#include <trace/define_trace.h>
