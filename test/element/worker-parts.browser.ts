/**
 * The parts of the worker's program: a page fetches those that its conversions need, once, under every policy that lets a worker
 * start; and none where the whole program is there already.
 */
import { expect } from '@open-wc/testing';
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

const FAMILIES = '/test/fixtures/families';

/** Names of the parts that a page has fetched. */
function parts({ window }: Page): string[] {
  return window.performance
    .getEntriesByType('resource')
    .flatMap(({ name }) => /\/worker-part-(.+)-.{7}\.js$/.exec(name)?.[1] ?? [])
    .sort();
}

async function file(url: string, name: string): Promise<File> {
  return new File([await (await fetch(url)).arrayBuffer()], name);
}

/** A folder of GPT-2, which is no Llama, has no chat, and may have a tokenizer of another form than the usual. */
async function gpt2(): Promise<File[]> {
  const names = ['config.json', 'model.safetensors'];
  return Promise.all(names.map((name) => file(`${FAMILIES}/gpt2/${name}`, name)));
}

/** The sample with weights that PyTorch wrote, of another model: they are read, and have no layer of this one. */
async function pytorch(): Promise<File[]> {
  const response = await fetch('/test/checkpoint/pytorch/files.json');
  const { files } = (await response.json()) as { files: { plain: { file: string } } };
  const weights = Uint8Array.from(atob(files.plain.file), (character) => character.charCodeAt(0));
  const others = (await sampleFiles()).filter(({ name }) => !name.endsWith('.safetensors'));
  return [...others, new File([weights], 'pytorch_model.bin')];
}

const OF_GPT2 = ['others', 'sentencepiece', 'tokenizer-files', 'word-piece-definition'];

const PAGES: readonly (readonly [string, string | null, string, string])[] = [
  ['without a policy', null, TAG, SCRIPT],
  [
    'with a script from elsewhere',
    null,
    TAG,
    `<script type="module" src="${ELSEWHERE}/dist/define.js"></script>`,
  ],
  ['under the documented policy', DOCUMENTED, TAG, SCRIPT],
  ['where Trusted Types are demanded', TRUSTED, TAG, SCRIPT],
  [
    'where a nonce lets the script in',
    DOCUMENTED.replace("script-src 'self'", "script-src 'nonce-one' 'strict-dynamic'"),
    TAG,
    SCRIPT.replace('<script', '<script nonce="one"'),
  ],
];

describe("the worker's parts", function () {
  this.timeout(2 * PATIENCE);
  let page: Page;

  afterEach(() => {
    page.remove();
  });

  for (const [where, policy, tag, script] of PAGES) {
    it(`are fetched by the models that need them, ${where}`, async () => {
      page = await open(policy, tag, script);
      const refused: string[] = [];
      page.window.document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) =>
        refused.push(effectiveDirective),
      );
      const { element } = page;
      await element.load(await sampleFiles());
      expect(element.step).to.equal('fit');
      expect(parts(page)).to.deep.equal(['chat']);
      await element.convert();
      expect(element.step).to.equal('compare');
      expect(parts(page)).to.deep.equal(['chat']);

      await element.load(await gpt2());
      expect(element.step).to.equal('fit');
      expect(parts(page)).to.deep.equal(['chat', ...OF_GPT2]);

      await element.load(await pytorch());
      expect(element.step).to.equal('choose');
      expect(element.shadowRoot?.querySelector('.failure')?.textContent).to.contain('the weights have 0');
      expect(parts(page)).to.deep.equal(
        ['chat', ...OF_GPT2, 'pickle', 'pickle-values', 'pytorch', 'zip-directory'].sort(),
      );
      expect(refused).to.deep.equal([]);
    });
  }

  it('are fetched once for two elements', async () => {
    page = await open(DOCUMENTED, TAG + TAG);
    const [first, second] = page.window.document.querySelectorAll('esp32-llm-converter');
    const files = await sampleFiles();
    await Promise.all([first?.load(files), second?.load(files)]);
    expect([first?.step, second?.step]).to.deep.equal(['fit', 'fit']);
    expect(parts(page)).to.deep.equal(['chat']);
  });

  it('are not asked for where a page serves the whole program', async () => {
    page = await open(
      DOCUMENTED.replace('worker-src blob:', "worker-src 'self'"),
      '<esp32-llm-converter worker-url="dist/worker.js"></esp32-llm-converter>',
    );
    await page.element.load(await gpt2());
    expect(page.element.step).to.equal('fit');
    expect(parts(page)).to.deep.equal([]);
  });

  it('are inside the one file', async () => {
    page = await open(null, TAG, '<script defer src="/dist/esp32-llm-converter.bundle.js"></script>');
    await page.element.load(await gpt2());
    expect(page.element.step).to.equal('fit');
    expect(parts(page)).to.deep.equal([]);
  });
});
