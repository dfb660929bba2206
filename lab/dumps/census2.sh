# Makes objects of kinds that neither census.sh nor any scenario has: other file systems, virtual machines, half-open
# connections, fragments, queues. What a kernel hasn't got is passed over.
exec 2>&1
for module in loop dummy vfat squashfs romfs isofs erofs udf btrfs xfs fuse sctp dccp dccp_ipv4 dccp_ipv6 l2tp_ip l2tp_ip6 rds rds_tcp kcm vsock smc \
  kvm kvm_amd ip_vs ip_vs_rr bfq nbd null_blk configfs nf_conntrack nf_conntrack_ftp nft_ct nft_connlimit; do modprobe $module 2>/dev/null; done
mkdir -p /run/c /var/images; cd /run/c
for image in /opt/lab/images/*.xz; do
  kind=$(basename $image .xz); mkdir $kind; xzcat $image > /var/images/$kind && mount -t $kind -o loop /var/images/$kind $kind
done
dd if=/dev/zero of=/var/images/vfat bs=1M count=8 2>/dev/null; mkdosfs /var/images/vfat; mkdir vfat; mount -t vfat -o loop /var/images/vfat vfat
for f in vfat udf btrfs xfs ext4; do for i in 1 2 3 4 5 6 7 8 9 10 11 12; do mkdir $f/d$i; cat /proc/meminfo > $f/d$i/file; done; done
sync; for f in *; do find $f -type f -exec cat {} + > /dev/null; ls -lR $f > /dev/null; done
echo bfq > /sys/block/vdc/queue/scheduler
mkdir cfg; mount -t configfs configfs cfg; for i in 1 2 3 4 5; do mkdir cfg/nullb/n$i; done
echo 600 > /proc/sys/net/ipv4/ipfrag_time; echo 600 > /proc/sys/net/ipv6/ip6frag_time; echo '0 100000' > /proc/sys/net/ipv4/ping_group_range
nft -f - <<'NFT'
table inet kinds {
  ct helper ftp { type "ftp" protocol tcp; }
  set many { type inet_service; flags dynamic; }
  chain out {
    type filter hook output priority 0; policy accept;
    tcp sport 7100-7101 tcp flags & (syn | ack) == (syn | ack) drop
    tcp dport 7021 ct helper set "ftp"
  }
  chain in {
    type filter hook input priority 0; policy accept;
    tcp dport 7021-7031 add @many { tcp dport ct count over 1000 } drop
  }
}
NFT
for port in 7021 7022 7023 7024; do background nc -l -p $port; done
ip link add a0 type dummy; ip addr add 10.0.0.1/24 dev a0; ip link set a0 up; ip route add 10.1.0.0/24 dev a0
ip xfrm policy add src 10.0.0.0/24 dst 10.1.0.0/24 dir out tmpl src 10.0.0.1 dst 10.0.0.2 proto esp mode tunnel
ip xfrm state add src 10.0.0.1 dst 10.0.0.2 proto esp spi 0x10 mode tunnel enc 'ecb(cipher_null)' '' auth 'digest_null' ''
background kinds
background sh -c 'dd if=/dev/zero of=/var/written bs=4k count=100 conv=fsync 2>/dev/null; exec 3</var/written; read -r line <&3; sleep 100000'
sleep 1
background sh -c '(for i in 1 2 3 4 5 6 7 8 9; do printf "PORT 127,0,0,1,30,$i\r\n"; sleep 0.2; done; sleep 100000) | nc 127.0.0.1 7021'
for port in 7022 7023 7024; do background sh -c "sleep 100000 | nc 127.0.0.1 $port"; done
sleep 5
cat /run/background.log
