/** The "?" beside a term. What it means is loaded when it is pressed first. */
import { html, type TemplateResult } from 'lit';
import type { Strings } from '../strings/strings.js';
import type { Term } from '../strings/terms.js';

/** @param name the term as it stands there */
export function term(id: Term, name: string, strings: Strings): TemplateResult {
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

async function open(id: Term, button: HTMLElement, { language, failures }: Strings): Promise<void> {
  try {
    const { openTerm } = await import('./term-card.js');
    await openTerm(id, button, language);
  } catch {
    sayAfter(button, failures.views);
  }
}

/** Says after a control that what it asks for could not be loaded. */
export function sayAfter(control: HTMLElement, text: string): void {
  const said = document.createElement('span');
  said.role = 'alert';
  said.textContent = text;
  control.after(said);
}
