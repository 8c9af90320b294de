// SPDX-License-Identifier: GPL-2.0-only
/*
 * A function level reset, that somebody asks for in the PCI device's sysfs
 */
#include <linux/device.h>
#include <linux/iopoll.h>
#include <linux/pci.h>
#include <linux/wait.h>
#include "idxd.h"
#include "registers.h"
#include "evl_drain.h"

/* A command that has not ended by then ends with the reset. */
#define RESET_CMD_TIMEOUT	(10 * HZ)

/* One given before or during the reset: its interrupt may never come. */
static void reset_end_command(struct idxd_device *idxd)
{
	u32 status;

	if (readx_poll_timeout(ioread32, idxd->reg_base + IDXD_CMDSTS_OFFSET, status,
			       !(status & IDXD_CMDSTS_ACTIVE), USEC_PER_MSEC, USEC_PER_SEC))
		dev_warn(&idxd->pdev->dev, "command goes on after reset\n");

	idxd_cmd_complete(idxd);
}

/*
 * Called before the reset, with the PCI device's lock held. Takes no lock that
 * somebody may hold who waits for a command: commands wait until the reset is
 * done, and a process that closes its file with them.
 */
static void idxd_reset_prepare(struct pci_dev *pdev)
{
	struct idxd_device *idxd = pci_get_drvdata(pdev);
	unsigned long flags;

	spin_lock_irqsave(&idxd->cmd_lock, flags);
	__set_bit(IDXD_FLAG_RESETTING, &idxd->flags);
	spin_unlock_irqrestore(&idxd->cmd_lock, flags);

	if (!wait_event_timeout(idxd->cmd_waitq, !test_bit(IDXD_FLAG_CMD_RUNNING, &idxd->flags),
				RESET_CMD_TIMEOUT)) {
		/* Who waits for it to drain something may go on only if that is stopped. */
		dev_warn(&pdev->dev, "command ended by a reset\n");
		pci_clear_master(pdev);
		pci_wait_for_pending_transaction(pdev);
		idxd_cmd_complete(idxd);
	}

	/* What was logged is still due; the log starts anew. */
	idxd_evl_drain(idxd);

	/* Nobody reads or writes a configuration that is not there. */
	down_write(&idxd->config_sem);
}

static void idxd_reset_done(struct pci_dev *pdev)
{
	struct idxd_device *idxd = pci_get_drvdata(pdev);
	struct device *conf_dev = idxd_confdev(idxd);
	unsigned long flags;

	up_write(&idxd->config_sem);
	pci_set_master(pdev);
	reset_end_command(idxd);
	spin_lock_irqsave(&idxd->cmd_lock, flags);
	__clear_bit(IDXD_FLAG_RESETTING, &idxd->flags);
	wake_up_all(&idxd->cmd_waitq);
	spin_unlock_irqrestore(&idxd->cmd_lock, flags);

	/* The sub-driver must not go away while its device comes back. */
	device_lock(conf_dev);
	if (conf_dev->driver)
		idxd_device_reinit(idxd);
	else
		idxd_device_reset(idxd);
	device_unlock(conf_dev);
}

const struct pci_error_handlers idxd_error_handlers = {
	.reset_prepare = idxd_reset_prepare,
	.reset_done = idxd_reset_done,
};
