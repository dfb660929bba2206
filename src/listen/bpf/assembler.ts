/**
 * A small assembler for eBPF: what a raw-tracepoint program needs and no more. An instruction is eight bytes
 * (opcode, registers, signed 16-bit offset, signed 32-bit immediate; Documentation/bpf/standardization/instruction-set.rst);
 * a 64-bit constant takes two. Labels are resolved by `assemble`.
 */

/** r0 result · r1–r5 arguments, lost in a call · r6–r9 kept · r10 the frame, read-only, 512 bytes below it. */
export const registers = ['r0', 'r1', 'r2', 'r3', 'r4', 'r5', 'r6', 'r7', 'r8', 'r9', 'r10'] as const;
export type Register = (typeof registers)[number];

/** Helper numbers: enum bpf_func_id of include/uapi/linux/bpf.h, which never changes. */
export const helpers = {
  map_lookup_elem: 1,
  map_update_elem: 2,
  map_delete_elem: 3,
  ktime_get_ns: 5,
  get_smp_processor_id: 8,
  get_current_pid_tgid: 14,
  get_current_comm: 16,
  get_stackid: 27,
  probe_read_kernel: 113,
  probe_read_kernel_str: 115,
  seq_write: 127,
  get_func_arg: 183,
  get_func_ret: 184,
} as const;
export type Helper = keyof typeof helpers;

/** Comparisons a jump may make; those with `s` are signed. */
const comparisons = { '==': 0x10, '>': 0x20, '>=': 0x30, '&': 0x40, '!=': 0x50, 's>': 0x60, '<': 0xa0, 's<': 0xc0 } as const;
export type Comparison = keyof typeof comparisons;

const sizes = { 1: 0x10, 2: 0x08, 4: 0x00, 8: 0x18 } as const;
export type Size = keyof typeof sizes;

/** A place in memory: base register and byte offset. */
export type Place = readonly [base: Register, offset: number];
type Operand = Register | number;

export interface Assembler {
  /** Names the next instruction. */
  label(name: string): void;
  /** A label no one else uses: program parts that are composed twice don't collide. */
  fresh(stem: string): string;
  /** target = register, or a constant of up to 64 bits. */
  set(target: Register, value: Register | number | bigint): void;
  /** target = the map behind a file descriptor. */
  map(target: Register, fd: number): void;
  add(target: Register, value: Operand): void;
  subtract(target: Register, value: Operand): void;
  multiply(target: Register, value: Operand): void;
  shiftRight(target: Register, bits: number): void;
  shiftLeft(target: Register, bits: Operand): void;
  and(target: Register, mask: number): void;
  or(target: Register, value: Operand): void;
  remainder(target: Register, divisor: number): void;
  load(target: Register, from: Place, size?: Size): void;
  store(to: Place, value: Operand, size?: Size): void;
  /** *(u64 *)place += register, atomically. */
  atomicAdd(to: Place, value: Register): void;
  call(helper: Helper): void;
  /** Calls a kernel function (kfunc) by its BTF id in vmlinux. */
  callKernel(btfId: number): void;
  /** Calls the function of this program that begins at a label: it has a frame and kept registers of its own. */
  callFunction(label: string): void;
  jump(label: string): void;
  jumpIf(left: Register, comparison: Comparison, right: Operand, label: string): void;
  /** As `jumpIf`, over the low 32 bits: what a helper returns as int is not sign-extended on every kernel. */
  jumpIf32(left: Register, comparison: Comparison, right: Operand, label: string): void;
  exit(): void;
  /** The instructions, eight bytes each. Throws when a jump goes to no label or too far. */
  assemble(): Uint8Array;
}

const fitsInImmediate = (value: number | bigint) => value >= -0x80000000 && value <= 0x7fffffff;

