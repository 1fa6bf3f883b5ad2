/**
 * The built element under the content policies of the pages that embed it: what it needs, what it falls back to, and that it
 * names the missing line. Each page is a frame with a policy of its own.
 */
import { expect, waitUntil } from '@open-wc/testing';
import type { Esp32LlmConverter } from '../../src/element/esp32-llm-converter.js';

/** The policy that the README asks embedders for, the site being the frame's own. */
const DOCUMENTED =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src blob:; connect-src 'self'";

const PATIENCE = 60_000;

interface Page {
  readonly element: Esp32LlmConverter;
  readonly window: Window & typeof globalThis;
  remove(): void;
}

/** Opens a page with a policy and the given HTML for the element. */
async function open(policy: string, tag = '<esp32-llm-converter></esp32-llm-converter>'): Promise<Page> {
  const frame = document.createElement('iframe');
  frame.width = '800';
  frame.srcdoc = `<!doctype html><html lang="en"><head><title>page</title>
    <meta http-equiv="Content-Security-Policy" content="${policy}">
    <base href="${location.origin}/">
    <script type="module" src="/dist/define.js"></script></head><body>${tag}</body></html>`;
  document.body.append(frame);
  await waitUntil(
    () =>
      frame.contentDocument?.querySelector('esp32-llm-converter')?.shadowRoot?.querySelector('.drop') ??
      false,
    'the element did not come up',
    { timeout: PATIENCE },
  );
  const element = frame.contentDocument?.querySelector('esp32-llm-converter');
  const window = frame.contentWindow as (Window & typeof globalThis) | null;
  if (!element || window === null) throw new Error('The frame has no element.');
  return {
    element,
    window,
    remove: () => {
      frame.remove();
    },
  };
}

async function failure(page: Page): Promise<string> {
  await page.element.load('/models/home-commands/');
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

  it('reads a model where Trusted Types are demanded', async () => {
    page = await open(
      `${DOCUMENTED}; require-trusted-types-for 'script'; trusted-types lit-html esp32-llm-converter`,
    );
    await page.element.load('/models/home-commands/');
    expect(page.element.step).to.equal('fit');
  });

  it('takes worker-url where blobs are forbidden', async () => {
    page = await open(
      DOCUMENTED.replace('worker-src blob:', "worker-src 'self'"),
      '<esp32-llm-converter worker-url="dist/worker.js"></esp32-llm-converter>',
    );
    await page.element.load('/models/home-commands/');
    expect(page.element.step).to.equal('fit');
  });

  it('names the line for workers where it is missing', async () => {
    page = await open(DOCUMENTED.replace('worker-src blob:', "worker-src 'none'"));
    expect(await failure(page))
      .to.contain('worker-src blob:')
      .and.to.contain('worker-url');
  });

  it('names the word for WebAssembly where it is missing', async () => {
    page = await open(DOCUMENTED.replace("'wasm-unsafe-eval'", ''));
    expect(await failure(page)).to.contain("'wasm-unsafe-eval'");
  });

  it('names connect-src where files cannot be fetched', async () => {
    page = await open(DOCUMENTED.replace("connect-src 'self'", "connect-src 'none'"));
    expect(await failure(page)).to.contain('connect-src');
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
});
