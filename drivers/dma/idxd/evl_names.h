/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _IDXD_EVL_NAMES_H_
#define _IDXD_EVL_NAMES_H_

#include <linux/types.h>

const char *idxd_evl_error_name(bool iax, u8 code);
const char *idxd_evl_opcode_name(bool iax, u8 opcode);

#endif
