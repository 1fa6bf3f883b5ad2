/** One table of speeds in every step: the same figures, none above its bound, and what was measured among them. */
import { expect } from '@open-wc/testing';
import type { Esp32LlmConverter } from '../../src/element/esp32-llm-converter.js';
import { speedRows } from '../../src/report/figures.js';
import { samplePlan } from '../report/sample.js';
import { en } from './all-strings.js';
import {
  button,
  converted,
  make,
  part,
  rendered,
  root,
  says,
  setStage,
  toFlash,
  toRunning,
} from './board-page.js';

setStage();

interface Shown {
  readonly label: string;
  readonly figures: readonly number[];
  readonly text: string;
}

function shown(element: Esp32LlmConverter, within: string): Shown[] {
  const rows = [...root(element).querySelectorAll<HTMLTableRowElement>(`${within} .speed tbody tr`)];
  return rows.map((row) => {
    const cells = [...row.cells].map((cell) => cell.textContent.trim()).filter((text) => text !== '');
    const [label = '', ...figures] = cells;
    return { label, figures: figures.map((text) => Number(text.replace(',', ''))), text: cells.join(' ') };
  });
}

const EXPECTED = speedRows(samplePlan().speed, null).map(({ label, expected, bound }) =>
  [label, expected, bound].join(' '),
);

function expectBounded(rows: readonly Shown[]): void {
  expect(rows.length).to.be.greaterThan(2);
  for (const { label, figures } of rows) {
    const most = figures.at(-1) ?? 0;
    for (const figure of figures) expect(figure, label).to.be.at.most(most);
  }
}

describe('the table of speeds', () => {
  it('is the same where one plans, compares and flashes', async () => {
    const element = await make();
    await converted(element);
    const compare = shown(element, '.result');
    expectBounded(compare);
    expect(compare.map(({ text }) => text)).to.deep.equal(EXPECTED);
    button(element, en.result.adjust).click();
    await rendered(element, '.fit .speed');
    expect(shown(element, '.fit').map(({ text }) => text)).to.deep.equal(EXPECTED);
    const bar = root(element).querySelector('.fit-bar')?.textContent ?? '';
    const [, half = ''] = EXPECTED;
    const [, , expected, bound] = half.split(' ');
    expect(bar).to.contain(`${expected} of ${bound}`);
    await expect(element).to.be.accessible();
  });

  it('has what the emulated board did in its place, once it has answered', async () => {
    const element = await make();
    await toRunning(element);
    expect(shown(element, '.try').map(({ text }) => text)).to.deep.equal(EXPECTED);
    const box = part<HTMLTextAreaElement>(element, '#board-prompt');
    box.value = 'hello';
    box.dispatchEvent(new Event('input'));
    await element.updateComplete;
    button(element, en.board.talk.send).click();
    await says(element, 'the model ended it');
    const rows = shown(element, '.try');
    expect(rows).to.have.length(4);
    const measured = rows.find(({ label }) => / tokens$/.test(label));
    if (measured === undefined) throw new Error('nothing measured');
    expect(root(element).querySelector('.try .speed thead')?.textContent).to.contain('Measured');
    await expect(element).to.be.accessible();
  });

  it('is there before a board is flashed', async () => {
    const element = await make();
    await toFlash(element);
    expect(shown(element, '.flash').map(({ text }) => text)).to.deep.equal(EXPECTED);
    await expect(element).to.be.accessible();
    // With the board on which the model will lie like that.
    part(element, '.flash .drawing summary').click();
    await rendered(element, '.flash .board-drawing');
    await expect(element).to.be.accessible();
  });
});
