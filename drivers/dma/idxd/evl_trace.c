// SPDX-License-Identifier: GPL-2.0-only
/*
 * Event log: its trace events
 */
#define CREATE_TRACE_POINTS
#include "evl_trace.h"
