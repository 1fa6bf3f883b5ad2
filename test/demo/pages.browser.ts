/** The demo pages as people meet them: each in a frame, driven to where it leads. They need what `npm run build` makes. */
import { expect, waitUntil } from '@open-wc/testing';
import { unzipSync } from 'fflate';
import type { Esp32LlmConverter } from '../../src/element/esp32-llm-converter.js';

/** The first conversion on a slow machine compiles and loads everything. */
const PATIENCE = 120_000;

interface Named {
  readonly name: string;
}

let frame: HTMLIFrameElement;

async function open(name: string, width = 1000): Promise<Esp32LlmConverter> {
  frame = document.createElement('iframe');
  frame.title = name;
  frame.width = String(width);
  frame.height = '800';
  frame.src = `/demo/${name}`;
  document.body.append(frame);
  const find = (): Esp32LlmConverter | null | undefined =>
    frame.contentDocument?.querySelector('esp32-llm-converter');
  await waitUntil(() => find()?.shadowRoot?.querySelector('button'), `${name} did not come up`, {
    timeout: PATIENCE,
  });
  const element = find();
  if (!element) throw new Error('there is no element');
  return element;
}

function button(element: Esp32LlmConverter, text: string): HTMLButtonElement | undefined {
  return [...(element.shadowRoot?.querySelectorAll('button') ?? [])].find((each) =>
    each.textContent.includes(text),
  );
}

async function press(element: Esp32LlmConverter, text: string): Promise<void> {
  await waitUntil(() => button(element, text)?.disabled === false, `no button "${text}" in ${element.step}`, {
    timeout: PATIENCE,
  });
  button(element, text)?.click();
}

/** Waits for a step; a failure that is shown instead is told in its own words. */
async function reach(element: Esp32LlmConverter, step: Esp32LlmConverter['step']): Promise<void> {
  await waitUntil(
    () => {
      const failure = element.shadowRoot?.querySelector('.failure');
      if (failure) throw new Error(failure.textContent);
      return element.step === step;
    },
    `${step} was not reached`,
    { timeout: PATIENCE },
  );
  await element.updateComplete;
}

