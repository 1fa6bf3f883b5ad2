/** The drawing of a board: what it shows, how its parts are reached, what is too much, and that it is the same as its table. */
import { expect, fixture, html, waitUntil } from '@open-wc/testing';
import { executeServerCommand, sendKeys, setViewport } from '@web/test-runner-commands';
import '../../src/element/define.js';
import { Esp32LlmConverter } from '../../src/element/esp32-llm-converter.js';
import type { PlanJson, PlannedTensorJson } from '../../src/plan/plan.js';
import { samplePlan } from '../report/sample.js';
import { en } from './all-strings.js';
import { FakeConverter, sampleInspection } from './fake-converter.js';

const KIB = 1024;

function tensor(name: string, kilobytes: number, memory: PlannedTensorJson['memory']): PlannedTensorJson {
  const bytes = kilobytes * KIB;
  const shape = {
    rows: 256,
    cols: kilobytes * 4,
    encoding: 'int8 per row',
    group: 0,
    input: 'int8' as const,
  };
  return { name, ...shape, bytes, bytesPerToken: bytes, memory };
}

function use(
  memory: 'sram' | 'psram' | 'flash',
  capacity: number,
  parts: { weights?: number; cache?: number; scratch?: number },
): PlanJson['memories'][number] {
  const { weights = 0, cache = 0, scratch = 0 } = parts;
  return {
    memory,
    capacity: capacity * KIB,
    weights: weights * KIB,
    cache: cache * KIB,
    scratch: scratch * KIB,
    bytesPerToken: 0,
  };
}

/** Two layers in SRAM, one in PSRAM; the cache wants more than there is. */
const PLAN = samplePlan({
  tensors: [
    tensor('embed', 128, 'psram'),
    tensor('layers.0.qkv', 48, 'sram'),
    tensor('layers.0.down', 44, 'sram'),
    tensor('layers.1.qkv', 48, 'sram'),
    tensor('layers.2.qkv', 48, 'psram'),
  ],
  memories: [
    use('sram', 390, { weights: 140, scratch: 61 }),
    use('psram', 2048, { weights: 176, cache: 2400 }),
    use('flash', 15 * KIB, { weights: 340 }),
  ],
});

let fake: FakeConverter;

beforeEach(() => {
  fake = new FakeConverter();
  Esp32LlmConverter.converter = async () => fake;
});

afterEach(async () => {
  await executeServerCommand('media-features', {});
});

after(async () => {
  Esp32LlmConverter.converter = null;
  await setViewport({ width: 800, height: 600 });
});

async function drawn(plan = PLAN, lang = 'en', theme = 'light'): Promise<Esp32LlmConverter> {
  const page = await fixture<HTMLElement>(html`<div lang=${lang}></div>`);
  const element = document.createElement('esp32-llm-converter');
  element.setAttribute('model', 'https://example.org/models/tiny/');
  element.setAttribute('steps', 'fit convert compare');
  element.setAttribute('theme', theme);
  page.append(element);
  await waitUntil(() => fake.sources.length > 0, 'nothing is read', { timeout: 20_000 });
  fake.inspection.resolve(sampleInspection({ plan }));
  await waitUntil(() => element.shadowRoot?.querySelector('details.drawing') ?? null, 'no door', {
    timeout: 20_000,
  });
  one(element, 'details.drawing > summary').click();
  await waitUntil(() => element.shadowRoot?.querySelector('.board-drawing') ?? null, 'no drawing');
  return element;
}

function one<Kind extends Element = HTMLElement>(element: Esp32LlmConverter, selector: string): Kind {
  const found = element.shadowRoot?.querySelector<Kind>(selector);
  if (!found) throw new Error(`${selector} is not there`);
  return found;
}

const saying = (element: Esp32LlmConverter): string =>
  one(element, '.pointed-at').textContent.replace(/\s+/g, ' ').trim();

const block = (element: Esp32LlmConverter, name: string): SVGElement =>
  one<SVGElement>(element, `[data-block="${name}"]`);

