/** One port for flashing and for talking: who has it, and what becomes of a board when the other one wants it. */
import { expect, waitUntil } from '@open-wc/testing';
import type { Esp32LlmConverter } from '../../src/element/esp32-llm-converter.js';
import { OP, SimulatedBoard } from '../device/simulated-loader.js';
import { zhHans } from './all-strings.js';
import {
  MiB,
  button,
  make,
  plug,
  rendered,
  root,
  says,
  setStage,
  shown,
  stage,
  toFlash,
  toFound,
} from './board-page.js';

setStage();

function header(element: Esp32LlmConverter, step: string): HTMLButtonElement {
  const buttons = [...root(element).querySelectorAll<HTMLButtonElement>('.steps button')];
  const found = buttons.find((candidate) => candidate.textContent.trim() === step);
  if (found === undefined) throw new Error(`no step ${step}`);
  return found;
}

async function refused(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => {
      throw new Error('it was not refused');
    },
    (error: Error) => error,
  );
}

function isPageGuarded(): boolean {
  const event = new Event('beforeunload', { cancelable: true });
  window.dispatchEvent(event);
  return event.defaultPrevented;
}

/** Stops a board's writing at its first piece until the returned function is called. */
function holdWriting(board: SimulatedBoard): () => void {
  const receive = board.receive.bind(board);
  const kept: [Uint8Array, number | undefined][] = [];
  let holds = true;
  board.receive = (bytes, baud) => {
    if (holds && board.seen.includes(OP.deflBegin)) kept.push([bytes, baud]);
    else receive(bytes, baud);
  };
  return () => {
    holds = false;
    for (const [bytes, baud] of kept) receive(bytes, baud);
  };
}

describe('one port for flashing and talking', function () {
  this.timeout(60_000);

  it('a board that is being flashed is not taken away by a conversation', async () => {
    const element = await make();
    const board = await toFound(element);
    const goOn = holdWriting(board);
    button(element, 'Flash this board').click();
    await waitUntil(() => board.seen.includes(OP.deflBegin), 'writing', { timeout: 20_000 });
    expect(isPageGuarded(), 'the browser asks before the page is left').to.be.true;
    header(element, 'Chat').click();
    await rendered(element, '.chat .start');
    button(element, 'Connect a board').click();
    await says(element, 'in use by this page');
    goOn();
    header(element, 'Flash').click();
    await says(element, 'Flashed and checked');
    expect(shown(element)).to.contain('1 flashed');
    expect(isPageGuarded()).to.be.false;
  });

  it('a conversation with the board that was found lets it run', async () => {
    const element = await make();
    const board = await toFound(element);
    expect(board.mode, 'it waits in its loader').to.equal('stub');
    header(element, 'Chat').click();
    await rendered(element, '.chat .start');
    // There is a program to talk to.
    board.flash.program(0, Uint8Array.of(0xe9));
    button(element, 'Connect a board').click();
    await rendered(element, '.chat .running');
    expect(board.mode).to.equal('run');
    header(element, 'Flash').click();
    await rendered(element, '.flash .start');
  });

  it('nothing is written to a board that was chosen for a conversation after another was found', async () => {
    const element = await make();
    const first = await toFound(element);
    const { board: second } = plug({ mac: [9, 9, 9, 9, 9, 9] });
    second.flash.program(0, Uint8Array.of(0xe9));
    stage.serial.ports.reverse();
    header(element, 'Chat').click();
    await rendered(element, '.chat .start');
    button(element, 'Connect a board').click();
    await rendered(element, '.chat .running');
    expect(first.mode, 'the first one runs what it has').to.equal('run');
    header(element, 'Flash').click();
    await rendered(element, '.flash .start');
    expect(second.seen).not.to.include(OP.deflData);
    expect(shown(element)).not.to.contain('This board can be flashed');
  });

  it('disconnecting leaves no button that does nothing', async () => {
    const element = await make();
    const board = await toFound(element);
    board.flash.program(0, Uint8Array.of(0xe9));
    header(element, 'Chat').click();
    await rendered(element, '.chat .start');
    button(element, 'Connect a board').click();
    await rendered(element, '.chat .running');
    button(element, 'Disconnect').click();
    await rendered(element, '.chat .start');
    header(element, 'Flash').click();
    await rendered(element, '.flash .start');
    button(element, 'Connect a board').click();
    await says(element, 'This board can be flashed');
    button(element, 'Flash this board').click();
    await says(element, 'Flashed and checked');
  });

  it('flashes a board whose own program takes it off the port', async () => {
    const board = new SimulatedBoard({
      connection: 'usb-serial-jtag',
      flashBytes: 16 * MiB,
      flashIdentity: 0x18_40c8,
      registers: { 0x6000_7054: 1 << 3 },
      banner: 'ready\r\n> ',
    });
    stage.serial.plugForeign(board);
    const element = await make();
    await toFlash(element);
    await rendered(element, '.more');
    button(element, 'Connect a board').click();
    await says(element, 'This board can be flashed');
    button(element, 'Flash this board').click();
    await says(element, 'Flashed and checked');
  });

  it('a board that was found and is not wanted runs its program again', async () => {
    const element = await make();
    const board = await toFound(element);
    expect(board.mode).to.equal('stub');
    element.remove();
    await waitUntil(() => board.mode === 'run', 'it runs');
    await waitUntil(() => stage.serial.ports.every((port) => !port.isOpen), 'its port is closed');
  });

  it('flashing by method is refused while a board is looked at, not forgotten', async () => {
    const element = await make();
    plug();
    await toFlash(element);
    const first = element.flash();
    const second = await refused(element.flash());
    expect(second.message).to.contain('looked at');
    await first;
    expect(shown(element)).to.contain('Flashed and checked');
  });

  it('writes slowly where a bridge loses data, when asked to', async () => {
    const rates: number[] = [];
    const element = await make();
    const board = await toFound(element, { connection: 'uart-bridge' });
    const receive = board.receive.bind(board);
    board.receive = (bytes, baud) => {
      rates.push(baud ?? 0);
      receive(bytes, baud);
    };
    const box = [...root(element).querySelectorAll('label')].find(({ textContent }) =>
      textContent.includes('lower speed'),
    );
    box?.querySelector('input')?.click();
    button(element, 'Flash this board').click();
    await says(element, 'Flashed and checked');
    expect(new Set(rates)).to.deep.equal(new Set([115_200]));
  });

  it('the views for boards follow the language of the page, and keep their board', async () => {
    const element = await make();
    const board = await toFound(element);
    element.lang = 'es';
    await says(element, 'Grabar esta placa');
    element.lang = 'zh-Hans';
    await says(element, zhHans.board.flash.flash);
    // Back before the words are there: those of the last one count.
    element.lang = 'es';
    element.lang = 'en';
    await says(element, 'Flash this board');
    expect(root(element).querySelectorAll('.failure').length).to.equal(0);
    expect(board.mode).to.equal('stub');
    button(element, 'Flash this board').click();
    await says(element, 'Flashed and checked');
  });
});
