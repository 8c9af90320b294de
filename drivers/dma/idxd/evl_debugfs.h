/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _IDXD_EVL_DEBUGFS_H_
#define _IDXD_EVL_DEBUGFS_H_

struct idxd_device;

#ifdef CONFIG_DEBUG_FS
void idxd_evl_debugfs_init(void);
void idxd_evl_debugfs_exit(void);
void idxd_evl_debugfs_add(struct idxd_device *idxd);
void idxd_evl_debugfs_remove(struct idxd_device *idxd);
#else
static inline void idxd_evl_debugfs_init(void) {}
static inline void idxd_evl_debugfs_exit(void) {}
static inline void idxd_evl_debugfs_add(struct idxd_device *idxd) {}
static inline void idxd_evl_debugfs_remove(struct idxd_device *idxd) {}
#endif

#endif
