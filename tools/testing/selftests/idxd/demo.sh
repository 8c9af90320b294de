#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Configures the device and runs the demonstration; its exit status is the result.

cd "$(dirname "$0")" || exit 1
# shellcheck source=machine.sh
. ./machine.sh

prepare_machine
./setup-wqs.sh || exit 1
./demo "$@"
rc=$?
release_machine
exit $rc
