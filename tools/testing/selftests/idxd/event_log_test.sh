#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# What an administrator sees of the event log: the dump in debugfs, the counters
# in sysfs, the trace events.

TRACING=/sys/kernel/tracing
TMP=$(mktemp -d)

cd "$(dirname "$0")" || exit 1
# shellcheck source=ktap.sh
. ./ktap.sh
# shellcheck source=devices.sh
. ./devices.sh

DEVICE=$(fresh_device)
STATS=$BUS/$DEVICE/event_log
DUMP=/sys/kernel/debug/idxd/$DEVICE/event_log

# The largest ring, and more entries than it holds.
LARGE=$(repeat 65535)
STORM=$(repeat 100000)
# More than the smallest ring holds at once.
FAST=$(repeat 50000)

ktap_start
if [ -z "$DEVICE" ]; then
	echo "1..0 # SKIP no device with an event log"
	exit 4
fi
if [ ! -e "$DUMP" ]; then
	echo "1..0 # SKIP no debugfs"
	exit 4
fi

# get DUMP KEY: a number of the first lines
get() {
	sed -n "/^\$/q; s/^$2: //p" "$1"
}

# count DUMP STATE: entries shown in that state
count() {
	grep -c "^entry [0-9]*: $2\$" "$1"
}

stat_of() {
	cat "$STATS/$1"
}

# wait_stat NAME VALUE: until the counter has reached it
wait_stat() {
	for _ in $(seq 3000); do
		[ "$(stat_of "$1")" -lt "$2" ] || return 0
		sleep 0.1
	done
	return 1
}

# good_dump NAME FILE
good_dump() {
	ktap_equal "$1" "" "$(./evl_dump_check < "$2" 2>&1)"
}

ktap_equal "dump_mode" 400 "$(stat -c %a "$DUMP")"
ktap_equal "stats_mode" 444 "$(stat -c %a "$STATS"/* | sort -u)"

# A device that is disabled has no ring.
./setup-wqs.sh -d
ktap_equal "disabled" "size: 0" "$(cat "$DUMP")"

./setup-wqs.sh -e 256
cat "$DUMP" > "$TMP/empty"
ktap_equal "empty" "256 64 0 0 0 0 0" "$(
	for key in size "bytes per entry" head tail handled waiting "not taken"; do
		get "$TMP/empty" "$key"
	done | tr '\n' ' ' | sed 's/ $//')"
ktap_equal "empty_no_entry" 0 "$(grep -c ^entry "$TMP/empty")"
ktap_equal "max_used_starts_at_0" 0 "$(stat_of max_used)"

# A process whose records wait, until it is told to let their pages come.
mkfifo "$TMP/in" "$TMP/out"
start_stuck() {
	faults=$(stat_of cr_faults)
	./evl_stuck "$1" < "$TMP/in" > "$TMP/out" &
	exec 3> "$TMP/in" 4< "$TMP/out"
	read -r _ base wq <&4
	wait_stat cr_faults $((faults + $1))
}

# answer NAME COUNT
answer() {
	echo "answer $2" >&3
	read -r said <&4
	ktap_equal "$1" "written $2" "$said"
}

end_stuck() {
	exec 3>&- 4<&-
	wait
}

# wait_count FILE STATE COUNT: dump to the file until so many are in that state
wait_count() {
	for _ in $(seq 1000); do
		cat "$DUMP" > "$1"
		[ "$(count "$1" "$2")" -ne "$3" ] || return 0
	done
}

# Entries that wait for their pages, and those whose turn has come.
if start_stuck 200; then
	ktap_pass "faults_taken"
else
	ktap_fail "faults_taken"
fi
cat "$DUMP" > "$TMP/all"
exec 5< "$DUMP"
good_dump "waiting_good" "$TMP/all"
ktap_equal "waiting" "200 0" "$(count "$TMP/all" waiting) $(count "$TMP/all" handled)"
ktap_equal "words" "200 200 200" "$(
	grep -c '^  error: 0x1a, completion record page fault$' "$TMP/all") $(
	grep -c '^  operation: 0x00, no-op$' "$TMP/all") $(
	grep -c "^  queue: $wq\$" "$TMP/all")"

# Each at its address.
i=0
while [ $i -lt 200 ]; do
	printf '  address: %#x\n' $((base + i * 4096))
	i=$((i + 1))
done > "$TMP/addresses"
ktap_equal "addresses" "" "$(grep '^  address' "$TMP/all" | cmp - "$TMP/addresses" 2>&1)"

answer "answered" 70
wait_count "$TMP/some" handled 70
good_dump "some_good" "$TMP/some"
ktap_equal "some" "130 70" "$(count "$TMP/some" waiting) $(count "$TMP/some" handled)"
ktap_equal "some_in_order" "handled waiting" "$(
	sed -n 's/^entry [0-9]*: //p' "$TMP/some" | uniq | tr '\n' ' ' | sed 's/ $//')"

