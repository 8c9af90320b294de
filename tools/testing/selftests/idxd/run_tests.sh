#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Runs the tests one after the other and prints KTAP: the lines of each test
# program, then one of its own for the program, and the totals of all.
#
# usage: run_tests.sh [TEST...]
#
# IDXD_TEST_TIMEOUT: seconds that a test program may take on a slow machine

TIMEOUT=${IDXD_TEST_TIMEOUT:-600}

cd "$(dirname "$0")" || exit 1
# shellcheck source=machine.sh
. ./machine.sh

COUNTS=$(mktemp)
PASS=0
FAIL=0
SKIP=0
NUM=0

[ $# -ne 0 ] || set -- *_test *_test.sh

# Passes the lines on and counts the results among them.
count() {
	awk -v counts="$COUNTS" '
		{ print "# " $0; fflush() }
		/^ok .*# SKIP/ { skip++; next }
		/^ok / { pass++; next }
		/^not ok / { fail++ }
		/^[0-9]+\.\.[0-9]+/ { sub(/^[0-9]+\.\./, ""); plan = $1 }
		END {
			print pass + 0, fail + 0, skip + 0, plan + 0 > counts
		}'
}

run_test() {
	NUM=$((NUM + 1))
	start=$(date +%s)
	echo "# selftests: idxd: $1"
	{ timeout "$TIMEOUT" "./$1" 2>&1; echo $? > "$COUNTS.rc"; } | count
	read -r pass fail skip plan < "$COUNTS"
	read -r rc < "$COUNTS.rc"
	PASS=$((PASS + pass))
	FAIL=$((FAIL + fail))
	SKIP=$((SKIP + skip))
	echo "# time: $(($(date +%s) - start)) s"

	if [ "$rc" -eq 4 ]; then
		echo "ok $NUM selftests: idxd: $1 # SKIP"
	elif [ "$rc" -eq 0 ] && [ "$fail" -eq 0 ] &&
	     [ "$plan" -eq $((pass + skip)) ]; then
		echo "ok $NUM selftests: idxd: $1"
	else
		# One that ended without a result is a failure, too.
		[ "$fail" -ne 0 ] || FAIL=$((FAIL + 1))
		echo "not ok $NUM selftests: idxd: $1 # exit=$rc"
	fi
}

echo "TAP version 13"
echo "1..$#"
prepare_machine
for test; do
	# A test may leave the device as it likes.
	if [ -x "$test" ] && ./setup-wqs.sh; then
		run_test "$test"
	else
		NUM=$((NUM + 1))
		FAIL=$((FAIL + 1))
		echo "not ok $NUM selftests: idxd: $test # the device cannot be configured"
	fi
done
release_machine
rm -f "$COUNTS" "$COUNTS.rc"

echo "# Totals: pass:$PASS fail:$FAIL xfail:0 xpass:0 skip:$SKIP error:0"
[ "$FAIL" -eq 0 ]
