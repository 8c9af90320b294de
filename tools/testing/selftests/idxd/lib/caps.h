/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef IDXD_TEST_CAPS_H
#define IDXD_TEST_CAPS_H

/**
 * caps_drop_rawio() - give up CAP_SYS_RAWIO, and keep everything else
 *
 * Return: 0, or a negative errno.
 */
int caps_drop_rawio(void);

#endif /* IDXD_TEST_CAPS_H */
