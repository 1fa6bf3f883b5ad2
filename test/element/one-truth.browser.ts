/**
 * One truth about speed and size: the sample models go the whole way with everything real, and every figure that a step shows is
 * read. Equal figures look equal everywhere, and none is above the bound that is shown for its place.
 */
import { expect, waitUntil } from '@open-wc/testing';
import { Esp32LlmConverter as SourceElement } from '../../src/element/esp32-llm-converter.js';
import { formatBytes, formatNumber, formatPercent, formatRate } from '../../src/shared/format.js';
import { SimulatedBoard } from '../device/simulated-loader.js';
import { SimulatedSerial } from '../device/simulated-port.js';
import { FACTS, BANNER, FakeFirmware } from './fake-board.js';

/** Conversion, boot and measurement take seconds each on a slow machine. */
const PATIENCE = 240_000;

function root(element: SourceElement): ShadowRoot {
  if (element.shadowRoot === null) throw new Error('not drawn');
  return element.shadowRoot;
}

async function rendered(element: SourceElement, selector: string): Promise<void> {
  await waitUntil(
    () => {
      const failure = root(element).querySelector('.failure');
      if (failure) throw new Error(failure.textContent);
      return root(element).querySelector(selector) !== null;
    },
    `${selector} did not appear in step ${element.step}`,
    { timeout: PATIENCE },
  );
  await element.updateComplete;
}

function text(element: SourceElement, selector: string): string {
  const found = root(element).querySelector(selector);
  if (found === null) throw new Error(`${selector} is not there in step ${element.step}`);
  return found.textContent.replace(/\s+/g, ' ').trim();
}

function press(element: SourceElement, selector: string): void {
  const found = root(element).querySelector<HTMLElement>(selector);
  if (found === null) throw new Error(`${selector} is not there in step ${element.step}`);
  found.click();
}

/** By the way's own button. */
async function step(element: SourceElement, name: string, sign: string): Promise<void> {
  const buttons = [...root(element).querySelectorAll<HTMLElement>('.steps button')];
  const found = buttons.find((each) => each.textContent.trim() === name);
  if (found === undefined) throw new Error(`no step ${name} from ${element.step}`);
  found.click();
  await rendered(element, sign);
}

function unfold(element: SourceElement): void {
  for (const details of root(element).querySelectorAll('details')) details.open = true;
}

/** Tables of speed, a line each: `Half full 117 134`, and the numbers in it. */
function speeds(element: SourceElement): { label: string; line: string; figures: number[] }[] {
  return [...root(element).querySelectorAll<HTMLTableRowElement>('table.speed tbody tr')].map(({ cells }) => {
    const said = [...cells].map((cell) => cell.textContent.trim()).filter((cell) => cell !== '');
    const [label = '', ...figures] = said;
    return { label, line: said.join(' '), figures: figures.map((figure) => Number(figure.replace(',', ''))) };
  });
}

/** No figure of a line is above its last, which is the bound there. @returns lines of what is planned */
function boundedSpeeds(element: SourceElement): string[] {
  const rows = speeds(element);
  expect(rows.length, element.step).to.be.at.least(3);
  for (const { line, figures } of rows) {
    const bound = figures.at(-1) ?? 0;
    for (const figure of figures) expect(figure, `${element.step}: ${line}`).to.be.at.most(bound);
  }
  return rows.filter(({ label }) => !/ tokens\b/.test(label)).map(({ line }) => line);
}

/** What was measured: a line whose place in the context is a number of tokens. */
function measured(element: SourceElement): { label: string; figures: number[] }[] {
  return speeds(element).filter(({ label }) => / tokens\b/.test(label));
}

/** What of the flash is used, as the bars have it: `1,012 KB of 15 MB`. */
function flashBar(element: SourceElement): string {
  const bars = [...root(element).querySelectorAll('.memory')];
  const bar = bars.find((each) => each.querySelector('.memory-name')?.textContent.trim().startsWith('Flash'));
  return bar?.querySelector('.memory-use')?.textContent.trim() ?? '';
}

/** Sizes as the page writes them, wherever they stand. */
function sizesIn(said: string): string[] {
  return said.match(/[\d,.]+ [KM]B\b/g) ?? [];
}

interface Model {
  readonly name: string;
  readonly url: string;
  readonly prompt: string;
  /** It has a card at the first step. */
  readonly card: boolean;
}

const MODELS: readonly Model[] = [
  {
    name: 'home-commands',
    url: '/models/home-commands/',
    prompt: 'could you dim the lamp in the study a bit',
    card: true,
  },
  { name: 'stories260k', url: '/shared-models/stories260k/', prompt: 'Once upon a time', card: false },
];

