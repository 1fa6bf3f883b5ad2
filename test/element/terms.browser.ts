/** The "?" beside terms: what they are called, what they open, and how one gets back; with popovers and without. */
import { expect, fixture, html, waitUntil } from '@open-wc/testing';
import { executeServerCommand, sendKeys, sendMouse, setViewport } from '@web/test-runner-commands';
import '../../src/element/define.js';
import { Esp32LlmConverter } from '../../src/element/esp32-llm-converter.js';
import type { enTerms } from '../../src/element/strings/en/terms.js';
import { loadTermStrings } from '../../src/element/strings/terms.js';
import { LANGUAGES } from '../../src/shared/languages.js';
import { samplePlan } from '../report/sample.js';
import { loadAllStrings } from './all-strings.js';
import { FakeConverter, sampleInspection } from './fake-converter.js';

let fake: FakeConverter;

beforeEach(() => {
  fake = new FakeConverter();
  Esp32LlmConverter.converter = async () => fake;
});

after(async () => {
  Esp32LlmConverter.converter = null;
  await setViewport({ width: 800, height: 600 });
});

afterEach(async () => {
  await executeServerCommand('media-features', {});
});

async function toFit(lang = 'en', theme = 'light'): Promise<Esp32LlmConverter> {
  const page = await fixture<HTMLElement>(html`<div lang=${lang}></div>`);
  const element = document.createElement('esp32-llm-converter');
  element.setAttribute('model', 'https://example.org/models/tiny/');
  element.setAttribute('steps', 'fit convert compare');
  element.setAttribute('theme', theme);
  page.append(element);
  await waitUntil(() => fake.sources.length > 0, 'nothing is read', { timeout: 20_000 });
  fake.inspection.resolve(sampleInspection({ plan: samplePlan() }));
  await waitUntil(() => element.shadowRoot?.querySelector('.fit') ?? null, 'no settings', {
    timeout: 20_000,
  });
  await element.updateComplete;
  return element;
}

function terms(element: Esp32LlmConverter): HTMLButtonElement[] {
  return [...(element.shadowRoot?.querySelectorAll<HTMLButtonElement>('.term button') ?? [])];
}

function termOf(element: Esp32LlmConverter, id: string): HTMLButtonElement {
  const found = terms(element).find((button) => button.dataset['term'] === id);
  if (found === undefined) throw new Error(`no "?" beside ${id}`);
  return found;
}

function card(element: Esp32LlmConverter): HTMLDialogElement | null {
  return element.shadowRoot?.querySelector<HTMLDialogElement>('.term-card') ?? null;
}

async function opened(element: Esp32LlmConverter, id: string): Promise<HTMLDialogElement> {
  await waitUntil(() => card(element)?.dataset['term'] === id, `no card for ${id}`);
  return card(element) as HTMLDialogElement;
}

const closed = (element: Esp32LlmConverter): Promise<void> =>
  waitUntil(() => card(element) === null, 'the card stays');

