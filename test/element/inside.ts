/** Whether a view keeps to the frame that it has. */
import { expect } from '@open-wc/testing';
import type { Esp32LlmConverter } from '../../src/element/esp32-llm-converter.js';
import { part, root } from './board-page.js';

/** Nothing stands out of the frame, but in what scrolls by itself. */
export function expectInside(element: Esp32LlmConverter, where: string): void {
  const base = part(element, '.base');
  const frame = base.getBoundingClientRect();
  const outside = [...base.querySelectorAll('*')]
    .filter(
      (each) => each.closest('.scroll') === null && each.getBoundingClientRect().right > frame.right + 0.5,
    )
    .map((each) => each.outerHTML.slice(0, 80));
  expect(base.scrollWidth, `${where}: ${outside.join(' | ')}`).to.be.at.most(base.clientWidth);
  for (const child of root(element).querySelectorAll<HTMLElement>(
    'button, select, input, textarea, p, h3, h4, li, dt, dd, code, label',
  )) {
    if (child.closest('.scroll, .hidden, .steps') !== null || child.offsetParent === null) continue;
    const { left, right } = child.getBoundingClientRect();
    expect(right, `${where}: ${child.outerHTML.slice(0, 80)}`).to.be.at.most(frame.right);
    expect(left, `${where}: ${child.outerHTML.slice(0, 80)}`).to.be.at.least(frame.left);
  }
}
