/** What two conversions wrote, beside the original: the words that each left out and put in, and where it parted. */
import { html, nothing, type TemplateResult } from 'lit';
import { wordDifferences, type Parting, type WordRun } from '../../report/word-differences.js';
import { ended } from '../../report/compare-texts.js';
import { showable, showableLine } from '../../shared/safe-text.js';
import type { Answers } from '../home/answers-door.js';
import type { ConversionsStrings } from '../strings/conversions.js';
import type { RowFacts, RowText } from './row.js';

export function compareTwo(
  [a, b]: readonly [RowFacts, RowFacts],
  [first, second]: readonly [string, string],
  words: ConversionsStrings,
  answers: Answers | null,
): TemplateResult {
  const { compare } = words;
  const shared = a.texts.flatMap((text) => {
    const other = b.texts.find(({ prompt }) => prompt === text.prompt);
    return other === undefined ? [] : [[text, other] as const];
  });
  return html`<section class="two" aria-labelledby="two-heading">
    <h5 id="two-heading" tabindex="-1">${compare.heading(first, second)}</h5>
    ${
      shared.length === 0
        ? html`<p class="quiet">${compare.none}</p>`
        : html`<p class="quiet">${compare.key}</p>
            ${shared.map(
              ([text, other]) =>
                html`<figure>
                  <figcaption>
                    <span class="quiet">${compare.after}</span>
                    <span dir="auto" translate="no">${showableLine(text.prompt)}</span>
                    ${text.after === other.after ? html`<span class="same">${compare.both}</span>` : nothing}
                  </figcaption>
                  <div class="three">
                    <div>
                      <h6>${compare.original}</h6>
                      <p class="text" dir="auto" translate="no">
                        <span class="words">${ended(showable(text.before), text.isCut.before)}</span>
                      </p>
                      ${sentence(text.before, answers)}
                    </div>
                    ${column(first, text, words, answers)} ${column(second, other, words, answers)}
                  </div>
                </figure>`,
            )}`
    }
  </section>`;
}

function column(
  name: string,
  { before, after, isCut }: RowText,
  words: ConversionsStrings,
  answers: Answers | null,
): TemplateResult {
  const { runs, parting } = wordDifferences(showable(before), showable(after));
  return html`<div>
    <h6>${name}</h6>
    <p class="text" dir="auto" translate="no">
      <span class="words">${runs.map((run) => marked(run, words))}${ended('', isCut.after)}</span>
    </p>
    <p class="quiet parting">${partingText(parting, words)}</p>
    ${sentence(after, answers)}
  </div>`;
}

/** Marks that are heard as well: what many screen readers do not say of `del` and `ins`. */
function marked({ kind, text }: WordRun, { compare }: ConversionsStrings): TemplateResult | string {
  switch (kind) {
    case 'same':
      return text;
    case 'deleted':
      return html`<del
        ><span class="hidden">[${compare.left}: </span>${text}<span class="hidden">]</span></del
      >`;
    case 'inserted':
      return html`<ins
        ><span class="hidden">[${compare.added}: </span>${text}<span class="hidden">]</span></ins
      >`;
  }
}

/** Where a text parted, in words. */
export function partingText(parting: Parting | null, { compare }: ConversionsStrings): string {
  if (parting === null) return compare.same;
  const { word, before, after } = parting;
  const number = String(word);
  if (after === '') return compare.ends(number, before);
  return before === '' ? compare.goesOn(number, after) : compare.parts(number, after, before);
}

function sentence(text: string, answers: Answers | null): TemplateResult | typeof nothing {
  const said = answers?.sentence(text) ?? null;
  return said === null ? nothing : html`<p class="sentence">${said}</p>`;
}
