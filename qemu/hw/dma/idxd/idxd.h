/*
 * Intel Data Streaming Accelerator (DSA) 2.0 and In-Memory Analytics
 * Accelerator (IAA) device models, internals
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef HW_DMA_IDXD_H
#define HW_DMA_IDXD_H

#include "qemu/queue.h"
#include "qemu/thread.h"
#include "hw/pci/pci_device.h"
#include "hw/pci/pci_ats.h"
#include "hw/pci/pcie_ats.h"
#include "system/runstate.h"
#include "desc.h"
#include "perfmon.h"
#include "regs.h"

#define TYPE_IDXD "idxd"
OBJECT_DECLARE_TYPE(IdxdState, IdxdClass, IDXD)

#define IDXD_MAX_WQS            64
#define IDXD_MAX_GROUPS         16
#define IDXD_MAX_ENGINES        16
#define IDXD_MAX_TOTAL_SIZE     1024
#define IDXD_MAX_VECTORS        (IDXD_MAX_WQS + 1)
#define IDXD_PRG_COUNT          512

/*
 * Threads and locks
 *
 * Each engine is a thread.  vCPUs hold the BQL when they access registers, and
 * need not when they write to portals.  An engine never takes the BQL, so
 * whoever holds it may wait for one; interrupts and the ends of commands are
 * handed over to bottom halves.
 *
 * IdxdState.lock protects all that vCPUs and engines share.  It is taken inside
 * the BQL, if that is held, and is not held across an access to guest memory.
 * IdxdAtc.lock is never held together with it.
 * IdxdPerfmon.lock is taken inside of any other.
 *
 * An engine that does anything but wait is active.  While the virtual machine
 * is stopped no engine is.
 */

/* What is different between DSA and IAA */
struct IdxdClass {
    PCIDeviceClass parent_class;

    /* of properties that only this kind has; NULL if there are none */
    bool (*check_properties)(IdxdState *s, Error **errp);
    /* GENCAP event log support: an entry is 32 << this bytes */
    uint8_t evl_support;
    /* PCI device IDs of this kind, the usual one first, and 0 at the end */
    const uint16_t *device_ids;
    /* bytes of a completion record, its alignment, and its place in an entry */
    uint8_t record_size;
    /* bit N is opcode N; what is above bit 63 is zero */
    uint64_t opcap;
};

typedef struct IdxdEngine IdxdEngine;
typedef struct IdxdWork IdxdWork;
typedef QSIMPLEQ_HEAD(, IdxdWork) IdxdWorkQueue;

/* State of a batch while an engine works on it */
typedef struct IdxdBatch {
    uint8_t id;
    /* a member ended with a status other than success */
    bool failed;
    /* an entry for the batch is in the event log, so that it must end there */
    bool logged;
    /* a member's record was not written by the device */
    bool record_missing;
} IdxdBatch;

/* What an engine does with a piece of work */
typedef enum IdxdWorkKind {
    IDXD_WORK_DESC,
    /* report a write that a portal dropped */
    IDXD_WORK_PORTAL_ERROR,
    /* log what a test wants to have in the event log, see testctl.c */
    IDXD_WORK_TEST_LOG,
} IdxdWorkKind;

/* A descriptor from when it is accepted until all that it causes is visible */
struct IdxdWork {
    IdxdWorkKind kind;
    QTAILQ_ENTRY(IdxdWork) all;
    /* where it waits for an engine */
    IdxdWorkQueue *queue;
    QSIMPLEQ_ENTRY(IdxdWork) next;
    /* order of acceptance in the device */
    uint64_t seq;
    /* number of entries that were in the log by then, ever */
    uint64_t evl_mark;
    IdxdDesc desc;
    /* PCI_NO_PASID: requests go without one */
    uint32_t pasid;
    bool priv;
    uint8_t wq;
    /* came through a portal page for IMS handles */
    bool ims;
    /* of the completion interrupt, once the handle was looked up; 0: none */
    uint8_t vector;
    /* atomic; set under the lock, then the engine gives up */
    bool aborted;
    /* a member: its batch and index there; else NULL */
    IdxdBatch *batch;
    uint16_t batch_index;
    /* a batch, once it has begun: its state; else NULL */
    IdxdBatch *own_batch;
    IdxdRecord rec;
};

