/** The settings on one screen, in the sizes of a laptop, a desk and a phone; and remedies, each of which does what it says. */
import { expect, fixture, html, waitUntil } from '@open-wc/testing';
import { setViewport } from '@web/test-runner-commands';
import '../../src/element/define.js';
import { Esp32LlmConverter } from '../../src/element/esp32-llm-converter.js';
import type { PlanAdvice } from '../../src/plan/advice.js';
import type { PlanJson } from '../../src/plan/plan.js';
import { samplePlan } from '../report/sample.js';
import { en, es, zhHans } from './all-strings.js';
import { FakeConverter, sampleInspection } from './fake-converter.js';

const KIB = 1024;

/** Too long a cache, in a package that is too large for 4 MB. */
const TOO_MUCH: PlanAdvice = {
  problems: [
    { code: 'cache', context: 512, needed: 1500 * KIB, available: 64 * KIB },
    { code: 'flash', needed: 5 * KIB * KIB, available: 3 * KIB * KIB },
  ],
  remedies: [
    { code: 'context', context: 436 },
    { code: 'int8-cache' },
    { code: 'psram' },
    { code: 'more-flash' },
  ],
};

function unfit(advice: PlanAdvice, changes: Partial<PlanJson> = {}): PlanJson {
  return samplePlan({ fits: false, advice, ...changes });
}

let fake: FakeConverter;

before(() => {
  Esp32LlmConverter.converter = async () => fake;
});

beforeEach(() => {
  fake = new FakeConverter();
});

after(() => {
  Esp32LlmConverter.converter = null;
});

/** The element below a page's own title, with a model that is to be set. */
async function toFit(
  plan = samplePlan(),
  attributes: Readonly<Record<string, string>> = {},
): Promise<Esp32LlmConverter> {
  const page = await fixture<HTMLElement>(html`<div><div style="height: 17rem">A title</div></div>`);
  const element = document.createElement('esp32-llm-converter');
  for (const [name, value] of Object.entries({
    model: 'https://example.org/models/tiny/',
    steps: 'fit convert compare',
    ...attributes,
  }))
    element.setAttribute(name, value);
  page.append(element);
  await waitUntil(() => fake.sources.length > 0, 'nothing is read', { timeout: 20_000 });
  fake.inspection.resolve(sampleInspection({ plan }));
  await waitUntil(() => element.shadowRoot?.querySelector('.fit') ?? null, 'no settings', {
    timeout: 20_000,
  });
  await element.updateComplete;
  return element;
}

function all<Kind extends HTMLElement>(element: Esp32LlmConverter, selector: string): Kind[] {
  return [...(element.shadowRoot?.querySelectorAll<Kind>(selector) ?? [])];
}

function part<Kind extends HTMLElement>(element: Esp32LlmConverter, selector: string): Kind {
  const [found] = all<Kind>(element, selector);
  if (found === undefined) throw new Error(`${selector} is not there`);
  return found;
}

function button(element: Esp32LlmConverter, text: string, within = ''): HTMLButtonElement {
  const buttons = all<HTMLButtonElement>(element, `${within} button`);
  const found = buttons.find((each) => each.textContent.trim() === text);
  if (found === undefined)
    throw new Error(`no "${text}" among: ${buttons.map((each) => each.textContent.trim()).join(', ')}`);
  return found;
}

/** The whole of it is seen, and nothing lies over it. */
function expectSeen(element: Esp32LlmConverter, target: HTMLElement, what: string): void {
  const { left, right, top, bottom } = target.getBoundingClientRect();
  expect(top, what).to.be.at.least(0);
  expect(left, what).to.be.at.least(0);
  expect(bottom, what).to.be.at.most(innerHeight);
  expect(right, what).to.be.at.most(document.documentElement.clientWidth);
  const over = element.shadowRoot?.elementFromPoint((left + right) / 2, (top + bottom) / 2) ?? null;
  expect(over !== null && (target.contains(over) || over.contains(target)), `${what} is covered`).to.be.true;
}

async function planned(element: Esp32LlmConverter): Promise<void> {
  await waitUntil(() => part(element, '.fit-bar').getAttribute('aria-busy') === 'false', 'not planned');
  await element.updateComplete;
}

