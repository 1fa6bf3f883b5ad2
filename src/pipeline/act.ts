/** What a package has for answers that act on pins. */
import type { ActionCard } from '../input/action-card.js';
import { actionsSection } from '../package/actions.js';
import { readWiring } from '../package/wiring.js';
import type { Board } from '../plan/boards.js';

export { wiringFor } from '../package/own-wiring.js';

/** What answers mean, and which pins are what. */
export interface WantedActions {
  /** The text of a wiring, see docs/actions.md. */
  readonly wiring: string;
  /** The model's action card, `null` when it has none. */
  readonly card: ActionCard | null;
}

/** @throws FormatError for a bad wiring, and for pins that are not free on the board; FitError for one that is too large */
export function actionsOf({ wiring, card }: WantedActions, board: Board): Uint8Array {
  return actionsSection(readWiring(wiring, card, board), card);
}
