/** An error stands beside the control that it came of: marked, described, in sight and focused, wherever the page was scrolled to. */
import { expect, waitUntil } from '@open-wc/testing';
import { setViewport } from '@web/test-runner-commands';
import { FlashError } from '../../src/device/flash-errors.js';
import { Esp32LlmConverter } from '../../src/element/esp32-llm-converter.js';
import { FormatError, TransportError, UsageError } from '../../src/shared/errors.js';
import { samplePlan } from '../report/sample.js';
import { sampleInspection } from './fake-converter.js';
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
  shown,
  stage,
  toRunning,
  toPageEngine,
  toTry,
} from './board-page.js';

setStage();

interface Row {
  /** Id of the control. */
  readonly control: string;
  readonly go: (element: Esp32LlmConverter) => Promise<unknown>;
  /** It holds a value, which is wrong then. */
  readonly value?: true;
}

const notFound = (): Error =>
  new FormatError('It has no weights.', { file: 'folder', remedy: 'Take another.' });

/** Where the hand was before: the other end of the page. */
function scrollAway(): void {
  window.scrollTo(0, document.documentElement.scrollHeight);
}

function type(element: Esp32LlmConverter, address: string): void {
  const field = part<HTMLInputElement>(element, '#address');
  field.focus();
  field.value = address;
  scrollAway();
  field.form?.requestSubmit();
}

/** What is read turns out to be no model. */
async function refuse(): Promise<void> {
  await waitUntil(() => stage.converter.sources.length > 0, 'nothing is read', PATIENCE);
  stage.converter.inspection.reject(notFound());
}

function drop(element: Esp32LlmConverter): void {
  const files = new DataTransfer();
  files.items.add(new File(['x'], 'photo.jpg'));
  scrollAway();
  part(element, '.drop').dispatchEvent(
    new DragEvent('drop', { dataTransfer: files, bubbles: true, cancelable: true, composed: true }),
  );
}

function pick(element: Esp32LlmConverter, what: 'folder' | 'file'): void {
  part(element, `#${what}`).focus();
  const input = part<HTMLInputElement>(element, `#${what}-input`);
  const files = new DataTransfer();
  files.items.add(new File(['x'], 'photo.jpg'));
  input.files = files.files;
  scrollAway();
  input.dispatchEvent(new Event('change'));
}

async function toFit(element: Esp32LlmConverter): Promise<void> {
  const loading = element.load();
  await waitUntil(() => stage.converter.sources.length > 0, 'the model is not read', PATIENCE);
  stage.converter.inspection.resolve(sampleInspection());
  await loading;
  await rendered(element, '.fit');
}

async function change(element: Esp32LlmConverter, selector: string): Promise<void> {
  await toFit(element);
  stage.converter.nextPlan = () => Promise.reject(new UsageError('It cannot be planned.'));
  const control = part<HTMLInputElement | HTMLSelectElement>(element, selector);
  control.focus();
  if (control instanceof HTMLSelectElement) control.selectedIndex = 1;
  scrollAway();
  if (control.type === 'radio') control.click();
  else control.dispatchEvent(new Event(control.type === 'range' ? 'input' : 'change'));
}

async function save(element: Esp32LlmConverter, kind: string): Promise<void> {
  await converted(element);
  button(element, 'Take away').click();
  await rendered(element, '.take');
  Esp32LlmConverter.assets = { ...Esp32LlmConverter.assets, bundle: '/nowhere/bundle.js' };
  Esp32LlmConverter.imageMaker = () => Promise.reject(new TransportError('It is not there.'));
  part(element, `#save-${kind}`).focus();
  scrollAway();
  part(element, `#save-${kind}`).click();
}

