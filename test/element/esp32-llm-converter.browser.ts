/** The element in Chromium: accessible in every state, events, focus, drops, downloads; the work is played by the test. */
import { expect, fixture, html, waitUntil } from '@open-wc/testing';
import '../../src/element/define.js';
import { Esp32LlmConverter } from '../../src/element/esp32-llm-converter.js';
// Loaded before it is needed, so that one turn is enough to see what follows a click.
import '../../src/element/model-choice.js';
import { findBoard } from '../../src/plan/boards.js';
import { FormatError, TransportError } from '../../src/shared/errors.js';
import { samplePlan } from '../report/sample.js';
import { FakeConverter, PROGRESS, sampleImage, sampleInspection, sampleResult } from './fake-converter.js';

let fake: FakeConverter;

beforeEach(() => {
  fake = new FakeConverter();
  Esp32LlmConverter.converter = async () => fake;
  Esp32LlmConverter.imageMaker = async () => sampleImage();
});

after(() => {
  Esp32LlmConverter.converter = null;
  Esp32LlmConverter.imageMaker = null;
});

async function make(): Promise<Esp32LlmConverter> {
  return fixture<Esp32LlmConverter>(
    html`<esp32-llm-converter model="https://example.org/models/tiny/"></esp32-llm-converter>`,
  );
}

function part(element: Esp32LlmConverter, selector: string): HTMLElement {
  const found = element.shadowRoot?.querySelector<HTMLElement>(selector);
  if (!found) throw new Error(`${selector} is not there`);
  return found;
}

function button(element: Esp32LlmConverter, text: string): HTMLButtonElement {
  const all = [...(element.shadowRoot?.querySelectorAll('button') ?? [])];
  const found = all.find((candidate) => candidate.textContent.includes(text));
  if (!found)
    throw new Error(`no button "${text}" among: ${all.map((other) => other.textContent.trim()).join(', ')}`);
  return found;
}

async function rendered(element: Esp32LlmConverter, selector: string): Promise<void> {
  // Views are loaded when they are first shown, on machines that may be busy.
  await waitUntil(() => element.shadowRoot?.querySelector(selector) !== null, `${selector} did not appear`, {
    timeout: 20_000,
  });
  await element.updateComplete;
}

function next<Name extends keyof HTMLElementEventMap>(
  element: Esp32LlmConverter,
  name: Name,
): Promise<HTMLElementEventMap[Name]> {
  return new Promise((resolve) => {
    element.addEventListener(name, resolve, { once: true });
  });
}

async function settle(element: Esp32LlmConverter): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0));
  await element.updateComplete;
}

async function toReading(element: Esp32LlmConverter): Promise<void> {
  const asked = fake.sources.length;
  button(element, 'Use tiny').click();
  // What reads settings and addresses is loaded with the first model.
  await waitUntil(() => fake.sources.length > asked, 'nothing is asked of the converter', {
    timeout: 10_000,
  });
  await settle(element);
}

async function toFit(element: Esp32LlmConverter, inspection = sampleInspection()): Promise<void> {
  await toReading(element);
  fake.inspection.resolve(inspection);
  await rendered(element, '.fit');
}

async function toConverting(element: Esp32LlmConverter): Promise<void> {
  await toFit(element);
  button(element, 'Convert').click();
  await rendered(element, '.stages');
  fake.progress({ ...PROGRESS, stage: 'reading' });
  fake.progress(PROGRESS);
  await element.updateComplete;
}

async function toResult(element: Esp32LlmConverter, result = sampleResult()): Promise<void> {
  await toConverting(element);
  fake.conversion.resolve(result);
  // What is folded away comes last.
  await rendered(element, '.fold .memories');
}

const UNFIT = sampleInspection({
  plan: samplePlan({
    fits: false,
    advice: {
      problems: [{ code: 'flash', needed: 40 << 20, available: 15 << 20 }],
      remedies: [{ code: 'smaller-model' }],
    },
  }),
});

