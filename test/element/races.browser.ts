/** What comes too late, twice, or in the wrong order: removed, cancelled, reset and replaced while something runs. */
import { expect, waitUntil } from '@open-wc/testing';
import { Esp32LlmConverter } from '../../src/element/esp32-llm-converter.js';
import { OP, type SimulatedBoard } from '../device/simulated-loader.js';
import {
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
  toChat,
  toFlash,
  toFound,
  toRunning,
  toTry,
} from './board-page.js';
import { FakeEmulator, startFake } from './fake-board.js';
import { sampleImage, sampleInspection, sampleResult } from './fake-converter.js';

setStage();

/** Makes the board take its time, so that the page is seen while it writes. */
function slow(board: SimulatedBoard): () => void {
  const receive = board.receive.bind(board);
  board.receive = (bytes, baud) => void setTimeout(() => receive(bytes, baud), 30);
  return () => {
    board.receive = receive;
  };
}

async function toWriting(element: Esp32LlmConverter): Promise<SimulatedBoard> {
  const board = await toFound(element);
  slow(board);
  button(element, 'Flash this board').click();
  await says(element, 'Writing');
  return board;
}

/** Why a call is refused: the message of its UsageError. */
async function refusal(call: Promise<unknown>): Promise<string> {
  const error = await call.then(
    () => null,
    (cause: unknown) => cause,
  );
  expect(error).to.have.property('name', 'UsageError');
  return (error as Error).message;
}

async function pause(milliseconds = 0): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
}

