/** The first step's cards: from one press to words of the emulated chip, with everything real. */
import { expect, waitUntil } from '@open-wc/testing';
import { setViewport } from '@web/test-runner-commands';
import { Esp32LlmConverter as SourceElement } from '../../src/element/esp32-llm-converter.js';
import { BoardsController } from '../../src/element/boards-controller.js';
import type { SerialScope } from '../../src/device/serial-support.js';
import { SAMPLES } from '../../src/element/samples/list.js';

/** The machine may be slow, and without dist/ the sample is converted first. */
const PATIENCE = 180_000;

function root(element: SourceElement): ShadowRoot {
  if (element.shadowRoot === null) throw new Error('not drawn');
  return element.shadowRoot;
}

async function rendered<T extends Element = HTMLElement>(
  element: SourceElement,
  selector: string,
): Promise<T> {
  await waitUntil(
    () => {
      const failure = root(element).querySelector('.failure');
      if (failure) throw new Error(failure.textContent);
      return root(element).querySelector(selector) !== null;
    },
    `${selector} did not appear in step ${element.step}`,
    { timeout: PATIENCE },
  );
  return root(element).querySelector(selector) as T;
}

describe('the cards of the models that come with the element', function () {
  this.timeout(2 * PATIENCE);
  let element: SourceElement;

  before(() => {
    customElements.define('converter-with-cards', class extends SourceElement {});
  });

  function make(attributes: Readonly<Record<string, string>> = {}): void {
    element = document.createElement('converter-with-cards') as SourceElement;
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    document.body.append(element);
  }

  /** Waits until the chip says something; what stands there instead is part of the failure. */
  async function firstWord(): Promise<void> {
    await rendered(element, '.turns .answer .words').catch((error: unknown) => {
      throw new Error(`the chip said nothing: ${root(element).textContent}`, { cause: error });
    });
    await waitUntil(
      () => (root(element).querySelector('.turns .answer .words')?.textContent ?? '').trim() !== '',
      'the answer stayed empty',
      { timeout: PATIENCE },
    );
  }

  afterEach(async () => {
    element.remove();
    await setViewport({ width: 800, height: 600 });
  });

  it('lead with one press to the first words of the chip', async () => {
    await setViewport({ width: 390, height: 844 });
    make();
    const [sample] = SAMPLES;
    (await rendered(element, '.cards .primary')).click();
    await firstWord();
    expect(element.step).to.equal('try');
    expect(root(element).querySelector('.turns .said')?.textContent).to.contain(sample?.card.examples[0]);
    // On a phone the next question can be typed without scrolling, and nothing lies over it.
    const prompt = root(element).querySelector('#board-prompt') as HTMLElement;
    const send = root(element).querySelector('.talk form [type="submit"]') as HTMLElement;
    for (const control of [prompt, send]) {
      const { left, right, top, bottom } = control.getBoundingClientRect();
      expect(top).to.be.at.least(0);
      expect(bottom).to.be.at.most(844);
      expect(root(element).elementFromPoint((left + right) / 2, (top + bottom) / 2)).to.equal(control);
    }
    // The answer is shown as what it means: a sentence, the home, and the text one press away; and it is said.
    const sentence = await rendered(element, '.turns .sentence');
    expect(sentence.textContent).to.match(/^Lamp in the study: −\d+ %$/);
    expect(root(element).querySelector('svg.home .lamp')?.classList.contains('touched')).to.be.true;
    expect(root(element).querySelector<HTMLDetailsElement>('.turns details.raw')?.open).to.be.false;
    expect(root(element).querySelector('.turns details.raw .words')?.textContent).to.contain('"dev":"lamp"');
    expect(root(element).textContent).not.to.contain('<|');
    await expect(element).to.be.accessible();
    // It is a conversion as any other: with its report, its files and its settings.
    expect(element.report?.texts).not.to.be.empty;
    expect(element.package?.length).to.equal(sample?.facts.bytes);
    expect(element.plan?.fits).to.be.true;
  });

  it('send the example that is pressed', async () => {
    make();
    const [, second] = SAMPLES[0]?.card.examples ?? [];
    await rendered(element, '.cards .examples');
    root(element).querySelectorAll<HTMLElement>('.cards .examples button')[1]?.click();
    const said = await rendered(element, '.turns .said .words');
    expect(said.textContent).to.equal(second);
  });

  it('lead there too where boards are loaded before everything else, and where they come only at the second time', async () => {
    // Another element of the page was asked for a board: its own views are not loaded, and nothing was read.
    const scope = (): SerialScope => ({ isSecureContext: true, navigator: {}, framed: false });
    SourceElement.boardSeams = { scope };
    try {
      make();
      await element.connect();
      expect(element.step).to.equal('chat');
      expect(root(element).querySelector('.failure')).to.be.null;
      element.remove();
    } finally {
      SourceElement.boardSeams = {};
    }
    // A part of the page that fails once is asked for again.
    make();
    const load = Reflect.get<BoardsController, 'load'>(BoardsController.prototype, 'load');
    let failures = 0;
    BoardsController.prototype.load = async function (this: BoardsController) {
      if (failures++ === 0) throw new Error('not this time');
      return load.call(this);
    };
    try {
      (await rendered(element, '.cards .primary')).click();
      await firstWord();
      expect(failures).to.be.greaterThan(1);
    } finally {
      BoardsController.prototype.load = load;
    }
  });

  it('give way to what is chosen meanwhile', async () => {
    make();
    (await rendered(element, '.cards .primary')).click();
    element.reset();
    await new Promise((resolve) => setTimeout(resolve, 1000));
    expect(element.step).to.equal('choose');
  });

  it('leave the long way open, and convert anew where the page begins with other settings', async () => {
    make({ scheme: 'int8 tensor' });
    (await rendered(element, '.cards article .plain')).click();
    await rendered(element, '.fit');
    element.reset();
    (await rendered(element, '.cards .primary')).click();
    await rendered(element, '.turns .answer .words');
    expect(element.plan?.scheme.granularity).to.equal('tensor');
  });

  it('are accessible, in sight and inside the frame at all widths', async () => {
    make();
    await rendered(element, '.cards');
    for (const [width, height] of [
      [320, 800],
      [390, 844],
      [1280, 800],
      [1920, 1080],
    ] as const) {
      await setViewport({ width, height });
      const base = root(element).querySelector('.base');
      expect(base?.scrollWidth, String(width)).to.be.at.most(base?.clientWidth ?? 0);
      const button = root(element).querySelector('.cards .primary')?.getBoundingClientRect();
      expect(button?.bottom, `${width}: in sight`).to.be.at.most(height);
    }
    for (const theme of ['light', 'dark']) {
      element.theme = theme;
      await element.updateComplete;
      await expect(element).to.be.accessible();
    }
  });

  it('are not there where the page has a model of its own, or does not try', async () => {
    make({ model: '/models/home-commands/' });
    await element.updateComplete;
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(root(element).querySelector('.cards')).to.equal(null);
    element.remove();
    make({ steps: 'choose fit convert compare take' });
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(root(element).querySelector('.cards')).to.equal(null);
    expect(root(element).querySelector('.sample button')).not.to.equal(null);
  });
});
