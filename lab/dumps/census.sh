# Makes objects of kinds that no other dump has: file systems, namespaces, sockets, network devices. What a kernel
# hasn't got is passed over; the census is judged by what is there.
for module in vfat minix overlay fuse bridge macvlan veth sunrpc configfs zram sctp dccp l2tp_core xfrm_user esp4 af_key tun loop ip_vs \
  nf_conntrack btrfs xfs nfs fscache kvm dm_mod smc tipc can mptcp; do modprobe $module 2>/dev/null; done
mkdir -p /run/c; cd /run/c; mkdir -p v m z lower upper work over rpc cfg bin sec ram
dd if=/dev/zero of=/var/v.img bs=1M count=16 2>/dev/null; mkfs.vfat /var/v.img; mount -o loop /var/v.img v
dd if=/dev/zero of=/var/m.img bs=1M count=4 2>/dev/null; mkfs.minix /var/m.img; mount -t minix -o loop /var/m.img m
echo 16M > /sys/block/zram0/disksize && mkfs.vfat /dev/zram0 && mount /dev/zram0 z
for i in 1 2 3 4 5 6 7 8 9 10 11 12; do for f in v m z lower; do mkdir $f/d$i; echo text $i > $f/d$i/file; done; done
mount -t overlay -o lowerdir=lower,upperdir=upper,workdir=work overlay over && find over -type f -exec cat {} + > /dev/null; echo more >> over/d1/file
mount -t rpc_pipefs sunrpc rpc; mount -t configfs configfs cfg; mount -t binfmt_misc binfmt bin; mount -t securityfs securityfs sec; mount -t ramfs ramfs ram
find cfg rpc sec bin > /dev/null
ip link add br0 type bridge; for i in 1 2 3 4; do ip link add a$i type veth peer name b$i; ip link set a$i master br0; ip link set a$i up; ip link set b$i up; done; ip link set br0 up
ip xfrm state add src 10.0.0.1 dst 10.0.0.2 proto esp spi 0x10 mode tunnel enc 'ecb(cipher_null)' '' auth 'digest_null' ''
ip xfrm policy add src 10.0.0.0/24 dst 10.1.0.0/24 dir out tmpl src 10.0.0.1 dst 10.0.0.2 proto esp mode tunnel
background inotifyd - /run/c /tmp
background syslogd -n
background udhcpc -i b1 -f
background arping -I b2 10.9.9.9
for i in 1 2 3; do background unshare -U -n -i -u -p -f sleep 100000; done
background sh -c 'exec 3</proc/meminfo 4</proc/vmstat 5</proc/mounts; read line <&3; sleep 100000'
background sh -c 'sleep 100000 | sleep 100000'
background nc -l -p 7000
background nc -u -l -p 7001
sleep 2; nc 127.0.0.1 7000 < /dev/null > /dev/null &
sleep 3
true
