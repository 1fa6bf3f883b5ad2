/** Finding one's board at the first step and among the settings: by a look over USB, and by searching the list; with nothing but keys as well. */
import { expect, fixture, html, waitUntil } from '@open-wc/testing';
import { sendKeys, setViewport } from '@web/test-runner-commands';
import type { Esp32LlmConverter } from '../../src/element/esp32-llm-converter.js';
import { BOARDS } from '../../src/plan/boards.js';
import { enFind } from '../../src/element/strings/en/find.js';
import { esFind } from '../../src/element/strings/es/find.js';
import { zhHansFind } from '../../src/element/strings/zh-hans/find.js';
import { sampleInspection } from './fake-converter.js';
import { MiB, PATIENCE, make, part, plug, reach, rendered, root, setStage, stage } from './board-page.js';

setStage();

/** eFuse words of a chip with 2 MB of quad PSRAM, and of one without. */
const QUAD_2 = { 0x6000_7054: 2 << 3 };
const NONE = { 0x6000_7054: 0 };

async function toFit(element: Esp32LlmConverter): Promise<void> {
  void element.load();
  await waitUntil(() => stage.converter.sources.length > 0, 'nothing is read', { timeout: 30_000 });
  stage.converter.inspection.resolve(sampleInspection());
  await rendered(element, '.fit');
}

/** The page's own first step, with its cards. */
async function first(lang = 'en'): Promise<Esp32LlmConverter> {
  const element = await fixture<Esp32LlmConverter>(
    html`<esp32-llm-converter lang=${lang}></esp32-llm-converter>`,
  );
  await rendered(element, '.cards #find-board');
  return element;
}

async function opened(element: Esp32LlmConverter): Promise<HTMLDialogElement> {
  part(element, '#find-board').click();
  await rendered(element, 'dialog.find[open]');
  return part<HTMLDialogElement>(element, 'dialog.find');
}

function shown(dialog: HTMLDialogElement): string[] {
  return [...dialog.querySelectorAll<HTMLInputElement>('[name=find-board]')].map(({ value }) => value);
}

function has(element: Esp32LlmConverter, selector: string): boolean {
  return root(element).querySelector(selector) !== null;
}

function type(dialog: HTMLDialogElement, text: string): void {
  const field = dialog.querySelector<HTMLInputElement>('#find-search');
  if (field === null) throw new Error('no search');
  field.value = text;
  field.dispatchEvent(new Event('input'));
}

