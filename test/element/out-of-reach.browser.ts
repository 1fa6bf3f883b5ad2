/** What a control asks for and cannot be loaded is said beside it; the step stays as it is, and the next press works. */
import { expect, fixture, html, waitUntil } from '@open-wc/testing';
import { executeServerCommand } from '@web/test-runner-commands';
import '../../src/element/define.js';
import { Esp32LlmConverter } from '../../src/element/esp32-llm-converter.js';
import type { PlanAdvice } from '../../src/plan/advice.js';
import { samplePlan } from '../report/sample.js';
import { en } from './all-strings.js';
import { FakeConverter, sampleInspection } from './fake-converter.js';

const TOO_LARGE: PlanAdvice = {
  problems: [{ code: 'flash', needed: 60 * 1024 * 1024, available: 3 * 1024 * 1024 }],
  remedies: [{ code: 'smaller-model' }],
};

const PATIENCE = 30_000;

/** The controls, what is out of reach for each, one file after the other, and what it opens. */
const CONTROLS = [
  {
    what: 'models that fit',
    press: '.fit-bar .primary',
    files: ['gallery-dialog', 'en/gallery'],
    opens: '.gallery',
  },
  { what: 'one’s board', press: '#find-board', files: ['find-dialog'], opens: 'dialog.find' },
  { what: 'a term', press: '[data-term="context"]', files: ['term-card', 'en/terms'], opens: '.term-card' },
] as const;

describe('what is out of reach', function () {
  this.timeout(3 * PATIENCE);
  let element: Esp32LlmConverter;

  let fake: FakeConverter;

  beforeEach(() => {
    fake = new FakeConverter();
    Esp32LlmConverter.converter = async () => fake;
  });

  after(() => {
    Esp32LlmConverter.converter = null;
  });

  afterEach(() => executeServerCommand('unreachable', []));

  for (const { what, press, files, opens } of CONTROLS) {
    it(`is said beside the control, and had by the next press: ${what}`, async () => {
      element = await fixture(html`<esp32-llm-converter></esp32-llm-converter>`);
      void element.load('https://example.org/models/tiny/');
      await waitUntil(() => fake.sources.length > 0, 'nothing is read', { timeout: PATIENCE });
      fake.inspection.resolve(sampleInspection({ plan: samplePlan({ fits: false, advice: TOO_LARGE }) }));
      await waitUntil(() => find(press) !== null, `no ${press}`, { timeout: PATIENCE });
      for (const file of files) {
        await executeServerCommand('unreachable', [`*${file}*`]);
        find(press)?.click();
        // What was said before goes away with the press.
        expect(said()).to.equal(null);
        await waitUntil(() => said() !== null, 'nothing is said', { timeout: PATIENCE });
        expect(said()?.textContent).to.equal(`${en.failures.views}. ${en.failures.reload}`);
        expect(element.step).to.equal('fit');
      }
      await expect(element).to.be.accessible();
      await executeServerCommand('unreachable', []);
      find(press)?.click();
      await waitUntil(() => find(opens) !== null, 'it does not open', { timeout: PATIENCE });
      expect(said()).to.equal(null);
      expect(element.step).to.equal('fit');

      function said(): Element | null {
        const next = find(press)?.nextElementSibling ?? null;
        return next?.matches('.said[role="alert"]') === true ? next : null;
      }
    });
  }

  const find = (selector: string): HTMLElement | null => element.shadowRoot?.querySelector(selector) ?? null;
});
