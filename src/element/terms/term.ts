/** The "?" beside a term. What it means is loaded when it is pressed first. */
import { html, type TemplateResult } from 'lit';
import { actOrSay } from '../say-after.js';
import type { FirstStrings, Strings } from '../strings/strings.js';
import type { Term } from '../strings/terms.js';

/** What a view needs of its language to explain terms. */
export type TermWords = Pick<FirstStrings, 'language' | 'failures'> & Pick<Strings, 'term'>;

/** @param name the term as it stands there */
export function term(id: Term, name: string, strings: TermWords): TemplateResult {
  return html`<span class="term"
    ><button
      type="button"
      data-term=${id}
      aria-label=${strings.term(name)}
      aria-haspopup="dialog"
      @click=${(event: Event) => {
        void open(id, event.currentTarget as HTMLElement, strings);
      }}
    >
      ?
    </button></span
  >`;
}

async function open(id: Term, button: HTMLElement, strings: TermWords): Promise<void> {
  await actOrSay(button, strings, async () => {
    const { openTerm } = await import('./term-card.js');
    await openTerm(id, button, strings.language);
  });
}
