/**
 * The whole way of a lamp with everything real: it is wired, the model converted, the emulated board asked, and the drawn lamp lights
 * because its pin is high. By keyboard alone, with axe, in three languages.
 */
import { expect, waitUntil } from '@open-wc/testing';
import { sendKeys, sendMouse, setViewport } from '@web/test-runner-commands';
import { Esp32LlmConverter as SourceElement } from '../../src/element/esp32-llm-converter.js';

/** The machine may be slow: a conversion, a boot, an answer. */
const PATIENCE = 180_000;

function root(element: SourceElement): ShadowRoot {
  if (element.shadowRoot === null) throw new Error('not drawn');
  return element.shadowRoot;
}

describe('the board on the desk', function () {
  this.timeout(3 * PATIENCE);
  let element: SourceElement;

  before(() => {
    SourceElement.assets = {
      kernels: '/kernels/prebuilt/kernels.wasm',
      twin: '/device-runtime/prebuilt/twin.wasm',
      firmware: '/device-runtime/prebuilt/esp32s3/firmware.elf',
      emulator: '/kernels/crates/emulator-wasm/prebuilt/emulator.wasm',
      model: '/models/home-commands/',
    };
    customElements.define('converter-with-desk', class extends SourceElement {});
  });

  afterEach(async () => {
    element.remove();
    await setViewport({ width: 800, height: 600 });
  });

  async function rendered<T extends Element = HTMLElement>(selector: string): Promise<T> {
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
    return root(element).querySelector(selector) as T;
  }

  async function opened(attributes: Readonly<Record<string, string>> = {}): Promise<void> {
    element = document.createElement('converter-with-desk') as SourceElement;
    element.setAttribute('board', 'devkitc-1-n8r8');
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    document.body.append(element);
    void element.load('/models/home-commands/');
    const fold = await rendered<HTMLDetailsElement>('details.connect');
    fold.open = true;
    await rendered('details.connect svg.desk');
  }

  /** The plan for what was changed is there. */
  async function planned(): Promise<void> {
    await element.updateComplete;
    await waitUntil(() => root(element).querySelector('.judgement[aria-busy="false"]') !== null, 'no plan', {
      timeout: PATIENCE,
    });
    await element.updateComplete;
  }

  const pinOf = (name: string): HTMLSelectElement =>
    root(element).querySelector(`select[data-pin-of="${name}"]`) as HTMLSelectElement;
  const stateOf = (name: string): string =>
    root(element).querySelector(`[data-state-of="${name}"]`)?.textContent.trim() ?? '';
  const said = (): string => root(element).querySelector('[role="status"]')?.textContent ?? '';

  async function ask(prompt: string): Promise<void> {
    const box = await rendered<HTMLTextAreaElement>('#board-prompt');
    const answers = (): number => root(element).querySelectorAll('.turns .answer .sentence').length;
    const before = answers();
    box.focus();
    box.select();
    await sendKeys({ type: prompt });
    await sendKeys({ press: 'Enter' });
    await waitUntil(() => answers() > before, `no answer to ${prompt}`, { timeout: PATIENCE });
  }

  it('lights the lamp that was wired, because its pin is high', async () => {
    await opened();
    expect(pinOf('kitchen lamp').value).to.equal('5');
    const bytes = element.plan?.memories.find(({ memory }) => memory === 'flash')?.weights;
    // What is taken cannot be chosen: the console, and the pin of another lamp.
    for (const value of ['43', '6'])
      expect(pinOf('kitchen lamp').querySelector<HTMLOptionElement>(`option[value="${value}"]`)?.disabled).to
        .be.true;
    // By keyboard: the list, and what it leads to.
    const list = pinOf('kitchen lamp');
    list.focus();
    list.value = '10';
    list.dispatchEvent(new Event('change'));
    await planned();
    expect(pinOf('kitchen lamp').value).to.equal('10');
    expect(said()).to.contain('GPIO 10');
    // By mouse: from the picture to a pin.
    await setViewport({ width: 1280, height: 1400 });
    const middle = (selector: string): [number, number] => {
      const found = root(element).querySelector(selector);
      found?.scrollIntoView({ block: 'center' });
      const { x, y, width, height } = (found as Element).getBoundingClientRect();
      return [Math.round(x + width / 2), Math.round(y + height / 2)];
    };
    await sendMouse({ type: 'move', position: middle('[data-thing="kitchen lamp"] .reach') });
    await sendMouse({ type: 'down' });
    const pin = root(element).querySelector('[data-pin="11"] .reach') as Element;
    const { x, y, width, height } = pin.getBoundingClientRect();
    await sendMouse({ type: 'move', position: [Math.round(x + width / 2), Math.round(y + height / 2)] });
    await element.updateComplete;
    expect(root(element).querySelector('[data-pin="11"]')?.classList.contains('over')).to.be.true;
    await sendMouse({ type: 'up' });
    await planned();
    expect(pinOf('kitchen lamp').value).to.equal('11');
    // What is read without a pin.
    const things = root(element).querySelector('#another-thing') as HTMLSelectElement;
    things.value =
      [...things.options].find(({ text }) => text.trim() === 'temperature of the chip')?.value ?? '';
    things.closest('form')?.requestSubmit();
    await planned();
    const wired = [...root(element).querySelectorAll('.wired strong')].map(({ textContent }) => textContent);
    expect(wired).to.include.members(['running for', 'temperature']);
    await expect(element).to.be.accessible();
    await element.convert();
    // What was planned with it is what was made, to the byte.
    expect(element.package?.length).to.equal(
      element.plan?.memories.find(({ memory }) => memory === 'flash')?.weights,
    );
    expect(element.package?.length).to.be.above(bytes ?? Infinity);
    [...root(element).querySelectorAll<HTMLElement>('.steps button')]
      .find(({ textContent }) => textContent.trim() === 'Try')
      ?.click();
    (await rendered('#try-start')).click();
    await rendered('.desk-panel svg.desk');
    await waitUntil(() => stateOf('kitchen lamp') === 'off', 'not off', { timeout: PATIENCE });
    expect(root(element).querySelector('[data-thing="kitchen lamp"] .glow')).to.equal(null);
    await ask('turn on the light in the kitchen');
    await waitUntil(() => stateOf('kitchen lamp') === 'on', `it stays ${stateOf('kitchen lamp')}`, {
      timeout: PATIENCE,
    });
    expect(root(element).querySelector('[data-thing="kitchen lamp"] .glow')).not.to.equal(null);
    await waitUntil(() => said().includes('kitchen lamp: on'), 'nobody was told', { timeout: PATIENCE });
    // The others stayed as they were.
    expect(stateOf('study lamp')).to.equal('off');
    await ask('set the study lamp to 40%');
    await waitUntil(() => stateOf('study lamp') === '40 %', stateOf('study lamp'), { timeout: PATIENCE });
    await ask('make the light in the living room blue');
    await waitUntil(() => stateOf('board light') === '#0000ff', stateOf('board light'), {
      timeout: PATIENCE,
    });
    expect(root(element).querySelector('.board-light .glow')).not.to.equal(null);
    await ask('open the blinds');
    await waitUntil(() => stateOf('blinds') === '90°', stateOf('blinds'), { timeout: PATIENCE });
    // As warm as the person says.
    const warmth = root(element).querySelector('#chip-celsius') as HTMLInputElement;
    expect(warmth.value).to.equal('35');
    warmth.focus();
    warmth.select();
    await sendKeys({ type: '48' });
    await sendKeys({ press: 'Tab' });
    await ask('what is the temperature?');
    await waitUntil(() => stateOf('temperature') === '48 °C', stateOf('temperature'), { timeout: PATIENCE });
    await waitUntil(() => said().includes('temperature: 48 °C'), 'nobody was told', { timeout: PATIENCE });
    // A button by keyboard.
    expect(stateOf('garage door')).to.equal('open');
    const button = root(element).querySelector('.desk-list button') as HTMLButtonElement;
    button.focus();
    await sendKeys({ press: 'Space' });
    await waitUntil(() => stateOf('garage door') === 'closed', 'not pressed', { timeout: PATIENCE });
    expect(button.getAttribute('aria-pressed')).to.equal('true');
    await expect(element).to.be.accessible();
    element.theme = 'dark';
    await element.updateComplete;
    await expect(element).to.be.accessible();
  });

  it('can be wired from nothing, saved and loaded, and left out', async () => {
    await opened();
    const press = async (label: string): Promise<void> => {
      const found = [...root(element).querySelectorAll<HTMLElement>('.connect button')].find(
        ({ textContent }) => textContent.trim() === label,
      );
      if (found === undefined) throw new Error(`no button ${label}`);
      found.click();
      await planned();
    };
    await press('Begin with nothing');
    expect(root(element).querySelectorAll('.wired li')).to.have.length(0);
    const things = root(element).querySelector('#another-thing') as HTMLSelectElement;
    things.value = [...things.options].find(({ text }) => text.trim() === 'lamp in the kitchen')?.value ?? '';
    await press('Add');
    expect(root(element).querySelector('.wired strong')?.textContent).to.equal('lamp in the kitchen');
    const flash = (): number | undefined =>
      element.plan?.memories.find(({ memory }) => memory === 'flash')?.weights;
    const wired = flash() ?? 0;
    const obey = root(element).querySelector('#answers-obey') as HTMLInputElement;
    obey.click();
    await planned();
    const unwired = flash() ?? 0;
    expect(unwired).to.be.below(wired);
    (root(element).querySelector('#answers-valid') as HTMLInputElement).click();
    await planned();
    expect(flash()).to.be.below(unwired - 5000);
    // A file of somebody else's, that this board does not allow, and one that it does.
    const load = async (text: string): Promise<void> => {
      const input = root(element).querySelector('#load-wiring') as HTMLInputElement;
      const files = new DataTransfer();
      files.items.add(new File([text], 'wiring.json'));
      input.files = files.files;
      input.dispatchEvent(new Event('change'));
      await new Promise((resolve) => setTimeout(resolve, 200));
      await planned();
    };
    await load('{"version":1,"outputs":[{"name":"x","pin":19,"part":"lamp"}]}');
    expect(root(element).querySelector('.connect [role="alert"]')?.textContent).to.contain('GPIO 19');
    expect(root(element).querySelectorAll('.wired li')).to.have.length(0);
    await load('{"version":1,"outputs":[{"name":"my lamp","pin":12,"part":"lamp"}]}');
    expect(pinOf('my lamp').value).to.equal('12');
    await press('As it came with the model');
    expect(pinOf('kitchen lamp').value).to.equal('5');
  });

  it('speaks three languages, and is inside the frame at all widths', async () => {
    for (const lang of ['es', 'zh-Hans', 'en']) {
      await opened({ lang });
      for (const width of [320, 390, 1280]) {
        await setViewport({ width, height: 900 });
        const base = root(element).querySelector('.base');
        expect(base?.scrollWidth, `${lang} ${width}`).to.be.at.most(base?.clientWidth ?? 0);
      }
      await expect(element).to.be.accessible();
      if (lang !== 'en') element.remove();
    }
  });
});