typedef struct IdxdWq {
    uint32_t cfg[IDXD_WQCFG_WORDS];
    /* IDXD_DISABLED, in which cfg can be written, _ENABLED or _DRAINING */
    IdxdDeviceState state;
    /* accepted, not yet given to an engine */
    IdxdWorkQueue queue;
    uint16_t occupancy;
    /* descriptors that may go before it is another WQ's turn */
    uint8_t credit;
    /* a dropped write is still to be reported */
    bool portal_error;
} IdxdWq;

struct IdxdEngine {
    IdxdState *s;
    unsigned id;
    QemuThread thread;
    /* signalled under the lock whenever what an engine waits for can be true */
    QemuCond wake;
    bool active;
    /* not active, and signalled */
    bool woken;
    IdxdWork *work;
    IdxdBatch batch;
};

/* A command that waits for descriptors to end */
typedef struct IdxdPendingCommand {
    uint32_t reg;
    /* descriptors accepted from here on do not matter */
    uint64_t until;
    bool ready;
} IdxdPendingCommand;

/* The event log's ring, fixed while the device is enabled */
typedef struct IdxdEvl {
    uint64_t base;
    uint32_t pasid;
    bool priv;
    uint16_t size;
    uint16_t head;
    uint16_t tail;
    bool enabled;
    bool pending;
    /* an engine writes the entry at tail */
    bool busy;
    /* entries ever logged, and for each slot whose record the entry holds */
    uint64_t logged;
    struct IdxdEvlOwner {
        uint32_t pasid;
        uint8_t wq;
        bool record;
    } *owner;
} IdxdEvl;

/* An outstanding page request group */
typedef struct IdxdPrg {
    bool used;
    bool answered;
    /* nobody waits for the answer any more */
    bool orphan;
    uint32_t pasid;
    IOMMUPRIResponseCode code;
} IdxdPrg;

/* Accesses to pages that a test wants to fail, see testctl-access.c */
typedef struct IdxdTestFail {
    uint32_t pasid;
    uint64_t first;
    uint64_t last;
    /* how often; 0: always */
    unsigned count;
    enum {
        IDXD_TEST_FAULT,
        IDXD_TEST_REFUSE,
        IDXD_TEST_ERROR,
    } how;
} IdxdTestFail;

#define IDXD_TEST_FAILS_MAX     16

/* What tests do behind the guest's back, see testctl.c */
typedef struct IdxdTestCtl {
    bool enabled;
    /* milliseconds that a function level reset takes */
    uint32_t flr_time;
    /* engines that begin nothing new */
    uint32_t hold;
    /* causes, a mask of INTCAUSE, whose next message is lost */
    uint32_t lose;
    IdxdWorkQueue log;
    /* interrupt handles that there can be at a time */
    unsigned max_handles;
    /* atomic: which translation requests fail */
    enum {
        IDXD_TEST_ATS_ALL,
        IDXD_TEST_ATS_NO_PASID,
        IDXD_TEST_ATS_NONE,
    } ats;
    /* the number is atomic, and nearly always 0 */
    unsigned num_fails;
    IdxdTestFail fail[IDXD_TEST_FAILS_MAX];
} IdxdTestCtl;

/* Performance monitor, see perfmon.c */
typedef struct IdxdPerfCounter {
    uint64_t cfg;
    uint64_t data;
    uint32_t filter[IDXD_PERF_FILTERS];
    /* bytes of data that are less than a unit */
    uint8_t rest;
} IdxdPerfCounter;

typedef struct IdxdPerfmon {
    QemuMutex lock;
    QEMUBH *bh;
    /* atomic; bit N: some counter counts events of category N */
    uint32_t categories;
    uint32_t frozen;
    uint32_t overflow;
    IdxdPerfCounter counter[IDXD_PERF_COUNTERS];
} IdxdPerfmon;

