/*
 * Targets of 64-byte stores
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu/rcu.h"
#include "exec/memory.h"
#include "system/store64.h"

/* The caller is in an RCU critical section, which keeps *mr alive. */
static Store64Target *find_target(AddressSpace *as, hwaddr addr,
                                  MemTxAttrs attrs,
                                  MemoryRegion **mr, hwaddr *offset)
{
    hwaddr len = STORE64_SIZE;

    assert(QEMU_IS_ALIGNED(addr, STORE64_SIZE));

    *mr = address_space_translate(as, addr, offset, &len, true, attrs);
    if (len < STORE64_SIZE ||
        memory_region_is_ram(*mr) || memory_region_is_romd(*mr)) {
        return NULL;
    }
    return (Store64Target *)object_dynamic_cast(memory_region_owner(*mr),
                                                TYPE_STORE64_TARGET);
}

bool address_space_store64_posted(AddressSpace *as, hwaddr addr,
                                  const void *data, MemTxAttrs attrs,
                                  MemTxResult *result)
{
    Store64TargetClass *k;
    Store64Target *t;
    MemoryRegion *mr;
    hwaddr offset;

    RCU_READ_LOCK_GUARD();
    t = find_target(as, addr, attrs, &mr, &offset);
    if (!t) {
        return false;
    }
    k = STORE64_TARGET_GET_CLASS(t);
    if (!k->posted) {
        return false;
    }

    *result = k->posted(t, mr, offset, data, attrs);
    return true;
}

bool address_space_store64_deferrable(AddressSpace *as, hwaddr addr,
                                      const void *data, MemTxAttrs attrs)
{
    Store64TargetClass *k;
    Store64Target *t;
    MemoryRegion *mr;
    hwaddr offset;

    RCU_READ_LOCK_GUARD();
    t = find_target(as, addr, attrs, &mr, &offset);
    if (!t) {
        return false;
    }
    k = STORE64_TARGET_GET_CLASS(t);
    if (!k->deferrable) {
        return false;
    }

    return k->deferrable(t, mr, offset, data, attrs);
}

static const TypeInfo store64_target_info = {
    .name = TYPE_STORE64_TARGET,
    .parent = TYPE_INTERFACE,
    .class_size = sizeof(Store64TargetClass),
};

static void store64_register_types(void)
{
    type_register_static(&store64_target_info);
}

type_init(store64_register_types)
