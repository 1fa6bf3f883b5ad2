/** The board's memories as bars that fill up, with the same figures in words. */
import { html, nothing, type TemplateResult } from 'lit';
import type { MemoryUse } from '../../plan/plan.js';
import { used } from '../../report/figures.js';
import type { Strings } from '../strings/strings.js';
import { term } from '../terms/term.js';

const PARTS = ['weights', 'cache', 'scratch'] as const;

/** A memory that the board lacks and the model does not need is left out. */
export function memoryBars(memories: readonly MemoryUse[], strings: Strings): TemplateResult {
  const shown = memories.filter((use) => use.capacity > 0 || used(use) > 0);
  return html`<ul class="memories" part="memories">
      ${shown.map((use) => memoryBar(use, strings))}
    </ul>
    <ul class="key" aria-hidden="true">
      ${PARTS.filter((part) => shown.some((use) => use[part] > 0)).map(
        (part) => html`<li class=${part}>${strings.fit.parts[part]}</li>`,
      )}
    </ul>`;
}

function memoryBar(use: MemoryUse, strings: Strings): TemplateResult {
  const { fit, report } = strings;
  const sum = used(use);
  const over = sum > use.capacity;
  const whole = Math.max(use.capacity, sum);
  const words = PARTS.filter((part) => use[part] > 0).map(
    (part) => `${fit.parts[part]} ${report.format.bytes(use[part])}`,
  );
  return html`<li class=${over ? 'memory over' : 'memory'}>
    <span class="memory-name"
      >${fit.memories[use.memory]}${term(use.memory, fit.memories[use.memory], strings)}
      <span class="quiet">${fit.memoryTexts[use.memory]}</span></span
    >
    <span class="memory-use"
      >${use.capacity === 0 ? fit.memoryNone(sum) : fit.memoryUse(sum, use.capacity)}</span
    >
    <span class="hidden">${words.join(report.uses.separator)}</span>
    <span class="track" aria-hidden="true">
      ${PARTS.map((part) =>
        use[part] > 0
          ? html`<span class=${`fill ${part}`} .style=${`width: ${(100 * use[part]) / whole}%`}></span>`
          : nothing,
      )}
      ${
        over
          ? html`<span class="limit" .style=${`inset-inline-start: ${(100 * use.capacity) / whole}%`}></span>`
          : nothing
      }
    </span>
  </li>`;
}
