/** Files from pages in frames, and sheets of paper. */
import { expect, waitUntil } from '@open-wc/testing';
import { emulateMedia } from '@web/test-runner-commands';
import type { Esp32LlmConverter } from '../../src/element/esp32-llm-converter.js';
import { savingOf } from '../../src/element/save.js';
import { enAll as en } from '../../src/element/strings/en/all.js';
import { button, converted, make, root, setStage } from './board-page.js';
import { ELSEWHERE } from './embedded-page.js';

/** A page in a frame, as soon as it is there. */
async function framed(attributes: Readonly<Record<string, string>>): Promise<HTMLIFrameElement> {
  const frame = document.createElement('iframe');
  for (const [name, value] of Object.entries(attributes)) frame.setAttribute(name, value);
  const there = new Promise((resolve) => frame.addEventListener('load', resolve, { once: true }));
  document.body.append(frame);
  await there;
  return frame;
}

describe('files from frames', function () {
  this.timeout(120_000);

  it('are told from those that a sandbox holds back, as far as it can be asked', async () => {
    for (const [sandbox, expected] of [
      [null, 'permitted'],
      ['allow-scripts allow-same-origin', 'blocked'],
      ['allow-scripts allow-same-origin allow-downloads', 'permitted'],
      ['', 'blocked'],
    ] as const) {
      const frame = await framed({ srcdoc: '<p></p>', ...(sandbox === null ? {} : { sandbox }) });
      // A frame without an origin of its own cannot be looked into from here; what it sees is played.
      const seen = { frameElement: frame, parent: window } as unknown as Window;
      expect(savingOf(seen), String(sandbox)).to.equal(expected);
      frame.remove();
    }
    const inside = await framed({
      srcdoc: '<iframe srcdoc="<p></p>"></iframe>',
      sandbox: 'allow-same-origin',
    });
    const inner = inside.contentWindow?.frames[0];
    if (!inner) throw new Error('no frame in the frame');
    expect(savingOf(inner), 'a frame around the frame').to.equal('blocked');
    inside.remove();
    expect(savingOf({ frameElement: null, parent: window } as unknown as Window)).to.equal('unknown');
    expect(savingOf(window)).to.equal('permitted');
  });

  /** The page that converts the sample, in a frame. */
  async function inFrame(sandbox: string | null): Promise<HTMLIFrameElement> {
    const done = new Promise((resolve) => addEventListener('message', resolve, { once: true }));
    const frame = await framed({
      src: '/test/element/framed.html',
      width: '900',
      ...(sandbox === null ? {} : { sandbox }),
    });
    await done;
    return frame;
  }

  for (const [sandbox, notice] of [
    ['allow-scripts allow-same-origin', en.take.framed.blocked],
    ['allow-scripts allow-same-origin allow-downloads', null],
  ] as const) {
    it(`say what to do in a frame with sandbox="${sandbox}"`, async () => {
      const frame = await inFrame(sandbox);
      const element = frame.contentDocument?.querySelector<Esp32LlmConverter>('esp32-llm-converter');
      if (!element) throw new Error('no element');
      let clicked = 0;
      const { HTMLAnchorElement: Anchor } = frame.contentWindow as Window & typeof globalThis;
      Anchor.prototype.click = () => void clicked++;
      button(element, en.result.json).click();
      const shown = (): string | undefined => root(element).querySelector('.notice')?.textContent;
      await waitUntil(
        () => (notice === null ? clicked === 1 : shown() !== undefined),
        'neither file nor word',
      );
      expect([shown(), clicked]).to.deep.equal(notice === null ? [undefined, 1] : [notice, 0]);
      if (notice !== null)
        expect(root(element).querySelector('[role=status]')?.textContent).to.contain(notice);
      frame.remove();
    });
  }

  it('says what to do if nothing comes, where nobody can be asked', async () => {
    const frame = document.createElement('iframe');
    frame.src = `${ELSEWHERE}/test/element/framed-download.html`;
    const heard = new Promise<unknown>((resolve) =>
      addEventListener('message', ({ data }) => resolve(data), { once: true }),
    );
    document.body.append(frame);
    expect(await heard).to.equal(en.take.framed.unknown);
    frame.remove();
  });
});

setStage();

describe('on paper', function () {
  this.timeout(60_000);

  afterEach(() => emulateMedia({ media: 'screen' }));

  it('a result is a sheet: dark on white, nothing to press, nothing cut off', async () => {
    const element = await make();
    element.theme = 'dark';
    await converted(element);
    await waitUntil(() => root(element).querySelector('.tensors tr'));
    const shown = (selector: string): CSSStyleDeclaration => {
      const found = root(element).querySelector(selector);
      if (!found) throw new Error(`${selector} is not there`);
      return getComputedStyle(found);
    };
    expect(shown('.base').backgroundColor).to.equal('rgb(17, 24, 31)');
    await emulateMedia({ media: 'print' });
    expect(shown('.base').backgroundColor).to.equal('rgb(255, 255, 255)');
    expect(shown('h3').color).to.equal('rgb(23, 33, 43)');
    expect(shown('.buttons').display).to.equal('none');
    expect(shown('.steps').display).to.equal('none');
    expect(shown('.scroll').overflow).to.equal('visible');
    expect(shown('.verdict').display).not.to.equal('none');
    const table = root(element).querySelector('.tensors');
    expect(table?.getBoundingClientRect().height, 'tables that are folded away').to.be.greaterThan(20);
  });
});
