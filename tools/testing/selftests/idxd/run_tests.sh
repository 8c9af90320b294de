#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Runs the tests one after the other and prints KTAP: the lines of each test
# program, then one of its own for the program, and the totals of all; at the
# end how long each took.
#
# usage: run_tests.sh [-x TEST]... [TEST...]
#   -x  all but these
#
# IDXD_TEST_TIMEOUT: seconds that a test program may take
# IDXD_TEST_SHARE: what is only done again and again is done a Nth as often

TIMEOUT=${IDXD_TEST_TIMEOUT:-1800}
EXCEPT=
while getopts x: opt; do
	case $opt in
	x) EXCEPT="$EXCEPT $OPTARG" ;;
	*) exit 2 ;;
	esac
done
shift $((OPTIND - 1))

cd "$(dirname "$0")" || exit 1
# shellcheck source=machine.sh
. ./machine.sh

COUNTS=$(mktemp)
TIMES=$(mktemp)
PASS=0
FAIL=0
SKIP=0
NUM=0

[ $# -ne 0 ] || set -- *_test *_test.sh
for test; do
	shift
	case " $EXCEPT " in
	*" $test "*) ;;
	*) set -- "$@" "$test" ;;
	esac
done

# A kernel that checks itself finds what it can in the first rounds.
[ ! -e /proc/lockdep ] || : "${IDXD_TEST_SHARE:=10}"
export IDXD_TEST_SHARE="${IDXD_TEST_SHARE:-1}"

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

# Each test has a session, so that whatever it has started ends with it: the
# limit is for the test alone.
run_limited() {
	# shellcheck disable=SC2016 # $0 and $1 are the inner shell's
	timeout -s KILL "$TIMEOUT" setsid sh -c 'echo $$ > "$0"; exec "./$1"' \
		"$COUNTS.session" "$1" 2>&1
	rc=$?
	echo $rc > "$COUNTS.rc"
	end_session
	# With engines that are held its processes do not end, nor does this pipe.
	[ $rc -eq 0 ] || ./test_control off > /dev/null 2>&1
}

end_session() {
	[ -s "$COUNTS.session" ] || return
	# The session is the fourth field after the name, which may hold anything.
	cat /proc/[0-9]*/stat 2> /dev/null |
		sed -n 's/^\([0-9]*\) .*) [^ ]* [^ ]* [^ ]* \([^ ]*\) .*/\1 \2/p' |
		awk -v session="$(cat "$COUNTS.session")" '$2 == session { print $1 }' |
		xargs -r kill -KILL 2> /dev/null
}

run_test() {
	NUM=$((NUM + 1))
	start=$(date +%s)
	echo "# selftests: idxd: $1"
	# In the background: a shell that waits for it can be interrupted.
	run_limited "$1" | count &
	wait $!
	read -r pass fail skip plan < "$COUNTS"
	read -r rc < "$COUNTS.rc"
	PASS=$((PASS + pass))
	FAIL=$((FAIL + fail))
	SKIP=$((SKIP + skip))
	took=$(($(date +%s) - start))
	echo "# time: $took s"
	echo "$took $1" >> "$TIMES"

	if [ "$rc" -eq 4 ]; then
		echo "ok $NUM selftests: idxd: $1 # SKIP"
	elif [ "$rc" -eq 0 ] && [ "$fail" -eq 0 ] &&
	     [ "$plan" -eq $((pass + skip)) ]; then
		echo "ok $NUM selftests: idxd: $1"
	else
		# One that ended without a result is a failure, too.
		[ "$fail" -ne 0 ] || FAIL=$((FAIL + 1))
		echo "not ok $NUM selftests: idxd: $1 # exit=$rc"
		# It may have ended anywhere.
		./restore.sh
	fi
}

echo "TAP version 13"
echo "1..$#"
prepare_machine
trap 'end_session; ./restore.sh; exit 130' INT TERM
for test; do
	# A test that passes leaves the device's configuration as it likes.
	if [ -x "$test" ] && ./setup-wqs.sh; then
		run_test "$test"
	else
		NUM=$((NUM + 1))
		FAIL=$((FAIL + 1))
		echo "not ok $NUM selftests: idxd: $test # the device cannot be configured"
	fi
done
release_machine

echo "# Seconds:"
sort -rn "$TIMES" | sed 's/^/# /'
rm -f "$COUNTS" "$COUNTS.rc" "$COUNTS.session" "$TIMES"

echo "# Totals: pass:$PASS fail:$FAIL xfail:0 xpass:0 skip:$SKIP error:0"
[ "$FAIL" -eq 0 ]
