#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Run by tests/arm64/run in the root: builds in /release/build, and runs the unit tests.
set -eu
triplet=aarch64-linux-gnu
mkdir -p /release/build
cd /release/build
../source/configure --prefix=/usr --enable-werror --host=$triplet >configure.log ||
	{ cat configure.log; exit 1; }
make -j"$(nproc)" test-programs >make.log 2>&1 || { cat make.log; exit 1; }
echo "ok builds: $($triplet-gcc --version | head -n 1)"

# In a user namespace only: elsewhere, these would be the machine's.
wrapper='' interpreters=/proc/sys/fs/binfmt_misc
magic='\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00'
mask='\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff'
if grep -q ' 65536$' /proc/self/uid_map && mount -t binfmt_misc none $interpreters 2>/dev/null; then
	printf ':arm64:M::%s:%s:/usr/bin/qemu-aarch64:F' "$magic" "$mask" >$interpreters/register
else
	wrapper=qemu-aarch64
fi

left_out=''
skip() { # REASON TEST...
	for name in "${@:2}"; do
		left_out="$left_out $name"
		echo "SKIP $name: $1"
	done
}
[ -z "$wrapper" ] || skip "binfmt_misc is not in this kernel's user namespaces" \
	tests/common/test_program tests/ctl/facts/test_old_server tests/ctl/facts/test_listeners
skip "53 s of computing, many times that emulated" tests/proxy/test_attackers
echo "SKIP test_numbers_of_descriptors: qemu leaves descriptors open that did not fit (test_handoff.c)"
TESTS_IN_QEMU=1 make check TEST_WRAPPER="$wrapper" TESTS="\$(filter-out $left_out,\$(unit_tests))"
