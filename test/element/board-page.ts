/** A page with the element on which boards are played by the test: how its states are reached, and what it shows. */
import { fixture, html, waitUntil } from '@open-wc/testing';
import { boardFlasher } from '../../src/device/flasher.js';
import type { SerialLike } from '../../src/device/serial-types.js';
import '../../src/element/define.js';
import { Esp32LlmConverter } from '../../src/element/esp32-llm-converter.js';
import { SimulatedBoard, type BoardOptions } from '../device/simulated-loader.js';
import { SimulatedSerial } from '../device/simulated-port.js';
import { BANNER, FakeEmulator, FakeFirmware, startFake } from './fake-board.js';
import { FakeConverter, sampleInspection, sampleResult } from './fake-converter.js';

export const MiB = 1024 * 1024;

/** eFuse words of a chip with 8 MB of octal PSRAM: PSRAM_CAP 1. */
const WITH_PSRAM = { 0x6000_7054: 1 << 3 };

/** What stands in for the worker, the emulator and the ports; anew for each test. */
export const stage = {
  converter: new FakeConverter(),
  emulator: new FakeEmulator(),
  serial: new SimulatedSerial(),
};

let packageBytes = new Uint8Array();

/** Sets the stage for every test of a file; call it at its top. */
export function setStage(): void {
  before(async () => {
    packageBytes = new Uint8Array(await (await fetch('/test/fixtures/console/chat.s3lm')).arrayBuffer());
  });

  beforeEach(() => {
    stage.converter = new FakeConverter();
    stage.emulator = new FakeEmulator();
    stage.serial = new SimulatedSerial();
    Esp32LlmConverter.converter = async () => stage.converter;
    Esp32LlmConverter.assets = { firmware: '/device-runtime/prebuilt/esp32s3/firmware.elf' };
    reach({ serial: stage.serial });
  });

  after(() => {
    Esp32LlmConverter.converter = null;
    Esp32LlmConverter.assets = {};
    Esp32LlmConverter.boardSeams = {};
  });
}

/** What the browser offers. */
export function reach(browser: { serial?: SerialLike; secure?: boolean; framed?: boolean }): void {
  Esp32LlmConverter.boardSeams = {
    scope: () => ({
      isSecureContext: browser.secure ?? true,
      navigator: browser.serial === undefined ? {} : { serial: browser.serial },
      framed: browser.framed ?? false,
    }),
    start: startFake(stage.emulator),
    flasher: async () => ({
      detect: (options) => boardFlasher.detect(options),
      flash: (options) => boardFlasher.flash({ ...options, startMilliseconds: 500 }),
      start: (session) => boardFlasher.start(session),
    }),
  };
}

/** A board whose program is the fake firmware. */
/** @param restless it leaves the bus whenever it restarts, and comes back as another port */
export function plug(
  options: BoardOptions = {},
  restless = false,
): { board: SimulatedBoard; firmware: FakeFirmware } {
  const board = new SimulatedBoard({
    connection: 'usb-serial-jtag',
    flashBytes: 16 * MiB,
    flashIdentity: 0x18_40c8,
    registers: WITH_PSRAM,
    banner: BANNER,
    ...options,
  });
  const firmware = new FakeFirmware((bytes) => board.onSend(bytes));
  board.onInput = (bytes) => firmware.receive(bytes);
  if (restless) stage.serial.plugRestless(board);
  else stage.serial.plug(board);
  return { board, firmware };
}

export function root(element: Esp32LlmConverter): ShadowRoot {
  if (element.shadowRoot === null) throw new Error('not drawn');
  return element.shadowRoot;
}

export function part<T extends HTMLElement = HTMLElement>(element: Esp32LlmConverter, selector: string): T {
  const found = root(element).querySelector<T>(selector);
  if (!found) throw new Error(`${selector} is not there: ${shown(element)}`);
  return found;
}

export function shown(element: Esp32LlmConverter): string {
  return (root(element).querySelector('.body')?.textContent ?? '').replace(/\s+/g, ' ').trim();
}

