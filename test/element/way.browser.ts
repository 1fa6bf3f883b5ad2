/** The way from step to step: what is done, where one can go, what leads on, and where a new step is seen. */
import { expect, waitUntil } from '@open-wc/testing';
import { emulateMedia, executeServerCommand, sendKeys, setViewport } from '@web/test-runner-commands';
import type { Esp32LlmConverter } from '../../src/element/esp32-llm-converter.js';
import {
  button,
  converted,
  make,
  part,
  reach,
  rendered,
  root,
  says,
  setStage,
  shown,
  stage,
  toFlashed,
  toPageEngine,
  toRunning,
} from './board-page.js';

setStage();

function steps(element: Esp32LlmConverter, selector: string): string[] {
  return [...root(element).querySelectorAll(`.steps ${selector}`)].map((item) => item.textContent.trim());
}

function step(element: Esp32LlmConverter, name: string): HTMLButtonElement {
  const found = [...root(element).querySelectorAll<HTMLButtonElement>('.steps button')].find(
    (each) => each.textContent.trim() === name,
  );
  if (!found) throw new Error(`no way to ${name} among ${steps(element, 'button').join(', ')}`);
  return found;
}

function onward(element: Esp32LlmConverter): { primary: string[]; all: string[] } {
  const text = (selector: string): string[] =>
    [...root(element).querySelectorAll(`.onward ${selector}`)].map((item) => item.textContent.trim());
  return { primary: text('.primary'), all: text('button') };
}

