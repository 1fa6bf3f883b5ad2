/** A teacher with several boards: each is named, flashed and counted, and what failed is told apart. */
import { expect } from '@open-wc/testing';
import type { Esp32LlmConverter } from '../../src/element/esp32-llm-converter.js';
import type { SimulatedBoard } from '../device/simulated-loader.js';
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
      ['Grace', '–'],
      ['Ada', '02:00:00:00:00:01'],
    ]);
    expect(shown(element)).to.contain('3 flashed').and.not.to.contain('1 failed');
  });
});
