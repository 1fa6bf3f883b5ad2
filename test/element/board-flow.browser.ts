/** What people and pages do with boards: conversations, flashing, events, the keyboard; boards are played by the test. */
import { expect, waitUntil } from '@open-wc/testing';
import { setViewport } from '@web/test-runner-commands';
import { Esp32LlmConverter } from '../../src/element/esp32-llm-converter.js';
import { OP } from '../device/simulated-loader.js';
import {
  MiB,
  button,
  converted,
  make,
  part,
  plug,
  reach,
  rendered,
  root,
  says,
  setStage,
  shown,
  stage,
  status,
  toChat,
  toFlash,
  toFlashed,
  toFound,
  toRunning,
  toTry,
} from './board-page.js';
import { saved } from './saved.js';

setStage();

function type(element: Esp32LlmConverter, text: string): HTMLTextAreaElement {
  const area = part<HTMLTextAreaElement>(element, '#board-prompt');
  area.value = text;
  area.dispatchEvent(new Event('input'));
  return area;
}

/** Inside the window, with nothing over it. */
function isInSight(control: HTMLElement): boolean {
  const { left, top, width, height } = control.getBoundingClientRect();
  const [x, y] = [left + width / 2, top + height];
  return top >= 0 && (control.getRootNode() as ShadowRoot).elementFromPoint(x, y - 2) === control;
}

