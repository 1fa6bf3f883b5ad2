/**
 * The steps after the report where there is little room, in each language and direction; and every step with the colours and
 * the calm that a reader's system asks for, on walls and with large letters.
 */
import { expect, fixture, html } from '@open-wc/testing';
import { executeServerCommand, setViewport } from '@web/test-runner-commands';
import type { Esp32LlmConverter } from '../../src/element/esp32-llm-converter.js';
import type { AllStrings } from '../../src/element/strings/strings.js';
import { en, es, zhHans } from './all-strings.js';
import { expectInside } from './inside.js';
import {
  button,
  converted,
  make,
  part,
  plug,
  rendered,
  root,
  setStage,
  stage,
  toRunning,
} from './board-page.js';

setStage();

/** Goes through the steps after the report, with a board emulated, found and talked to. */
async function everyPanel(
  element: Esp32LlmConverter,
  words: AllStrings,
  look: (where: string) => Promise<void>,
): Promise<void> {
  const open = async (): Promise<void> => {
    for (const details of root(element).querySelectorAll('details')) details.open = true;
    await element.updateComplete;
  };
  const press = async (text: string, sign: string): Promise<void> => {
    button(element, text).click();
    await rendered(element, sign);
    await open();
    await look(sign);
  };
  await converted(element);
  await rendered(element, '.verdict');
  await press(words.steps.take, '.take .digest');
  await press(words.steps.try, '.try .start');
  await press(words.board.try.start, '.try .running');
  await press(words.steps.flash, '.flash .parts, .flash .start table');
  plug();
  await press(words.board.flash.connect, '.flash .notice.good');
  await press(words.steps.chat, '.chat .start');
  await press(words.board.chat.connect, '.chat .running');
}

describe('the steps after the report at 320 pixels', function () {
  this.timeout(120_000);

  for (const words of [en, es, zhHans]) {
    for (const dir of ['ltr', 'rtl']) {
      it(`run over nowhere and are accessible: ${words.language}, ${dir}`, async () => {
        const page = await fixture<HTMLElement>(
          html`<div dir=${dir} lang=${words.language} style="width: 320px">
            <esp32-llm-converter model="https://example.org/models/tiny/" prompt="x"></esp32-llm-converter>
          </div>`,
        );
        const element = page.querySelector('esp32-llm-converter') as Esp32LlmConverter;
        await everyPanel(element, words, async (where) => {
          expect(part(element, '.base').lang).to.equal(words.language);
          expectInside(element, where);
          await expect(element).to.be.accessible();
        });
      });
    }
  }
});

describe('the comparison on a wide screen', function () {
  this.timeout(120_000);

  afterEach(async () => {
    await setViewport({ width: 800, height: 600 });
  });

  for (const [width, beside] of [
    [1920, true],
    [1280, false],
  ] as const) {
    it(`${beside ? 'has' : 'has not'} the texts beside the figures at ${width} pixels`, async () => {
      await setViewport({ width, height: 1080 });
      const element = await make();
      await converted(element);
      const verdict = part(element, '.verdict').getBoundingClientRect();
      const texts = part(element, '.texts').getBoundingClientRect();
      expect(texts.top < verdict.bottom).to.equal(beside);
      expect(texts.left >= verdict.right).to.equal(beside);
      expectInside(element, `${width}`);
      await expect(element).to.be.accessible();
    });
  }
});

describe('what a reader’s system asks for', function () {
  this.timeout(120_000);

  const emulate = (features: Readonly<Record<string, string>>): Promise<unknown> =>
    executeServerCommand('media-features', features);

  afterEach(async () => {
    await emulate({});
    document.documentElement.style.fontSize = '';
    await setViewport({ width: 800, height: 600 });
  });

  it('forced colours keep panels, the current step and the main button apart', async () => {
    await emulate({ 'forced-colors': 'active' });
    expect(matchMedia('(forced-colors: active)').matches).to.be.true;
    const element = await make();
    await everyPanel(element, en, async (where) => {
      await expect(element).to.be.accessible();
      const panel = root(element).querySelector('.panel');
      if (panel !== null) expect(getComputedStyle(panel).borderTopStyle, where).to.equal('solid');
      const primary = root(element).querySelector('button.primary:not(:disabled)');
      if (primary !== null) expect(getComputedStyle(primary).borderTopWidth, where).to.equal('2px');
    });
  });

  it('nothing moves where motion is to be reduced', async () => {
    await emulate({ 'prefers-reduced-motion': 'reduce' });
    expect(matchMedia('(prefers-reduced-motion: reduce)').matches).to.be.true;
    stage.emulator.firmware.holdAfter = 1;
    const element = await make();
    await toRunning(element);
    button(element, 'Send').click();
    await rendered(element, '.caret');
    expect(root(element).getAnimations().length).to.equal(0);
    const moves = [...root(element).querySelectorAll('*')].filter((each) => {
      const { animationName, transitionDuration } = getComputedStyle(each);
      return animationName !== 'none' || !/^0s(?:, 0s)*$/.test(transitionDuration);
    });
    expect(moves.map((each) => each.outerHTML.slice(0, 60))).to.deep.equal([]);
  });

  it('letters follow the font size of the page, and nothing runs over', async () => {
    document.documentElement.style.fontSize = '200%';
    const element = await make();
    await everyPanel(element, en, async (where) => {
      for (const each of root(element).querySelectorAll<HTMLElement>(
        'p, button, textarea, input[type=text], input[type=number]',
      )) {
        if (each.offsetParent === null) continue;
        expect(
          parseFloat(getComputedStyle(each).fontSize),
          `${where}: ${each.outerHTML.slice(0, 60)}`,
        ).to.be.at.least(24);
      }
      expectInside(element, where);
    });
  });

  it('fills a wall when it is told to, and only then', async () => {
    await setViewport({ width: 3840, height: 2160 });
    document.documentElement.style.fontSize = '32px';
    const element = await make();
    const margins = 2 * parseFloat(getComputedStyle(document.body).marginLeft);
    expect(element.getBoundingClientRect().width, '96rem').to.equal(3072);
    element.style.setProperty('--esp32-llm-max-width', 'none');
    expect(element.getBoundingClientRect().width).to.be.closeTo(
      document.documentElement.clientWidth - margins,
      1,
    );
    await everyPanel(element, en, async (where) => {
      expectInside(element, where);
    });
    element.style.setProperty('--esp32-llm-max-width', '100rem');
    expect(element.getBoundingClientRect().width).to.equal(3200);
  });
});
