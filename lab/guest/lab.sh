# The words of the scenarios' set_up and stimulus. Sourced by the guest's shell before each script.

export PATH=/opt/lab/bin:$PATH
parameters=/sys/module/kmai_lab/parameters

# Loads the leak module: leak_module [fib6=1]
leak_module() { insmod "/opt/lab/module/$(uname -r)/kmai_lab.ko" "$@"; }

# leak burst|rate|every|stop …: see lab/module/main.c
leak() { echo "$*" > $parameters/leak; }

# The module's own account of one quantity; 0 where it was never loaded.
truth() {
  if [ -e $parameters/truth ]; then while read -r name value; do [ "$name" = "$1" ] && echo "$value"; done < $parameters/truth; else echo 0; fi
}

# In the background, with no hold on the agent's pipes. By its path: busybox's setsid would run its own ip.
background() {
  program=$(command -v "$1")
  shift
  setsid "$program" "$@" > /dev/null 2>> /run/background.log < /dev/null &
}

# A peer behind a veth pair. Its default-routed source 2001:db8:ffff::1 (10.255.0.1) is not on the link;
# 2001:db8:1::2 (10.9.1.2) is. Everything stays in the guest.
topology() {
  ip netns add peer
  ip link add eth0 type veth peer name eth1 netns peer
  ip addr add 2001:db8:1::1/64 dev eth0 nodad
  ip addr add 10.9.1.1/24 dev eth0
  ip link set eth0 up
  ip netns exec peer sh -c '
    ip link set lo up
    ip addr add 2001:db8:1::2/64 dev eth1 nodad
    ip addr add 10.9.1.2/24 dev eth1
    ip addr add 2001:db8:ffff::1/128 dev lo
    ip addr add 10.255.0.1/32 dev lo
    ip link set eth1 up
    ip route add default via 10.9.1.1'
  sleep 1
  ip -6 route add default via 2001:db8:1::2 dev eth0
  ip route add default via 10.9.1.2 dev eth0
  background traffic sink 7777
  # Neighbours must know each other before a burst, or its first packets are lost.
  sleep 0.3
  from_peer off-link6 50 50 > /dev/null
  from_peer off-link4 50 50 > /dev/null
}

# from_peer off-link6|on-link6|off-link4|on-link4 COUNT|forever [RATE [PERIOD [udp|tcp|flows]]]: packets to this machine
from_peer() {
  case $1 in
    off-link6) set -- 2001:db8:ffff::1 2001:db8:1::1 "$2" "${3:-0}" "${4:-0}" "${5:-udp}" ;;
    on-link6) set -- 2001:db8:1::2 2001:db8:1::1 "$2" "${3:-0}" "${4:-0}" "${5:-udp}" ;;
    off-link4) set -- 10.255.0.1 10.9.1.1 "$2" "${3:-0}" "${4:-0}" "${5:-udp}" ;;
    on-link4) set -- 10.9.1.2 10.9.1.1 "$2" "${3:-0}" "${4:-0}" "${5:-udp}" ;;
    *) echo "from_peer: no source $1" >&2; return 2 ;;
  esac
  ip netns exec peer /opt/lab/bin/traffic "$6" "$1" "$2" 7777 "$3" "$4" "$5"
}

# What firewalld's IPv6_rpfilter=yes installs: table, chain and rule as it names them.
firewalld() {
  nft -f - <<'NFT'
table inet firewalld {
  chain filter_PREROUTING {
    type filter hook prerouting priority filter + 10; policy accept;
    icmpv6 type { nd-router-advert, nd-neighbor-solicit } accept
    meta nfproto ipv6 fib saddr . mark . iif oif missing drop
  }
  chain filter_INPUT {
    type filter hook input priority filter + 10; policy accept;
    ct state { established, related } accept
    iifname "lo" accept
  }
}
NFT
}

# The other way to the same look-up: ip6tables -m rpfilter.
ip6tables_rpfilter() { ip6tables -t raw -A PREROUTING -m rpfilter --invert -j DROP; }

# What wg-quick adds for AllowedIPs = ::/0 (without the tunnel: its rules alone arm the bug).
wg_quick() {
  ip -6 rule add not fwmark 51820 table 51820
  ip -6 rule add table main suppress_prefixlength 0
  ip -4 rule add not fwmark 51820 table 51820
  ip -4 rule add table main suppress_prefixlength 0
}

# What SUSE's cloud-netconfig adds for an interface on Azure: its addresses look into their own table after main without its default route.
cloud_netconfig() {
  ip -6 rule add from all lookup main suppress_prefixlength 0 priority 1000
  ip -6 rule add from 2001:db8:1::1 lookup 10000 priority 10400
  ip -6 route add default via 2001:db8:1::2 dev eth0 table 10000
  ip -4 rule add from 10.9.1.1 lookup 10000 priority 10400
  ip -4 route add default via 10.9.1.2 dev eth0 table 10000
}

# The machine of the seed, as far as files say: its distribution and its name.
opensuse() {
  hostname azure-b1s
  echo azure-b1s > /etc/hostname
  cat > /etc/os-release <<'OS'
NAME="openSUSE Leap"
VERSION="15.5"
ID="opensuse-leap"
ID_LIKE="suse opensuse"
VERSION_ID="15.5"
PRETTY_NAME="openSUSE Leap 15.5"
OS
}

# What /proc says, read without kmai: the row slabinfo shows for a cache, whatever it is merged with.
shown_as() {
  if [ -L "/sys/kernel/slab/$1" ]; then
    target=$(readlink "/sys/kernel/slab/$1")
    names=$(ls -l /sys/kernel/slab | while read -r _ _ _ _ _ _ _ _ name _ to; do [ "$to" = "$target" ] && echo "$name"; done)
  else
    names=$1
  fi
  while read -r row _; do for name in $names; do [ "$row" = "$name" ] && echo "$row"; done; done < /proc/slabinfo
}

# Active objects of the cache that holds this alias, after the empty slabs and per-CPU lists were given back.
objects() {
  echo 1 > "/sys/kernel/slab/$1/shrink"
  row=$(shown_as "$1")
  while read -r name active _; do [ "$name" = "$row" ] && echo "$active"; done < /proc/slabinfo
}

# The sixth field of rt6_stats: IPv6 destinations that exist.
rt6_destinations() { read -r _ _ _ _ _ destinations _ < /proc/net/rt6_stats; echo $((0x$destinations)); }

# meminfo KEY, in kB
meminfo() { while read -r key value _; do [ "$key" = "$1:" ] && echo "$value"; done < /proc/meminfo; }

# snmp6 COUNTER
snmp6() { while read -r name value; do [ "$name" = "$1" ] && echo "$value"; done < /proc/net/snmp6; }

# snmp COUNTER, by the names of /proc/net/snmp joined: IpInReceives, UdpInDatagrams
snmp() {
  protocol=
  while read -r line; do
    [ "${line%%:*}" = "$protocol" ] || { protocol=${line%%:*}; names=${line#*: }; continue; }
    values=${line#*: }
    for name in $names; do
      [ "$protocol$name" = "$1" ] && echo "${values%% *}"
      values=${values#* }
    done
  done < /proc/net/snmp
}
