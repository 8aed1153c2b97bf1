#!/bin/bash
# boot.sh BASE FOLDER NAME CGROUP: systemd on a copy of BASE, whose changes stay in FOLDER, in namespaces of its own.
# A pure cgroup2 view, also where the host has both versions: the new namespace is rooted at CGROUP.
set -eu
export BASE=$1 FOLDER=$2 NAME=$3
mkdir -p "$4"
echo $$ >"$4/cgroup.procs"
exec unshare --mount --net --pid --uts --ipc --cgroup --fork --kill-child --propagation private bash -eu -c '
  root=$FOLDER/root
  hostname "$NAME"
  mkdir -p "$FOLDER"/{upper,work,containers} "$root"
  mount -t overlay -o "lowerdir=$BASE,upperdir=$FOLDER/upper,workdir=$FOLDER/work" overlay "$root"
  mount -t proc proc "$root/proc"
  mount -t tmpfs -o mode=755 run "$root/run"
  mount -t tmpfs tmp "$root/tmp"
  mount -t tmpfs -o mode=755 dev "$root/dev"
  # Podman keeps layers in an overlay, and that wants another file system than an overlay below it.
  mkdir -p "$root/var/lib/containers"
  mount --bind "$FOLDER/containers" "$root/var/lib/containers"
  for device in null zero full random urandom tty fuse; do
    touch "$root/dev/$device"
    mount --bind "/dev/$device" "$root/dev/$device"
  done
  mkdir -p "$root/dev/net" "$root/dev/pts" "$root/dev/shm"
  touch "$root/dev/net/tun"
  mount --bind /dev/net/tun "$root/dev/net/tun"
  mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts"
  ln -s pts/ptmx "$root/dev/ptmx"
  mount -t tmpfs shm "$root/dev/shm"
  ln -s /proc/self/fd "$root/dev/fd"
  for number in 0:stdin 1:stdout 2:stderr; do ln -s "/proc/self/fd/${number%:*}" "$root/dev/${number#*:}"; done
  mount -t sysfs -o ro sysfs "$root/sys"
  mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
  ip link set lo up
  cd "$root"
  mkdir -p .old
  pivot_root . .old
  umount -l /.old
  exec env -i container=other PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --log-target=console --show-status=false'
