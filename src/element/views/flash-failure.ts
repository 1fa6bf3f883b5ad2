/** Why a board was not flashed, and what to try in which order, with drawings of the buttons. */
import { html, nothing, type TemplateResult } from 'lit';
import { FlashError, type FlashAdvice, type FlashErrorCode } from '../../device/flash-errors.js';
import { PortError } from '../../device/port-session.js';
import type { Strings } from '../strings/strings.js';
import { buttonsDrawing, isDrawn } from './buttons-drawing.js';

/** What went wrong, in the reader's words where it has a code. */
export function flashErrorWords(error: Error, strings: Strings): { title: string; text: string } {
  const { flash, serial } = strings.board;
  if (error instanceof PortError) return serial.ports[error.code];
  if (!(error instanceof FlashError)) return { title: flash.failed, text: error.message };
  const { title, text } = flash.errors[error.code];
  return { title, text: text(fact(error, 'found', strings), fact(error, 'needed', strings)) };
}

/** Failures whose facts are numbers of bytes. */
const IN_BYTES: ReadonlySet<FlashErrorCode> = new Set(['flash-too-small', 'psram-too-small']);

function fact(error: FlashError, name: 'found' | 'needed', strings: Strings): string {
  const value = error.facts[name] ?? (name === 'needed' ? error.facts['expected'] : undefined) ?? '';
  if (!IN_BYTES.has(error.code) || typeof value !== 'number') return String(value);
  return value === 0 ? strings.board.flash.noPsram : strings.board.flash.bytes(value);
}

/** The failure as a box, with its advice. */
export function flashFailureView(error: Error, strings: Strings): TemplateResult {
  const { title, text } = flashErrorWords(error, strings);
  return html`<div class="failure" part="failure" role="group" aria-labelledby="failure-title">
      <div>
        <h4 id="failure-title">${title}</h4>
        <p>${text}</p>
      </div>
    </div>
    ${error instanceof FlashError ? adviceView(error.advice, strings) : nothing}`;
}

/** Things to try, in their order; what hands do is drawn. */
export function adviceView(
  advice: readonly FlashAdvice[],
  strings: Strings,
): TemplateResult | typeof nothing {
  if (advice.length === 0) return nothing;
  const words = strings.board.flash;
  const alone = !advice.includes('hold-boot');
  return html`<ol class="advice">
    ${advice.map(
      (step) =>
        html`<li class=${isDrawn(step) ? '' : 'plain'}>
          ${isDrawn(step) ? buttonsDrawing(step, alone, words.pictures[step]) : nothing}
          <span>${words.advice[step]}</span>
        </li>`,
    )}
  </ol>`;
}
