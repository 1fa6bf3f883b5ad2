/**
 * Every state that the element's types know, reached on the page, seen to be reached, and accessible in light and dark. The
 * table has a row for each: one that is missing does not compile, one that is not reached fails.
 */
import { expect, waitUntil } from '@open-wc/testing';
import { FlashError, type FlashErrorCode } from '../../src/device/flash-errors.js';
import { PortError, type PortErrorCode } from '../../src/device/port-session.js';
import type { SerialSupport } from '../../src/device/serial-support.js';
import type { BoardLink } from '../../src/element/board/board-state.js';
import type { FlashStep } from '../../src/element/board/flash-store.js';
import { Esp32LlmConverter } from '../../src/element/esp32-llm-converter.js';
import type { ImageState, Step } from '../../src/element/state.js';
import { FormatError } from '../../src/shared/errors.js';
import { en } from './all-strings.js';
import {
  button,
  converted,
  make,
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
  toPageEngine,
  toRunning,
  toTry,
} from './board-page.js';
import { PROGRESS, sampleInspection } from './fake-converter.js';

setStage();

type StateName =
  | `step ${Step}`
  | `image ${ImageState['kind']}`
  | 'engine in the page idle'
  | 'engine in the page answering'
  | 'engine in the page answered'
  | 'engine in the page failed'
  | `emulated board ${BoardLink['kind']}`
  | `board on a cable ${BoardLink['kind']}`
  | `flashing ${FlashStep['kind']}`
  | 'flashing idle after an error'
  | 'flashing without an image'
  | 'board on a cable absent after an error'
  | 'boards not loaded'
  | `ports ${SerialSupport['status']}`
  | `port ${PortErrorCode}`
  | `flash error ${FlashErrorCode}`;

interface Row {
  readonly go: (element: Esp32LlmConverter) => Promise<unknown>;
  /** What is there in this state and in none of its neighbours, and which words it has. */
  readonly sign: string;
  readonly words?: string;
}

const never = (): Promise<never> => new Promise(() => undefined);

async function toReading(element: Esp32LlmConverter): Promise<void> {
  void element.load();
  await waitUntil(() => stage.converter.sources.length > 0);
}

async function toFit(element: Esp32LlmConverter): Promise<void> {
  await toReading(element);
  stage.converter.inspection.resolve(sampleInspection());
  await rendered(element, '.fit');
}

/** The panel that gives away, with an image that the test makes. */
function take(make: () => Promise<never>, sign: string): Row {
  return {
    sign,
    go: async (element) => {
      Esp32LlmConverter.imageMaker = make;
      await converted(element);
      button(element, 'Take it away').click();
    },
  };
}

async function generate(element: Esp32LlmConverter): Promise<void> {
  await toPageEngine(element);
  button(element, 'Send').click();
  await waitUntil(() => stage.converter.requests.length > 0);
  stage.converter.say('I am', 2);
}

/** The first view's way to a board. */
async function connect(element: Esp32LlmConverter): Promise<void> {
  button(element, 'Talk to a flashed board').click();
  await rendered(element, '.chat .start');
  button(element, 'Connect a board').click();
}

function ports(browser: Parameters<typeof reach>[0], words: string): Row {
  return {
    sign: '.flash .notice',
    words,
    go: async (element) => {
      reach(browser);
      await toFlash(element);
    },
  };
}

const refuse = (): Promise<never> =>
  Promise.reject(new DOMException('Access to the feature "serial" is disallowed.', 'SecurityError'));
const refusing = { getPorts: refuse, requestPort: refuse };

/** A board is looked at and this comes of it. */
function looked(error: () => Error, words: string): Row {
  return {
    sign: '.flash .failure',
    words,
    go: async (element) => {
      const { flasher, ...others } = Esp32LlmConverter.boardSeams;
      if (flasher === undefined) throw new Error('no stage');
      const real = await flasher();
      Esp32LlmConverter.boardSeams = {
        ...others,
        flasher: async () => ({ ...real, detect: () => Promise.reject(error()) }),
      };
      plug();
      await toFlash(element);
      await rendered(element, '.more');
      button(element, 'Connect a board').click();
    },
  };
}

/** All advice at once: what is drawn and what is only said. */
const ADVICE = Object.keys(en.board.flash.advice) as (keyof typeof en.board.flash.advice)[];

function flashError<Code extends FlashErrorCode>(code: Code): Row {
  const facts = { found: 4 << 20, needed: 16 << 20 };
  return looked(() => new FlashError(code, 'x', ADVICE, { facts }), en.board.flash.errors[code].title);
}