export function button(element: Esp32LlmConverter, text: string): HTMLButtonElement {
  const found = [...root(element).querySelectorAll('button')].find((each) => each.textContent.includes(text));
  if (!found) throw new Error(`no button "${text}": ${shown(element)}`);
  return found;
}

export async function rendered(element: Esp32LlmConverter, selector: string): Promise<void> {
  await waitUntil(
    () => root(element).querySelector(selector) !== null,
    `${selector} did not appear: ${shown(element)}`,
    { timeout: 20_000, interval: 10 },
  );
  await element.updateComplete;
}

/** Looks often: on a fast machine a phase of flashing is over in less than the usual 50 ms. */
export async function says(element: Esp32LlmConverter, text: string): Promise<void> {
  await waitUntil(() => shown(element).includes(text), `"${text}" did not appear: ${shown(element)}`, {
    timeout: 20_000,
    interval: 10,
  });
  await element.updateComplete;
}

export async function make(attributes: { steps?: string; locked?: string } = {}): Promise<Esp32LlmConverter> {
  const element = await fixture<Esp32LlmConverter>(
    html`<esp32-llm-converter
      model="https://example.org/models/tiny/"
      prompt="Turn on the light."
    ></esp32-llm-converter>`,
  );
  if (attributes.steps !== undefined) element.steps = attributes.steps;
  if (attributes.locked !== undefined) element.locked = attributes.locked;
  return element;
}

/** The first page of a file fetches everything that the element loads later, on a machine that may be busy. */
export const PATIENCE = { timeout: 10_000 };

export async function converted(
  element: Esp32LlmConverter,
  changes: Parameters<typeof sampleResult>[0] = {},
): Promise<void> {
  const asked = stage.converter.sources.length;
  const loading = element.load();
  await waitUntil(() => stage.converter.sources.length > asked, 'the model is not read', PATIENCE);
  stage.converter.inspection.resolve(sampleInspection());
  await loading;
  if (element.step === 'fit') void element.convert();
  await waitUntil(() => element.step === 'converting');
  await new Promise((resolve) => setTimeout(resolve, 0));
  stage.converter.conversion.resolve(sampleResult({ package: packageBytes, ...changes }));
  await waitUntil(() => !['fit', 'converting'].includes(element.step));
  await element.updateComplete;
  // What is folded away comes last, where there is such a step.
  if (element.step === 'compare') await rendered(element, '.fold .memories');
}

export async function toTry(element: Esp32LlmConverter): Promise<void> {
  await converted(element);
  button(element, 'Try').click();
  await rendered(element, '.try .start');
}

export async function toRunning(element: Esp32LlmConverter): Promise<void> {
  await toTry(element);
  button(element, 'Start the board').click();
  await rendered(element, '.running');
}

/** The step of trying, with the engine in the page. */
export async function toPageEngine(element: Esp32LlmConverter): Promise<void> {
  await toTry(element);
  part(element, '[value=page]').click();
  await rendered(element, '.talk');
}

export async function toFlash(element: Esp32LlmConverter): Promise<void> {
  await converted(element);
  button(element, 'Flash').click();
  await rendered(element, '.flash');
}

export async function toFound(
  element: Esp32LlmConverter,
  options: BoardOptions = {},
): Promise<SimulatedBoard> {
  const { board } = plug(options);
  await toFlash(element);
  await rendered(element, '.more');
  button(element, 'Connect a board').click();
  await says(element, 'What was found');
  return board;
}

export async function toFlashed(element: Esp32LlmConverter): Promise<SimulatedBoard> {
  const board = await toFound(element);
  button(element, 'Flash this board').click();
  await says(element, 'Flashed and checked');
  return board;
}

export async function toChat(element: Esp32LlmConverter): Promise<FakeFirmware> {
  const { firmware } = plug();
  button(element, 'Talk to a flashed board').click();
  await rendered(element, '.chat .start');
  button(element, 'Connect a board').click();
  await rendered(element, '.running');
  return firmware;
}

export function status(element: Esp32LlmConverter): string {
  return part(element, '[role=status]').textContent.trim();
}