/* Address translation cache, see atc.c */
#define IDXD_ATC_SETS           256
#define IDXD_ATC_WAYS           4

typedef struct IdxdAtc {
    QemuMutex lock;
    QemuCond cond;
    /* engines that access memory with translations from here */
    unsigned users;
    unsigned invalidators;
    /* counts invalidations */
    uint64_t gen;
    uint8_t victim;
    IOMMUTLBEntry entry[IDXD_ATC_SETS][IDXD_ATC_WAYS];
} IdxdAtc;

struct IdxdState {
    PCIDevice parent_obj;

    MemoryRegion mmio;
    MemoryRegion mmio_regs;
    MemoryRegion mmio_perf;
    MemoryRegion portals;
    QEMUBH *irq_bh;
    QEMUBH *cmd_bh;
    /* pending while a function level reset is in progress */
    QEMUTimer *flr_timer;
    VMChangeStateEntry *vmstate;
    IOMMUNotifier iotlb_notifier;
    IOMMUPRINotifier pri_notifier;
    bool have_iotlb_notifier;
    bool have_pri_notifier;

    /* properties */
    uint16_t device_id;
    uint8_t num_wqs;
    uint8_t num_groups;
    uint8_t num_engines;
    uint16_t total_size;
    uint8_t max_xfer_shift;
    uint8_t max_batch_shift;
    bool prop_event_log;
    bool prop_prs_disable;
    bool prop_op_config;
    bool prop_block_on_fault;
    bool prop_int_handles;
    bool prop_configurable;
    bool prop_shared;
    bool prop_dedicated;
    bool prop_perfmon;
    uint8_t num_traffic_classes;
    uint16_t version;
    /* seed of the order of a batch's members; 0: as in the list */
    uint32_t shuffle;
    uint8_t read_buffers;
    uint64_t iaa_cap;
    bool prop_progress_limit;
    bool prop_overlap_copy;
    bool prop_cache_control;
    bool prop_readback;

    QemuMutex lock;
    /* an engine went idle or to sleep */
    QemuCond quiet;
    bool stopped;
    bool quit;

    /* registers */
    IdxdDeviceState state;
    IdxdResetType reset_type;
    uint32_t gencfg;
    uint32_t genctrl;
    uint32_t intcause;
    uint32_t cmdsts;
    uint32_t evlcfg[4];
    uint64_t swerror[4];
    uint8_t grpcfg[IDXD_MAX_GROUPS][IDXD_GRPCFG_USED];
    uint32_t msix_perm[IDXD_MAX_VECTORS];

    /* interrupt handles: 0 none, else what Request Interrupt Handle gave */
    uint16_t int_handle[IDXD_MAX_VECTORS];
    uint8_t int_handle_epoch;
    /* messages to send */
    uint32_t irq_count[IDXD_MAX_VECTORS];

    IdxdPendingCommand cmd;
    IdxdWq wq[IDXD_MAX_WQS];
    /* one more than there are engines, if there are test controls */
    IdxdEngine engine[IDXD_MAX_ENGINES + 1];
    /* the WQ after which an engine looks for work */
    uint8_t last_wq[IDXD_MAX_GROUPS];
    /* accepted and not yet retired, in order of acceptance */
    QTAILQ_HEAD(, IdxdWork) works;
    IdxdWorkQueue portal_errors;
    uint64_t next_seq;
    /* identifiers of the batches in flight */
    uint64_t batch_ids;

    IdxdEvl evl;
    IdxdPrg prg[IDXD_PRG_COUNT];
    unsigned prg_outstanding;
    uint16_t prg_next;

    IdxdAtc atc;
    IdxdPerfmon perf;
    IdxdTestCtl test;
};

/* Engines, and what behaves like one */
static inline unsigned idxd_num_threads(const IdxdState *s)
{
    return s->num_engines + s->test.enabled;
}

