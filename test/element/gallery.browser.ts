/** The list of known models: opened by a press, asks no server, and one press more reads the model by ranges of the Hub. */
import { expect, fixture, html, waitUntil } from '@open-wc/testing';
import { Esp32LlmConverter } from '../../src/element/esp32-llm-converter.js';
import '../../src/element/define.js';
import { KNOWN_MODELS } from '../../src/element/gallery/known-models.js';
import { ConverterBridge } from '../../src/worker/bridge.js';
import { loadRuntime } from '../../src/worker/runtime.js';
import { pageStart } from '../../src/worker/start.js';

const HUB = 'https://huggingface.co';
const COMMIT = '0123456789abcdef0123456789abcdef01234567';
const PATIENCE = 60_000;
const NAMES = ['config.json', 'generation_config.json', 'model.safetensors', 'tokenizer.json'];

/** The Hub, with the bundled sample's files under every name. */
function playHub(asked: string[]): () => void {
  const before = window.fetch.bind(window);
  window.fetch = async (input, init) => {
    const request = new Request(input, init);
    const { origin, pathname } = new URL(request.url);
    if (origin === location.origin) return before(input, init);
    asked.push(request.url);
    if (origin !== HUB) return new Response(null, { status: 404 });
    if (pathname.startsWith('/api/models/'))
      return Response.json({ sha: COMMIT, siblings: NAMES.map((rfilename) => ({ rfilename })) });
    const whole = await before(`/models/home-commands/${pathname.split('/').at(-1) ?? ''}`);
    const bytes = new Uint8Array(await whole.arrayBuffer());
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.get('range') ?? '') ?? [];
    if (from === undefined || to === undefined) return new Response(bytes);
    const end = Math.min(Number(to), bytes.length - 1);
    return new Response(bytes.subarray(Number(from), end + 1), {
      status: 206,
      headers: { 'Content-Range': `bytes ${from}-${end}/${bytes.length}`, ETag: '"one"' },
    });
  };
  return () => {
    window.fetch = before;
  };
}

/** An element whose work is done by the page itself. */
async function onPage(lang = 'en'): Promise<Esp32LlmConverter> {
  Esp32LlmConverter.converter = async () => {
    const bridge = new ConverterBridge({
      runtime: () =>
        loadRuntime({
          kernels: '/kernels/prebuilt/kernels.wasm',
          twin: '/device-runtime/prebuilt/twin.wasm',
        }),
      starts: async () => [pageStart(() => undefined)],
    });
    return {
      inspect: (source, settings, options) => bridge.run('inspect', { source, settings }, options),
      plan: (source, settings, options) => bridge.run('plan', { source, settings }, options),
      convert: (source, settings, options) => bridge.run('convert', { source, settings }, options),
      files: (input, options) => bridge.run('files', input, options),
      generate: (bytes, request, options) => bridge.generate(bytes, request, options),
      dispose: () => bridge.dispose(),
    };
  };
  return fixture<Esp32LlmConverter>(html`<esp32-llm-converter lang=${lang}></esp32-llm-converter>`);
}

async function opened(element: Esp32LlmConverter): Promise<HTMLDialogElement> {
  await waitUntil(() => element.shadowRoot?.querySelector('.address') !== null);
  const door = [...(element.shadowRoot?.querySelectorAll<HTMLElement>('.address .plain') ?? [])][0];
  expect(door).to.exist;
  door?.click();
  const dialog = (): HTMLDialogElement | null => element.shadowRoot?.querySelector('dialog') ?? null;
  await waitUntil(() => dialog()?.open === true);
  return dialog() as HTMLDialogElement;
}

describe('the list of known models', () => {
  const before = Esp32LlmConverter.converter;
  let asked: string[] = [];
  let restore = (): void => undefined;

  beforeEach(() => {
    asked = [];
    restore = playHub(asked);
  });

  afterEach(() => {
    restore();
    Esp32LlmConverter.converter = before;
  });

  for (const lang of ['en', 'es', 'zh-Hans']) {
    it(`names every model with its licence and asks no server: ${lang}`, async () => {
      const element = await onPage(lang);
      const dialog = await opened(element);
      expect(dialog.lang).to.equal(lang);
      const rows = [...dialog.querySelectorAll('tbody tr')];
      expect(rows.map((row) => row.querySelector('button')?.textContent?.trim())).to.deep.equal(
        KNOWN_MODELS.map(({ name }) => name),
      );
      rows.forEach((row, i) => {
        expect(row.children.length).to.equal(8);
        const { licence } = KNOWN_MODELS[i] as (typeof KNOWN_MODELS)[number];
        if (licence !== null) expect(row.textContent).to.contain(licence);
      });
      expect(element.shadowRoot?.activeElement?.id).to.equal('gallery-heading');
      await expect(element).to.be.accessible();
      expect(asked).to.deep.equal([]);
    });
  }

  it('goes away without a choice, and can be opened again', async () => {
    const element = await onPage();
    const dialog = await opened(element);
    dialog.close();
    await waitUntil(() => element.shadowRoot?.querySelector('dialog') === null);
    expect(element.step).to.equal('choose');
    await opened(element);
  });

  it('one press reads the model of the Hub, by ranges', async () => {
    const element = await onPage();
    const dialog = await opened(element);
    const { repository } = KNOWN_MODELS[0] as (typeof KNOWN_MODELS)[number];
    dialog.querySelector<HTMLElement>('tbody button')?.click();
    await waitUntil(() => element.step === 'fit', 'the plan is shown', { timeout: PATIENCE });
    expect(asked[0]).to.contain(`/api/models/${repository}/revision/main`);
    expect(asked.every((url) => url.startsWith(`${HUB}/`))).to.equal(true);
  }).timeout(PATIENCE);
});
