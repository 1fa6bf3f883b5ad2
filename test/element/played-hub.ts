/**
 * The Hugging Face Hub, or a mirror of it, as tests play it: the bundled sample's files under the name of any repository that
 * there is to be. The page does the work itself, so that its requests can be answered.
 */
import { expect, fixture, waitUntil } from '@open-wc/testing';
import type { TemplateResult } from 'lit';
import { Esp32LlmConverter } from '../../src/element/esp32-llm-converter.js';
import '../../src/element/define.js';
import { ConverterBridge } from '../../src/worker/bridge.js';
import { loadRuntime } from '../../src/worker/runtime.js';
import { pageStart } from '../../src/worker/start.js';

export const HUB = 'https://huggingface.co';
export const COMMIT = '0123456789abcdef0123456789abcdef01234567';

/** Models are read and planned on machines that may be busy. */
export const PATIENCE = 60_000;

const NAMES = ['config.json', 'generation_config.json', 'model.safetensors', 'tokenizer.json'];

/** A request to another site than the page's own. */
export interface Asked {
  readonly url: string;
  readonly range: string | null;
}

/**
 * Answers for the Hub; other sites than it and the page's own have nothing.
 * @param exists which repositories (`owner/name`) there are
 * @param hub where it is
 * @returns ends it
 */
export function playHub(asked: Asked[], exists: (repository: string) => boolean, hub = HUB): () => void {
  const before = window.fetch.bind(window);
  window.fetch = async (input, init) => {
    const request = new Request(input, init);
    if (new URL(request.url).origin === location.origin) return before(input, init);
    const range = request.headers.get('range');
    asked.push({ url: request.url, range });
    const none = new Response(null, { status: 404 });
    if (!request.url.startsWith(`${hub}/`)) return none;
    const path = request.url.slice(hub.length);
    const [, described] = /^\/api\/models\/([^/]+\/[^/]+)\/revision\//.exec(path) ?? [];
    if (described !== undefined && exists(described))
      return Response.json({ sha: COMMIT, siblings: NAMES.map((rfilename) => ({ rfilename })) });
    const [, repository = '', commit, name = ''] =
      /^\/([^/]+\/[^/]+)\/resolve\/([^/]+)\/(.+)$/.exec(path) ?? [];
    if (!exists(repository) || commit !== COMMIT || !NAMES.includes(name)) return none;
    const whole = await before(`/models/home-commands/${name}`);
    const bytes = new Uint8Array(await whole.arrayBuffer());
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(range ?? '') ?? [];
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

/** An element whose work is done by the page itself, with the field for addresses in view. */
export async function onPage(template: TemplateResult): Promise<Esp32LlmConverter> {
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
  const element = await fixture<Esp32LlmConverter>(template);
  await waitUntil(() => has(element, '#address'));
  return element;
}

/** Elements work as they do on pages again. */
export function workElsewhere(): void {
  Esp32LlmConverter.converter = null;
}

/** Types an address and waits for what becomes of it. */
export async function typed(element: Esp32LlmConverter, address: string): Promise<void> {
  find<HTMLInputElement>(element, '#address').value = address;
  find<HTMLButtonElement>(element, 'form.address button').click();
  await waitUntil(() => element.step === 'fit' || has(element, '.failure'), 'neither a plan nor a failure', {
    timeout: PATIENCE,
  });
  await element.updateComplete;
}

/** A description, and then files at the commit that it names, the weights by ranges. */
export function expectRead(asked: readonly Asked[], repository: string, hub = HUB): void {
  const [described] = asked.map(({ url }) => url);
  expect(described === `${hub}/api/models/${repository}/revision/main`, described).to.be.true;
  const files = asked.slice(1);
  expect(files.length).to.be.greaterThan(3);
  for (const { url } of files)
    expect(url.startsWith(`${hub}/${repository}/resolve/${COMMIT}/`), url).to.be.true;
  const weights = files.filter(({ url }) => url.endsWith('model.safetensors'));
  expect(weights.length).to.be.greaterThan(0);
  for (const { range } of weights) expect(range).to.match(/^bytes=\d+-\d+$/);
}

export function has(element: Esp32LlmConverter, selector: string): boolean {
  return (element.shadowRoot?.querySelector(selector) ?? null) !== null;
}

export function find<T extends HTMLElement>(element: Esp32LlmConverter, selector: string): T {
  const found = element.shadowRoot?.querySelector<T>(selector) ?? null;
  if (found === null) throw new Error(`${selector} is not there: ${element.shadowRoot?.textContent ?? ''}`);
  return found;
}
