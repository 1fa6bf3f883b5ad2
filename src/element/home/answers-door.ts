/** The door to what answers mean: loaded when a model with an action card has something to say. */
import type { TemplateResult } from 'lit';
import type { Page } from '../page.js';
import type { State } from '../state.js';
import type { Strings } from '../strings/strings.js';
import type * as AnswerView from './answer-view.js';

/** What is made of a model's answers; `null` for texts that are no actions. */
export interface Answers {
  /** What is said of it to those who do not see it. */
  sentence(text: string): string | null;
  /** The sentence, with the text one press away. */
  meaning(text: string): TemplateResult | null;
  /** The home after these answers. */
  home(texts: readonly string[]): TemplateResult | null;
}

const rooms = new WeakMap<Page, { view?: typeof AnswerView }>();

/** @returns `null` without a card, and until what is behind the door is there: texts are then shown as they are */
export function answersOf(page: Page, state: State, strings: Strings): Answers | null {
  const card = 'choice' in state ? state.choice.inspection.actions : null;
  if (!card) return null;
  let found = rooms.get(page);
  if (found === undefined) {
    const door: { view?: typeof AnswerView } = (found = {});
    rooms.set(page, door);
    import('./answer-view.js').then(
      (view) => {
        door.view = view;
        view.prepare(page);
        page.element.requestUpdate();
      },
      // Asked for again when the next text is drawn.
      () => rooms.delete(page),
    );
  }
  return found.view?.answersOfCard(card, strings) ?? null;
}
