#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Configures the device and measures it. Nothing is judged.

cd "$(dirname "$0")" || exit 1
# shellcheck source=machine.sh
. ./machine.sh

prepare_machine
./setup-wqs.sh -e 1024 || exit 1
./bench "$@"