function portError(code: PortErrorCode): Row {
  return looked(() => new PortError(code), en.board.serial.ports[code].title);
}

const STATES: Readonly<Record<StateName, Row>> = {
  'step choose': { sign: '.choose .drop', go: async () => undefined },
  'step reading': { sign: '.busy', words: 'Reading tiny', go: toReading },
  'step fit': { sign: '.fit', go: toFit },
  'step converting': {
    sign: '.busy .tensor-list',
    go: async (element) => {
      await toFit(element);
      void element.convert();
      await rendered(element, '.stages');
      stage.converter.progress(PROGRESS);
    },
  },
  'step compare': { sign: '.result .verdict', go: converted },
  'step try': { sign: '.try', go: toTry },
  'step take': {
    sign: '.take .command',
    go: async (element) => {
      await converted(element);
      button(element, 'Take it away').click();
    },
  },
  'step flash': { sign: '.flash', go: toFlash },
  'step convert': {
    sign: '.converted',
    go: async (element) => {
      await converted(element);
      button(element, 'Convert').click();
    },
  },
  'step chat': {
    sign: '.chat',
    go: async (element) => {
      await converted(element);
      button(element, 'Chat').click();
    },
  },
  'image none': { sign: '.result', go: converted },
  'image making': take(never, '.take .file:first-of-type'),
  'image made': {
    sign: '.take .digest',
    go: async (element) => {
      await converted(element);
      button(element, 'Take it away').click();
    },
  },
  'image failed': take(async () => {
    throw new FormatError('is no firmware.', { file: 'firmware.elf', remedy: 'Take another.' });
  }, '.take .failure'),
  'engine in the page idle': { sign: '.try .talk .empty', go: toPageEngine },
  'engine in the page answering': { sign: '.try .talk .caret', go: generate },
  'engine in the page answered': {
    sign: '.try .talk .answer:not(:has(.caret))',
    words: 'the model ended it',
    go: async (element) => {
      await generate(element);
      stage.converter.generation.resolve({
        text: 'I am',
        tokens: 2,
        promptTokens: 1,
        reason: 'eos',
        tokensPerSecond: 50,
      });
    },
  },
  'engine in the page failed': {
    sign: '.try .talk .answer',
    words: 'No answer',
    go: async (element) => {
      await generate(element);
      stage.converter.generation.reject(new FormatError('is damaged.', { file: 'x.s3lm', remedy: 'Again.' }));
    },
  },
  'emulated board absent': { sign: '.try .start', go: toTry },
  'emulated board opening': {
    sign: '.try .busy:not(:has(~ .console))',
    go: async (element) => {
      Esp32LlmConverter.boardSeams = { ...Esp32LlmConverter.boardSeams, start: never };
      await toTry(element);
      button(element, 'Start the board').click();
    },
  },
  'emulated board greeting': {
    sign: '.try .busy ~ .console',
    go: async (element) => {
      stage.emulator.firmware.foreign = true;
      await toTry(element);
      button(element, 'Start the board').click();
    },
  },
  'emulated board ready': { sign: '.try .running', go: toRunning },
  'emulated board silent': {
    sign: '.try .failure',
    words: en.board.chat.silent,
    go: async (element) => {
      stage.emulator.write = () => Promise.reject(new Error('Nothing is written.'));
      await toTry(element);
      button(element, 'Start the board').click();
    },
  },
  'emulated board lost': {
    sign: '.try .fault',
    go: async (element) => {
      await toRunning(element);
      stage.emulator.fault();
    },
  },
  'board on a cable absent': {
    sign: '.chat .start',
    go: async (element) => button(element, 'Talk to a flashed board').click(),
  },
  'board on a cable opening': {
    sign: '.chat .busy',
    words: en.board.chat.connecting,
    go: async (element) => {
      stage.serial.requestPort = never;
      await connect(element);
    },
  },
  'board on a cable greeting': {
    sign: '.chat .busy',
    words: en.board.chat.greetingText,
    go: async (element) => {
      plug().firmware.foreign = true;
      await connect(element);
    },
  },
  'board on a cable ready': { sign: '.chat .running', go: toChat },
  'board on a cable silent': {
    sign: '.chat .failure',
    words: en.board.chat.silentText,
    go: async (element) => {
      plug().firmware.foreign = true;
      await connect(element);
    },
  },
  'board on a cable lost': {
    sign: '.chat .failure',
    words: en.board.chat.lost,
    go: async (element) => {
      await toChat(element);
      stage.serial.ports[0]?.unplug();
      stage.serial.ports = [];
    },
  },
  'flashing idle': { sign: '.flash .start', go: toFlash },
  'flashing idle after an error': {
    sign: '.flash .start ~ .failure',
    go: async (element) => {
      const flasher = (): Promise<never> => Promise.reject(new Error('A part could not be loaded.'));
      Esp32LlmConverter.boardSeams = { ...Esp32LlmConverter.boardSeams, flasher };
      plug();
      await toFlash(element);
      await rendered(element, '.more');
      button(element, 'Connect a board').click();
    },
  },
  'flashing without an image': {
    sign: '.flash .failure ~ .buttons .primary',
    go: async (element) => {
      Esp32LlmConverter.imageMaker = () => Promise.reject(new Error('404'));
      await toFlash(element);
    },
  },
  'board on a cable absent after an error': {
    sign: '.chat .start ~ .failure',
    words: en.board.serial.ports.busy.title,
    go: async (element) => {
      plug();
      for (const port of stage.serial.ports)
        port.open = () => Promise.reject(new DOMException('Failed to open serial port.', 'NetworkError'));
      await connect(element);
    },
  },
  'boards not loaded': {
    sign: '.busy .failure ~ .buttons',
    go: async (element) => {
      Esp32LlmConverter.boardSeams = {
        get scope(): never {
          throw new Error('offline');
        },
      };
      button(element, 'Talk to a flashed board').click();
    },
  },
  'flashing looking': {
    sign: '.flash .busy',
    go: async (element) => {
      const { flasher, ...others } = Esp32LlmConverter.boardSeams;
      const real = await flasher?.();
      if (real === undefined) throw new Error('no stage');
      Esp32LlmConverter.boardSeams = { ...others, flasher: async () => ({ ...real, detect: never }) };
      plug();
      await toFlash(element);
      await rendered(element, '.more');
      button(element, 'Connect a board').click();
    },
  },
  'flashing found': { sign: '.flash .notice.good', go: toFound },
  'flashing flashing': {
    sign: '.flash progress',
    words: 'Writing',
    go: async (element) => {
      const board = await toFound(element);
      const receive = board.receive.bind(board);
      board.receive = (bytes, baud) => void setTimeout(() => receive(bytes, baud), 50);
      button(element, 'Flash this board').click();
    },
  },
  'flashing done': { sign: '.flash .tally', words: 'Flashed and checked', go: toFlashed },
  'flashing failed': flashError('wrong-chip'),
  'ports available': { sign: '.flash .more', go: toFlash },
  'ports insecure': ports({ secure: false }, en.board.serial.reasons.insecure.title),
  'ports unsupported': ports({}, en.board.serial.reasons.unsupported.title),
  'ports frame': ports({ serial: refusing, framed: true }, en.board.serial.reasons.frame.title),
  'ports policy': ports({ serial: refusing }, en.board.serial.reasons.policy.title),
  'ports worker': ports({ serial: { getPorts: async () => [] } }, en.board.serial.reasons.worker.title),
  ...(Object.fromEntries(
    (Object.keys(en.board.serial.ports) as PortErrorCode[]).map((code) => [`port ${code}`, portError(code)]),
  ) as Record<`port ${PortErrorCode}`, Row>),
  ...(Object.fromEntries(
    (Object.keys(en.board.flash.errors) as FlashErrorCode[]).map((code) => [
      `flash error ${code}`,
      flashError(code),
    ]),
  ) as Record<`flash error ${FlashErrorCode}`, Row>),
};

