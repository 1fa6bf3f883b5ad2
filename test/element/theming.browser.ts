/** Every custom property and part that the documentation names changes what is seen. */
import { expect, waitUntil } from '@open-wc/testing';
import type { Esp32LlmConverter } from '../../src/element/esp32-llm-converter.js';
import {
  button,
  converted,
  make,
  rendered,
  root,
  setStage,
  stage,
  toFlash,
  toPageEngine,
} from './board-page.js';
import { sampleInspection } from './fake-converter.js';

setStage();

interface Declaration {
  readonly tagName?: string;
  readonly cssParts?: readonly { name: string }[];
  readonly cssProperties?: readonly { name: string }[];
}

async function documented(): Promise<Declaration> {
  const manifest = (await (await fetch('/custom-elements.json')).json()) as {
    modules: { declarations?: Declaration[] }[];
  };
  const all = manifest.modules.flatMap(({ declarations }) => declarations ?? []);
  const found = all.find(({ tagName }) => tagName === 'esp32-llm-converter');
  if (found === undefined) throw new Error('the manifest has no element');
  return found;
}

/** All computed values of everything in the element, as one text. */
function looks(element: Esp32LlmConverter): string {
  return [...root(element).querySelectorAll('*')]
    .map((each) => {
      const style = getComputedStyle(each);
      return [
        style.color,
        style.backgroundColor,
        style.borderRadius,
        style.fontFamily,
        style.borderColor,
      ].join();
    })
    .join('\n');
}

/** Borders change over 0.15 s. */
function afterTransitions(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 300));
}

const VALUES: Readonly<Record<string, string>> = {
  '--esp32-llm-font': 'fantasy',
  '--esp32-llm-radius': '13px',
  '--esp32-llm-max-width': '123px',
};

describe('theming', function () {
  this.timeout(60_000);

  it('every documented custom property reaches what is drawn', async () => {
    const { cssProperties = [] } = await documented();
    expect(cssProperties.length).to.be.greaterThan(7);
    const element = await make();
    await toFlash(element);
    await element.image();
    // The parts of the image are listed once it was read.
    await rendered(element, '.start details');
    const seen = (): string => `${looks(element)}\n${getComputedStyle(element).maxWidth}`;
    for (const { name } of cssProperties) {
      const before = seen();
      element.style.setProperty(name, VALUES[name] ?? 'rgb(1, 2, 3)');
      await afterTransitions();
      // Compared as a truth: the texts are long.
      expect(seen() !== before, name).to.be.true;
      element.style.removeProperty(name);
      await afterTransitions();
      expect(seen() === before, `${name} taken back`).to.be.true;
    }
  });

  it('every documented part can be styled from outside, in some step', async () => {
    const { cssParts = [] } = await documented();
    expect(cssParts.length).to.be.greaterThan(9);
    const style = document.createElement('style');
    style.textContent = cssParts
      .map(({ name }, index) => `esp32-llm-converter::part(${name}) { outline: ${index + 1}px solid red }`)
      .join('\n');
    document.head.append(style);
    const missing = new Set(cssParts.map(({ name }) => name));
    const look = (element: Esp32LlmConverter): void => {
      for (const { name } of cssParts) {
        for (const each of root(element).querySelectorAll(`[part~="${name}"]`)) {
          const widths = each
            .getAttribute('part')
            ?.split(' ')
            .map((part) => cssParts.findIndex((known) => known.name === part) + 1);
          expect(widths, name).to.include(parseInt(getComputedStyle(each).outlineWidth, 10));
          missing.delete(name);
        }
      }
    };
    try {
      const element = await make();
      look(element);
      const loading = element.load();
      await waitUntil(() => stage.converter.sources.length > 0);
      stage.converter.inspection.resolve(sampleInspection());
      await loading;
      await rendered(element, '.fit');
      look(element);
      button(element, 'Convert').click();
      await rendered(element, '.stages');
      look(element);
      element.reset();
      await converted(element);
      look(element);
      const boards = await make();
      await toPageEngine(boards);
      look(boards);
      button(boards, 'Send').click();
      await waitUntil(() => stage.converter.requests.length > 0);
      stage.converter.say('{"do":', 1);
      await rendered(boards, '.caret');
      look(boards);
      const flashes = await make();
      await toFlash(flashes);
      look(flashes);
      const fails = await make();
      fails.scheme = 'nonsense';
      await fails.load();
      await rendered(fails, '.failure');
      look(fails);
      expect([...missing]).to.deep.equal([]);
    } finally {
      style.remove();
    }
  });
});
