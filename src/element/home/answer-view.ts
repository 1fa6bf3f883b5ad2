/** Answers as what they mean: the sentence, the text itself one press away, and the home that follows them. */
import { adoptStyles, html, type LitElement, type TemplateResult } from 'lit';
import type { ActionCard } from '../../input/action-card.js';
import { showable } from '../../shared/safe-text.js';
import type { Page } from '../page.js';
import type { Strings } from '../strings/strings.js';
import { home } from '../styles/home.js';
import { laterStyles } from '../styles/later-styles.js';
import { placeName, readAnswer, sentenceOf } from './answer.js';
import type { Answers } from './answers-door.js';
import { homeDrawing } from './home-drawing.js';
import { homeAfter } from './home-state.js';

/** Adds the styles of what is drawn here to those of the views around it. */
export function prepare({ element }: Page): void {
  const { elementStyles } = element.constructor as typeof LitElement;
  if (!elementStyles.includes(home)) elementStyles.push(home);
  if (element.shadowRoot !== null) adoptStyles(element.shadowRoot, [...elementStyles, ...laterStyles]);
}

/** What a card makes of answers, in the language of the words. */
export function answersOfCard(card: ActionCard, { language, trial }: Strings): Answers {
  const sentence = (text: string): string | null => {
    const answer = readAnswer(card, text);
    return answer === null ? null : sentenceOf(card, answer, language);
  };
  return {
    sentence,
    meaning: (text) => meaning(sentence(text), text, trial.raw),
    home: (texts) => {
      const state = homeAfter(
        card,
        texts.map((text) => readAnswer(card, text)),
      );
      if (state === null) return null;
      return homeDrawing(state, state.place === null ? '' : placeName(card, state.place, language));
    },
  };
}

function meaning(sentence: string | null, text: string, raw: string): TemplateResult | null {
  if (sentence === null) return null;
  return html`<div class="meaning">
    <p class="sentence">${sentence}</p>
    <details class="raw">
      <summary>${raw}</summary>
      <p class="words" dir="ltr" lang="und" translate="no">${showable(text)}</p>
    </details>
  </div>`;
}
