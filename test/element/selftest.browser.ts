/** The self-test in the step that flashes boards: written, followed, shown as a table, taken away; the board is played by the test. */
import { expect, waitUntil } from '@open-wc/testing';
import {
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

const REPORT =
  '{"selftest":1,"firmware":"0.1.0","mac":"7c:df:a1:00:00:01","revision":"0.2","efuse":"1.3","cores":2,"results":[' +
  '{"test":"clock","verdict":"ok","value":"240.000 MHz","expected":"240 MHz"},' +
  '{"test":"flash-mode","verdict":"odd","value":"DIO, 0 differences","expected":"QIO, 0 differences"},' +
  '{"test":"new-one","verdict":"bad","value":"7","expected":"8"}]}';

describe('the self-test on the page', function () {
  this.timeout(60_000);

  it('is written to a board, shown as a table, and offered as a file', async () => {
    const element = await make();
    const { board } = plug({ banner: 'ESP-ROM:esp32s3-20210327\r\n' });
    await toFlash(element);
    await rendered(element, '.selftest');
    expect(part(element, '.selftest').textContent).to.contain('Test this board');
    expect(root(element).querySelector('.selftest-start')).to.equal(null);
    part<HTMLDetailsElement>(element, '.selftest').open = true;
    await rendered(element, '.selftest-start');
    part(element, '.selftest-start').click();
    await says(element, 'The board tests itself');
    // What the mask ROM starts.
    expect([...board.flash.read(0, 2)]).to.deep.equal([0xe9, 6]);
    board.say(`self-test: 1 ok, 1 odd, 1 bad\r\n${REPORT.slice(0, 100)}`);
    board.say(`${REPORT.slice(100)}\r\n`);
    await rendered(element, '.selftest-table');
    const rows = [...root(element).querySelectorAll('.selftest-table tbody tr')].map((row) =>
      [...row.children].map((cell) => cell.textContent.trim()),
    );
    expect(rows).to.deep.equal([
      ['Clock', 'as expected', '240.000 MHz', '240 MHz'],
      ['Reading flash', 'odd', 'DIO, 0 differences', 'QIO, 0 differences'],
      ['new-one', 'wrong', '7', '8'],
    ]);
    expect(shown(element)).to.contain('1 as expected, 1 odd, 1 wrong');
    const file = await saved(() => {
      button(element, 'Save the report').click();
    });
    expect(file.name).to.equal('selftest.json');
    expect(await file.blob.text()).to.equal(`${REPORT}\n`);
    // The port is free again: the board can be flashed with the model.
    button(element, 'Connect a board').click();
    await says(element, 'What was found');
  });

  it('says what is wrong when the board cannot be reached, and that it was cancelled by saying nothing', async () => {
    const element = await make();
    plug({ banner: 'ESP-ROM:esp32s3-20210327\r\n' });
    await toFlash(element);
    await rendered(element, '.selftest');
    part<HTMLDetailsElement>(element, '.selftest').open = true;
    await rendered(element, '.selftest-start');
    const [port] = stage.serial.ports;
    if (port === undefined) throw new Error('no port');
    const open = port.open.bind(port);
    port.open = () => Promise.reject(new DOMException('Taken.', 'InvalidStateError'));
    part(element, '.selftest-start').click();
    await rendered(element, '.selftest .failure');
    port.open = open;
    part(element, '.selftest-start').click();
    await says(element, 'The board tests itself');
    button(element, 'Cancel').click();
    await waitUntil(() => root(element).querySelector('.selftest-start') !== null, 'not cancelled');
    expect(root(element).querySelector('.selftest .failure')).to.equal(null);
  });
});