describe('every figure of speed and size', function () {
  this.timeout(3 * PATIENCE);
  let element: SourceElement;
  let serial: SimulatedSerial;

  before(() => {
    SourceElement.assets = {
      kernels: '/kernels/prebuilt/kernels.wasm',
      twin: '/device-runtime/prebuilt/twin.wasm',
      firmware: '/device-runtime/prebuilt/esp32s3/firmware.elf',
      emulator: '/kernels/crates/emulator-wasm/prebuilt/emulator.wasm',
      model: '/models/home-commands/',
    };
    customElements.define('converter-of-figures', class extends SourceElement {});
  });

  beforeEach(() => {
    localStorage.clear();
    serial = new SimulatedSerial();
    SourceElement.boardSeams = {
      scope: () => ({ isSecureContext: true, navigator: { serial }, framed: false }),
    };
    element = document.createElement('converter-of-figures') as SourceElement;
    document.body.append(element);
  });

  afterEach(() => {
    element.remove();
  });

  after(() => {
    SourceElement.assets = {};
    SourceElement.boardSeams = {};
  });

  for (const { name, url, prompt, card } of MODELS) {
    it(`is one from the first step to the last: ${name}`, async function () {
      // A model of the workshop, which not every copy has.
      if (!(await fetch(`${url}config.json`)).ok) this.skip();
      element.prompt = prompt;
      let promised: string | null = null;
      if (card) {
        await rendered(element, '.cards dl');
        [promised = null] = sizesIn(text(element, '.cards dl'));
      }
      await element.load(new URL(url, location.href));

      // Fit: the bar at the foot, the bars of the memories, the table.
      await rendered(element, '.fit .speed');
      const { plan } = element;
      if (plan === null) throw new Error('no plan');
      const planned = boundedSpeeds(element);
      const flash = flashBar(element);
      const [size = ''] = sizesIn(flash);
      if (promised !== null) expect(size, 'as the card has it').to.equal(promised);
      const bar = text(element, '.fit-bar');
      expect(bar).to.contain(flash);
      const { half } = plan.speed;
      expect(bar).to.contain(`${formatRate(half.expected)} of ${formatRate(half.bound)}`);
      expect(planned[1]).to.contain(`${formatRate(half.expected)} ${formatRate(half.bound)}`);

      // Compare: the figures that decide, the memories, the row of this conversion.
      await element.convert();
      await rendered(element, '.fold .memories');
      unfold(element);
      await element.updateComplete;
      const { report, package: bytes } = element;
      if (report === null || bytes === null) throw new Error('no report');
      expect(formatBytes(bytes.length), 'the plan told the package').to.equal(size);
      expect(boundedSpeeds(element)).to.deep.equal(planned);
      expect(flashBar(element)).to.equal(flash);
      const tiles = text(element, '.verdict .tiles');
      expect(sizesIn(tiles).at(-1)).to.equal(size);
      const kl = formatNumber(report.kl.mean);
      const agreement = formatPercent(report.top1);
      expect(tiles).to.contain(kl).and.to.contain(agreement);
      expect(text(element, '.fold .figures'), 'the divergence, spread out').to.contain(kl);

      // Back at the settings it is a row.
      await step(element, 'Fit', '.rows tbody tr');
      const cell = (column: string): string => text(element, `.rows tbody tr td[data-label="${column}"]`);
      expect(cell('Size')).to.equal(size);
      expect(cell('Tokens per second')).to.equal(formatRate(half.expected));
      expect(cell('KL divergence')).to.contain(kl);
      expect(cell('Same first choice')).to.equal(agreement);
      expect(boundedSpeeds(element)).to.deep.equal(planned);

      // How it was converted, and what is taken away.
      await step(element, 'Convert', '.converted');
      expect(sizesIn(text(element, '.converted dl')).at(-1)).to.equal(size);
      await step(element, 'Take away', '.take .digest');
      expect(sizesIn(text(element, '#save-package'))).to.deep.equal([size]);

      // The emulated board, with what it did among what was planned, and its own table.
      await step(element, 'Try', '.try .start');
      press(element, '#try-start');
      await rendered(element, '.try .running');
      expect(boundedSpeeds(element)).to.deep.equal(planned);
      await element.send(prompt);
      await element.updateComplete;
      expect(boundedSpeeds(element)).to.deep.equal(planned);
      const [seen] = measured(element);
      if (seen === undefined) throw new Error('nothing was measured');
      const said = text(element, '.turns .facts-line');
      expect(said, 'the answer tells the rate of the table').to.contain(formatRate(seen.figures.at(-2) ?? 0));
      press(element, '#measure');
      await rendered(element, '.bench tbody tr');
      const rows = [...root(element).querySelectorAll<HTMLTableRowElement>('.bench tbody tr')].map(
        ({ cells }) => [...cells].map((cell) => parseFloat(cell.textContent.replace(/[\s,]/g, ''))),
      );
      expect(rows.length).to.be.at.least(2);
      for (const [, did, limit, share] of rows) {
        expect(did, element.step)
          .to.be.above(0)
          .and.at.most(limit ?? 0);
        expect(share, element.step).to.be.above(0).and.at.most(100);
      }
      const rate = rows.at(-1)?.[1];
      expect(rate, 'no measurement is above what the plan allows').to.be.at.most(plan.speed.start.bound);

      // A board on a cable that has this very package.
      const board = new SimulatedBoard({
        connection: 'usb-serial-jtag',
        flashBytes: 16 << 20,
        banner: BANNER,
      });
      const firmware = new FakeFirmware((sent) => board.onSend(sent));
      firmware.facts = { ...FACTS, package_bytes: String(bytes.length) };
      board.onInput = (received) => firmware.receive(received);
      serial.plug(board);
      await step(element, 'Flash', '.flash .parts, .flash .start table');
      expect(boundedSpeeds(element)).to.deep.equal(planned);
      expect(sizesIn(text(element, '.flash .start table'))).to.include(size);
      await step(element, 'Chat', '.chat .start');
      await element.connect();
      await rendered(element, '.chat .running .speed');
      expect(boundedSpeeds(element)).to.deep.equal(planned);
    });
  }
});