static inline uint8_t idxd_devfn(const IdxdState *s)
{
    return s->parent_obj.devfn;
}

/* mmio.c */
extern const MemoryRegionOps idxd_mmio_ops;
uint32_t idxd_gencap(IdxdState *s);
void idxd_clear_registers(IdxdState *s);

/* cmd.c */
void idxd_cmd_write(IdxdState *s, uint32_t val);
void idxd_cmd_check(IdxdState *s);
void idxd_cmd_bh(void *opaque);
bool idxd_cmd_end(IdxdState *s);
void idxd_halt(IdxdState *s, IdxdResetType type);

/* config.c: what configuration there is, and what can be enabled with it */
void idxd_config_reset(IdxdState *s);
void idxd_config_reset_wq(IdxdState *s, unsigned wq);
IdxdCommandError idxd_check_device_config(IdxdState *s);
IdxdCommandError idxd_check_wq_config(IdxdState *s, unsigned wq);
int idxd_wq_group(const IdxdState *s, unsigned wq);
bool idxd_group_has_engine(const IdxdState *s, unsigned group, unsigned engine);

/* irq.c */
void idxd_irq_raise(IdxdState *s, unsigned vector);
void idxd_irq_cause(IdxdState *s, uint32_t cause);
void idxd_irq_bh(void *opaque);
IdxdCommandError idxd_irq_handle_request(IdxdState *s, uint32_t operand,
                                         uint16_t *handle);
bool idxd_irq_handle_release(IdxdState *s, uint32_t operand);
void idxd_irq_handles_revoke(IdxdState *s, unsigned first, unsigned last);
bool idxd_irq_handle_valid(IdxdState *s, const IdxdWork *w, unsigned *vector);

/* portal.c */
extern const MemoryRegionOps idxd_portal_ops;
void idxd_portal_class_init(ObjectClass *klass);

/* wq.c */
void idxd_work_accept(IdxdState *s, IdxdWork *w, IdxdWorkQueue *queue);
IdxdWork *idxd_wq_dispatch(IdxdState *s, const IdxdEngine *e);
void idxd_wq_retire(IdxdState *s, IdxdWork *w);
typedef bool IdxdWorkFilter(const IdxdWork *w, uint32_t operand);
bool idxd_works_pending(IdxdState *s, IdxdWorkFilter *filter, uint32_t operand,
                        uint64_t until);
void idxd_works_abort(IdxdState *s, IdxdWorkFilter *filter, uint32_t operand);

/* engine.c */
void idxd_engines_start(IdxdState *s);
void idxd_engines_exit(IdxdState *s);
void idxd_engines_wake(IdxdState *s);
void idxd_engines_wake_busy(IdxdState *s);
void idxd_engines_wake_one(IdxdState *s, unsigned group);
void idxd_engines_quiesce(IdxdState *s);
void idxd_engine_wait(IdxdEngine *e);
bool idxd_engine_checkpoint(IdxdEngine *e);
void idxd_vm_change_state(void *opaque, bool running, RunState state);

/* How an access to guest memory ended */
typedef enum IdxdXlat {
    IDXD_XLAT_OK,
    /* no translation, and no page request was allowed or possible */
    IDXD_XLAT_FAULT,
    /* a page request was answered with other than success */
    IDXD_XLAT_REFUSED,
    /* not memory, or the function may not access it */
    IDXD_XLAT_ERROR,
    /* the descriptor is to be given up without a trace */
    IDXD_XLAT_ABORTED,
} IdxdXlat;

/* Who accesses guest memory, and what may be done about a fault */
typedef struct IdxdRequester {
    /* PCI_NO_PASID: requests go without one */
    uint32_t pasid;
    bool priv;
    bool page_request;
    /* what is read and written is the descriptor's data */
    bool operand;
} IdxdRequester;

