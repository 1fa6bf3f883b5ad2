/** The conversions of a session: kept, named, removed, brought back, compared two and two, and all ways measured. */
import { aTimeout, expect, waitUntil } from '@open-wc/testing';
import { emulateMedia, sendKeys, setViewport } from '@web/test-runner-commands';
import { STORED_KEY } from '../../../src/element/conversions/stored-rows.js';
import { Esp32LlmConverter } from '../../../src/element/esp32-llm-converter.js';
import type { ConvertResult } from '../../../src/worker/jobs.js';
import { samplePlan, sampleReport } from '../../report/sample.js';
import { button, converted, make, rendered, root, setStage, stage, status } from '../board-page.js';
import { sampleResult } from '../fake-converter.js';

/** Eleven packages are made and compared, on a machine that may be busy. */
const PATIENCE = 120_000;

setStage();

describe('conversions of a session', function () {
  this.timeout(30_000);

  beforeEach(() => {
    localStorage.removeItem(STORED_KEY);
  });

  after(async () => {
    localStorage.removeItem(STORED_KEY);
    await setViewport({ width: 1024, height: 768 });
    await emulateMedia({ forcedColors: 'none' });
  });

  it('are rows with their figures, and stay over other settings and a reload', async () => {
    const element = await twice();
    const rows = tableRows(element);
    expect(rows).to.have.length(2);
    expect(rows[0]?.textContent)
      .to.match(/INT8 channel/)
      .and.match(/0\.00123/);
    expect(rows[1]?.textContent)
      .to.match(/INT8\/32/)
      .and.match(/On show/)
      .and.match(/0\.0004/);
    await expect(element).to.be.accessible();
    element.remove();

    const later = await make();
    await converted(later, { plan: withGroups(64) });
    await rendered(later, '.rows tbody tr:nth-child(2)');
    expect(tableRows(later).map((row) => row.textContent.includes('From an earlier visit'))).to.deep.equal([
      false,
      true,
    ]);
  });

  it('can each be the one on show again, with its package, and are taken along to the files', async () => {
    const element = await twice();
    const events: string[] = [];
    element.addEventListener('esp32-llm-report', ({ report }) => events.push(String(report.kl.mean)));
    expect(element.report?.kl.mean).to.equal(0.0004);
    act(element, 0, 'Show').click();
    await element.updateComplete;
    expect(element.report?.kl.mean).to.equal(0.00123);
    expect(element.plan?.scheme.granularity).to.equal('channel');
    expect(events).to.deep.equal(['0.00123']);
    expect(tableRows(element)[0]?.textContent).to.include('On show');
    await waitUntil(() => root(element).activeElement?.id === 'step-heading', 'the focus is elsewhere');
    // No row is added by looking.
    expect(tableRows(element)).to.have.length(2);
  });

  it('are named and removed by keyboard alone', async () => {
    const element = await twice();
    act(element, 0, 'Name').focus();
    await sendKeys({ press: 'Enter' });
    await waitUntil(() => root(element).activeElement?.localName === 'input', 'no field for the name');
    await sendKeys({ type: 'The first' });
    await sendKeys({ press: 'Enter' });
    await waitUntil(() => tableRows(element)[0]?.textContent.includes('The first'), 'not named');
    expect(points(element).some((label) => label.startsWith('The first'))).to.equal(true);
    act(element, 0, 'Name').click();
    await element.updateComplete;
    await waitUntil(() => root(element).activeElement?.localName === 'input', 'no field for the name');
    await sendKeys({ type: 'Another' });
    await sendKeys({ press: 'Escape' });
    await waitUntil(() => root(element).querySelector('.naming') === null, 'not left');
    expect(tableRows(element)[0]?.textContent).to.include('The first');

    act(element, 0, 'Remove').click();
    await waitUntil(() => status(element) === 'The first was removed.', status(element));
    expect(root(element).activeElement?.id).to.equal('conversions-heading');
  });

  it('are compared two and two beside the original, by word', async () => {
    const element = await twice();
    for (const box of boxes(element)) box.click();
    await rendered(element, '.two');
    const two = root(element).querySelector('.two');
    expect(two?.querySelector('h5')?.textContent).to.equal('INT8 channel and INT8/32, beside the original');
    const [, second] = [...(two?.querySelectorAll('figure') ?? [])];
    expect(
      [...(second?.querySelectorAll('ins') ?? [])].map(({ textContent }) => textContent).join(),
    ).to.include('house');
    expect(
      [...(second?.querySelectorAll('del') ?? [])].map(({ textContent }) => textContent).join(),
    ).to.include('home');
    expect(second?.textContent.replace(/\s+/g, ' ')).to.include(
      'Parts from the original at word 7: “house” instead of “home”.',
    );
    for (const theme of ['light', 'dark']) {
      element.setAttribute('theme', theme);
      await element.updateComplete;
      await expect(element).to.be.accessible();
    }
    // A third takes the place of the first; one that is unticked goes.
    boxes(element)[0]?.click();
    await element.updateComplete;
    expect(root(element).querySelector('.two')).to.equal(null);
  });

  it('are points that arrow keys go through, and what is chosen can be shown', async () => {
    const element = await twice();
    const radios = (): HTMLElement[] => [
      ...root(element).querySelectorAll<HTMLElement>('.points-chart [role="radio"]'),
    ];
    expect(radios().map((radio) => radio.getAttribute('aria-checked'))).to.include('true');
    radios()
      .find(({ tabIndex }) => tabIndex === 0)
      ?.focus();
    await sendKeys({ press: 'Home' });
    await waitUntil(() => radios()[0]?.getAttribute('aria-checked') === 'true');
    expect(root(element).activeElement).to.equal(radios()[0]);
    await sendKeys({ press: 'ArrowLeft' });
    await waitUntil(() => radios()[1]?.getAttribute('aria-checked') === 'true');
    const other = radios().findIndex((radio) => !radio.getAttribute('aria-label')?.startsWith('INT8/32'));
    radios()[other]?.click();
    await element.updateComplete;
    root(element).querySelector<HTMLButtonElement>('.detail button')?.click();
    await element.updateComplete;
    expect(element.report?.kl.mean).to.equal(0.00123);
  });

  it('keep to 320 pixels, and are seen in forced colours', async () => {
    const element = await twice();
    for (const box of boxes(element)) box.click();
    await rendered(element, '.two');
    await setViewport({ width: 320, height: 640 });
    await emulateMedia({ forcedColors: 'active' });
    await aTimeout(50);
    const base = root(element).querySelector('.base');
    expect(base?.scrollWidth).to.be.at.most(base?.clientWidth ?? 0);
    await expect(element).to.be.accessible();
    await emulateMedia({ forcedColors: 'none' });
    await setViewport({ width: 1024, height: 768 });
  });

  it('speak the language of the element, which may change', async () => {
    const element = await twice();
    for (const [lang, words] of [
      ['es', 'Medir todas las formas'],
      ['zh', '测量所有方式'],
      ['en', 'Measure all ways'],
    ] as const) {
      element.lang = lang;
      await waitUntil(() => root(element).textContent.includes(words), words, { timeout: 10_000 });
    }
    expect(tableRows(element)).to.have.length(2);
  });

  it('offer no other ways where the page has settled how numbers are stored', async () => {
    const element = await make({ locked: 'scheme' });
    await converted(element);
    await rendered(element, '.conversions');
    expect(root(element).textContent).not.to.include('Measure all ways');
  });

  it('of which figures alone are left are converted again with the settings that they had', async () => {
    const element = await twice();
    element.remove();
    const later = await make();
    await converted(later, { plan: withGroups(64) });
    await rendered(later, '.rows tbody tr:nth-child(2)');
    act(later, 1, 'Convert again').click();
    await waitUntil(() => later.step === 'converting', 'it is not converted');
    expect(stage.converter.settings.at(-1)?.scheme?.granularity).to.equal('group:32');
    later.remove();
  });

  /** A page on which two conversions were made, the second with groups. */
  async function twice(): Promise<Esp32LlmConverter> {
    const element = await make();
    await converted(element);
    button(element, 'Change settings').click();
    await element.updateComplete;
    const channel = root(element).querySelector<HTMLInputElement>(
      'input[name="granularity"][value="group:32"]',
    );
    channel?.click();
    await waitUntil(() => stage.converter.settings.at(-1)?.scheme?.granularity === 'group:32');
    void element.convert();
    await waitUntil(() => element.step === 'converting');
    await aTimeout(0);
    stage.converter.conversion.resolve(second());
    await rendered(element, '.rows tbody tr:nth-child(2)');
    return element;
  }
});

