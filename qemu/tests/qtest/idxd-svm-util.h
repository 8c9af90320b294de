/*
 * What tests of the idxd devices with shared virtual memory have in common
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef TESTS_QTEST_IDXD_SVM_UTIL_H
#define TESTS_QTEST_IDXD_SVM_UTIL_H

#include "hw/i386/intel_iommu_internal.h"
#include "idxd-util.h"

#define SVM_DEVFN       (IDXD_TEST_SLOT << 3)
#define SVM_PASID       0x25
#define SVM_DOMAIN      7
/* Entries of the event log */
#define SVM_RING        64

/* The page table; page N of the address space is here, when it is mapped */
#define SVM_PT          0x107000ULL
#define SVM_PAGE(n)     (0x600000ULL + (n) * 0x1000)
#define SVM_FL_USER     (VTD_FL_P | VTD_FL_RW | VTD_FL_US)

/* WQ 0 is dedicated, WQ 1 shared */
#define SVM_SHARED      1
#define SVM_THRESHOLD   3

/*
 * Start a machine with a device whose WQs use an address space without pages.
 * @mode: more bits of WQCFG2 for both WQs
 */
void svm_start(IdxdTest *t, uint32_t mode);
/* Parts of it, for a function that was reset */
void svm_enable_function(IdxdTest *t);
void svm_enable_wqs(IdxdTest *t, uint32_t mode);
/* Neither may anything be left of the requests, nor a fault be reported */
void svm_quit(IdxdTest *t);

/* The address of an extended capability in configuration space */
uint64_t svm_ext_cap(IdxdTest *t, uint16_t id);
void svm_vtd_writeq(IdxdTest *t, uint64_t reg, uint64_t val);
/* Have a descriptor of the invalidation queue carried out */
void svm_vtd_submit(IdxdTest *t, uint64_t lo, uint64_t hi);

void svm_map(IdxdTest *t, unsigned page);
/* The address space of SVM_PASID is that of this one, below 64, too */
void svm_add_pasid(IdxdTest *t, uint32_t pasid);
/* Wait for a request for a page, and return its group index */
unsigned svm_page_request(IdxdTest *t, uint64_t addr, bool write);
/* @code: 0 success, 1 invalid, 15 failure */
void svm_page_response(IdxdTest *t, unsigned index, unsigned code);

/* @record: where it is in guest memory */
void svm_assert_record(IdxdTest *t, uint64_t record, uint8_t status,
                       uint8_t result, uint32_t completed, uint64_t addr);
/* Entry @i of the event log is for a record of @wq at @addr */
void svm_assert_record_fault(IdxdTest *t, unsigned i, unsigned wq,
                             uint64_t addr);

#endif
