/**
 * The built element under the content policies of the pages that embed it: what it needs, what it falls back to, and that it
 * names the missing line. Each page is a frame with a policy of its own.
 */
import { expect, waitUntil } from '@open-wc/testing';
import type { Esp32LlmConverter } from '../../src/element/esp32-llm-converter.js';
import { enAll as en } from '../../src/element/strings/en/all.js';
import { esAll as es } from '../../src/element/strings/es/all.js';
import { LANGUAGES } from '../../src/shared/languages.js';
import {
  DOCUMENTED,
  ELSEWHERE,
  open,
  PATIENCE,
  sampleFiles,
  SCRIPT,
  TAG,
  TRUSTED,
  type Page,
} from './embedded-page.js';

/** What the element says about the model that it read. */
async function notes(page: Page): Promise<string> {
  const shown = (): string | undefined => page.element.shadowRoot?.querySelector('.notes')?.textContent;
  await waitUntil(() => shown() !== undefined, 'there are no notes', { timeout: PATIENCE });
  return shown() ?? '';
}

async function failure(page: Page, model = '/models/home-commands/'): Promise<string> {
  await page.element.load(model);
  await page.element.updateComplete;
  const box = page.element.shadowRoot?.querySelector('.failure');
  if (!box) throw new Error(`no failure is shown; step ${page.element.step}`);
  return box.textContent;
}

