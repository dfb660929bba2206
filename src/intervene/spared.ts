/** Who is never paused: without them the machine, or the way to it, may not come back. */
const names: readonly { readonly pattern: RegExp; readonly why: string }[] = [
  { pattern: /^(sshd.*|dropbear|telnetd|agetty|login|su|sudo|mosh-server|tmux.*|screen)$/i, why: 'the way in' },
  { pattern: /^(systemd.*|init|\(sd-pam\)|runsvdir|s6-.*|supervisord|openrc.*|elogind.*)$/i, why: 'init and its helpers' },
  { pattern: /^(dbus.*|polkitd|udevd|eudev|rsyslogd|syslog.*|journald|auditd|audispd)$/i, why: 'what all others wait for' },
  {
    pattern:
      /^(NetworkManager|nm-.*|wpa_supplicant|iwd|dhclient|dhcpcd|udhcpc|connmand|wickedd.*|netplan|networkd.*|keepalived|bird6?|zebra|bgpd|frr.*)$/i,
    why: 'the network',
  },
  {
    pattern:
      /^(multipathd|iscsid|dmeventd|lvm.*|mdadm|mdmon|zed|zfs.*|rpc\..*|rpcbind|nfs.*|mount\..*|fuse.*|ceph.*|gluster.*|drbd.*|tcmu.*|blkmapd|autofs|automount)$/i,
    why: 'storage',
  },
  // A watchdog that is not fed, a cluster member that is silent: the machine is reset.
  { pattern: /^(watchdog.*|wd_keepalive|corosync|pacemaker.*|sbd|stonith.*|fenced)$/i, why: 'whoever resets a silent machine' },
  {
    pattern: /^(qemu.*|cloud-hyperviso|firecracker|waagent|walinuxagent|google_guest.*|amazon-ssm.*|vmtoolsd|hv_.*)$/i,
    why: "the hypervisor's and the cloud's agents",
  },
];

/** Why a process of this name is never paused; null where nothing speaks against it. Unit names come without `.service`. */
export function sparedByName(name: string): string | null {
  return names.find(({ pattern }) => pattern.test(name))?.why ?? null;
}
