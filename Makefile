# SPDX-License-Identifier: GPL-2.0-or-later
# Every command of the project. What they build is in out/.

OUT ?= $(CURDIR)/out
export OUT

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{ printf "%-20s %s\n", $$1, $$2 }'

demo: ## build what is missing, boot the guest and show faults being handled
	@harness/build plain
	@harness/demo

check: ## build what is missing and run all tests
	@harness/check

thorough: ## the tests and more: other configurations, whole builds of each commit; an hour or two
	@harness/check thorough

bench: ## measure the device and the event log, beside the machine's own memcpy()
	@harness/build plain
	@harness/bench

fuzz: ## build the device with sanitizers and fuzz it for SECONDS (300)
	@harness/build
	@harness/fuzz $(SECONDS)

build: ## QEMU, the kernel and the guest, and the same with all that finds bugs
	@harness/build plain debug

peers: ## software of others on the device: Debian's newest kernel as packaged, accel-config's tests, DPDK
	@harness/build plain
	@harness/peer stock

peers-source: ## the same with that kernel built from its source package
	@harness/build plain
	@harness/peer source

peers-own: ## the same with the project's kernel
	@harness/build plain
	@harness/peer own

guest: ## a shell in the guest, with the device (leave it with 'exit')
	@harness/build plain
	@harness/boot

guest-debug: ## the same with the debug kernel
	@harness/build plain debug
	@harness/boot -k debug

series: ## the kernel series as patches to send, in out/series/
	@harness/build >/dev/null
	@harness/series

each-commit: ## build the series at every commit
	@harness/build >/dev/null
	@harness/each-commit

refresh-linux: ## developers: take the kernel series from TREE, commits BASE..BRANCH
	@harness/refresh linux "$(TREE)" "$(BASE)" "$(BRANCH)"

refresh-qemu: ## developers: take the QEMU series from TREE, commits BASE..BRANCH
	@harness/refresh qemu "$(TREE)" "$(BASE)" "$(BRANCH)"

clean: ## remove what was built, keep the sources
	rm -rf "$(OUT)/build" "$(OUT)/logs" "$(OUT)"/stamps/kernel-* "$(OUT)"/stamps/guest-* "$(OUT)"/stamps/qemu "$(OUT)/stamps/qemu-configure"

distclean: ## remove everything that is not the project's
	rm -rf "$(OUT)"

.PHONY: help demo check thorough bench fuzz build peers peers-source peers-own guest guest-debug series each-commit refresh-linux refresh-qemu clean distclean