/** What screen readers read out when it changes, by its own nature or because it is told to. */
function liveRegions(element: Esp32LlmConverter): string[] {
  const LIVE = 'output, [aria-live], [role=status], [role=alert], [role=log], [role=timer], [role=marquee]';
  return [...root(element).querySelectorAll(LIVE)].map(
    ({ localName, className }) => `${localName}.${className}`,
  );
}

describe('every state of the element', function () {
  this.timeout(120_000);

  afterEach(() => {
    Esp32LlmConverter.imageMaker = null;
  });

  for (const [name, { go, sign, words }] of Object.entries(STATES)) {
    it(`is accessible: ${name}`, async () => {
      const element = await make();
      await go(element);
      await rendered(element, sign);
      if (words !== undefined) await says(element, words);
      const [kind, step] = name.split(' ');
      if (kind === 'step') expect(element.matches(`:state(${step})`), name).to.be.true;
      for (const theme of ['light', 'dark']) {
        element.theme = theme;
        await element.updateComplete;
        await expect(element).to.be.accessible();
      }
      expect(liveRegions(element), 'one voice for screen readers').to.deep.equal(['div.hidden']);
      // It was that state all the time.
      expect(root(element).querySelector(sign), name).not.to.be.null;
      element.remove();
    });
  }
});