describe('the settings on one screen', () => {
  const SCREENS = [
    { width: 1280, height: 800, columns: 2 },
    { width: 1920, height: 1080, columns: 3 },
    { width: 390, height: 844, columns: 1 },
  ];

  after(() => setViewport({ width: 800, height: 600 }));

  for (const { width, height, columns } of SCREENS)
    for (const words of [en, es, zhHans]) {
      it(`has outcome and way on in sight: ${width}×${height}, ${words.language}`, async () => {
        await setViewport({ width, height });
        const element = await toFit(samplePlan(), { lang: words.language });
        expect(scrollY).to.equal(0);
        expectSeen(element, button(element, words.fit.convert), 'Convert');
        expectSeen(element, part(element, '.fit-bar .badge'), 'verdict');
        const figures = all(element, '.fit-bar .outcome .quiet');
        expect(figures.map(({ textContent }) => textContent).join())
          .to.contain('686')
          .and.to.contain('158');
        for (const figure of figures) expectSeen(element, figure, figure.textContent);
        const { gridTemplateColumns } = getComputedStyle(part(element, '.columns'));
        expect(gridTemplateColumns.split(' ')).to.have.length(columns);
        await expect(element).to.be.accessible();

        // At the end of the page the bar is where it belongs, below everything.
        scrollTo(0, document.documentElement.scrollHeight);
        const end = part(element, '.columns').getBoundingClientRect().bottom;
        expect(part(element, '.fit-bar').getBoundingClientRect().top).to.be.at.least(end);
        scrollTo(0, 0);
      });

      it(`has the first remedy in sight: ${width}×${height}, ${words.language}`, async () => {
        await setViewport({ width, height });
        const element = await toFit(unfit(TOO_MUCH), { lang: words.language });
        const remedy = button(element, words.fit.acts.use(words.fit.tokens(436)), '.fit-bar');
        expect(remedy.className).to.equal('primary');
        expectSeen(element, remedy, 'remedy');
        const anyway = button(element, words.fit.convertAnyway);
        expect(anyway.className, 'what does not fit is nobody’s first choice').to.equal('plain');
        expectSeen(element, anyway, 'anyway');
        expect(all(element, 'button.primary')).to.have.length(1);
        await expect(element).to.be.accessible();
      });
    }

  it('leaves nothing that has the focus behind the bar', async () => {
    await setViewport({ width: 390, height: 844 });
    const element = await toFit();
    for (const details of all<HTMLDetailsElement>(element, 'details')) details.open = true;
    await element.updateComplete;
    const bar = part(element, '.fit-bar');
    for (const control of all(
      element,
      '.fit select, .fit input:not([type=radio]), .fit textarea, .fit summary',
    )) {
      scrollTo(0, 0);
      control.focus();
      const { bottom } = control.getBoundingClientRect();
      expect(bottom, control.outerHTML.slice(0, 80)).to.be.at.most(bar.getBoundingClientRect().top);
    }
    scrollTo(0, 0);
  });
});

describe('size and quality', () => {
  it('is one of three, or a choice of one’s own', async () => {
    const element = await toFit();
    const chosen = (): string[] =>
      all<HTMLInputElement>(element, 'input[name=quality]:checked').map(({ value }) => value);
    expect(chosen()).to.deep.equal(['balanced']);
    expect(part<HTMLDetailsElement>(element, '.settings details').open).to.be.false;

    for (const [value, scheme] of [
      ['smallest', { weights: 'int4', granularity: 'group:64', activations: 'auto', cache: 'int8' }],
      ['closest', { weights: 'int8', granularity: 'group:32', activations: 'int16', cache: 'int16' }],
    ] as const) {
      part(element, `input[name=quality][value=${value}]`).click();
      await planned(element);
      expect(chosen()).to.deep.equal([value]);
      expect(fake.settings.at(-1)?.scheme).to.deep.include(scheme);
    }

    part(element, 'input[name=cache][value=float32]').click();
    await planned(element);
    expect(chosen()).to.deep.equal([]);
    expect(part<HTMLDetailsElement>(element, '.settings details').open).to.be.true;
    part(element, 'input[name=quality][value=balanced]').click();
    await planned(element);
    expect(chosen()).to.deep.equal(['balanced']);
  });
});

describe('remedies', () => {
  it('set what they say, and the slider takes it', async () => {
    const element = await toFit(unfit(TOO_MUCH));
    fake.nextPlan = async () => unfit({ ...TOO_MUCH, remedies: [{ code: 'int8-cache' }] }, { context: 436 });
    button(element, 'Use 436 tokens', '.remedies').click();
    await planned(element);
    expect(fake.settings.at(-1)?.context).to.equal(436);
    const slider = part<HTMLInputElement>(element, '#context');
    expect(slider.getAttribute('aria-valuetext')).to.equal('436 tokens');
    expect(slider.value, 'between 256 and 512').to.equal('4');

    button(element, 'Use the INT8 cache', '.fit-bar').click();
    await planned(element);
    expect(fake.settings.at(-1)?.scheme).to.deep.include({ cache: 'int8' });
  });

  it('name a board that has what this one has and room for what is too much', async () => {
    const plan = unfit({ ...TOO_MUCH, remedies: [{ code: 'more-flash' }] }, { board: 'esp32-s3-n4' });
    const element = await toFit(plan, { board: 'esp32-s3-n4' });
    fake.nextPlan = async () => samplePlan();
    button(element, 'Use ESP32-S3 N8R2', '.remedies').click();
    await planned(element);
    expect(fake.settings.at(-1)?.board).to.equal('esp32-s3-n8r2');
    expect(part<HTMLSelectElement>(element, '#board').value).to.equal('esp32-s3-n8r2');
    button(element, 'Convert', '.fit-bar');
  });

  it('are sentences alone where the page has settled it', async () => {
    const element = await toFit(unfit(TOO_MUCH), { locked: 'context board scheme' });
    expect(part(element, '.remedies').textContent).to.contain('436');
    expect(all(element, '.remedies button')).to.have.length(0);
    expect(button(element, 'Another model', '.fit-bar').className).to.equal('primary');
  });

  it('lead back to the choice of a model where nothing else helps', async () => {
    const advice: PlanAdvice = {
      problems: [{ code: 'flash', needed: 52 * KIB * KIB, available: 15 * KIB * KIB }],
      remedies: [{ code: 'smaller-model' }],
    };
    const element = await toFit(unfit(advice));
    expect(part(element, '.fit-bar').textContent).to.contain('37 MB too much');
    button(element, 'Another model', '.fit-bar').click();
    expect(element.step).to.equal('choose');
  });
});
