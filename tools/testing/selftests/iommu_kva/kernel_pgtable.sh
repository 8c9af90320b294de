#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The kernel must not free a page-table page of its own before every IOMMU that
# may walk it was told. Make it free some, with nobody to tell, with bonds that
# the test module pretends to be, and with processes bound to devices.
#
# Devices to bind to are character devices which bind the process that opens
# them, any number of processes; by default those of idxd's shared work queues.
# To compare with what an emulated IOMMU was told, see check_qemu.sh.
#
# usage: kernel_pgtable.sh [device...]

DIR=$(dirname "$0")
KSFT_SKIP=4

T=/sys/kernel/debug/test_kernel_pgtable
TRACE=/sys/kernel/tracing
[ -e $TRACE/trace ] || TRACE=/sys/kernel/debug/tracing

pass=0
fail=0
skip=0
nr=0
holders=
forgotten=0

result()	# status, name
{
	nr=$((nr + 1))
	case $1 in
	0)
		pass=$((pass + 1))
		echo "ok $nr $2"
		;;
	"$KSFT_SKIP")
		skip=$((skip + 1))
		echo "ok $nr $2 # SKIP $3"
		;;
	*)
		fail=$((fail + 1))
		echo "not ok $nr $2"
		;;
	esac
}

# For check_qemu.sh. What comes next must not overtake it on a slow console.
mark()
{
	echo "# kva: $1"
	sleep 0.2
}

trace_begin()
{
	echo 0 > $TRACE/tracing_on
	echo nop > $TRACE/current_tracer
	echo counter > $TRACE/trace_clock
	echo 16384 > $TRACE/buffer_size_kb
	echo > $TRACE/trace
	for e in kernel_pgtable iommu_kva intel_iommu/qi_submit; do
		[ ! -e $TRACE/events/$e/enable ] || echo 1 > $TRACE/events/$e/enable
	done
	echo 1 > $TRACE/tracing_on
	mark "begin"
}

trace_off()
{
	echo 0 > $TRACE/tracing_on
	for e in kernel_pgtable iommu_kva intel_iommu/qi_submit; do
		[ ! -e $TRACE/events/$e/enable ] || echo 0 > $TRACE/events/$e/enable
	done
}

check_trace()
{
	out=$(awk -f "$DIR/check_order.awk" $TRACE/trace)
	pages=0 told=0 inv=none errors=1
	eval "$(echo "$out" | tail -n 1)"
}

# Sets pages, told, inv and errors; shows what is wrong.
trace_end()
{
	# What the kernel frees on its own account may still wait, all the longer
	# on a busy machine.
	sleep 0.2
	check_trace
	tries=50
	while echo "$out" | grep -q "^# not given back" && [ $tries -gt 0 ]; do
		sleep 0.2
		tries=$((tries - 1))
		check_trace
	done
	trace_off
	check_trace
	echo "$out" | grep '^#' | head -n 20
	mark "end pages=$pages told=$told inv=$inv errors=$errors"
}

# Sets r_pages, r_freed, r_told, r_bonds, r_ns.
run()	# how
{
	r_pages=0 r_freed=0 r_told=0 r_bonds=0 r_ns=0
	echo "$1" > $T/run || return 1
	eval "$(head -n 1 $T/run | sed 's/\([a-z]*=\)/r_\1/g; s/ /; /g')"
	echo "# $1: pages=$r_pages freed=$r_freed told=$r_told bonds=$r_bonds ns=$r_ns"
	[ "$r_pages" -gt 0 ] && [ "$r_freed" -eq "$r_pages" ]
}

# The kernel notices for up to a second after the last bond that there was one.
forget()
{
	echo 0 > $T/bonds
	[ "$forgotten" -eq 1 ] || sleep 2
	forgotten=1
}

test_none()	# how
{
	forget
	trace_begin
	run "$1"
	rc=$?
	trace_end
	[ $rc -eq 0 ] && [ "$r_told" -eq 0 ] && [ "$pages" -eq 0 ] &&
		[ "$told" -eq 0 ] && [ "$errors" -eq 0 ]
}

test_bonds()	# number of bonds, how
{
	forget
	trace_begin
	echo "$1" > $T/bonds
	forgotten=0
	run "$2"
	rc=$?
	trace_end
	echo 0 > $T/bonds
	[ $rc -eq 0 ] && [ "$r_told" -eq "$r_pages" ] &&
		[ "$r_bonds" -eq "$1" ] && [ "$errors" -eq 0 ]
}

# Hold devices open from one process. $hold_ready gets a line for each process.
# The process must not call exec: its address space is what is bound.
hold()	# devices...
{
	(
		fd=3
		for d in "$@"; do
			eval "exec $fd<> \"$d\"" || exit 1
			fd=$((fd + 1))
		done
		echo ready >> "$hold_ready"
		while :; do
			sleep 1 3<&-
		done
	) &
	holders="$holders $!"
	forgotten=0
	want=$((want + 1))
}

