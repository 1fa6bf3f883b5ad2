/** The whole way with the real worker, kernels and engine on the bundled model, from source and as it is built. */
import { expect, waitUntil } from '@open-wc/testing';
import { Esp32LlmConverter as SourceElement } from '../../src/element/esp32-llm-converter.js';

/** A conversion of the sample takes a few seconds on a slow machine, and the first one compiles and loads everything. */
const PATIENCE = 120_000;

const SAMPLE_FILES = [
  'config.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'generation_config.json',
  'model.safetensors',
];

interface Way {
  readonly name: string;
  readonly define: () => Promise<typeof SourceElement>;
}

const WAYS: readonly Way[] = [
  {
    name: 'from source',
    define: async () => {
      SourceElement.assets = {
        kernels: '/kernels/prebuilt/kernels.wasm',
        twin: '/device-runtime/prebuilt/twin.wasm',
        model: '/models/home-commands/',
      };
      customElements.define('converter-from-source', SourceElement);
      return SourceElement;
    },
  },
  {
    name: 'as it is built',
    define: async () => {
      const built = (await import(new URL('/dist/define.js', location.href).href)) as {
        Esp32LlmConverter: typeof SourceElement;
      };
      return built.Esp32LlmConverter;
    },
  },
];

function find<T extends Element = HTMLElement>(element: SourceElement, selector: string): T {
  const found = element.shadowRoot?.querySelector<T>(selector);
  if (!found)
    throw new Error(
      `${selector} is not there; step ${element.step}: ${element.shadowRoot?.textContent ?? ''}`,
    );
  return found;
}

async function press(element: SourceElement, text: string): Promise<void> {
  const button = (): HTMLButtonElement | undefined =>
    [...(element.shadowRoot?.querySelectorAll('button') ?? [])].find((each) =>
      each.textContent.includes(text),
    );
  await waitUntil(() => button() !== undefined, `no button "${text}" in step ${element.step}`);
  button()?.click();
  await element.updateComplete;
}

/** Waits for a step, and fails with the element's own words when it shows a failure instead. */
async function reach(element: SourceElement, step: SourceElement['step']): Promise<void> {
  await waitUntil(
    () => {
      const failure = element.shadowRoot?.querySelector('.failure');
      if (failure) throw new Error(failure.textContent);
      return element.step === step;
    },
    `step ${step} was not reached`,
    { timeout: PATIENCE },
  );
  await element.updateComplete;
}

async function generated(element: SourceElement): Promise<string> {
  await waitUntil(
    () =>
      element.shadowRoot?.querySelector('.answer .words') &&
      !element.shadowRoot.querySelector('.answer .caret'),
    'no answer',
    {
      timeout: PATIENCE,
    },
  );
  return find(element, '.answer .words').textContent.trim();
}

for (const way of WAYS) {
  describe(`the whole way, ${way.name}`, function () {
    this.timeout(2 * PATIENCE);
    let Element: typeof SourceElement;
    let element: SourceElement;

    before(async () => {
      Element = await way.define();
    });

    beforeEach(() => {
      element = new Element();
      document.body.append(element);
    });

    afterEach(() => {
      element.remove();
    });

    it('from the sample button to a text, accessible at the end, without a request to another origin', async () => {
      await press(element, 'Convert it yourself');
      await reach(element, 'fit');
      expect(element.plan?.fits).to.be.true;
      await press(element, 'Convert');
      await reach(element, 'compare');
      const { report } = element;
      expect(report?.kl.mean).to.be.lessThan(0.05);
      expect(report?.top1).to.be.greaterThan(0.9);
      expect(report?.texts.length).to.be.greaterThan(0);
      expect(new TextDecoder().decode(element.package?.subarray(0, 4))).to.equal('S3LM');
      await waitUntil(() => element.shadowRoot?.querySelector('.verdict') !== null);
      await expect(element).to.be.accessible();

      await press(element, 'Try it');
      const there = (selector: string): Promise<unknown> =>
        waitUntil(() => element.shadowRoot?.querySelector(selector), selector, { timeout: PATIENCE });
      await there('[value=page]');
      find<HTMLInputElement>(element, '[value=page]').click();
      await there('#board-prompt');
      const ask = async (): Promise<string> => {
        const prompt = find<HTMLTextAreaElement>(element, '#board-prompt');
        prompt.value = 'could you dim the lamp in the study a bit';
        prompt.dispatchEvent(new Event('input'));
        await press(element, 'Send');
        return generated(element);
      };
      const first = await ask();
      expect(first).to.contain('study');
      await press(element, 'Start over');
      expect(await ask()).to.equal(first);

      const origins = new Set(
        performance.getEntriesByType('resource').map((entry) => new URL(entry.name).origin),
      );
      origins.delete('null');
      expect([...origins]).to.deep.equal([location.origin]);
    });

    it('from files, in groups with static activations, with the texts of a report', async () => {
      const files = await Promise.all(
        SAMPLE_FILES.map(async (name) => {
          const response = await fetch(`/models/home-commands/${name}`);
          expect(response.ok, name).to.be.true;
          return { path: `home-commands/${name}`, file: new File([await response.blob()], name) };
        }),
      );
      element.scheme = 'group:32 static';
      element.context = 128;
      const stages = new Set<string>();
      element.addEventListener('esp32-llm-progress', (event) => stages.add(event.progress.stage));
      await element.load(files);
      await reach(element, 'fit');
      await element.convert();
      await reach(element, 'compare');
      expect(element.plan?.context).to.equal(128);
      expect(element.plan?.scheme.granularity).to.equal('group:32');
      expect([...stages].sort()).to.include.members(['calibrating', 'checking', 'quantizing']);
    });

    it('a cancelled conversion stops, and another one follows', async () => {
      await element.load();
      await reach(element, 'fit');
      const converting = element.convert();
      await reach(element, 'converting');
      element.cancel();
      await converting;
      await reach(element, 'fit');
      await element.convert();
      await reach(element, 'compare');
    });

    it('a damaged model is refused with file and remedy', async () => {
      const config = await (await fetch('/models/home-commands/config.json')).blob();
      await element.load([
        new File([config], 'config.json'),
        new File([new Uint8Array([255, 255, 255, 255, 255, 255, 255, 127])], 'model.safetensors'),
      ]);
      await element.updateComplete;
      expect(element.step).to.equal('choose');
      expect(find(element, '.failure').textContent).to.contain('model.safetensors');
    });
  });
}
