/**
 * The names under which folders of the hub have a family's tensors, with its prefixes and without, and without the types of
 * its elements in config.json, are all read as the same model.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hfFolderInput } from '../../src/input/hf-folder.js';
import type { DecoderModel } from '../../src/model/decoder.js';
import { allFamilies } from '../../src/model/families/index.js';
import { readDecoder } from '../../src/model/read.js';
import { memoryFolder } from '../../src/source/memory-folder.js';
import { assemble } from '../checkpoint/write-safetensors.js';
import { familyFixtures, fixtureFolder } from './family-fixtures.js';

interface Stored {
  readonly header: Readonly<Record<string, unknown>>;
  readonly data: Uint8Array;
}

/** Header and data of a safetensors file. */
function taken(file: Uint8Array): Stored {
  const length = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + length))) as Stored['header'];
  return { header, data: file.subarray(8 + length) };
}

/** What a description says, names without the longest of these prefixes. */
function unprefixed(model: DecoderModel, prefixes: readonly string[]): unknown {
  const longest = [...prefixes].sort((a, b) => b.length - a.length);
  const bare = (name: string): string =>
    name.slice((longest.find((prefix) => name.startsWith(prefix)) ?? '').length);
  const strip = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(strip);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, inside]) => [
        key,
        key === 'name' && typeof inside === 'string' ? bare(inside) : strip(inside),
      ]),
    );
  };
  return strip({ ...model, notes: [] });
}

async function filesOf(name: string): Promise<{ config: Record<string, unknown>; stored: Stored }> {
  const folder = await fixtureFolder(name);
  const read = async (file: string): Promise<Uint8Array> => {
    const source = await folder.open(file);
    assert.ok(source !== null, file);
    return source.read(0, source.size);
  };
  const config = JSON.parse(new TextDecoder().decode(await read('config.json'))) as Record<string, unknown>;
  return { config, stored: taken(await read('model.safetensors')) };
}

for (const name of await familyFixtures()) {
  void test(`${name} under every prefix of its family`, async () => {
    const { config, stored } = await filesOf(name);
    const readUnder = (header: Stored['header']): Promise<DecoderModel> =>
      readDecoder(
        hfFolderInput(
          memoryFolder(name, {
            'config.json': new TextEncoder().encode(JSON.stringify(config)),
            'model.safetensors': assemble(JSON.stringify(header), stored.data),
          }),
        ),
      );
    const original = await readUnder(stored.header);
    const family = (await allFamilies()).find((candidate) => candidate.name === original.family);
    const { prefixes, head } = family?.table.names ?? assert.fail(original.family);
    const has = prefixes.find((prefix) => prefix !== '' && original.embedding.name.startsWith(prefix)) ?? '';
    delete config['dtype'];
    delete config['torch_dtype'];
    for (const prefix of prefixes) {
      const renamed = Object.entries(stored.header).map(([key, value]) => {
        const isOther = key === '__metadata__' || head.some((part) => key.startsWith(`${part}.`));
        return [isOther ? key : prefix + key.slice(has.length), value] as const;
      });
      const model = await readUnder(Object.fromEntries(renamed));
      assert.deepEqual(unprefixed(model, prefixes), unprefixed(original, prefixes), `"${prefix}"`);
    }
  });
}
