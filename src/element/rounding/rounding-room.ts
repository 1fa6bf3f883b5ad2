/** What rounding did to single numbers of the conversion on show: a person chooses the matrix and the row. */
import { html, type TemplateResult } from 'lit';
import type { RoundingPlace, RoundingSample } from '../../pipeline/rounding.js';
import type { TensorReport } from '../../quantize/report.js';
import { isAbort } from '../../shared/errors.js';
import type { Language } from '../../shared/languages.js';
import { showable, showableLine } from '../../shared/safe-text.js';
import type { ConvertResult } from '../../worker/jobs.js';
import { studyRounding } from '../../worker/rounding-start.js';
import { addStyles } from '../add-styles.js';
import type { Page } from '../page.js';
import { convertSettings } from '../settings.js';
import type { State } from '../state.js';
import { loadRoundingStrings, type RoundingStrings } from '../strings/rounding.js';
import type { Strings } from '../strings/strings.js';
import { term } from '../terms/term.js';
import { numberField } from '../views/number-field.js';
import { movesOf, roundingChart, type RoundingFacts } from './rounding-chart.js';
import { roundingStyles } from './rounding-styles.js';

type Result = Extract<State, { step: 'result' }>;

type Look =
  | { readonly kind: 'none' }
  | { readonly kind: 'looking'; readonly end: AbortController }
  | { readonly kind: 'seen'; readonly sample: RoundingSample }
  | { readonly kind: 'failed'; readonly message: string };

export class RoundingRoom {
  /** @throws when its words cannot be fetched */
  static async open(page: Page, language: Language): Promise<RoundingRoom> {
    const words = await loadRoundingStrings(language);
    addStyles(page, [roundingStyles]);
    const room = new RoundingRoom(page, language, words);
    const { state } = page.store;
    if (state.step === 'result') void room.#look(state, placeIn(state.result, null));
    return room;
  }

  readonly language: Language;
  readonly #page: Page;
  readonly #words: RoundingStrings;
  #state: Look = { kind: 'none' };
  /** What was looked into last, and where. */
  #result: ConvertResult | null = null;
  #place: RoundingPlace | null = null;

  private constructor(page: Page, language: Language, words: RoundingStrings) {
    this.#page = page;
    this.language = language;
    this.#words = words;
  }

  /** Another step is shown, or none: nothing is read any more. */
  cancel(): void {
    if (this.#state.kind === 'looking') this.#state.end.abort(new DOMException('Cancelled.', 'AbortError'));
  }

  view(state: Result, strings: Strings): TemplateResult {
    const words = this.#words;
    const { result } = state;
    if (this.#result !== result || this.#place === null)
      return html`<h5>${words.question}</h5>
        ${this.#button(words.look, () => void this.#look(state, placeIn(result, this.#place)))}`;
    return html`<h5>${words.question}${term('quantization', words.question, strings)}</h5>
      ${this.#choice(state, this.#place, strings)} ${this.#seen(state, this.#place, strings)}`;
  }

  #choice(state: Result, place: RoundingPlace, strings: Strings): TemplateResult {
    const words = this.#words;
    const tensors = roundedTensors(state.result);
    const rows = tensors.find(({ name }) => name === place.tensor)?.rows ?? 1;
    return html`<div class="rounding-choice">
      <div class="field">
        <div>
          <label for="rounding-tensor">${words.tensor}</label>${term('tensor', words.tensor, strings)}
        </div>
        <select
          id="rounding-tensor"
          translate="no"
          @change=${(event: Event) => {
            const tensor = (event.target as HTMLSelectElement).value;
            void this.#look(state, placeIn(state.result, { ...place, tensor }));
          }}
        >
          ${tensors.map(({ name }) => html`<option value=${name} ?selected=${name === place.tensor}>${showableLine(name)}</option>`)}
        </select>
      </div>
      ${numberField({
        id: 'rounding-row',
        label: words.row,
        hint: words.steps('0', strings.report.format.count(rows - 1)),
        value: place.row,
        max: rows - 1,
        step: 1,
        term: term('channel', words.row, strings),
        onChange: (row) => void this.#look(state, { ...place, row }),
      })}
    </div>`;
  }

  #seen(state: Result, place: RoundingPlace, { report: { format } }: Strings): TemplateResult {
    const words = this.#words;
    const look = this.#state;
    switch (look.kind) {
      case 'none':
        return this.#button(words.look, () => void this.#look(state, place));
      case 'looking':
        return html`<p class="quiet" role="status">${words.looking}</p>
          <progress aria-label=${words.looking}></progress>`;
      case 'failed':
        return html`<p role="alert">${words.failed}: <span translate="no">${look.message}</span></p>
          ${this.#button(words.again, () => void this.#look(state, place))}`;
      case 'seen': {
        const facts = { sample: look.sample, words, format };
        return html`<p role="status">${answer(facts)}</p>
          ${roundingChart(facts)} ${table(facts)}`;
      }
    }
  }

