/*
 * DSA and IAA device models: accesses to memory that a test wants to fail
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu/cutils.h"
#include "qapi/error.h"
#include "idxd.h"
#include "trace.h"

#define IDXD_TEST_PAGE      4096
/* Page requests for an access that goes on failing */
#define IDXD_TEST_ROUNDS    64

static const char *const idxd_test_how[] = {
    [IDXD_TEST_FAULT] = "fault",
    [IDXD_TEST_REFUSE] = "refuse",
    [IDXD_TEST_ERROR] = "error",
};

static bool idxd_parse_how(const char *value, IdxdTestFail *fail)
{
    unsigned i;

    for (i = 0; i < ARRAY_SIZE(idxd_test_how); i++) {
        if (!strcmp(value, idxd_test_how[i])) {
            fail->how = i;
            return true;
        }
    }
    return false;
}

/* One 'key=value' of the control */
static bool idxd_parse_fail_part(char *part, IdxdTestFail *fail)
{
    char *value = strchr(part, '=');

    if (!value) {
        return false;
    }
    *value++ = '\0';
    if (!strcmp(part, "pasid")) {
        return qemu_strtoui(value, NULL, 0, &fail->pasid) == 0 &&
               fail->pasid < 1 << 20;
    }
    if (!strcmp(part, "first")) {
        return qemu_strtou64(value, NULL, 0, &fail->first) == 0;
    }
    if (!strcmp(part, "last")) {
        return qemu_strtou64(value, NULL, 0, &fail->last) == 0;
    }
    if (!strcmp(part, "count")) {
        return qemu_strtoui(value, NULL, 0, &fail->count) == 0;
    }
    return !strcmp(part, "how") && idxd_parse_how(value, fail);
}

/* Whole pages, as with a translation that fails */
static bool idxd_parse_fail(const char *value, IdxdTestFail *fail)
{
    g_auto(GStrv) part = g_strsplit(value, ",", 0);
    unsigned i;

    *fail = (IdxdTestFail) { .pasid = PCI_NO_PASID, .last = UINT64_MAX };
    for (i = 0; part[i]; i++) {
        if (!idxd_parse_fail_part(part[i], fail)) {
            return false;
        }
    }
    return i && fail->first % IDXD_TEST_PAGE == 0 &&
           fail->first < fail->last && (fail->last + 1) % IDXD_TEST_PAGE == 0;
}

static void idxd_testctl_set_fail(Object *obj, const char *value, Error **errp)
{
    IdxdState *s = IDXD(obj);
    IdxdTestFail fail;
    unsigned n;

    if (!idxd_testctl_check(s, "fail", value, errp)) {
        return;
    }

    QEMU_LOCK_GUARD(&s->lock);
    n = s->test.num_fails;
    if (!strcmp(value, "none")) {
        qatomic_set(&s->test.num_fails, 0);
    } else if (!idxd_parse_fail(value, &fail)) {
        error_setg(errp, "what is to fail is none, or some of pasid=N,"
                   "first=ADDRESS,last=ADDRESS,count=N,"
                   "how=fault|refuse|error, whole pages");
    } else if (n == IDXD_TEST_FAILS_MAX) {
        error_setg(errp, "there can be %d of these", IDXD_TEST_FAILS_MAX);
    } else {
        s->test.fail[n] = fail;
        qatomic_set(&s->test.num_fails, n + 1);
    }
}

/* The first page of a span that is to fail; the lock is held */
static IdxdTestFail *idxd_test_find_fail(IdxdTestCtl *test, uint32_t pasid,
                                         const IdxdSpan *span)
{
    IdxdTestFail *found = NULL;
    unsigned i;

    for (i = 0; i < test->num_fails; i++) {
        IdxdTestFail *f = &test->fail[i];

        if (f->pasid == pasid && f->last >= span->addr &&
            (f->first <= span->addr || f->first - span->addr < span->len) &&
            (!found || f->first < found->first)) {
            found = f;
        }
    }
    return found;
}

/* Whether the span's first page fails; if a later one does it is cut there */
static bool idxd_test_fails(IdxdEngine *e, uint32_t pasid, IdxdSpan *span,
                            unsigned *how)
{
    IdxdTestCtl *test = &e->s->test;
    IdxdTestFail *f;

    QEMU_LOCK_GUARD(&e->s->lock);

    f = idxd_test_find_fail(test, pasid, span);
    if (!f) {
        return false;
    }
    if (f->first > span->addr) {
        span->len = f->first - span->addr;
        return false;
    }
    *how = f->how;
    trace_idxd_test_fail(idxd_devfn(e->s), e->id, pasid, span->addr, *how);
    if (f->count && --f->count == 0) {
        *f = test->fail[test->num_fails - 1];
        qatomic_set(&test->num_fails, test->num_fails - 1);
    }
    return true;
}

/**
 * idxd_testctl_access: whether a test wants an access to fail
 *
 * Context: an engine's thread, no lock held; may sleep.
 *
 * Return: IDXD_XLAT_OK if not, else how.
 *
 * @rq: whose memory
 * @span: what is to be accessed; @len is cut where what is to fail begins
 */
IdxdXlat idxd_testctl_access(IdxdEngine *e, const IdxdRequester *rq,
                             IdxdSpan *span)
{
    unsigned how, rounds;
    IdxdXlat xlat;

    if (likely(!qatomic_read(&e->s->test.num_fails))) {
        return IDXD_XLAT_OK;
    }
    for (rounds = 0; idxd_test_fails(e, rq->pasid, span, &how); rounds++) {
        if (how == IDXD_TEST_ERROR) {
            return IDXD_XLAT_ERROR;
        }
        if (!rq->page_request) {
            return IDXD_XLAT_FAULT;
        }
        if (how == IDXD_TEST_REFUSE || rounds == IDXD_TEST_ROUNDS) {
            return IDXD_XLAT_REFUSED;
        }
        xlat = idxd_page_request(e, rq, span->addr, span->write);
        if (xlat != IDXD_XLAT_OK) {
            return xlat;
        }
    }
    return IDXD_XLAT_OK;
}

static void idxd_testctl_set_drop_ats(Object *obj, const char *value,
                                      Error **errp)
{
    IdxdState *s = IDXD(obj);
    int ats = IDXD_TEST_ATS_ALL;

    if (!idxd_testctl_check(s, "drop-ats", value, errp)) {
        return;
    }
    if (!strcmp(value, "pasid")) {
        ats = IDXD_TEST_ATS_NO_PASID;
    } else if (!strcmp(value, "all")) {
        ats = IDXD_TEST_ATS_NONE;
    } else if (strcmp(value, "once") && strcmp(value, "off")) {
        error_setg(errp, "not one of once, pasid, all, off");
        return;
    }
    qatomic_set(&s->test.ats, ats);
    /* What an engine has asked for meanwhile is not kept */
    idxd_atc_flush(s);
}

/**
 * idxd_testctl_ats_fails: whether a translation request is to fail
 *
 * Context: any.
 *
 * @pasid: of the request, or PCI_NO_PASID
 */
bool idxd_testctl_ats_fails(const IdxdState *s, uint32_t pasid)
{
    int ats = qatomic_read(&s->test.ats);

    return unlikely(ats) &&
           (ats == IDXD_TEST_ATS_NONE || pasid != PCI_NO_PASID);
}

void idxd_testctl_access_class_init(ObjectClass *klass)
{
    object_class_property_add_str(klass, "x-test-fail", NULL,
                                  idxd_testctl_set_fail);
    object_class_property_add_str(klass, "x-test-drop-ats", NULL,
                                  idxd_testctl_set_drop_ats);
}
