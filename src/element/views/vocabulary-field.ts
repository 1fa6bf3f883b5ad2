/** How much of the vocabulary stays, and the text that it stays for. */
import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { MAX_KEEP_TEXT_BYTES } from '../../edit/vocabulary-cut.js';
import type { Actions } from '../actions.js';
import type { Choice } from '../state.js';
import type { Strings } from '../strings/strings.js';
import { term } from '../terms/term.js';
import { cutOf, withCut } from '../vocabulary-setting.js';

/** Characters of a text that are shown in the field; a longer one, which came from a file, is only counted. */
const MOST_SHOWN = 20_000;

export function vocabularyField(
  { inspection: { vocabSize, hasTokenizer }, settings, plan }: Choice,
  locked: boolean,
  strings: Strings,
  actions: Actions,
): TemplateResult | typeof nothing {
  if (!hasTokenizer) return nothing;
  const { fewer: words } = strings.fit;
  const cut = cutOf(settings);
  const { count } = strings.report.format;
  const tokens = plan.vocabulary;
  const text = cut?.text ?? '';
  /** Without a number, what a text uses. */
  const set = (number: number | 'text' | null, kept: string): void => {
    const whole = number === null || (number !== 'text' && number >= vocabSize);
    actions.change(withCut(whole ? null : { tokens: number, ...(kept === '' ? {} : { text: kept }) }));
  };
  const takeNumber = (event: Event): void => {
    const input = event.target as HTMLInputElement;
    const number = input.valueAsNumber;
    const isWhole = Number.isSafeInteger(number) && number > 0;
    set(isWhole ? number : text === '' ? null : 'text', text);
  };
  const takeText = (kept: string): void => {
    const { tokens: number = 'text' } = cut ?? {};
    set(kept === '' && number === 'text' ? null : number, kept);
  };
  const takeFile = async (event: Event): Promise<void> => {
    const input = event.target as HTMLInputElement;
    const [file] = input.files ?? [];
    // What is too long is said with the plan, and need not be read for that.
    if (file !== undefined) takeText(await file.slice(0, MAX_KEEP_TEXT_BYTES + 1).text());
    input.value = '';
  };
  return html`<details class="vocabulary" ?open=${cut !== null}>
    <summary>
      ${words.title} <span class="value">${words.kept(count(tokens), count(vocabSize))}</span>
    </summary>
    <fieldset class="field" ?disabled=${locked}>
      <legend class="quiet">${words.text}</legend>
      <div><label for="vocabulary">${words.tokens}</label>${term('vocabulary', words.title, strings)}</div>
      <input
        id="vocabulary"
        type="number"
        min="1"
        max=${vocabSize}
        step="1"
        placeholder=${cut === null ? count(vocabSize) : words.used}
        .value=${live(cut === null || cut.tokens === 'text' ? '' : String(cut.tokens))}
        @change=${takeNumber}
      />
      <label for="keep-text">${words.keep}</label>
      <textarea
        id="keep-text"
        rows="3"
        dir="auto"
        aria-describedby="keep-text-hint"
        .value=${live(text.length > MOST_SHOWN ? '' : text)}
        @change=${(event: Event) => {
          takeText((event.target as HTMLTextAreaElement).value);
        }}
      ></textarea>
      <p class="quiet" id="keep-text-hint">${words.characters(text.length)}</p>
      <label for="keep-file">${words.file}</label>
      <input id="keep-file" type="file" accept=".txt,.md,.csv,.json,text/*" @change=${takeFile} />
      ${
        cut === null
          ? nothing
          : html`<button
              type="button"
              part="button"
              @click=${() => {
                set(null, '');
              }}
            >
              ${words.all}
            </button>`
      }
    </fieldset>
  </details>`;
}
