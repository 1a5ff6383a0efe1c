#!/bin/busybox sh
# First process of the guest: loads the modules, puts the host's root below a writable layer and goes on from there.
# Everything that is not busybox comes from the host (usb-lab.md 1).
set -e
b=/bin/busybox
$b mkdir -p /proc /sys /dev /host /layer /new
$b mount -t proc proc /proc
$b mount -t sysfs sysfs /sys
$b mount -t devtmpfs dev /dev
while read -r module; do $b insmod "/modules/$module.ko"; done < /modules/order
options=trans=virtio,version=9p2000.L,msize=512000
$b mount -t 9p -o "$options,ro,cache=loose" host /host
$b mount -t tmpfs layer /layer
$b mkdir /layer/upper /layer/work
$b mount -t overlay -o lowerdir=/host,upperdir=/layer/upper,workdir=/layer/work overlay /new
$b mount -t proc proc /new/proc
$b mount -t sysfs sysfs /new/sys
$b mount -t devtmpfs dev /new/dev
$b mount -t tmpfs run /new/run
$b mkdir -p /new/lab /new/lab/results /new/lab/cache /new/lab/home /new/lab/tmp /new/dev/pts /new/dev/shm
$b mount -t devpts devpts /new/dev/pts
$b mount -t tmpfs shm /new/dev/shm
$b mount -t 9p -o "$options,cache=none" results /new/lab/results
$b mount -t 9p -o "$options,cache=loose" cache /new/lab/cache
$b umount /proc /sys /dev
# The kernel hands the words after "--" on its command line to this script: the second script, on the host's root.
exec $b switch_root /new "$@"