describe('<esp32-llm-converter>', () => {
  it('is accessible in every state', async () => {
    const states: Record<string, (element: Esp32LlmConverter) => Promise<void>> = {
      choose: async () => undefined,
      refused: async (element) => {
        await toReading(element);
        fake.inspection.reject(
          new FormatError('is cut short.', { file: 'model.safetensors', remedy: 'Get it again.' }),
        );
        await rendered(element, '.failure');
      },
      reading: toReading,
      fit: toFit,
      'does not fit': (element) => toFit(element, UNFIT),
      converting: toConverting,
      compare: toResult,
      take: async (element) => {
        await toResult(element);
        button(element, 'Take it away').click();
        await rendered(element, '.take');
      },
      'image failed': async (element) => {
        Esp32LlmConverter.imageMaker = async () => {
          throw new TransportError('The firmware cannot be loaded.');
        };
        await toResult(element);
        button(element, 'Take it away').click();
        await rendered(element, '.take .failure');
        Esp32LlmConverter.imageMaker = async () => sampleImage();
      },
      'no bootloader': async (element) => {
        Esp32LlmConverter.imageMaker = async () => sampleImage({ file: null, sha256: null });
        await toResult(element);
        button(element, 'Take it away').click();
        await rendered(element, '.take');
        Esp32LlmConverter.imageMaker = async () => sampleImage();
      },
      'everything locked': async (element) => {
        element.locked = '';
        await settle(element);
        await toFit(element);
      },
      'addresses opened before': async (element) => {
        localStorage.setItem('esp32-llm-converter.recent', '["hf:owner/tiny"]');
        element.requestUpdate();
        await rendered(element, '.recent');
        localStorage.clear();
      },
      'severe loss, no tokenizer': async (element) => {
        await toFit(element, sampleInspection({ hasTokenizer: false, chat: false }));
        button(element, 'Convert').click();
        await rendered(element, '.stages');
        const { report } = sampleResult();
        fake.conversion.resolve(sampleResult({ report: { ...report, verdict: 'severe' }, chat: false }));
        await rendered(element, '.fold .memories');
      },
      'all unfolded': async (element) => {
        await toResult(element);
        for (const details of element.shadowRoot?.querySelectorAll('details') ?? []) details.open = true;
        part(element, '.tensors button').click();
        await element.updateComplete;
      },
    };
    for (const theme of ['light', 'dark']) {
      for (const [name, reach] of Object.entries(states)) {
        const element = await make();
        element.theme = theme;
        await reach(element);
        try {
          await expect(element).to.be.accessible();
        } catch (error) {
          throw new Error(`${name}, ${theme}: ${String(error)}`, { cause: error });
        }
        element.remove();
      }
    }
  });

  it('can be defined twice and made by constructor', () => {
    expect(customElements.get('esp32-llm-converter')).to.equal(Esp32LlmConverter);
    expect(new Esp32LlmConverter().step).to.equal('choose');
  });

  it('goes from a folder to a report, and tells every step', async () => {
    const element = await make();
    const steps: string[] = [];
    element.addEventListener('esp32-llm-state', (event) => steps.push(`${event.previous} → ${event.step}`));
    const report = next(element, 'esp32-llm-report');
    await toResult(element);
    expect(steps).to.deep.equal([
      'choose → reading',
      'reading → fit',
      'fit → converting',
      'converting → compare',
    ]);
    expect(element.matches(':state(compare)')).to.be.true;
    expect(element.matches(':state(converting)')).to.be.false;
    const event = await report;
    expect(event.report.verdict).to.equal('negligible');
    expect(event.package.length).to.equal(element.package?.length);
    const judged = part(element, '.verdict').textContent;
    expect(judged).to.contain('The share of same first choices decides.');
    expect(judged).to.contain('What would help');
    expect(judged).to.contain('Groups of 32: 51 % less loss, 3 % larger, 6 % slower.');
    expect(part(element, '[role=status]').textContent).to.contain('Negligible loss');
  });

  it('passes its attributes on as settings', async () => {
    const element = await fixture<Esp32LlmConverter>(
      html`<esp32-llm-converter
        model="https://example.org/models/tiny/"
        board="esp32-s3-n8r2"
        scheme="group:32 static cache:float32"
        context="64"
      ></esp32-llm-converter>`,
    );
    await toFit(element);
    expect(fake.settings[0]).to.deep.equal({
      board: 'esp32-s3-n8r2',
      scheme: {
        weights: 'auto',
        granularity: 'group:32',
        activations: 'static',
        cache: 'float32',
        chat: 'template',
      },
      context: 64,
      encodings: undefined,
      edits: undefined,
      wiring: undefined,
      grammar: undefined,
    });
    expect((part(element, '#board') as HTMLSelectElement).value).to.equal('esp32-s3-n8r2');
    expect((part(element, 'input[value="group:32"]') as HTMLInputElement).checked).to.be.true;
  });

  it('tells an embedder of a wrong attribute', async () => {
    const element = await fixture<Esp32LlmConverter>(
      html`<esp32-llm-converter board="esp8266"></esp32-llm-converter>`,
    );
    const failed = next(element, 'esp32-llm-error');
    await element.load('https://example.org/m');
    expect((await failed).message).to.contain('Unknown board "esp8266"');
    await element.updateComplete;
    expect(part(element, '.failure').textContent).to.contain('esp32-s3-n16r8');
  });

  it('plans anew with every setting', async () => {
    const element = await make();
    await toFit(element);
    fake.nextPlan = async () =>
      samplePlan({
        fits: false,
        advice: { problems: [{ code: 'flash', needed: 3 << 20, available: 2 << 20 }], remedies: [] },
      });
    part(element, 'input[value=tensor]').click();
    await settle(element);
    expect(fake.settings.at(-1)?.scheme?.granularity).to.equal('tensor');
    expect(part(element, '.problems').textContent).to.contain('1 MB too much.');
    expect(button(element, 'Convert anyway').disabled).to.be.false;

    fake.nextPlan = async () => samplePlan({ context: 128 });
    const slider = part(element, '#context') as HTMLInputElement;
    slider.value = '2';
    slider.dispatchEvent(new Event('input'));
    await settle(element);
    expect(fake.settings.at(-1)?.context).to.equal(128);
    expect(slider.getAttribute('aria-valuetext')).to.equal('128 tokens');
  });

  it('offers the begin token for chats to models that have the choice', async () => {
    const element = await make();
    await toFit(element);
    expect(element.shadowRoot?.querySelector('input[name=chat]')).to.equal(null);

    const other = await make();
    await toFit(other, sampleInspection({ notes: [{ code: 'chat-no-begin' }] }));
    expect((part(other, 'input[name=chat][value=template]') as HTMLInputElement).checked).to.equal(true);
    part(other, 'input[name=chat][value=begin]').click();
    await settle(other);
    expect(fake.settings.at(-1)?.scheme?.chat).to.equal('begin');
  });

  it('shows the thumb at the context that is set, also when the stops under it change', async () => {
    const element = await make();
    element.context = 100;
    await toFit(element, sampleInspection({ plan: samplePlan({ context: 100 }) }));
    const slider = part(element, '#context') as HTMLInputElement;
    expect([slider.value, slider.max], '32, 64, 100, 128, 256, 512').to.deep.equal(['2', '5']);
    fake.nextPlan = async () => samplePlan({ context: 128 });
    slider.value = '3';
    slider.dispatchEvent(new Event('input'));
    await settle(element);
    expect(slider.getAttribute('aria-valuetext')).to.equal('128 tokens');
    expect([slider.value, slider.max], '32, 64, 128, 256, 512').to.deep.equal(['2', '4']);
  });

  it('says whether the model fits, by the name of the board, again when a setting changes it', async () => {
    const element = await make();
    const said: string[] = [];
    const [large, small] = ['esp32-s3-n16r8', 'esp32-s3-n8r2'].map((id) => findBoard(id).name);
    await toFit(element);
    const region = part(element, '[role=status]');
    const observer = new MutationObserver(() => said.push(region.textContent));
    observer.observe(region, { characterData: true, childList: true, subtree: true });
    expect(region.textContent).to.equal(`It fits the ${large}.`);
    const change = async (
      plan: () => ReturnType<FakeConverter['nextPlan']>,
      value: string,
    ): Promise<void> => {
      fake.nextPlan = plan;
      part(element, `input[value="${value}"]`).click();
      await settle(element);
    };
    const refused = async (): Promise<never> => {
      throw new FormatError('is too long.', { file: 'settings', remedy: 'Take a shorter one.' });
    };
    await change(async () => samplePlan(), 'group:64');
    await change(async () => samplePlan({ fits: false }), 'tensor');
    await change(async () => samplePlan({ fits: false }), 'channel');
    await change(async () => samplePlan({ board: 'esp32-s3-n8r2' }), 'group:32');
    await change(refused, 'group:128');
    await change(async () => samplePlan({ board: 'esp32-s3-n8r2' }), 'tensor');
    observer.disconnect();
    expect(said).to.deep.equal([
      `It does not fit the ${large}.`,
      `It fits the ${small}.`,
      'Something is wrong with the model’s files',
      `It fits the ${small}.`,
    ]);
  });

  it('says a failure that comes again once more, with another end', async () => {
    const element = await make();
    const texts: string[] = [];
    for (let times = 0; times < 3; times++) {
      await element.load([]);
      await element.updateComplete;
      texts.push(part(element, '[role=status]').textContent);
    }
    const [first = ''] = texts;
    expect(first).not.to.equal('');
    expect(texts).to.deep.equal([first, `${first}\u00a0`, first]);
  });

  it('says that the image could not be made', async () => {
    Esp32LlmConverter.imageMaker = async () => {
      throw new TransportError('The firmware cannot be loaded.');
    };
    const element = await make();
    await toResult(element);
    button(element, 'Take it away').click();
    await rendered(element, '.take .failure');
    expect(part(element, '[role=status]').textContent).to.equal(
      part(element, '.take .failure h4').textContent,
    );
  });

  it('shows progress and stops when told', async () => {
    const element = await make();
    const progress: number[] = [];
    element.addEventListener('esp32-llm-progress', (event) => progress.push(event.progress.done));
    await toConverting(element);
    expect((part(element, 'progress') as HTMLProgressElement).value).to.be.closeTo(0.6, 1e-9);
    expect(part(element, '.amount').textContent).to.contain('about 3 s left');
    expect(part(element, '.tensor-list').textContent).to.contain('gate_proj');
    expect(progress.length).to.equal(2);
    button(element, 'Cancel').click();
    await rendered(element, '.fit');
    expect(element.shadowRoot?.querySelector('.failure')).to.be.null;
    expect(part(element, '[role=status]').textContent).to.equal('Cancelled.');
  });

  it('has no value while it cannot know how far it is', async () => {
    const element = await make();
    await toFit(element);
    button(element, 'Convert').click();
    await rendered(element, '.stages');
    expect(part(element, 'progress').hasAttribute('value')).to.be.false;
  });

  it('keeps the focus when a step replaces its view', async () => {
    const element = await make();
    button(element, 'Use tiny').focus();
    await toFit(element);
    expect(element.shadowRoot?.activeElement?.id).to.equal('step-heading');
    button(element, 'Convert').focus();
    button(element, 'Convert').click();
    await rendered(element, '.stages');
    expect(element.shadowRoot?.activeElement?.textContent).to.contain('Converting home-commands');
  });

  it('does not take the focus from the page', async () => {
    const element = await make();
    const outside = document.createElement('button');
    document.body.append(outside);
    outside.focus();
    await toFit(element);
    expect(document.activeElement).to.equal(outside);
    outside.remove();
  });

  it('reads what is dropped, and shows that it would', async () => {
    const element = await make();
    const transfer = new DataTransfer();
    transfer.items.add(new File(['{}'], 'config.json'));
    const base = part(element, '.base');
    base.dispatchEvent(
      new DragEvent('dragover', { dataTransfer: transfer, bubbles: true, cancelable: true }),
    );
    await element.updateComplete;
    expect(base.classList.contains('dragging')).to.be.true;
    expect(part(element, '.drop-title').textContent.trim()).to.equal('Let go to read it');
    expect(element.matches(':state(dragging)')).to.be.true;
    base.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }));
    await waitUntil(() => fake.settings.length === 1);
    expect(element.step).to.equal('reading');
    expect(element.matches(':state(dragging)')).to.be.false;
  });

  it('leaves dragged text alone', async () => {
    const element = await make();
    const transfer = new DataTransfer();
    transfer.setData('text/plain', 'hello');
    const event = new DragEvent('dragover', { dataTransfer: transfer, bubbles: true, cancelable: true });
    part(element, '.base').dispatchEvent(event);
    expect(event.defaultPrevented).to.be.false;
  });

  it('takes one file for a list, and says what is none', async () => {
    const element = await make();
    const file = new File(['{}'], 'config.json');
    const { length } = fake.sources;
    void element.load(file as unknown as Iterable<File>);
    await waitUntil(() => fake.sources.length > length);
    expect(fake.sources.at(-1)).to.deep.equal({ kind: 'files', files: [{ path: 'config.json', file }] });
    element.reset();
    await element.load({} as Iterable<File>);
    await rendered(element, '.failure');
    expect(part(element, '.failure').textContent).to.contain('no files');
  });

  it('refuses an empty list of files', async () => {
    const element = await make();
    await element.load([]);
    await element.updateComplete;
    expect(part(element, '.failure').textContent).to.contain('config.json');
    button(element, 'Dismiss').click();
    await element.updateComplete;
    expect(element.shadowRoot?.querySelector('.failure')).to.be.null;
  });

  it('opens and closes the histogram of a tensor', async () => {
    const element = await make();
    await toResult(element);
    const first = part(element, '.tensors button');
    first.click();
    await element.updateComplete;
    expect(first.getAttribute('aria-expanded')).to.equal('true');
    expect(part(element, '.histogram path.before').getAttribute('d')).to.match(/^M0 120V/);
    expect(element.shadowRoot?.querySelectorAll('.histogram tbody tr').length).to.be.greaterThan(4);
    first.click();
    await element.updateComplete;
    expect(element.shadowRoot?.querySelector('.histogram')).to.be.null;
  });

  it('marks the two texts from the first difference on', async () => {
    const element = await make();
    await toResult(element);
    const marks = [...(element.shadowRoot?.querySelectorAll('mark') ?? [])].map((mark) => mark.textContent);
    expect(marks).to.deep.equal(['me. What can I do for you?', 'use. How can I help?']);
  });

  it('saves image, package and reports under the name of the model', async () => {
    Esp32LlmConverter.imageMaker = null;
    Esp32LlmConverter.assets = { firmware: '/test/fixtures/image/ram.elf' };
    const saved: { name: string; size: number }[] = [];
    const createObjectURL = URL.createObjectURL.bind(URL);
    const anchor = HTMLAnchorElement.prototype;
    let size = 0;
    URL.createObjectURL = (blob: Blob) => {
      ({ size } = blob);
      return createObjectURL(blob);
    };
    anchor.click = function (this: HTMLAnchorElement) {
      saved.push({ name: this.download, size });
    };
    try {
      const element = await make();
      await toResult(element);
      for (const text of [
        'Report as HTML',
        'Report as JSON',
        'Take it away',
        'Download image',
        'Download package',
        'Download parts',
      ]) {
        const count = saved.length;
        button(element, text).click();
        if (text === 'Take it away') await rendered(element, '.take');
        else await waitUntil(() => saved.length > count, text, { timeout: 20_000 });
      }
      expect(saved.map((file) => file.name)).to.deep.equal([
        'home-commands-report.html',
        'home-commands-report.json',
        'home-commands-esp32-s3-n16r8.bin',
        'home-commands.s3lm',
        'home-commands-esp32-s3-n16r8-parts.zip',
      ]);
      expect(saved[2]?.size).to.equal(0x100000 + 702_464);
      expect(saved[3]?.size).to.equal(702_464);
      expect(saved.every((file) => file.size > 1000)).to.be.true;
    } finally {
      URL.createObjectURL = createObjectURL;
      delete (anchor as Partial<HTMLAnchorElement>).click;
      Esp32LlmConverter.assets = {};
    }
  });

  it('says why there is no image, and that the next try may work', async () => {
    Esp32LlmConverter.imageMaker = null;
    Esp32LlmConverter.assets = { firmware: '/nowhere/firmware.elf' };
    try {
      const element = await make();
      await toResult(element);
      const failed = next(element, 'esp32-llm-error');
      button(element, 'Take it away').click();
      await failed;
      await rendered(element, '.take .failure');
      expect(part(element, '.take .failure').textContent).to.contain('404');
      Esp32LlmConverter.assets = { firmware: '/test/fixtures/image/ram.elf' };
      button(element, 'Try again').click();
      await rendered(element, '.command');
      expect(part(element, '.digest').textContent).to.match(/^[0-9a-f]{64}$/);
    } finally {
      Esp32LlmConverter.assets = {};
    }
  });

  it('opens what is typed, remembers what led to a model, and keeps to the page where it must', async () => {
    localStorage.clear();
    const element = await make();
    const open = async (address: string): Promise<void> => {
      const asked = fake.sources.length;
      (part(element, '#address') as HTMLInputElement).value = address;
      button(element, 'Open').click();
      await waitUntil(() => fake.sources.length > asked, 'nothing is asked of the converter', {
        timeout: 10_000,
      });
    };
    await open('owner/tyni');
    fake.inspection.reject(
      new FormatError('There is no such model.', { file: 'config.json', remedy: 'Look for it.' }),
    );
    await rendered(element, '.failure');
    await open('owner/tiny');
    expect(fake.sources.at(-1)).to.deep.equal({ kind: 'hub', repo: 'owner/tiny', revision: 'main' });
    fake.inspection.resolve(sampleInspection());
    await rendered(element, '.fit');
    element.reset();
    await rendered(element, '.recent');
    expect(part(element, '.recent').textContent).to.contain('hf:owner/tiny');
    expect(part(element, '.recent').textContent).not.to.contain('tyni');
    element.noNetwork = true;
    await element.updateComplete;
    expect(element.shadowRoot?.querySelector('.address')).to.equal(null);
    localStorage.clear();
  });

  it('a locked element offers its model and nothing else, and its settings stay', async () => {
    const element = await make();
    element.locked = '';
    await element.updateComplete;
    expect(element.shadowRoot?.querySelector('.drop')).to.equal(null);
    expect(element.shadowRoot?.querySelector('.address')).to.equal(null);
    await toFit(element);
    const settings = part(element, '.settings');
    for (const control of settings.querySelectorAll('select, input'))
      expect(control.matches(':disabled'), control.id).to.be.true;
    // What is settled is said, not shown as a control that does nothing.
    expect(settings.querySelector('#board, #context, [name=granularity]')).to.equal(null);
    const said = [...settings.querySelectorAll('[data-settled]')].map((field) => field.textContent);
    expect(said[0]).to.contain('ESP32-S3 N16R8');
    expect(said.length).to.be.greaterThan(4);
    expect(settings.textContent).to.contain('Set by whoever made this page.');
  });

  it('gives the image away and says its digest', async () => {
    const element = await make();
    await toResult(element);
    const told = next(element, 'esp32-llm-image');
    button(element, 'Take it away').click();
    expect((await told).sha256).to.equal('ab'.repeat(32));
    await rendered(element, '.command');
    expect((await element.image()).size).to.equal(2000);
    expect(part(element, '.digest').textContent).to.equal('ab'.repeat(32));
  });

  for (const panel of ['take', 'flash']) {
    it(`copies the command and shows that it did, and when it may not: ${panel}`, async () => {
      const written: string[] = [];
      let permitted = true;
      Object.defineProperty(navigator, 'clipboard', {
        configurable: true,
        value: {
          writeText: async (text: string) => {
            if (!permitted) throw new DOMException('Write permission denied.', 'NotAllowedError');
            written.push(text);
          },
        },
      });
      try {
        const element = await make();
        await toResult(element);
        button(element, panel === 'take' ? 'Take it away' : 'Flash').click();
        await rendered(element, '.command .inline');
        // The image of these tests is none that a board could be flashed with, which is said first.
        if (panel === 'flash') await rendered(element, '.flash .failure');
        expect(element.shadowRoot?.querySelector('.copied')).to.be.null;
        for (const end of ['', '\u00a0']) {
          button(element, 'Copy').click();
          await rendered(element, '.copied');
          await settle(element);
          expect(part(element, '.copied').textContent).to.equal('Copied.');
          expect(part(element, '[role=status]').textContent).to.equal(`Copied.${end}`);
        }
        const line = 'esptool --chip esp32s3 write-flash 0x0 home-commands-esp32-s3-n16r8.bin';
        expect(part(element, '.command code').textContent).to.equal(line);
        expect(written).to.deep.equal([line, line]);
        await expect(element).to.be.accessible();

        permitted = false;
        button(element, 'Copy').click();
        await waitUntil(() => part(element, '.copied').textContent.includes('Select the text'));
        expect(part(element, '[role=status]').textContent).to.contain('Select the text');
        expect(written.length).to.equal(2);

        button(element, panel === 'take' ? 'Flash' : 'Take away').click();
        await waitUntil(() => element.step !== panel);
        await rendered(element, '.command .inline');
        expect(element.shadowRoot?.querySelector('.copied'), 'belongs to the other step').to.be.null;
      } finally {
        Reflect.deleteProperty(navigator, 'clipboard');
      }
    });
  }

  it('goes straight through where the page leaves steps out', async () => {
    const element = await make();
    element.steps = 'choose convert take';
    await element.updateComplete;
    expect([...(element.shadowRoot?.querySelectorAll('.steps li') ?? [])].length).to.equal(3);
    await toReading(element);
    fake.inspection.resolve(sampleInspection());
    await waitUntil(() => element.step === 'converting');
    fake.conversion.resolve(sampleResult());
    await rendered(element, '.take');
    expect(element.step).to.equal('take');
  });

  it('reads the page’s model by itself, once, where the page leaves the choice out', async () => {
    const element = await fixture<Esp32LlmConverter>(
      html`<esp32-llm-converter
        steps="convert take"
        model="https://example.org/models/tiny/"
      ></esp32-llm-converter>`,
    );
    await waitUntil(() => fake.sources.length === 1);
    expect(element.step).to.equal('reading');
    fake.inspection.resolve(sampleInspection());
    await waitUntil(() => element.step === 'converting');
    fake.conversion.resolve(sampleResult());
    await rendered(element, '.take');
    element.reset();
    await settle(element);
    element.prompt = 'another';
    await settle(element);
    element.parentElement?.append(element);
    await settle(element);
    expect(element.step).to.equal('choose');
    expect(fake.sources.length).to.equal(1);
    // A reader can still ask for it.
    await toReading(element);
  });

  it('waits where the choice is left out and the page names no model, or asks for one itself', async () => {
    const element = await fixture<Esp32LlmConverter>(
      html`<esp32-llm-converter steps="fit convert"></esp32-llm-converter>`,
    );
    await settle(element);
    expect(element.step).to.equal('choose');
    expect(fake.sources).to.deep.equal([]);
    // The model may be named later; what the page asks for in the same moment is what is read.
    element.model = 'https://example.org/models/tiny/';
    void element.load('https://example.org/models/other/');
    await waitUntil(() => fake.sources.length > 0);
    await settle(element);
    expect(JSON.stringify(fake.sources)).to.contain('other').and.not.to.contain('tiny');
  });

  it('shows why the page’s model could not be read by itself, and the way to try again', async () => {
    const element = await fixture<Esp32LlmConverter>(
      html`<esp32-llm-converter
        steps="fit convert"
        model="https://example.org/models/tiny/"
      ></esp32-llm-converter>`,
    );
    await waitUntil(() => fake.sources.length === 1);
    fake.inspection.reject(new TransportError('The line is down.'));
    await rendered(element, '.failure');
    expect(part(element, '.failure').textContent).to.contain('The line is down.');
    expect(button(element, 'Use tiny').disabled).to.be.false;
    await settle(element);
    expect(fake.sources.length).to.equal(1);
  });

  it('gives its worker up when it leaves the page, not when it is moved', async () => {
    const element = await make();
    await toFit(element);
    const other = document.createElement('div');
    element.after(other);
    other.append(element);
    await settle(element);
    expect(fake.disposed).to.equal(0);
    other.remove();
    await waitUntil(() => fake.disposed === 1);
  });

  it('shows the words that a page puts into its slots', async () => {
    const element = await fixture<Esp32LlmConverter>(
      html`<esp32-llm-converter
        ><h2 slot="heading">Lesson 4</h2>
        <b slot="privacy">Ours</b></esp32-llm-converter
      >`,
    );
    const slots = [...(element.shadowRoot?.querySelectorAll('slot') ?? [])];
    const shown = (name: string): string | undefined =>
      slots.find((slot) => slot.name === name)?.assignedElements()[0]?.textContent;
    expect([shown('heading'), shown('privacy')]).to.deep.equal(['Lesson 4', 'Ours']);
    await expect(element).to.be.accessible();
  });

  it('lets a page reword and explain a step, and names the step by those words', async () => {
    const element = await fixture<Esp32LlmConverter>(
      html`<esp32-llm-converter model="https://example.org/models/tiny/">
        <span slot="fit-heading">Will it fit your board?</span>
        <p slot="fit-text">Move the slider.</p>
        <p slot="choose-text">Welcome.</p>
      </esp32-llm-converter>`,
    );
    await toFit(element);
    const slot = part(element, '#step-heading slot') as HTMLSlotElement;
    expect(slot.assignedElements()[0]?.textContent).to.equal('Will it fit your board?');
    expect(element.querySelector<HTMLElement>('[slot=fit-text]')?.offsetParent).not.to.be.null;
    expect(element.querySelector('[slot=choose-text]')?.assignedSlot, 'belongs to another step').to.be.null;
    await expect(element).to.be.accessible();
  });

  it('says the speed to expect beside the one that cannot be exceeded, and tells every plan', async () => {
    const element = await make();
    const plans: string[] = [];
    element.addEventListener('esp32-llm-plan', ({ name, plan }) => plans.push(`${name} ${plan.context}`));
    const { speed } = samplePlan();
    const at = (figures: typeof speed.half): typeof speed.half => ({ ...figures, expected: 0 });
    const unpredicted = { start: at(speed.start), half: at(speed.half), full: at(speed.full) };
    fake.nextPlan = async () => samplePlan({ context: 96, speed: unpredicted });
    await toFit(element, sampleInspection({ plan: samplePlan({ context: 128 }) }));
    const judgement = part(element, '.judgement');
    const bar = part(element, '.fit-bar');
    const shown = (): string => (judgement.textContent ?? '').replace(/\s+/g, ' ');
    expect(shown()).to.contain('Expected').and.to.contain('Half full 141 158');
    expect(bar.textContent).to.contain('About 141 of 158 tokens/s at half the context');
    part(element, 'input[value=tensor]').click();
    await settle(element);
    expect(shown(), 'nothing is predicted').not.to.contain('Expected');
    expect(shown()).to.contain('Half full 158');
    expect(bar.textContent)
      .to.contain('At most 158 tokens/s at half the context')
      .and.not.to.contain('About');
    expect(plans).to.deep.equal(['home-commands 128', 'home-commands 96']);
  });

  it('shows where it was asked for that a file could not be made', async () => {
    const element = await make();
    await toResult(element);
    const createObjectURL = URL.createObjectURL.bind(URL);
    URL.createObjectURL = () => {
      throw new TransportError('No room is left.');
    };
    try {
      button(element, 'Report as JSON').click();
      await rendered(element, '.result .failure');
    } finally {
      URL.createObjectURL = createObjectURL;
    }
    expect(part(element, '.failure').textContent).to.contain('No room is left.');
    await expect(element).to.be.accessible();
  });

  it('takes its files from the folder that asset-base names', async () => {
    Esp32LlmConverter.converter = null;
    const asked: string[] = [];
    const real = globalThis.fetch;
    globalThis.fetch = async (input) => {
      asked.push(input instanceof Request ? input.url : String(input));
      return new Response(null, { status: 404 });
    };
    try {
      const element = await make();
      element.assetBase = 'elsewhere/files';
      await element.load();
      await rendered(element, '.failure');
    } finally {
      globalThis.fetch = real;
    }
    const wasm = asked.filter((url) => url.endsWith('.wasm'));
    expect(wasm.length).to.be.greaterThan(0);
    for (const url of wasm) expect(url).to.contain('/elsewhere/files/');
  });

  it('does not run over at 320 pixels in any step', async () => {
    const frame = await fixture<HTMLElement>(
      html`<div style="width: 320px">
        <esp32-llm-converter model="https://example.org/models/tiny/"></esp32-llm-converter>
      </div>`,
    );
    const element = frame.querySelector('esp32-llm-converter');
    if (element === null) throw new Error('no element');
    const check = (): void => {
      const base = part(element, '.base');
      expect(base.scrollWidth, element.step).to.be.at.most(base.clientWidth);
      for (const child of element.shadowRoot?.querySelectorAll<HTMLElement>(
        'button, select, input, p, h3, li',
      ) ?? []) {
        if (child.closest('.scroll, .hidden') !== null || child.offsetParent === null) continue;
        const { right } = child.getBoundingClientRect();
        expect(right, child.outerHTML.slice(0, 80)).to.be.at.most(base.getBoundingClientRect().right);
      }
    };
    check();
    await toFit(element);
    check();
    button(element, 'Convert').click();
    await rendered(element, '.stages');
    fake.progress(PROGRESS);
    await element.updateComplete;
    check();
    fake.conversion.resolve(sampleResult());
    await rendered(element, '.fold .memories');
    for (const details of element.shadowRoot?.querySelectorAll('details') ?? []) details.open = true;
    part(element, '.tensors button').click();
    await element.updateComplete;
    check();
  });
});
