/** The state in the page's address: Back, forth and reload really driven, links followed, and what they may not do. */
import { expect, waitUntil } from '@open-wc/testing';
import type { Esp32LlmConverter } from '../../src/element/esp32-llm-converter.js';
import type { FakeConverter } from './fake-converter.js';

const PATIENCE = { timeout: 20_000 };

let frame: HTMLIFrameElement;

type FramedWindow = Window & typeof globalThis & { fake: FakeConverter };

function inside(): FramedWindow {
  const { contentWindow } = frame;
  if (contentWindow === null) throw new Error('the frame is gone');
  return contentWindow as FramedWindow;
}

function element(): Esp32LlmConverter {
  const found = inside().document.querySelector('esp32-llm-converter');
  if (found === null) throw new Error('there is no element');
  return found;
}

function root(): ShadowRoot {
  const { shadowRoot } = element();
  if (shadowRoot === null) throw new Error('not drawn');
  return shadowRoot;
}

const hash = (): string => inside().location.hash;

async function there(selector: string): Promise<HTMLElement> {
  const find = (): HTMLElement | null | undefined =>
    frame.contentDocument
      ?.querySelector('esp32-llm-converter')
      ?.shadowRoot?.querySelector<HTMLElement>(selector);
  const deadline = performance.now() + PATIENCE.timeout;
  while (!find()) {
    if (performance.now() > deadline)
      throw new Error(
        `${selector} did not appear at ${hash()}: ${root().querySelector('.body')?.textContent}`,
      );
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await element().updateComplete;
  return find() as HTMLElement;
}

async function says(pattern: RegExp): Promise<void> {
  await waitUntil(() => pattern.test(hash()), `${hash()} is not ${String(pattern)}`, PATIENCE);
}

function press(text: string, within = ''): void {
  const all = [...root().querySelectorAll<HTMLButtonElement>(`${within} button`)];
  const found = all.find((each) => each.textContent.trim() === text);
  if (!found)
    throw new Error(`no button ${text} among ${all.map((each) => each.textContent.trim()).join(', ')}`);
  found.click();
}

async function open(at = '', attributes = ''): Promise<void> {
  frame = document.createElement('iframe');
  frame.title = 'a page';
  frame.width = '1000';
  frame.height = '800';
  const tag = attributes === '' ? '' : `?${attributes}`;
  frame.src = `/test/element/address.html${tag}${at}`;
  document.body.append(frame);
  await there('.sharing, .link');
}

interface Checker {
  run(
    context: Element,
    options: object,
  ): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }>;
}

/** What is wrong for assistive technology; the checker has to run where the page is. */
async function accessible(): Promise<void> {
  const page = inside() as FramedWindow & { axe?: Checker };
  if (page.axe === undefined)
    await new Promise((resolve, reject) => {
      const script = page.document.createElement('script');
      script.src = '/node_modules/axe-core/axe.min.js';
      script.addEventListener('load', resolve);
      script.addEventListener('error', reject);
      page.document.head.append(script);
    });
  // Rules of whole pages are those of the page around.
  const found = await page.axe?.run(element(), { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] });
  expect(found?.violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).to.deep.equal([]);
}

/** Reads the sample, as its button does. */
async function toFit(): Promise<void> {
  await element().load();
  await there('.fit');
  await says(/step=fit/);
}

const LINK = '#esp32-llm=1;';

