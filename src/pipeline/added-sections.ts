/** Reads what a model's folder has beside its weights, and compiles it before the plan is made, so that it counts it. */
import { readActionCard } from '../input/action-card.js';
import { ACTIONS_FILE, GRAMMAR_FILE, WIRING_FILE } from '../input/action-names.js';
import type { Board } from '../plan/boards.js';
import { FitError, FormatError, UnsupportedError, UsageError } from '../shared/errors.js';
import type { ModelFolder } from '../source/byte-source.js';
import { readText } from '../source/read-json.js';
import type { Note } from './notes.js';
import type { OpenedModel } from './open-model.js';
import { NOTHING_OWN, type OwnSections, type WantedSections } from './own-sections.js';

/** Longest of a folder's own files. */
const MAX_BYTES = 256 * 1024;

/** Of a folder with an action card. @throws TransportError, the signal's reason */
export async function readBesideCard(folder: ModelFolder, signal?: AbortSignal): Promise<OwnSections> {
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

/** {@link withSections} where there is something to add. */
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

/** @throws an error that is no fault of the file */
function ignored(file: string, error: unknown): Note {
  const isOurs = [FormatError, FitError, UnsupportedError, UsageError].some((kind) => error instanceof kind);
  if (!isOurs) throw error;
  return { code: 'file-ignored', file, problem: (error as Error).message };
}
