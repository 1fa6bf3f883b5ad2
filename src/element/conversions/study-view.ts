/** The button that measures all ways, how far that is, and what came of it. */
import { html, nothing, type TemplateResult } from 'lit';
import type { Whole } from '../../pipeline/whole-progress.js';
import type { ConversionsStrings } from '../strings/conversions.js';
import type { Strings } from '../strings/strings.js';

export type Study =
  | { readonly kind: 'idle' }
  | { readonly kind: 'measuring'; readonly end: AbortController; readonly whole: Whole | null }
  | { readonly kind: 'measured'; readonly count: number; readonly positions: number; readonly unfit: number }
  | { readonly kind: 'failed'; readonly message: string };

export function studyView(
  study: Study,
  words: ConversionsStrings,
  { report }: Strings,
  actions: { begin(): void; cancel(): void },
): TemplateResult {
  const { count, seconds } = report.format;
  const begin = (text: string): TemplateResult => button(text, () => actions.begin());
  switch (study.kind) {
    case 'idle':
      return begin(words.measure);
    case 'measuring': {
      const { whole } = study;
      const { scheme = null, number = 0, count: all = 0, secondsLeft = null } = whole ?? {};
      const doing =
        scheme === null ? words.starting : words.measuring(report.scheme(scheme), count(number), count(all));
      return html`<div class="measuring">
        <p>${doing}</p>
        <progress aria-label=${words.measure} max="1" value=${whole?.done ?? 0}></progress>
        <p class="quiet">
          ${secondsLeft === null || secondsLeft < 1 ? nothing : words.left(seconds(secondsLeft))}
        </p>
        ${button(words.cancel, () => actions.cancel())}
      </div>`;
    }
    case 'measured':
      return html`<p class="quiet">
          ${words.measured(count(study.count), count(study.positions))}
          ${study.unfit === 0 ? nothing : words.unfit(count(study.unfit))}
        </p>
        ${begin(words.measureAgain)}`;
    case 'failed':
      return html`<p role="alert">${words.failed}: <span translate="no">${study.message}</span></p>
        ${begin(words.measureAgain)}`;
  }
}

function button(text: string, act: () => void): TemplateResult {
  return html`<div class="buttons">
    <button type="button" part="button" @click=${act}>${text}</button>
  </div>`;
}
