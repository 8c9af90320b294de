// SPDX-License-Identifier: GPL-2.0-only
/*
 * Event log: writing a completion record into a process's memory
 */
#include <linux/iommu.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>
#include "evl_ctx.h"
#include "evl_record.h"

/* The process itself may cause a page to disappear before it is written to. */
#define EVL_WRITE_ATTEMPTS	16

/* The users of the mm are referenced for no more records than this at a time. */
#define EVL_MM_RECORDS		64

/* A fault is interrupted and restarted at this interval, to release exited processes. */
#define EVL_FAULT_PATIENCE	(10 * HZ)
#define EVL_FAULT_HURRY		(HZ / 20)

/* For as long as the mm is used, which may have begun with other records. */
static void evl_start_patience(struct idxd_evl_ctx *ctx)
{
	if (ctx->timed)
		return;

	ctx->timed = true;
	mod_timer(&ctx->patience, jiffies + (READ_ONCE(ctx->hurry) ?
		  EVL_FAULT_HURRY : EVL_FAULT_PATIENCE));
}

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
 * Writes where the process itself could write without a page fault, through its
 * page tables. Takes no lock and never waits.
 */
static bool evl_store(unsigned long addr, const u8 *from, int len)
{
	return !copy_to_user_nofault((void __user *)addr, from, len);
}

/*
 * Also writes what this thread has no right to by its protection keys, as the
 * device does, or what is not present any more but does not have to be waited
 * for. hugetlbfs may allocate a page, but without FAULT_FLAG_ALLOW_RETRY it does
 * not wait for userfaultfd.
 */
static bool evl_access(struct mm_struct *mm, unsigned long addr, const u8 *from, int len)
{
	return access_remote_vm(mm, addr, (void *)from, len, FOLL_WRITE | FOLL_NOFAULT) == len;
}

/*
 * Does not wait for a page, so a write that was started before the context was
 * cancelled ends soon. That is why access_remote_vm() does not get to fault the
 * page in, too: some filesystems wait for it then even with FOLL_NOWAIT.
 */
static int evl_write(struct idxd_evl_ctx *ctx, unsigned long addr, const u8 *record, int len,
		     bool access)
{
	unsigned long body = addr + 1;
	const u8 *from = record + 1;

	if (READ_ONCE(ctx->cancelled))
		return -ECANCELED;
	if (!evl_store(body, from, len - 1) &&
	    !(access && evl_access(ctx->mm, body, from, len - 1)))
		return -EAGAIN;

	if (READ_ONCE(ctx->cancelled))
		return -ECANCELED;
	/* A program that polls the status expects the rest to be valid with it. */
	smp_wmb();
	if (!evl_store(addr, record, 1) && !(access && evl_access(ctx->mm, addr, record, 1)))
		return -EAGAIN;

	return 0;
}

static int evl_write_fault(struct idxd_evl_ctx *ctx, unsigned long addr, const u8 *record,
			   int len)
{
	int i, fault, rc;

	evl_start_patience(ctx);
	for (i = 0; i < EVL_WRITE_ATTEMPTS; i++) {
		fault = evl_fault_in(ctx->mm, addr);
		/* Once interrupted, a fault may fail in any way. */
		if (fault && fatal_signal_pending(current))
			return -EINTR;
		if (fault && fault != -EFAULT)
			return fault;

		rc = evl_write(ctx, addr, record, len, true);
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
 * idxd_evl_record_end - stop using the memory of the process
 * @ctx: context
 *
 * Called by the context's thread when it has no record to write. May sleep.
 */
void idxd_evl_record_end(struct idxd_evl_ctx *ctx)
{
	if (!ctx->records)
		return;

	if (ctx->timed)
		del_timer_sync(&ctx->patience);
	ctx->timed = false;
	ctx->records = 0;
	kthread_unuse_mm(ctx->mm);
	/* The last user's exit_mmap() may wait for files of this driver. */
	mmput_async(ctx->mm);
}

static int evl_record_begin(struct idxd_evl_ctx *ctx)
{
	struct mm_struct *mm;

	if (signal_pending(current) || ctx->records == EVL_MM_RECORDS)
		idxd_evl_record_end(ctx);

	if (!ctx->records) {
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
		if (mm != ctx->mm) {
			mmput_async(mm);
			return -ESRCH;
		}
		kthread_use_mm(mm);
	}
	ctx->records++;

	return 0;
}

/**
 * idxd_evl_record_write - write a completion record
 * @ctx: context that it belongs to
 * @addr: address in the process, as reported by the device
 * @record: record
 * @len: its size, 32 or 64 bytes
 *
 * Faults the page in, and sleeps until it is present; then writes the record, its
 * status last. Called by the context's thread, which uses the mm until
 * idxd_evl_record_end(). When idxd_evl_thread_kick() interrupts the fault, the
 * reference to the users of the mm is dropped for a moment, so that the process
 * can exit; if it has not, the fault is restarted.
 *
 * Return: 0; -ESRCH if the process has exited; -ECANCELED if its files were closed
 * or the work queue disabled; -EINVAL if @addr is not aligned; -ENOMEM if there is
 * no memory for the page; -EFAULT if the address is not mapped or not writable, or
 * its page is unusable, for example because of a memory error.
 */
int idxd_evl_record_write(struct idxd_evl_ctx *ctx, u64 addr, const u8 *record,
			  unsigned int len)
{
	int rc;

	/* Aligned, a record does not cross a page. */
	if (!IS_ALIGNED(addr, len))
		return -EINVAL;

	do {
		rc = evl_record_begin(ctx);
		if (rc)
			return rc;

		/* Another record may have brought the page, or the program itself. */
		rc = evl_write(ctx, addr, record, len, false);
		if (rc == -EAGAIN)
			rc = evl_write_fault(ctx, addr, record, len);

		if (rc == -EINTR) {
			idxd_evl_record_end(ctx);
			/* Another thread of this driver may be the other user. */
			if (READ_ONCE(ctx->hurry))
				schedule_timeout_idle(EVL_FAULT_HURRY);
		}
	} while (rc == -EINTR);

	return rc;
}
