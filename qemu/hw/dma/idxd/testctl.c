/*
 * DSA and IAA device models: what tests do behind the guest's back
 *
 * The properties x-test-* of a device with x-test=on make it do what a driver
 * must cope with and no program can bring about: halts, function level resets
 * that take their time, event log entries of any content, engines that do not
 * begin anything, interrupt handles that are revoked, interrupts that are lost,
 * and accesses that fail.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu/cutils.h"
#include "qapi/error.h"
#include "idxd.h"
#include "trace.h"

#define IDXD_TEST_LOG_MAX   (1 << 20)

/* Logs the same entry several times */
typedef struct IdxdTestLog {
    IdxdWork work;
    unsigned count;
    uint8_t entry[IDXD_EVL_ENTRY_MAX];
} IdxdTestLog;

/**
 * idxd_testctl_check: whether tests may do that to a device
 *
 * Context: BQL held.
 */
bool idxd_testctl_check(IdxdState *s, const char *what, const char *value,
                        Error **errp)
{
    if (!DEVICE(s)->realized || !s->test.enabled) {
        error_setg(errp, "only a device with x-test=on has test controls");
        return false;
    }
    trace_idxd_test(idxd_devfn(s), what, value);
    return true;
}

static void idxd_testctl_set_halt(Object *obj, const char *value, Error **errp)
{
    static const char *const names[] = {
        [IDXD_RESET_SOFTWARE] = "software",
        [IDXD_RESET_FLR] = "flr",
        [IDXD_RESET_WARM] = "warm",
        [IDXD_RESET_COLD] = "cold",
    };
    IdxdState *s = IDXD(obj);
    unsigned i;

    if (!idxd_testctl_check(s, "halt", value, errp)) {
        return;
    }
    for (i = 0; i < ARRAY_SIZE(names); i++) {
        if (!strcmp(value, names[i])) {
            QEMU_LOCK_GUARD(&s->lock);
            idxd_halt(s, i);
            return;
        }
    }
    error_setg(errp, "the reset to ask for is software, flr, warm or cold");
}

static void idxd_testctl_set_flr_time(Object *obj, const char *value,
                                      Error **errp)
{
    IdxdState *s = IDXD(obj);
    unsigned ms;

    if (!idxd_testctl_check(s, "flr-time", value, errp)) {
        return;
    }
    if (qemu_strtoui(value, NULL, 0, &ms) < 0 || ms > INT32_MAX) {
        error_setg(errp, "not a number of milliseconds, below 2^31");
        return;
    }
    s->test.flr_time = ms;
}

static bool idxd_parse_hex(const char *hex, uint8_t *buf, unsigned size)
{
    unsigned i;

    if (strlen(hex) != size * 2) {
        return false;
    }
    for (i = 0; i < size; i++) {
        int high = g_ascii_xdigit_value(hex[i * 2]);
        int low = g_ascii_xdigit_value(hex[i * 2 + 1]);

        if (high < 0 || low < 0) {
            return false;
        }
        buf[i] = high << 4 | low;
    }
    return true;
}

/* "HEX", "N*HEX" or "fill*HEX"; with the last one the count is 0 */
static bool idxd_parse_log(IdxdState *s, const char *value, IdxdTestLog *log,
                           Error **errp)
{
    unsigned size = idxd_evl_entry_size(s);
    const char *hex = strchr(value, '*');
    bool fill = g_str_has_prefix(value, "fill*");

    log->count = !fill;
    if (hex && !fill && (qemu_strtoui(value, &value, 10, &log->count) < 0 ||
                         value != hex || !log->count ||
                         log->count > IDXD_TEST_LOG_MAX)) {
        error_setg(errp, "the number of entries must be 1 to %d",
                   IDXD_TEST_LOG_MAX);
        return false;
    }
    if (!idxd_parse_hex(hex ? hex + 1 : value, log->entry, size)) {
        error_setg(errp, "an entry is %u bytes in hexadecimal digits", size);
        return false;
    }
    return true;
}

static void idxd_testctl_set_log(Object *obj, const char *value, Error **errp)
{
    IdxdState *s = IDXD(obj);
    g_autofree IdxdTestLog *log = g_new0(IdxdTestLog, 1);

    if (!idxd_testctl_check(s, "log", value, errp) ||
        !idxd_parse_log(s, value, log, errp)) {
        return;
    }
    QEMU_LOCK_GUARD(&s->lock);
    if (s->state != IDXD_ENABLED || !s->evl.enabled) {
        error_setg(errp, "the event log is not enabled");
        return;
    }
    if (!log->count) {
        log->count = idxd_evl_room(s);
    }
    log->work.kind = IDXD_WORK_TEST_LOG;
    /* Of no WQ and no PASID: only commands for the device wait for it */
    log->work.wq = UINT8_MAX;
    log->work.pasid = PCI_NO_PASID;
    idxd_work_accept(s, &g_steal_pointer(&log)->work, &s->test.log);
}