answer "answered_all" 200
wait_count "$TMP/none" handled 200
ktap_equal "handled" "0 200" "$(count "$TMP/none" waiting) $(count "$TMP/none" handled)"

# What was opened before shows what was there then.
ktap_equal "taken_at_open" "$(cat "$TMP/all")" "$(cat <&5)"
exec 5<&-
end_stuck

# Their places were written again while they wait: who is done with an entry
# says nothing about the one that is in its place then.
./setup-wqs.sh -e 64
start_stuck 200
cat "$DUMP" > "$TMP/again"
ktap_equal "again" "63 0" "$(count "$TMP/again" waiting) $(count "$TMP/again" handled)"
answer "again_answered" 137
sleep 0.2
cat "$DUMP" > "$TMP/again"
good_dump "again_good" "$TMP/again"
ktap_equal "again_waiting" "63 0" "$(count "$TMP/again" waiting) $(count "$TMP/again" handled)"
answer "again_answered_all" 200
wait_count "$TMP/again" handled 63
ktap_equal "again_handled" "0 63" "$(count "$TMP/again" waiting) $(count "$TMP/again" handled)"
end_stuck

# The ring goes round: the oldest is the one after the tail.
./setup-wqs.sh -e 64
./cr_flood_test > "$TMP/flood.log" 2>&1 || ktap_log "$(cat "$TMP/flood.log")"
cat "$DUMP" > "$TMP/round"
good_dump "round_good" "$TMP/round"
ktap_equal "round" 63 "$(count "$TMP/round" handled)"
ktap_equal "round_first" $((($(get "$TMP/round" tail) + 1) % 64)) \
	"$(sed -n '/^entry/{s/^entry \([0-9]*\):.*/\1/p;q}' "$TMP/round")"
used=$(stat_of max_used)
if [ "$used" -ge 1 ] && [ "$used" -le 63 ]; then
	ktap_pass "max_used"
else
	ktap_fail "max_used" "$used"
fi

# Every entry is counted as one kind.
sum_of_kinds() {
	echo $(($(stat_of cr_faults) + $(stat_of drains) + $(stat_of refused) + $(stat_of errors)))
}
ktap_equal "entries_are_of_a_kind" "$(stat_of entries)" "$(sum_of_kinds)"

./setup-wqs.sh -d
ktap_equal "max_used_stays" "$used" "$(stat_of max_used)"
./setup-wqs.sh -e "$LARGE"
ktap_equal "max_used_starts_anew" 0 "$(stat_of max_used)"

# Read again and again while there is much to do; nothing is lost for that.
./cr_flood_test > "$TMP/flood.log" 2>&1 &
flood=$!
dumps=0
while kill -0 $flood 2>/dev/null; do
	dumps=$((dumps + 1))
	cat "$DUMP" > "$TMP/busy$((dumps % 4))"
done
if wait $flood; then
	ktap_pass "busy_flood"
else
	ktap_fail "busy_flood" "$(cat "$TMP/flood.log")"
fi
ktap_log "$dumps dumps meanwhile"
for file in "$TMP"/busy*; do
	good_dump "busy_good_${file##*busy}" "$file"
done

