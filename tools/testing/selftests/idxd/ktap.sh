#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Helpers for tests in shell: results in KTAP. To be sourced.

KTAP_NUM=0
KTAP_PASS=0
KTAP_FAIL=0
KTAP_SKIP=0

ktap_start() {
	echo "TAP version 13"
}

# ktap_log TEXT...
ktap_log() {
	echo "# $*"
}

# ktap_pass NAME
ktap_pass() {
	KTAP_NUM=$((KTAP_NUM + 1))
	KTAP_PASS=$((KTAP_PASS + 1))
	echo "ok $KTAP_NUM $1"
}

# ktap_fail NAME [WHY]
ktap_fail() {
	[ -z "$2" ] || ktap_log "$2"
	KTAP_NUM=$((KTAP_NUM + 1))
	KTAP_FAIL=$((KTAP_FAIL + 1))
	echo "not ok $KTAP_NUM $1"
}

# ktap_skip NAME WHY
ktap_skip() {
	KTAP_NUM=$((KTAP_NUM + 1))
	KTAP_SKIP=$((KTAP_SKIP + 1))
	echo "ok $KTAP_NUM $1 # SKIP $2"
}

# ktap_equal NAME WANTED SEEN
ktap_equal() {
	if [ "$2" = "$3" ]; then
		ktap_pass "$1"
	else
		ktap_fail "$1" "wanted '$2', seen '$3'"
	fi
}

# repeat N: how often to do what is only done again and again: N times, or the
# share of it that run_tests.sh says is enough; at least twice
repeat() {
	_n=$(($1 / ${IDXD_TEST_SHARE:-1}))
	[ "$_n" -ge 2 ] || _n=2
	echo "$_n"
}

# Prints the plan and the totals; the status says whether nothing failed.
ktap_finish() {
	echo "1..$KTAP_NUM"
	echo "# Totals: pass:$KTAP_PASS fail:$KTAP_FAIL xfail:0 xpass:0 skip:$KTAP_SKIP error:0"
	[ "$KTAP_FAIL" -eq 0 ]
}
