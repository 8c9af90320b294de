/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef IDXD_TEST_NAMES_H
#define IDXD_TEST_NAMES_H

/**
 * opcode_name() - what an operation is called
 * @opcode: any number
 *
 * Return: its name, never NULL.
 */
const char *opcode_name(unsigned int opcode);

/**
 * status_name() - what a completion status or event log error code means
 * @status: any number; bit 7 is not looked at
 *
 * Return: a few words, never NULL.
 */
const char *status_name(unsigned int status);

#endif /* IDXD_TEST_NAMES_H */
