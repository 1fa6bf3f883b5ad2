/**
 * What a package has beside its model: what answers do to pins, and what may be said at all. Both are compiled before the plan is
 * made, so that it counts them. A model's folder may carry its own beside its action card; a person's take their place.
 */
import { GRAMMAR_FILE, ACTIONS_FILE, WIRING_FILE } from '../input/action-names.js';
import type { ActionCard } from '../input/action-card.js';
import type { Board } from '../plan/boards.js';
import { FitError, FormatError, UnsupportedError, UsageError } from '../shared/errors.js';
import type { ModelFolder } from '../source/byte-source.js';
import { readText } from '../source/read-json.js';
import type { Note } from './notes.js';
import type { OpenedModel } from './open-model.js';

/** Longest of its own files. */
const MAX_BYTES = 256 * 1024;

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
  // Few models have one, and its reader is a part of the program.
  if ((await folder.open(ACTIONS_FILE, signal)) === null) return NOTHING_OWN;
  const { readActionCard } = await import('../input/action-card.js');
  try {
    const card = await readActionCard(folder, signal);
    const [wiring, grammar] = await Promise.all(
      [WIRING_FILE, GRAMMAR_FILE].map((name) => readText(folder, name, MAX_BYTES, signal)),
    );
    return { card, wiring: wiring ?? null, grammar: grammar ?? null, notes: [] };
  } catch (error) {
    return { ...NOTHING_OWN, notes: [ignored(ACTIONS_FILE, error)] };
  }
}

/**
 * The model with what its package has besides.
 * @param own what its folder carries; what is wrong with that is a note, and it is left out
 * @throws FormatError, FitError, UnsupportedError and UsageError for what was wanted and cannot be
 */
export async function addSections(
  opened: OpenedModel,
  wanted: WantedSections,
  own: OwnSections,
  board: Board,
): Promise<OpenedModel> {
  const notes: Note[] = [];
  const section = async (
    file: string,
    given: string | null | undefined,
    theirs: string | null,
    make: (text: string, isOwn: boolean) => Promise<Uint8Array | undefined>,
  ): Promise<Uint8Array | undefined> => {
    if (given !== undefined) return given === null ? undefined : make(given, false);
    if (theirs === null) return undefined;
    try {
      const made = await make(theirs, true);
      if (made !== undefined) notes.push({ code: 'file-used', file });
      return made;
    } catch (error) {
      notes.push(ignored(file, error));
      return undefined;
    }
  };
  const added = {
    actions: await section(WIRING_FILE, wanted.wiring, own.wiring, async (text, isOwn) => {
      const { actionsOf, wiringFor } = await import('./act.js');
      const wiring = isOwn ? wiringFor(text, board) : text;
      return wiring === null ? undefined : actionsOf({ wiring, card: own.card }, board);
    }),
    grammar: await section(GRAMMAR_FILE, wanted.grammar, own.grammar, async (text) =>
      (await import('./grammar.js')).grammarOf(text, opened),
    ),
  };
  return { ...opened, added, notes: [...opened.notes, ...notes] };
}

function ignored(file: string, error: unknown): Note {
  const isOurs = [FormatError, FitError, UnsupportedError, UsageError].some((kind) => error instanceof kind);
  if (!isOurs) throw error;
  return { code: 'file-ignored', file, problem: (error as Error).message };
}
