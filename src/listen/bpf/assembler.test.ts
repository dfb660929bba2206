import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assembler } from './assembler.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex').replace(/.{16}/g, '$& ').trim();

// The encodings are those of the instruction set document and of the macros in include/linux/filter.h, worked out by hand.
test('each instruction has the encoding the instruction set gives it', () => {
  const one = (build: (a: ReturnType<typeof assembler>) => void) => {
    const a = assembler();
    build(a);
    return hex(a.assemble());
  };
  assert.equal(
    one((a) => a.set('r6', 'r1')),
    'bf16000000000000',
  ); // BPF_MOV64_REG(6, 1)
  assert.equal(
    one((a) => a.set('r0', 0)),
    'b700000000000000',
  ); // BPF_MOV64_IMM(0, 0)
  assert.equal(
    one((a) => a.set('r0', -1)),
    'b7000000ffffffff',
  );
  assert.equal(
    one((a) => a.set('r2', 0xffff888003842000n)),
    '1802000000208403 000000008088ffff',
  ); // BPF_LD_IMM64
  assert.equal(
    one((a) => a.map('r1', 5)),
    '1811000005000000 0000000000000000',
  ); // BPF_LD_MAP_FD
  assert.equal(
    one((a) => a.add('r2', -8)),
    '07020000f8ffffff',
  ); // BPF_ALU64_IMM(BPF_ADD)
  assert.equal(
    one((a) => a.subtract('r8', 'r9')),
    '1f98000000000000',
  );
  assert.equal(
    one((a) => a.add('r2', 'r3')),
    '0f32000000000000',
  );
  assert.equal(
    one((a) => a.shiftRight('r0', 32)),
    '7700000020000000',
  );
  assert.equal(
    one((a) => a.and('r1', 16)),
    '5701000010000000',
  );
  assert.equal(
    one((a) => a.remainder('r1', 7)),
    '9701000007000000',
  );
  assert.equal(
    one((a) => a.load('r7', ['r6', 8])),
    '7967080000000000',
  ); // BPF_LDX_MEM(BPF_DW)
  assert.equal(
    one((a) => a.load('r7', ['r6', 8], 4)),
    '6167080000000000',
  );
  assert.equal(
    one((a) => a.store(['r10', -8], 'r7')),
    '7b7af8ff00000000',
  ); // BPF_STX_MEM(BPF_DW)
  assert.equal(
    one((a) => a.store(['r10', -4], 'r7', 2)),
    '6b7afcff00000000',
  );
  assert.equal(
    one((a) => a.store(['r10', -4], 3, 4)),
    '620afcff03000000',
  ); // BPF_ST_MEM(BPF_W)
  assert.equal(
    one((a) => a.atomicAdd(['r0', 16], 'r1')),
    'db10100000000000',
  ); // BPF_ATOMIC_OP(BPF_DW, BPF_ADD)
  assert.equal(
    one((a) => a.call('map_delete_elem')),
    '8500000003000000',
  ); // BPF_RAW_INSN(BPF_JMP | BPF_CALL)
  assert.equal(
    one((a) => a.callKernel(0x1234)),
    '8520000034120000',
  ); // src_reg = BPF_PSEUDO_KFUNC_CALL
  assert.equal(
    one((a) => a.exit()),
    '9500000000000000',
  );
});

test('jumps go to their label, forwards and backwards, as distances from the next instruction', () => {
  const a = assembler();
  a.label('again');
  a.jumpIf('r7', '==', 0, 'out');
  a.jumpIf('r8', '!=', 'r2', 'out');
  a.jumpIf32('r0', '==', -17, 'out');
  a.jump('again');
  a.label('out');
  a.exit();
  assert.equal(hex(a.assemble()), '1507030000000000 5d28020000000000 16000100efffffff 0500fcff00000000 9500000000000000');
});

test('a call of a function of the program has its distance in the immediate', () => {
  const a = assembler();
  a.callFunction('rest');
  a.exit();
  a.label('rest');
  a.exit();
  assert.equal(hex(a.assemble()), '8510000001000000 9500000000000000 9500000000000000'); // src_reg = BPF_PSEUDO_CALL
  const lost = assembler();
  lost.callFunction('nowhere');
  assert.throws(() => lost.assemble(), /no label nowhere/);
});

test('a jump to no label, a label that stands twice and a number that does not fit are errors', () => {
  const lost = assembler();
  lost.jump('nowhere');
  assert.throws(() => lost.assemble(), /no label nowhere/);
  const twice = assembler();
  twice.label('here');
  assert.throws(() => twice.label('here'), /stands twice/);
  assert.throws(() => assembler().add('r1', 2 ** 31), /signed 32-bit/);
  assert.throws(() => assembler().load('r1', ['r2', 40000]), /signed 16-bit/);
});

test('fresh labels never collide', () => {
  const a = assembler();
  assert.notEqual(a.fresh('miss'), a.fresh('miss'));
});
