import { type Btf, type BtfPlace, decodeBtf } from '../kernel/btf.ts';
import { BadDump, type Flaws, Unmapped } from './damage.ts';
import type { Image } from './memory/image.ts';
import { pageSize } from './memory/image.ts';
import { type Memory, virtualMemory } from './memory/memory.ts';
import { pageCache } from './memory/pages.ts';
import { x8664 } from './memory/x86-64.ts';
import { decodeKallsyms, type Kallsyms, readKallsyms } from './symbols/kallsyms.ts';
import { type Module, readModules } from './symbols/modules.ts';
import { findVmcoreinfo, parseVmcoreinfo, type Vmcoreinfo } from './symbols/vmcoreinfo.ts';

/** A kernel's memory with the kernel's own symbols and types: all that the examinations below need. */
export interface Kernel {
  readonly image: Image;
  readonly info: Vmcoreinfo;
  readonly release: string;
  readonly memory: Memory;
  readonly symbols: Kallsyms;
  readonly btf: Btf;
  /** Start of the array of `struct page`. */
  readonly vmemmap: bigint;
  /** Start of the direct map. */
  readonly directMap: bigint;
  /** Possible CPUs. */
  readonly cpus: readonly number[];
  readonly modules: readonly Module[];
  /** A symbol of the kernel's or of a module's, by name. */
  addressOf(name: string): bigint | undefined;
  /** BTFs of modules, each on top of the kernel's. */
  readonly moduleBtfs: readonly { readonly module: string; readonly btf: Btf }[];
  /** A symbol's address. @throws BadDump where the kernel has none of that name */
  symbol(name: string): bigint;
  /** Byte offset of a member. @throws BadDump where the kernel's types have none */
  offset(struct: string, path: string): number;
  has(struct: string, path: string): boolean;
  sizeOf(struct: string): number;
  /** Bytes of a struct page. @throws BadDump where they can't be */
  readonly structPage: number;
  /** Where a per-cpu address is on a CPU. */
  perCpu(address: bigint, cpu: number): bigint;
  /** `ip6_dst_alloc+0x2a`, with `[module]` behind a module's; undefined where no symbol covers the address. */
  symbolAt(
    address: bigint,
  ): { readonly name: string; readonly offset: number; readonly module: string | undefined; readonly type: string } | undefined;
  /** Entries of a list_head, as addresses of the struct that has it at `offset`; a ring that never closes is a flaw. */
  list(head: bigint, offset: number, most: number, found: Flaws): readonly bigint[];
}

const mostBtfBytes = 1 << 26;
/** Of a struct page: 32 would hold nothing, and with every debugging option it has less than 128. */
const [leastStructPage, mostStructPage] = [40, 512];
const mostCpus = 8192;

/** Computed when first asked for. */
function lazy<T>(make: () => T): () => T {
  let done: { readonly value: T } | undefined;
  return () => (done ??= { value: make() }).value;
}

/**
 * Finds VMCOREINFO, kallsyms and BTF in an image, with no debuginfo.
 * @throws BadDump where one of them is missing; Unmapped where its pages are
 */
