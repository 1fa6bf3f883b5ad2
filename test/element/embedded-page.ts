/** Pages with content policies, each in a frame, for tests of the built element. */
import { waitUntil } from '@open-wc/testing';
import type { Esp32LlmConverter } from '../../src/element/esp32-llm-converter.js';

/** The policy that the README asks embedders for, the site being the frame's own. */
export const DOCUMENTED =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src blob:; connect-src 'self'";

/** The same where Trusted Types are demanded. */
export const TRUSTED = `${DOCUMENTED}; require-trusted-types-for 'script'; trusted-types esp32-llm-converter`;

export const PATIENCE = 60_000;

export interface Page {
  readonly element: Esp32LlmConverter;
  readonly window: Window & typeof globalThis;
  remove(): void;
}

/** The same server under another name: another origin, as a CDN is. */
export const ELSEWHERE = `http://127.0.0.1:${location.port}`;

export const TAG = '<esp32-llm-converter></esp32-llm-converter>';

export const SCRIPT = '<script type="module" src="/dist/define.js"></script>';

/** Opens a page with a policy and the given HTML for the element. */
export async function open(policy: string | null, tag = TAG, script = SCRIPT): Promise<Page> {
  const frame = document.createElement('iframe');
  frame.width = '800';
  const meta = policy === null ? '' : `<meta http-equiv="Content-Security-Policy" content="${policy}">`;
  frame.srcdoc = `<!doctype html><html lang="en"><head><title>page</title>${meta}
    <base href="${location.origin}/">${script}</head><body>${tag}</body></html>`;
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

/** The sample as a person would drop it: nothing has to be fetched for it. */
export async function sampleFiles(): Promise<File[]> {
  const names = ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'model.safetensors'];
  return Promise.all(
    names.map(async (name) => {
      const response = await fetch(`/models/home-commands/${name}`);
      return new File([await response.arrayBuffer()], name);
    }),
  );
}
