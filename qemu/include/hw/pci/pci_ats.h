/*
 * Services of a PCI bus's IOMMU for endpoints with ATS, PASID and PRI
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef HW_PCI_PCI_ATS_H
#define HW_PCI_PCI_ATS_H

#include "exec/memory.h"
#include "hw/pci/pci_bus.h"

/*
 * For notifiers: requests with any PASID and requests without one.  In an
 * invalidation: requests with any PASID (not those without).
 */
#define PCI_ALL_PASIDS (UINT32_MAX - 1)

/* Response codes of a Page Request Group Response, as in the message */
typedef enum IOMMUPRIResponseCode {
    IOMMU_PRI_RESP_SUCCESS = 0,
    IOMMU_PRI_RESP_INVALID_REQUEST = 1,
    IOMMU_PRI_RESP_FAILURE = 0xf,
} IOMMUPRIResponseCode;

/**
 * struct IOMMUPRIResponse: a Page Request Group Response
 *
 * @response_code: any code of the range 0x2 to 0xe that the guest gives is
 *                 made IOMMU_PRI_RESP_FAILURE
 * @prgi: page request group index, 0 to 511
 * @pasid: PASID of the group, PCI_NO_PASID if the response carries none
 */
typedef struct IOMMUPRIResponse {
    IOMMUPRIResponseCode response_code;
    uint16_t prgi;
    uint32_t pasid;
} IOMMUPRIResponse;

/*
 * The callback may request pages and translations; it must not change the
 * registrations.
 */
typedef void (*IOMMUPRINotify)(IOMMUPRINotifier *notifier,
                               const IOMMUPRIResponse *response);

/**
 * struct IOMMUPRINotifier: who gets a device's page request responses
 *
 * @notify: called with the BQL held, never from pci_pri_request_page()
 */
struct IOMMUPRINotifier {
    IOMMUPRINotify notify;
};

/**
 * pci_ats_request_translation: ask the IOMMU for translations (ATS)
 *
 * Never raises an IOMMU fault: an address that has no translation, or to which
 * the request has no right, is an entry with perm IOMMU_NONE, which covers one
 * page.  perm can be less than what was asked for: a read-only page has
 * IOMMU_RO.  An entry with IOMMU_UNTRANSLATED_ONLY must be accessed through the
 * device's own address space (pci_dma_*(), with the BQL held).  Otherwise the
 * device may access @target_as of an entry at @translated_addr, for what perm
 * allows, until the notifier for device-TLB invalidations is called for the
 * address.  That may be no RAM but the registers of a device, perhaps its own:
 * an access that must not take the BQL has to set MemTxAttrs.memory, or to be
 * made through a mapping of RAM.
 *
 * An entry can be out of date when this returns: whoever caches one must hold
 * a lock, which his invalidation notifier takes as well, from before the call
 * until the entry is in the cache, or until he has done with it.
 *
 * Context: any thread that is registered with RCU; the BQL is neither needed
 * nor taken.
 *
 * Return: number of entries in @result, in order of address, the first one
 * covers @addr; or a negative errno:
 * -ENODEV no IOMMU for the device, or one without ATS; -EPERM ATS, bus
 * mastering, or what @pasid, @priv_req or @exec_req need is not enabled in the
 * device; -EINVAL @pasid above 20 bits, @length 0 or the range wraps;
 * -ENOMEM @result_length entries are not enough (those that fit are filled in).
 *
 * @dev: the requester
 * @pasid: PASID, or PCI_NO_PASID
 * @priv_req: privileged mode requested
 * @exec_req: execute requested; nothing is granted if the IOMMU cannot tell
 * @addr: first address, in the process's or the device's address space
 * @length: length of the range in bytes
 * @no_write: write permission is not asked for; the IOMMU leaves out IOMMU_WO
 *            where granting it would mark the page dirty
 * @result: entries are stored here
 * @result_length: number of entries in @result
 * @err_count: out, number of entries with IOMMU_NONE; may be NULL
 */
