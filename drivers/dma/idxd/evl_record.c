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

/* A page may go away again before it is written to, by its process's own doing. */
#define EVL_WRITE_ATTEMPTS	16

/* A fault is given up and begun anew so often, to let go a process that has ended. */
#define EVL_FAULT_PATIENCE	(10 * HZ)
#define EVL_FAULT_HURRY		(HZ / 20)

/*
 * Waits for as long as the page takes, but for a signal: with userfaultfd until
 * somebody answers. mmap_lock is not held meanwhile.
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
 * What was not cancelled before is written now: nothing here waits for a page,
 * not even of hugetlbfs, which has one made but knows no waiting without
 * FAULT_FLAG_ALLOW_RETRY.
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
	/* A program that polls the status takes all else for written. */
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
		/* Where there was no mapping, the stack may have grown. */
		if (fault && i)
			break;
	}

	return -EFAULT;
}

/**
 * idxd_evl_record_write - write a completion record
 * @ctx: whom it belongs to
 * @addr: address in the process, as the device reported it
 * @record: record
 * @len: its size, 32 or 64 bytes
 *
 * Faults the page in, and sleeps for as long as that takes; then writes the
 * status last. Called by the context's thread, which idxd_evl_thread_kick()
 * interrupts: then the process is let go for a moment, so that it can end, and
 * the fault is begun anew if it has not ended.
 *
 * Return: 0; -ESRCH if the process has gone; -ECANCELED if its files were
 * closed; -EFAULT, -EINVAL, -ENOMEM or -EHWPOISON if the record cannot be written.
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
		 * Before the mm is taken: whoever kicks afterwards because it
		 * ends is noticed.
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
