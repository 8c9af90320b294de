/* SPDX-License-Identifier: GPL-2.0-only */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM iommu_kva

#if !defined(_TRACE_IOMMU_KVA_H) || defined(TRACE_HEADER_MULTI_READ)
#define _TRACE_IOMMU_KVA_H

#include <linux/device.h>
#include <linux/iommu-kva.h>
#include <linux/tracepoint.h>

DECLARE_EVENT_CLASS(iommu_kva_bond,
		    TP_PROTO(const struct iommu_kva_bond *bond),

		    TP_ARGS(bond),

		    TP_STRUCT__entry(__string(dev, bond->dev ?
					      dev_name(bond->dev) : "none")
				     __field(u32, pasid)
		    ),

		    TP_fast_assign(__assign_str(dev, bond->dev ?
						dev_name(bond->dev) : "none");
				   __entry->pasid = bond->pasid;
		    ),

		    TP_printk("dev=%s pasid=%u", __get_str(dev),
			      __entry->pasid)
);

DEFINE_EVENT(iommu_kva_bond, iommu_kva_add_bond,
	     TP_PROTO(const struct iommu_kva_bond *bond),
	     TP_ARGS(bond)
);

/* The bond was told, and has dropped what it had cached. */
DEFINE_EVENT(iommu_kva_bond, iommu_kva_told,
	     TP_PROTO(const struct iommu_kva_bond *bond),
	     TP_ARGS(bond)
);

DEFINE_EVENT(iommu_kva_bond, iommu_kva_del_bond,
	     TP_PROTO(const struct iommu_kva_bond *bond),
	     TP_ARGS(bond)
);

/* All bonds were told: how many there were. */
TRACE_EVENT(iommu_kva_invalidate,
	    TP_PROTO(unsigned int bonds),

	    TP_ARGS(bonds),

	    TP_STRUCT__entry(__field(unsigned int, bonds)
	    ),

	    TP_fast_assign(__entry->bonds = bonds;
	    ),

	    TP_printk("bonds=%u", __entry->bonds)
);

#endif /* _TRACE_IOMMU_KVA_H */

#include <trace/define_trace.h>
