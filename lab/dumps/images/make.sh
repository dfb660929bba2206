#!/bin/sh
# Makes the images beside this file, which lab/dumps/census2.sh mounts: small file systems whose tools the guest hasn't
# got. Needs squashfs-tools, genromfs, genisoimage, erofs-utils, udftools, btrfs-progs, xfsprogs, e2fsprogs and xz.
set -e
to=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
cd "$work"
mkdir tree
for i in 1 2 3 4 5 6 7 8 9 10 11 12; do mkdir tree/d$i; echo text $i > tree/d$i/file; done
mksquashfs tree squashfs -noappend -quiet -no-progress -b 4096 -noI -noD -noF
genromfs -d tree -f romfs
genisoimage -quiet -R -o iso9660 tree
mkfs.erofs -T0 --quiet erofs tree
truncate -s 4M udf && mkudffs udf > /dev/null
truncate -s 64M btrfs && mkfs.btrfs -q -M -n 4096 btrfs
truncate -s 24M xfs && mkfs.xfs -q --unsupported -d agcount=1 -l size=4096b xfs
truncate -s 8M ext4 && mkfs.ext4 -q -b 1024 -J size=1 ext4
for image in squashfs romfs iso9660 erofs udf btrfs xfs ext4; do xz -9e -c $image > "$to/$image.xz"; done
rm -r "$work"