describe('the steps in the header', function () {
  this.timeout(60_000);

  afterEach(async () => {
    await setViewport({ width: 800, height: 600 });
    window.scrollTo(0, 0);
  });

  it('tick only what was done', async () => {
    const element = await make();
    await converted(element);
    await element.updateComplete;
    expect(steps(element, '.done')).to.deep.equal(['Choose', 'Fit', 'Convert', 'Compare']);
    step(element, 'Chat').click();
    await rendered(element, '.chat');
    expect(steps(element, '.done')).to.deep.equal(['Choose', 'Fit', 'Convert', 'Compare']);
  });

  it('tick trying after an answer of the emulated board', async () => {
    const element = await make();
    await toRunning(element);
    expect(steps(element, '.done')).not.to.include('Try');
    await element.send('Turn on the light.');
    await element.updateComplete;
    expect(steps(element, '.done')).to.include('Try');
  });

  it('tick flashing after a board was flashed, and taking away after a file was saved', async () => {
    const element = await make();
    await toFlashed(element);
    expect(steps(element, '.done')).to.include('Flash').and.not.to.include('Take away');
    step(element, 'Take away').click();
    await rendered(element, '.take');
    expect(steps(element, '.done')).not.to.include('Take away');
    button(element, 'Download package').click();
    await waitUntil(() => steps(element, '.done').includes('Take away'), 'it is taken away', {
      timeout: 20_000,
    });
  });

  it('lead back to every step and forth again, with everything as it was', async () => {
    const element = await make();
    const told: string[] = [];
    for (const name of ['esp32-llm-report', 'esp32-llm-plan'] as const)
      element.addEventListener(name, () => told.push(name));
    await toRunning(element);
    await element.send('Turn on the light.');
    const { report } = element;
    told.length = 0;
    step(element, 'Convert').click();
    await rendered(element, '.converted');
    expect(element.step).to.equal('convert');
    expect(shown(element)).to.contain('home-commands is converted');
    await expect(element).to.be.accessible();
    step(element, 'Fit').click();
    await rendered(element, '.fit');
    step(element, 'Choose').click();
    await rendered(element, '.choose');
    expect(steps(element, 'button')).to.deep.equal([
      'Fit',
      'Convert',
      'Compare',
      'Try',
      'Take away',
      'Flash',
      'Chat',
    ]);
    step(element, 'Try').click();
    await rendered(element, '.running');
    expect(root(element).querySelector('.turns .words')?.textContent, 'what was said').to.equal(
      'Turn on the light.',
    );
    step(element, 'Compare').click();
    await rendered(element, '.verdict');
    expect(element.report).to.equal(report);
    expect(stage.converter.settings.length, 'nothing was read or converted again').to.equal(2);
    expect(told, 'and nothing is told twice').to.deep.equal([]);
  });

  it('do not give up what runs', async () => {
    const element = await make();
    await converted(element);
    element.reset();
    void element.load();
    await waitUntil(() => element.step === 'reading');
    await element.updateComplete;
    expect(steps(element, 'button')).to.deep.equal([]);
  });

  it('are one line on a phone, which opens the list of all with their names', async () => {
    const element = await make();
    await converted(element);
    for (const width of [320, 390, 600]) {
      await setViewport({ width, height: 800 });
      const where = part(element, '.where');
      expect(where.textContent.replace(/\s+/g, ' ').trim()).to.equal('Compare 4 of 8');
      expect(where.getBoundingClientRect().height, String(width)).to.be.lessThan(48);
      expect(getComputedStyle(part(element, '.steps')).display).to.equal('none');
      where.focus();
      await sendKeys({ press: 'Enter' });
      expect(where.getAttribute('aria-expanded')).to.equal('true');
      expect(getComputedStyle(part(element, '.steps')).display).not.to.equal('none');
      const base = part(element, '.base');
      expect(base.scrollWidth).to.be.at.most(base.clientWidth);
      await expect(element).to.be.accessible();
      step(element, 'Take away').click();
      await rendered(element, '.take');
      expect(getComputedStyle(part(element, '.steps')).display, 'closed again').to.equal('none');
      expect(where.getAttribute('aria-expanded')).to.equal('false');
      where.click();
      step(element, 'Compare').click();
      await rendered(element, '.verdict');
    }
    for (const width of [1280, 1920]) {
      await setViewport({ width, height: 800 });
      expect(getComputedStyle(part(element, '.where')).display, String(width)).to.equal('none');
      const lines = new Set(
        [...root(element).querySelectorAll('.steps li')].map((item) => item.getBoundingClientRect().top),
      );
      expect(lines.size, `${width}: one line`).to.equal(1);
    }
  });

  for (const [language, words] of [
    ['es', 'Comparar 4 de 8'],
    ['zh-Hans', '第 4 步，共 8 步'],
  ] as const) {
    it(`say in ${language} where one is`, async () => {
      const element = await make();
      element.lang = language;
      await converted(element);
      expect(part(element, '.where').textContent.replace(/\s+/g, ' ')).to.contain(words);
      await rendered(element, '.onward');
      for (const width of [320, 800, 1280]) {
        await setViewport({ width, height: 800 });
        const base = part(element, '.base');
        expect(base.scrollWidth, String(width)).to.be.at.most(base.clientWidth);
      }
    });
  }
});

describe('the way on', function () {
  this.timeout(60_000);

  it('leads from comparing to trying, flashing and talking, with the files beside', async () => {
    const element = await make();
    await converted(element);
    await rendered(element, '.onward');
    expect(onward(element)).to.deep.equal({ primary: ['Try it'], all: ['Take it away', 'Try it'] });
    button(element, 'Try it').click();
    await rendered(element, '.try .start');
    expect(onward(element).all).to.deep.equal(['Take it away', 'Flash a board']);
    expect(onward(element).primary, 'first it is tried').to.deep.equal([]);
    button(element, 'Start the board').click();
    await rendered(element, '.running');
    await element.send('Turn on the light.');
    await element.updateComplete;
    expect(onward(element).primary).to.deep.equal(['Flash a board']);
    button(element, 'Take it away').click();
    await rendered(element, '.take');
    expect(onward(element).all).to.deep.equal(['Flash a board']);
    button(element, 'Flash a board').click();
    await rendered(element, '.flash');
    expect(onward(element)).to.deep.equal({ primary: [], all: ['Take it away', 'Talk to the board'] });
    button(element, 'Talk to the board').click();
    await rendered(element, '.chat');
    expect(onward(element)).to.deep.equal({ primary: [], all: ['Take it away'] });
  });

  it('passes by what the page leaves out', async () => {
    const element = await make({ steps: 'choose fit compare take' });
    await converted(element);
    await rendered(element, '.onward');
    expect(onward(element)).to.deep.equal({ primary: ['Take it away'], all: ['Take it away'] });
    button(element, 'Take it away').click();
    await rendered(element, '.take');
    expect(onward(element)).to.deep.equal({ primary: [], all: ['Compare with the original'] });
  });

  it('is in sight at the foot of every window, and what is reached by keyboard is not behind it', async () => {
    const element = await make();
    await converted(element);
    await rendered(element, '.onward');
    for (const [width, height] of [
      [320, 640],
      [390, 844],
      [1280, 800],
      [1920, 1080],
    ] as const) {
      await setViewport({ width, height });
      const primary = part(element, '.onward .primary').getBoundingClientRect();
      expect(primary.bottom, `${width}`).to.be.at.most(height);
      expect(primary.top).to.be.greaterThan(height / 2);
    }
    await setViewport({ width: 800, height: 600 });
  });

  it('is accessible in light, dark and forced colours', async () => {
    const element = await make();
    await converted(element);
    await rendered(element, '.onward');
    try {
      for (const theme of ['light', 'dark']) {
        element.theme = theme;
        await element.updateComplete;
        await expect(element).to.be.accessible();
      }
      await emulateMedia({ forcedColors: 'active' });
      await expect(element).to.be.accessible();
    } finally {
      await emulateMedia({ forcedColors: 'none' });
    }
  });
});