describe('the emulated board on the page', function () {
  this.timeout(60_000);

  it('boots the image, answers token by token, and tells the page', async () => {
    const element = await make();
    const events: string[] = [];
    element.addEventListener('esp32-llm-board', ({ board, state, facts }) =>
      events.push(`${board} ${state} ${facts.get('model') ?? ''}`.trim()),
    );
    element.addEventListener('esp32-llm-token', ({ board, text }) => events.push(`${board}: ${text}`));
    await toRunning(element);
    expect(element.matches(':state(try)')).to.be.true;
    expect(status(element)).to.equal('The board is ready.');
    expect(shown(element)).to.contain('ESP-ROM:esp32s3');
    expect(await element.send('Turn on the light.')).to.equal('{"do":"on"}');
    expect(status(element)).to.equal('Answered with 3 tokens.');
    expect(shown(element)).to.contain('100 tokens per second on a board');
    expect(events).to.deep.equal([
      'emulated opening',
      'emulated ready home-commands',
      'emulated: {"do":',
      'emulated: "on"',
      'emulated: }',
    ]);
  });

  it('tells the speed on a board and the speed here, and changes how its time passes', async () => {
    const element = await make();
    await toRunning(element);
    await element.send('Turn on the light.');
    await element.updateComplete;
    expect(shown(element), 'as the board counts').to.contain('100 tokens per second on a board');
    expect(shown(element), 'as this computer does').to.match(/· [\d,.]+ here/);
    const modelled = [...root(element).querySelectorAll<HTMLInputElement>('input[name=speed]')].find(
      ({ checked }) => !checked,
    );
    modelled?.click();
    await waitUntil(() => stage.emulator.calls.some((call) => call.startsWith('speed ')));
    await says(element, 'Held to the time that a board would take');
  });

  it('goes on with the conversation, and starts over', async () => {
    const element = await make();
    await toRunning(element);
    type(element, 'first').dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
    await says(element, 'the model ended it');
    type(element, 'second');
    button(element, 'Send').click();
    await waitUntil(() => root(element).querySelectorAll('.turns li').length === 2);
    const { firmware } = stage.emulator;
    expect(firmware.prompts).to.deep.equal(['first', 'second']);
    expect(firmware.modes, 'first turn, next turn').to.deep.equal([2, 3]);
    await waitUntil(() => !button(element, 'Start over').disabled);
    button(element, 'Start over').click();
    await rendered(element, '.talk .empty');
  });

  it('leaves the box empty for the next turn, and brings the last text back when asked to', async () => {
    const element = await make();
    await toRunning(element);
    const area = part<HTMLTextAreaElement>(element, '#board-prompt');
    expect(area.value).to.equal('Turn on the light.');
    area.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
    await says(element, 'the model ended it');
    expect(area.value).to.equal('');
    expect(root(element).querySelectorAll('.turns li').length).to.equal(1);
    const back = button(element, 'Bring back the last text');
    back.focus();
    back.click();
    await element.updateComplete;
    expect(area.value).to.equal('Turn on the light.');
    expect(root(element).activeElement?.id).to.equal('board-prompt');
    expect(back.isConnected, 'it is for an empty box').to.be.false;
  });

  it('keeps the field that is written in where it can be seen, as the conversation above it grows', async () => {
    await setViewport({ width: 1280, height: 800 });
    try {
      const element = await make();
      await toRunning(element);
      const area = part<HTMLTextAreaElement>(element, '#board-prompt');
      area.focus();
      for (let turn = 1; turn <= 5; turn++) {
        type(element, `question ${turn}`);
        area.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
        await waitUntil(() => root(element).querySelectorAll('.turns li').length === turn);
        await waitUntil(() => !button(element, 'Send').disabled);
        await waitUntil(() => isInSight(area), `the field is out of sight after ${turn} turns`);
      }
      // Whoever reads elsewhere is left there.
      area.blur();
      window.scrollTo(0, 0);
      const before = window.scrollY;
      await element.send('once more');
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
      expect(window.scrollY).to.equal(before);
    } finally {
      await setViewport({ width: 800, height: 600 });
      window.scrollTo(0, 0);
    }
  });

  it('puts a text back that the board did not take', async () => {
    const element = await make();
    await toRunning(element);
    stage.emulator.write = () => Promise.reject(new Error('Nothing is written.'));
    button(element, 'Send').click();
    await says(element, 'No answer');
    await waitUntil(() => part<HTMLTextAreaElement>(element, '#board-prompt').value === 'Turn on the light.');
  });

  it('stops a measurement', async () => {
    stage.emulator.firmware.holdBench = true;
    const element = await make();
    await toRunning(element);
    part<HTMLDetailsElement>(element, '.bench').open = true;
    const measure = button(element, 'Measure');
    measure.focus();
    measure.click();
    await says(element, 'Measuring…');
    expect(measure.textContent.trim()).to.equal('Stop');
    measure.click();
    await waitUntil(() => measure.textContent.trim() === 'Measure');
    expect(stage.emulator.firmware.cancels).to.equal(1);
    expect(root(element).activeElement === measure, 'the same button').to.be.true;
    expect(root(element).querySelector('.problem')).to.be.null;
  });

  it('stops an answer and keeps what was said', async () => {
    stage.emulator.firmware.holdAfter = 2;
    const element = await make();
    await toRunning(element);
    button(element, 'Send').click();
    await says(element, '{"do":"on"');
    button(element, 'Stop').click();
    await says(element, 'stopped');
    expect(part(element, '.answer .words').textContent).to.equal('{"do":"on"');
    expect(button(element, 'Send').disabled).to.be.false;
  });

  it('sends the sampling that was chosen, and takes no other numbers', async () => {
    const element = await make();
    await toRunning(element);
    const field = part<HTMLInputElement>(element, '#board-temperature');
    for (const [typed, kept] of [
      ['0.7', '0.7'],
      ['-1', '0.7'],
      ['9', '0.7'],
      ['', '0.7'],
    ] as const) {
      field.value = typed;
      field.dispatchEvent(new Event('change'));
      await element.updateComplete;
      expect(field.value).to.equal(kept);
    }
  });

  it('stops time, steps, looks into memory, and resets', async () => {
    const element = await make();
    await toRunning(element);
    button(element, 'Pause').click();
    await rendered(element, '.cores');
    expect(shown(element)).to.contain('app_main+0x12').and.to.contain('paused');
    button(element, 'Step core 1').click();
    await waitUntil(() => stage.emulator.calls.includes('step 1'));
    const region = part<HTMLSelectElement>(element, '#memory-region');
    region.value = 'psram';
    region.dispatchEvent(new Event('change'));
    await rendered(element, '.bytes');
    expect(part(element, '.bytes th[scope=row]').textContent).to.equal('0x3d000000');
    button(element, 'Next page').click();
    await waitUntil(() => part(element, '.bytes th[scope=row]').textContent === '0x3d000100');
    const address = part<HTMLInputElement>(element, '#memory-address');
    address.value = '3fcf7ff0';
    address.closest('form')?.requestSubmit();
    await waitUntil(() => part(element, '.bytes th[scope=row]').textContent === '0x3fcf7f00');
    expect(button(element, 'Next page').disabled, 'the last page').to.be.true;
    expect(shown(element)).to.contain('What lies here');
    button(element, 'Resume').click();
    await waitUntil(() => stage.emulator.calls.includes('resume'));
    button(element, 'Reset').click();
    await waitUntil(() => stage.emulator.firmware.resets === 2);
    await rendered(element, '.running');
  });

  it('types lines on the console', async () => {
    const element = await make();
    await toRunning(element);
    const line = part<HTMLInputElement>(element, '#console-line');
    line.value = '/temp 1';
    line.closest('form')?.requestSubmit();
    await says(element, 'understood');
    expect(stage.emulator.firmware.lines).to.deep.equal(['/temp 1']);
    expect(line.value).to.equal('');
  });

  it('says what a chip stopped at, and starts again', async () => {
    const element = await make();
    const errors: string[] = [];
    element.addEventListener('esp32-llm-error', ({ message }) => errors.push(message));
    await toRunning(element);
    stage.emulator.fault();
    await rendered(element, '.fault');
    expect(shown(element)).to.contain('where no memory is').and.to.contain('app_main+0x12');
    expect(errors).to.have.length(1);
    expect(status(element)).to.equal('The emulated chip stopped.');
    await waitUntil(() =>
      element.send('x').then(
        () => false,
        () => true,
      ),
    );
  });

  it('saves what was said', async () => {
    const element = await make();
    await toRunning(element);
    await element.send('Turn on the light.');
    await element.updateComplete;
    const { name, blob } = await saved(() => button(element, 'Save the conversation').click());
    expect(name).to.equal('conversation.md');
    expect(await blob.text())
      .to.contain('Turn on the light.')
      .and.to.contain('{"do":"on"}')
      .and.to.contain('home-commands');
  });

  it('ends with the result that it runs', async () => {
    const element = await make();
    await toRunning(element);
    const { closed } = stage.emulator;
    element.reset();
    await closed;
    expect(element.step).to.equal('choose');
  });

  it('keeps to the steps and locks of the page', async () => {
    const element = await make({ steps: 'choose fit compare try', locked: 'prompt' });
    await toTry(element);
    const steps = [...root(element).querySelectorAll('.steps li')].map((item) => item.textContent.trim());
    expect(steps).to.deep.equal(['Choose', 'Fit', 'Convert', 'Compare', 'Try']);
    expect(shown(element)).not.to.contain('Flash a board');
    button(element, 'Start the board').click();
    await rendered(element, '.running');
    const area = part<HTMLTextAreaElement>(element, '#board-prompt');
    expect(area.readOnly).to.be.true;
    expect(area.value).to.equal('Turn on the light.');
    button(element, 'Send').click();
    await says(element, 'the model ended it');
    expect(area.value, 'the same for every turn').to.equal('Turn on the light.');
    expect(shown(element)).not.to.contain('Bring back');
  });
});

