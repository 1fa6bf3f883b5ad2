/** The third step: how far the conversion is, what it works on, and a cancel that stops it. */
import { html, nothing, type TemplateResult } from 'lit';
import { ifDefined } from 'lit/directives/if-defined.js';
import { showableLine } from '../../shared/safe-text.js';
import type { Progress } from '../../shared/progress.js';
import type { Actions } from '../actions.js';
import type { QuantizedTensor, State } from '../state.js';
import type { Strings } from '../strings/strings.js';
import { markIcon } from './mark-icon.js';

export function convertingView(
  state: Extract<State, { step: 'converting' }>,
  strings: Strings,
  actions: Actions,
): TemplateResult {
  const { converting } = strings;
  const { progress, stages } = state;
  return html`<section class="busy" aria-labelledby="step-heading">
    <h3 id="step-heading" tabindex="-1">
      <slot name="convert-heading">${converting.heading(state.choice.inspection.name)}</slot>
    </h3>
    <slot name="convert-text"></slot>
    <ol class="stages">
      ${stages.map((stage, index) =>
        index === stages.length - 1
          ? html`<li aria-current="step"><span class="dot"></span>${converting.stages[stage]}</li>`
          : html`<li>${markIcon(true)}${converting.stages[stage]}</li>`,
      )}
      ${stages.length === 0 ? html`<li aria-current="step"><span class="dot"></span>${converting.starting}</li>` : nothing}
    </ol>
    ${bar(progress?.whole ?? progress)}
    <p class="amount">
      <span>${progress === null ? '' : amount(progress, strings)}</span>
      <span class="item" translate="no"
        >${progress?.stage === 'reading' ? showableLine(progress.item) : ''}</span
      >
    </p>
    ${state.download ? downloadLine(state.download, strings) : nothing} ${tensorList(state.tensors, strings)}
    <div class="buttons">
      <button type="button" part="button" @click=${() => actions.cancel()}>${converting.cancel}</button>
    </div>
  </section>`;
}

/** How many finished tensors stay in sight. */
const SHOWN = 6;

/** The latest tensors with their sizes; the bar above says how far all of them are. */
function tensorList(
  tensors: readonly QuantizedTensor[],
  { converting, report }: Strings,
): TemplateResult | typeof nothing {
  if (tensors.length === 0) return nothing;
  const before = tensors.length - SHOWN;
  return html`${before > 0 ? html`<p class="quiet" aria-hidden="true">${converting.before(before)}</p>` : nothing}
    <ol class="tensor-list" aria-hidden="true">
      ${tensors
        .slice(-SHOWN)
        .map(
          ({ name, bytes }) =>
            html`<li>
              <span class="item" translate="no">${showableLine(name)}</span> ${report.format.bytes(bytes)}
            </li>`,
        )}
    </ol>`;
}

function bar(progress: (Pick<Progress, 'done'> & Partial<Pick<Progress, 'total'>>) | null): TemplateResult {
  return html`<progress
    part="progress"
    aria-labelledby="step-heading"
    max="1"
    value=${ifDefined(progress === null || progress.total === 0 ? undefined : progress.done / (progress.total ?? 1))}
  ></progress>`;
}

/** A model's file on its way, while there is nothing else to tell. */
export function downloadBar(download: Progress, strings: Strings): TemplateResult {
  return html`${bar(download)} ${downloadLine(download, strings)}`;
}

function downloadLine(download: Progress, strings: Strings): TemplateResult {
  return html`<p class="amount">
    <span>${amount(download, strings)}</span>
    <span class="item" dir="ltr" translate="no">${showableLine(download.item)}</span>
  </p>`;
}

/** How much of how much, at what rate, and what time is left, as far as that is known. */
function amount(progress: Progress, { converting }: Strings): string {
  const { done, total, unit, perSecond } = progress;
  const { secondsLeft } = progress.whole ?? progress;
  return [
    converting.amount(done, total, unit),
    ...(unit === 'bytes' && perSecond !== null ? [converting.rate(perSecond)] : []),
    ...(secondsLeft === null || secondsLeft < 1 ? [] : [converting.left(secondsLeft)]),
  ].join(', ');
}