const ROWS: Readonly<Record<string, Row>> = {
  'an address that is none': {
    control: 'address',
    value: true,
    go: async (element) => {
      type(element, 'hello');
    },
  },
  'an address without a model': {
    control: 'address',
    value: true,
    go: async (element) => {
      type(element, 'owner/name');
      await refuse();
    },
  },
  'what was dropped': {
    control: 'drop',
    go: async (element) => {
      drop(element);
      await refuse();
    },
  },
  'a folder that was picked': {
    control: 'folder',
    go: async (element) => {
      pick(element, 'folder');
      await refuse();
    },
  },
  'a file that was picked': {
    control: 'file',
    go: async (element) => {
      pick(element, 'file');
      await refuse();
    },
  },
  'the model of the page': {
    control: 'sample',
    go: async (element) => {
      part(element, '#sample').focus();
      scrollAway();
      part(element, '#sample').click();
      await refuse();
    },
  },
  'a board that cannot be planned for': {
    control: 'board',
    value: true,
    go: (element) => change(element, '#board'),
  },
  'a quality that cannot be had': {
    control: 'scheme',
    go: (element) => change(element, 'input[name=quality][value=smallest]'),
  },
  'a context that cannot be had': {
    control: 'context',
    value: true,
    go: (element) => change(element, '#context'),
  },
  'a conversion that fails': {
    control: 'convert',
    go: async (element) => {
      await toFit(element);
      part(element, '#convert').focus();
      scrollAway();
      part(element, '#convert').click();
      await waitUntil(() => element.step === 'converting');
      await new Promise((resolve) => setTimeout(resolve, 0));
      stage.converter.conversion.reject(new RangeError('out of memory'));
    },
  },
  'a text that the converted model does not take': {
    control: 'board-prompt',
    value: true,
    go: async (element) => {
      await toPageEngine(element);
      part(element, '#board-prompt').focus();
      scrollAway();
      part<HTMLFormElement>(element, '.talk form').requestSubmit();
      await waitUntil(() => stage.converter.requests.length > 0);
      stage.converter.generation.reject(new UsageError('The prompt is too long.'));
    },
  },
  'a class kit that is not there': { control: 'save-kit', go: (element) => save(element, 'kit') },
  'an emulator that does not start': {
    control: 'try-start',
    go: async (element) => {
      Esp32LlmConverter.boardSeams = {
        ...Esp32LlmConverter.boardSeams,
        start: () => Promise.reject(new TransportError('It is not there.', { code: 'page-file' })),
      };
      await toTry(element);
      part(element, '#try-start').focus();
      scrollAway();
      part(element, '#try-start').click();
    },
  },
  'a text without an answer': {
    control: 'board-prompt',
    value: true,
    go: async (element) => {
      await toRunning(element);
      stage.emulator.write = () => Promise.reject(new Error('That was the end of it.'));
      part(element, '#board-prompt').focus();
      scrollAway();
      button(element, 'Send').click();
    },
  },
  'a measurement that fails': {
    control: 'measure',
    go: async (element) => {
      await toRunning(element);
      stage.emulator.write = () => Promise.reject(new Error('That was the end of it.'));
      part<HTMLDetailsElement>(element, 'details.bench').open = true;
      part(element, '#measure').focus();
      scrollAway();
      part(element, '#measure').click();
    },
  },
  'a port that does not open': {
    control: 'chat-connect',
    go: async (element) => {
      stage.serial.requestPort = () => Promise.reject(new DOMException('Failed to open.', 'NetworkError'));
      button(element, 'Talk to a flashed board').click();
      await rendered(element, '#chat-connect');
      part(element, '#chat-connect').focus();
      scrollAway();
      part(element, '#chat-connect').click();
    },
  },
  'a board that is not reached for flashing': {
    control: 'flash-again',
    go: async (element) => {
      const { flasher, ...others } = Esp32LlmConverter.boardSeams;
      const real = await flasher?.();
      if (real === undefined) throw new Error('no stage');
      const refused = new FlashError('no-loader', 'It is silent.', ['hold-boot']);
      Esp32LlmConverter.boardSeams = {
        ...others,
        flasher: async () => ({ ...real, detect: () => Promise.reject(refused) }),
      };
      plug();
      await converted(element);
      button(element, 'Flash').click();
      await rendered(element, '#flash-connect');
      part(element, '#flash-connect').focus();
      scrollAway();
      part(element, '#flash-connect').click();
    },
  },
};

/** Whole inside the window, but for what is higher than it. */
function isInSight(shown: Element): boolean {
  const { top, bottom, height } = shown.getBoundingClientRect();
  return top >= -1 && (bottom <= window.innerHeight + 1 || height > window.innerHeight);
}