describe('finding one’s board', function () {
  this.timeout(120_000);

  afterEach(async () => {
    await setViewport({ width: 800, height: 600 });
  });

  for (const [name, flashBytes, registers, id] of [
    ['16 MB and 8 MB of octal PSRAM', 16 * MiB, undefined, 'esp32-s3-n16r8'],
    ['8 MB and 2 MB of quad PSRAM', 8 * MiB, QUAD_2, 'esp32-s3-n8r2'],
    ['4 MB and no PSRAM', 4 * MiB, NONE, 'esp32-s3-n4'],
  ] as const) {
    it(`a look over USB sets the board of the settings: ${name}`, async () => {
      const element = await make();
      element.board = 'devkitm-1';
      await toFit(element);
      const { board } = plug({
        flashBytes,
        flashIdentity: (Math.log2(flashBytes) << 16) | 0x40c8,
        ...(registers === undefined ? {} : { registers }),
      });
      const before = board.flash.bytes.slice(0, 4096);
      const dialog = await opened(element);
      await expect(element).to.be.accessible();
      dialog.querySelector<HTMLElement>('#find-look')?.click();
      await waitUntil(() => dialog.querySelector('#find-use') !== null, 'it is found', { timeout: 30_000 });
      expect(dialog.textContent).to.contain('ESP32-S3');
      expect(root(element).activeElement?.id, 'what a person waits for').to.equal('find-use');
      await expect(element).to.be.accessible();
      expect(board.flash.bytes.slice(0, 4096), 'nothing is written').to.deep.equal(before);
      dialog.querySelector<HTMLElement>('#find-use')?.click();
      await waitUntil(() => !has(element, 'dialog'), 'it closes');
      await waitUntil(() => stage.converter.settings.at(-1)?.board === id, `planned for ${id}`, PATIENCE);
      expect(part<HTMLSelectElement>(element, '#board').value).to.equal(id);
      // The port is let go: whoever flashes or talks next gets it.
      expect(stage.serial.ports.every((port) => port.readable === null)).to.be.true;
    });
  }

  it('sets the board that the page begins with, at the first step', async () => {
    plug({ flashBytes: 8 * MiB, flashIdentity: 0x17_40c8, registers: NONE });
    const element = await first();
    const dialog = await opened(element);
    dialog.querySelector<HTMLElement>('#find-look')?.click();
    await waitUntil(() => dialog.querySelector('#find-use') !== null, 'it is found', { timeout: 30_000 });
    dialog.querySelector<HTMLElement>('#find-use')?.click();
    await waitUntil(() => element.board === 'esp32-s3-n8', 'the board is another one', PATIENCE);
    await element.updateComplete;
    expect(part(element, '.cards').textContent).to.contain('ESP32-S3 N8');
    await expect(element).to.be.accessible();
  });

  it('is not offered where the page has settled the board', async () => {
    const element = await make({ locked: 'board' });
    await toFit(element);
    expect(has(element, '#find-board')).to.be.false;
    const other = await first();
    other.locked = 'board';
    await other.updateComplete;
    expect(has(other, '#find-board')).to.be.false;
  });

  it('closing the browser’s list is no failure, and says what to look at', async () => {
    const element = await make();
    await toFit(element);
    const dialog = await opened(element);
    dialog.querySelector<HTMLElement>('#find-look')?.click();
    await waitUntil(() => dialog.querySelector('.port-help') !== null, 'help', { timeout: 30_000 });
    expect(has(element, 'dialog .failure')).to.be.false;
    await expect(element).to.be.accessible();
  });

  it('a board that does not answer is told of, with advice', async () => {
    const element = await make();
    await toFit(element);
    const { board } = plug();
    board.onSend = () => undefined;
    for (const port of stage.serial.ports)
      port.open = () => Promise.reject(new DOMException('Failed to open serial port.', 'NetworkError'));
    const dialog = await opened(element);
    dialog.querySelector<HTMLElement>('#find-look')?.click();
    await waitUntil(() => dialog.querySelector('.failure') !== null, 'told', { timeout: 30_000 });
    await expect(element).to.be.accessible();
    expect(has(element, '#find-look'), 'again').to.be.true;
  });

  it('says where boards cannot be reached, and the list is there all the same', async () => {
    reach({});
    const element = await make();
    await toFit(element);
    const dialog = await opened(element);
    dialog.querySelector<HTMLElement>('#find-look')?.click();
    await waitUntil(() => dialog.querySelector('.notice') !== null, 'the reason', { timeout: 30_000 });
    expect(shown(dialog).length).to.equal(BOARDS.length);
    await expect(element).to.be.accessible();
  });

  for (const [lang, words] of [
    ['en', enFind],
    ['es', esFind],
    ['zh-Hans', zhHansFind],
  ] as const) {
    it(`the list is searched by name, maker and memory: ${lang}`, async () => {
      const element = await first(lang);
      const dialog = await opened(element);
      expect(shown(dialog).length).to.equal(BOARDS.length);
      expect(dialog.querySelector('output')?.textContent).to.equal(words.matches(BOARDS.length));
      type(dialog, 'n16r8');
      expect(shown(dialog)).to.include('esp32-s3-n16r8').and.not.to.include('esp32-s3-n8');
      type(dialog, 'FEATHER  S3 8 MB');
      expect(shown(dialog)).to.deep.equal(['adafruit-feather-esp32s3-n8']);
      expect(dialog.querySelector('output')?.textContent).to.equal(words.matches(1));
      type(dialog, 'toaster');
      expect(shown(dialog)).to.deep.equal([]);
      expect(dialog.querySelector<HTMLButtonElement>('[type=submit]')?.disabled).to.be.true;
      await expect(element).to.be.accessible();
      // What is not supported is shown and cannot be chosen.
      type(dialog, 'n32r16v');
      expect(dialog.querySelector<HTMLButtonElement>('[type=submit]')?.disabled).to.be.true;
      dialog.close();
    });
  }

  it('is done with keys alone, and gives the focus back', async () => {
    const element = await first();
    part(element, '#find-board').focus();
    await sendKeys({ press: 'Enter' });
    await rendered(element, 'dialog.find[open]');
    const at = (): string | undefined => root(element).activeElement?.id;
    for (let tabs = 0; tabs < 8 && at() !== 'find-search'; tabs++) await sendKeys({ press: 'Tab' });
    await sendKeys({ type: 'devkitm' });
    await sendKeys({ press: 'Enter' });
    await waitUntil(() => element.board === 'devkitm-1', 'chosen');
    await waitUntil(() => at() === 'find-board', 'back where it was');
    // Arrow keys go through the list.
    await sendKeys({ press: 'Enter' });
    await rendered(element, 'dialog.find[open]');
    for (let tabs = 0; tabs < 8 && at() !== 'find-search'; tabs++) await sendKeys({ press: 'Tab' });
    await sendKeys({ press: 'Tab' });
    const before = part<HTMLInputElement>(element, '[name=find-board]:checked').value;
    await sendKeys({ press: 'ArrowDown' });
    expect(part<HTMLInputElement>(element, '[name=find-board]:checked').value).not.to.equal(before);
    await sendKeys({ press: 'Escape' });
    await waitUntil(() => !has(element, 'dialog'));
    expect(element.board).to.equal('devkitm-1');
  });

  for (const width of [320, 390]) {
    it(`fits ${width} pixels`, async () => {
      await setViewport({ width, height: 640 });
      const element = await first('es');
      const dialog = await opened(element);
      expect(dialog.scrollWidth).to.be.at.most(dialog.clientWidth);
      expect(dialog.getBoundingClientRect().right).to.be.at.most(width);
      await expect(element).to.be.accessible();
      dialog.close();
    });
  }
});
