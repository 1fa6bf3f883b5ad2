/** A board with the other chip is chosen like any: the sample is planned and converted for it, by the real worker, and its image made with its own firmware. */
import { expect, waitUntil } from '@open-wc/testing';
import { Esp32LlmConverter } from '../../src/element/esp32-llm-converter.js';
import { en } from './all-strings.js';

const PATIENCE = 120_000;

/** The programs for chips that the page fetches meanwhile. */
async function fetchedBy(act: () => Promise<void>): Promise<string[]> {
  const own = window.fetch.bind(window);
  const paths: string[] = [];
  window.fetch = (input, options) => {
    const address = input instanceof Request ? input.url : input;
    paths.push(new URL(address, location.href).pathname);
    return own(input, options);
  };
  try {
    await act();
  } finally {
    window.fetch = own;
  }
  return paths.filter((path) => /\.elf$|emulator[.\w]*\.wasm$/.test(path));
}

describe('a board with an ESP32', function () {
  this.timeout(2 * PATIENCE);
  let element: Esp32LlmConverter;

  const root = (): ShadowRoot => element.shadowRoot as ShadowRoot;
  const part = <Kind extends HTMLElement>(selector: string): Kind => {
    const found = root().querySelector<Kind>(selector);
    if (found === null) throw new Error(`${selector} is not there: ${root().textContent}`);
    return found;
  };
  const reach = async (step: Esp32LlmConverter['step']): Promise<void> => {
    await waitUntil(
      () => {
        const failure = root().querySelector('.failure');
        if (failure) throw new Error(failure.textContent);
        return element.step === step;
      },
      `step ${step} was not reached`,
      { timeout: PATIENCE },
    );
    await element.updateComplete;
  };

  before(() => {
    Esp32LlmConverter.assets = {
      kernels: '/kernels/prebuilt/kernels.wasm',
      twin: '/device-runtime/prebuilt/twin.wasm',
      model: '/models/home-commands/',
      firmwareEsp32: '/device-runtime/prebuilt/esp32/firmware.elf',
    };
    customElements.define('converter-for-esp32', Esp32LlmConverter);
  });

  beforeEach(() => {
    element = new Esp32LlmConverter();
    element.setAttribute('model', '/models/home-commands/');
    document.body.append(element);
  });

  afterEach(() => {
    element.remove();
  });

  it('is chosen, planned for, converted for and gets the image that its chip starts', async () => {
    void element.load();
    await reach('fit');
    await waitUntil(() => root().querySelector('#board') !== null, 'no settings', { timeout: PATIENCE });
    const select = part<HTMLSelectElement>('#board');
    const groups = [...select.querySelectorAll('optgroup')].map(({ label }) => label);
    expect(groups).to.deep.equal(
      ['ESP32-S3', 'ESP32'].flatMap((chip) =>
        [en.fit.modules, en.fit.boards].map((kind) => `${chip}: ${kind}`),
      ),
    );
    const before = element.plan;
    select.value = 'esp32-wroom-32';
    select.dispatchEvent(new Event('change'));
    await waitUntil(() => element.plan?.board === 'esp32-wroom-32', 'no plan', { timeout: PATIENCE });
    expect(element.plan?.fits).to.be.true;
    expect(element.plan?.memories.find(({ memory }) => memory === 'psram')?.capacity).to.equal(0);
    // Another chip, not another name for the same.
    const [sram, old] = [element.plan, before].map((plan) => plan?.memories[0]?.capacity ?? 0);
    expect(sram).to.be.lessThan(old ?? 0);
    await element.convert();
    await reach('compare');
    let image = new Uint8Array();
    const fetched = await fetchedBy(async () => {
      image = new Uint8Array(await (await element.image()).arrayBuffer());
    });
    expect(image.subarray(0, 0x1000).every((byte) => byte === 0xff)).to.be.true;
    expect([image[0x1000], image[0x100c], image[0x100d]]).to.deep.equal([0xe9, 0, 0]);
    expect(fetched).to.deep.equal(['/device-runtime/prebuilt/esp32/firmware.elf']);
  });
});
