/**
 * The emulated board of the built element under the content policies of the pages that embed it: it starts, or says what it
 * lacks. Each page is a frame with a policy of its own.
 */
import { expect, waitUntil } from '@open-wc/testing';
import { enAll as en } from '../../src/element/strings/en/all.js';
import { DOCUMENTED, open, sampleFiles, TAG, TRUSTED, type Page } from './embedded-page.js';

/** Conversion and boot take seconds each on a slow machine. */
const PATIENCE = 120_000;

describe('the emulated board under content policies', function () {
  this.timeout(2 * PATIENCE);
  let page: Page;

  afterEach(() => {
    page.remove();
  });

  /** Converts the sample and switches the board on. */
  async function start(): Promise<void> {
    const { element } = page;
    await element.load(await sampleFiles());
    expect(element.step, element.shadowRoot?.querySelector('.failure')?.textContent).to.equal('fit');
    await element.convert();
    expect(element.step).to.equal('try');
    const button = (): HTMLButtonElement | null | undefined =>
      element.shadowRoot?.querySelector('.try .start button');
    await waitUntil(() => button(), 'the view did not come', { timeout: PATIENCE });
    button()?.click();
  }

  async function shown(selector: string): Promise<string> {
    const { shadowRoot } = page.element;
    await waitUntil(() => shadowRoot?.querySelector(`${selector}, .failure`), `${selector} did not appear`, {
      timeout: PATIENCE,
    });
    const found = shadowRoot?.querySelector(selector);
    if (!found) throw new Error(shadowRoot?.querySelector('.failure')?.textContent);
    return found.textContent;
  }

  /** Straight to the board. */
  const ELEMENT = TAG.replace('>', ' steps="choose fit convert try">');

  it('starts under the documented policy', async () => {
    page = await open(DOCUMENTED, ELEMENT);
    await start();
    await shown('.try .running');
  });

  it('starts where Trusted Types are demanded', async () => {
    page = await open(TRUSTED, ELEMENT);
    await start();
    await shown('.try .running');
  });

  it('takes the emulator-worker.js beside the worker that worker-url names', async () => {
    page = await open(
      DOCUMENTED.replace('worker-src blob:', "worker-src 'self'"),
      ELEMENT.replace('>', ' worker-url="dist/worker.js">'),
    );
    await start();
    await shown('.try .running');
    const asked = page.window.performance.getEntriesByType('resource').map(({ name }) => name);
    expect(asked).to.include(`${location.origin}/dist/emulator-worker.js`);
  });

  it('says that it needs a worker where none may start', async () => {
    page = await open(DOCUMENTED.replace('worker-src blob:', "worker-src 'none'"), ELEMENT);
    await start();
    const said = await shown('.failure');
    expect(said)
      .to.contain(en.help.worker)
      .and.to.contain('The emulated board needs a worker')
      .and.to.contain('worker-src blob:')
      .and.to.contain('emulator-worker.js');
  });

  it('starts from the one file, which fetches nothing', async () => {
    page = await open(
      DOCUMENTED.replace("connect-src 'self'", "connect-src 'none'"),
      ELEMENT,
      '<script defer src="/dist/esp32-llm-converter.bundle.js"></script>',
    );
    await start();
    await shown('.try .running');
  });
});