# 0x1a with all that is needed, for queue 1, but of a PASID that is nobody's.
FLAGS=8c1a010000ffff0f
ENTRY=${FLAGS}0000000000000400$(printf '%096d' 0)
if ./evl_inject "$DEVICE" "$ENTRY" 2> "$TMP/why"; then
	# More than there is room for in the ring.
	entries=$(stat_of entries)
	./evl_inject "$DEVICE" "$STORM*$ENTRY"
	cat "$DUMP" > "$TMP/storm"
	if wait_stat entries $((entries + STORM)); then
		ktap_pass "storm_taken"
	else
		ktap_fail "storm_taken" "$(stat_of entries) of $((entries + STORM))"
	fi
	good_dump "storm_good" "$TMP/storm"
	ktap_log "in the storm: $(sed '/^$/q' "$TMP/storm" | tr '\n' ' ')"
	cat "$DUMP" > "$TMP/full"
	good_dump "full_good" "$TMP/full"
	ktap_equal "full_ring" $((LARGE - 1)) "$(count "$TMP/full" handled)"

	./setup-wqs.sh
	full=$(stat_of full)
	entries=$(stat_of entries)
	echo 1 > "$TRACING/events/idxd/idxd_evl_full/enable"
	./evl_inject "$DEVICE" "$FAST*$ENTRY"
	overwritten=0
	wrong=
	while [ "$(stat_of entries)" -lt $((entries + FAST)) ]; do
		cat "$DUMP" > "$TMP/fast"
		wrong=${wrong:-$(./evl_dump_check < "$TMP/fast" 2>&1)}
		overwritten=$((overwritten + $(get "$TMP/fast" overwritten)))
	done
	ktap_equal "fast_good" "" "$wrong"
	ktap_log "$overwritten entries overwritten before they were copied"
	echo 0 > "$TRACING/events/idxd/idxd_evl_full/enable"
	ktap_equal "full_max_used" 63 "$(stat_of max_used)"
	if [ "$(stat_of full)" -gt "$full" ] &&
	   grep -q "idxd_evl_full: $DEVICE index=[0-9]* size=64" "$TRACING/trace"; then
		ktap_pass "full_counted_and_traced"
	else
		ktap_fail "full_counted_and_traced" "$full $(stat_of full)"
	fi

	# Refused, for what reason.
	echo > "$TRACING/trace"
	echo 1 > "$TRACING/events/idxd/idxd_evl_refused/enable"
	refused=$(stat_of refused)
	REST=0000000000000400$(printf '%096d' 0)
	./evl_inject "$DEVICE" "$ENTRY"			# no_open_file
	./evl_inject "$DEVICE" "841a010000ffff0f$REST"	# queue not valid
	./evl_inject "$DEVICE" "881a010000ffff0f$REST"	# descriptor not valid
	./evl_inject "$DEVICE" "0c1a010000ffff0f$REST"	# information not valid
	./evl_inject "$DEVICE" "cc1a010000ffff0f$REST"	# privileged
	./evl_inject "$DEVICE" "8c26ff0000ffff0f$REST"	# no such queue
	wait_stat refused $((refused + 6))
	echo 0 > "$TRACING/events/idxd/idxd_evl_refused/enable"
	ktap_equal "refused_why" "no_open_file 3*incomplete privileged no_such_queue" "$(
		sed -n 's/.*idxd_evl_refused:.*why=//p' "$TRACING/trace" | uniq -c |
			awk '{ printf("%s%s%s", sep, ($1 > 1 ? $1 "*" : ""), $2); sep = " " }')"
	ktap_equal "refused_counted" $((refused + 6)) "$(stat_of refused)"

	# Each kind of error information, and what there is no name for.
	zeroes=$(printf '%064d' 0)
	entries=$(stat_of entries)
	entry=bc1101050302010007000000010200000010000000000000
	./evl_inject "$DEVICE" "${entry}0000000000000000$zeroes"
	entry=fc27017f010500000200000009000f000020000000000000
	./evl_inject "$DEVICE" "${entry}00000000000000000501000003000000$(printf '%048d' 0)"
	entry=00ff000000000000ffffffffffffffffffffffffffffffff
	./evl_inject "$DEVICE" "${entry}ffffffffffffffff$zeroes"
	wait_stat entries $((entries + 3))
	sleep 0.2
	cat "$DUMP" > "$TMP/kinds"
	good_dump "kinds_good" "$TMP/kinds"
	cat > "$TMP/want" <<END
  error: 0x11, invalid flags
  queue: wq${DEVICE##*[a-z]}.1
  operation: 0x03, memory move
  PASID: 258
  batch: 5, index 7
  address: 0x1000
  flags: descriptor_valid queue_valid batch write information_valid
  invalid flags: 0x00000201
  error: 0x27, batch finished
  queue: wq${DEVICE##*[a-z]}.1
  operation: 0x01, batch
  PASID: 5
  batch: 127, index 2
  address: 0x2000
  flags: descriptor_valid queue_valid batch write privileged information_valid first_error_of_batch
  requested: record interrupt, handle 9 (IMS)
  record: status 0x05, batch failed; result 0x01, completed 3, fault address 0x0
  error: 0xff, unknown
  address: 0xffffffffffffffff
  flags:
END
	ktap_equal "kinds" "$(cat "$TMP/want")" "$(sed -n '/^  error: 0x11/,$p' "$TMP/kinds" |
		grep -v '^  raw\|^entry\|^$')"
	ktap_equal "kinds_of_a_kind" "$(stat_of entries)" "$(sum_of_kinds)"
else
	for name in storm_taken storm_good full_good full_ring fast_good full_max_used \
		    full_counted_and_traced refused_why refused_counted \
		    kinds_good kinds kinds_of_a_kind; do
		ktap_skip "$name" "$(cat "$TMP/why")"
	done
fi

# The file stays open while the device goes.
./setup-wqs.sh -e 1024
./cr_flood_test > "$TMP/flood.log" 2>&1
exec 5< "$DUMP"
dd bs=4096 count=2 <&5 > /dev/null 2>&1
./setup-wqs.sh -d
if cat <&5 > "$TMP/rest" && grep -q '^entry' "$TMP/rest"; then
	ktap_pass "read_after_disable"
else
	ktap_fail "read_after_disable"
fi
exec 5<&-

./setup-wqs.sh -e 1024
pci=$(basename "$(readlink -f "$BUS/$DEVICE/..")")
exec 5< "$DUMP" 6< "$DUMP"
./setup-wqs.sh -d
echo "$pci" > /sys/bus/pci/drivers/idxd/unbind
[ -e "${DUMP%/*}" ]
ktap_equal "directory_gone" 1 $?
cat <&5 > /dev/null 2>&1
ktap_equal "no_read_after_unbind" 1 $?
exec 5<&-
# The file is the module's.
rmmod idxd 2> /dev/null
ktap_equal "module_stays" 1 $?
exec 6<&-
if rmmod idxd; then
	ktap_pass "module_goes"
	[ -e "${DUMP%/*/*}" ]
	ktap_equal "driver_directory_gone" 1 $?
	modprobe idxd
else
	ktap_fail "module_goes"
	ktap_fail "driver_directory_gone"
	echo "$pci" > /sys/bus/pci/drivers/idxd/bind
fi
# If devices are found in another order than before, it has another name.
for _ in $(seq 600); do
	DEVICE=$(find_device event_log configurable)
	DUMP=/sys/kernel/debug/idxd/$DEVICE/event_log
	[ ! -e "$DUMP" ] || break
	sleep 0.1
done
ktap_equal "back_again" "size: 0" "$(cat "$DUMP")"

# Opened by some while the ring comes and goes, and the device, too.
for _ in 1 2; do
	while :; do
		cat "$DUMP"
	done > /dev/null 2>&1 &
	readers="$readers $!"
done
ok=1
for round in $(seq "$(repeat 4)"); do
	./setup-wqs.sh -e $((64 + round * 1000)) || ok="round $round"
	[ $((round % 2)) -eq 0 ] || ./cr_flood_test > "$TMP/flood.log" 2>&1 || ok="flood $round"
	./setup-wqs.sh -d
	echo "$pci" > /sys/bus/pci/drivers/idxd/unbind
	echo "$pci" > /sys/bus/pci/drivers/idxd/bind
done
# shellcheck disable=SC2086 # words are meant
kill $readers
ktap_equal "read_all_the_time" 1 "$ok"

# IAA has entries twice as large.
IAX=
for dir in "$BUS"/iax*; do
	case $dir in *'!'* | *'*') continue ;; esac
	IAX=${dir##*/}
	break
done
if [ -n "$IAX" ] && [ -e "$BUS/$IAX/event_log" ]; then
	n=${IAX#iax}
	accel-config config-device "$IAX" --event-log-size=100
	accel-config config-engine "$IAX/engine$n.0" --group-id=0
	accel-config config-wq "$IAX/wq$n.0" --group-id=0 --type=user --mode=dedicated \
		--wq-size=16 --priority=10 --name=iaa
	accel-config enable-device "$IAX"
	DUMP=/sys/kernel/debug/idxd/$IAX/event_log
	STATS=$BUS/$IAX/event_log
	entries=$(stat_of entries)
	entry=8c1a00004305000000000000000004004010000000000000$(printf '%080d' 0)
	entry=${entry}0b000000$(printf '%0120d' 0)
	if ./evl_inject "$IAX" "150*$entry" 2> "$TMP/why"; then
		wait_stat entries $((entries + 150))
		cat "$DUMP" > "$TMP/iax"
		good_dump "iaa_good" "$TMP/iax"
		ktap_equal "iaa" "100 128 99 99 99" "$(get "$TMP/iax" size) $(
			get "$TMP/iax" "bytes per entry") $(
			count "$TMP/iax" handled) $(
			grep -c '^  operation: 0x43, compress$' "$TMP/iax") $(
			grep -c '^  record: status 0x0b, output buffer overflow;' "$TMP/iax")"
		ktap_equal "iaa_raw" "$(
			word=0000000000000000
			echo "  raw 0x00: 0000054300001a8c 0004000000000000 0000000000001040 $word"
			echo "  raw 0x20: $word $word $word $word"
			echo "  raw 0x40: 000000000000000b $word $word $word"
			echo "  raw 0x60: $word $word $word $word")" "$(
			grep '^  raw' "$TMP/iax" | tail -n 4)"
	else
		ktap_fail "iaa_good" "$(cat "$TMP/why")"
	fi
	accel-config disable-device "$IAX"
else
	ktap_skip "iaa_good" "no IAA device"
	ktap_skip "iaa" "no IAA device"
	ktap_skip "iaa_raw" "no IAA device"
fi

rm -rf "$TMP"
ktap_finish
