/** Whether a view keeps to the frame that it has. */
import { expect } from '@open-wc/testing';
import type { Esp32LlmConverter } from '../../src/element/esp32-llm-converter.js';
import { part, root } from './board-page.js';

/** Nothing stands out of the frame, but in what scrolls by itself. */
export function expectInside(element: Esp32LlmConverter, where: string): void {
  const base = part(element, '.base');
  expect(base.scrollWidth, where).to.be.at.most(base.clientWidth);
  const frame = base.getBoundingClientRect();
  for (const child of root(element).querySelectorAll<HTMLElement>(
    'button, select, input, textarea, p, h3, h4, li, dt, dd, code, label',
  )) {
    if (child.closest('.scroll, .hidden, .steps') !== null || child.offsetParent === null) continue;
    const { left, right } = child.getBoundingClientRect();
    expect(right, `${where}: ${child.outerHTML.slice(0, 80)}`).to.be.at.most(frame.right);
    expect(left, `${where}: ${child.outerHTML.slice(0, 80)}`).to.be.at.least(frame.left);
  }
}