describe('what comes too late', function () {
  this.timeout(60_000);

  it('a cancel stops reading, planning and converting where they are', async () => {
    const element = await make();
    void element.load();
    await waitUntil(() => element.step === 'reading');
    element.cancel();
    expect(element.step).to.equal('choose');

    const { length } = stage.converter.sources;
    void element.load();
    await waitUntil(() => stage.converter.sources.length > length);
    stage.converter.inspection.resolve(sampleInspection());
    await rendered(element, '.fit');
    stage.converter.nextPlan = () => new Promise(() => undefined);
    part<HTMLInputElement>(element, 'input[value=tensor]').click();
    await element.updateComplete;
    expect(button(element, 'Convert').disabled).to.be.true;
    element.cancel();
    await element.updateComplete;
    expect(button(element, 'Convert').disabled, 'the way on is open').to.be.false;
    expect(
      part<HTMLInputElement>(element, 'input[name=granularity][value=auto]').checked,
      'what is planned is shown',
    ).to.be.true;

    void element.convert();
    await waitUntil(() => element.step === 'converting');
    element.cancel();
    expect(element.step).to.equal('fit');
  });

  it('a conversation is refused where it would not be shown, and no port is asked for', async () => {
    let asked = 0;
    const request = stage.serial.requestPort.bind(stage.serial);
    stage.serial.requestPort = (...options) => {
      asked++;
      return request(...options);
    };
    const refused = (element: Esp32LlmConverter): Promise<string> => refusal(element.connect());
    const element = await make();
    void element.load();
    await waitUntil(() => stage.converter.sources.length > 0);
    expect(await refused(element)).to.contain('reading');
    stage.converter.inspection.resolve(sampleInspection());
    await rendered(element, '.fit');
    expect(await refused(element)).to.contain('fit');
    void element.convert();
    await waitUntil(() => element.step === 'converting');
    expect(await refused(element)).to.contain('converting');
    element.cancel();
    element.reset();
    element.steps = 'choose fit take';
    expect(await refused(element)).to.contain('steps');
    expect(element.step).to.equal('choose');
    expect(asked).to.equal(0);
  });

  it('of two models that are loaded at once the last one is shown', async () => {
    const element = await make();
    const first = element.load('https://example.org/first/');
    const last = element.load('https://example.org/last/');
    await waitUntil(() => stage.converter.sources.length > 0);
    await pause(10);
    stage.converter.inspection.resolve(sampleInspection({ name: 'last' }));
    await Promise.all([first, last]);
    expect(stage.converter.sources.at(-1)).to.deep.equal({ kind: 'url', url: 'https://example.org/last/' });
    await rendered(element, '.fit');
    expect(shown(element)).to.contain('last on a chip');
  });

  it('an element that goes while its model is asked for starts no work', async () => {
    const element = await make();
    const loading = element.load();
    element.remove();
    await loading;
    await pause(10);
    expect(stage.converter.sources.length).to.equal(0);
    expect(element.step).to.equal('choose');
  });

  it('a reset while a board boots leaves no board behind, and the next one is the one that is shown', async () => {
    const first = stage.emulator;
    let release: () => void = () => undefined;
    const seams = Esp32LlmConverter.boardSeams;
    const booting = new Promise<void>((resolve) => (release = resolve));
    let starts = 0;
    Esp32LlmConverter.boardSeams = {
      ...seams,
      start: async (image, options, watch) => {
        const nth = starts++;
        if (nth === 0) await booting;
        return startFake(nth === 0 ? first : stage.emulator)(image, options, watch);
      },
    };
    const element = await make();
    await toTry(element);
    button(element, 'Start the board').click();
    await waitUntil(() => starts === 1);
    element.reset();
    expect(element.step).to.equal('choose');
    stage.emulator = new FakeEmulator();
    await toTry(element);
    button(element, 'Start the board').click();
    await rendered(element, '.running');
    release();
    await first.closed;
    button(element, 'Pause').click();
    await waitUntil(() => stage.emulator.calls.includes('pause'));
    expect(first.calls).to.deep.equal([]);
    expect(await element.send('x')).to.equal('{"do":"on"}');
  });

  it('another model ends the board that runs the one before', async () => {
    const element = await make();
    await toRunning(element);
    const before = stage.emulator;
    let isClosed = false;
    void before.closed.then(() => (isClosed = true));
    void element.load('https://example.org/other/');
    await waitUntil(() => stage.converter.sources.length > 1, 'it is read');
    await pause(0);
    expect(isClosed, 'it may turn out to be none').to.be.false;
    stage.converter.inspection.resolve(sampleInspection({ name: 'other' }));
    await before.closed;
    expect(element.step).to.equal('fit');
  });

  it('what is folded away is drawn when the element comes back, and stays drawn', async () => {
    const element = await make();
    const home = element.parentElement;
    void element.load();
    await waitUntil(() => stage.converter.sources.length > 0);
    stage.converter.inspection.resolve(sampleInspection());
    await waitUntil(() => element.step === 'fit');
    void element.convert();
    await waitUntil(() => element.step === 'converting');
    const compared = new Promise((resolve) => element.addEventListener('esp32-llm-state', resolve));
    stage.converter.conversion.resolve(sampleResult());
    await compared;
    await element.updateComplete;
    const folded = (): number => root(element).querySelectorAll('.fold table, .fold .memories').length;
    expect(root(element).querySelectorAll('.fold').length).to.equal(4);
    expect(folded()).to.equal(0);
    element.remove();
    await pause(50);
    home?.append(element);
    await rendered(element, '.fold .memories');
    await rendered(element, '.fold .tensors');
    const all = folded();
    expect(all).to.equal(6);
    element.lang = 'es';
    await says(element, 'Cambiar los ajustes');
    expect(folded()).to.equal(all);
  });

  it('events come in the order of what they tell, whatever their handlers do', async () => {
    const element = await make();
    const told: string[] = [];
    element.addEventListener('esp32-llm-state', ({ previous, step }) => {
      told.push(`${previous}>${step}`);
      if (step === 'compare') element.reset();
    });
    element.addEventListener('esp32-llm-report', () => told.push('report'));
    element.addEventListener('esp32-llm-plan', () => {
      told.push('plan');
      void element.convert();
    });
    void element.load('https://example.org/other/');
    await waitUntil(() => stage.converter.sources.length === 1);
    stage.converter.inspection.resolve(sampleInspection());
    await waitUntil(() => element.step === 'converting');
    await pause();
    stage.converter.conversion.resolve(sampleResult());
    await waitUntil(() => element.step === 'choose');
    expect(told).to.deep.equal([
      'choose>reading',
      'plan',
      'reading>fit',
      'fit>converting',
      'converting>compare',
      'report',
      'compare>choose',
    ]);
    const steps = ['choose', 'reading', 'fit', 'convert', 'converting', 'compare'];
    expect(steps.filter((step) => element.matches(`:state(${step})`))).to.deep.equal(['choose']);
  });

  it('reads its model when it is back, if it was taken away before', async () => {
    const element = document.createElement('esp32-llm-converter');
    element.model = 'https://example.org/own/';
    element.steps = 'fit convert compare';
    document.body.append(element);
    element.remove();
    await pause();
    document.body.append(element);
    await waitUntil(() => stage.converter.sources.length === 1, 'not read');
    element.remove();
    await pause(20);
    expect(element.step).to.equal('choose');
    document.body.append(element);
    await waitUntil(() => stage.converter.sources.length === 2, 'not read again');
    stage.converter.inspection.resolve(sampleInspection());
    await waitUntil(() => element.step === 'fit');
    element.remove();
    await pause(20);
    document.body.append(element);
    await pause(20);
    expect([element.step, stage.converter.sources.length]).to.deep.equal(['fit', 2]);
    element.remove();
  });

  it('attributes that are taken away again are as if they had never been there', async () => {
    const element = await make();
    for (const name of [
      'board',
      'scheme',
      'context',
      'locked',
      'steps',
      'prompt',
      'asset-base',
      'worker-url',
      'model',
      'firmware',
    ]) {
      element.setAttribute(name, name === 'context' ? '64' : name === 'board' ? 'esp32-s3-n8' : '');
      element.removeAttribute(name);
    }
    Object.assign(element, {
      assetBase: undefined,
      workerUrl: undefined,
      locked: undefined,
      steps: undefined,
      model: undefined,
    });
    void element.load('https://example.org/other/');
    await waitUntil(() => stage.converter.sources.length === 1);
    expect(stage.converter.settings.at(-1)?.board).to.equal('esp32-s3-n16r8');
    stage.converter.inspection.resolve(sampleInspection());
    await waitUntil(() => element.step === 'fit');
  });

  it('an address that is none is told of when it is needed', async () => {
    const element = await make();
    element.assetBase = 'http://';
    await element.updateComplete;
    expect(root(element).querySelector('.drop'), 'drawn all the same').not.to.be.null;
    Esp32LlmConverter.converter = null;
    await element.load('https://example.org/other/');
    await rendered(element, '.failure');
    expect(shown(element)).to.contain('asset-base');
  });

  it('an image is of the firmware that was set last', async () => {
    const asked: unknown[] = [];
    Esp32LlmConverter.imageMaker = async () => {
      asked.push(element.firmware);
      return sampleImage();
    };
    const element = await make();
    try {
      await converted(element);
      await element.image();
      element.firmware = '/other.bin';
      await element.image();
      expect(asked).to.deep.equal([null, '/other.bin']);
    } finally {
      Esp32LlmConverter.imageMaker = null;
    }
  });

  it('flash() says why it does nothing: a step that is left out, or no click before it', async () => {
    const refused = (element: Esp32LlmConverter): Promise<string> => refusal(element.flash());
    const without = await make({ steps: 'choose fit convert compare' });
    await converted(without);
    expect(await refused(without)).to.contain('leaves the step flash out');

    plug();
    const request = stage.serial.requestPort.bind(stage.serial);
    stage.serial.requestPort = () =>
      Promise.reject(new DOMException('Must be handling a user gesture.', 'SecurityError'));
    const element = await make();
    await toFlash(element);
    await rendered(element, '.more');
    expect(await refused(element)).to.contain('click or key press');
    stage.serial.requestPort = request;
  });

  it('a folder that is still walked does not take the place of what was chosen after it', async () => {
    const element = await make();
    const base = part(element, '.base');
    let give: (children: unknown[]) => void = () => undefined;
    const config = {
      name: 'config.json',
      fullPath: '/slow/config.json',
      isFile: true,
      file: (done: (file: File) => void) => done(new File(['{}'], 'config.json')),
    };
    const folder = {
      name: 'slow',
      fullPath: '/slow',
      isFile: false,
      isDirectory: true,
      createReader: () => ({ readEntries: (done: typeof give) => (give = done) }),
    };
    const drop = (): void => {
      const event = new DragEvent('drop', { bubbles: true, cancelable: true });
      const items = [{ kind: 'file', webkitGetAsEntry: () => folder }];
      Object.defineProperty(event, 'dataTransfer', { value: { types: ['Files'], items, files: [] } });
      base.dispatchEvent(event);
    };
    drop();
    await pause(50);
    void element.load('https://example.org/other/');
    await waitUntil(() => stage.converter.sources.length === 1);
    give([config]);
    await pause(50);
    give([]);
    await pause(50);
    expect(stage.converter.sources).to.deep.equal([{ kind: 'url', url: 'https://example.org/other/' }]);
    expect(element.step).to.equal('reading');

    // Alone it is read to its end, and an empty one refused.
    element.reset();
    drop();
    await pause(50);
    give([]);
    await rendered(element, '.failure');
    expect(shown(element)).to.contain('no files');
  });

  it('an image of a model that is gone is never flashed', async () => {
    const gives: (() => void)[] = [];
    Esp32LlmConverter.imageMaker = async (result) => {
      const { makeBoardImage } = await import('../../src/element/board-image.js');
      const made = await makeBoardImage(
        result,
        (chip) => new URL(`/device-runtime/prebuilt/${chip}/firmware.elf`, location.href).href,
      );
      await new Promise<void>((resolve) => gives.push(resolve));
      return made;
    };
    try {
      const { board } = plug();
      const element = await make();
      await toFlash(element);
      await waitUntil(() => gives.length === 1, 'the first image', { timeout: 20_000 });
      element.reset();
      await toFlash(element);
      await waitUntil(() => gives.length === 2, 'the second image', { timeout: 20_000 });
      gives[0]?.();
      await pause(50);
      expect(root(element).querySelector('.failure')).to.be.null;
      gives[1]?.();
      await rendered(element, '.more');
      button(element, 'Connect a board').click();
      await says(element, 'What was found');
      button(element, 'Flash this board').click();
      await says(element, 'Flashed and checked');
      const image = new Uint8Array(await (await element.image()).arrayBuffer());
      expect(board.flash.read(0, image.length)).to.deep.equal(image);
    } finally {
      Esp32LlmConverter.imageMaker = null;
    }
  });

  it('a reset while a board is flashed stops it, and another model can be flashed afterwards', async () => {
    const element = await make();
    const board = await toWriting(element);
    element.reset();
    const seen = board.seen.length;
    await pause(400);
    const after = board.seen.filter((op) => op === OP.deflData).length;
    await pause(200);
    expect(board.seen.filter((op) => op === OP.deflData).length, `after ${seen}`).to.equal(after);
    await toFlash(element);
    await rendered(element, '.more');
    button(element, 'Connect a board').click();
    await says(element, 'This board can be flashed');
    button(element, 'Flash this board').click();
    await says(element, 'Flashed and checked');
  });

  it('an element that is removed while it flashes gives the port back, and can go on when it is back', async () => {
    const element = await make();
    const board = await toWriting(element);
    const parent = element.parentElement;
    element.remove();
    await waitUntil(() => stage.serial.ports.every((port) => !port.isOpen), 'the port stays open');
    const written = board.seen.filter((op) => op === OP.deflData).length;
    await pause(100);
    expect(board.seen.filter((op) => op === OP.deflData).length).to.equal(written);
    parent?.append(element);
    await element.updateComplete;
    expect(element.step).to.equal('flash');
    await rendered(element, '.flash .start');
    button(element, 'Connect a board').click();
    await says(element, 'This board can be flashed');
    button(element, 'Flash this board').click();
    await says(element, 'Flashed and checked');
  });

  it('flash() while a board is flashed is refused, not forgotten', async () => {
    const element = await make();
    await toWriting(element);
    await element.flash().then(
      () => {
        throw new Error('it was taken');
      },
      (error: Error) => expect(error.message).to.contain('being flashed'),
    );
    element.cancel();
    await says(element, 'This board can be flashed');
  });

  it('two clicks open one list of ports', async () => {
    plug();
    let asked = 0;
    const { serial } = stage;
    const requestPort = serial.requestPort.bind(serial);
    serial.requestPort = async () => {
      asked++;
      await pause(20);
      return requestPort();
    };
    const element = await make();
    await toFlash(element);
    await rendered(element, '.more');
    const connect = button(element, 'Connect a board');
    connect.click();
    connect.click();
    await says(element, 'What was found');
    expect(asked).to.equal(1);
  });

  it('a board that is connected twice at once is connected once', async () => {
    plug();
    const element = await make();
    await Promise.all([element.connect(), element.connect()]);
    await rendered(element, '.chat .running');
    expect(await element.send('x')).to.equal('{"do":"on"}');
    button(element, 'Disconnect').click();
    await waitUntil(() => stage.serial.ports.every((port) => !port.isOpen), 'the port stays open');
  });

  it('another firmware makes another image, and ends the board that ran the one before', async () => {
    const element = await make();
    await toRunning(element);
    const made: number[] = [];
    element.addEventListener('esp32-llm-image', ({ image }) => made.push(image?.size ?? 0));
    element.firmware = '/test/fixtures/image/ram.elf';
    await stage.emulator.closed;
    await rendered(element, '.try .start');
    await element.image();
    expect(made).to.have.length(1);
  });

  it('an element that is moved keeps its board, one that leaves lets it go', async () => {
    const element = await make();
    await toChat(element);
    const other = document.createElement('div');
    element.after(other);
    other.append(element);
    await pause(20);
    expect(await element.send('x')).to.equal('{"do":"on"}');
    other.remove();
    await waitUntil(() => stage.serial.ports.every((port) => !port.isOpen));
  });
});

