import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  MAX_PARTITIONS,
  encodePartitionTable,
  looksLikeTable,
  readPartitionTable,
  type Partition,
} from '../../src/image/partition-table.js';
import { subtypeName, typeName } from '../../src/image/partition-types.js';
import { FormatError } from '../../src/shared/errors.js';
import { fixture } from './support.js';

const RULES = { file: 'table.bin' };

function partition(changes: Partial<Partition>): Partition {
  return {
    name: 'data',
    type: 1,
    subtype: 6,
    offset: 0x9000,
    size: 0x1000,
    encrypted: false,
    readOnly: false,
    ...changes,
  };
}

describe('a partition table', () => {
  it("made by ESP-IDF's rules is read, and written with the same bytes", () => {
    const bytes = fixture('table.bin');
    const table = readPartitionTable(bytes, RULES);
    assert.equal(table.hasDigest, true);
    assert.deepEqual(
      table.partitions.map(({ name, type, subtype }) => [name, typeName(type), subtypeName(type, subtype)]),
      [
        ['nvs', 'data', 'nvs'],
        ['otadata', 'data', 'ota'],
        ['phy_init', 'data', 'phy'],
        ['ota_0', 'app', 'ota_0'],
        ['ota_1', 'app', 'ota_1'],
        ['keys', 'data', 'nvs_keys'],
        ['pictures', 'data', 'spiffs'],
      ],
    );
    assert.deepEqual(
      table.partitions.map(({ encrypted, readOnly }) => [encrypted, readOnly]),
      [...Array.from({ length: 5 }, () => [false, false]), [true, false], [false, true]],
    );
    assert.deepEqual(encodePartitionTable(table.partitions, RULES), bytes);
    assert.ok(looksLikeTable(bytes));
  });

  it('may lack its MD5, as old ones do', () => {
    const table = readPartitionTable(fixture('table-no-md5.bin'), RULES);
    assert.equal(table.hasDigest, false);
    assert.equal(table.partitions[0]?.name, 'factory');
  });

  it('is refused when any bit of its rows or MD5 is changed', () => {
    const bytes = fixture('table.bin');
    // Behind the MD5's magic number 14 bytes mean nothing.
    const meaningless = (at: number): boolean => at >= 7 * 32 + 2 && at < 7 * 32 + 16;
    for (let at = 0; at < 8 * 32; at++) {
      if (meaningless(at)) continue;
      const damaged = bytes.slice();
      damaged[at] = (damaged[at] as number) ^ (1 << (at % 8));
      assert.throws(() => readPartitionTable(damaged, RULES), FormatError, `byte ${at}`);
    }
  });

  it('is refused without an end, empty, or with a row behind the MD5', () => {
    const bytes = fixture('table.bin');
    assert.throws(() => readPartitionTable(bytes.subarray(0, 8 * 32), RULES), /no end/);
    assert.throws(() => readPartitionTable(new Uint8Array(0), RULES), /no end/);
    assert.throws(() => readPartitionTable(new Uint8Array(0xc00).fill(0xff), RULES), /empty/);
    const longer = bytes.slice();
    longer.set(bytes.subarray(0, 32), 8 * 32);
    assert.throws(() => readPartitionTable(longer, RULES), /follows the MD5/);
  });

  it('is refused when a partition breaks a rule', () => {
    const cases: [RegExp, readonly Partition[]][] = [
      [/name is not/, [partition({ name: '' })]],
      [/name is not/, [partition({ name: 'seventeen letters' })]],
      [/name is not/, [partition({ name: 'bell\u0007' })]],
      [/not bytes/, [partition({ type: 256 })]],
      [/not possible/, [partition({ size: 0 })]],
      [/not possible/, [partition({ offset: 0xffff0000, size: 0x20000 })]],
      [/multiple of 0x1000/, [partition({ offset: 0x9800 })]],
      [/multiple of 0x10000/, [partition({ type: 0, subtype: 0, offset: 0x18000, size: 0x10000 })]],
      [/size .* multiple/, [partition({ type: 0, subtype: 0, offset: 0x10000, size: 0x10800 })]],
      [/before the end of the table/, [partition({ offset: 0x8000 })]],
      [/flash ends/, [partition({ offset: 0x3ff000, size: 0x1001 })]],
      [/too few to write/, [partition({ subtype: 2, size: 0x2000 })]],
      [/cannot be read-only/, [partition({ subtype: 0, size: 0x2000, readOnly: true })]],
      [/subtype ota, of 8192/, [partition({ subtype: 0, size: 0x1000 })]],
      [/have this name/, [partition({}), partition({ offset: 0xa000 })]],
      [/overlaps "data"/, [partition({ size: 0x2000 }), partition({ name: 'b', offset: 0xa000 })]],
      [
        /subtype ota/,
        [
          partition({ name: 'a', subtype: 0, size: 0x2000 }),
          partition({ name: 'b', subtype: 0, offset: 0xb000, size: 0x2000 }),
        ],
      ],
      [
        /95 partitions/,
        Array.from({ length: MAX_PARTITIONS + 1 }, (_, index) =>
          partition({ name: `p${index}`, offset: 0x9000 + 0x1000 * index }),
        ),
      ],
    ];
    for (const [message, partitions] of cases) {
      assert.throws(
        () => encodePartitionTable(partitions, { ...RULES, flashBytes: 0x400000 }),
        (error) => error instanceof FormatError && message.test(error.message),
        String(message),
      );
    }
  });

  it('takes 94 partitions, names of 16 characters, and rows about bootloader and table', () => {
    const many = Array.from({ length: MAX_PARTITIONS }, (_, index) =>
      partition({ name: `partition-${String(index).padStart(6, '0')}`, offset: 0x9000 + 0x1000 * index }),
    );
    const read = readPartitionTable(encodePartitionTable(many, RULES), RULES);
    assert.deepEqual(read.partitions, many);
    const start = [
      partition({ name: 'bootloader', type: 2, subtype: 0, offset: 0, size: 0x8000 }),
      partition({ name: 'table', type: 3, subtype: 0, offset: 0x8000 }),
      partition({}),
    ];
    assert.deepEqual(readPartitionTable(encodePartitionTable(start, RULES), RULES).partitions, start);
  });
});
