/** The sample model from its folder to an answer of the emulated board, with everything real: worker, firmware, emulator. */
import { expect, waitUntil } from '@open-wc/testing';
import { Esp32LlmConverter as SourceElement } from '../../src/element/esp32-llm-converter.js';

/** Conversion and boot take seconds each on a slow machine. */
const PATIENCE = 180_000;

const PROMPT = 'could you dim the lamp in the study a bit';

function root(element: SourceElement): ShadowRoot {
  if (element.shadowRoot === null) throw new Error('not drawn');
  return element.shadowRoot;
}

async function press(element: SourceElement, text: string): Promise<void> {
  const find = (): HTMLButtonElement | undefined =>
    [...root(element).querySelectorAll('button')].find((each) => each.textContent.includes(text));
  // What a step needs is fetched with it, on a machine that may be busy.
  await waitUntil(() => find() !== undefined, `no button "${text}" in step ${element.step}`, {
    timeout: 20_000,
  });
  find()?.click();
  await element.updateComplete;
}

async function rendered(element: SourceElement, selector: string): Promise<void> {
  await waitUntil(
    () => {
      const failure = root(element).querySelector('.failure');
      if (failure) throw new Error(failure.textContent);
      return root(element).querySelector(selector) !== null;
    },
    `${selector} did not appear in step ${element.step}`,
    { timeout: PATIENCE },
  );
  await element.updateComplete;
}

describe('the emulated board with everything real', function () {
  this.timeout(2 * PATIENCE);
  let element: SourceElement;

  before(() => {
    SourceElement.assets = {
      kernels: '/kernels/prebuilt/kernels.wasm',
      twin: '/device-runtime/prebuilt/twin.wasm',
      firmware: '/device-runtime/prebuilt/esp32s3/firmware.elf',
      emulator: '/kernels/crates/emulator-wasm/prebuilt/emulator.wasm',
      model: '/models/home-commands/',
    };
    customElements.define('converter-with-emulator', class extends SourceElement {});
  });

  beforeEach(() => {
    element = document.createElement('converter-with-emulator') as SourceElement;
    element.prompt = PROMPT;
    document.body.append(element);
  });

  afterEach(() => {
    element.remove();
  });

  after(() => {
    SourceElement.assets = {};
  });

  it('boots the image and answers as the engine in the page does', async () => {
    await element.load();
    await element.convert();
    await rendered(element, '.verdict');
    await press(element, 'Try');
    await rendered(element, '[value=page]');
    root(element).querySelector<HTMLInputElement>('[value=page]')?.click();
    await rendered(element, '#board-prompt');
    await press(element, 'Send');
    await rendered(element, '.answer:not(:has(.caret)) .words');
    const twin = root(element).querySelector('.answer .words')?.textContent ?? '';
    expect(twin).to.contain('study');

    // The same view, with the same question at hand.
    root(element).querySelector<HTMLInputElement>('[value=board]')?.click();
    let facts: ReadonlyMap<string, string> = new Map();
    element.addEventListener('esp32-llm-board', (event) => {
      facts = event.facts;
    });
    await press(element, 'Start the board');
    await rendered(element, '.try .running');
    const log = root(element).querySelector('.log')?.textContent ?? '';
    expect(log).to.contain('ESP-ROM:esp32s3').and.to.contain('The model is ready');
    const pieces: string[] = [];
    element.addEventListener('esp32-llm-token', ({ text }) => pieces.push(text));
    expect(await element.send(PROMPT)).to.equal(twin);
    expect(pieces.join(''), 'token by token').to.equal(twin);
    expect(pieces.length).to.be.greaterThan(5);

    // What lies in the memories is what the plan says: behind the cache, the PSRAM holds the package's own bytes.
    const cache = facts.get('cache_in') === 'PSRAM' ? Number(facts.get('cache_bytes')) : 0;
    const address = root(element).querySelector<HTMLInputElement>('#memory-address');
    if (address === null) throw new Error('no memory to look at');
    address.value = (0x3d00_0000 + Math.ceil(cache / 256) * 256).toString(16);
    address.closest('form')?.requestSubmit();
    await waitUntil(
      () =>
        root(element).querySelector('.bytes th[scope=row]')?.textContent ===
        address.value.replace(/^(0x)?/, '0x'),
      'the memory is not shown',
    );
    const shown = [...root(element).querySelectorAll('.bytes tbody tr td:nth-child(2)')]
      .map((cell) => cell.textContent.replace(/\s+/g, ''))
      .join('');
    const here = root(element).querySelector('.here code')?.textContent ?? '';
    expect(here, root(element).querySelector('.here')?.textContent ?? 'nothing is said').not.to.equal('');
    expect(shown.length).to.equal(512);
    const hex = Array.from(element.package ?? [], (byte) => byte.toString(16).padStart(2, '0')).join('');
    expect(hex.includes(shown), `${here} lies in the package`).to.be.true;
  });
});
