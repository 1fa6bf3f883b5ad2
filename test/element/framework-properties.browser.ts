/** The element's properties as frameworks set them: React a switch as `true`, Vue and Angular what is bound, `undefined` for nothing. */
import { expect, fixture, html, waitUntil } from '@open-wc/testing';
import '../../src/element/define.js';
import { Esp32LlmConverter } from '../../src/element/esp32-llm-converter.js';
import { FakeConverter, sampleImage, sampleInspection } from './fake-converter.js';

type Properties = Readonly<Record<string, unknown>>;

describe('properties that frameworks set', () => {
  let fake: FakeConverter;

  beforeEach(() => {
    fake = new FakeConverter();
    Esp32LlmConverter.converter = async () => fake;
    Esp32LlmConverter.imageMaker = async () => sampleImage();
  });

  afterEach(() => {
    Esp32LlmConverter.converter = null;
    Esp32LlmConverter.imageMaker = null;
  });

  async function make(properties: Properties): Promise<Esp32LlmConverter> {
    const element = await fixture<Esp32LlmConverter>(html`<esp32-llm-converter></esp32-llm-converter>`);
    Object.assign(element, properties);
    await element.updateComplete;
    return element;
  }

  /** The element with a model that was read. */
  async function fitted(properties: Properties): Promise<Esp32LlmConverter> {
    const element = await make(properties);
    void element.load();
    await waitUntil(() => fake.sources.length > 0 || element.shadowRoot?.querySelector('.failure'));
    fake.inspection.resolve(sampleInspection());
    await waitUntil(() => element.shadowRoot?.querySelector('.settings'), 'the model is not read');
    return element;
  }

  /** What the element says of a property that it cannot take. */
  async function refusal(properties: Properties): Promise<string> {
    const element = await make(properties);
    const failed = new Promise<string>((resolve) => {
      element.addEventListener('esp32-llm-error', ({ message }) => resolve(message), { once: true });
    });
    await element.load();
    expect(element.step).to.equal('choose');
    return failed;
  }

  /** Whether a setting is shown as text, and not as what could change it. */
  function isSettled(element: Esp32LlmConverter, name: string): boolean {
    const control = element.shadowRoot?.querySelector(`#${name}`) ?? null;
    const text = element.shadowRoot?.querySelector(`[data-settled=${name}]`) ?? null;
    if ((control === null) === (text === null)) throw new Error(`${name} is there twice, or not at all`);
    return text !== null;
  }

  it('locked: true and its attribute lock all, false nothing, words and lists what they name', async () => {
    for (const [locked, expected] of [
      [true, [true, true]],
      ['', [true, true]],
      [false, [false, false]],
      [undefined, [false, false]],
      [null, [false, false]],
      ['board', [true, false]],
      [['context'], [false, true]],
    ] as const) {
      const element = await fitted({ locked });
      expect([isSettled(element, 'board'), isSettled(element, 'context')], String(locked)).to.deep.equal(
        expected,
      );
      element.remove();
      fake = new FakeConverter();
    }
  });

  it('attributes that a template wrote before the element was defined say `true` and `false`', async () => {
    const element = await fixture<Esp32LlmConverter>(
      html`<esp32-llm-converter locked="false" no-network="false"></esp32-llm-converter>`,
    );
    expect(element.noNetwork).to.equal(false);
    expect(element.shadowRoot?.querySelector('#address')).to.exist;
    element.setAttribute('locked', 'true');
    element.setAttribute('no-network', '');
    await element.updateComplete;
    expect(element.noNetwork).to.equal(true);
    expect(element.shadowRoot?.querySelector('#address')).to.equal(null);
    expect(element.shadowRoot?.querySelector('.drop')).to.equal(null);
  });

  it('nothing, as undefined or null, is what no attribute is', async () => {
    const names = ['model', 'modelFiles', 'board', 'scheme', 'context', 'prompt', 'locked', 'steps'];
    const others = ['noNetwork', 'firmware', 'firmwareFile', 'theme', 'assetBase', 'workerUrl'];
    for (const nothing of [undefined, null]) {
      fake = new FakeConverter();
      await fitted(Object.fromEntries([...names, ...others].map((name) => [name, nothing])));
      expect(fake.settings.at(-1)?.board).to.equal('esp32-s3-n16r8');
    }
  });

  it('numbers and addresses are taken as such', async () => {
    await fitted({ context: '64', model: new URL('https://example.org/models/tiny/'), prompt: 5 });
    expect(fake.settings.at(-1)?.context).to.equal(64);
    expect(fake.sources.at(-1)).to.deep.equal({ kind: 'url', url: 'https://example.org/models/tiny/' });
  });

  it('what makes no sense is named', async () => {
    const object = (name: string): string =>
      `The property ${name} is of type object. It takes text, as its attribute does.`;
    expect(await refusal({ board: {} })).to.equal(object('board'));
    expect(await refusal({ steps: {} })).to.equal(object('steps'));
    expect(await refusal({ model: {} })).to.equal(object('model'));
    expect(await refusal({ context: true })).to.contain('whole number of tokens');
    expect(await refusal({ locked: 7 }))
      .to.contain('"7"')
      .and.to.contain('model, board, scheme');
    for (const modelFiles of [5, {}, [null], ['config.json'], [{ path: 'config.json' }]])
      expect(await refusal({ modelFiles })).to.contain('These are no files');
  });

  it('a firmware that is no file is named when the image is made', async () => {
    Esp32LlmConverter.imageMaker = null;
    const element = await fitted({ firmwareFile: {} });
    void element.convert();
    await waitUntil(() => element.step === 'converting');
    const { sampleResult } = await import('./fake-converter.js');
    fake.conversion.resolve(sampleResult());
    await waitUntil(() => element.step === 'compare');
    let message = '';
    await element.image().catch((error: Error) => (message = error.message));
    expect(message).to.equal(
      'The property firmwareFile is no file. It takes a File, as file inputs give it.',
    );
    Object.assign(element, { firmwareFile: null, firmware: {} });
    await element.image().catch((error: Error) => (message = error.message));
    expect(message).to.equal(
      'The property firmware is of type object. It takes text, as its attribute does.',
    );
  });
});
