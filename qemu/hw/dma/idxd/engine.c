/*
 * DSA and IAA device models: engines
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu/main-loop.h"
#include "qemu/rcu.h"
#include "idxd.h"
#include "trace.h"

static bool idxd_engine_sleeps(const IdxdEngine *e)
{
    return !e->active && !e->woken;
}

static void idxd_engine_wake(IdxdEngine *e)
{
    if (idxd_engine_sleeps(e)) {
        e->woken = true;
        qemu_cond_signal(&e->wake);
    }
}

/**
 * idxd_engines_wake: let engines look again at what they wait for
 *
 * Context: the device's lock is held.
 */
void idxd_engines_wake(IdxdState *s)
{
    unsigned i;

    for (i = 0; i < idxd_num_threads(s); i++) {
        idxd_engine_wake(&s->engine[i]);
    }
}

/**
 * idxd_engines_wake_busy: let those look again that wait within a descriptor
 *
 * Context: the device's lock is held.
 */
void idxd_engines_wake_busy(IdxdState *s)
{
    unsigned i;

    for (i = 0; i < idxd_num_threads(s); i++) {
        if (s->engine[i].work) {
            idxd_engine_wake(&s->engine[i]);
        }
    }
}

/**
 * idxd_engines_wake_one: there is one descriptor more for a group's engines
 *
 * An engine that has one already looks for the next when it is done with it.
 *
 * Context: the device's lock is held.
 */
void idxd_engines_wake_one(IdxdState *s, unsigned group)
{
    unsigned i;

    for (i = 0; i < s->num_engines; i++) {
        IdxdEngine *e = &s->engine[i];

        if (!e->work && idxd_engine_sleeps(e) &&
            idxd_group_has_engine(s, group, i) && !idxd_testctl_holds(s, e)) {
            idxd_engine_wake(e);
            return;
        }
    }
}

/* Become active; the lock is released while the virtual machine is stopped */
static void idxd_engine_resume(IdxdEngine *e)
{
    IdxdState *s = e->s;

    while (s->stopped && !s->quit &&
           !(e->work && qatomic_read(&e->work->aborted))) {
        e->woken = false;
        qemu_cond_wait(&e->wake, &s->lock);
    }
    e->active = true;
    e->woken = false;
}

static void idxd_engine_suspend(IdxdEngine *e)
{
    e->active = false;
    qemu_cond_broadcast(&e->s->quiet);
}

/**
 * idxd_engine_wait: sleep until something has changed
 *
 * The caller looks again, and must look at IdxdWork.aborted too.
 *
 * Context: an engine's thread, the device's lock is held and released
 * meanwhile.
 */
void idxd_engine_wait(IdxdEngine *e)
{
    idxd_engine_suspend(e);
    if (!e->s->quit) {
        qemu_cond_wait(&e->wake, &e->s->lock);
    }
    idxd_engine_resume(e);
}

/**
 * idxd_engine_checkpoint: to be called before an access to guest memory
 *
 * Sleeps while the virtual machine is stopped.
 *
 * Context: an engine's thread; takes the device's lock if need be.
 *
 * Return: false if the descriptor is to be given up; guest memory must not be
 * accessed for it any more.
 */
bool idxd_engine_checkpoint(IdxdEngine *e)
{
    IdxdState *s = e->s;

    if (unlikely(qatomic_read(&s->stopped))) {
        QEMU_LOCK_GUARD(&s->lock);
        idxd_engine_suspend(e);
        idxd_engine_resume(e);
    }
    return !qatomic_read(&e->work->aborted);
}

static void *idxd_engine_thread(void *opaque)
{
    IdxdEngine *e = opaque;
    IdxdState *s = e->s;

    rcu_register_thread();
    qemu_mutex_lock(&s->lock);
    idxd_engine_resume(e);
    while (!s->quit) {
        IdxdWork *w = NULL;

        if (!s->stopped && !idxd_testctl_holds(s, e)) {
            w = idxd_wq_dispatch(s, e);
        }
        if (!w) {
            idxd_engine_wait(e);
            continue;
        }
        e->work = w;
        qemu_mutex_unlock(&s->lock);
        switch (w->kind) {
        case IDXD_WORK_DESC:
            idxd_execute(e, w);
            break;
        case IDXD_WORK_PORTAL_ERROR:
            idxd_report(e, w, IDXD_ERR_PORTAL, false, 0);
            break;
        case IDXD_WORK_TEST_LOG:
            idxd_testctl_log(e, w);
            break;
        }
        qemu_mutex_lock(&s->lock);
        e->work = NULL;
        idxd_wq_retire(s, w);
    }
    idxd_engine_suspend(e);
    qemu_mutex_unlock(&s->lock);
    rcu_unregister_thread();
    return NULL;
}

static bool idxd_engines_active(const IdxdState *s)
{
    unsigned i;

    for (i = 0; i < idxd_num_threads(s); i++) {
        if (s->engine[i].active) {
            return true;
        }
    }
    return false;
}

static bool idxd_engines_busy(const IdxdState *s)
{
    unsigned i;

    for (i = 0; i < idxd_num_threads(s); i++) {
        if (s->engine[i].work) {
            return true;
        }
    }
    return false;
}

/**
 * idxd_engines_quiesce: wait until no engine has a descriptor
 *
 * Context: BQL and the device's lock are held; the latter is released
 * meanwhile. All that is in the device has been aborted, and no more can come.
 */
void idxd_engines_quiesce(IdxdState *s)
{
    while (idxd_engines_busy(s)) {
        qemu_cond_wait(&s->quiet, &s->lock);
    }
}

/**
 * idxd_vm_change_state: the virtual machine stops or goes on
 *
 * Context: BQL held. No engine is active when it returns from a stop.
 */
void idxd_vm_change_state(void *opaque, bool running, RunState state)
{
    IdxdState *s = opaque;

    QEMU_LOCK_GUARD(&s->lock);
    qatomic_set(&s->stopped, !running);
    if (running) {
        idxd_engines_wake(s);
        return;
    }
    while (idxd_engines_active(s)) {
        qemu_cond_wait(&s->quiet, &s->lock);
    }
}

void idxd_engines_start(IdxdState *s)
{
    unsigned i;

    for (i = 0; i < idxd_num_threads(s); i++) {
        IdxdEngine *e = &s->engine[i];
        g_autofree char *name = g_strdup_printf("idxd-%02x/%u",
                                                idxd_devfn(s), i);

        e->s = s;
        e->id = i;
        qemu_cond_init(&e->wake);
        qemu_thread_create(&e->thread, name, idxd_engine_thread, e,
                           QEMU_THREAD_JOINABLE);
    }
}

/* All that is in the device has been aborted */
void idxd_engines_exit(IdxdState *s)
{
    unsigned i;

    WITH_QEMU_LOCK_GUARD(&s->lock) {
        s->quit = true;
        idxd_engines_wake(s);
    }
    for (i = 0; i < idxd_num_threads(s); i++) {
        qemu_thread_join(&s->engine[i].thread);
        qemu_cond_destroy(&s->engine[i].wake);
    }
}