describe('the element under content policies', function () {
  this.timeout(2 * PATIENCE);
  let page: Page;

  afterEach(() => {
    page.remove();
  });

  it('reads a model under the documented policy', async () => {
    page = await open(DOCUMENTED);
    await page.element.load('/models/home-commands/');
    expect(page.element.step).to.equal('fit');
    expect(page.element.plan?.fits).to.be.true;
  });

  it('keeps its styles without any style permission', async () => {
    page = await open(DOCUMENTED);
    const drop = page.element.shadowRoot?.querySelector('.drop');
    if (!drop) throw new Error('no drop zone');
    expect(page.window.getComputedStyle(drop).borderTopStyle).to.equal('dashed');
  });

  it('draws its bars without any style permission', async () => {
    page = await open(DOCUMENTED);
    const refused: string[] = [];
    page.window.document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) =>
      refused.push(effectiveDirective),
    );
    const { element } = page;
    const bar = (selector: string): number => {
      const fill = element.shadowRoot?.querySelector<HTMLElement>(selector);
      const track = fill?.parentElement;
      if (!fill || !track) throw new Error(`no ${selector}`);
      return fill.offsetWidth / track.clientWidth;
    };
    await element.load('/models/home-commands/');
    await waitUntil(() => element.shadowRoot?.querySelector('.memory .fill'), 'bars');
    expect(bar('.memory .fill.weights')).to.be.within(0.2, 1);
    await element.convert();
    await waitUntil(() => element.shadowRoot?.querySelector('.tensors .fill'), 'tensors');
    for (const details of element.shadowRoot?.querySelectorAll('details') ?? []) details.open = true;
    expect(bar('.tensors .fill')).to.be.within(0.2, 1);
    expect(refused).to.deep.equal([]);
  });

  it('reads a model where Trusted Types are demanded', async () => {
    page = await open(TRUSTED);
    await page.element.load('/models/home-commands/');
    expect(page.element.step).to.equal('fit');
    // Vouched for by its own policy: there is a worker.
    expect(await notes(page)).not.to.contain('worker');
  });

  it('comes up on a page that has a Lit of its own, whose policy may be there but once', async () => {
    page = await open(
      `${TRUSTED.replace("'self'", "'self' 'unsafe-inline'")} lit-html`,
      TAG,
      `<script>
        const policy = trustedTypes.createPolicy('lit-html', { createHTML: (text) => text });
        try {
          trustedTypes.createPolicy('lit-html', { createHTML: (text) => text });
        } catch {
          globalThis.onlyOnce = true;
        }
      </script>${SCRIPT}`,
    );
    expect('onlyOnce' in page.window).to.be.true;
    await page.element.load('/models/home-commands/');
    expect(page.element.step).to.equal('fit');
    expect(await notes(page)).not.to.contain('worker');
  });

  it('draws nothing where its policy is not listed, and the browser names it', async () => {
    const frame = document.createElement('iframe');
    const policy = TRUSTED.replace('trusted-types esp32-llm-converter', 'trusted-types lit-html');
    frame.srcdoc = `<!doctype html><html lang="en"><head><title>page</title>
      <script>
        addEventListener('securitypolicyviolation', ({ effectiveDirective, sample }) => {
          (globalThis.refused ??= []).push(effectiveDirective + ' ' + sample);
        });
      </script>
      <meta http-equiv="Content-Security-Policy" content="${policy}"><base href="${location.origin}/">
      ${SCRIPT}</head><body>${TAG}</body></html>`;
    document.body.append(frame);
    page = {
      element: document.createElement('esp32-llm-converter'),
      window: frame.contentWindow as Window & typeof globalThis,
      remove: () => {
        frame.remove();
      },
    };
    const refused = (): string[] => (frame.contentWindow as unknown as { refused?: string[] }).refused ?? [];
    await waitUntil(
      () => refused().some((each) => each.startsWith('trusted-types ')),
      'nothing was refused',
      {
        timeout: PATIENCE,
      },
    );
    expect(refused().join()).to.contain('trusted-types esp32-llm-converter');
    const drawn = frame.contentDocument?.querySelector('esp32-llm-converter')?.shadowRoot;
    expect(drawn?.querySelector('.base') ?? null).to.equal(null);
  });

  it('leaves the name of that policy to the page, also when the script came twice', async () => {
    page = await open(
      `${TRUSTED.replace("'self'", "'self' 'unsafe-inline'")} lit-html`,
      TAG,
      `${SCRIPT}<script type="module" src="/dist/define.js?again"></script>
       <script defer src="/dist/esp32-llm-converter.bundle.js"></script>`,
    );
    await page.element.load('/models/home-commands/');
    expect(page.element.step).to.equal('fit');
    const { trustedTypes } = page.window as unknown as {
      trustedTypes: { createPolicy(name: string, rules: object): unknown };
    };
    expect(() => trustedTypes.createPolicy('lit-html', {})).not.to.throw();
  });

  it('takes worker-url where blobs are forbidden', async () => {
    page = await open(
      DOCUMENTED.replace('worker-src blob:', "worker-src 'self'"),
      '<esp32-llm-converter worker-url="dist/worker.js"></esp32-llm-converter>',
    );
    await page.element.load('/models/home-commands/');
    expect(page.element.step).to.equal('fit');
  });

  it('does the work on the page where no worker may start, and names the line that is missing', async () => {
    page = await open(DOCUMENTED.replace('worker-src blob:', "worker-src 'none'"));
    await page.element.load('/models/home-commands/');
    expect(page.element.step).to.equal('fit');
    expect(await notes(page))
      .to.contain('worker-src blob:')
      .and.to.contain('worker-url');
    await page.element.convert();
    expect(page.element.step).to.equal('compare');
    expect(page.element.report?.top1).to.be.greaterThan(0.9);
  });

  it('stops the work on the page when it is cancelled, and can begin again', async () => {
    page = await open(DOCUMENTED.replace('worker-src blob:', "worker-src 'none'"));
    const { element } = page;
    await element.load('/models/home-commands/');
    const progress = new Promise((resolve) => {
      element.addEventListener('esp32-llm-progress', resolve, { once: true });
    });
    const conversion = element.convert();
    await progress;
    element.cancel();
    await conversion;
    expect(element.step).to.equal('fit');
    await element.convert();
    expect(element.step).to.equal('compare');
  });

  it('names the word for WebAssembly where it is missing', async () => {
    page = await open(DOCUMENTED.replace("'wasm-unsafe-eval'", ''));
    expect(await failure(page)).to.contain("'wasm-unsafe-eval'");
  });

  it('names connect-src where files cannot be fetched', async () => {
    page = await open(DOCUMENTED.replace("connect-src 'self'", "connect-src 'none'"));
    const said = await failure(page);
    expect(said).to.contain(en.failures.policy).and.to.contain(en.help['connect-src']);
  });

  it('tells a model that the policy forbids from a line that is down', async () => {
    page = await open(DOCUMENTED, '<esp32-llm-converter lang="es"></esp32-llm-converter>');
    const said = await failure(page, `${ELSEWHERE}/models/home-commands/`);
    expect(said).to.contain(es.failures.policy).and.to.contain(es.help['connect-src']);
  });

  it('is one script from another origin, without a policy and under the documented one', async () => {
    const script = `<script type="module" src="${ELSEWHERE}/dist/define.js"></script>`;
    for (const policy of [
      null,
      `default-src 'none'; script-src ${ELSEWHERE} 'wasm-unsafe-eval'; worker-src blob:; connect-src ${ELSEWHERE}`,
    ]) {
      page = await open(policy, TAG, script);
      // The sample lies beside the script, on that origin.
      await page.element.load();
      expect(page.element.step).to.equal('fit');
      await page.element.convert();
      expect(page.element.step).to.equal('compare');
      expect((await page.element.image()).size).to.be.greaterThan(1_000_000);
      if (policy === null) page.remove();
    }
  });

  for (const kind of ['', 'type="module" ']) {
    it(`is one file that fetches nothing, as a ${kind === '' ? 'classic' : 'module'} script`, async () => {
      page = await open(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src blob:; connect-src 'none'",
        TAG,
        `<script ${kind}defer src="/dist/esp32-llm-converter.bundle.js"></script>`,
      );
      await page.element.load(await sampleFiles());
      expect(page.element.step).to.equal('fit');
      await page.element.convert();
      expect(page.element.step).to.equal('compare');
      expect((await page.element.image()).size).to.be.greaterThan(1_000_000);
    });
  }

  it('offers no sample where the one file came alone, and says so when it is asked for', async () => {
    page = await open(DOCUMENTED, TAG, `<script defer src="/dist/esp32-llm-converter.bundle.js"></script>`);
    const { element } = page;
    expect(element.shadowRoot?.querySelector('.sample')).to.equal(null);
    await element.load();
    await element.updateComplete;
    expect(element.step).to.equal('choose');
    expect(element.shadowRoot?.querySelector('.failure')?.textContent).to.contain('attribute model');
    element.model = '/models/home-commands/';
    await element.updateComplete;
    expect(element.shadowRoot?.querySelector('.sample button')?.textContent).to.contain('home-commands');
  });

  it('asks for the sample beside the script and nowhere else', async () => {
    page = await open(DOCUMENTED);
    await page.element.load();
    expect(page.element.step).to.equal('fit');
    const asked = page.window.performance
      .getEntriesByType('resource')
      .map(({ name }) => new URL(name).pathname);
    expect(asked.filter((name) => name.includes('/models/'))).to.satisfy((names: string[]) =>
      names.every((name) => name.startsWith('/dist/models/home-commands/')),
    );
  });

  it('speaks several languages on one page', async () => {
    page = await open(
      DOCUMENTED,
      LANGUAGES.map((language) => `<esp32-llm-converter lang="${language}"></esp32-llm-converter>`).join(''),
    );
    const all = [...page.window.document.querySelectorAll('esp32-llm-converter')];
    const shown = (element: Esp32LlmConverter): string | null | undefined =>
      element.shadowRoot?.querySelector('.base')?.getAttribute('lang');
    await waitUntil(() => all.every((element) => shown(element)), 'not all are drawn', { timeout: PATIENCE });
    expect(all.map((element) => shown(element)?.toLowerCase())).to.deep.equal(
      LANGUAGES.map((language) => language.toLowerCase()),
    );
    const titles = new Set(all.map((element) => element.shadowRoot?.querySelector('h2')?.textContent));
    expect(titles.size).to.equal(LANGUAGES.length);
  });

  it('runs twice on a page that loads the script twice', async () => {
    page = await open(
      DOCUMENTED,
      `<esp32-llm-converter></esp32-llm-converter><esp32-llm-converter></esp32-llm-converter>
       <script type="module" src="/dist/define.js?again"></script>`,
    );
    const both = [...page.window.document.querySelectorAll('esp32-llm-converter')];
    await Promise.all(both.map((element) => element.load('/models/home-commands/')));
    expect(both.map((element) => element.step)).to.deep.equal(['fit', 'fit']);
  });

  it('runs beside the one-file form of itself', async () => {
    page = await open(
      DOCUMENTED,
      TAG,
      `${SCRIPT}<script defer src="/dist/esp32-llm-converter.bundle.js"></script>`,
    );
    await page.element.load('/models/home-commands/');
    expect(page.element.step).to.equal('fit');
  });
});

