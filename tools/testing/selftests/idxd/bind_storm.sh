#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Configures all devices and has processes bind and unbind PASIDs on them, with
# page requests under way: first so, then beside pages that do not come.
#
# usage: bind_storm.sh SECONDS

cd "$(dirname "$0")" || exit 1
# shellcheck source=machine.sh
. ./machine.sh
# shellcheck source=devices.sh
. ./devices.sh

prepare_machine
for dir in "$BUS"/dsa[0-9]*; do
	./setup-wqs.sh "${dir##*/}" || exit 1
done
rc=0
./bind_storm "$1" || rc=1
./bind_storm "$1" stuck || rc=1
release_machine
exit $rc