/**
 * idxd_testctl_log: log what a test wants to have in the event log
 *
 * Context: the thread that has no other work, no lock held; sleeps while the
 * ring is full.
 */
void idxd_testctl_log(IdxdEngine *e, IdxdWork *w)
{
    IdxdTestLog *log = container_of(w, IdxdTestLog, work);

    while (log->count && idxd_evl_append(e, log->entry)) {
        log->count--;
    }
}

static void idxd_testctl_set_hold(Object *obj, const char *value, Error **errp)
{
    IdxdState *s = IDXD(obj);
    unsigned hold;

    if (!idxd_testctl_check(s, "hold", value, errp)) {
        return;
    }
    if (qemu_strtoui(value, NULL, 0, &hold) < 0 || hold >> s->num_engines) {
        error_setg(errp, "not a mask of %u engines", s->num_engines);
        return;
    }
    QEMU_LOCK_GUARD(&s->lock);
    s->test.hold = hold;
    idxd_engines_wake(s);
}

/**
 * idxd_testctl_holds: whether an engine may not begin anything
 *
 * Context: the device's lock is held.
 */
bool idxd_testctl_holds(const IdxdState *s, const IdxdEngine *e)
{
    return s->test.hold & BIT(e->id);
}

/* "all", or a vector */
static void idxd_testctl_set_revoke(Object *obj, const char *value,
                                    Error **errp)
{
    IdxdState *s = IDXD(obj);
    unsigned first = 1, last = s->num_wqs;

    if (!idxd_testctl_check(s, "revoke", value, errp)) {
        return;
    }
    if (!s->prop_int_handles) {
        error_setg(errp, "the device has no interrupt handles");
        return;
    }
    if (strcmp(value, "all")) {
        if (qemu_strtoui(value, NULL, 0, &first) < 0 || !first ||
            first > s->num_wqs) {
            error_setg(errp, "neither all nor a vector, 1 to %u", s->num_wqs);
            return;
        }
        last = first;
    }
    QEMU_LOCK_GUARD(&s->lock);
    idxd_irq_handles_revoke(s, first, last);
}

static void idxd_testctl_set_handles(Object *obj, const char *value,
                                     Error **errp)
{
    IdxdState *s = IDXD(obj);
    unsigned handles;

    if (!idxd_testctl_check(s, "handles", value, errp)) {
        return;
    }
    if (!s->prop_int_handles) {
        error_setg(errp, "the device has no interrupt handles");
        return;
    }
    if (qemu_strtoui(value, NULL, 0, &handles) < 0 || handles > s->num_wqs) {
        error_setg(errp, "there are 0 to %u interrupt handles", s->num_wqs);
        return;
    }
    QEMU_LOCK_GUARD(&s->lock);
    s->test.max_handles = handles;
}

static void idxd_testctl_set_lose(Object *obj, const char *value, Error **errp)
{
    IdxdState *s = IDXD(obj);
    unsigned causes;

    if (!idxd_testctl_check(s, "lose", value, errp)) {
        return;
    }
    if (qemu_strtoui(value, NULL, 0, &causes) < 0) {
        error_setg(errp, "not a mask of interrupt causes");
        return;
    }
    QEMU_LOCK_GUARD(&s->lock);
    s->test.lose = causes;
}

void idxd_testctl_class_init(ObjectClass *klass)
{
    idxd_testctl_access_class_init(klass);
    object_class_property_add_str(klass, "x-test-revoke", NULL,
                                  idxd_testctl_set_revoke);
    object_class_property_add_str(klass, "x-test-handles", NULL,
                                  idxd_testctl_set_handles);
    object_class_property_add_str(klass, "x-test-halt", NULL,
                                  idxd_testctl_set_halt);
    object_class_property_add_str(klass, "x-test-flr-time", NULL,
                                  idxd_testctl_set_flr_time);
    object_class_property_add_str(klass, "x-test-log", NULL,
                                  idxd_testctl_set_log);
    object_class_property_add_str(klass, "x-test-hold", NULL,
                                  idxd_testctl_set_hold);
    object_class_property_add_str(klass, "x-test-lose", NULL,
                                  idxd_testctl_set_lose);
}