describe('the demo pages', function () {
  this.timeout(2 * PATIENCE);

  afterEach(() => {
    frame.remove();
  });

  for (const name of ['index', 'docs', 'kit', 'cdn', 'playground']) {
    it(`${name}.html shows its element, fits a narrow screen and links to the others`, async () => {
      await open(`${name}.html`, 320);
      const page = frame.contentDocument;
      expect(page?.documentElement.scrollWidth).to.be.at.most(320);
      await waitUntil(() => page?.querySelector('.about a[href*=LICENSE]'), 'links to the project', {
        timeout: PATIENCE,
      });
      const all = [...(page?.querySelectorAll<HTMLAnchorElement>('nav a') ?? [])];
      // The source is elsewhere.
      const links = all.filter(({ origin }) => origin === location.origin);
      expect([all.length - links.length, links.length]).to.deep.equal([1, 9]);
      const answers = await Promise.all(links.map(({ href }) => fetch(href)));
      expect(answers.every(({ ok }) => ok)).to.be.true;
      expect(page?.querySelector('[aria-current]')?.getAttribute('href')).to.equal(`${name}.html`);
    });

    it(`${name}.html speaks the element's languages`, async () => {
      const element = await open(`${name}.html`, 390);
      const page = frame.contentDocument;
      const english = page?.querySelector('h1')?.textContent ?? '';
      const choice = (): HTMLSelectElement | null | undefined => page?.querySelector('#page-language');
      await waitUntil(() => choice(), 'no choice of a language', { timeout: PATIENCE });
      const select = choice();
      if (!page || !select) throw new Error('no choice of a language');
      try {
        for (const [language, button] of [
          ['es', /Usar|Habla|Convi|Elegir/],
          ['zh-Hans', /使用|对话|转换|选择/],
        ] as const) {
          select.value = language;
          select.dispatchEvent(new Event('change'));
          await waitUntil(() => page.documentElement.lang === language, language);
          await waitUntil(
            () => button.test(element.shadowRoot?.textContent ?? ''),
            `${language} in the element`,
            {
              timeout: PATIENCE,
            },
          );
          const spoken = [...page.querySelectorAll<HTMLElement>('[data-t]')];
          const left = spoken.filter(({ lang }) => lang === 'en').map(({ dataset }) => dataset['t']);
          expect(left, 'said in English still').to.deep.equal([]);
          expect(page.querySelector('h1')?.textContent).not.to.equal(english);
          expect(page.documentElement.scrollWidth).to.be.at.most(390);
        }
        select.value = 'en';
        select.dispatchEvent(new Event('change'));
        await waitUntil(() => page.querySelector('h1')?.textContent === english, 'English again');
      } finally {
        localStorage.removeItem('esp32-llm-converter.demo.language');
      }
    });
  }

  it('docs.html: an article compares and gives away, and leaves the rest out', async () => {
    const element = await open('docs.html');
    await press(element, 'Use home-commands');
    await reach(element, 'fit');
    await press(element, 'Convert');
    await reach(element, 'compare');
    const steps = element.shadowRoot?.querySelectorAll('.steps li').length;
    // Choose, fit, convert, compare, take away.
    expect(steps).to.equal(5);
    await press(element, 'Take');
    await reach(element, 'take');
  });

  it('kit.html: the archive has the page, the model as it was, and the image of the download', async () => {
    const element = await open('kit.html');
    await press(element, 'Use home-commands');
    await reach(element, 'fit');
    await press(element, 'Convert');
    await reach(element, 'take');
    // Without a comparison the way back leads to the settings.
    await press(element, 'Change settings');
    await reach(element, 'fit');
    await waitUntil(() => element.shadowRoot?.querySelector('.fit-bar .primary'), 'the settings');
    element.shadowRoot?.querySelector<HTMLElement>('.fit-bar .primary')?.click();
    await reach(element, 'take');
    const image = new Uint8Array(await (await element.image()).arrayBuffer());

    const saved = new Promise<Blob>((resolve, reject) => {
      const window = frame.contentWindow as (Window & typeof globalThis) | null;
      if (window === null) throw new Error('no window');
      window.HTMLAnchorElement.prototype.click = function () {
        fetch(this.href).then((response) => resolve(response.blob()), reject);
      };
    });
    await press(element, 'Download kit');
    const files = unzipSync(new Uint8Array(await (await saved).arrayBuffer()));
    const read = (path: string): Uint8Array => {
      const file = files[`home-commands-kit/${path}`];
      if (file === undefined) throw new Error(`${path} among ${Object.keys(files).join(', ')}`);
      return file;
    };
    const fetched = async (path: string): Promise<Uint8Array> =>
      new Uint8Array(await (await fetch(path)).arrayBuffer());
    const weights = await fetched('/models/home-commands/model.safetensors');
    expect(equal(read('model/home-commands/model.safetensors'), weights)).to.be.true;
    const bundle = await fetched('/dist/esp32-llm-converter.bundle.js');
    expect(equal(read('esp32-llm-converter.bundle.js'), bundle)).to.be.true;
    expect(equal(read('image/home-commands-esp32-s3-n16r8.bin'), image)).to.be.true;
    for (const name of ['index.html', 'help.html', 'README.txt', 'preset.json', 'kit.js']) read(name);
  });

  it('cdn.html: the whole way with everything from another origin', async () => {
    const element = await open('cdn.html');
    expect(frame.contentDocument?.getElementById('origin')?.textContent).not.to.equal(location.origin);
    await press(element, 'Convert it yourself');
    await reach(element, 'fit');
    await press(element, 'Convert');
    await reach(element, 'compare');
  });

  it('playground.html: attributes take effect and every event is told', async () => {
    const element = await open('playground.html');
    const page = frame.contentDocument;
    await waitUntil(
      () => (page?.querySelector<HTMLSelectElement>('[name=board]')?.length ?? 0) > 20,
      'the boards',
      {
        timeout: PATIENCE,
      },
    );
    const html = (): string => page?.getElementById('html')?.textContent ?? '';
    const set = (name: string, value: string): void => {
      const field = page?.querySelector<HTMLInputElement>(`[name="${name}"]`);
      if (!field) throw new Error(`no field ${name}`);
      field.value = value;
      field.dispatchEvent(new Event('input', { bubbles: true }));
    };
    const manifest = (await (await fetch('/custom-elements.json')).json()) as {
      modules: {
        declarations: { tagName?: string; attributes?: Named[]; events?: Named[]; slots?: Named[] }[];
      }[];
    };
    const declared = manifest.modules
      .flatMap(({ declarations }) => declarations)
      .find(({ tagName }) => tagName === 'esp32-llm-converter');
    const fields = [...(page?.querySelectorAll<HTMLInputElement>('#attributes [name]') ?? [])].map(
      ({ name, dataset }) => dataset['attribute'] ?? name,
    );
    for (const { name } of declared?.attributes ?? []) expect(fields, 'a field').to.include(name);
    const slots = [...(page?.querySelectorAll<HTMLElement>('[data-slot]') ?? [])].map(
      ({ dataset }) => dataset['slot'],
    );
    expect(slots).to.have.members(declared?.slots?.map(({ name }) => name) ?? []);
    // The page lists every event, also one that this way does not bring about.
    for (const { name } of declared?.events ?? []) {
      element.dispatchEvent(new Event(name));
      expect(page?.querySelector(`[data-event="${name}"]`), name).not.to.equal(null);
    }
    page?.getElementById('events')?.replaceChildren();
    const box = page?.querySelector<HTMLInputElement>('[name="no-network"]');
    box?.click();
    expect(element.noNetwork).to.be.true;
    box?.click();
    expect(element.hasAttribute('no-network')).to.be.false;
    set('granularity', 'group:32');
    set('weights', 'int8');
    set('theme', 'dark');
    set('board', 'esp32-s3-n8r8');
    expect(element.scheme).to.equal('int8 group:32');
    expect(html()).to.contain(' theme="dark" board="esp32-s3-n8r8" scheme="int8 group:32"');
    const tick = (selector: string): void => page?.querySelector<HTMLElement>(selector)?.click();
    tick('[name=steps][value=chat]');
    tick('[name=locked][value=model]');
    expect(html()).to.contain('steps="choose fit convert compare try take flash" locked="model"');
    tick('[name=steps][value=chat]');
    tick('[name=locked][value=model]');
    expect(html()).not.to.contain('steps=').and.not.to.contain('locked');
    set('--esp32-llm-accent', '#aa0000');
    expect(html()).to.contain('--esp32-llm-accent: #aa0000;');
    expect(element.style.getPropertyValue('--esp32-llm-accent')).to.equal('#aa0000');
    const words = page?.querySelector<HTMLInputElement>('[data-slot=privacy]');
    if (words) {
      words.value = 'Nothing <leaves> "here"';
      words.dispatchEvent(new Event('input', { bubbles: true }));
    }
    expect(element.querySelector('[slot=privacy]')?.textContent).to.equal('Nothing <leaves> "here"');
    expect(html()).to.contain('<p slot="privacy">Nothing &lt;leaves> &quot;here&quot;</p>');
    set('prompt', "it's on");
    expect(page?.getElementById('kit')?.textContent).to.contain(
      `--board esp32-s3-n8r8 --scheme 'int8 group:32' --prompt 'it'\\''s on'`,
    );
    // What the page writes is what it shows.
    const copy = document.createElement('template');
    copy.innerHTML = html().replace(/^<script[^\n]*\n/, '');
    expect(copy.content.querySelector('esp32-llm-converter')?.getAttribute('prompt')).to.equal("it's on");
    const copied: string[] = [];
    Object.defineProperty(frame.contentWindow?.navigator, 'clipboard', {
      configurable: true,
      value: { writeText: async (text: string) => void copied.push(text) },
    });
    tick('[data-copy=html]');
    await waitUntil(() => page?.getElementById('said')?.textContent === 'Copied.', 'it is said');
    expect(copied).to.deep.equal([html()]);
    await press(element, 'Convert it yourself');
    await reach(element, 'fit');
    await press(element, 'Convert');
    await reach(element, 'compare');
    await element.image();
    const told = new Set(
      [...(page?.querySelectorAll<HTMLElement>('[data-event]') ?? [])].map(({ dataset }) => dataset['event']),
    );
    for (const name of ['state', 'plan', 'progress', 'report', 'image']) {
      expect([...told]).to.include(`esp32-llm-${name}`);
    }
    element.scheme = 'int2';
    element.reset();
    await element.load();
    expect(page?.querySelector('[data-event="esp32-llm-error"]')?.textContent).to.contain('int2');
  });
});

function equal(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}
