/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _IDXD_EVL_SHOW_H_
#define _IDXD_EVL_SHOW_H_

struct idxd_evl_snapshot;
struct seq_file;

void idxd_evl_show_head(struct seq_file *m, const struct idxd_evl_snapshot *snap);
void idxd_evl_show_entry(struct seq_file *m, const struct idxd_evl_snapshot *snap,
			 unsigned int nr);

#endif