describe('a locked element', function () {
  this.timeout(60_000);

  function files(): DataTransfer {
    const transfer = new DataTransfer();
    transfer.items.add(new File(['{}'], 'config.json'));
    return transfer;
  }

  it('takes no model by drop, paste or dialogue, and a dropped file does not leave the page', async () => {
    const element = await make({ locked: '' });
    await element.updateComplete;
    const base = part(element, '.base');
    for (const type of ['dragenter', 'dragover', 'drop']) {
      const event = new DragEvent(type, { dataTransfer: files(), bubbles: true, cancelable: true });
      base.dispatchEvent(event);
      expect(event.defaultPrevented, type).to.be.true;
    }
    expect(base.classList.contains('dragging')).to.be.false;
    const paste = new ClipboardEvent('paste', { clipboardData: files(), bubbles: true, composed: true });
    base.dispatchEvent(paste);
    for (const input of root(element).querySelectorAll<HTMLInputElement>('input[type=file]')) {
      expect(input.offsetParent, 'not to be seen').to.be.null;
      input.files = files().files;
      input.dispatchEvent(new Event('change'));
    }
    await pause(50);
    expect(element.step).to.equal('choose');
    expect(stage.converter.sources.length).to.equal(0);
  });

  it('nothing that the keyboard reaches changes what is settled, in any step', async () => {
    const element = await make({ locked: '' });
    await converted(element);
    const settled = JSON.stringify(stage.converter.settings.at(-1));
    element.reset();
    await converted(element);
    button(element, 'Try').click();
    await rendered(element, '.try .start');
    button(element, 'Start the board').click();
    await rendered(element, '.running');
    for (const details of root(element).querySelectorAll('details')) details.open = true;
    await element.updateComplete;
    expect(part<HTMLTextAreaElement>(element, '#board-prompt').readOnly).to.be.true;
    expect(root(element).querySelector('#console-line'), 'a console takes any prompt').to.be.null;
    part(element, '#board-prompt').dispatchEvent(
      new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }),
    );
    await says(element, 'the model ended it');
    expect(stage.emulator.firmware.prompts).to.deep.equal(['Turn on the light.']);
    expect(stage.emulator.firmware.lines).to.deep.equal([]);
    button(element, 'Compare').click();
    await rendered(element, '.verdict');
    button(element, 'Change settings').click();
    await rendered(element, '.fit');
    const open = [
      ...root(element).querySelectorAll<HTMLInputElement>('.settings input, .settings select'),
    ].filter((control) => !control.matches(':disabled'));
    expect(open.map(({ id, name }) => id || name)).to.deep.equal([]);
    void element.convert();
    await waitUntil(() => element.step === 'converting');
    expect(JSON.stringify(stage.converter.settings.at(-1))).to.equal(settled);
  });

  it('a lock that is misspelled opens nothing', async () => {
    const element = await make({ locked: 'modle' });
    await element.load([new File(['{}'], 'config.json')]);
    expect(element.step).to.equal('choose');
    expect(stage.converter.sources.length).to.equal(0);
    await element.updateComplete;
    expect(shown(element)).to.contain('modle');
  });

  it('a console of a board on a cable cannot be typed on either', async () => {
    reach({ serial: stage.serial });
    const element = await make({ locked: 'prompt' });
    await toChat(element);
    for (const details of root(element).querySelectorAll('details')) details.open = true;
    expect(root(element).querySelector('#console-line')).to.be.null;
  });
});