describe('all ways, measured with the real worker', function () {
  this.timeout(2 * PATIENCE);

  before(() => {
    localStorage.removeItem(STORED_KEY);
    Esp32LlmConverter.converter = null;
    Esp32LlmConverter.assets = { model: '/models/home-commands/' };
  });

  after(() => {
    localStorage.removeItem(STORED_KEY);
  });

  it('are rows, one by one, can be cancelled, and one of them is converted', async () => {
    Esp32LlmConverter.converter = null;
    Esp32LlmConverter.assets = { model: '/models/home-commands/' };
    const element = new Esp32LlmConverter();
    document.body.append(element);
    try {
      await element.load();
      await rendered(element, '.fit');
      root(element)
        .querySelectorAll('details.more')
        .forEach((each) => {
          if (each.textContent.includes('Every way')) (each as HTMLDetailsElement).open = true;
        });
      await waitUntil(() => root(element).textContent.includes('Measure all ways'), 'no button', {
        timeout: PATIENCE,
      });
      button(element, 'Measure all ways').click();
      await rendered(element, '.conversions progress');
      await expect(element).to.be.accessible();
      await waitUntil(() => tableRows(element).length >= 2, 'no rows', { timeout: PATIENCE });
      button(element, 'Cancel').click();
      await waitUntil(() => root(element).querySelector('.conversions progress') === null, 'not cancelled');
      const some = tableRows(element).length;
      expect(some).to.be.within(2, 8);

      button(element, 'Measure all ways').click();
      await waitUntil(() => root(element).textContent.includes('Measure all ways again'), 'not measured', {
        timeout: PATIENCE,
      });
      const all = tableRows(element);
      expect(all.length).to.be.within(8, 14);
      expect(points(element)).to.have.length(all.length);
      await expect(element).to.be.accessible();

      const smallest = all.findIndex((row) => row.textContent.includes('INT4/64'));
      act(element, smallest, 'Convert').click();
      await waitUntil(() => element.step === 'compare', 'not converted', { timeout: PATIENCE });
      expect(element.plan?.scheme.weights).to.equal('int4');
      expect(element.plan?.scheme.granularity).to.equal('group:64');
      // The conversion took the place of what was measured.
      await rendered(element, '.rows');
      expect(tableRows(element)).to.have.length(all.length);
      expect(tableRows(element)[smallest]?.textContent).to.include('On show');
    } finally {
      element.remove();
    }
  });
});

