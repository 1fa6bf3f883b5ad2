/** The list of known models: opened by a press, asks no server, plans in the page, and one press more reads the model by ranges of the Hub. */
import { expect, html, waitUntil } from '@open-wc/testing';
import { sendKeys } from '@web/test-runner-commands';
import type { Esp32LlmConverter } from '../../src/element/esp32-llm-converter.js';
import { KNOWN_MODELS, type KnownModel } from '../../src/element/gallery/known-models.js';
import { expectRead, find, has, onPage, PATIENCE, playHub, workElsewhere, type Asked } from './played-hub.js';

/** The press that opens the list. */
const door = (element: Esp32LlmConverter): HTMLButtonElement => find(element, '.address .plain');

async function opened(element: Esp32LlmConverter): Promise<HTMLDialogElement> {
  door(element).click();
  await waitUntil(
    () => {
      const failure = element.shadowRoot?.querySelector('.failure');
      if (failure) throw new Error(failure.textContent);
      return has(element, 'dialog[open]');
    },
    'the list',
    { timeout: PATIENCE },
  );
  return find<HTMLDialogElement>(element, 'dialog');
}

async function planned(dialog: HTMLDialogElement): Promise<void> {
  await waitUntil(() => dialog.querySelector('.gallery-table')?.ariaBusy === 'false', 'all figures', {
    timeout: PATIENCE,
  });
}

/** The cells of a model's row after its name: fit, modules, use, parameters, licence. */
function cells(dialog: HTMLDialogElement, name: string): string[] {
  const row = [...dialog.querySelectorAll('tbody tr')].find(
    (candidate) => candidate.querySelector('button')?.textContent?.trim() === name,
  );
  return [...(row?.querySelectorAll('td') ?? [])].map((cell) => cell.innerText.replace(/\s+/g, ' ').trim());
}

describe('the list of known models', function () {
  this.timeout(2 * PATIENCE);
  let asked: Asked[];
  let stop = (): void => undefined;
  const [first] = KNOWN_MODELS as readonly [KnownModel];

  beforeEach(() => {
    localStorage.clear();
    asked = [];
    stop = playHub(asked, () => true);
  });

  afterEach(() => {
    stop();
    workElsewhere();
    localStorage.clear();
  });

  for (const lang of ['en', 'es', 'zh-Hans']) {
    it(`names every model with its licence and figures, and asks no server: ${lang}`, async () => {
      const element = await onPage(html`<esp32-llm-converter lang=${lang}></esp32-llm-converter>`);
      const dialog = await opened(element);
      expect(dialog.lang).to.equal(lang);
      await planned(dialog);
      const names = [...dialog.querySelectorAll('tbody button')].map((button) => button.textContent?.trim());
      expect(names).to.deep.equal(KNOWN_MODELS.map(({ name }) => name));
      for (const { name, licence } of KNOWN_MODELS) {
        const row = cells(dialog, name);
        expect(row.length).to.equal(5);
        expect(
          row.every((text) => text !== '' && text !== '…'),
          name,
        ).to.be.true;
        if (licence !== null) expect(row[4]).to.equal(licence);
      }
      expect(element.shadowRoot?.activeElement?.id).to.equal('gallery-heading');
      await expect(element).to.be.accessible();
      expect(asked).to.deep.equal([]);
    });
  }

  it('tells figures for the board that is chosen there, and reads the model for it', async () => {
    const element = await onPage(html`<esp32-llm-converter></esp32-llm-converter>`);
    const dialog = await opened(element);
    await planned(dialog);
    expect(cells(dialog, 'TinyStories-3M')[0]).to.match(
      /^INT8, \d+(\.\d+)? MB, 6\.0 tokens\/s Vocabulary cut to 4,096/,
    );
    expect(cells(dialog, 'GPT-2').slice(0, 2)).to.deep.equal(['does not fit', 'none']);
    expect(cells(dialog, 'TinyStories-3M')[1]).to.equal('N4, N8R2, N8R8, N16R8');
    const select = dialog.querySelector('select') as HTMLSelectElement;
    select.value = 'esp32-s3-n8r2';
    select.dispatchEvent(new Event('change'));
    expect(cells(dialog, 'TinyStories-3M')[0]).to.equal('…');
    await planned(dialog);
    expect(cells(dialog, 'TinyStories-3M')[0]).to.match(
      /^INT4 \+ INT8, .* Vocabulary cut to 4,096 tokens: INT8, [^c]*$/,
    );
    dialog.querySelector<HTMLElement>('tbody button')?.click();
    await waitUntil(() => element.step === 'fit', 'the plan is shown', { timeout: PATIENCE });
    expect(element.plan?.board).to.equal('esp32-s3-n8r2');
  });

  it('leaves a board that the page has settled', async () => {
    const element = await onPage(
      html`<esp32-llm-converter board="esp32-s3-n4" locked="board"></esp32-llm-converter>`,
    );
    const dialog = await opened(element);
    expect(dialog.querySelector('select')).to.equal(null);
    expect(dialog.innerText).to.contain('ESP32-S3 N4');
    await planned(dialog);
    expect(cells(dialog, 'stories15M')[0]).to.equal('does not fit');
    expect(cells(dialog, 'TinyStories-1M')[0]).to.match(
      /Vocabulary cut to 4,096 tokens: INT8, .* context of 64/,
    );
  });

  it('goes away by Escape, gives the focus back, and can be opened again', async () => {
    const element = await onPage(html`<esp32-llm-converter></esp32-llm-converter>`);
    door(element).focus();
    await sendKeys({ press: 'Enter' });
    await waitUntil(() => has(element, 'dialog[open]'), 'the list');
    await sendKeys({ press: 'Escape' });
    await waitUntil(() => !has(element, 'dialog'), 'the list is gone');
    expect(element.shadowRoot?.activeElement).to.equal(door(element));
    expect(element.step).to.equal('choose');
    expect(asked).to.deep.equal([]);
    await opened(element);
  });

  it('is gone through by Tab, and Enter reads the model of the Hub, by ranges', async () => {
    const element = await onPage(html`<esp32-llm-converter></esp32-llm-converter>`);
    const dialog = await opened(element);
    const reached: (Element | null | undefined)[] = [];
    const terms = [...dialog.querySelectorAll('.gallery-terms button')];
    expect(terms).to.have.length(5);
    for (let presses = 0; presses < 4 + terms.length; presses++) {
      await sendKeys({ press: 'Tab' });
      reached.push(element.shadowRoot?.activeElement);
    }
    expect(reached).to.deep.equal([
      dialog.querySelector('.gallery-head button'),
      ...terms,
      dialog.querySelector('select'),
      dialog.querySelector('.gallery-table'),
      dialog.querySelector('tbody button'),
    ]);
    expect(asked).to.deep.equal([]);
    await sendKeys({ press: 'Enter' });
    await waitUntil(() => element.step === 'fit', 'the plan is shown', { timeout: PATIENCE });
    expectRead(asked, first.repository);
    await waitUntil(
      () => element.shadowRoot?.activeElement?.id === 'step-heading',
      'the focus is at the new heading',
    );
  });

  it('reads the model of the mirror that the page names', async () => {
    stop();
    const mirror = 'https://mirror.example';
    stop = playHub(asked, () => true, mirror);
    const element = await onPage(html`<esp32-llm-converter hub=${mirror}></esp32-llm-converter>`);
    const dialog = await opened(element);
    dialog.querySelector<HTMLElement>('tbody button')?.click();
    await waitUntil(() => element.step === 'fit', 'the plan is shown', { timeout: PATIENCE });
    expectRead(asked, first.repository, mirror);
  });
});
