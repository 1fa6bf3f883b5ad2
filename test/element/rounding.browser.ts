/** What rounding did to single numbers: read with the real worker of the bundled model, by keyboard, and told in words. */
import { expect, waitUntil } from '@open-wc/testing';
import { sendKeys, setViewport } from '@web/test-runner-commands';
import '../../src/element/define.js';
import { Esp32LlmConverter } from '../../src/element/esp32-llm-converter.js';

/** A model is converted and compared, on a machine that may be busy. */
const PATIENCE = 100_000;

describe('what rounding did', function () {
  this.timeout(2 * PATIENCE);
  let element: Esp32LlmConverter;

  before(() => {
    Esp32LlmConverter.converter = null;
  });

  after(() => setViewport({ width: 1024, height: 768 }));

  afterEach(() => {
    element.remove();
  });

  async function compared(scheme: string, lang: string): Promise<void> {
    element = new Esp32LlmConverter();
    element.setAttribute('scheme', scheme);
    element.setAttribute('lang', lang);
    document.body.append(element);
    await element.load('/models/home-commands/');
    await waitUntil(() => element.step === 'fit', 'step fit', { timeout: PATIENCE });
    await element.convert();
    await waitUntil(() => find('details.rounding') !== null, 'nothing to open', { timeout: PATIENCE });
  }

  const find = <T extends HTMLElement>(selector: string): T | null =>
    element.shadowRoot?.querySelector<T>(selector) ?? null;
  const all = (selector: string): Element[] => [...(element.shadowRoot?.querySelectorAll(selector) ?? [])];
  const told = (): string => find('.rounding p[role="status"]')?.textContent ?? '';

  /** Figures of the table: before, after, moved. */
  const figures = (): number[][] =>
    all('.rounding tbody tr').map((row) =>
      [...row.querySelectorAll('td')].map(({ textContent }) => Number(textContent.replaceAll('−', '-'))),
    );

  const seen = (): Promise<void> =>
    waitUntil(() => figures().length === 32, 'no numbers', { timeout: PATIENCE });

  /** Other numbers than those. */
  const others = (than: number[][]): Promise<void> =>
    waitUntil(
      () => figures().length === 32 && JSON.stringify(figures()) !== JSON.stringify(than),
      'no other numbers',
      { timeout: PATIENCE },
    );

  it('is drawn and told for four bits, of the matrix and row that a person chooses by keyboard', async () => {
    await compared('int4 group:32', 'en');
    find('.rounding summary')?.focus();
    await sendKeys({ press: 'Enter' });
    await seen();
    expect(told()).to.match(/^The first 32 numbers of the row\. The furthest move is 0\.0\d+, which is \d+/);
    for (const [before = NaN, after = NaN, moved = NaN] of figures()) {
      expect(Math.abs(moved)).to.be.at.most(1);
      expect(Math.sign(after - before) * Math.sign(moved)).to.be.at.least(0);
    }
    // As many lines as sixteen codes and the room above and below them take.
    expect(all('.rounding .code').length).to.be.within(4, 40);
    expect(all('.rounding .spot.is')).to.have.length(32);
    await expect(element).to.be.accessible();

    const first = figures();
    find('#rounding-tensor')?.focus();
    await sendKeys({ press: 'Home' });
    await others(first);
    expect(find<HTMLSelectElement>('#rounding-tensor')?.selectedIndex).to.equal(0);
    const second = figures();
    find('#rounding-row')?.focus();
    await sendKeys({ press: 'ArrowUp' });
    await sendKeys({ press: 'Enter' });
    await others(second);
    expect(find<HTMLInputElement>('#rounding-row')?.value).to.equal('1');
  });

  it('tells on a phone that codes of eight bits are too many lines, why it could not, and tries again', async () => {
    await setViewport({ width: 390, height: 844 });
    await compared('int8 channel', 'es');
    const { Worker: kept } = globalThis;
    const { fetch } = globalThis;
    globalThis.fetch = () => Promise.reject(new TypeError('The line is cut.'));
    globalThis.Worker = class {
      constructor() {
        throw new Error('No worker is to be had.');
      }
    } as unknown as typeof Worker;
    try {
      find('.rounding summary')?.click();
      await waitUntil(() => find('.rounding [role="alert"]') !== null, 'no reason', { timeout: PATIENCE });
    } finally {
      globalThis.fetch = fetch;
      globalThis.Worker = kept;
    }
    find('.rounding .buttons button')?.click();
    await seen();
    expect(all('.rounding .code')).to.have.length(0);
    expect(find('.rounding .legend')?.textContent).to.include('Hay más códigos');
    // Half of one of 254 steps between the largest and its opposite.
    const [, share = ''] = /un ([\d,]+)\s%/.exec(told()) ?? [];
    expect(Number(share.replace(',', '.'))).to.be.within(0.01, 1);
    expect(document.documentElement.scrollWidth).to.be.at.most(390);
    await expect(element).to.be.accessible();
  });
});