ssize_t pci_ats_request_translation(PCIDevice *dev, uint32_t pasid,
                                    bool priv_req, bool exec_req, hwaddr addr,
                                    size_t length, bool no_write,
                                    IOMMUTLBEntry *result,
                                    size_t result_length, uint32_t *err_count);

/**
 * pci_pri_request_page: send a page request
 *
 * With @lpig the group is complete, and one response will come through the
 * notifiers for @pasid.  It may come before this function returns.  @lpig
 * without @is_read and @is_write is a stop marker, which gets no response.
 *
 * Context: any thread that is registered with RCU; the BQL is neither needed
 * nor taken.
 *
 * Return: 0 if the request was sent, else a negative errno, and no response
 * will come: -ENODEV no IOMMU for the device, or one without PRI; -EPERM page
 * requests, bus mastering, or what @pasid, @priv_req or @exec_req need is not
 * enabled in the device; -EINVAL @pasid or @prgi out of range.
 *
 * @dev: the requester
 * @pasid: PASID, or PCI_NO_PASID
 * @priv_req: privileged mode requested
 * @exec_req: execute requested
 * @addr: address of the page
 * @lpig: last request of the group
 * @prgi: page request group index, 0 to 511
 * @is_read: read access requested
 * @is_write: write access requested
 */
int pci_pri_request_page(PCIDevice *dev, uint32_t pasid, bool priv_req,
                         bool exec_req, hwaddr addr, bool lpig, uint16_t prgi,
                         bool is_read, bool is_write);

/**
 * pci_pri_register_notifier: get a device's page request responses
 *
 * Context: BQL held.
 *
 * Return: 0, or -ENODEV without an IOMMU that has PRI.
 *
 * @dev: the device that requests pages
 * @pasid: a PASID, PCI_NO_PASID, or PCI_ALL_PASIDS for all responses
 * @notifier: a notifier with @notify set, not registered elsewhere
 */
int pci_pri_register_notifier(PCIDevice *dev, uint32_t pasid,
                              IOMMUPRINotifier *notifier);

/**
 * pci_pri_unregister_notifier: undo pci_pri_register_notifier()
 *
 * No callback runs when it returns, unless the caller is in one.
 *
 * Context: BQL held.
 *
 * @dev: the device of the registration
 * @pasid: the PASID of the registration
 * @notifier: the notifier
 */
void pci_pri_unregister_notifier(PCIDevice *dev, uint32_t pasid,
                                 IOMMUPRINotifier *notifier);

/**
 * pci_iommu_register_iotlb_notifier: get a device's ATS invalidations
 *
 * The notifier is called once for each device-TLB invalidation, with an entry
 * that has perm IOMMU_NONE, the PASID (PCI_NO_PASID for translations of
 * requests without one, PCI_ALL_PASIDS for those with any), and the range in
 * iova and addr_mask.  The range is not clipped to the notifier's: it may be
 * the whole address space, with an addr_mask of all ones.
 *
 * The guest is told that the invalidation is complete after the notifier has
 * returned, so the notifier must wait until no access with an old translation
 * is under way.  It is called with the BQL held; a thread that it waits for
 * must not need the BQL.
 *
 * Context: BQL held.
 *
 * Return: 0, or -ENODEV without an IOMMU that has ATS.
 *
 * @dev: the device
 * @pasid: a PASID, PCI_NO_PASID, or PCI_ALL_PASIDS for all of them
 * @n: from iommu_notifier_init(), with IOMMU_NOTIFIER_DEVIOTLB_UNMAP; only
 *     invalidations that overlap its range are notified
 */
int pci_iommu_register_iotlb_notifier(PCIDevice *dev, uint32_t pasid,
                                      IOMMUNotifier *n);

/**
 * pci_iommu_unregister_iotlb_notifier: undo the registration
 *
 * Context: BQL held.
 *
 * Return: 0, -ENODEV without an IOMMU that has ATS, -ENOENT not registered.
 *
 * @dev: the device of the registration
 * @pasid: the PASID of the registration
 * @n: the notifier
 */
int pci_iommu_unregister_iotlb_notifier(PCIDevice *dev, uint32_t pasid,
                                        IOMMUNotifier *n);

#endif /* HW_PCI_PCI_ATS_H */