/* A piece of guest memory */
typedef struct IdxdSpan {
    uint64_t addr;
    bool write;
    /* in: bytes wanted, not 0; out: bytes at ptr */
    uint32_t len;
    uint8_t *ptr;
    bool operand;

    /* valid while no invalidation came since it was asked for */
    bool translated;
    uint64_t gen;
    IOMMUTLBEntry tlb;
    /* by requester ID, through the device's own address space */
    bool untranslated;
    MemoryRegionCache cache;
} IdxdSpan;

/* atc.c */
bool idxd_atc_enter(IdxdEngine *e, uint32_t pasid, IdxdSpan *span, unsigned n,
                    unsigned *miss);
void idxd_atc_leave(IdxdState *s);
uint64_t idxd_atc_generation(IdxdState *s);
bool idxd_atc_insert(IdxdState *s, uint32_t pasid, IdxdSpan *span);
void idxd_atc_flush(IdxdState *s);
void idxd_atc_init(IdxdState *s);
void idxd_atc_attach(IdxdState *s);
void idxd_atc_destroy(IdxdState *s);

/* access.c */
IdxdXlat idxd_pin(IdxdEngine *e, const IdxdRequester *rq, IdxdSpan *span,
                  unsigned n, unsigned *bad);
void idxd_unpin(IdxdEngine *e, IdxdSpan *span, unsigned n);
IdxdXlat idxd_read(IdxdEngine *e, const IdxdRequester *rq, uint64_t addr,
                   void *buf, uint32_t len, uint64_t *bad);
IdxdXlat idxd_write(IdxdEngine *e, const IdxdRequester *rq, uint64_t addr,
                    const void *buf, uint32_t len, bool first_byte_last);
IdxdXlat idxd_write_pages(IdxdEngine *e, const IdxdRequester *rq, uint64_t addr,
                          const void *buf, uint32_t len, uint64_t *bad);

/* pri.c */
IdxdXlat idxd_page_request(IdxdEngine *e, const IdxdRequester *rq,
                           uint64_t addr, bool write);
void idxd_pri_attach(IdxdState *s);
void idxd_pri_detach(IdxdState *s);
void idxd_pri_cancel(IdxdState *s);

/* evl.c */
IdxdCommandError idxd_evl_setup(IdxdState *s);
void idxd_evl_teardown(IdxdState *s);
void idxd_evl_write_head(IdxdState *s, uint32_t val);
void idxd_evl_write_pending(IdxdState *s, uint32_t val);
bool idxd_evl_record_in_log(IdxdState *s, const IdxdWork *w);
bool idxd_evl_in_use(IdxdState *s);
unsigned idxd_evl_room(const IdxdState *s);
bool idxd_evl_log(IdxdEngine *e, const IdxdWork *w, const uint64_t head[4]);
bool idxd_evl_append(IdxdEngine *e, const uint8_t *entry);
unsigned idxd_evl_entry_size(IdxdState *s);

/* error.c */
void idxd_report(IdxdEngine *e, const IdxdWork *w, uint8_t code, bool write,
                 uint64_t addr);
void idxd_swerror_ack(IdxdState *s, uint32_t val);

/* record.c */
void idxd_record_encode(const IdxdRecord *rec, uint8_t *buf);
void idxd_complete(IdxdEngine *e, IdxdWork *w);

/* exec.c */
bool idxd_wq_prs(const IdxdState *s, unsigned wq);
IdxdRequester idxd_operand_requester(const IdxdState *s, const IdxdWork *w);
IdxdRequester idxd_record_requester(const IdxdState *s, const IdxdWork *w);
void idxd_operand_fault(IdxdWork *w, IdxdXlat xlat, const IdxdSpan *span,
                        uint32_t completed);
void idxd_execute(IdxdEngine *e, IdxdWork *w);

/*
 * An operation.  reserved() tells of what is reserved because of other fields;
 * check() returns a status, success to go on; run() sets the record.  Each may
 * be NULL.
 */
