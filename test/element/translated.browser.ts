/**
 * The built element on a page that a translator works on: every text is put into an element of the translator's. What changes later
 * is shown all the same, as on a page that nobody translates.
 */
import { expect, waitUntil } from '@open-wc/testing';
import type { Esp32LlmConverter } from '../../src/element/esp32-llm-converter.js';
import { open, PATIENCE, type Page } from './embedded-page.js';

/** As translators do it, some of them in shadow trees, too. */
function translate({ element, window }: Page): number {
  const { document } = window;
  const walker = document.createTreeWalker(element.shadowRoot as ShadowRoot, NodeFilter.SHOW_TEXT);
  const texts: Text[] = [];
  while (walker.nextNode()) texts.push(walker.currentNode as Text);
  const wanted = texts.filter(
    (text) => text.data.trim() !== '' && !text.parentElement?.closest('style, [translate=no], font'),
  );
  for (const text of wanted) {
    const [outer, inner] = [document.createElement('font'), document.createElement('font')];
    inner.append(text.data);
    outer.append(inner);
    text.replaceWith(outer);
  }
  return wanted.length;
}

/** Everything that is written in the element, without what a clock says. */
function written(element: Esp32LlmConverter): string {
  return [...(element.shadowRoot?.children ?? [])]
    .filter((each) => each.localName !== 'style')
    .map((each) => each.textContent)
    .join(' ')
    .replace(/[\d.]+ s\b|[\d.]+ tokens per second on this computer/g, '…')
    .replace(/\s+/g, ' ');
}

function set(element: Esp32LlmConverter, selector: string, value: string, event: 'change' | 'input'): void {
  const field = element.shadowRoot?.querySelector<HTMLInputElement>(selector);
  if (!field) throw new Error(`${selector} is not there`);
  field.value = value;
  if (field.type === 'radio') field.checked = true;
  field.dispatchEvent(new Event(event, { bubbles: true }));
}

describe('the element on a translated page', function () {
  this.timeout(2 * PATIENCE);
  let pages: Page[] = [];

  afterEach(() => {
    for (const page of pages) page.remove();
    pages = [];
  });

  it('shows the figures of what was chosen last, in every step', async () => {
    pages = [await open(null), await open(null)];
    const [translated, plain] = pages as [Page, Page];
    const alike = async (what: string): Promise<void> => {
      await waitUntil(
        () => written(translated.element) === written(plain.element),
        `${what}: ${written(translated.element)} is not ${written(plain.element)}`,
        { timeout: 10_000 },
      );
      expect(translate(translated), what).to.be.greaterThan(0);
    };
    const both = async (act: (element: Esp32LlmConverter) => unknown): Promise<void> => {
      for (const { element } of pages) await act(element);
    };
    await both((element) => element.load('/models/home-commands/'));
    await both((element) => waitUntil(() => element.shadowRoot?.querySelector('#board')));
    await alike('settings');
    const before = written(plain.element);
    await both((element) => set(element, '#board', 'esp32-s3-n4', 'change'));
    await both((element) => waitUntil(() => element.plan?.board === 'esp32-s3-n4'));
    await alike('another board');
    expect(written(plain.element)).not.to.equal(before);
    const memories = translated.element.shadowRoot?.querySelector('[part~=memories]')?.textContent ?? '';
    expect(memories).to.contain('Flash').and.to.not.contain('PSRAM');
    await both((element) => set(element, '#context', '0', 'input'));
    await both((element) => waitUntil(() => element.plan?.context === 32));
    await alike('another context');
    await both((element) => set(element, 'input[value="group:32"]', 'group:32', 'change'));
    await both((element) => waitUntil(() => element.plan?.scheme.granularity === 'group:32'));
    await alike('another granularity');
    await both((element) => element.convert());
    await both((element) => waitUntil(() => element.shadowRoot?.querySelector('.verdict')));
    await alike('the comparison');
  });

  it('leaves alone what is no language', async () => {
    pages = [await open(null)];
    const [page] = pages as [Page];
    const { element } = page;
    await element.load('/models/home-commands/');
    await element.convert();
    const kept = (): string =>
      [...(element.shadowRoot?.querySelectorAll('[translate=no]') ?? [])]
        .map((each) => each.textContent.trim())
        .join(' ');
    await waitUntil(() => kept().includes('model.layers.0.mlp.down_proj.weight'), 'names of tensors');
    expect(kept(), 'what the model said').to.contain('Hello! Who are you?');
  });
});
