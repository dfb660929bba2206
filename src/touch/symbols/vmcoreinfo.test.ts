import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { openImage } from '../memory/dump.ts';
import { elfCore, fileOf, pageOf } from '../fixtures/dumps.ts';
import { findVmcoreinfo, parseVmcoreinfo } from './vmcoreinfo.ts';

const text = `OSRELEASE=6.1.0-56
PAGESIZE=4096
SYMBOL(swapper_pg_dir)=ffffffff8a20a000
OFFSET(page.mapping)=24
NUMBER(phys_base)=-1484783616
NUMBER(pgtable_l5_enabled)=1
KERNELOFFSET=7600000
`;

test('numbers may be negative, symbols are hexadecimal, what is not there is undefined', () => {
  const info = parseVmcoreinfo(text);
  assert.equal(info.get('OSRELEASE'), '6.1.0-56');
  assert.equal(info.number('phys_base'), -1484783616);
  assert.equal(info.symbol('swapper_pg_dir'), 0xffffffff8a20a000n);
  assert.equal(info.offset('page.mapping'), 24);
  assert.equal(info.number('KERNEL_IMAGE_SIZE'), undefined);
  assert.equal(parseVmcoreinfo('SYMBOL(x)=zz\nNUMBER(y)=1e9\nno equals').symbol('x'), undefined);
  assert.equal(parseVmcoreinfo('NUMBER(y)=1e9').number('y'), undefined);
});

test('without a note the text is found in RAM, as text or behind a note header', () => {
  for (const before of [0, 24]) {
    const page = Buffer.alloc(4096);
    page.write(text, before, 'latin1');
    const decoy = Buffer.alloc(4096);
    decoy.write('OSRELEASE= in some log', 'latin1');
    const core = elfCore([
      { physical: 0x1000, data: Buffer.concat([pageOf(1), decoy]) },
      { physical: 0x9000, data: Buffer.concat([page, pageOf(10)]) },
    ]);
    assert.equal(findVmcoreinfo(openImage(fileOf(core))), text);
  }
  assert.equal(findVmcoreinfo(openImage(fileOf(elfCore([{ physical: 0, data: pageOf(0) }])))), '');
});
