/** The button for a graph for TensorFlow Lite Micro: made by the real worker of the bundled model, stopped, and made again. */
import { expect, waitUntil } from '@open-wc/testing';
import { unzipSync } from 'fflate';
import '../../src/element/define.js';
import { Esp32LlmConverter } from '../../src/element/esp32-llm-converter.js';

/** A model is converted and run, on a machine that may be busy. */
const PATIENCE = 100_000;

describe('the button for a graph', function () {
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
    // The anchors' own goes; that of all elements is left.
    Reflect.deleteProperty(HTMLAnchorElement.prototype, 'click');
    element.remove();
  });

  function button(text: string): HTMLButtonElement {
    const all = [...(element.shadowRoot?.querySelectorAll('button') ?? [])];
    const found = all.find((each) => each.textContent.includes(text));
    if (!found) throw new Error(`no button "${text}"`);
    return found;
  }

  const busy = (): boolean => element.shadowRoot?.querySelector('.kit-progress') !== null;
  const failure = (): string => element.shadowRoot?.querySelector('.failure')?.textContent.trim() ?? '';

  it('gives the graph with what an application needs, is told, and stops', async () => {
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
    const graph = button('Download graph');
    graph.click();
    await waitUntil(busy, 'no progress is shown');
    expect(graph.getAttribute('aria-disabled')).to.equal('true');
    expect(button('Download kit').getAttribute('aria-disabled')).to.equal('true');
    await expect(element).to.be.accessible();
    button('Cancel the archive').click();
    await waitUntil(() => !busy(), 'it goes on');
    expect(failure()).to.equal('');
    expect(saved).to.deep.equal([]);

    graph.click();
    await waitUntil(() => saved.length === 1 || failure() !== '', 'no graph', { timeout: PATIENCE });
    expect(failure()).to.equal('');
    const [{ name, href } = { name: '', href: '' }] = saved;
    expect(name).to.equal('home-commands-tflm.zip');
    const zip = unzipSync(new Uint8Array(await (await fetch(href)).arrayBuffer()));
    const file = zip['home-commands-tflm/home-commands.tflite'] ?? new Uint8Array();
    expect(new TextDecoder().decode(file.subarray(4, 8))).to.equal('TFL3');
    // A code for each weight, tables of scales, and the graph itself.
    expect(file.length).to.be.within(900_000, 1_200_000);
    const beside = Object.keys(zip).map((path) => path.split('/').at(-1));
    for (const wanted of ['README.md', 'example.cpp', 'pick.c', 'model_facts.h']) {
      expect(beside).to.include(wanted);
    }
  });
});
