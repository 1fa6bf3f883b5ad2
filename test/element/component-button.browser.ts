/** The button for somebody's own firmware: library, package, table and steps of the bundled model, and a missing library. */
import { expect, waitUntil } from '@open-wc/testing';
import { unzipSync } from 'fflate';
import '../../src/element/define.js';
import { Esp32LlmConverter } from '../../src/element/esp32-llm-converter.js';

/** A model is converted, on a machine that may be busy. */
const PATIENCE = 100_000;

describe('the button for a firmware of one’s own', function () {
  this.timeout(3 * PATIENCE);
  let element: Esp32LlmConverter;
  let saved: { readonly name: string; readonly href: string }[];

  beforeEach(() => {
    saved = [];
    Esp32LlmConverter.converter = null;
    HTMLAnchorElement.prototype.click = function () {
      saved.push({ name: this.download, href: this.href });
    };
  });

  afterEach(() => {
    Reflect.deleteProperty(HTMLAnchorElement.prototype, 'click');
    element.remove();
  });

  function button(text: string): HTMLButtonElement {
    const all = [...(element.shadowRoot?.querySelectorAll('button') ?? [])];
    const found = all.find((each) => each.textContent.includes(text));
    if (!found) throw new Error(`no button "${text}"`);
    return found;
  }

  const failure = (): string => element.shadowRoot?.querySelector('.failure')?.textContent.trim() ?? '';

  it('gives library, package, table and steps, and says what is missing', async () => {
    element = new Esp32LlmConverter();
    document.body.append(element);
    await element.load('/models/home-commands/');
    await waitUntil(() => element.step === 'fit', 'step fit', { timeout: PATIENCE });
    await element.convert();
    await waitUntil(() => element.shadowRoot?.querySelector('.onward'), 'nothing leads on', {
      timeout: PATIENCE,
    });
    button('Take').click();
    await waitUntil(() => element.step === 'take');
    await expect(element).to.be.accessible();
    button('Download component').click();
    await waitUntil(() => saved.length === 1 || failure() !== '', 'no archive', { timeout: PATIENCE });
    expect(failure()).to.equal('');
    const [{ name, href } = { name: '', href: '' }] = saved;
    expect(name).to.equal('home-commands-component.zip');
    const zip = unzipSync(new Uint8Array(await (await fetch(href)).arrayBuffer()));
    expect(Object.keys(zip).sort()).to.deep.equal(
      ['README.md', 'esp32-llm.zip', 'home-commands.s3lm', 'partitions.csv'].map(
        (file) => `home-commands-component/${file}`,
      ),
    );
    const library = unzipSync(zip['home-commands-component/esp32-llm.zip'] ?? new Uint8Array());
    for (const file of ['idf_component.yml', 'library.properties', 'src/esp32_llm.h'])
      expect(Object.keys(library)).to.include(`esp32-llm/${file}`);

    element.assetBase = '/nothing-here/';
    await element.updateComplete;
    await waitUntil(() => element.shadowRoot?.querySelector('.onward, .take'), 'it is gone');
    if (element.step !== 'take') return;
    button('Download component').click();
    await waitUntil(() => failure() !== '', 'nothing is said', { timeout: PATIENCE });
    expect(failure()).to.match(/esp32-llm\.zip/);
  });
});