  #button(text: string, act: () => void): TemplateResult {
    return html`<div class="buttons">
      <button type="button" part="button" @click=${act}>${text}</button>
    </div>`;
  }

  async #look({ choice, result }: Result, place: RoundingPlace | null): Promise<void> {
    this.cancel();
    if (place === null) return;
    const end = new AbortController();
    this.#result = result;
    this.#place = place;
    this.#set({ kind: 'looking', end });
    const isCurrent = (): boolean => this.#state.kind === 'looking' && this.#state.end === end;
    const { urls, worker } = this.#page.files;
    const { source, settings } = choice;
    const model = { source, settings: convertSettings(settings), package: result.package };
    try {
      const sample = await studyRounding(urls, model, place, { worker, signal: end.signal });
      if (isCurrent()) this.#set({ kind: 'seen', sample });
    } catch (error) {
      if (!isCurrent()) return;
      const message = showable(error instanceof Error ? error.message : String(error));
      this.#set(isAbort(error) ? { kind: 'none' } : { kind: 'failed', message });
    }
  }

  #set(state: Look): void {
    this.#state = state;
    this.#page.element.requestUpdate();
  }
}

/** Matrices whose numbers were rounded. */
export function roundedTensors({ report }: ConvertResult): readonly TensorReport[] {
  return report.tensors.filter(({ sqnr }) => sqnr !== null);
}

/** The same place in this conversion, or the first row of the matrix that lost most; `null` where none was rounded. */
function placeIn(result: ConvertResult, wanted: RoundingPlace | null): RoundingPlace | null {
  const tensors = roundedTensors(result);
  const same = tensors.find(({ name }) => name === wanted?.tensor);
  if (wanted !== null && same !== undefined)
    return { tensor: same.name, row: Math.min(wanted.row, same.rows - 1) };
  const [first] = [...tensors].sort((a, b) => (a.sqnr ?? 0) - (b.sqnr ?? 0));
  return first === undefined ? null : { tensor: first.name, row: 0 };
}

function answer({ sample, words, format }: RoundingFacts): string {
  const { before, after, steps } = sample;
  const most = Math.max(...before.map((value, index) => Math.abs((after[index] ?? 0) - value)));
  const largest = Math.max(...before.map(Math.abs));
  const [least, widest] = [Math.min(...steps), Math.max(...steps)].map((step) => format.number(step)) as [
    string,
    string,
  ];
  return words.answer(
    format.count(before.length),
    format.number(most),
    format.percent(largest === 0 ? 0 : most / largest, 2),
    least === widest ? least : words.steps(least, widest),
  );
}

function table(facts: RoundingFacts): TemplateResult {
  const { sample, words, format } = facts;
  const { columns } = words;
  const moves = movesOf(sample);
  return html`<details class="more">
    <summary>${words.table}</summary>
    <div class="scroll" tabindex="0" role="region" aria-label=${words.table}>
      <table class="figures">
        <thead>
          <tr>
            <th scope="col">${columns.place}</th>
            <th scope="col">${columns.before}</th>
            <th scope="col">${columns.after}</th>
            <th scope="col">${columns.moved}</th>
          </tr>
        </thead>
        <tbody>
          ${sample.before.map(
            (value, index) =>
              html`<tr>
                <th scope="row">${index + 1}</th>
                <td>${format.number(value)}</td>
                <td>${format.number(sample.after[index] ?? 0)}</td>
                <td>${format.number(moves[index] ?? 0)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </details>`;
}
