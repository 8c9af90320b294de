# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# An apt of the project's own: lists, cache and configuration in $OUT/apt, the
# mirrors those that the machine's apt uses. The machine's apt is not touched.

APT=$OUT/apt

# The sources: what the machine has of Debian 12, and from the same mirror
# trixie (QEMU, accel-config), bookworm-backports (meson) and trixie-backports
# (a kernel that knows DSA 2.0 on its own).
apt_sources() {
	{
		apt-get indextargets --format '$(ORIGIN)|$(REPO_URI)|$(CODENAME)|$(COMPONENT)' 'Created-By: Packages'
		# Before a first 'apt-get update' there is only what is configured.
		apt-get indextargets --no-release-info --format '|$(REPO_URI)|$(RELEASE)|$(COMPONENT)' 'Created-By: Packages'
	} |
		awk -F'|' '
		$1 == "Debian" {
			known = 1
		}
		($1 == "Debian" || !known) && $3 ~ /^bookworm/ && $4 == "main" && !seen[$2 $3]++ {
			print "deb [signed-by=" key "] " $2 " " $3 " main"
			if ($3 == "bookworm" && !main)
				main = $2
		}
		END {
			if (main == "")
				exit 1
			if (!seen[main "bookworm-backports"])
				print "deb [signed-by=" key "] " main " bookworm-backports main"
			print "deb [signed-by=" key "] " main " trixie main"
			print "deb [signed-by=" key "] " main " trixie-backports main"
			print "deb-src [signed-by=" key "] " main " trixie main"
		}' key=/usr/share/keyrings/debian-archive-keyring.gpg
}

# apt_setup: fetch the lists, unless they are there and less than a day old
apt_setup() {
	mkdir -p "$APT/lists/partial" "$APT/cache/archives/partial" "$APT/state"
	: >"$APT/state/status"
	cat >"$APT/apt.conf" <<-END
	Dir::Etc::sourcelist "$APT/sources.list";
	Dir::Etc::sourceparts "/dev/null";
	Dir::Etc::preferencesparts "/dev/null";
	Dir::State "$APT/state";
	Dir::State::lists "$APT/lists";
	Dir::State::status "$APT/state/status";
	Dir::Cache "$APT/cache";
	APT::Sandbox::User "";
	APT::Default-Release "";
	Acquire::Languages "none";
	END
	apt_sources >"$APT/sources.list.new" ||
		die "No Debian 12 mirror is configured: 'apt-get indextargets' names none for bookworm."
	if cmp -s "$APT/sources.list.new" "$APT/sources.list" && [ -n "$(find "$APT/updated" -mtime -1 2>/dev/null)" ]; then
		return
	fi
	mv "$APT/sources.list.new" "$APT/sources.list"
	own apt-get update --error-on=any >"$LOGS/apt.log" 2>&1 ||
		die "The package lists could not be fetched: $(why_failed "$LOGS/apt.log") (see $LOGS/apt.log)."
	touch "$APT/updated"
}

# own COMMAND...: run an apt command with the project's configuration
own() {
	APT_CONFIG=$APT/apt.conf "$@"
}

# version PACKAGE [RELEASE]: the version that would be fetched
version() {
	if [ $# -gt 1 ]; then
		own apt-cache madison "$1" | awk -F' *[|] *' -v r="$2" '$3 ~ " " r "/" { print $2; exit }'
	else
		own apt-cache policy "$1" | sed -n 's/^  Candidate: //p'
	fi
}
