/** A teacher with several boards: each is named, flashed and counted, and what failed is told apart. */
import { expect, waitUntil } from '@open-wc/testing';
import type { Esp32LlmConverter } from '../../src/element/esp32-llm-converter.js';
import type { SimulatedBoard } from '../device/simulated-loader.js';
import { en } from './all-strings.js';
import {
  MiB,
  button,
  make,
  part,
  plug,
  rendered,
  root,
  says,
  setStage,
  shown,
  stage,
  toFlash,
} from './board-page.js';
import { saved } from './saved.js';

setStage();

/** Plugs a board in the place of the one before. */
function exchange(options: Parameters<typeof plug>[0]): SimulatedBoard {
  for (const port of stage.serial.ports) port.unplug();
  stage.serial.ports = [];
  return plug(options).board;
}

async function flash(element: Esp32LlmConverter, label: string): Promise<void> {
  await rendered(element, '.flash .start');
  button(element, 'Connect a board').click();
  await says(element, 'This board can be flashed');
  const field = part<HTMLInputElement>(element, '#board-label');
  expect(field.value, 'each board has its own name').to.equal('');
  field.value = label;
  field.dispatchEvent(new Event('input'));
  button(element, 'Flash this board').click();
}

describe('one board after another', function () {
  this.timeout(120_000);

  it('flashes three boards, tells the one that failed, and makes it good', async () => {
    const element = await make();
    const first = exchange({ mac: [2, 0, 0, 0, 0, 1] });
    await toFlash(element);
    await rendered(element, '.more');
    await flash(element, 'Ada');
    await says(element, 'Flashed and checked');
    const image = new Uint8Array(await (await element.image()).arrayBuffer());
    button(element, 'Next board').click();

    const second = exchange({ mac: [2, 0, 0, 0, 0, 2] });
    second.faults = { request: (op) => (op === 0x11 ? 'unplug' : undefined) };
    await flash(element, 'Grace');
    await says(element, 'Try again');
    expect(shown(element)).to.contain('1 flashed');

    const replugged = exchange({ mac: [2, 0, 0, 0, 0, 2] });
    button(element, 'Try again').click();
    await says(element, 'This board can be flashed');
    button(element, 'Flash this board').click();
    await says(element, 'Flashed and checked');
    button(element, 'Next board').click();

    const third = exchange({ mac: [2, 0, 0, 0, 0, 3] });
    await flash(element, 'Radia');
    await says(element, 'Flashed and checked');

    for (const board of [first, replugged, third]) {
      expect(board.flash.read(MiB, image.length - MiB)).to.deep.equal(image.subarray(MiB));
    }
    const rows = [...root(element).querySelectorAll('.tally tbody tr')].map((row) =>
      [...row.children].map((cell) => cell.textContent.trim()),
    );
    expect(rows.map(([, label, mac]) => [label, mac])).to.deep.equal([
      ['Radia', '02:00:00:00:00:03'],
      ['Grace', '02:00:00:00:00:02'],
      ['Grace', '02:00:00:00:00:02'],
      ['Ada', '02:00:00:00:00:01'],
    ]);
    expect(shown(element)).to.contain('3 flashed').and.not.to.contain('1 failed');
  });

  it('counts boards that cannot be flashed, by the name that they are given, and takes the list away', async () => {
    const element = await make();
    exchange({ mac: [2, 0, 0, 0, 0, 1], flashBytes: MiB, flashIdentity: 0x14_40c8 });
    await toFlash(element);
    await rendered(element, '.more');
    button(element, 'Connect a board').click();
    await says(element, 'Choose another board');
    await says(element, 'Boards so far');
    const name = (label: string): void => {
      const field = part<HTMLInputElement>(element, '#board-label');
      field.value = label;
      field.dispatchEvent(new Event('input'));
    };
    name('No. 7');

    exchange({ mac: [2, 0, 0, 0, 0, 2], chipId: 5 });
    button(element, 'Choose another board').click();
    await says(element, 'Try again');
    expect(part<HTMLInputElement>(element, '#board-label').value).to.equal('');
    name('No. 8');
    // The same board, looked at twice.
    button(element, 'Try again').click();
    await waitUntil(() => !shown(element).includes('Try again'));
    await says(element, 'Try again');
    expect(part<HTMLInputElement>(element, '#board-label').value).to.equal('No. 8');

    exchange({ mac: [2, 0, 0, 0, 0, 3] });
    button(element, 'Choose another board').click();
    await says(element, 'This board can be flashed');
    expect(part<HTMLInputElement>(element, '#board-label').value).to.equal('');
    button(element, 'Flash this board').click();
    await says(element, 'Flashed and checked');

    const rows = [...root(element).querySelectorAll('.tally tbody tr')].map((row) =>
      [...row.children].map((cell) => cell.textContent.trim()),
    );
    const { errors, outcomes } = en.board.flash;
    expect(rows).to.deep.equal([
      ['3', '', '02:00:00:00:00:03', outcomes.flashed],
      ['2', 'No. 8', '–', errors['wrong-chip'].title],
      ['1', 'No. 7', '02:00:00:00:00:01', errors['flash-too-small'].title],
    ]);
    expect(shown(element)).to.contain('1 flashed, 2 failed');

    const { name: file, blob } = await saved(() => button(element, 'Save the list (CSV)').click());
    expect(file).to.equal('boards.csv');
    const lines = (await blob.text()).trim().split('\r\n');
    expect(lines.length).to.equal(4);
    expect(lines[1]).to.equal(`1,No. 7,02:00:00:00:00:01,${errors['flash-too-small'].title}`);
  });
});