describe('a new step', function () {
  this.timeout(60_000);
  let above: HTMLElement;

  before(() => {
    above = document.createElement('div');
    above.style.height = '700px';
  });

  afterEach(async () => {
    above.remove();
    await executeServerCommand('media-features', {});
    await setViewport({ width: 800, height: 600 });
    window.scrollTo(0, 0);
  });

  async function below(): Promise<Esp32LlmConverter> {
    const element = await make();
    document.body.prepend(above);
    await converted(element);
    await rendered(element, '.onward');
    await executeServerCommand('media-features', { 'prefers-reduced-motion': 'reduce' });
    return element;
  }

  it('begins at the top of the window when its element was scrolled', async () => {
    const element = await below();
    const after = document.createElement('div');
    after.style.height = '3000px';
    document.body.append(after);
    try {
      part(element, '.onward .primary').focus();
      window.scrollTo(0, element.getBoundingClientRect().bottom + window.scrollY - 400);
      part(element, '.onward .primary').click();
      await rendered(element, '.try');
      await waitUntil(() => Math.abs(element.getBoundingClientRect().top) < 2, 'the top is in sight');
      expect(root(element).activeElement?.id, 'and has the focus').to.equal('step-heading');
    } finally {
      after.remove();
    }
  });

  it('moves nothing where it is in view', async () => {
    const element = await below();
    window.scrollTo(0, 650);
    const { top } = element.getBoundingClientRect();
    expect(top).to.be.greaterThan(0);
    step(element, 'Take away').focus();
    step(element, 'Take away').click();
    await rendered(element, '.take');
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(element.getBoundingClientRect().top).to.equal(top);
  });

  it('moves nothing for those who read something else, or did nothing', async () => {
    const element = await below();
    const after = document.createElement('div');
    after.style.height = '3000px';
    document.body.append(after);
    try {
      step(element, 'Fit').click();
      await rendered(element, '.fit');
      window.scrollTo(0, after.getBoundingClientRect().top + window.scrollY + 500);
      void element.convert();
      await waitUntil(() => element.step === 'converting');
      await new Promise((resolve) => setTimeout(resolve, 300));
      expect(element.getBoundingClientRect().bottom, 'it is out of sight still').to.be.lessThan(0);
    } finally {
      after.remove();
    }
  });
});

