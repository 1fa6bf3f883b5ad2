/**
 * The card that says what a term means, beside the "?" that was pressed. Where the browser knows popovers, the page stays as it
 * is and a press elsewhere closes the card; elsewhere it is a dialog, which Escape, its button or a press beside it closes.
 * Either way it stands above whatever clips or scrolls around the term, takes the focus, and gives it back.
 */
import { html, nothing, render } from 'lit';
import { findLanguage, type Language } from '../../shared/languages.js';
import { loadTermStrings, type Term } from '../strings/terms.js';
import { termPicture } from './term-pictures.js';
import { termStyles } from './term-styles.js';

const CLOSE: Readonly<Record<Language, string>> = { en: 'Close', es: 'Cerrar', 'zh-Hans': '关闭' };

/** Pixels between the card and its term, and between the card and the edge of the window. */
const GAP = 6;

/** @throws when the words cannot be fetched */
export async function openTerm(id: Term, button: HTMLElement, tag: string): Promise<void> {
  const language = findLanguage(tag);
  const [name, meaning] = (await loadTermStrings(language))[id];
  const root = button.getRootNode();
  if (!button.isConnected || !(root instanceof ShadowRoot)) return;
  const before = root.querySelector<HTMLDialogElement>('.term-card');
  if (before !== null) {
    shut(before);
    before.remove();
  }
  const sheet = termStyles.styleSheet;
  if (sheet !== undefined && !root.adoptedStyleSheets.includes(sheet)) {
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  }
  const card = document.createElement('dialog');
  card.className = 'term-card';
  card.lang = language;
  card.dataset['term'] = id;
  card.setAttribute('aria-labelledby', 'term-name');
  card.setAttribute('aria-describedby', 'term-meaning');
  render(
    html`<div>
      <h4 id="term-name">${name}</h4>
      ${termPicture(id) ?? nothing}
      <p id="term-meaning">${sentence(meaning, language)}</p>
      <button type="button" class="plain" aria-label=${CLOSE[language]} @click=${() => shut(card)}>×</button>
    </div>`,
    card,
  );
  // Inside the element's frame it has its colours and its direction; what is outside of an open dialog is out of reach.
  (button.closest('dialog') ?? root.querySelector('.base') ?? root).append(card);
  show(card, button as HTMLButtonElement);
}

function show(card: HTMLDialogElement, button: HTMLButtonElement): void {
  const events = new AbortController();
  const { signal } = events;
  let hadFocus = false;
  // A press on the term of an open card closes it: by itself where it is outside of the card, and then it opens no other.
  const again = (event: Event): void => {
    event.stopImmediatePropagation();
    shut(card);
  };
  const gone = (): void => {
    events.abort();
    card.remove();
    // The press that closed it may still become a click.
    setTimeout(() => {
      button.removeEventListener('click', again, true);
    });
    const { activeElement, body } = document;
    if (hadFocus && (activeElement === null || activeElement === body)) button.focus({ preventScroll: true });
  };
  const follow = (): void => {
    place(card, button);
  };
  if (card.showPopover as unknown) {
    card.popover = 'auto';
    button.addEventListener('click', again, true);
    card.addEventListener('beforetoggle', (event) => {
      hadFocus = event.newState === 'closed' && card.querySelector(':focus') !== null;
    });
    card.addEventListener('toggle', (event) => {
      if (event.newState === 'closed') gone();
    });
  } else {
    card.addEventListener('close', gone);
    card.addEventListener('click', (event) => {
      if (event.target === card) shut(card);
    });
  }
  (card.showPopover ?? card.showModal).call(card);
  card.querySelector('button')?.focus({ preventScroll: true });
  follow();
  addEventListener('scroll', follow, { capture: true, passive: true, signal });
  addEventListener('resize', follow, { signal });
}

function shut(card: HTMLDialogElement): void {
  if (card.open) card.close();
  else if ((card.hidePopover as unknown) && card.matches(':popover-open')) card.hidePopover();
}

/** Below the term, above it where there is more room, and always within the window. */
function place(card: HTMLElement, button: HTMLElement): void {
  const term = button.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = card;
  const { clientWidth, clientHeight } = document.documentElement;
  const isBelow = term.bottom + GAP + height <= clientHeight || term.top < GAP + height;
  const within = (at: number, room: number): string => `${Math.max(GAP, Math.min(at, room - GAP))}px`;
  card.style.top = within(isBelow ? term.bottom + GAP : term.top - GAP - height, clientHeight - height);
  card.style.left = within(term.left + term.width / 2 - width / 2, clientWidth - width);
}

/** The glossary has it after a colon; here it stands by itself. */
function sentence(meaning: string, language: string): string {
  return meaning.charAt(0).toLocaleUpperCase(language) + meaning.slice(1);
}