describe('the element in frames of other origins', function () {
  this.timeout(2 * PATIENCE);
  let frame: HTMLIFrameElement;

  afterEach(() => {
    frame.remove();
  });

  /** Opens the page that reads the sample and reports, in a frame with the given attributes. */
  function report(origin: string, attributes: Readonly<Record<string, string>>): Promise<unknown> {
    frame = document.createElement('iframe');
    for (const [name, value] of Object.entries(attributes)) frame.setAttribute(name, value);
    const answer = new Promise((resolve) => {
      addEventListener('message', function heard({ source, data }) {
        if (source !== frame.contentWindow) return;
        removeEventListener('message', heard);
        resolve(data);
      });
    });
    frame.src = `${origin}/test/element/framed.html`;
    document.body.append(frame);
    return answer;
  }

  it('converts in a frame of another origin, and knows that boards are out of reach there', async () => {
    expect(await report(ELSEWHERE, {})).to.deep.equal({ step: 'compare', failure: null, serial: 'frame' });
  });

  it('reaches boards where the frame allows it', async () => {
    const answer = await report(ELSEWHERE, { allow: 'serial' });
    expect(answer).to.deep.equal({ step: 'compare', failure: null, serial: 'available' });
  });

  it('converts in a sandboxed frame without an origin of its own', async () => {
    const answer = (await report(location.origin, { sandbox: 'allow-scripts' })) as { step: string };
    expect(answer.step).to.equal('compare');
  });
});