describe('an error beside its control', function () {
  this.timeout(60_000);

  before(() => setViewport({ width: 390, height: 844 }));

  after(() => setViewport({ width: 800, height: 600 }));

  let room: HTMLElement | null = null;

  afterEach(() => {
    Esp32LlmConverter.imageMaker = null;
    room?.remove();
  });

  for (const [name, { control: id, go, value = false }] of Object.entries(ROWS)) {
    it(name, async () => {
      const element = await make();
      // As much again of the page below, as in documents.
      room = document.createElement('div');
      room.style.height = '2000px';
      document.body.append(room);
      await go(element);
      await waitUntil(
        () => root(element).activeElement?.getAttribute('aria-describedby')?.includes('failure-'),
        `nothing is focused that an error describes: ${shown(element)}`,
        { timeout: 10_000 },
      );
      const control = part(element, `#${id}`);
      expect(root(element).activeElement?.id).to.equal(id);
      const ids = (control.getAttribute('aria-describedby') ?? '').split(' ');
      const failure = part(element, `#${ids.at(-1)}`);
      expect(failure.dataset['for']).to.equal(id);
      expect(failure.textContent.trim()).not.to.equal('');
      expect(control.getAttribute('aria-invalid')).to.equal(value ? 'true' : null);
      await waitUntil(() => isInSight(failure) && isInSight(control), 'it is out of sight');
      // Beside it: nothing of another field stands between them.
      const [one, other] = [failure.getBoundingClientRect(), control.getBoundingClientRect()];
      expect(Math.max(one.top - other.bottom, other.top - one.bottom)).to.be.lessThan(160);
      await expect(element).to.be.accessible();
    });
  }

  it('what was typed stays in its field, and is no longer wrong when it was mended', async () => {
    const element = await make();
    type(element, 'owner/nothing');
    await refuse();
    await rendered(element, '.failure');
    const field = part<HTMLInputElement>(element, '#address');
    expect(field.value).to.equal('owner/nothing');
    await waitUntil(() => field.getAttribute('aria-invalid') === 'true');
    button(element, 'Dismiss').click();
    await waitUntil(() => !field.hasAttribute('aria-invalid'));
    expect(field.getAttribute('aria-describedby')).to.equal('address-hint');
  });

  it('the same error again is brought into sight again', async () => {
    const element = await make();
    room = document.createElement('div');
    room.style.height = '2000px';
    document.body.append(room);
    for (let times = 0; times < 2; times++) {
      type(element, 'hello');
      await waitUntil(
        () => root(element).querySelector('.failure') !== null && isInSight(part(element, '.failure')),
        'it is out of sight',
      );
    }
  });

  it('several models in what was chosen are offered there', async () => {
    const element = await make();
    drop(element);
    await waitUntil(() => stage.converter.sources.length > 0, 'nothing is read', PATIENCE);
    const place = {
      file: 'models',
      remedy: 'Choose one.',
      code: 'several-models',
      choices: ['one', 'two'],
    } as const;
    stage.converter.inspection.reject(new FormatError('It holds 2 models.', place));
    await rendered(element, '.failure .choices');
    await expect(element).to.be.accessible();
    button(element, 'two').click();
    await waitUntil(() => stage.converter.sources.length > 1, 'it is not read', PATIENCE);
    expect(stage.converter.sources.at(-1)).to.deep.include({ kind: 'files', inside: 'two' });
  });

  it('takes the focus from nobody who works elsewhere on the page', async () => {
    const element = await make();
    const own = document.createElement('input');
    document.body.append(own);
    own.focus();
    void element.load('nothing:like:that');
    await rendered(element, '.failure');
    expect(document.activeElement).to.equal(own);
    own.remove();
  });

  it('is no error any more when a plan succeeds', async () => {
    const element = await make();
    await change(element, '#board');
    await rendered(element, '[data-for=board]');
    stage.converter.nextPlan = async () => samplePlan();
    part(element, '#board').dispatchEvent(new Event('change'));
    await waitUntil(() => !part(element, '#board').hasAttribute('aria-invalid'));
  });
});
