/** The twin in a page computes the bits that an independent implementation expects, as it does under Node. */
import { expect } from '@open-wc/testing';
import { Twin } from '../../src/device/twin.js';

async function bytesOf(path: string): Promise<ArrayBuffer> {
  const response = await fetch(new URL(path, import.meta.url));
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response.arrayBuffer();
}

const module = await WebAssembly.compile(await bytesOf('../../device-runtime/prebuilt/twin.wasm'));
const withScalar = await WebAssembly.compile(await bytesOf('../../device-runtime/prebuilt/twin.scalar.wasm'));

for (const name of ['rows', 'groups', 'tensors', 'floats']) {
  for (const kernels of ['simd', 'scalar'] as const) {
    it(`${name}: ${kernels} kernels give the expected logits to the last bit`, async () => {
      const bytes = new Uint8Array(await bytesOf(`../engine/fixtures/${name}.s3lm`));
      const twin = await Twin.load(kernels === 'scalar' ? withScalar : module, bytes, { kernels });
      const expected = await bytesOf(`../engine/fixtures/${name}.logits.bin`);
      const [count = 0, vocab = 0] = new Uint32Array(expected, 0, 2);
      const logits = twin.forward(new Uint32Array(expected, 8, count), 'all');
      const wanted = new Float32Array(expected, 8 + 4 * count, count * vocab);
      expect(logits.length).to.equal(wanted.length);
      expect(logits.findIndex((logit, i) => logit !== wanted[i])).to.equal(-1);
    });
  }
}

it('generates in a page', async () => {
  const twin = await Twin.load(module, new Uint8Array(await bytesOf('../engine/fixtures/groups.s3lm')));
  const ids = [...twin.generate({ ids: [5], maxNewTokens: 6 })].map((step) => step.id);
  expect(ids).to.have.length(6);
});
