import type { BpfCommands } from './bpf-commands.ts';
import type { Pinned } from './syscall.ts';

/** struct bpf_btf_info */
const INFO_BYTES = 32;

/**
 * The kernel's BTF: mapped where the file lets itself be (since v6.16, commit a539e2a6d51d), else in one copy: read, the file comes in
 * 1,350 pages. Read-only; it lies in memory that `close` frees.
 * @returns undefined before v5.11 (commit 5329722057d4), where it could not be asked for
 */
export function kernelBtf({ system, attribute, u32, u64, area, command }: BpfCommands): Buffer | undefined {
  /** struct bpf_btf_info: btf 0, btf_size 8, id 12, name 16, name_len 24, kernel_btf 28. */
  const vmlinux = (fd: number): Buffer | undefined => {
    const info = area('btf info', INFO_BYTES);
    const btfName = area('btf name', 64);
    const ask = (bytes: Pinned | undefined) => {
      info.bytes.fill(0);
      if (bytes !== undefined) {
        info.bytes.writeBigUInt64LE(bytes.address, 0);
        info.bytes.writeUInt32LE(bytes.bytes.length, 8);
      }
      info.bytes.writeBigUInt64LE(btfName.address, 16);
      info.bytes.writeUInt32LE(btfName.bytes.length, 24);
      return command('OBJ_GET_INFO_BY_FD', () => {
        u32(0, fd);
        u32(4, INFO_BYTES);
        u64(8, info.address);
      });
    };
    btfName.bytes.fill(0);
    if (ask(undefined) < 0 || info.bytes.readUInt32LE(28) === 0 || btfName.bytes.toString('latin1', 0, 8) !== 'vmlinux\0') return undefined;
    const bytes = area('btf', info.bytes.readUInt32LE(8));
    return ask(bytes) < 0 ? undefined : bytes.bytes;
  };
  const mapped = system.map('/sys/kernel/btf/vmlinux');
  if (mapped !== undefined) return mapped;
  for (let id = 0; ; ) {
    if (command('BTF_GET_NEXT_ID', () => u32(0, id)) < 0) return undefined;
    id = attribute.bytes.readUInt32LE(4);
    const fd = command('BTF_GET_FD_BY_ID', () => u32(0, id));
    if (fd < 0) continue; // a program's own, gone meanwhile
    try {
      const bytes = vmlinux(fd);
      if (bytes !== undefined) return bytes;
    } finally {
      system.closeFd(fd);
    }
  }
}
