import { ATTRIBUTE_BYTES, type BpfCommands, commands, ENOENT, must } from './bpf-commands.ts';
import type { Pinned } from './syscall.ts';

const mapTypes = { hash: 1, array: 2, percpu_hash: 5, percpu_array: 6, stack_trace: 7 } as const;
export interface MapSpec {
  readonly name: string;
  readonly type: keyof typeof mapTypes;
  readonly keyBytes: number;
  readonly valueBytes: number;
  readonly entries: number;
}

/** Every method throws `BpfRefused`. */
export interface BpfMaps {
  createMap(spec: MapSpec): number;
  /** Creates several at once, on threads of their own: a large one takes the kernel tens of milliseconds. All or none. */
  createMaps(specs: readonly MapSpec[]): Promise<readonly number[]>;
  /** The value (for per-CPU maps: all CPUs' values, each rounded up to 8 bytes), or undefined when the key is absent. The buffer is reused by the next call. */
  lookup(map: number, key: Uint8Array, valueBytes: number): Buffer | undefined;
  update(map: number, key: Uint8Array, value: Uint8Array): void;
  /** Hands every entry of a hash map over, in batches. `keys` and `values` are reused by the next batch. */
  batches(map: number, keyBytes: number, valueBytes: number, each: (keys: Buffer, values: Buffer, count: number) => void): void;
}

const BATCH = 16_384;
const ENOSPC = 28;

export function bpfMaps({ system, number, attribute, u32, u64, area, command }: BpfCommands): BpfMaps {
  const key = system.pin(64);
  const element = (which: 'MAP_LOOKUP_ELEM' | 'MAP_UPDATE_ELEM', map: number, keyBytes: Uint8Array, value: Pinned) => {
    key.bytes.set(keyBytes);
    return command(which, () => {
      u32(0, map);
      u64(8, key.address);
      u64(16, value.address);
    });
  };

  const describeMap = (to: Buffer, spec: MapSpec) => {
    [mapTypes[spec.type], spec.keyBytes, spec.valueBytes, spec.entries].forEach((value, index) => to.writeUInt32LE(value, index * 4));
    to.write(spec.name.slice(0, 15), 28, 'latin1');
  };
  const createMap = (spec: MapSpec): number =>
    must(
      `creating the map ${spec.name}`,
      command('MAP_CREATE', () => describeMap(attribute.bytes, spec)),
    );

  return {
    createMap,
    async createMaps(specs) {
      const made = await Promise.all(
        specs.map((spec) => {
          const own = system.pin(ATTRIBUTE_BYTES);
          own.bytes.fill(0);
          describeMap(own.bytes, spec);
          return system.callAside(number, commands.MAP_CREATE, own.address, ATTRIBUTE_BYTES);
        }),
      );
      const fds: number[] = [];
      try {
        // What failed there is tried once more here, where the kernel's reason is heard.
        for (const [index, fd] of made.entries()) fds.push(fd ?? createMap(specs[index]!));
        return fds;
      } catch (error) {
        for (const fd of [...fds, ...made.slice(fds.length)]) if (fd !== undefined) system.closeFd(fd);
        throw error;
      }
    },
    lookup(map, keyBytes, valueBytes) {
      const value = area('value', valueBytes);
      const result = element('MAP_LOOKUP_ELEM', map, keyBytes, value);
      if (result === -ENOENT) return undefined;
      must('reading a map', result);
      return value.bytes.subarray(0, valueBytes);
    },
    update(map, keyBytes, valueBytes) {
      const value = area('value', valueBytes.length);
      value.bytes.set(valueBytes);
      must('writing a map', element('MAP_UPDATE_ELEM', map, keyBytes, value));
    },
    batches(map, keyBytes, valueBytes, each) {
      const cursor = area('cursor', 8);
      let room = BATCH;
      for (let first = true; ; ) {
        const keys = area('keys', keyBytes * room);
        const values = area('values', valueBytes * room);
        const result = command('MAP_LOOKUP_BATCH', () => {
          u64(0, first ? 0n : cursor.address);
          u64(8, cursor.address);
          u64(16, keys.address);
          u64(24, values.address);
          u32(32, room);
          u32(36, map);
        });
        // A bucket with more entries than there is room for: nothing was read, ask again with more.
        if (result === -ENOSPC && room < BATCH * 64) {
          room *= 2;
          continue;
        }
        if (result < 0 && result !== -ENOENT) must('reading a map in batches', result);
        first = false;
        const count = attribute.bytes.readUInt32LE(32);
        if (count > 0) each(keys.bytes, values.bytes, count);
        if (result === -ENOENT) return;
      }
    },
  };
}
