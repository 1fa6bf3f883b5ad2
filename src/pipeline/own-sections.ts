/**
 * What a package has beside its model: what answers do to pins, and what may be said at all. A model's folder may carry its own
 * beside its action card; a person's take their place.
 */
import type { ActionCard } from '../input/action-card.js';
import { ACTIONS_FILE } from '../input/action-names.js';
import type { Board } from '../plan/boards.js';
import type { ModelFolder } from '../source/byte-source.js';
import type { Note } from './notes.js';
import type { OpenedModel } from './open-model.js';

/** The finished sections; one that is absent is not in the package. */
export interface AddedSections {
  readonly actions?: Uint8Array | undefined;
  readonly grammar?: Uint8Array | undefined;
}

/** What a model's folder carries. */
export interface OwnSections {
  readonly card: ActionCard | null;
  /** The text of its wiring, for whatever board its author had. */
  readonly wiring: string | null;
  readonly grammar: string | null;
  /** The card is broken, and what lies beside it is of no use. */
  readonly notes: readonly Note[];
}

/** `undefined` takes the folder's own, `null` none. */
export interface WantedSections {
  /** The text of a wiring, docs/actions.md. */
  readonly wiring?: string | null | undefined;
  /** A JSON schema or GBNF, docs/grammars.md. */
  readonly grammar?: string | null | undefined;
}

/** Of a model without an action card. */
export const NOTHING_OWN: OwnSections = { card: null, wiring: null, grammar: null, notes: [] };

/** What lies beside the action card, and the card. @throws TransportError, the signal's reason */
export async function readOwnSections(folder: ModelFolder, signal?: AbortSignal): Promise<OwnSections> {
  // Few models have one, and what reads it is a part of the program.
  if ((await folder.open(ACTIONS_FILE, signal)) === null) return NOTHING_OWN;
  const { readBesideCard } = await import('./added-sections.js');
  return readBesideCard(folder, signal);
}

/**
 * The model with what its package has besides.
 * @param own what its folder carries; what is wrong with that is a note, and it is left out
 * @throws FormatError, FitError, UnsupportedError and UsageError for what was wanted and cannot be
 */
export async function withSections(
  opened: OpenedModel,
  wanted: WantedSections,
  own: OwnSections,
  board: Board,
): Promise<OpenedModel> {
  const { wiring = own.wiring, grammar = own.grammar } = wanted;
  // Few packages have any, and what compiles them is a part of the program.
  if (wiring === null && grammar === null) return opened;
  const { addSections } = await import('./added-sections.js');
  return addSections(opened, wanted, own, board);
}