export function openKernel(image: Image): Kernel {
  const text = image.note.includes('SYMBOL(') ? image.note : findVmcoreinfo(image);
  if (text === '') throw new BadDump('dump', 'VMCOREINFO expected, neither in a note nor in memory');
  const info = parseVmcoreinfo(text);
  const pages = pageCache(image);
  const architecture = x8664(info, pages);
  const memory = virtualMemory(image, pages, architecture);
  const symbols = decodeKallsyms(readKallsyms(memory, info));

  function symbol(name: string): bigint {
    const address = symbols.address(name);
    if (address === undefined) throw new BadDump('kallsyms', `symbol ${name} expected (data symbols need CONFIG_KALLSYMS_ALL)`);
    return address;
  }
  function variable(name: string): bigint | undefined {
    const address = symbols.address(name);
    return address === undefined ? undefined : memory.u64(address);
  }
  const directMap = variable('page_offset_base') ?? architecture.defaults.directMap;
  architecture.directMap.start = directMap;
  architecture.directMap.end = directMap + BigInt(image.frames) * BigInt(pageSize);

  const btf = lazy(() => readBtf(memory, symbols));
  // The walks ask for the same few members thousands of times.
  const places = new Map<string, BtfPlace | undefined>();
  function placeOf(struct: string, path: string): BtfPlace | undefined {
    const key = `${struct} ${path}`;
    const known = places.get(key);
    if (known !== undefined || places.has(key)) return known;
    const place = btf().member(struct, path);
    places.set(key, place);
    return place;
  }
  function offset(struct: string, path: string): number {
    const place = placeOf(struct, path);
    if (place === undefined) throw new BadDump('BTF', `${struct}.${path} expected`);
    return place.offset;
  }
  function list(head: bigint, at: number, most: number, found: Flaws): readonly bigint[] {
    const entries: bigint[] = [];
    try {
      // A ring that does not pass its head is met again at a marker that moves on at powers of two (Brent).
      let marker = 0n;
      for (let entry = memory.u64(head); entry !== head; entry = memory.u64(entry)) {
        if (entry === marker || entries.length >= most) {
          found.add(head, entry === marker ? 'a list that never comes back to its head' : `a list of more than ${most} entries`);
          return [...new Set(entries)];
        }
        if ((entries.length & (entries.length - 1)) === 0) marker = entry;
        entries.push(entry - BigInt(at));
      }
    } catch (error) {
      if (!(error instanceof Unmapped)) throw error;
      found.add(error.address, `a list that leaves memory after ${entries.length} entries`, error.leftOut);
    }
    return entries;
  }

  const cpus = lazy(() => possibleCpus(memory, symbol('__cpu_possible_mask'), symbols.address('nr_cpu_ids')));
  const kernel: Kernel = {
    image,
    info,
    release: info.get('OSRELEASE') ?? '',
    memory,
    symbols,
    get btf() {
      return btf();
    },
    vmemmap: variable('vmemmap_base') ?? architecture.defaults.vmemmap,
    directMap,
    get cpus() {
      return cpus();
    },
    get modules() {
      return modules().list;
    },
    addressOf: (name) => symbols.address(name) ?? modules().address(name),
    get moduleBtfs() {
      return moduleBtfs();
    },
    symbol,
    offset,
    has: (struct, path) => placeOf(struct, path) !== undefined,
    sizeOf(struct) {
      const id = btf().find(struct, 'struct');
      if (id === undefined) throw new BadDump('BTF', `struct ${struct} expected`);
      return btf().sizeOf(id);
    },
    get structPage() {
      return structPage();
    },
    perCpu: (address, cpu) => BigInt.asUintN(64, address + memory.u64(symbol('__per_cpu_offset') + BigInt(cpu * 8))),
    symbolAt(address) {
      const own = symbols.at(address);
      return own === undefined ? modules().symbolAt(address) : { ...own, module: undefined };
    },
    list,
  };
  const structPage = lazy(() => {
    const bytes = kernel.sizeOf('page');
    if (bytes >= leastStructPage && bytes <= mostStructPage && bytes % 8 === 0) return bytes;
    throw new BadDump('BTF', `a struct page of ${leastStructPage} to ${mostStructPage} bytes expected, found ${bytes}`);
  });
  const modules = lazy(() => readModules(kernel));
  const moduleBtfs = lazy(() => readModuleBtfs(kernel));
  return kernel;
}

function readBtf(memory: Memory, symbols: Kallsyms): Btf {
  const start = symbols.address('__start_BTF');
  const end = symbols.address('__stop_BTF');
  if (start === undefined || end === undefined)
    throw new BadDump('kallsyms', '__start_BTF and __stop_BTF expected (CONFIG_DEBUG_INFO_BTF)');
  if (end <= start || end - start > BigInt(mostBtfBytes))
    throw new BadDump('__start_BTF', `up to ${mostBtfBytes} bytes of BTF expected, found ${end - start}`);
  return decodeBtf(memory.bytes(start, Number(end - start)));
}

function possibleCpus(memory: Memory, mask: bigint, count: bigint | undefined): readonly number[] {
  const ids = count === undefined ? 64 : Math.min(memory.u32(count), mostCpus);
  const cpus: number[] = [];
  for (let cpu = 0; cpu < ids; cpu++) if (((memory.u8(mask + BigInt(cpu >> 3)) >> (cpu & 7)) & 1) === 1) cpus.push(cpu);
  return cpus;
}

/** Types of modules, through the list the BPF verifier keeps (kernel/bpf/btf.c, 36e68442d1af, v5.11); none without it. */
function readModuleBtfs(kernel: Kernel): readonly { readonly module: string; readonly btf: Btf }[] {
  const { memory, btf } = kernel;
  const head = kernel.symbols.address('btf_modules');
  if (head === undefined || !kernel.has('btf_module', 'list')) return [];
  const list: { readonly module: string; readonly btf: Btf }[] = [];
  const at = (struct: string, path: string): bigint => BigInt(kernel.offset(struct, path));
  const ignored: Flaws = { list: [], count: 0, leftOut: 0, add: () => {} };
  for (const entry of kernel.list(head, kernel.offset('btf_module', 'list'), 4096, ignored)) {
    const own = memory.u64(entry + at('btf_module', 'btf'));
    const length = memory.u32(own + at('btf', 'data_size'));
    if (length > mostBtfBytes) continue;
    const bytes = memory.bytes(memory.u64(own + at('btf', 'data')), length);
    list.push({ module: memory.string(own + at('btf', 'name'), 56), btf: decodeBtf(bytes, btf) });
  }
  return list;
}
