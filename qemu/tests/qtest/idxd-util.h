/*
 * What the tests of the idxd devices have in common
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef TESTS_QTEST_IDXD_UTIL_H
#define TESTS_QTEST_IDXD_UTIL_H

#include "libqtest.h"
#include "libqos/pci-pc.h"
#include "hw/dma/idxd/desc.h"
#include "hw/dma/idxd/regs.h"

#define IDXD_TEST_SLOT      4
#define IDXD_TEST_WQS       8
#define IDXD_TEST_WQ_SIZE   16

/* Where things are in guest memory */
#define IDXD_TEST_MESSAGES  0x1f0000ULL
#define IDXD_TEST_RING      0x200000ULL
#define IDXD_TEST_RING_GAP  0x10000
#define IDXD_TEST_RECORDS   0x300000ULL
#define IDXD_TEST_LIST      0x400000ULL
#define IDXD_TEST_BUFFERS   0x500000ULL
/* Where there is nothing, so that an access there fails */
#define IDXD_TEST_NOWHERE   (1ULL << 40)

typedef struct IdxdTest {
    QTestState *qts;
    QPCIBus *bus;
    QPCIDevice *dev;
    QPCIBar regs;
    uint64_t portals;
    /* in guest memory, a place for the ring of each device */
    uint64_t ring;
    /* bytes of an event log entry, and of a record, which ends it */
    unsigned entry_size;
    unsigned record_size;
} IdxdTest;

/*
 * Start a machine with a device in a slot, and find the device.
 * @args: more arguments of QEMU, which come before the device
 * @device: its type and properties
 */
void idxd_test_start(IdxdTest *t, const char *args, const char *device);
/* Another device of the same machine; its @dev is to be freed */
void idxd_test_find(IdxdTest *t, const IdxdTest *first, unsigned slot);
void idxd_test_quit(IdxdTest *t);

uint32_t idxd_rd(IdxdTest *t, uint64_t reg);
void idxd_wr(IdxdTest *t, uint64_t reg, uint32_t val);

/* Begin a command, and wait until it ends; returns CMDSTS */
void idxd_cmd_start(IdxdTest *t, unsigned code, uint32_t operand);
bool idxd_cmd_active(IdxdTest *t);
uint32_t idxd_cmd_wait(IdxdTest *t);
/* Both */
uint32_t idxd_cmd(IdxdTest *t, unsigned code, uint32_t operand);
/* Wait until an engine has taken all that is in WQ 0 */
void idxd_wait_dispatched(IdxdTest *t);

/* Reset the function, and give it its addresses again */
void idxd_flr(IdxdTest *t);

/* WQ 0 and engine 0 in group 0, WQ 0 dedicated, without PASID */
void idxd_configure(IdxdTest *t);
/* To be called before the device is enabled */
void idxd_configure_log(IdxdTest *t, unsigned size);
/* Configure it as above, with a log if @log_size is not 0, and enable it */
void idxd_enable(IdxdTest *t, unsigned log_size);

/* Group N of 4 has engine N, WQ N and WQ N + 4, all enabled */
void idxd_enable_groups(IdxdTest *t, unsigned log_size);

/* Let a vector send messages, and see if one comes in time, which is taken */
void idxd_msix_enable(IdxdTest *t, unsigned vector);
bool idxd_msix_message(IdxdTest *t, unsigned vector);

void idxd_desc(IdxdDesc *d, uint8_t opcode, uint32_t flags, uint64_t record,
               uint64_t src, uint64_t dst, uint32_t size);
/* Submit to the unlimited portal of a dedicated WQ */
void idxd_submit(IdxdTest *t, unsigned wq, const IdxdDesc *d);
/* The address of record @i, which is cleared */
uint64_t idxd_record(IdxdTest *t, unsigned i);
/* Wait for a record's status and return it */
uint8_t idxd_wait(IdxdTest *t, uint64_t record);
/* Give the device time to do what it must not do */
void idxd_settle(void);

/* Halves of EVLSTATUS */
unsigned idxd_log_tail(IdxdTest *t);
void idxd_log_take(IdxdTest *t, unsigned head);
/* Wait until the tail is there */
void idxd_log_wait(IdxdTest *t, unsigned tail);

/* An entry as it is in memory, taken apart */
typedef struct IdxdTestEntry {
    uint8_t raw[IDXD_EVL_ENTRY_MAX];
    bool desc_valid, wq_valid, batch, write, priv, info_valid;
    uint8_t code, wq, batch_id, opcode;
    uint32_t pasid;
    uint16_t batch_index;
    uint32_t info;
    bool rci, ims, rcr, first;
    uint64_t addr;
    uint8_t status, result;
    uint32_t completed;
    uint64_t fault_addr;
} IdxdTestEntry;

IdxdTestEntry idxd_log_entry(IdxdTest *t, unsigned i);

/* Make a device do what tests may */
void idxd_testctl(IdxdTest *t, const char *name, const char *value);
/* The same, if it is to be refused */
void idxd_testctl_fails(IdxdTest *t, const char *name, const char *value);

#endif
