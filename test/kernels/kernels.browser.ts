/** The kernels in a real browser: they load from bytes, quantize, and compute a checkpoint's logits. */
import { expect } from '@open-wc/testing';
import { loadKernels } from '../../src/quantize/kernels.js';

const WASM = '/kernels/prebuilt/kernels.wasm';

describe('kernels in the browser', () => {
  it('quantizes rows as defined', async () => {
    const kernels = await loadKernels(await (await fetch(WASM)).arrayBuffer());
    const quantizer = kernels.createQuantizer({ dtype: 'F32', rows: 2, cols: 4, encoding: 'int8Channel' });
    const block = kernels.createOutput(2, 16, 1);
    const values = Float32Array.of(1, -2, 0.5, 2, 0, 0, 0, 0);
    expect(quantizer.quantize(new Uint8Array(values.buffer), block)).to.equal(2);
    // 63.5 and 31.75 round to even and to nearest.
    expect([...new Int8Array(block.codes).subarray(0, 5)]).to.deep.equal([64, -127, 32, 127, 0]);
    expect([...block.scales]).to.deep.equal([Math.fround(2 / 127), 0]);
    expect(kernels.crc32(new TextEncoder().encode('123456789'))).to.equal(0xcbf43926);
    quantizer.dispose();
    block.dispose();
  });

  it('compares logits from a compiled module', async () => {
    const kernels = await loadKernels(await WebAssembly.compile(await (await fetch(WASM)).arrayBuffer()));
    const comparator = kernels.createComparator(2);
    const [kl] = comparator.add(Float32Array.of(0, 0), Float32Array.of(1, 0), [0]);
    // p = 1/2 each, q = 1 / (1 + e^-1) and the rest.
    const q = 1 / (1 + Math.exp(-1));
    expect(kl).to.be.closeTo(-Math.log(4 * q * (1 - q)) / 2, 1e-14);
    expect(comparator.report().perplexity.before.value).to.be.closeTo(2, 1e-14);
    comparator.dispose();
  });
});
