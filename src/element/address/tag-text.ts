/** The element as HTML that begins with what was set: for authors of pages. */
import type { Place } from './place.js';

const TAG = 'esp32-llm-converter';

/** What the author of the present page has said of the element, as opposed to where its files lie and what styles it. */
const KEPT = [
  'lang',
  'theme',
  'steps',
  'locked',
  'no-network',
  'hub',
  'firmware',
  'model',
  'board',
  'scheme',
  'context',
  'effort',
  'prompt',
];

/** @param set what goes before the attributes that are there */
export function tagText(element: Element, set: Omit<Place, 'step'>): string {
  const values = new Map<string, string>();
  for (const name of KEPT) {
    const value = element.getAttribute(name);
    if (value !== null) values.set(name, value);
  }
  for (const [name, value] of Object.entries(set)) values.set(name, value);
  const attributes = [...values].map(([name, value]) =>
    value === '' ? ` ${name}` : ` ${name}="${escaped(value)}"`,
  );
  return `<${TAG}${attributes.join('')}></${TAG}>`;
}

function escaped(value: string): string {
  return value.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}
