/** Trying, flashing and talking in Chromium: accessible in every state, light and dark; boards are played by the test. */
import { expect } from '@open-wc/testing';
import { boardFlasher } from '../../src/device/flasher.js';
import { Esp32LlmConverter } from '../../src/element/esp32-llm-converter.js';
import { samplePlan } from '../report/sample.js';
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
  stage,
  toChat,
  toFlash,
  toFlashed,
  toFound,
  toRunning,
  toTry,
} from './board-page.js';
import { FACTS } from './fake-board.js';

setStage();

describe('<esp32-llm-converter> with boards', function () {
  this.timeout(120_000);

  const states: Record<string, (element: Esp32LlmConverter) => Promise<unknown>> = {
    'nothing started': toTry,
    booting: async (element) => {
      stage.emulator.firmware.foreign = true;
      await toTry(element);
      button(element, 'Start the board').click();
      await rendered(element, '.console pre');
    },
    'emulated board, all unfolded, time stopped': async (element) => {
      await toRunning(element);
      button(element, 'Send').click();
      await says(element, 'the model ended it');
      for (const details of root(element).querySelectorAll('details')) details.open = true;
      button(element, 'Measure').click();
      await rendered(element, '.bench table');
      button(element, 'Look').closest('form')?.requestSubmit();
      await rendered(element, '.bytes');
      button(element, 'Pause').click();
      await rendered(element, '.cores');
    },
    'an answer arrives': async (element) => {
      stage.emulator.firmware.holdAfter = 1;
      await toRunning(element);
      button(element, 'Send').click();
      await rendered(element, '.caret');
    },
    'the chip stopped': async (element) => {
      await toRunning(element);
      stage.emulator.fault();
      await rendered(element, '.fault');
      part<HTMLDetailsElement>(element, '.fault details').open = true;
    },
    'no model on the board': async (element) => {
      stage.emulator.firmware.capabilities = 0;
      stage.emulator.firmware.facts = { ...FACTS, model_fault: 'The package is damaged: convert it again.' };
      await toRunning(element);
      await says(element, 'convert it again');
    },
    'a model without a board': async (element) => {
      await converted(element, { plan: samplePlan({ fits: false }) });
      button(element, 'Flash').click();
      await says(element, 'there is no image');
    },
    'to flash, help unfolded': async (element) => {
      await toFlash(element);
      await rendered(element, '.more');
      for (const details of root(element).querySelectorAll('details')) details.open = true;
    },
    'a board was found': toFound,
    'a board that does not fit': (element) => toFound(element, { flashBytes: MiB, flashIdentity: 0x14_40c8 }),
    flashed: toFlashed,
    'wrong chip': async (element) => {
      plug({ chipId: 5 });
      await toFlash(element);
      await rendered(element, '.more');
      button(element, 'Connect a board').click();
      await says(element, 'This is another chip');
    },
    'no loader, with drawings': async (element) => {
      Esp32LlmConverter.boardSeams = {
        ...Esp32LlmConverter.boardSeams,
        flasher: async () => ({
          detect: (options) =>
            boardFlasher.detect({ ...options, timing: { sync: 20, answer: 50 } as Record<string, number> }),
          flash: (options) => boardFlasher.flash(options),
          start: (session) => boardFlasher.start(session),
        }),
      };
      plug({ connection: 'uart-bridge', linesWired: false });
      await toFlash(element);
      await rendered(element, '.more');
      button(element, 'Connect a board').click();
      await says(element, 'did not enter its loader');
    },
    'insecure page': async (element) => {
      reach({ secure: false });
      await toFlash(element);
      await says(element, 'not served securely');
    },
    'browser without ports': async (element) => {
      reach({});
      await toFlash(element);
      await says(element, 'This browser cannot reach boards');
    },
    'frame without permission': async (element) => {
      const refuse = (): Promise<never> =>
        Promise.reject(new DOMException('Access to the feature "serial" is disallowed.', 'SecurityError'));
      reach({ serial: { getPorts: refuse, requestPort: refuse }, framed: true });
      await toFlash(element);
      await says(element, 'allow="serial"');
    },
    'talking, all unfolded': async (element) => {
      await toChat(element);
      button(element, 'Send').click();
      await says(element, 'the model ended it');
      for (const details of root(element).querySelectorAll('details')) details.open = true;
    },
    'the board is gone': async (element) => {
      await toChat(element);
      stage.serial.ports[0]?.unplug();
      stage.serial.ports = [];
      await says(element, 'The board is gone');
    },
  };

  for (const [name, go] of Object.entries(states)) {
    it(`is accessible: ${name}`, async () => {
      const element = await make();
      await go(element);
      for (const theme of ['light', 'dark']) {
        element.theme = theme;
        await element.updateComplete;
        await expect(element).to.be.accessible();
      }
    });
  }
});