describe('flashing on the page', function () {
  this.timeout(60_000);

  it('looks first, writes what was asked for, checks it, and talks to the board', async () => {
    const element = await make();
    const states: string[] = [];
    let progress = 0;
    element.addEventListener('esp32-llm-flash', (event) => {
      if (states.at(-1) !== event.state) states.push(event.state);
      progress = Math.max(progress, event.progress?.done ?? 0);
    });
    const board = await toFound(element);
    expect(board.seen, 'nothing is written by looking').not.to.include(OP.deflData);
    expect(shown(element)).to.contain('16 MB').and.to.contain('8 MB, octal').and.to.contain('34:85:18');
    const label = part<HTMLInputElement>(element, '#board-label');
    label.value = 'Desk 3';
    label.dispatchEvent(new Event('input'));
    button(element, 'Flash this board').click();
    await says(element, 'Flashed and checked');
    const image = new Uint8Array(await (await element.image()).arrayBuffer());
    expect(progress).to.be.greaterThan(100_000).and.to.be.at.most(image.length);
    const model = MiB;
    expect(board.flash.read(model, image.length - model)).to.deep.equal(image.subarray(model));
    expect(states).to.deep.equal(['looking', 'found', 'flashing', 'done']);
    expect(shown(element)).to.contain('Desk 3').and.to.contain('1 flashed');
    button(element, 'Talk to it').click();
    await rendered(element, '.chat .running');
    expect(shown(element), 'what it said when it restarted').to.contain('The model is ready');
    expect(await element.send('Turn on the light.')).to.equal('{"do":"on"}');
  });

  it('writes nothing twice, and counts boards', async () => {
    const element = await make();
    const first = await toFlashed(element);
    const written = first.seen.filter((op) => op === OP.deflData).length;
    button(element, 'Next board').click();
    await rendered(element, '.flash .start');
    button(element, 'Connect a board').click();
    await says(element, 'This board can be flashed');
    button(element, 'Flash this board').click();
    await says(element, 'nothing had to be written');
    expect(first.seen.filter((op) => op === OP.deflData).length).to.equal(written);
    expect(root(element).querySelectorAll('.tally tbody tr').length).to.equal(2);
    expect(shown(element)).to.contain('1 flashed');
  });

  it('refuses a board that does not fit before anything is written', async () => {
    const element = await make();
    const board = await toFound(element, { flashBytes: MiB, flashIdentity: 0x14_40c8 });
    expect(shown(element)).to.contain('The flash is too small').and.to.contain('1 MB');
    expect(button(element, 'Flash this board').disabled).to.be.true;
    await element.flash().then(
      () => {
        throw new Error('it was flashed');
      },
      (error: Error) => expect(error.message).to.contain('2 MB'),
    );
    expect(board.seen).not.to.include(OP.deflData);
  });

  it('a cancel leaves a board that can be flashed again', async () => {
    const element = await make();
    const board = await toFound(element);
    const receive = board.receive.bind(board);
    board.receive = (bytes, baud) => void setTimeout(() => receive(bytes, baud), 30);
    button(element, 'Flash this board').click();
    await says(element, 'Writing');
    button(element, 'Cancel').click();
    await says(element, 'This board can be flashed');
    board.receive = receive;
    button(element, 'Flash this board').click();
    await says(element, 'Flashed and checked');
  });

  it('tells of a board that was unplugged, and flashes it when it is back', async () => {
    const element = await make();
    const board = await toFound(element);
    board.faults = { request: (op, nth) => (op === OP.deflData && nth === 2 ? 'unplug' : undefined) };
    button(element, 'Flash this board').click();
    await says(element, 'The board is gone');
    expect(shown(element)).to.contain('1 failed');
    board.faults = {};
    stage.serial.ports = [];
    stage.serial.plug(board);
    button(element, 'Try again').click();
    await says(element, 'This board can be flashed');
    button(element, 'Flash this board').click();
    await says(element, 'Flashed and checked');
  });

  it('follows a board that leaves the bus with every restart, from looking to talking', async () => {
    plug({}, true);
    const element = await make();
    await toFlash(element);
    await rendered(element, '.more');
    button(element, 'Connect a board').click();
    await says(element, 'This board can be flashed');
    button(element, 'Flash this board').click();
    await says(element, 'Flashed and checked');
    button(element, 'Talk to it').click();
    await rendered(element, '.chat .running');
    button(element, 'Restart the board').click();
    await says(element, 'Waiting for the board');
    await rendered(element, '.chat .running');
    expect(await element.send('Turn on the light.')).to.equal('{"do":"on"}');
  });

  it('flashes and refuses by method', async () => {
    const element = await make();
    await element.flash().then(
      () => {
        throw new Error('there was nothing to flash');
      },
      (error: Error) => expect(error.name).to.equal('UsageError'),
    );
    const { board } = plug();
    await converted(element);
    await element.flash();
    expect(element.step).to.equal('flash');
    expect(board.seen).to.include(OP.deflData);
    await says(element, 'Flashed and checked');
  });

  it('makes an image again that could not be made, where it is asked to', async () => {
    const { assets } = Esp32LlmConverter;
    Esp32LlmConverter.assets = { firmware: '/nowhere/firmware.elf' };
    const element = await make();
    await toFlash(element);
    await rendered(element, '.flash .failure');
    const again = button(element, 'Try again');
    again.click();
    await waitUntil(() => !again.isConnected, 'it is made once more');
    await rendered(element, '.flash .failure');
    Esp32LlmConverter.assets = assets;
    plug();
    button(element, 'Try again').click();
    await says(element, 'What is flashed');
    button(element, 'Connect a board').click();
    await says(element, 'This board can be flashed');
  });

  it('an empty choice of the browser is no failure', async () => {
    const element = await make();
    await toFlash(element);
    await rendered(element, '.more');
    button(element, 'Connect a board').click();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(root(element).querySelector('.failure')).to.be.null;
    expect(button(element, 'Connect a board').disabled).to.be.false;
  });

  it('without ports, the image and its command stay', async () => {
    reach({});
    const element = await make();
    await converted(element);
    button(element, 'Flash').click();
    await says(element, 'This browser cannot reach boards');
    expect(shown(element)).to.contain('esptool --chip esp32s3 write-flash 0x0 home-commands-');
    button(element, 'Take the image away').click();
    await rendered(element, '.take');
  });
});

