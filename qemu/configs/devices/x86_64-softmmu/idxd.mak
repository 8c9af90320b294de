# SPDX-License-Identifier: GPL-2.0-or-later
# A Q35 with an IOMMU and little else, for the DSA 2.0 device model.
CONFIG_Q35=y
CONFIG_VTD=y
CONFIG_SERIAL_ISA=y
CONFIG_PCIE_DEVICES=y
# a slot to unplug devices from
CONFIG_PCIE_PORT=y
CONFIG_ISA_DEBUG=y
CONFIG_IDXD=y
# for intel-iommu's qtest
CONFIG_PCI_ATS_TESTDEV=y
