/*
 * PCI Express capabilities for shared virtual memory: ATS, PASID and PRI
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef HW_PCI_PCIE_ATS_H
#define HW_PCI_PCIE_ATS_H

#include "hw/pci/pci_device.h"

/**
 * pcie_pasid_init: add the PASID extended capability
 *
 * @dev: the endpoint
 * @offset: offset of the capability in the configuration space
 * @pasid_width: number of PASID bits the function can send, 1 to 20
 * @exec_perm: the function can ask for execute permission
 * @priv_mod: the function can send requests in privileged mode
 */
void pcie_pasid_init(PCIDevice *dev, uint16_t offset, uint8_t pasid_width,
                     bool exec_perm, bool priv_mod);

/**
 * pcie_pri_init: add the Page Request extended capability
 *
 * The interface starts disabled and stopped.  While it is disabled it reads as
 * stopped; a function that still waits for responses when its driver disables
 * the interface clears PCI_PRI_STATUS_STOPPED after the write, with
 * pcie_pri_update_status(), and sets it again when the last one has come.
 *
 * @dev: the endpoint
 * @offset: offset of the capability in the configuration space
 * @outstanding_pr_cap: most page requests that the function can have
 *                      outstanding; must not be 0
 * @prg_response_pasid_req: the function needs the PASID in the responses to
 *                          its requests with PASID
 */
void pcie_pri_init(PCIDevice *dev, uint16_t offset, uint32_t outstanding_pr_cap,
                   bool prg_response_pasid_req);

/**
 * pcie_pri_update_status: change bits of the Page Request Status register
 *
 * Context: BQL held.
 *
 * @dev: a device with the Page Request capability
 * @clear: PCI_PRI_STATUS_* bits to clear
 * @set: PCI_PRI_STATUS_* bits to set, after @clear; PCI_PRI_STATUS_RF also
 *       disables the interface, as a response failure must
 */
void pcie_pri_update_status(PCIDevice *dev, uint16_t clear, uint16_t set);

/**
 * pcie_ats_enabled: whether the guest has enabled ATS
 *
 * Context: any thread.  Return: false for a device without the capability.
 *
 * @dev: the endpoint
 */
bool pcie_ats_enabled(const PCIDevice *dev);

/**
 * pcie_pasid_enabled: whether the guest has enabled PASID
 *
 * Context: any thread.  Return: false for a device without the capability.
 *
 * @dev: the endpoint
 */
bool pcie_pasid_enabled(const PCIDevice *dev);

/**
 * pcie_pasid_priv_enabled: whether privileged mode requests are enabled
 *
 * @dev: the endpoint
 */
bool pcie_pasid_priv_enabled(const PCIDevice *dev);

/**
 * pcie_pasid_exec_enabled: whether execute requests are enabled
 *
 * @dev: the endpoint
 */
bool pcie_pasid_exec_enabled(const PCIDevice *dev);

/**
 * pcie_pri_enabled: whether the guest has enabled page requests
 *
 * Context: any thread.  Return: false for a device without the capability.
 *
 * @dev: the endpoint
 */
bool pcie_pri_enabled(const PCIDevice *dev);

/**
 * pcie_pri_alloc_req: how many page requests may be outstanding
 *
 * Return: the number that the guest allocated to the function; it can be more
 * than the function's capability.  0 for a device without the capability.
 *
 * @dev: the endpoint
 */
uint32_t pcie_pri_alloc_req(const PCIDevice *dev);

/*
 * Called by the PCI core: config space writes, after the bits that can be
 * written were, and conventional, hot or function level reset.
 */
void pcie_ats_write_config(PCIDevice *dev, uint32_t addr, uint32_t val,
                           int len);
void pcie_ats_reset(PCIDevice *dev);

#endif /* HW_PCI_PCIE_ATS_H */
