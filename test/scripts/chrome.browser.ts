/** The browser that was found is a real one with what the element stands on. */
import { expect } from '@open-wc/testing';

describe('the test browser', () => {
  it('compiles WebAssembly with SIMD', () => {
    // (module (func (result v128) (v128.const i32x4 0 0 0 0)))
    const simd = [0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 22, 1, 20, 0, 253, 12];
    const bytes = new Uint8Array([...simd, ...new Array<number>(16).fill(0), 11]);
    expect(WebAssembly.validate(bytes)).to.equal(true);
  });

  it('starts workers from blobs', async () => {
    const url = URL.createObjectURL(new Blob(['postMessage(6 * 7)'], { type: 'text/javascript' }));
    const worker = new Worker(url);
    const answer = await new Promise((resolve) => {
      worker.onmessage = (event: MessageEvent<number>) => resolve(event.data);
    });
    worker.terminate();
    URL.revokeObjectURL(url);
    expect(answer).to.equal(42);
  });
});