describe('a browser without Web Serial', function () {
  this.timeout(60_000);

  it('is told at first, with what works anyway, and is led to the emulated board where it would talk', async () => {
    reach({});
    const element = await make();
    await says(element, 'cannot reach boards over USB');
    await expect(element).to.be.accessible();
    await converted(element);
    step(element, 'Chat').click();
    await rendered(element, '.chat .notice');
    button(element, 'Talk to the emulated board instead').click();
    await rendered(element, '.try .start');
  });

  it('is told why where the page is not secure, and nothing where the page has no board', async () => {
    reach({ secure: false });
    const element = await make();
    await says(element, 'only by pages from https');
    const other = await make({ steps: 'choose fit compare try take' });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(shown(other)).not.to.contain('USB');
  });

  it('is nothing that others hear of', async () => {
    const element = await make();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(shown(element)).not.to.contain('USB');
  });
});

describe('the engine in the page', function () {
  this.timeout(60_000);

  it('answers in the same view with the same controls, and the question goes along', async () => {
    const element = await make();
    await toPageEngine(element);
    const prompt = part<HTMLTextAreaElement>(element, '#board-prompt');
    expect(prompt.value).to.equal('Turn on the light.');
    await sendTo(element, 'dim the lamp');
    expect(stage.converter.requests).to.deep.equal([
      { prompt: 'dim the lamp', temperature: 0, topK: 0, topP: 1, seed: 1, maxNewTokens: 128, next: false },
    ]);
    stage.converter.say('I am here.', 4);
    await says(element, 'I am here.');
    stage.converter.generation.resolve({
      text: 'I am here.',
      tokens: 4,
      promptTokens: 2,
      reason: 'length',
      tokensPerSecond: 123,
    });
    await says(element, '123 tokens per second');
    await expect(element).to.be.accessible();
    expect(steps(element, '.done')).to.include('Try');
    await sendTo(element, 'and now?');
    expect((stage.converter.requests[1] as { next: boolean }).next, 'the conversation goes on').to.be.true;
    stage.converter.say('so far', 3);
    await says(element, 'so far');
    button(element, 'Stop').click();
    await says(element, 'stopped');
    expect(shown(element)).to.contain('so far');
    // What stands in the box goes to the board.
    part<HTMLTextAreaElement>(element, '#board-prompt').value = 'half a';
    part(element, '#board-prompt').dispatchEvent(new Event('input'));
    part(element, '[value=board]').click();
    await rendered(element, '.start');
    button(element, 'Start the board').click();
    await rendered(element, '.running');
    expect(part<HTMLTextAreaElement>(element, '#board-prompt').value).to.equal('half a');
  });

  it('keeps a question that failed, and says why', async () => {
    const element = await make();
    await toPageEngine(element);
    await sendTo(element, 'too long');
    stage.converter.generation.reject(new Error('The prompt is too long.'));
    await says(element, 'No answer');
    expect(part<HTMLTextAreaElement>(element, '#board-prompt').value).to.equal('too long');
    expect(steps(element, '.done')).not.to.include('Try');
  });

  it('is there where the model does not fit a board', async () => {
    const element = await make();
    await converted(element, {
      plan: { ...(await import('../report/sample.js')).samplePlan(), fits: false },
    });
    button(element, 'Try').click();
    await rendered(element, '.talk');
    expect(part<HTMLInputElement>(element, '[value=board]').disabled).to.be.true;
    expect(shown(element)).to.contain('does not fit');
  });

  it('does not take sampling values that make no sense', async () => {
    const element = await make();
    await toPageEngine(element);
    const topK = part<HTMLInputElement>(element, '#board-topK');
    for (const [typed, kept] of [
      ['5', '5'],
      ['-1', '5'],
      ['2.5', '5'],
      ['100000', '5'],
      ['', '5'],
    ] as const) {
      topK.value = typed;
      topK.dispatchEvent(new Event('change'));
      await element.updateComplete;
      expect(topK.value).to.equal(kept);
    }
  });
});

async function sendTo(element: Esp32LlmConverter, text: string): Promise<void> {
  const asked = stage.converter.requests.length;
  const prompt = part<HTMLTextAreaElement>(element, '#board-prompt');
  prompt.value = text;
  prompt.dispatchEvent(new Event('input'));
  prompt.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', shiftKey: true }));
  expect(stage.converter.requests.length, 'shift and Enter begin a line').to.equal(asked);
  prompt.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter' }));
  await waitUntil(() => stage.converter.requests.length > asked, 'it is not asked');
}
