/**
 * A model of the Hugging Face Hub, from the name that is typed to the plan: the requests that a browser would send, and nothing
 * besides. The page does the work itself here, so that its requests can be answered by the test.
 */
import { expect, fixture, html, waitUntil } from '@open-wc/testing';
import { Esp32LlmConverter } from '../../src/element/esp32-llm-converter.js';
import '../../src/element/define.js';
import { ConverterBridge } from '../../src/worker/bridge.js';
import { loadRuntime } from '../../src/worker/runtime.js';
import { pageStart } from '../../src/worker/start.js';

const HUB = 'https://huggingface.co';
const REPOSITORY = 'someone/home-commands';
const COMMIT = '0123456789abcdef0123456789abcdef01234567';
const PATIENCE = 60_000;

interface Asked {
  readonly url: string;
  readonly range: string | null;
}

/** The Hub with one repository, whose files are those of the bundled sample; everything else is the page's own. */
function playHub(asked: Asked[]): () => void {
  const before = window.fetch.bind(window);
  window.fetch = async (input, init) => {
    const request = new Request(input, init);
    if (!request.url.startsWith(HUB)) return before(input, init);
    const range = request.headers.get('range');
    asked.push({ url: request.url.slice(HUB.length), range });
    const names = ['config.json', 'generation_config.json', 'model.safetensors', 'tokenizer.json'];
    if (request.url.startsWith(`${HUB}/api/models/${REPOSITORY}/revision/`)) {
      return Response.json({ sha: COMMIT, siblings: names.map((rfilename) => ({ rfilename })) });
    }
    const prefix = `${HUB}/${REPOSITORY}/resolve/${COMMIT}/`;
    if (!request.url.startsWith(prefix)) return new Response(null, { status: 404 });
    const whole = await before(`/models/home-commands/${request.url.slice(prefix.length)}`);
    const bytes = new Uint8Array(await whole.arrayBuffer());
    const [, from, to] = /^bytes=(\\d+)-(\\d+)$/.exec(range ?? '') ?? [];
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
async function onPage(): Promise<Esp32LlmConverter> {
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
  const element = await fixture<Esp32LlmConverter>(html`<esp32-llm-converter></esp32-llm-converter>`);
  await waitUntil(() => has(element, '#address'));
  return element;
}

function has(element: Esp32LlmConverter, selector: string): boolean {
  return (element.shadowRoot?.querySelector(selector) ?? null) !== null;
}

function find<T extends HTMLElement>(element: Esp32LlmConverter, selector: string): T {
  const found = element.shadowRoot?.querySelector<T>(selector) ?? null;
  if (found === null) throw new Error(`${selector} is not there: ${element.shadowRoot?.textContent ?? ''}`);
  return found;
}

async function typed(element: Esp32LlmConverter, address: string): Promise<void> {
  find<HTMLInputElement>(element, '#address').value = address;
  find<HTMLButtonElement>(element, 'form.address button').click();
  await waitUntil(() => element.step === 'fit' || has(element, '.failure'), 'neither a plan nor a failure', {
    timeout: PATIENCE,
  });
  await element.updateComplete;
}

describe('a model of the Hugging Face Hub', function () {
  this.timeout(2 * PATIENCE);
  let asked: Asked[];
  let stop: () => void;

  beforeEach(() => {
    localStorage.clear();
    asked = [];
    stop = playHub(asked);
  });

  afterEach(() => {
    stop();
    Esp32LlmConverter.converter = null;
    localStorage.clear();
  });

  it('is read by its name, at one commit, the weights by ranges', async () => {
    const element = await onPage();
    await typed(element, REPOSITORY);
    expect(element.step).to.equal('fit');
    expect(element.plan?.fits).to.be.true;
    expect(asked[0]?.url).to.equal(`/api/models/${REPOSITORY}/revision/main`);
    const files = asked.slice(1);
    expect(files.length).to.be.greaterThan(3);
    for (const { url } of files) expect(url).to.match(new RegExp(`^/${REPOSITORY}/resolve/${COMMIT}/`));
    const weights = files.filter(({ url }) => url.endsWith('model.safetensors'));
    expect(weights.length).to.be.greaterThan(0);
    for (const { range } of weights) expect(range).to.match(/^bytes=\d+-\d+$/);
    await element.convert();
    expect(element.step).to.equal('compare');
  });

  it('is opened again from the list of those that were opened before', async () => {
    const element = await onPage();
    await typed(element, REPOSITORY);
    element.reset();
    await waitUntil(() => has(element, '.recent button'));
    const before = asked.length;
    find<HTMLButtonElement>(element, '.recent button').click();
    await waitUntil(() => element.step === 'fit', 'the plan', { timeout: PATIENCE });
    expect(asked[before]?.url).to.equal(`/api/models/${REPOSITORY}/revision/main`);
  });

  it('that does not exist is told, with what to do', async () => {
    const element = await onPage();
    await typed(element, 'someone/nothing');
    expect(element.step).to.equal('choose');
    expect(find(element, '.failure').textContent).to.contain('someone/nothing');
    expect(asked.every(({ url }) => url.includes('someone/nothing'))).to.be.true;
  });
});
