#!/bin/sh
# Second script of the guest, on the host's root: devices, loopback, udev, then the agent that does the host's bidding.
# usage: guest-start.sh REPOSITORY NODE
cd "$1"
node=$2
export PATH="$(dirname "$node"):$1/node_modules/.bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
export HOME=/lab/home TMPDIR=/lab/tmp LC_ALL=C.UTF-8
busybox ip link set lo up
# The kernel's log lands in the share, where the host can read it even when this guest hangs.
busybox cat /dev/kmsg > /lab/results/kernel.log &
/lib/systemd/systemd-udevd --daemon
udevadm trigger --action=add
# A node of the pool is taken by the read that waits for the host, hence more of them than the four usual ones.
export UV_THREADPOOL_SIZE=8 NODE_COMPILE_CACHE=/lab/cache
# Each Node stays on one processor, this one on the last: with its threads on two of them at once, QEMU's translation of
# V8's ever-changing code goes wrong every twentieth start.
busybox taskset "$(busybox nproc)" "$node" test/vm/lab/guest-agent.ts /dev/vport*p1 2> /lab/results/agent.log
busybox poweroff -f
