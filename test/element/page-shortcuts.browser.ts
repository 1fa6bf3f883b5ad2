/** Pages with shortcuts of one key: what a person types into the element's fields is text, whatever the page listens for. */
import { expect, fixture, html, waitUntil } from '@open-wc/testing';
import { sendKeys } from '@web/test-runner-commands';
import '../../src/element/define.js';
import { Esp32LlmConverter } from '../../src/element/esp32-llm-converter.js';
import { FakeConverter, sampleImage, sampleInspection, sampleResult } from './fake-converter.js';

/** As pages do it: who has the focus is asked of the document, and a key that is no text for a field is a shortcut. */
function shortcuts(): { readonly heard: string[]; end(): void } {
  const heard: string[] = [];
  const end = new AbortController();
  const listener = (event: KeyboardEvent): void => {
    const { target, key } = event;
    if (target instanceof Element && target.matches('input,select,textarea')) return;
    heard.push(`${event.type} ${key}`);
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    (document.activeElement as HTMLElement).blur();
  };
  for (const type of ['keydown', 'keypress', 'keyup'] as const) {
    document.addEventListener(type, listener, { signal: end.signal });
    window.addEventListener(type, listener, { signal: end.signal });
  }
  return { heard, end: () => end.abort() };
}

describe('the element on a page with shortcuts', () => {
  let fake: FakeConverter;
  let page: ReturnType<typeof shortcuts>;

  beforeEach(() => {
    fake = new FakeConverter();
    Esp32LlmConverter.converter = async () => fake;
    Esp32LlmConverter.imageMaker = async () => sampleImage();
    page = shortcuts();
  });

  afterEach(() => {
    page.end();
    Esp32LlmConverter.converter = null;
    Esp32LlmConverter.imageMaker = null;
  });

  async function make(): Promise<Esp32LlmConverter> {
    return fixture<Esp32LlmConverter>(
      html`<esp32-llm-converter><input slot="choose-text" id="own" /></esp32-llm-converter>`,
    );
  }

  function field<T extends HTMLElement = HTMLInputElement>(element: Esp32LlmConverter, selector: string): T {
    const found = element.shadowRoot?.querySelector<T>(selector);
    if (!found) throw new Error(`${selector} is not there`);
    return found;
  }

  async function toResult(element: Esp32LlmConverter): Promise<void> {
    void element.load('https://example.org/models/tiny/');
    await waitUntil(() => fake.sources.length > 0);
    fake.inspection.resolve(sampleInspection());
    await waitUntil(() => element.shadowRoot?.querySelector('#board'));
    void element.convert();
    await waitUntil(() => element.step === 'converting');
    fake.conversion.resolve(sampleResult());
    await waitUntil(() => element.shadowRoot?.querySelector('.onward'), 'the way on', { timeout: 20_000 });
    field(element, '.onward .primary').click();
    await waitUntil(() => element.shadowRoot?.querySelector('[value=page]'), 'engines', { timeout: 20_000 });
    field(element, '[value=page]').click();
    await waitUntil(() => element.shadowRoot?.querySelector('#board-prompt'));
  }

  it('text in a line and in a box is typed, and the page hears none of it', async () => {
    const element = await make();
    field(element, '#address').focus();
    await sendKeys({ type: '/owner name?' });
    expect(field(element, '#address').value).to.equal('/owner name?');
    await toResult(element);
    const prompt = field<HTMLTextAreaElement>(element, '#board-prompt');
    prompt.value = '';
    prompt.focus();
    await sendKeys({ type: '/help dim' });
    expect(prompt.value).to.equal('/help dim');
    await sendKeys({ press: 'Backspace' });
    await sendKeys({ press: 'Enter' });
    expect(fake.requests.length, 'Enter still sends').to.equal(1);
    expect(page.heard).to.deep.equal([]);
  });

  it('numbers, lists and sliders take their keys', async () => {
    const element = await make();
    void element.load('https://example.org/models/tiny/');
    await waitUntil(() => fake.sources.length > 0);
    fake.inspection.resolve(sampleInspection());
    await waitUntil(() => element.shadowRoot?.querySelector('#board'));
    const slider = field(element, '#context');
    const before = slider.value;
    slider.focus();
    await sendKeys({ press: 'Home' });
    expect(slider.value).not.to.equal(before);
    const radio = field(element, 'input[type=radio]:checked');
    radio.focus();
    await sendKeys({ press: 'ArrowLeft' });
    const board = field<HTMLSelectElement>(element, '#board');
    board.focus();
    await sendKeys({ press: 'ArrowDown' });
    expect(page.heard).to.deep.equal([]);
  });

  it('keys with Ctrl, Alt or Meta are the page’s, as are Escape and Tab', async () => {
    const element = await make();
    const address = field(element, '#address');
    address.focus();
    for (const modifier of ['ctrlKey', 'altKey', 'metaKey'])
      address.dispatchEvent(
        new KeyboardEvent('keydown', { key: 'k', [modifier]: true, bubbles: true, composed: true }),
      );
    expect(page.heard).to.deep.equal(Array<string>(6).fill('keydown k'));
    page.heard.length = 0;
    // Without the focus being taken away: what the page does on Escape is its own affair.
    for (const key of ['Escape', 'Tab'])
      address.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, composed: true }));
    expect(page.heard).to.deep.equal(['keydown Escape', 'keydown Escape', 'keydown Tab', 'keydown Tab']);
  });

  it('keys on buttons, and in what the page puts into a slot, are the page’s', async () => {
    const element = await make();
    field<HTMLButtonElement>(element, 'button.primary').focus();
    await sendKeys({ press: 'a' });
    expect(page.heard).to.include('keydown a');
    page.heard.length = 0;
    const own = element.querySelector<HTMLInputElement>('#own');
    let seen = 0;
    document.addEventListener('keydown', () => seen++, { once: true });
    own?.focus();
    await sendKeys({ press: 'a' });
    expect(seen).to.equal(1);
  });
});
