/** The view of a state: the first ones at once, the others as soon as they are loaded. */
import { cardsOf } from './moment/cards-door.js';
import type { Page } from './page.js';
import type { Parts } from './parts.js';
import { chooseView, readingView } from './views/choose.js';

export function stepView(page: Page, parts: Parts): unknown {
  const { state } = page.store;
  const { first, all } = page.words;
  const { actions, boards, models, views } = parts;
  if (state.step === 'choose') return chooseView(models.facts, first, actions, cardsOf(page, parts));
  if (state.step === 'reading') {
    const bar = state.download && all && views.later?.downloadBar(state.download, all);
    return readingView(state, first, actions, bar || undefined);
  }
  if (state.step === 'talk') return boards.view('chat');
  if (views.later === null || all === null) {
    return readingView({ step: 'reading', name: state.choice.inspection.name }, first, actions);
  }
  return views.later.laterView(state, page, parts, all);
}
