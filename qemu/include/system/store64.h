/*
 * Targets of 64-byte stores
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef SYSTEM_STORE64_H
#define SYSTEM_STORE64_H

#include "exec/hwaddr.h"
#include "exec/memattrs.h"
#include "qom/object.h"

/*
 * A MemoryRegion's accessors see at most 8 bytes at a time.  Some devices
 * take commands that must arrive whole, in one aligned write of 64 bytes,
 * and may refuse them.  The owner of a MemoryRegion that represents such a
 * portal implements this interface.
 */

#define TYPE_STORE64_TARGET "store64-target"

#define STORE64_SIZE 64

typedef struct Store64Target Store64Target;
typedef struct Store64TargetClass Store64TargetClass;
DECLARE_CLASS_CHECKERS(Store64TargetClass, STORE64_TARGET,
                       TYPE_STORE64_TARGET)
#define STORE64_TARGET(obj) \
    INTERFACE_CHECK(Store64Target, (obj), TYPE_STORE64_TARGET)

struct Store64TargetClass {
    InterfaceClass parent_class;

    /**
     * @posted: a 64-byte write that is not answered, such as MOVDIR64B's.
     * If it is %NULL the writer falls back to smaller writes.
     *
     * @t: the owner of @mr
     * @mr: the I/O region that is written.  It can be any that @t owns, such
     *      as a register bar or the table of MSI-X, and must be looked at.
     * @offset: offset in @mr in bytes
     * @data: the 64 bytes in memory order; valid during the call only
     * @attrs: attributes of the transaction
     *
     * Called inside an RCU critical section, with or without the BQL held:
     * such writes are how work is submitted, and many vCPUs can do so.
     *
     * Returns: MEMTX_OK, also for a write that is dropped, or what a write
     * accessor would return on failure.
     */
    MemTxResult (*posted)(Store64Target *t, MemoryRegion *mr, hwaddr offset,
                          const void *data, MemTxAttrs attrs);

    /**
     * @deferrable: a 64-byte write whose sender learns if it was accepted
     * (PCIe Deferrable Memory Write), such as ENQCMD's.  If it is %NULL
     * every such write is answered with retry.
     *
     * Parameters and context as for @posted.
     *
     * Returns: true if the write was accepted, false for retry, which is the
     * answer of all regions that take no such writes.
     */
    bool (*deferrable)(Store64Target *t, MemoryRegion *mr, hwaddr offset,
                       const void *data, MemTxAttrs attrs);
};

/**
 * address_space_store64_posted:
 * @as: address space to write to
 * @addr: address in @as, a multiple of 64
 * @data: the 64 bytes to write
 * @attrs: attributes of the transaction
 * @result: set to the outcome of the write if it was done
 *
 * Write 64 bytes at once if there is a target for them at @addr.
 *
 * Returns: false, and nothing was written, if what is at @addr does not take
 * 64 bytes at once.
 */
bool address_space_store64_posted(AddressSpace *as, hwaddr addr,
                                  const void *data, MemTxAttrs attrs,
                                  MemTxResult *result);

/**
 * address_space_store64_deferrable:
 * @as: address space to write to
 * @addr: address in @as, a multiple of 64
 * @data: the 64 bytes to write
 * @attrs: attributes of the transaction
 *
 * Offer 64 bytes to what is at @addr.
 *
 * Returns: true if they were accepted; false if the target asks for a retry
 * or takes no such writes, as is the case for all RAM.
 */
bool address_space_store64_deferrable(AddressSpace *as, hwaddr addr,
                                      const void *data, MemTxAttrs attrs);

#endif /* SYSTEM_STORE64_H */