describe('talking to a board on the page', function () {
  this.timeout(60_000);

  it('needs no conversion, and goes back to the start', async () => {
    const element = await make();
    const firmware = await toChat(element);
    expect(element.step).to.equal('chat');
    expect(shown(element)).to.contain('home-commands').and.to.contain('ESP32-S3 revision 0.2');
    button(element, 'Send').click();
    await says(element, 'the model ended it');
    expect(firmware.prompts).to.deep.equal(['Turn on the light.']);
    const answer = part(element, '.answer p');
    expect(answer.dir).to.equal('auto');
    expect(answer.translate).to.be.false;
    button(element, 'Back to the start').click();
    await rendered(element, '.choose');
  });

  it('a lock on a prompt that the page does not give leaves the box to the reader', async () => {
    const element = await make({ locked: 'prompt' });
    element.prompt = null;
    const firmware = await toChat(element);
    expect(part<HTMLTextAreaElement>(element, '#board-prompt').readOnly).to.be.false;
    const area = type(element, 'hello');
    await element.updateComplete;
    area.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
    await says(element, 'the model ended it');
    expect(firmware.prompts).to.deep.equal(['hello']);
  });

  it('shows measurements beside their limits', async () => {
    const element = await make();
    await toChat(element);
    button(element, 'Measure').click();
    await rendered(element, '.bench table');
    const row = (name: string): string =>
      [...root(element).querySelectorAll('.bench tr')]
        .map((each) => each.textContent.replace(/\s+/g, ' ').trim())
        .find((text) => text.startsWith(name)) ?? '';
    expect(row('PSRAM')).to.equal('PSRAM ? 82.8 MB/s 88.2 MB/s 93.9 %');
    expect(row('Tokens')).to.equal('Tokens ? 94.5 per second 97.4 per second 97.0 %');
  });

  it('says that a port is taken, and that it is taken once more', async () => {
    plug();
    const element = await make();
    const [port] = stage.serial.ports;
    if (port === undefined) throw new Error('no port');
    port.open = () => Promise.reject(new DOMException('Failed to open serial port.', 'NetworkError'));
    button(element, 'Talk to a flashed board').click();
    await rendered(element, '.chat .start');
    for (const end of ['', '\u00a0']) {
      button(element, 'Connect a board').click();
      await waitUntil(
        () => part(element, '[role=status]').textContent === `The port is taken${end}`,
        `${end} after: ${status(element)}`,
      );
      await rendered(element, '.chat .failure');
    }
  });

  it('says that what is behind the boards could not be loaded', async () => {
    const element = await make();
    const seams = Esp32LlmConverter.boardSeams;
    Object.defineProperty(Esp32LlmConverter, 'boardSeams', {
      configurable: true,
      get: () => {
        throw new Error('offline');
      },
    });
    button(element, 'Talk to a flashed board').click();
    await rendered(element, '.failure');
    Object.defineProperty(Esp32LlmConverter, 'boardSeams', {
      configurable: true,
      writable: true,
      value: seams,
    });
    expect(status(element)).to.equal('A part of this page could not be loaded');
    button(element, 'Try again').click();
    await rendered(element, '.chat .start');
  });

  it('moves the focus to the heading when a view goes', async () => {
    const element = await make();
    const link = button(element, 'Talk to a flashed board');
    link.focus();
    link.click();
    await rendered(element, '.chat');
    expect(root(element).activeElement?.id).to.equal('step-heading');
  });

  it('connects and cancels by method', async () => {
    plug();
    const element = await make();
    await element.connect();
    await rendered(element, '.chat .running');
    await element.send('x');
    element.cancel();
    button(element, 'Disconnect').click();
    await rendered(element, '.chat .start');
    await waitUntil(() => !stage.serial.ports.some((port) => port.isOpen), 'the port is given back');
  });
});