describe('the state in the address', function () {
  this.timeout(120_000);

  beforeEach(() => {
    sessionStorage.clear();
  });

  afterEach(() => {
    frame.remove();
    sessionStorage.clear();
  });

  it('is written from step to step, and nothing before there is something to say', async () => {
    await open('#part-2');
    expect(hash()).to.equal('#part-2');
    await toFit();
    expect(hash()).to.equal('#part-2&esp32-llm=1;model=home-commands;board=esp32-s3-n16r8;step=fit');
    await element().convert();
    await says(/step=compare$/);
    press('Try', '.steps');
    await says(/step=try$/);
    element().reset();
    await waitUntil(() => hash() === '#part-2', hash());
  });

  it('is followed back and forth, between steps and settings, without reading or converting again', async () => {
    await open();
    await toFit();
    const board = await there('#board');
    (board as HTMLSelectElement).value = 'esp32-s3-n8r8';
    board.dispatchEvent(new Event('change'));
    await says(/board=esp32-s3-n8r8;step=fit/);
    await element().convert();
    await says(/step=compare/);
    press('Take away', '.steps');
    await says(/step=take/);
    const { settings } = inside().fake;
    const asked = settings.length;
    const { history } = inside();
    history.back();
    await there('.verdict');
    expect(element().step).to.equal('compare');
    history.back();
    await there('.fit');
    expect(((await there('#board')) as HTMLSelectElement).value).to.equal('esp32-s3-n8r8');
    history.forward();
    await there('.verdict');
    history.forward();
    await there('.take');
    expect(settings.length, 'nothing was done again').to.equal(asked);
    history.go(-3);
    await says(/board=esp32-s3-n16r8;step=fit/);
    await waitUntil(
      () => root().querySelector<HTMLSelectElement>('#board')?.value === 'esp32-s3-n16r8',
      'the first board',
    );
    history.back();
    await there('.choose');
    expect(hash()).to.equal('');
    history.forward();
    await there('.fit');
    expect(inside().fake.sources.length, 'the model was read once').to.equal(1);
  });

  it('stays where it is when a link within the page is followed', async () => {
    await open();
    await toFit();
    inside().location.hash = '#part-3';
    await says(/^#part-3&esp32-llm=1;.*step=fit$/);
    expect(element().step).to.equal('fit');
    inside().history.back();
    await says(/^#esp32-llm=1;/);
    inside().history.back();
    await there('.choose');
  });

  it('comes back with a reload', async () => {
    await open();
    await element().load();
    await there('.fit');
    await element().convert();
    await says(/step=compare/);
    press('Flash', '.steps');
    await says(/step=flash/);
    const before = hash();
    const old = inside().document;
    inside().location.reload();
    await waitUntil(
      () => frame.contentDocument && frame.contentDocument !== old,
      'it is loaded again',
      PATIENCE,
    );
    await there('.flash');
    expect(element().step).to.equal('flash');
    expect(hash()).to.equal(before);
    expect(inside().fake.settings[0]?.board).to.equal('esp32-s3-n16r8');
  });

  it('takes board, scheme, context and prompt out of a link', async () => {
    await open(
      `${LINK}model=home-commands;board=esp32-s3-n8r8;scheme=int8+group:64;context=128;prompt=dim+it;step=try`,
    );
    await there('.try');
    expect(inside().fake.settings[0]).to.deep.include({ board: 'esp32-s3-n8r8', context: 128 });
    expect(inside().fake.settings[0]?.scheme).to.deep.include({ weights: 'int8', granularity: 'group:64' });
    expect((await there('#board-prompt, .start')).isConnected).to.be.true;
    expect(hash()).to.contain('prompt=dim+it;step=try');
    expect(inside().history.length, 'a link is one entry').to.be.greaterThan(0);
  });

  it('asks before a link loads what comes from elsewhere, and only once', async () => {
    await open(`${LINK}model=hf:owner/tiny;step=compare`);
    const card = await there('.link');
    expect(card.textContent).to.contain('This link wants to load owner/tiny from huggingface.co');
    await accessible();
    expect(inside().fake.sources).to.deep.equal([]);
    const foreign = inside()
      .performance.getEntriesByType('resource')
      .filter(({ name }) => new URL(name).origin !== location.origin);
    expect(foreign, 'nothing was asked for').to.deep.equal([]);
    press('Load it');
    await there('.verdict');
    expect(inside().fake.sources).to.deep.equal([{ kind: 'hub', repo: 'owner/tiny', revision: 'main' }]);
    expect(hash()).to.contain('model=hf:owner/tiny');
    const old = inside().document;
    inside().location.reload();
    await waitUntil(
      () => frame.contentDocument && frame.contentDocument !== old,
      'it is loaded again',
      PATIENCE,
    );
    await there('.verdict');
  });

  it('leaves a link alone that is not wanted', async () => {
    await open(`#here&${LINK.slice(1)}model=https://other.example/m/;step=fit`);
    expect((await there('.link')).textContent).to.contain('load m from other.example');
    press('Not now');
    await waitUntil(() => root().querySelector('.link') === null, 'the card is gone');
    expect(hash()).to.equal('#here');
    expect(inside().fake.sources).to.deep.equal([]);
  });

  for (const [what, text, words] of [
    ['a program in place of an address', 'model=javascript:alert(1);step=fit', 'does not name a model'],
    ['data in place of an address', 'model=data:text/html,x;step=fit', 'does not name a model'],
    ['an address with a password', 'model=https://a:S3CRET@b.example/;step=fit', 'does not name a model'],
    [
      'HTML in place of a board',
      'model=home-commands;board=<img+src=x+onerror=alert(1)>;step=fit',
      'names a board',
    ],
    ['an endless prompt', `model=home-commands;prompt=${'x'.repeat(5000)};step=fit`, 'too long'],
    ['half a character', 'model=home-commands;prompt=%E0%A4;step=fit', 'is damaged'],
    ['a step that is none', 'model=home-commands;step=__proto__', 'names a step'],
    ['a context that is none', 'model=home-commands;context=1e99;step=fit', 'context is not possible'],
  ] as const) {
    it(`refuses ${what}, in words`, async () => {
      await open(`${LINK}${text}`);
      const card = await there('.link.failure');
      expect(card.textContent).to.contain('This link cannot be followed').and.to.contain(words);
      expect(card.textContent).not.to.contain('S3CRET');
      expect(card.querySelector('img')).to.equal(null);
      expect(inside().fake.sources).to.deep.equal([]);
      await accessible();
      press('Dismiss', '.link');
      await waitUntil(() => root().querySelector('.link') === null, 'it is gone');
      expect(hash()).to.equal('');
      await toFit();
    });
  }

  it('does not go round what the page has settled', async () => {
    await open();
    const { document: page } = inside();
    const other = page.createElement('esp32-llm-converter');
    for (const [name, value] of [
      ['id', 'settled'],
      ['address', ''],
      ['model', '/models/home-commands/'],
      ['locked', 'model board'],
      ['board', 'esp32-s3-n8r8'],
    ] as const)
      other.setAttribute(name, value);
    inside().location.hash = '#esp32-llm.settled=1;model=hf:owner/tiny;step=fit';
    page.body.append(other);
    const find = (selector: string): Element | null | undefined => other.shadowRoot?.querySelector(selector);
    await waitUntil(() => find('.link.failure'), 'it is refused', PATIENCE);
    expect(find('.link.failure')?.textContent).to.contain('settled which model');
    inside().location.hash = '#esp32-llm.settled=1;model=home-commands;board=esp32-s3-n16r8;step=fit';
    await waitUntil(() => find('.fit'), 'its own model is read', PATIENCE);
    expect(inside().fake.settings.at(-1)?.board, 'the board stays').to.equal('esp32-s3-n8r8');
  });

  it('gives link and tag to the clipboard, and says so; without one they can be copied by hand', async () => {
    await open();
    await toFit();
    const copied: string[] = [];
    const { navigator } = inside();
    const offer = (writeText: (text: string) => Promise<void>): void => {
      Object.defineProperty(navigator, 'clipboard', { configurable: true, value: { writeText } });
    };
    offer(async (text) => void copied.push(text));
    press('Copy link', '.sharing');
    await waitUntil(
      () => root().querySelector('.sharing')?.textContent.includes('Link copied'),
      'it is said',
    );
    expect(copied).to.deep.equal([inside().location.href]);
    expect(root().querySelector('[role=status]')?.textContent).to.equal('Link copied');
    press('Copy HTML tag', '.sharing');
    await waitUntil(() => copied.length === 2, 'the tag');
    expect(copied[1]).to.equal('<esp32-llm-converter board="esp32-s3-n16r8"></esp32-llm-converter>');
    offer(() => Promise.reject(new DOMException('No.', 'NotAllowedError')));
    press('Copy HTML tag', '.sharing');
    const field = (await there('#by-hand')) as HTMLInputElement;
    expect(field.value).to.equal(copied[1]);
    expect(root().querySelector('[role=status]')?.textContent).to.contain('by hand');
    await accessible();
    press('Copy link', '.sharing');
    await waitUntil(() => field.value === inside().location.href, 'the link by hand');
  });

  it('says when a link does not carry the model', async () => {
    await open();
    const config = new File(['{}'], 'config.json');
    await element().load([config]);
    await says(/esp32-llm=1;board=esp32-s3-n16r8;step=fit/);
    press('Copy link', '.sharing');
    await waitUntil(() => root().querySelector('.sharing')?.textContent.includes('own folder'), 'it is said');
    const old = inside().document;
    inside().location.reload();
    await waitUntil(
      () => frame.contentDocument && frame.contentDocument !== old,
      'it is loaded again',
      PATIENCE,
    );
    expect((await there('.link.failure')).textContent).to.contain('Choose that folder again');
  });

  it('is not there where the page does not ask for it', async () => {
    await open();
    const plain = inside().document.createElement('esp32-llm-converter');
    inside().document.body.append(plain);
    await plain.load();
    await plain.updateComplete;
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(hash()).to.equal('');
    expect(plain.shadowRoot?.querySelector('.sharing')).to.equal(null);
  });
});
