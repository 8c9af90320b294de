/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _IDXD_EVL_FILE_H_
#define _IDXD_EVL_FILE_H_

struct device;
struct idxd_evl_ctx;
struct idxd_evl_file;

struct idxd_evl_file *idxd_evl_file_add(struct device *cdev, struct idxd_evl_ctx *ctx);
void idxd_evl_file_del(struct idxd_evl_file *file);

#endif
