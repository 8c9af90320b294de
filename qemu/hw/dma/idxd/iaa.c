/*
 * Intel In-Memory Analytics Accelerator (IAA)
 *
 * It does what it has in common with DSA, and none of its own operations.
 * There are no batches.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "hw/qdev-properties.h"
#include "idxd.h"

#define TYPE_IDXD_IAA           "idxd-iaa"
#define IDXD_DEVICE_ID_IAA      0x0cfe

static const uint16_t idxd_iaa_ids[] = {
    IDXD_DEVICE_ID_IAA,
    0x1216, /* Diamond Rapids */
    0xb02d, /* Panther Lake */
    0xfd2d, /* Wildcat Lake */
    0
};

static const Property idxd_iaa_properties[] = {
    DEFINE_PROP_UINT16("device-id", IdxdState, device_id, IDXD_DEVICE_ID_IAA),
    DEFINE_PROP_UINT64("iaa-cap", IdxdState, iaa_cap, 0),
};

static void idxd_iaa_class_init(ObjectClass *klass, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);
    PCIDeviceClass *k = PCI_DEVICE_CLASS(klass);
    IdxdClass *ic = IDXD_CLASS(klass);

    dc->desc = "Intel In-Memory Analytics Accelerator";
    device_class_set_props(dc, idxd_iaa_properties);
    k->device_id = IDXD_DEVICE_ID_IAA;
    ic->device_ids = idxd_iaa_ids;
    ic->evl_support = 2;
    ic->record_size = 64;
    ic->opcap = BIT_ULL(IDXD_OP_NOOP) | BIT_ULL(IDXD_OP_DRAIN) |
                BIT_ULL(IDXD_OP_MOVE);
}

static const TypeInfo idxd_iaa_types[] = {
    {
        .name = TYPE_IDXD_IAA,
        .parent = TYPE_IDXD,
        .class_init = idxd_iaa_class_init,
    },
};

DEFINE_TYPES(idxd_iaa_types)