export function assembler(): Assembler {
  const code: number[][] = [];
  const labels = new Map<string, number>();
  const jumps: { readonly at: number; readonly label: string }[] = [];
  const calls: { readonly at: number; readonly label: string }[] = [];
  let names = 0;

  const number = (register: Register) => registers.indexOf(register);
  const emit = (opcode: number, target: number, source: number, offset: number, immediate: number) => {
    if (!Number.isInteger(offset) || offset < -0x8000 || offset > 0x7fff)
      throw new RangeError(`offset ${offset} is not a signed 16-bit number`);
    code.push([opcode, target | (source << 4), offset, immediate]);
  };
  const constant = (target: Register, source: number, value: bigint) => {
    const bits = BigInt.asUintN(64, value);
    emit(0x18, number(target), source, 0, Number(bits & 0xffffffffn) | 0);
    emit(0, 0, 0, 0, Number(bits >> 32n) | 0);
  };
  /** Class 64-bit ALU: 0x07 with a constant, 0x0f with a register. */
  const arithmetic = (operation: number, target: Register, value: Operand) => {
    if (typeof value === 'number') emit(operation | 0x07, number(target), 0, 0, immediate(value));
    else emit(operation | 0x0f, number(target), number(value), 0, 0);
  };
  const immediate = (value: number) => {
    if (!Number.isInteger(value) || !fitsInImmediate(value)) throw new RangeError(`${value} is not a signed 32-bit number`);
    return value;
  };
  const conditional = (jumpClass: number, left: Register, comparison: Comparison, right: Operand, label: string) => {
    jumps.push({ at: code.length, label });
    const opcode = jumpClass | comparisons[comparison];
    if (typeof right === 'number') emit(opcode, number(left), 0, 0, immediate(right));
    else emit(opcode | 0x08, number(left), number(right), 0, 0);
  };

  return {
    label(name) {
      if (labels.has(name)) throw new Error(`the label ${name} stands twice`);
      labels.set(name, code.length);
    },
    fresh: (stem) => `${stem} ${++names}`,
    set(target, value) {
      if (typeof value === 'string') emit(0xbf, number(target), number(value), 0, 0);
      else if (fitsInImmediate(value)) emit(0xb7, number(target), 0, 0, Number(value));
      else constant(target, 0, BigInt(value));
    },
    map: (target, fd) => constant(target, 1, BigInt(fd)),
    add: (target, value) => arithmetic(0x00, target, value),
    subtract: (target, value) => arithmetic(0x10, target, value),
    multiply: (target, value) => arithmetic(0x20, target, value),
    shiftRight: (target, bits) => arithmetic(0x70, target, bits),
    shiftLeft: (target, bits) => arithmetic(0x60, target, bits),
    or: (target, value) => arithmetic(0x40, target, value),
    and: (target, mask) => arithmetic(0x50, target, mask),
    remainder: (target, divisor) => arithmetic(0x90, target, divisor),
    load: (target, [base, offset], size = 8) => emit(0x61 | sizes[size], number(target), number(base), offset, 0),
    store([base, offset], value, size = 8) {
      if (typeof value === 'number') emit(0x62 | sizes[size], number(base), 0, offset, immediate(value));
      else emit(0x63 | sizes[size], number(base), number(value), offset, 0);
    },
    atomicAdd: ([base, offset], value) => emit(0xdb, number(base), number(value), offset, 0),
    call: (helper) => emit(0x85, 0, 0, 0, helpers[helper]),
    callKernel: (btfId) => emit(0x85, 0, 2, 0, btfId),
    callFunction(label) {
      calls.push({ at: code.length, label });
      emit(0x85, 0, 1, 0, 0);
    },
    jump(label) {
      jumps.push({ at: code.length, label });
      emit(0x05, 0, 0, 0, 0);
    },
    jumpIf: (left, comparison, right, label) => conditional(0x05, left, comparison, right, label),
    jumpIf32: (left, comparison, right, label) => conditional(0x06, left, comparison, right, label),
    exit: () => emit(0x95, 0, 0, 0, 0),
    assemble() {
      const bytes = new Uint8Array(code.length * 8);
      const view = new DataView(bytes.buffer);
      const distanceTo = (label: string, at: number) => {
        const to = labels.get(label);
        if (to === undefined) throw new Error(`no label ${label}`);
        return to - at - 1;
      };
      // A jump's distance stands in its offset, a call's in its immediate.
      for (const { at, label } of calls) code[at]![3] = distanceTo(label, at);
      for (const { at, label } of jumps) {
        const distance = distanceTo(label, at);
        if (distance < -0x8000 || distance > 0x7fff) throw new RangeError(`the jump to ${label} is ${distance} instructions long`);
        code[at]![2] = distance;
      }
      code.forEach(([opcode, operands, offset, value], index) => {
        view.setUint8(index * 8, opcode!);
        view.setUint8(index * 8 + 1, operands!);
        view.setInt16(index * 8 + 2, offset!, true);
        view.setInt32(index * 8 + 4, value!, true);
      });
      return bytes;
    },
  };
}
