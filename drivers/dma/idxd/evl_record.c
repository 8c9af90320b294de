// SPDX-License-Identifier: GPL-2.0-only
/*
 * Event log: writing a completion record into a process's memory
 */
#include <linux/iommu.h>
#include <linux/mm.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include "evl_ctx.h"
#include "evl_record.h"

/* The process itself may cause a page to disappear before it is written to. */
#define EVL_WRITE_ATTEMPTS	16

/* A fault is interrupted and restarted at this interval, to release exited processes. */
#define EVL_FAULT_PATIENCE	(10 * HZ)
#define EVL_FAULT_HURRY		(HZ / 20)

/*
 * Waits until the page is present or a signal arrives, with userfaultfd until the
 * fault is answered. mmap_lock is not held while waiting.
 */
static int evl_fault_in(struct mm_struct *mm, unsigned long addr)
{
	bool unlocked = false;
	int rc;

	if (mmap_read_lock_killable(mm))
		return -EINTR;

	rc = fixup_user_fault(mm, addr, FAULT_FLAG_WRITE | FAULT_FLAG_REMOTE, &unlocked);
	mmap_read_unlock(mm);

	return rc;
}

/*
 * Does not wait for a page, so a write that was started before the context was
 * cancelled ends soon. hugetlbfs may allocate a page, but without
 * FAULT_FLAG_ALLOW_RETRY it does not wait for userfaultfd.
 */
static int evl_write(struct idxd_evl_ctx *ctx, struct mm_struct *mm, unsigned long addr,
		     const u8 *record, int len)
{
	const unsigned int flags = FOLL_WRITE | FOLL_NOFAULT;
	u8 status = record[0];
	int body = len - 1;

	if (READ_ONCE(ctx->cancelled))
		return -ECANCELED;
	if (access_remote_vm(mm, addr + 1, (void *)(record + 1), body, flags) != body)
		return -EAGAIN;

	if (READ_ONCE(ctx->cancelled))
		return -ECANCELED;
	/* A program that polls the status expects the rest to be valid with it. */
	smp_wmb();
	if (access_remote_vm(mm, addr, &status, 1, flags) != 1)
		return -EAGAIN;

	return 0;
}

static int evl_write_fault(struct idxd_evl_ctx *ctx, struct mm_struct *mm,
			   unsigned long addr, const u8 *record, int len)
{
	int i, fault, rc;

	for (i = 0; i < EVL_WRITE_ATTEMPTS; i++) {
		fault = evl_fault_in(mm, addr);
		/* Once interrupted, a fault may fail in any way. */
		if (fault && fatal_signal_pending(current))
			return -EINTR;
		if (fault && fault != -EFAULT)
			return fault;

		rc = evl_write(ctx, mm, addr, record, len);
		if (rc != -EAGAIN)
			return rc;
		if (fatal_signal_pending(current))
			return -EINTR;
		/* If there was no mapping, access_remote_vm() may have expanded the stack. */
		if (fault && i)
			break;
	}

	return -EFAULT;
}

/**
 * idxd_evl_record_write - write a completion record
 * @ctx: context that it belongs to
 * @addr: address in the process, as reported by the device
 * @record: record
 * @len: its size, 32 or 64 bytes
 *
 * Faults the page in, and sleeps until it is present; then writes the record, its
 * status last. Called by the context's thread. When idxd_evl_thread_kick()
 * interrupts the fault, the reference to the users of the mm is dropped for a
 * moment, so that the process can exit; if it has not, the fault is restarted.
 *
 * Return: 0; -ESRCH if the process has exited; -ECANCELED if its files were closed
 * or the work queue disabled; -EINVAL if @addr is not aligned; -ENOMEM if there is
 * no memory for the page; -EFAULT if the address is not mapped or not writable, or
 * its page is unusable, for example because of a memory error.
 */
int idxd_evl_record_write(struct idxd_evl_ctx *ctx, u64 addr, const u8 *record,
			  unsigned int len)
{
	struct mm_struct *mm;
	int rc;

	/* Aligned, a record does not cross a page. */
	if (!IS_ALIGNED(addr, len))
		return -EINVAL;

	do {
		/*
		 * Before the reference to the mm is taken: a later kick, because
		 * the process exits, is noticed.
		 */
		flush_signals(current);
		if (READ_ONCE(ctx->cancelled))
			return -ECANCELED;

		mm = iommu_sva_find(ctx->pasid);
		if (IS_ERR_OR_NULL(mm))
			return -ESRCH;

		rc = -ESRCH;
		if (mm == ctx->mm) {
			mod_timer(&ctx->patience, jiffies + (READ_ONCE(ctx->hurry) ?
				  EVL_FAULT_HURRY : EVL_FAULT_PATIENCE));
			rc = evl_write_fault(ctx, mm, addr, record, len);
			del_timer_sync(&ctx->patience);
		}

		/* The last user's exit_mmap() may wait for files of this driver. */
		mmput_async(mm);
		/* Another thread of this driver may be the other user. */
		if (rc == -EINTR && READ_ONCE(ctx->hurry))
			schedule_timeout_idle(EVL_FAULT_HURRY);
	} while (rc == -EINTR);

	return rc;
}