typedef struct IdxdOp {
    const char *name;
    uint8_t opcode;
    /* flags allowed beside those that all operations have */
    uint32_t flags;
    /* bit N: byte N of the descriptor is used, from byte 16 on */
    uint64_t bytes;
    /* the size field is a transfer size */
    bool sized;
    /* the result is returned in the record, which must be requested */
    bool needs_record;
    bool (*reserved)(const IdxdWork *w);
    uint8_t (*check)(const IdxdState *s, const IdxdWork *w);
    void (*run)(IdxdEngine *e, IdxdWork *w);
} IdxdOp;

#define IDXD_BYTES(off, len)    MAKE_64BIT_MASK(off, len)
#define IDXD_BYTES_SRC          IDXD_BYTES(16, 8)
#define IDXD_BYTES_DST          IDXD_BYTES(24, 8)
#define IDXD_BYTES_SIZE         IDXD_BYTES(32, 4)

/* Flags of operations that write to the destination */
#define IDXD_FLAGS_WRITER   (IDXD_FLAG_FENCE | IDXD_FLAG_BOF | \
                             IDXD_FLAG_CACHE | IDXD_FLAG_TC_A2 | \
                             IDXD_FLAG_ORDER | IDXD_FLAG_READBACK | \
                             IDXD_FLAG_STS)

/* Whether two ranges of addresses, both not empty, have one in common */
static inline bool idxd_overlap(uint64_t a, uint64_t a_len, uint64_t b,
                                uint64_t b_len)
{
    return a - b < b_len || b - a < a_len;
}

/* op-*.c, batch.c */
extern const IdxdOp idxd_op_noop;
extern const IdxdOp idxd_op_drain;
extern const IdxdOp idxd_op_move;
extern const IdxdOp idxd_op_fill;
extern const IdxdOp idxd_op_compare;
extern const IdxdOp idxd_op_compare_pattern;
extern const IdxdOp idxd_op_create_delta;
extern const IdxdOp idxd_op_apply_delta;
extern const IdxdOp idxd_op_dualcast;
extern const IdxdOp idxd_op_translation_fetch;
extern const IdxdOp idxd_op_crc;
extern const IdxdOp idxd_op_copy_crc;
extern const IdxdOp idxd_op_dif_check;
extern const IdxdOp idxd_op_dif_insert;
extern const IdxdOp idxd_op_dif_strip;
extern const IdxdOp idxd_op_dif_update;
extern const IdxdOp idxd_op_dix_generate;
extern const IdxdOp idxd_op_cache_flush;
extern const IdxdOp idxd_op_batch;
void idxd_batch_end(IdxdState *s, IdxdWork *w);

/* perfmon.c */
extern const uint32_t idxd_perf_filter_mask[IDXD_PERF_FILTERS];
void idxd_perf_wq(IdxdState *s, IdxdPerfCategory category, uint32_t event,
                  unsigned wq);
void idxd_perf_engine(const IdxdEngine *e, IdxdPerfCategory category,
                      uint32_t event, uint64_t n);
void idxd_perf_translation(const IdxdEngine *e, uint32_t event,
                           uint64_t addr_mask);
void idxd_perf_invalidation(IdxdState *s);
void idxd_perf_execute(const IdxdEngine *e, const IdxdWork *w, bool sized);
void idxd_perf_complete(const IdxdEngine *e, const IdxdWork *w, bool record);

/* perfmon-regs.c */
extern const MemoryRegionOps idxd_perf_ops;
void idxd_perf_init(IdxdState *s);
void idxd_perf_reset(IdxdState *s);
void idxd_perf_exit(IdxdState *s);

/* testctl.c */
void idxd_testctl_class_init(ObjectClass *klass);
bool idxd_testctl_check(IdxdState *s, const char *what, const char *value,
                        Error **errp);
bool idxd_testctl_holds(const IdxdState *s, const IdxdEngine *e);
void idxd_testctl_log(IdxdEngine *e, IdxdWork *w);

/* testctl-access.c */
void idxd_testctl_access_class_init(ObjectClass *klass);
IdxdXlat idxd_testctl_access(IdxdEngine *e, const IdxdRequester *rq,
                             IdxdSpan *span);
bool idxd_testctl_ats_fails(const IdxdState *s, uint32_t pasid);

#endif
