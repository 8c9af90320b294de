// SPDX-License-Identifier: GPL-2.0-only
/*
 * Event log: the ring that the device writes to
 */
#include <linux/dma-mapping.h>
#include <linux/io-64-nonatomic-lo-hi.h>
#include <linux/slab.h>
#include "idxd.h"
#include "evl_regs.h"
#include "evl_ring.h"
#include "evl_slots.h"

static void evl_switch(struct idxd_device *idxd, bool on)
{
	union genctrl_reg genctrl;
	union gencfg_reg gencfg;

	spin_lock(&idxd->dev_lock);
	gencfg.bits = ioread32(idxd->reg_base + IDXD_GENCFG_OFFSET);
	genctrl.bits = ioread32(idxd->reg_base + IDXD_GENCTRL_OFFSET);
	/* A device that does not answer has lost its event log anyway. */
	if (!PCI_POSSIBLE_ERROR(gencfg.bits) && !PCI_POSSIBLE_ERROR(genctrl.bits)) {
		gencfg.evl_en = on;
		iowrite32(gencfg.bits, idxd->reg_base + IDXD_GENCFG_OFFSET);
		genctrl.evl_int_en = on;
		iowrite32(genctrl.bits, idxd->reg_base + IDXD_GENCTRL_OFFSET);
	}
	spin_unlock(&idxd->dev_lock);
}

static void evl_configure(struct idxd_device *idxd, u64 base, u64 size)
{
	iowrite64(base, idxd->reg_base + IDXD_EVLCFG_OFFSET);
	iowrite64(size, idxd->reg_base + IDXD_EVLCFG_SIZE_OFFSET);
}

static bool evl_device_enabled(struct idxd_device *idxd)
{
	union gensts_reg gensts;

	/* One that does not answer is being reset, or gone: its state is not one of these. */
	gensts.bits = ioread32(idxd->reg_base + IDXD_GENSTATS_OFFSET);

	return gensts.state == IDXD_DEVICE_STATE_ENABLED ||
	       gensts.state == IDXD_DEVICE_STATE_DRAIN;
}

static void evl_ring_free(struct idxd_device *idxd)
{
	struct idxd_evl *evl = idxd->evl;

	lockdep_assert_held_write(&evl->ring_sem);
	lockdep_assert_held(&evl->lock);
	idxd_evl_slots_set(idxd, NULL);
	dma_free_coherent(&idxd->pdev->dev, evl->ring_size * evl->entry_bytes,
			  evl->ring, evl->dma);
	evl->ring = NULL;
	evl->ring_size = 0;
	evl->head = 0;
}

/**
 * idxd_evl_init - set up the event log's state if the device has one
 * @idxd: device, its capabilities read
 *
 * idxd->evl stays NULL on a device without an event log. May sleep.
 *
 * Return: 0 or -ENOMEM.
 */
int idxd_evl_init(struct idxd_device *idxd)
{
	unsigned int support = idxd->hw.gen_cap.evl_support;
	struct idxd_evl *evl;

	if (!support)
		return 0;

	/* Half of an entry is a completion record of the device. */
	if (IDXD_EVL_ENTRY_BYTES(support) != 2 * idxd->data->compl_size) {
		dev_warn(&idxd->pdev->dev, "event log of unknown kind %u not used\n", support);
		return 0;
	}

	evl = kzalloc_node(sizeof(*evl), GFP_KERNEL, dev_to_node(&idxd->pdev->dev));
	if (!evl)
		return -ENOMEM;

	init_rwsem(&evl->ring_sem);
	mutex_init(&evl->lock);
	evl->size = IDXD_EVL_SIZE_MIN;
	evl->entry_bytes = IDXD_EVL_ENTRY_BYTES(support);
	idxd->evl = evl;

	return 0;
}

/**
 * idxd_evl_free - free what idxd_evl_init() allocated
 * @idxd: device; it has no ring any more
 */
void idxd_evl_free(struct idxd_device *idxd)
{
	kfree(idxd->evl);
	idxd->evl = NULL;
}

/**
 * idxd_evl_ring_start - give the device a ring of the size that is set
 * @idxd: device; it is disabled and about to be enabled
 *
 * Does nothing on a device without an event log. May sleep.
 *
 * Return: 0 or -ENOMEM.
 */
int idxd_evl_ring_start(struct idxd_device *idxd)
{
	struct idxd_evl *evl = idxd->evl;
	struct idxd_evl_slot_map *slots;
	unsigned int size;
	dma_addr_t dma;
	void *ring;

	if (!evl)
		return 0;

	/* A large ring may not be had; that is reported in cmd_status. */
	size = READ_ONCE(evl->size);
	slots = idxd_evl_slots_alloc(size);
	if (!slots)
		return -ENOMEM;

	ring = dma_alloc_coherent(&idxd->pdev->dev, size * evl->entry_bytes, &dma,
				  GFP_KERNEL | __GFP_NOWARN);
	if (!ring) {
		idxd_evl_slots_free(slots);
		return -ENOMEM;
	}

	down_write(&evl->ring_sem);
	mutex_lock(&evl->lock);
	/* A ring that an enabled device would not give back */
	if (evl->ring)
		evl_ring_free(idxd);

	evl->ring = ring;
	evl->dma = dma;
	evl->ring_size = size;
	evl->head = 0;
	evl->generation++;
	evl->taken = 0;
	WRITE_ONCE(evl->max_used, 0);
	idxd_evl_slots_set(idxd, slots);

	/* The address is one of the DMA API: without PASID. */
	evl_configure(idxd, dma & IDXD_EVLCFG_BASE, FIELD_PREP(IDXD_EVLCFG_SIZE, size));
	iowrite32(upper_32_bits(IDXD_EVLSTATUS_PENDING),
		  idxd->reg_base + IDXD_EVLSTATUS_UPPER_OFFSET);
	evl_switch(idxd, true);
	mutex_unlock(&evl->lock);
	up_write(&evl->ring_sem);

	return 0;
}

/**
 * idxd_evl_ring_stop - take the ring away from the device
 * @idxd: device; disabled, reset or halted
 *
 * Entries that were not taken are lost. Does nothing when there is no ring. A
 * device that is enabled nevertheless keeps its ring, for it would go on
 * writing to it. May sleep.
 */
void idxd_evl_ring_stop(struct idxd_device *idxd)
{
	struct idxd_evl *evl = idxd->evl;

	if (!evl)
		return;

	down_write(&evl->ring_sem);
	mutex_lock(&evl->lock);
	if (!evl->ring)
		goto out;

	if (evl_device_enabled(idxd)) {
		dev_warn(&idxd->pdev->dev, "event log kept by an enabled device\n");
		goto out;
	}

	evl_switch(idxd, false);
	evl_configure(idxd, 0, 0);
	evl_ring_free(idxd);
out:
	mutex_unlock(&evl->lock);
	up_write(&evl->ring_sem);
}
