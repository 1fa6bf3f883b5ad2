/**
 * Whatever fails is told in the language of the page: a headline, and what to do. English is only in what is marked as
 * English.
 */
import { expect, waitUntil } from '@open-wc/testing';
import { BoardError } from '../../src/device/console-protocol.js';
import { FlashError } from '../../src/device/flash-errors.js';
import { Esp32LlmConverter } from '../../src/element/esp32-llm-converter.js';
import type { AllStrings } from '../../src/element/strings/strings.js';
import { FormatError, TransportError, UnsupportedError, UsageError } from '../../src/shared/errors.js';
import { PolicyError } from '../../src/shared/policy-error.js';
import { en, es, zhHans } from './all-strings.js';
import {
  PATIENCE,
  button,
  converted,
  make,
  part,
  plug,
  rendered,
  root,
  setStage,
  stage,
  status,
} from './board-page.js';

setStage();

/** Words that no sentence of the other languages has. */
const ENGLISH =
  /(?<!\p{L})(?:the|this|that|is|was|were|not|and|it|its|board|does|with|of|to|be|been|from|cannot)(?!\p{L})/iu;

/** What a reader meets who was promised their own language: all but what is marked as another's. */
function promised(element: Esp32LlmConverter): string {
  const copy = part(element, '.body').cloneNode(true) as HTMLElement;
  copy.querySelectorAll('[lang=en], [lang=und], [translate=no]').forEach((other) => other.remove());
  return `${copy.textContent} ${status(element)}`.replace(/\s+/g, ' ');
}

interface Row {
  readonly go: (element: Esp32LlmConverter, words: AllStrings) => Promise<unknown>;
  /** Where the failure is shown; default its box. */
  readonly box?: string;
  /** The words that are expected, beside all that is expected everywhere. */
  readonly says: (words: AllStrings) => readonly string[];
}

/** Reading a model ends with an error. */
function read(error: () => Error, says: Row['says']): Row {
  return {
    says,
    go: async (element) => {
      const loading = element.load();
      await waitUntil(() => stage.converter.sources.length > 0, 'the model is not read', PATIENCE);
      stage.converter.inspection.reject(error());
      await loading;
    },
  };
}

const place = { file: 'model.bin', remedy: 'Take another of them.' };

async function panel(element: Esp32LlmConverter, words: AllStrings, name: 'try' | 'flash'): Promise<void> {
  await converted(element);
  button(element, words.steps[name]).click();
}

async function start(element: Esp32LlmConverter, words: AllStrings): Promise<void> {
  await panel(element, words, 'try');
  await rendered(element, '.try .start');
  button(element, words.board.try.start).click();
}

async function toRunning(element: Esp32LlmConverter, words: AllStrings): Promise<void> {
  await start(element, words);
  await rendered(element, '.running');
}

/** No request arrives any more. */
function breakLine(): void {
  stage.emulator.write = () => Promise.reject(new Error('That was the end of it.'));
}

async function connect(element: Esp32LlmConverter, words: AllStrings): Promise<void> {
  button(element, words.choose.talk).click();
  await rendered(element, '.chat .start');
  button(element, words.board.chat.connect).click();
}

/** Flashing ends with an error, whatever it asks for first. */
function flashing(error: () => Error, says: Row['says']): Row {
  return {
    says,
    go: async (element, words) => {
      const { flasher, ...others } = Esp32LlmConverter.boardSeams;
      const real = await flasher?.();
      if (real === undefined) throw new Error('no stage');
      Esp32LlmConverter.boardSeams = {
        ...others,
        flasher: async () => ({ ...real, detect: () => Promise.reject(error()) }),
      };
      plug();
      await panel(element, words, 'flash');
      await rendered(element, '.flash .more');
      button(element, words.board.flash.connect).click();
    },
  };
}

const refusedPort = (): Promise<never> =>
  Promise.reject(new DOMException('Failed to open the serial port of it.', 'NetworkError'));

