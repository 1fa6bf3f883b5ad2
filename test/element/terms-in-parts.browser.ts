/** The "?" beside terms of parts that are loaded by themselves: cards, list of models, frontier. */
import { expect, fixture, html, waitUntil } from '@open-wc/testing';
import { sendKeys, setViewport } from '@web/test-runner-commands';
import '../../src/element/define.js';
import { Esp32LlmConverter } from '../../src/element/esp32-llm-converter.js';
import { loadTermStrings } from '../../src/element/strings/terms.js';
import { LANGUAGES } from '../../src/shared/languages.js';
import { samplePlan } from '../report/sample.js';
import { FakeConverter, sampleInspection } from './fake-converter.js';

const PATIENCE = 30_000;

describe('terms of parts', function () {
  this.timeout(3 * PATIENCE);
  let element: Esp32LlmConverter;

  let fake: FakeConverter;

  before(() => {
    fake = new FakeConverter();
    Esp32LlmConverter.converter = async () => fake;
  });

  after(async () => {
    Esp32LlmConverter.converter = null;
    await setViewport({ width: 1024, height: 768 });
  });

  const find = <T extends HTMLElement>(selector: string): T | null =>
    element.shadowRoot?.querySelector<T>(selector) ?? null;
  const there = (selector: string): Promise<void> =>
    waitUntil(() => find(selector) !== null, `no ${selector}`, { timeout: PATIENCE });

  /** Opens it by keyboard, reads it, and closes it: the focus is where it was. */
  async function explained(place: string, term: string, language: (typeof LANGUAGES)[number]): Promise<void> {
    const selector = `${place} [data-term="${term}"]`;
    await there(selector);
    const { width, height } = (find(selector) as HTMLElement).getBoundingClientRect();
    expect(Math.min(width, height), `a finger hits ${term}`).to.be.at.least(24);
    find(selector)?.focus();
    await sendKeys({ press: 'Enter' });
    await there(`.term-card[data-term="${term}"]`);
    const words = await loadTermStrings(language);
    const [name] = words[term as keyof typeof words];
    expect(find('.term-card h4')?.textContent).to.equal(name);
    expect(find('.term-card')?.contains(element.shadowRoot?.activeElement ?? null), 'it has the focus').to.be
      .true;
    await expect(element).to.be.accessible();
    await sendKeys({ press: 'Escape' });
    await waitUntil(() => find('.term-card') === null, 'it stays');
    expect(element.shadowRoot?.activeElement).to.equal(find(selector));
  }

  for (const language of LANGUAGES) {
    it(`are explained beside the cards and in the list of models: ${language}`, async () => {
      await setViewport({ width: 390, height: 844 });
      element = await fixture(html`<esp32-llm-converter lang=${language}></esp32-llm-converter>`);
      for (const term of ['parameter', 'package', 'module']) await explained('.cards', term, language);
      find('#known')?.click();
      for (const term of ['int8', 'vocabulary', 'context', 'module', 'parameter']) {
        await explained('dialog.gallery', term, language);
        // Escape closed the card alone.
        expect(find<HTMLDialogElement>('dialog.gallery')?.open).to.be.true;
      }
    });
  }

  it('are explained where sizes and losses are measured', async () => {
    element = await fixture(html`<esp32-llm-converter></esp32-llm-converter>`);
    void element.load('https://example.org/models/tiny/');
    await waitUntil(() => fake.sources.length > 0, 'nothing is read', { timeout: PATIENCE });
    fake.inspection.resolve(sampleInspection({ plan: samplePlan() }));
    await there('details.frontier');
    find('.frontier summary')?.click();
    await explained('.frontier', 'kl', 'en');
  });
});
