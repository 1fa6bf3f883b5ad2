/**
 * Every step of the way, from the cards to a talk with a board, on screens from a phone held upright (and a laptop at 400 %) to a
 * desk's, in light, dark and forced colours: accessible, and nothing stands out of the frame.
 */
import { expect, waitUntil } from '@open-wc/testing';
import { executeServerCommand, setViewport } from '@web/test-runner-commands';
import type { Esp32LlmConverter } from '../../src/element/esp32-llm-converter.js';
import { PROGRESS, sampleInspection } from './fake-converter.js';
import {
  button,
  converted,
  make,
  plug,
  rendered,
  root,
  setStage,
  stage,
  toFlash,
  toFlashed,
  toRunning,
  toTry,
} from './board-page.js';
import { expectInside } from './inside.js';

setStage();

/** 320 is a laptop of 1280 pixels at 400 %. */
const SCREENS = [
  [320, 256],
  [390, 844],
  [1280, 800],
  [1920, 1080],
] as const;

async function toFit(element: Esp32LlmConverter): Promise<void> {
  void element.load();
  await waitUntil(() => stage.converter.sources.length > 0);
  stage.converter.inspection.resolve(sampleInspection());
  await rendered(element, '.fit');
}

async function toPanel(element: Esp32LlmConverter, name: string): Promise<void> {
  await converted(element);
  button(element, name).click();
}

interface Row {
  readonly go: (element: Esp32LlmConverter) => Promise<unknown>;
  readonly sign: string;
  /** The page has no model of its own. */
  readonly bare?: boolean;
}

const STEPS: Readonly<Record<string, Row>> = {
  'the cards': { go: async () => undefined, sign: '.cards dl', bare: true },
  'the choice': { go: async () => undefined, sign: '.choose .drop' },
  reading: {
    go: async (element) => {
      void element.load();
      await waitUntil(() => stage.converter.sources.length > 0);
    },
    sign: '.busy',
  },
  fit: { go: toFit, sign: '.fit .speed' },
  converting: {
    go: async (element) => {
      await toFit(element);
      void element.convert();
      await rendered(element, '.stages');
      stage.converter.progress(PROGRESS);
    },
    sign: '.busy .tensor-list',
  },
  converted: { go: (element) => toPanel(element, 'Convert'), sign: '.converted' },
  compare: { go: converted, sign: '.result .verdict' },
  'trying, before the start': { go: toTry, sign: '.try .start' },
  trying: { go: toRunning, sign: '.try .running' },
  'taking away': { go: (element) => toPanel(element, 'Take it away'), sign: '.take .digest' },
  flash: { go: toFlash, sign: '.flash .more' },
  flashed: { go: toFlashed, sign: '.flash .tally' },
  chat: {
    go: async (element) => {
      plug();
      await toPanel(element, 'Chat');
      await rendered(element, '.chat .start');
      button(element, 'Connect a board').click();
    },
    sign: '.chat .running',
  },
};

describe('every step on every screen', function () {
  this.timeout(240_000);

  afterEach(async () => {
    await executeServerCommand('media-features', {});
    await setViewport({ width: 800, height: 600 });
  });

  for (const [name, { go, sign, bare = false }] of Object.entries(STEPS)) {
    it(`is accessible and keeps to its frame: ${name}`, async () => {
      const element = await make();
      if (bare) element.model = null;
      await go(element);
      await rendered(element, sign);
      for (const details of root(element).querySelectorAll('details')) details.open = true;
      await element.updateComplete;
      for (const [width, height] of SCREENS) {
        await setViewport({ width, height });
        for (const look of ['light', 'dark', 'forced'] as const) {
          await executeServerCommand(
            'media-features',
            look === 'forced' ? { 'forced-colors': 'active' } : {},
          );
          element.theme = look === 'forced' ? null : look;
          await element.updateComplete;
          await expect(element, `${name}, ${width}, ${look}`).to.be.accessible();
        }
        expectInside(element, `${name}, ${width}`);
      }
      expect(root(element).querySelector(sign) !== null, name).to.be.true;
    });
  }
});