const FAILURES: Readonly<Record<string, Row>> = {
  'a file with something else in it': read(
    () => new FormatError('It is not what it was.', place),
    (words) => [words.failures.format, words.help.format],
  ),
  'a part that is not converted': read(
    () => new UnsupportedError('It is not converted.', place),
    (words) => [words.failures.unsupported, words.help.unsupported],
  ),
  'a tokenizer of another kind': read(
    () => new UnsupportedError('It is not read.', { ...place, code: 'tokenizer' }),
    (words) => [words.failures.unsupported, words.help.tokenizer],
  ),
  'a request that makes no sense': read(
    () => new UsageError('It is not possible.'),
    (words) => [words.failures.usage, words.help.usage],
  ),
  'a line that is down': read(
    () => new TransportError('It was not had.'),
    (words) => [words.failures.transport, words.help.network],
  ),
  'a page without WebAssembly': read(
    () => new PolicyError('It is not permitted.', 'wasm'),
    (words) => [words.failures.policy, words.help.wasm],
  ),
  'a page without workers': read(
    () => new PolicyError('It is not permitted.', 'worker'),
    (words) => [words.failures.policy, words.help.worker],
  ),
  'a page that may not fetch from there': read(
    () => new TransportError('It is not permitted.', { code: 'connect-src' }),
    (words) => [words.failures.policy, words.help['connect-src']],
  ),
  'a file of the page that is not there': read(
    () => new TransportError('It is not there.', { code: 'page-file', status: 404 }),
    (words) => [words.failures.views, words.help['page-file']],
  ),
  'memory that ran out': read(
    () => new RangeError('The allocation was not to be had.'),
    (words) => [words.failures.read, words.help.memory],
  ),
  'anything else': read(
    () => new TypeError('It is not a function.'),
    (words) => [words.failures.read, words.help.other],
  ),
  'somebody’s own firmware': {
    says: (words) => [words.failures.image, words.help.firmware],
    go: async (element, words) => {
      Esp32LlmConverter.imageMaker = async () => {
        throw new FormatError('It is not a firmware.', { ...place, code: 'firmware' });
      };
      await converted(element);
      button(element, words.steps.take).click();
    },
  },
  'a firmware without a bootloader, before flashing': {
    says: (words) => [words.failures.image, words.help.bootloader],
    go: async (element, words) => {
      Esp32LlmConverter.imageMaker = async () => {
        throw new UsageError('It is without a bootloader.', { code: 'bootloader' });
      };
      await panel(element, words, 'flash');
    },
  },
  'flashing code that was not loaded': flashing(
    () => new TransportError('The flashing code could not be loaded.', { code: 'page-file' }),
    (words) => [words.board.flash.failed, words.help['page-file']],
  ),
  'an error of the browser while flashing': flashing(
    () => new DOMException('Failed to set the control signals of it.', 'NetworkError'),
    (words) => [words.board.flash.failed, words.help.other],
  ),
  'a chip that nobody knows': flashing(
    () => new FlashError('wrong-chip', 'This board has an unknown chip.', ['other-board']),
    (words) => [
      words.board.flash.errors['wrong-chip'].title,
      words.board.flash.errors['wrong-chip'].text('', ''),
      words.board.flash.advice['other-board'],
    ],
  ),
  'a chip that tells of no PSRAM': flashing(
    () => new FlashError('psram-too-small', 'It is too small.', [], { facts: { needed: 8 << 20, found: 0 } }),
    (words) => [words.board.flash.errors['psram-too-small'].text('', words.board.flash.bytes(8 << 20))],
  ),
  'a port that the browser does not open': {
    says: (words) => [words.board.chat.failed, words.help.other],
    go: async (element, words) => {
      stage.serial.requestPort = refusedPort;
      await connect(element, words);
    },
  },
  'a board that is pulled out': {
    says: (words) => [words.board.chat.lost, words.board.serial.ports.gone.text],
    go: async (element, words) => {
      plug();
      await connect(element, words);
      await rendered(element, '.chat .running');
      stage.serial.ports[0]?.unplug();
      stage.serial.ports = [];
    },
  },
  'an emulator that does not start': {
    says: (words) => [words.board.try.failed, words.help['page-file']],
    go: async (element, words) => {
      Esp32LlmConverter.boardSeams = {
        ...Esp32LlmConverter.boardSeams,
        start: () => Promise.reject(new TransportError('It is not there.', { code: 'page-file' })),
      };
      await start(element, words);
    },
  },
  'an emulated board that is silent': {
    says: (words) => [words.board.chat.silent, words.board.try.silentText],
    go: async (element, words) => {
      breakLine();
      await start(element, words);
    },
  },
  'an emulator that ends': {
    says: (words) => [words.board.try.lost, words.help.emulator],
    go: async (element, words) => {
      await toRunning(element, words);
      stage.emulator.output.fail(new TransportError('The emulator ended.', { code: 'emulator' }));
    },
  },
  'an emulated chip that stops': {
    says: (words) => [words.board.try.fault, words.board.try.faultText],
    go: async (element, words) => {
      await toRunning(element, words);
      stage.emulator.fault();
    },
  },
  'a model that the board does not load': {
    says: (words) => [words.board.talk.noModel, words.board.talk.noModelText],
    go: async (element, words) => {
      const { firmware } = stage.emulator;
      firmware.capabilities = 0;
      firmware.facts = { ...firmware.facts, model_fault: 'It is not a model that this is for.' };
      await start(element, words);
    },
  },
  'a board without an answer': {
    box: '.turns .answer',
    says: (words) => [`${words.board.talk.failedTurn}: ${words.help.other}`],
    go: async (element, words) => {
      await toRunning(element, words);
      breakLine();
      button(element, words.board.talk.send).click();
    },
  },
  'a board that refuses a text': {
    box: '.turns .answer',
    says: (words) => [`${words.board.talk.failedTurn}: ${words.board.talk.refused.context}`],
    go: async (element, words) => {
      await toRunning(element, words);
      // The sixth of the codes: the context.
      stage.emulator.write = () =>
        Promise.reject(new BoardError(6, 'The prompt is too long for the context.'));
      button(element, words.board.talk.send).click();
    },
  },
  'a measurement that fails': {
    says: (words) => [words.board.serial.failed, words.help.other],
    go: async (element, words) => {
      await toRunning(element, words);
      breakLine();
      const bench = root(element).querySelector<HTMLDetailsElement>('details.bench');
      if (bench !== null) bench.open = true;
      button(element, words.board.bench.measure).click();
    },
  },
};