describe('the drawing of a board', () => {
  it('names what is pointed at, tapped or focused, with its tensors and bytes', async () => {
    const element = await drawn();
    expect(saying(element)).to.contain('Point at a part');
    block(element, 'sram-1').dispatchEvent(new PointerEvent('pointerenter'));
    await element.updateComplete;
    expect(saying(element)).to.equal('Layer 0 in SRAM: 92 KB (layers.0.qkv 48 KB, layers.0.down 44 KB)');
    block(element, 'psram-0').dispatchEvent(new MouseEvent('click'));
    await element.updateComplete;
    expect(saying(element)).to.equal('Key/value cache in PSRAM: 2.34 MB');
    block(element, 'psram-1').focus();
    await element.updateComplete;
    expect(saying(element)).to.equal('embed in PSRAM: 128 KB');
    expect(block(element, 'psram-1').getAttribute('aria-label')).to.equal(saying(element));
  });

  it('is one stop for Tab, and arrow keys go everywhere', async () => {
    const element = await drawn();
    const stops = (): number =>
      element.shadowRoot?.querySelectorAll('.board-drawing [tabindex="0"]').length ?? 0;
    expect(stops()).to.equal(1);
    block(element, 'sram-0').focus();
    const seen = [];
    for (const press of ['ArrowUp', 'ArrowUp', 'ArrowRight', 'End', 'Home', 'ArrowLeft', 'ArrowLeft']) {
      await sendKeys({ press });
      await element.updateComplete;
      seen.push(element.shadowRoot?.activeElement?.getAttribute('data-block'));
      expect(stops()).to.equal(1);
    }
    expect(seen).to.deep.equal(['sram-1', 'sram-2', 'psram-2', 'psram-2', 'psram-0', 'sram-0', 'flash-0']);
  });

  it('draws pieces to the scale of their memory, and what is too much above its edge', async () => {
    const element = await drawn();
    const height = (name: string): number => block(element, name).getBoundingClientRect().height;
    expect(height('sram-1') / height('sram-2')).to.be.closeTo(92 / 48, 0.1);
    expect(element.shadowRoot?.querySelectorAll('.board-drawing .spill').length).to.equal(1);
    const spill = one<SVGElement>(element, '.board-drawing .spill').getBoundingClientRect();
    const parts = [0, 1, 2].map((index) => height(`psram-${index}`)).reduce((sum, part) => sum + part, 0);
    expect(spill.height / parts).to.be.closeTo((2400 + 176 - 2048) / (2400 + 176), 0.03);
    expect(spill.top).to.be.closeTo(block(element, 'psram-2').getBoundingClientRect().top, 1);
    const drawing = one<SVGElement>(element, '.board-drawing').getBoundingClientRect();
    expect(spill.top).to.be.above(drawing.top);
    const chip = one<SVGElement>(element, '.board-drawing .die').getBoundingClientRect();
    const sram = block(element, 'sram-0').getBoundingClientRect();
    expect(chip.left < sram.left && chip.right > sram.right, 'SRAM is in the chip').to.be.true;
  });

  it('says the same in a table', async () => {
    const element = await drawn();
    const rows = [...(element.shadowRoot?.querySelectorAll('.drawing tbody tr') ?? [])].map((row) =>
      row.textContent.replace(/\s+/g, ' ').trim(),
    );
    const blocks = element.shadowRoot?.querySelectorAll('.board-drawing .block').length;
    expect(rows.length).to.equal(blocks);
    expect(rows[3]).to.equal('PSRAM: 2.52 MB of 2 MB, 528 KB too much Key/value cache 2.34 MB');
    expect(rows).to.contain('Layer 0 92 KB layers.0.qkv 48 KB, layers.0.down 44 KB');
  });

  it('says of a memory that the board lacks that there is none', async () => {
    const element = await drawn(
      samplePlan({
        memories: [
          use('sram', 390, { weights: 140, scratch: 61 }),
          use('psram', 0, { cache: 400 }),
          use('flash', 15 * KIB, { weights: 340 }),
        ],
      }),
    );
    const text = one(element, '.memories').textContent.replace(/\s+/g, ' ');
    expect(text).to.contain('400 KB, and the board has none').and.not.to.contain('of 0 B');
    expect(one(element, '.drawing table').textContent).to.contain('PSRAM: 400 KB, and the board has none');
    expect(en.fit.memoryNone(400 * KIB)).to.equal('400 KB, and the board has none');
  });

  for (const [lang, theme, features] of [
    ['en', 'light', {}],
    ['es', 'dark', {}],
    ['zh-Hans', 'light', { 'forced-colors': 'active' }],
  ] as const) {
    it(`is accessible and fits a phone: ${lang}, ${theme}, ${JSON.stringify(features)}`, async () => {
      await executeServerCommand('media-features', features);
      await setViewport({ width: 390, height: 844 });
      const element = await drawn(PLAN, lang, theme);
      one(element, '.drawing details > summary').click();
      await expect(element).to.be.accessible();
      expect(document.documentElement.scrollWidth).to.be.at.most(390);
    });
  }
});