let_go()
{
	for p in $holders; do
		kill -9 "$p"
		wait "$p" 2> /dev/null
	done
	holders=
}

hold_begin()
{
	forget
	want=0
	: > "$hold_ready"
	trace_begin
}

# All processes that hold devices are there: free pages, and see who is told.
hold_check()
{
	tries=100
	while [ "$(wc -l < "$hold_ready")" -lt $want ] && [ $tries -gt 0 ]; do
		sleep 0.1
		tries=$((tries - 1))
	done
	rc=0
	[ "$(wc -l < "$hold_ready")" -eq $want ] || rc=1
	for how in $hows; do
		run "$how" || rc=1
	done
	run pmd || rc=1
	trace_end
	let_go
	[ $rc -eq 0 ] && [ "$pages" -ge 2 ] && [ "$errors" -eq 0 ] &&
		[ "$told" -ge $((2 * want)) ]
}

test_processes()	# number of processes for each device, devices...
{
	n=$1
	shift
	hold_begin
	while [ "$n" -gt 0 ]; do
		for d in "$@"; do
			hold "$d"
		done
		n=$((n - 1))
	done
	hold_check
}

test_one_process()	# devices...
{
	hold_begin
	hold "$@"
	hold_check
}

# Processes bind and unbind, and exit while bound, as fast as they can.
test_race()	# devices...
{
	forget
	forgotten=0
	trace_begin
	for d in "$@" "$@"; do
		(
			while :; do
				(exec 3<> "$d")
				sh -c 'exec 3<> "$1"; kill -9 $$' sh "$d"
			done 2> /dev/null
		) &
		holders="$holders $!"
	done
	rc=0
	i=0
	# On a busy machine the first bond may take long to come.
	while [ $i -lt 50 ] ||
	      { [ $i -lt 1000 ] && ! grep -q "iommu_kva_told: " $TRACE/trace; }; do
		out=$(run pmd) || {
			echo "$out"
			rc=1
		}
		i=$((i + 1))
	done
	let_go
	trace_end
	[ $rc -eq 0 ] && [ "$errors" -eq 0 ] && [ "$told" -gt 0 ]
}

cleanup()
{
	let_go
	[ -z "$hold_ready" ] || rm -f "$hold_ready"
	[ ! -e $T/bonds ] || echo 0 > $T/bonds
}

echo "TAP version 13"

if [ "$(id -u)" -ne 0 ]; then
	echo "1..0 # SKIP must be run as root"
	exit $KSFT_SKIP
fi
if ! [ -e $T/run ] && ! modprobe test_kernel_pgtable 2> /dev/null ||
   ! [ -e $T/run ]; then
	echo "1..0 # SKIP no module test_kernel_pgtable, or no debugfs"
	exit $KSFT_SKIP
fi
if ! [ -e $TRACE/events/kernel_pgtable ]; then
	echo "1..0 # SKIP no trace events"
	exit $KSFT_SKIP
fi

trap cleanup EXIT
hold_ready=$(mktemp)

if [ $# -eq 0 ]; then
	for d in /dev/dsa/wq* /dev/iax/wq*; do
		mode=/sys/bus/dsa/devices/${d##*/}/mode
		[ ! -c "$d" ] || ! grep -q shared "$mode" || set -- "$@" "$d"
	done
fi

hows=
for how in pmd pud remove; do
	# Told apart from a failure: what this machine cannot do.
	if err=$( (echo $how > $T/run) 2>&1) ||
	   ! echo "$err" | grep -qi "not supported"; then
		hows="$hows $how"
	else
		result $KSFT_SKIP "$how" "not supported here"
	fi
done

for how in $hows; do
	test_none "$how"
	result $? "$how: nobody to tell, freed at once"
	test_bonds 1 "$how"
	result $? "$how: one bond is told before pages are freed"
	test_bonds 1000 "$how"
	result $? "$how: a thousand bonds are told before pages are freed"
done

if [ $# -eq 0 ]; then
	result $KSFT_SKIP "devices" "no device to bind to"
else
	test_one_process "$1"
	result $? "one process, one device"
	test_one_process "$@"
	result $? "one process, $# devices"
	test_processes 3 "$@"
	result $? "three processes for each of $# devices"
	test_race "$@"
	result $? "bind and unbind race with frees"
	test_none pmd
	result $? "all have gone: nobody to tell, freed at once"
fi

echo "1..$nr"
echo "# Totals: pass:$pass fail:$fail xfail:0 xpass:0 skip:$skip error:0"
[ $fail -eq 0 ]
