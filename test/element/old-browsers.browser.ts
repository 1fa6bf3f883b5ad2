/**
 * The built element in a browser from which is taken away what older ones lack: it converts, or one sentence says what is missing.
 * Each page is a frame, whose own objects are taken.
 */
import { expect, waitUntil } from '@open-wc/testing';
import { enAll as en } from '../../src/element/strings/en/all.js';
import { esAll as es } from '../../src/element/strings/es/all.js';
import { open, PATIENCE, SCRIPT, TAG, type Page } from './embedded-page.js';

/** What is taken away before the element's script comes, by the browsers that lack it. */
const LACKS = {
  'states without dashes (Chromium before 125)': `
    const { add } = CustomStateSet.prototype;
    CustomStateSet.prototype.add = function (name) {
      if (!name.startsWith('--')) throw new DOMException('The specified value must start with --.', 'SyntaxError');
      return add.call(this, name);
    };`,
  'states (Safari before 17.4, Firefox before 126)': `
    Object.defineProperty(ElementInternals.prototype, 'states', { get: () => undefined });
    delete globalThis.CustomStateSet;`,
  'internals of elements (Safari before 16.4)': 'delete HTMLElement.prototype.attachInternals;',
  'AbortSignal.any (Chromium before 116, Safari before 17.4)': 'delete AbortSignal.any;',
  'crypto.subtle (pages of http addresses)': `
    Object.defineProperty(Crypto.prototype, 'subtle', { get: () => undefined });`,
  'a file system of the page’s own': `
    delete StorageManager.prototype.getDirectory;
    Object.defineProperty(Navigator.prototype, 'storage', { get: () => undefined });`,
  'light-dark() (Chromium before 123, Safari before 17.5)': `
    const { supports } = CSS;
    CSS.supports = (...asked) => !asked.join().includes('light-dark') && supports.apply(CSS, asked);`,
} as const;

function without(script: string): Promise<Page> {
  return open(null, TAG, `<script>${script}</script>${SCRIPT}`);
}

describe('the element in older browsers', function () {
  this.timeout(2 * PATIENCE);
  let page: Page;

  afterEach(() => {
    page.remove();
  });

  for (const [what, script] of Object.entries(LACKS)) {
    it(`converts without ${what}`, async () => {
      const wrong: string[] = [];
      page = await without(script);
      page.window.addEventListener('error', ({ message }) => wrong.push(message));
      const { element } = page;
      element.addEventListener('esp32-llm-error', ({ message }) => wrong.push(message));
      await element.load('/models/home-commands/');
      expect(wrong).to.deep.equal([]);
      await element.convert();
      expect(wrong).to.deep.equal([]);
      expect(element.step).to.equal('compare');
      expect((await element.image()).size).to.be.greaterThan(1_000_000);
    });
  }

  it('names its states with dashes where they have to have some', async () => {
    page = await without(LACKS['states without dashes (Chromium before 125)']);
    const { element } = page;
    const has = (state: string): boolean => element.matches(`:state(${state})`);
    expect(has('--choose')).to.be.true;
    await element.load('/models/home-commands/');
    expect([has('--choose'), has('--fit')]).to.deep.equal([false, true]);
  });

  it('has its colours without light-dark(), for light and for dark', async () => {
    page = await without(LACKS['light-dark() (Chromium before 123, Safari before 17.5)']);
    const { element, window } = page;
    const ink = (): string => window.getComputedStyle(element).getPropertyValue('--ink').trim();
    await waitUntil(() => !ink().includes('light-dark'), 'its own colours');
    for (const [theme, expected] of [
      ['light', '#17212b'],
      ['dark', '#e4eaf0'],
    ] as const) {
      element.theme = theme;
      await element.updateComplete;
      expect(ink()).to.equal(expected);
      expect(window.getComputedStyle(element).colorScheme).to.equal(theme);
    }
    // The styles of later views come beside them.
    await element.load('/models/home-commands/');
    await waitUntil(() => element.shadowRoot?.querySelector('.settings'), 'settings');
    expect(ink()).to.equal('#e4eaf0');
    element.style.setProperty('--esp32-llm-ink', 'rgb(1, 2, 3)');
    expect(window.getComputedStyle(element).color).to.equal('rgb(1, 2, 3)');
  });

  for (const [what, script] of Object.entries({
    WebAssembly: 'delete globalThis.WebAssembly;',
    'WebAssembly with SIMD': 'WebAssembly.validate = () => false;',
  })) {
    for (const [lang, words] of Object.entries({ en, es }))
      it(`says that it needs ${what}, in ${lang}`, async () => {
        page = await open(null, TAG.replace('>', ` lang="${lang}">`), `<script>${script}</script>${SCRIPT}`);
        const { element } = page;
        await element.load('/models/home-commands/');
        await element.updateComplete;
        const shown = element.shadowRoot?.querySelector('.failure');
        expect(shown?.textContent).to.contain(words.help.browser);
        expect(shown?.textContent).to.contain('This browser has no WebAssembly with SIMD.');
      });
  }

  it('leaves what stands in its tag where the script does not run', async () => {
    const frame = document.createElement('iframe');
    frame.srcdoc = '<!doctype html><esp32-llm-converter>Take Firefox 104.</esp32-llm-converter>';
    const drawn = new Promise((resolve) => frame.addEventListener('load', resolve));
    document.body.append(frame);
    await drawn;
    expect(frame.contentDocument?.body.innerText).to.equal('Take Firefox 104.');
    frame.remove();
    // And takes its place where it does.
    page = await open(null, TAG.replace('><', '>Take Firefox 104.<'));
    expect(page.window.document.body.innerText).to.equal('');
    expect(page.element.shadowRoot?.querySelector('.drop')).to.exist;
  });
});