function withGroups(group: 32 | 64): ConvertResult['plan'] {
  const plan = samplePlan();
  return { ...plan, scheme: { ...plan.scheme, granularity: `group:${group}` } };
}

function second(): ConvertResult {
  const report = sampleReport();
  return sampleResult({
    plan: withGroups(32),
    report: { ...report, kl: { ...report.kl, mean: 0.0004 }, size: { ...report.size, after: 730_000 } },
  });
}

function tableRows(element: Esp32LlmConverter): HTMLElement[] {
  return [...root(element).querySelectorAll<HTMLElement>('.rows tbody tr')];
}

function boxes(element: Esp32LlmConverter): HTMLInputElement[] {
  return [...root(element).querySelectorAll<HTMLInputElement>('.rows input[type="checkbox"]')];
}

function points(element: Esp32LlmConverter): string[] {
  return [...root(element).querySelectorAll('.points-chart [role="radio"]')].map(
    (radio) => radio.getAttribute('aria-label') ?? '',
  );
}

function act(element: Esp32LlmConverter, row: number, text: string): HTMLButtonElement {
  const found = [...(tableRows(element)[row]?.querySelectorAll('button') ?? [])].find(
    ({ textContent }) => textContent.trim() === text,
  );
  if (!found) throw new Error(`no "${text}" in row ${row}: ${tableRows(element)[row]?.textContent}`);
  return found;
}
