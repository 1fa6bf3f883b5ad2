/** The door to what can be done for a board that the image does not fit: loaded when there is one. */
import { nothing, type TemplateResult } from 'lit';
import type { BoardFacts } from '../../device/board-detection.js';
import { FlashError } from '../../device/flash-errors.js';
import type { Page } from '../page.js';
import type { Actions } from '../actions.js';
import type { FlashStep } from './flash-store.js';

/** What is offered for a board, in a language. */
interface Offer {
  readonly board: BoardFacts;
  readonly language: string;
  /** Absent until it is known. */
  view?: () => TemplateResult;
}

export class OtherBoardDoor {
  readonly #page: Page;
  readonly #actions: Actions;
  readonly #lookAgain: () => void;
  #offer: Offer | null = null;

  /** @param lookAgain at the board on the cable, when there is another image */
  constructor(page: Page, actions: Actions, lookAgain: () => void) {
    this.#page = page;
    this.#actions = actions;
    this.#lookAgain = lookAgain;
  }

  /** What can be done, as soon as that is known. */
  view(step: FlashStep): TemplateResult | typeof nothing {
    if (step.kind !== 'found' || !isForOther(step.problem)) return nothing;
    const { board } = step;
    const { element, words } = this.#page;
    const { language } = words;
    if (this.#offer?.board !== board || this.#offer.language !== language) {
      const offer: Offer = { board, language };
      this.#offer = offer;
      import('./other-board.js')
        .then(({ offerFor }) => offerFor(this.#page, this.#actions, board, this.#lookAgain))
        .then(
          (view) => {
            offer.view = view;
            element.requestUpdate();
          },
          // What is wrong stands there all the same.
          () => undefined,
        );
    }
    return this.#offer.view?.() ?? nothing;
  }
}

/** Another plan may be small enough, or for that chip. */
function isForOther(problem: Error | null): boolean {
  return problem instanceof FlashError && /^((flash|psram)-too-small|wrong-chip)$/.test(problem.code);
}
