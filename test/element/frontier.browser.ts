/** What else a model could be: measured with the real worker on the bundled model, gone through by keyboard, and planned. */
import { expect, waitUntil } from '@open-wc/testing';
import { sendKeys, setViewport } from '@web/test-runner-commands';
import '../../src/element/define.js';
import { Esp32LlmConverter } from '../../src/element/esp32-llm-converter.js';

/** Nine packages are made and compared, on a machine that may be busy. */
const PATIENCE = 90_000;

describe('the frontier', function () {
  this.timeout(2 * PATIENCE);
  let element: Esp32LlmConverter;

  before(() => {
    Esp32LlmConverter.converter = null;
    Esp32LlmConverter.assets = { model: '/models/home-commands/' };
  });

  after(async () => {
    Esp32LlmConverter.assets = {};
    await setViewport({ width: 1024, height: 768 });
  });

  beforeEach(async () => {
    element = new Esp32LlmConverter();
    document.body.append(element);
    await press('Convert it yourself');
    await waitUntil(() => element.step === 'fit', 'step fit', { timeout: PATIENCE });
    await element.updateComplete;
    find<HTMLDetailsElement>('details.frontier').open = true;
    await waitUntil(() => findButton('Measure') !== undefined, 'no button to measure', { timeout: PATIENCE });
  });

  afterEach(() => {
    element.remove();
  });

  it('is measured, gone through with arrow keys, and the plan follows', async () => {
    await press('Measure');
    await points();
    const all = radios();
    expect(all.length).to.be.within(5, 10);
    expect(all.filter((radio) => radio.tabIndex === 0)).to.have.length(1);
    const usual = all.findIndex((radio) => radio.getAttribute('aria-checked') === 'true');
    expect(all[usual]?.getAttribute('aria-label')).to.match(/automatic/);
    await expect(element).to.be.accessible();

    all[usual]?.focus();
    await sendKeys({ press: 'Home' });
    await checked(0);
    expect(element.shadowRoot?.activeElement).to.equal(radios()[0]);
    const smallest = await planned();
    await sendKeys({ press: 'ArrowRight' });
    await checked(1);
    const second = await planned();
    expect(second).not.to.equal(smallest);
    expect(element.shadowRoot?.activeElement).to.equal(radios()[1]);
    await sendKeys({ press: 'End' });
    await checked(all.length - 1);
    await sendKeys({ press: 'ArrowRight' });
    await checked(0);
    expect(await planned()).to.equal(smallest);

    // The table says the same and does the same.
    const table = find<HTMLDetailsElement>('.frontier details');
    table.open = true;
    const rows = [...table.querySelectorAll('tbody tr')];
    expect(rows).to.have.length(all.length);
    rows.at(-1)?.querySelector('button')?.click();
    await checked(all.length - 1);
    await expect(element).to.be.accessible();

    // A choice of one's own takes the place of a point; another board has another frontier.
    find<HTMLInputElement>('input[name="granularity"][value="channel"]').click();
    await waitUntil(() => radios().every((radio) => radio.getAttribute('aria-checked') === 'false'));
    const board = find<HTMLSelectElement>('#board');
    board.value = 'esp32-s3-n8r2';
    board.dispatchEvent(new Event('change'));
    await waitUntil(() => findButton('Measure again') !== undefined, 'nothing says that it is another board');
    expect(radios()).to.have.length(0);
  });

  it('is drawn within 320 pixels, in dark and light, and is cancelled', async () => {
    await press('Measure');
    await waitUntil(() => findButton('Cancel') !== undefined, 'no cancel');
    await press('Cancel');
    await waitUntil(() => findButton('Measure') !== undefined, 'it was not cancelled');
    await setViewport({ width: 320, height: 640 });
    await press('Measure');
    await points();
    for (const theme of ['light', 'dark'] as const) {
      element.setAttribute('theme', theme);
      find<HTMLDetailsElement>('.frontier details').open = true;
      await element.updateComplete;
      const base = find('.base');
      expect(base.scrollWidth).to.be.at.most(base.clientWidth);
      const { left, right } = find('.frontier .points-chart').getBoundingClientRect();
      expect(left).to.be.at.least(0);
      expect(right).to.be.at.most(320);
      await expect(element).to.be.accessible();
    }
  });

  function find<T extends Element = HTMLElement>(selector: string): T {
    const found = element.shadowRoot?.querySelector<T>(selector);
    if (!found) throw new Error(`${selector} is not there: ${element.shadowRoot?.textContent ?? ''}`);
    return found;
  }

  function findButton(text: string): HTMLButtonElement | undefined {
    return [...(element.shadowRoot?.querySelectorAll('button') ?? [])].find((each) =>
      each.textContent.includes(text),
    );
  }

  async function press(text: string): Promise<void> {
    await waitUntil(() => findButton(text) !== undefined, `no button "${text}"`, { timeout: PATIENCE });
    findButton(text)?.click();
    await element.updateComplete;
  }

  function radios(): HTMLElement[] {
    return [...(element.shadowRoot?.querySelectorAll<HTMLElement>('.frontier [role="radio"]') ?? [])];
  }

  async function points(): Promise<void> {
    await waitUntil(
      () => {
        const alert = element.shadowRoot?.querySelector('.frontier [role="alert"]');
        if (alert) throw new Error(alert.textContent);
        return radios().length > 0;
      },
      'not measured',
      { timeout: PATIENCE },
    );
    await element.updateComplete;
  }

  async function checked(index: number): Promise<void> {
    await waitUntil(
      () => radios()[index]?.getAttribute('aria-checked') === 'true',
      `point ${index} was not taken`,
      { timeout: 10_000 },
    );
  }

  /** What the plan says of the board's memory, when it is there. */
  async function planned(): Promise<string> {
    await waitUntil(() => find('.judgement').getAttribute('aria-busy') === 'false', 'not planned');
    return find('.judgement').textContent.replace(/\s+/g, ' ');
  }
});
