/** The kernel's log out of its ring of records (kernel/printk/printk_ringbuffer.h), as `dmesg` prints it. */
import type { Kernel } from '../kernel.ts';
import type { Structs } from './structs.ts';

const mostRecords = 1 << 18;
/** State of a descriptor: the two upper bits of its `state_var`; a record is readable when committed or finalised. */
const committed = 1n;
const finalized = 2n;

/** @throws Meaningless, Unmapped */
export function kernelLog(kernel: Kernel, { number }: Structs): string {
  const { memory } = kernel;
  const ring = `((struct printk_ringbuffer *)${number('*(unsigned long *)&prb')})`;
  const count = 2 ** Number(number(`${ring}->desc_ring.count_bits`));
  const bytes = 2n ** number(`${ring}->text_data_ring.size_bits`);
  if (count > mostRecords) return '';
  const [descriptors, infos, text] = [
    number(`(unsigned long)${ring}->desc_ring.descs`),
    number(`(unsigned long)${ring}->desc_ring.infos`),
    number(`(unsigned long)${ring}->text_data_ring.data`),
  ];
  const sizeOf = (struct: string): bigint => BigInt(kernel.sizeOf(struct));
  const at = (struct: string, member: string): bigint => BigInt(kernel.offset(struct, member));
  const tail = number(`${ring}->desc_ring.tail_id.counter`);
  const head = number(`${ring}->desc_ring.head_id.counter`);
  const lines: string[] = [];
  for (let id = BigInt.asUintN(62, tail), left = count; left > 0; id = BigInt.asUintN(62, id + 1n), left--) {
    const slot = id % BigInt(count);
    const own = descriptors + slot * sizeOf('prb_desc');
    const state = memory.u64(own + at('prb_desc', 'state_var')) >> 62n;
    const [begin, next] = [memory.u64(own + at('prb_desc', 'text_blk_lpos.begin')), memory.u64(own + at('prb_desc', 'text_blk_lpos.next'))];
    // An odd position means that there is no text.
    if ((state === committed || state === finalized) && (begin & 1n) === 0n) {
      const info = infos + slot * sizeOf('printk_info');
      const length = memory.u16(info + at('printk_info', 'text_len'));
      const seconds = Number(memory.u64(info + at('printk_info', 'ts_nsec'))) / 1e9;
      // A record does not wrap: one that would starts over at the beginning. Its first word is its descriptor's id.
      const start = begin / bytes === (next - 1n) / bytes ? begin % bytes : 0n;
      lines.push(`[${seconds.toFixed(6).padStart(12)}] ${memory.bytes(text + start + 8n, length).toString('utf8')}`);
    }
    if (id === BigInt.asUintN(62, head)) break;
  }
  return `${lines.join('\n')}\n`;
}
