/*
 * Intel Data Streaming Accelerator (DSA) 2.0
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qapi/error.h"
#include "hw/qdev-properties.h"
#include "idxd.h"

#define TYPE_IDXD_DSA           "idxd-dsa"
#define IDXD_DEVICE_ID_DSA      0x0b25

/* No-op to Translation Fetch, CRC to DIF Update, DIX Generate, Cache Flush */
#define IDXD_DSA_OPCAP          (MAKE_64BIT_MASK(IDXD_OP_NOOP, 11) | \
                                 MAKE_64BIT_MASK(IDXD_OP_CRC, 6) | \
                                 BIT_ULL(IDXD_OP_DIX_GENERATE) | \
                                 BIT_ULL(IDXD_OP_CACHE_FLUSH))

static bool idxd_dsa_check_properties(IdxdState *s, Error **errp)
{
    if (!s->max_batch_shift || s->max_batch_shift > 15) {
        error_setg(errp, "max-batch-shift must be 1 to 15");
        return false;
    }
    return true;
}

static const uint16_t idxd_dsa_ids[] = {
    IDXD_DEVICE_ID_DSA,
    0x11fb, /* Granite Rapids D */
    0x1212, /* Diamond Rapids */
    0
};

static const Property idxd_dsa_properties[] = {
    DEFINE_PROP_UINT16("device-id", IdxdState, device_id, IDXD_DEVICE_ID_DSA),
    DEFINE_PROP_UINT8("max-batch-shift", IdxdState, max_batch_shift, 10),
    DEFINE_PROP_UINT8("read-buffers", IdxdState, read_buffers, 96),
};

static void idxd_dsa_class_init(ObjectClass *klass, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);
    PCIDeviceClass *k = PCI_DEVICE_CLASS(klass);
    IdxdClass *ic = IDXD_CLASS(klass);

    dc->desc = "Intel Data Streaming Accelerator 2.0";
    device_class_set_props(dc, idxd_dsa_properties);
    k->device_id = IDXD_DEVICE_ID_DSA;
    ic->check_properties = idxd_dsa_check_properties;
    ic->device_ids = idxd_dsa_ids;
    ic->evl_support = 1;
    ic->record_size = 32;
    ic->opcap = IDXD_DSA_OPCAP;
}

static const TypeInfo idxd_dsa_types[] = {
    {
        .name = TYPE_IDXD_DSA,
        .parent = TYPE_IDXD,
        .class_init = idxd_dsa_class_init,
    },
};

DEFINE_TYPES(idxd_dsa_types)
