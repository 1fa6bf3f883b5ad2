/** What the state in the address shows: a link that waits for a word, one that cannot be followed, and what can be copied. */
import { html, nothing, type TemplateResult } from 'lit';
import { showableLine } from '../../shared/safe-text.js';
import type { AddressStrings } from '../strings/address.js';
import type { Place, PlaceProblem } from './place.js';

/** Why a link cannot be followed. */
export interface LinkProblem {
  /** The field that makes no sense, or what the link is not. */
  readonly kind: keyof Place | PlaceProblem | 'files' | 'settled';
  /** In English, `null` where the words say it all. */
  readonly detail: string | null;
}

export interface ShareFacts {
  /** What was copied, with the text where it has to be copied by hand. */
  readonly copied: { readonly what: 'link' | 'tag'; readonly byHand: string | null } | null;
  /** A link says all that was chosen. */
  readonly whole: boolean;
}

/** Longer details are somebody's joke. */
const MOST_DETAIL = 200;

/** The first sentence: what comes behind it says what there is instead, which may be long. */
function shortened(detail: string): string {
  const [sentence = ''] = showableLine(detail).split(/(?<=\.) /);
  return sentence.length <= MOST_DETAIL ? sentence : `${sentence.slice(0, MOST_DETAIL)}…`;
}

export function linkCardView(
  problem: LinkProblem | null,
  asked: { readonly name: string; readonly from: string } | null,
  words: AddressStrings,
  actions: { load(): void; refuse(): void },
): TemplateResult | typeof nothing {
  if (problem !== null) {
    const { kind, detail } = problem;
    return html`<div class="failure link" part="failure" role="group" aria-labelledby="link-title">
      <div>
        <h3 id="link-title">${words.problem}</h3>
        <p>${words.problems[kind]}</p>
        ${detail === null ? nothing : html`<p class="detail quiet" lang="en" dir="ltr">${shortened(detail)}</p>`}
      </div>
      <button type="button" part="button" @click=${() => actions.refuse()}>${words.dismiss}</button>
    </div>`;
  }
  if (asked === null) return nothing;
  return html`<div class="panel link" role="group" aria-labelledby="link-title">
    <h3 id="link-title">${words.ask(asked.name, asked.from)}</h3>
    <p class="quiet">${words.askText}</p>
    <div class="buttons">
      <button type="button" class="primary" part="button primary-button" @click=${() => actions.load()}>
        ${words.load}
      </button>
      <button type="button" part="button" @click=${() => actions.refuse()}>${words.refuse}</button>
    </div>
  </div>`;
}

export function shareView(
  { copied, whole }: ShareFacts,
  words: AddressStrings,
  actions: { link(): void; tag(): void },
): TemplateResult {
  const button = (what: 'link' | 'tag'): TemplateResult =>
    html`<button type="button" class="plain" @click=${() => actions[what]()}>
      ${copied?.what === what && copied.byHand === null ? words.copied[what] : words.copy[what]}
    </button>`;
  return html`<footer class="sharing">
    <div class="buttons">${button('link')} ${button('tag')}</div>
    ${
      copied === null || copied.byHand === null
        ? nothing
        : html`<div class="field">
            <label for="by-hand">${words.byHand}</label>
            <input
              id="by-hand"
              type="text"
              readonly
              dir="ltr"
              .value=${copied.byHand}
              @focus=${(event: Event) => {
                (event.target as HTMLInputElement).select();
              }}
            />
          </div>`
    }
    ${copied !== null && !whole ? html`<p class="quiet">${words.notWhole}</p>` : nothing}
  </footer>`;
}
