/** The element in each language: every step in its words, switched while it is shown, on pages of either direction. */
import { expect, fixture, html, waitUntil } from '@open-wc/testing';
import '../../src/element/define.js';
import { Esp32LlmConverter } from '../../src/element/esp32-llm-converter.js';
import { enAll as en } from '../../src/element/strings/en/all.js';
import { esAll as es } from '../../src/element/strings/es/all.js';
import { zhHansAll as zhHans } from '../../src/element/strings/zh-hans/all.js';
import { FormatError } from '../../src/shared/errors.js';
import { FakeConverter, sampleImage, sampleInspection, sampleResult } from './fake-converter.js';

const DICTIONARIES = [en, es, zhHans];

let fake: FakeConverter;

async function rendered(element: Esp32LlmConverter, selector: string): Promise<HTMLElement> {
  await waitUntil(() => element.shadowRoot?.querySelector(selector), `no ${selector}`, { timeout: 5000 });
  await element.updateComplete;
  return part(element, selector);
}

function part(element: Esp32LlmConverter, selector: string): HTMLElement {
  const found = element.shadowRoot?.querySelector<HTMLElement>(selector);
  if (found === null || found === undefined) throw new Error(`There is no ${selector}.`);
  return found;
}

/** Reads the sample model, up to the step that shows it, or to the failure. */
async function load(
  element: Esp32LlmConverter,
  answer: () => void = () => fake.inspection.resolve(sampleInspection()),
): Promise<void> {
  const asked = fake.sources.length;
  const loading = element.load();
  await waitUntil(() => fake.sources.length > asked);
  answer();
  await loading;
}

function heading(element: Esp32LlmConverter): string {
  return part(element, '#step-heading').textContent.trim();
}

describe('languages of the element', () => {
  beforeEach(() => {
    fake = new FakeConverter();
    Esp32LlmConverter.converter = async () => fake;
    Esp32LlmConverter.imageMaker = async () => sampleImage();
  });

  afterEach(() => {
    Esp32LlmConverter.converter = null;
    Esp32LlmConverter.imageMaker = null;
  });

  for (const words of DICTIONARIES) {
    for (const dir of ['ltr', 'rtl']) {
      it(`${words.language}: every step speaks it and is accessible, ${dir}`, async () => {
        const page = await fixture<HTMLElement>(
          html`<div dir=${dir} lang=${words.language}>
            <esp32-llm-converter><h2 slot="heading">x</h2></esp32-llm-converter>
          </div>`,
        );
        const element = page.querySelector('esp32-llm-converter') as Esp32LlmConverter;
        await rendered(element, '#step-heading');
        expect(heading(element)).to.equal(words.choose.heading);
        expect(part(element, '.base').lang).to.equal(words.language);
        await expect(element).to.be.accessible();

        await load(element);
        await rendered(element, '.fit');
        expect(heading(element)).to.equal(words.fit.heading(sampleInspection().name));
        expect(part(element, '.fit-bar').textContent).to.contain(words.fit.fits);
        await expect(element).to.be.accessible();

        const conversion = element.convert();
        await waitUntil(() => fake.settings.length > 1);
        await rendered(element, '.busy');
        expect(part(element, '.busy').textContent).to.contain(words.converting.cancel);
        fake.conversion.resolve(sampleResult());
        await conversion;
        await rendered(element, '.verdict');
        const { title } = words.report.verdicts[sampleResult().report.verdict];
        expect(part(element, '.verdict').textContent).to.contain(title);
        await expect(element).to.be.accessible();
        element.shadowRoot?.querySelectorAll('details').forEach((details) => (details.open = true));
        await expect(element).to.be.accessible();
      });
    }

    it(`${words.language}: a failure says what to do, and its details are marked as English`, async () => {
      const element = await fixture<Esp32LlmConverter>(
        html`<esp32-llm-converter lang=${words.language}></esp32-llm-converter>`,
      );
      await load(element, () =>
        fake.inspection.reject(
          new FormatError('It has no config.json.', {
            file: 'folder',
            remedy: 'Choose another.',
            code: 'no-config',
          }),
        ),
      );
      const failure = await rendered(element, '.failure');
      expect(failure.textContent).to.contain(words.failures.format);
      expect(failure.textContent).to.contain(words.help['no-config']);
      expect(part(element, '.failure .detail').lang).to.equal('en');
      expect(part(element, '.failure .detail').textContent).to.contain('It has no config.json.');
      await expect(element).to.be.accessible();
    });
  }

  it('a step that is shown changes its language at once, without being left', async () => {
    const element = await fixture<Esp32LlmConverter>(
      html`<esp32-llm-converter lang="es"></esp32-llm-converter>`,
    );
    await load(element);
    await rendered(element, '.fit');
    expect(part(element, '.fit').textContent).to.contain(es.fit.settings);
    for (const words of [zhHans, en, es]) {
      element.lang = words.language;
      await waitUntil(() => element.shadowRoot?.querySelector('.fit h4')?.textContent === words.fit.settings);
      expect(element.step).to.equal('fit');
    }
  });

  it('follows the page, and readers of the traditional script get English', async () => {
    const page = await fixture<HTMLElement>(
      html`<div lang="zh-TW"><esp32-llm-converter></esp32-llm-converter></div>`,
    );
    const element = page.querySelector('esp32-llm-converter') as Esp32LlmConverter;
    await rendered(element, '#step-heading');
    expect(heading(element)).to.equal(en.choose.heading);
    const other = await fixture<HTMLElement>(
      html`<div lang="zh-CN"><esp32-llm-converter></esp32-llm-converter></div>`,
    );
    const chinese = other.querySelector('esp32-llm-converter') as Esp32LlmConverter;
    await rendered(chinese, '#step-heading');
    expect(heading(chinese)).to.equal(zhHans.choose.heading);
  });

  it('several languages live on one page', async () => {
    const page = await fixture<HTMLElement>(
      html`<div>
        ${DICTIONARIES.map(({ language }) => html`<esp32-llm-converter lang=${language}></esp32-llm-converter>`)}
      </div>`,
    );
    const elements = [...page.querySelectorAll('esp32-llm-converter')];
    for (const [index, words] of DICTIONARIES.entries()) {
      const element = elements[index] as Esp32LlmConverter;
      await rendered(element, '#step-heading');
      expect(heading(element)).to.equal(words.choose.heading);
    }
  });
});
