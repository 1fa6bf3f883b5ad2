/** Names that a model, a file or a board brings along reorder nothing of what is shown around them. */
import { expect, fixture, html, waitUntil } from '@open-wc/testing';
import '../../src/element/define.js';
import { Esp32LlmConverter } from '../../src/element/esp32-llm-converter.js';
import { FormatError } from '../../src/shared/errors.js';
import { sampleReport } from '../report/sample.js';
import { FakeConverter, PROGRESS, sampleImage, sampleInspection, sampleResult } from './fake-converter.js';

const EVIL = 'gpj.\u202eexe\u2067\u200f';
const REORDERS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

describe('names that would reorder text', () => {
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

  function texts(element: Esp32LlmConverter): string {
    const all = [...(element.shadowRoot?.querySelectorAll('.base, .base *') ?? [])];
    const attributes = all.flatMap((each) => [...each.attributes].map(({ value }) => value));
    return [...(element.shadowRoot?.querySelectorAll('.base') ?? [])]
      .map((each) => each.textContent)
      .concat(attributes)
      .join(' ');
  }

  /** That the name was there, and what of it must not be. */
  async function check(element: Esp32LlmConverter, where: string): Promise<void> {
    await waitUntil(() => texts(element).includes('gpj.\\u202eexe\\u2067\\u200f'), `${where}: no name`);
    expect(REORDERS.exec(texts(element)), where).to.equal(null);
  }

  it('show as such in every step', async () => {
    const element = await fixture<Esp32LlmConverter>(html`<esp32-llm-converter></esp32-llm-converter>`);
    const file = (path: string): { path: string; file: File } => ({ path, file: new File(['{}'], path) });
    void element.load([file(`${EVIL}/config.json`)]);
    await waitUntil(() => fake.sources.length > 0);
    await check(element, 'reading');
    fake.progress({ ...PROGRESS, stage: 'downloading', item: EVIL });
    await waitUntil(() => element.shadowRoot?.querySelector('.amount'));
    await check(element, 'downloading');
    fake.inspection.reject(new FormatError('Bad.', { file: EVIL, remedy: 'Take another.' }));
    await waitUntil(() => element.shadowRoot?.querySelector('.failure'));
    await check(element, 'failure');

    const asked = fake.sources.length;
    void element.load([file('tiny/config.json')]);
    await waitUntil(() => fake.sources.length > asked);
    fake.inspection.resolve(sampleInspection());
    await waitUntil(() => element.step === 'fit');
    void element.convert();
    await waitUntil(() => element.step === 'converting');
    fake.progress({ ...PROGRESS, item: EVIL, begun: [{ name: EVIL, bytes: 1024 }] });
    await waitUntil(() => element.shadowRoot?.querySelector('.tensor-list'));
    await check(element, 'converting');

    const report = sampleReport();
    const [tensor, ...tensors] = report.tensors;
    if (tensor === undefined) throw new Error('no tensors');
    fake.conversion.resolve(
      sampleResult({
        report: {
          ...report,
          tensors: [{ ...tensor, name: EVIL }, ...tensors],
          texts: [
            {
              ...report.texts[0],
              beforeIds: [],
              afterIds: [],
              firstDifference: null,
              isCut: { before: false, after: false },
              prompt: EVIL,
              before: EVIL,
              after: `${EVIL}${EVIL}`,
            },
          ],
        },
      }),
    );
    await waitUntil(() => element.shadowRoot?.querySelector('.tensors button'));
    await check(element, 'compare');
    element.shadowRoot?.querySelector<HTMLButtonElement>('.tensors button')?.click();
    await element.updateComplete;
    await check(element, 'histogram');
  });
});
