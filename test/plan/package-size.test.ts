/** What a plan says of the size of a package is what the package has, to the byte: so every place shows one figure. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readOwnSections } from '../../src/pipeline/own-sections.js';
import { convert } from '../../src/pipeline/convert.js';
import { nodeFolder } from '../../src/source/node-folder.js';
import { testRuntime } from '../support/runtime.js';
import { syntheticFolder } from '../support/synthetic-model.js';

describe('the size of a plan and of its package', () => {
  for (const shape of [
    { hidden: 96, layers: 3, heads: 3, kvHeads: 1, headDim: 32, ffn: 192, vocab: 256 },
    { hidden: 64, layers: 12, heads: 2, kvHeads: 2, headDim: 32, ffn: 128, vocab: 512 },
  ]) {
    for (const weights of ['int8', 'int4', 'float32'] as const) {
      it(`are one: ${shape.layers} layers, ${weights}`, async () => {
        const folder = syntheticFolder({ ...shape, tied: true, positions: 128 });
        const { plan, package: bytes } = await convert(
          folder,
          { report: false, scheme: { weights } },
          await testRuntime(),
        );
        const flash = plan.memories.find(({ memory }) => memory === 'flash');
        assert.ok(bytes !== null && flash !== undefined);
        assert.equal(flash.weights, bytes.length);
      });
    }
  }

  it('are one for the sample, with its tokenizer, chat template and licence', async () => {
    const folder = await nodeFolder(fileURLToPath(new URL('../../models/home-commands/', import.meta.url)));
    const { plan, package: bytes } = await convert(folder, { report: false }, await testRuntime());
    const flash = plan.memories.find(({ memory }) => memory === 'flash');
    assert.equal(flash?.weights, bytes?.length);
  });

  it('are one with what its folder carries besides, which takes its bytes', async () => {
    const folder = await nodeFolder(fileURLToPath(new URL('../../models/home-commands/', import.meta.url)));
    const runtime = await testRuntime();
    const plain = await convert(folder, { report: false, context: 64 }, runtime);
    const own = await readOwnSections(folder);
    const { plan, packageBytes } = await convert(folder, { report: false, context: 64, own }, runtime);
    const flash = plan.memories.find(({ memory }) => memory === 'flash');
    assert.equal(flash?.weights, packageBytes);
    // The grammar alone has 8 KB.
    assert.ok(packageBytes > plain.packageBytes + 8000);
  });
});