describe('the "?" beside a term', () => {
  for (const language of LANGUAGES) {
    it(`asks and answers in ${language}`, async () => {
      const element = await toFit(language);
      const words = await loadTermStrings(language);
      const { term } = await loadAllStrings(language);
      for (const button of terms(element)) {
        const id = button.dataset['term'] as keyof typeof enTerms;
        const [before = '', after = ''] = term('\0').split('\0');
        expect(button.getAttribute('aria-label')).to.match(new RegExp(`^${before.replace('?', '\\?')}.+`));
        expect(button.getAttribute('aria-label')?.endsWith(after)).to.be.true;
        button.click();
        const shown = await opened(element, id);
        const [name, meaning] = words[id];
        expect(shown.querySelector('h4')?.textContent).to.equal(name);
        expect(shown.querySelector('p')?.textContent.toLocaleLowerCase(language)).to.equal(
          meaning.toLocaleLowerCase(language),
        );
        shown.querySelector('button')?.click();
        await closed(element);
      }
    });
  }

  it('is opened, closed and left by keyboard alone, and gives the focus back', async () => {
    const element = await toFit();
    const button = termOf(element, 'context');
    button.focus();
    await sendKeys({ press: 'Enter' });
    const shown = await opened(element, 'context');
    const close = shown.querySelector('button');
    expect(element.shadowRoot?.activeElement).to.equal(close);
    await sendKeys({ press: 'Escape' });
    await closed(element);
    expect(element.shadowRoot?.activeElement).to.equal(button);
    await sendKeys({ press: 'Space' });
    await opened(element, 'context');
    await sendKeys({ press: 'Enter' });
    await closed(element);
    expect(element.shadowRoot?.activeElement).to.equal(button);
  });

  it('closes by a press elsewhere and by a second press, and another takes its place', async () => {
    const element = await toFit();
    const press = async (target: HTMLElement): Promise<void> => {
      target.scrollIntoView({ block: 'center' });
      const { x, y, width, height } = target.getBoundingClientRect();
      const position: [number, number] = [Math.round(x + width / 2), Math.round(y + height / 2)];
      await sendMouse({ type: 'click', position });
    };
    await press(termOf(element, 'context'));
    await opened(element, 'context');
    await press(termOf(element, 'context'));
    await closed(element);
    await press(termOf(element, 'context'));
    await opened(element, 'context');
    await press(termOf(element, 'quantization'));
    await opened(element, 'quantization');
    await press(element.shadowRoot?.querySelector('h3') as HTMLElement);
    await closed(element);
  });

  it('stands within the window beside its term, wide and narrow', async () => {
    for (const [width, height] of [
      [1280, 800],
      [390, 844],
      [320, 480],
    ] as const) {
      await setViewport({ width, height });
      const element = await toFit();
      const visible = terms(element).filter((button) => button.checkVisibility());
      for (const button of visible.slice(0, 6)) {
        button.scrollIntoView({ block: 'center' });
        button.click();
        const shown = await opened(element, button.dataset['term'] ?? '');
        const box = shown.getBoundingClientRect();
        expect(box.left).to.be.at.least(0);
        expect(box.right).to.be.at.most(document.documentElement.clientWidth);
        expect(box.top).to.be.at.least(0);
        expect(box.bottom).to.be.at.most(height + 1);
        const { top, bottom, width: wide, height: high } = button.getBoundingClientRect();
        expect(Math.min(Math.abs(box.top - bottom), Math.abs(top - box.bottom))).to.be.below(8);
        expect(Math.min(wide, high), 'a finger hits it').to.be.at.least(24);
        shown.querySelector('button')?.click();
        await closed(element);
      }
      element.remove();
      fake = new FakeConverter();
    }
  });

  for (const media of [
    { theme: 'light', features: {} },
    { theme: 'dark', features: {} },
    { theme: 'light', features: { 'forced-colors': 'active' } },
  ]) {
    it(`is accessible: ${media.theme} ${JSON.stringify(media.features)}`, async () => {
      await executeServerCommand('media-features', media.features);
      const element = await toFit('en', media.theme);
      termOf(element, 'scale').click();
      await opened(element, 'scale');
      await expect(element).to.be.accessible();
    });
  }

  it('is a dialog where the browser knows no popovers', async () => {
    const known = Object.getOwnPropertyDescriptor(HTMLElement.prototype, 'showPopover');
    Reflect.deleteProperty(HTMLElement.prototype, 'showPopover');
    try {
      const element = await toFit();
      const button = termOf(element, 'context');
      button.focus();
      button.click();
      const shown = await opened(element, 'context');
      expect(shown.matches(':modal')).to.be.true;
      await sendKeys({ press: 'Escape' });
      await closed(element);
      expect(element.shadowRoot?.activeElement).to.equal(button);
      button.click();
      (await opened(element, 'context')).querySelector('button')?.click();
      await closed(element);
      button.click();
      await opened(element, 'context');
      await sendMouse({ type: 'click', position: [2, 2] });
      await closed(element);
    } finally {
      if (known !== undefined) Object.defineProperty(HTMLElement.prototype, 'showPopover', known);
    }
  });
});
