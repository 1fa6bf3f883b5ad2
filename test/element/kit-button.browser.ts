/** The button that makes a class kit: busy, once at a time, stopped by cancel, with the page's own firmware. */
import { expect, fixture, html, waitUntil } from '@open-wc/testing';
import { unzipSync } from 'fflate';
import '../../src/element/define.js';
import { Esp32LlmConverter } from '../../src/element/esp32-llm-converter.js';
import { MemorySource } from '../../src/source/memory-folder.js';
import { FakeConverter, Pending, sampleImage, sampleInspection, sampleResult } from './fake-converter.js';

const FIRMWARE = new Uint8Array([1, 2, 3, 4]);

/** What the worker says of the sample: files large enough that a kit of them takes its time. */
const CARRIERS = ['config.json', 'tokenizer.json', 'model.safetensors'].map((name) => ({
  name,
  needed: true,
}));

/** Views are loaded when they are needed, which takes a while on a busy machine. */
const SLOW = { timeout: 20_000 };

describe('the button for a class kit', function () {
  this.timeout(60_000);
  let fake: FakeConverter;
  let saved: string[];

  beforeEach(() => {
    fake = new FakeConverter();
    saved = [];
    Esp32LlmConverter.converter = async () => fake;
    Esp32LlmConverter.imageMaker = async () => {
      const image = sampleImage();
      return { ...image, made: { ...image.made, source: new MemorySource('own.bin', FIRMWARE) } };
    };
    Esp32LlmConverter.assets = { bundle: '/test/fixtures/image/ram.elf' };
    HTMLAnchorElement.prototype.click = function () {
      saved.push(this.href);
    };
  });

  afterEach(() => {
    // The anchors' own goes; that of all elements is left.
    Reflect.deleteProperty(HTMLAnchorElement.prototype, 'click');
    Esp32LlmConverter.converter = null;
    Esp32LlmConverter.imageMaker = null;
    Esp32LlmConverter.assets = {};
  });

  async function toTake(): Promise<Esp32LlmConverter> {
    const element = await fixture<Esp32LlmConverter>(
      html`<esp32-llm-converter
        steps="choose fit take"
        model="/models/home-commands/"
      ></esp32-llm-converter>`,
    );
    void element.load();
    await waitUntil(() => fake.sources.length > 0, 'nothing is read', SLOW);
    fake.inspection.resolve(sampleInspection());
    await waitUntil(() => element.step === 'fit', 'step fit', SLOW);
    void element.convert();
    await waitUntil(() => element.step === 'converting', 'step converting', SLOW);
    fake.conversion.resolve({ ...sampleResult(), carriers: CARRIERS });
    await waitUntil(() => element.shadowRoot?.querySelector('.digest'), 'no image', SLOW);
    return element;
  }

  function button(element: Esp32LlmConverter, text: string): HTMLButtonElement {
    const all = [...(element.shadowRoot?.querySelectorAll('button') ?? [])];
    const found = all.find((each) => each.textContent.includes(text));
    if (!found) throw new Error(`no button "${text}"`);
    return found;
  }

  const busy = (element: Esp32LlmConverter): boolean =>
    element.shadowRoot?.querySelector('.kit-progress') !== null;

  it('shows that it is busy, keeps the focus, and a second click starts no other', async () => {
    const element = await toTake();
    const ready = new Pending<void>();
    fake.filesReady = ready.promise;
    const kit = button(element, 'Download kit');
    kit.focus();
    kit.click();
    kit.click();
    await waitUntil(() => busy(element), 'no progress is shown');
    expect(kit.getAttribute('aria-disabled')).to.equal('true');
    expect(element.shadowRoot?.activeElement).to.equal(kit);
    await expect(element).to.be.accessible();
    kit.click();
    ready.resolve();
    await waitUntil(() => !busy(element), 'the kit does not come', { timeout: 20_000 });
    expect(kit.getAttribute('aria-disabled')).to.equal(null);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(saved.length).to.equal(1);
    expect(busy(element)).to.be.false;
  });

  it('is stopped by the element’s cancel and by its own button, and can begin again', async () => {
    const element = await toTake();
    for (const stop of [() => element.cancel(), () => button(element, 'Cancel the archive').click()]) {
      button(element, 'Download kit').click();
      await waitUntil(() => busy(element), 'no progress is shown');
      stop();
      await waitUntil(() => !busy(element), 'it goes on');
      expect(element.step).to.equal('take');
      expect(element.shadowRoot?.querySelector('.failure')).to.equal(null);
    }
    expect(saved).to.deep.equal([]);
    button(element, 'Download kit').click();
    await waitUntil(() => saved.length === 1, 'no kit', { timeout: 20_000 });
  });

  it('is dropped when another model is chosen', async () => {
    const element = await toTake();
    button(element, 'Download kit').click();
    await waitUntil(() => busy(element));
    element.reset();
    await new Promise((resolve) => setTimeout(resolve, 1000));
    expect(saved).to.deep.equal([]);
  });

  for (const way of ['attribute', 'file'] as const) {
    it(`carries the page’s own firmware, given as ${way}`, async () => {
      const element = await toTake();
      if (way === 'attribute') element.firmware = '/test/fixtures/image/ram.elf';
      else element.firmwareFile = new File([FIRMWARE], 'own.bin');
      await element.updateComplete;
      await waitUntil(() => element.shadowRoot?.querySelector('.digest'));
      button(element, 'Download kit').click();
      await waitUntil(() => saved.length === 1, 'no kit', { timeout: 20_000 });
      const zip = unzipSync(new Uint8Array(await (await fetch(saved[0] ?? '')).arrayBuffer()));
      const [name] = Object.keys(zip).filter((path) => path.includes('/firmware/'));
      expect(name).to.match(/-kit\/firmware\/own\.bin$/);
      expect([...(zip[name ?? ''] ?? [])]).to.deep.equal([...FIRMWARE]);
      const page = Object.entries(zip).find(([path]) => path.endsWith('/index.html'))?.[1];
      expect(new TextDecoder().decode(page)).to.contain('firmware="firmware/own.bin"');
    });
  }
});
