/** What a person sees of a download that takes its time: bytes, rate and time left, while a model is read and while it is converted. */
import { expect, fixture, html, waitUntil } from '@open-wc/testing';
import '../../src/element/define.js';
import { Esp32LlmConverter } from '../../src/element/esp32-llm-converter.js';
import type { Progress } from '../../src/shared/progress.js';
import { FakeConverter, PROGRESS, sampleInspection } from './fake-converter.js';

const DOWNLOAD: Progress = {
  stage: 'downloading',
  item: 'model.safetensors',
  done: 524_288,
  total: 2_097_152,
  unit: 'bytes',
  perSecond: 25_600,
  secondsLeft: 61.44,
};

describe('a download that takes its time', () => {
  let fake: FakeConverter;

  beforeEach(() => {
    fake = new FakeConverter();
    Esp32LlmConverter.converter = async () => fake;
  });

  afterEach(() => {
    Esp32LlmConverter.converter = null;
  });

  async function reading(lang = 'en'): Promise<Esp32LlmConverter> {
    const element = await fixture<Esp32LlmConverter>(
      html`<esp32-llm-converter lang=${lang}></esp32-llm-converter>`,
    );
    void element.load('https://example.org/models/tiny/');
    await waitUntil(() => fake.sources.length > 0);
    return element;
  }

  function text(element: Esp32LlmConverter, selector: string): string {
    return (element.shadowRoot?.querySelector(selector)?.textContent ?? '').replace(/\s+/g, ' ').trim();
  }

  function bar(element: Esp32LlmConverter): HTMLProgressElement | null | undefined {
    return element.shadowRoot?.querySelector('progress');
  }

  for (const [lang, expected] of [
    ['en', '512 KB of 2 MB, 25 KB per second, about 1 min 01 s left model.safetensors'],
    ['es', '512 KB de 2 MB, 25 KB por segundo, quedan unos 1 min 01 s model.safetensors'],
    ['zh-Hans', '512 KB / 2 MB, 每秒 25 KB, 大约还需 1 分 01 秒 model.safetensors'],
  ] as const) {
    it(`is told while a model is read, in ${lang}`, async () => {
      const element = await reading(lang);
      expect(bar(element)?.hasAttribute('value'), 'nothing is known yet').to.equal(false);
      const told: Progress[] = [];
      element.addEventListener('esp32-llm-progress', ({ progress }) => told.push(progress));
      fake.progress(DOWNLOAD);
      await waitUntil(() => text(element, '.amount') !== '', 'no amount');
      expect(text(element, '.amount')).to.equal(expected);
      expect(bar(element)?.value).to.equal(0.25);
      expect(told).to.deep.equal([DOWNLOAD]);
      await expect(element).to.be.accessible();
    });
  }

  it('is told without an end where nobody knows how much comes', async () => {
    const element = await reading();
    fake.progress({ ...DOWNLOAD, total: 0, secondsLeft: null });
    await waitUntil(() => text(element, '.amount') !== '');
    expect(text(element, '.amount')).to.equal('512 KB, 25 KB per second model.safetensors');
    expect(bar(element)?.hasAttribute('value')).to.equal(false);
  });

  it('says to screen readers once what is read', async () => {
    const element = await reading();
    const said: string[] = [];
    const status = element.shadowRoot?.querySelector('[role=status]');
    if (!status) throw new Error('no live region');
    await waitUntil(() => status.textContent.includes('Reading tiny'));
    new MutationObserver(() => said.push(status.textContent)).observe(status, {
      characterData: true,
      childList: true,
      subtree: true,
    });
    for (let done = 0; done < 5; done++) {
      fake.progress({ ...DOWNLOAD, done });
      await element.updateComplete;
    }
    await waitUntil(() => text(element, '.amount') !== '');
    expect(said).to.deep.equal([]);
  });

  it('is told beside the stages of a conversion, until it is there', async () => {
    const element = await reading();
    fake.inspection.resolve(sampleInspection());
    await waitUntil(() => element.step === 'fit');
    void element.convert();
    await waitUntil(() => element.step === 'converting');
    fake.progress(PROGRESS);
    fake.progress(DOWNLOAD);
    await waitUntil(() => element.shadowRoot?.querySelectorAll('.amount').length === 2);
    const amounts = [...(element.shadowRoot?.querySelectorAll('.amount') ?? [])].map((each) =>
      each.textContent.replace(/\s+/g, ' ').trim(),
    );
    expect(amounts[0]).to.contain('768 KB of 1.25 MB');
    expect(amounts[1]).to.equal('512 KB of 2 MB, 25 KB per second, about 1 min 01 s left model.safetensors');
    // The stage goes on, and its bar with it.
    expect(text(element, '.stages')).to.equal('Quantizing weights');
    expect(bar(element)?.value).to.be.closeTo(0.6, 0.001);
    fake.progress({ ...DOWNLOAD, done: DOWNLOAD.total });
    await waitUntil(() => element.shadowRoot?.querySelectorAll('.amount').length === 1);
  });
});
