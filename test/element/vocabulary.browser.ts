/** The vocabulary in the page: offered where a cut helps, cut to a number and for a text, and what that cost is reported. */
import { expect, waitUntil } from '@open-wc/testing';
import { setViewport } from '@web/test-runner-commands';
import { button, rendered, root, setStage, stage } from './board-page.js';
import '../../src/element/define.js';
import { Esp32LlmConverter } from '../../src/element/esp32-llm-converter.js';
import { samplePlan } from '../report/sample.js';
import { sampleInspection } from './fake-converter.js';

/** The sample is converted and compared, on a machine that may be busy. */
const PATIENCE = 90_000;

const TEXT = 'turn on the lamp in the kitchen please and tell me if the door is locked';

function find<T extends Element = HTMLElement>(element: Esp32LlmConverter, selector: string): T {
  const found = root(element).querySelector<T>(selector);
  if (!found) throw new Error(`${selector} is not there: ${root(element).textContent ?? ''}`);
  return found;
}

function give(field: HTMLInputElement | HTMLTextAreaElement, value: string): void {
  field.value = value;
  field.dispatchEvent(new Event('change'));
}

describe('a smaller vocabulary', () => {
  setStage();

  const cut = {
    tokens: 4096,
    of: 50_257,
    bytes: 2_377_000,
    whole: 9_380_000,
    fits: true,
    tokensPerSecond: 20.4,
  };

  async function offered(changes: Partial<typeof cut> = {}): Promise<Esp32LlmConverter> {
    const element = new Esp32LlmConverter();
    document.body.append(element);
    void element.load('/models/home-commands/');
    await waitUntil(() => stage.converter.sources.length > 0);
    const plan = samplePlan({ fits: false, vocabulary: 50_257, cut: { ...cut, ...changes } });
    stage.converter.inspection.resolve(sampleInspection({ vocabSize: 50_257, plan }));
    await rendered(element, '.fit .cut');
    return element;
  }

  it('is offered with its figures, and one press plans it', async () => {
    const element = await offered();
    expect(find(element, '.cut').textContent).to.contain(
      'Cut to 4,096 of its 50,257 tokens, it takes 2.27 MB instead of 8.95 MB, and about 20.4 tokens/s are expected.',
    );
    await expect(element).to.be.accessible();
    stage.converter.nextPlan = async () => samplePlan({ vocabulary: 4096 });
    button(element, 'Cut to 4,096 tokens').click();
    await waitUntil(() => root(element).querySelector('.cut') === null);
    expect(stage.converter.settings.at(-1)?.edits).to.deep.equal([{ kind: 'vocabulary', tokens: 4096 }]);
    expect(find(element, '.vocabulary summary').textContent).to.contain('4,096 of 50,257 tokens');
    await expect(element).to.be.accessible();
    button(element, 'Keep all tokens').click();
    await waitUntil(() => stage.converter.settings.at(-1)?.edits?.length === 0);
    element.remove();
  });

  it('that is not enough has no button', async () => {
    const element = await offered({ fits: false });
    expect(find(element, '.cut').textContent).to.contain(
      'Even cut to 4,096 of its 50,257 tokens, it takes 2.27 MB',
    );
    expect(find(element, '.cut').querySelector('button')).to.equal(null);
    element.remove();
  });

  it('cannot be changed where the page locks the scheme', async () => {
    const element = new Esp32LlmConverter();
    element.setAttribute('locked', 'scheme');
    element.setAttribute('scheme', 'vocabulary:600');
    document.body.append(element);
    void element.load('/models/home-commands/');
    await waitUntil(() => stage.converter.sources.length > 0);
    expect(stage.converter.settings.at(-1)?.edits).to.deep.equal([{ kind: 'vocabulary', tokens: 600 }]);
    stage.converter.inspection.resolve(sampleInspection({ plan: samplePlan({ cut }) }));
    await rendered(element, '.fit .cut');
    expect(find(element, '.cut').querySelector('button')).to.equal(null);
    expect(find<HTMLFieldSetElement>(element, '.vocabulary fieldset').disabled).to.equal(true);
    element.remove();
  });
});

describe('a smaller vocabulary of the bundled model', function () {
  this.timeout(2 * PATIENCE);
  let element: Esp32LlmConverter;

  before(() => {
    Esp32LlmConverter.converter = null;
    Esp32LlmConverter.assets = { model: '/models/home-commands/' };
  });

  after(async () => {
    Esp32LlmConverter.assets = {};
    await setViewport({ width: 1024, height: 768 });
  });

  beforeEach(async () => {
    element = new Esp32LlmConverter();
    document.body.append(element);
    void element.load();
    await waitUntil(() => element.step === 'fit', 'step fit', { timeout: PATIENCE });
    await element.updateComplete;
    find<HTMLDetailsElement>(element, '.vocabulary').open = true;
  });

  afterEach(() => {
    element.remove();
  });

  const kept = (): string => find(element, '.vocabulary summary').textContent;

  it('is cut for a text, and the report says what it cost', async () => {
    give(find<HTMLTextAreaElement>(element, '#keep-text'), TEXT);
    await waitUntil(() => !kept().includes('1,024 of 1,024'), 'it is not cut', { timeout: PATIENCE });
    const tokens = Number(/(\d+) of 1,024/.exec(kept())?.[1]);
    expect(tokens).to.be.within(260, 400);
    expect(find(element, '#keep-text-hint').textContent).to.equal(`${TEXT.length} characters.`);
    button(element, 'Convert').click();
    await waitUntil(() => element.step === 'compare', 'step compare', { timeout: PATIENCE });
    await element.updateComplete;
    const said = find(element, '.verdict').textContent;
    expect(said).to.contain('What the smaller vocabulary costs');
    expect(said).to.contain(`${tokens} of 1,024 tokens are left.`);
    expect(said).to.match(/a byte takes the original [\d.]+ bits/);
    await expect(element).to.be.accessible();
  });

  it('of too few tokens says how many it takes, and is drawn within 320 pixels', async () => {
    await setViewport({ width: 320, height: 640 });
    give(find<HTMLInputElement>(element, '#vocabulary'), '12');
    await waitUntil(() => root(element).querySelector('.failure') !== null, 'no failure', {
      timeout: PATIENCE,
    });
    expect(find(element, '.failure').textContent).to.match(/too small: \d+ must stay/);
    give(find<HTMLInputElement>(element, '#vocabulary'), '600');
    await waitUntil(() => kept().includes('600 of 1,024'), 'it is not cut', { timeout: PATIENCE });
    expect(root(element).querySelector('.failure')).to.equal(null);
    for (const theme of ['light', 'dark'] as const) {
      element.setAttribute('theme', theme);
      await element.updateComplete;
      const base = find(element, '.base');
      expect(base.scrollWidth).to.be.at.most(base.clientWidth);
      await expect(element).to.be.accessible();
    }
    give(find<HTMLInputElement>(element, '#vocabulary'), '');
    await waitUntil(() => kept().includes('1,024 of 1,024'), 'it is not whole', { timeout: PATIENCE });
  });

  it('is cut for a file', async () => {
    const files = new DataTransfer();
    files.items.add(new File([TEXT], 'commands.txt'));
    const input = find<HTMLInputElement>(element, '#keep-file');
    input.files = files.files;
    input.dispatchEvent(new Event('change'));
    await waitUntil(() => !kept().includes('1,024 of 1,024'), 'it is not cut', { timeout: PATIENCE });
    expect(find<HTMLTextAreaElement>(element, '#keep-text').value).to.equal(TEXT);
  });
});
