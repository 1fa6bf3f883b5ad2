/** Help with ports that cannot be chosen or opened: by system and bridge, and on the screen until one can. */
import { expect, waitUntil } from '@open-wc/testing';
import { Esp32LlmConverter } from '../../src/element/esp32-llm-converter.js';
import { enBoard as en } from '../../src/element/strings/en/board.js';
import type { SystemHints } from '../../src/device/port-help.js';
import { button, make, part, plug, rendered, root, setStage, stage, toFlash } from './board-page.js';

setStage();

const DATA_CABLE = en.flash.advice['data-cable'];
const OTHERS = en.flash.advice['close-programs'];

/** The browser runs on another system. */
function on(system: SystemHints): void {
  Esp32LlmConverter.boardSeams = {
    ...Esp32LlmConverter.boardSeams,
    scope: () => ({
      isSecureContext: true,
      navigator: { serial: stage.serial, ...system },
      framed: false,
    }),
  };
}

async function help(element: Esp32LlmConverter): Promise<string> {
  await rendered(element, '.port-help');
  return part(element, '.port-help').textContent.replace(/\s+/g, ' ');
}

/** The step of talking, before a model is chosen. */
async function toTalk(): Promise<Esp32LlmConverter> {
  const element = await make();
  button(element, 'Talk to a flashed board').click();
  await rendered(element, '.chat .start');
  return element;
}

describe('help with ports', function () {
  this.timeout(60_000);

  for (const [system, hints, says, silent] of [
    ['Linux', { platform: 'Linux x86_64' }, ['sudo apt remove brltty'], ['usermod', 'driver']],
    ['Windows', { platform: 'Win32' }, ['CP210x (Silicon Labs)', 'CH340', 'FTDI'], ['sudo']],
    ['macOS', { platform: 'MacIntel' }, ['PL2303 (Prolific)'], ['sudo']],
    ['ChromeOS', { userAgentData: { platform: 'Chrome OS' } }, [], ['sudo', 'driver']],
  ] as const) {
    it(`says on ${system} what to do when the list was closed, until a board is open`, async () => {
      on(hints);
      const element = await toTalk();
      button(element, en.chat.connect).click();
      const text = await help(element);
      expect(text).to.contain(en.serial.help.titles['not-chosen']);
      for (const words of [...says, DATA_CABLE, OTHERS]) expect(text).to.contain(words);
      for (const words of silent) expect(text).not.to.contain(words);
      await expect(element).to.be.accessible();
      // Closed once more, it stays; with a board it goes.
      button(element, en.chat.connect).click();
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect(await help(element)).to.equal(text);
      plug();
      button(element, en.chat.connect).click();
      await waitUntil(() => root(element).querySelector('.port-help') === null, 'the help stays');
      element.cancel();
    });
  }

  for (const [system, hints, says, silent] of [
    [
      'Linux',
      { platform: 'Linux x86_64' },
      ['sudo usermod -a -G dialout $USER', 'log out'],
      ['driver', DATA_CABLE],
    ],
    ['Windows', { platform: 'Win32' }, ['CP210x (Silicon Labs)'], ['usermod', 'CH340']],
  ] as const) {
    it(`says on ${system} why a chosen board is not opened, when flashing, too`, async () => {
      on(hints);
      const element = await make();
      await toFlash(element);
      plug({ connection: 'uart-bridge' });
      const [port] = stage.serial.ports;
      if (port === undefined) throw new Error('no port');
      port.busy = true;
      button(element, en.flash.connect).click();
      const text = await help(element);
      expect(text).to.contain(en.serial.help.titles['not-opened']);
      for (const words of [...says, OTHERS]) expect(text).to.contain(words);
      for (const words of silent) expect(text).not.to.contain(words);
      // A list that is closed then does not take it away.
      const { ports } = stage.serial;
      stage.serial.ports = [];
      button(element, en.flash.connectAgain).click();
      await waitUntil(
        () => part(element, '.port-help').textContent.includes(en.serial.help.titles['not-chosen']),
        'help for a closed list',
      );
      stage.serial.ports = ports;
      port.busy = false;
      button(element, en.flash.connect).click();
      await waitUntil(() => root(element).querySelector('.port-help') === null, 'the help stays');
      element.cancel();
    });
  }

  it('a chip with USB of its own needs no driver', async () => {
    on({ platform: 'Win32' });
    const element = await toTalk();
    plug();
    const [port] = stage.serial.ports;
    if (port === undefined) throw new Error('no port');
    port.busy = true;
    button(element, en.chat.connect).click();
    expect(await help(element)).not.to.contain('driver');
  });
});