describe('failures in the language of the page', function () {
  this.timeout(60_000);

  afterEach(() => {
    Esp32LlmConverter.imageMaker = null;
  });

  it('would notice English', () => {
    for (const [cause, help] of Object.entries(en.help)) expect(help, cause).to.match(ENGLISH);
    for (const words of [es, zhHans]) {
      for (const help of Object.values(words.help)) expect(help).not.to.match(ENGLISH);
    }
  });

  for (const words of [es, zhHans]) {
    for (const [name, { go, box = '.failure', says }] of Object.entries(FAILURES)) {
      it(`${words.language}: ${name}`, async () => {
        const element = await make();
        element.lang = words.language;
        await waitUntil(() => part(element, '.base').lang === words.language);
        await go(element, words);
        await rendered(element, box);
        await waitUntil(
          () => says(words).every((text) => promised(element).includes(text)),
          `not all of "${says(words).join('", "')}" is in: ${promised(element)}`,
          { timeout: 10_000 },
        );
        expect(promised(element)).not.to.match(ENGLISH);
        const shown = part(element, box);
        const help = [...shown.querySelectorAll('p:not([lang])')].map((each) => each.textContent.trim());
        expect(help.join('')).not.to.equal('');
        for (const detail of shown.querySelectorAll<HTMLElement>('.detail')) {
          expect([detail.lang, detail.dir]).to.deep.equal(['en', 'ltr']);
        }
        await expect(element).to.be.accessible();
        element.remove();
      });
    }
  }
});
