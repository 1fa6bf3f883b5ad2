/** Which pins of a board are which things: the wiring of a conversion, as it is drawn and as it is changed. */
import { headerOf, pinsOf, type BoardHeader } from '../../chips/pins.js';
import type { ActionCard } from '../../input/action-card.js';
import { PARTS, type Part } from '../../input/action-words.js';
import { wiringFor } from '../../package/own-wiring.js';
import { readWiring, WIRING_VERSION, type Wiring } from '../../package/wiring.js';
import type { Board } from '../../plan/boards.js';
import { ACTION_OUTPUT, type ActionOutput } from '../../schema/actions.js';
import { FormatError } from '../../shared/errors.js';
import type { Inspection } from '../../worker/jobs.js';
import type { Settings } from '../state.js';

/** What a person can choose that a pin is. */
export const KINDS = Object.keys(ACTION_OUTPUT) as readonly ActionOutput[];

type Known = Pick<Inspection, 'actions' | 'wiring'>;

/** The text of the wiring that a conversion with these settings has; `null` for none. */
export function wiringText(
  { actions, wiring }: Known,
  settings: Pick<Settings, 'wiring'>,
  board: Board,
): string | null {
  if (settings.wiring !== undefined) return settings.wiring;
  return actions === null || wiring === null ? null : wiringFor(wiring, board);
}

/** The same, read, or why the board does not allow it. */
export function wiringOf(
  known: Known,
  settings: Pick<Settings, 'wiring'>,
  board: Board,
): Wiring | FormatError | null {
  const text = wiringText(known, settings, board);
  try {
    return text === null ? null : readWiring(text, known.actions, board);
  } catch (error) {
    if (error instanceof FormatError) return error;
    throw error;
  }
}

/** Where the pins of a board are; those of its chip by their numbers, where that is not known. */
export function drawnHeader(board: Board): BoardHeader {
  const known = headerOf(board);
  if (known !== null) return known;
  const pins = pinsOf(board).filter((pin) => pin < 22 || pin > 32);
  const half = Math.ceil(pins.length / 2);
  return { left: pins.slice(0, half), right: pins.slice(half).reverse() };
}

/** A thing of a card: a part, and where; `null` where it is wherever the answer says. */
export interface Thing {
  readonly part: Part;
  readonly place: string | null;
}

/**
 * The things that answers can change, as far as the card's words name its places.
 * @param everywhere the name of the place that means all of them
 */
export function thingsOf(card: ActionCard, everywhere: string | null): readonly Thing[] {
  const changed = new Set(
    card.rules.flatMap(({ effect }) => (effect === null || effect.change === 'ask' ? [] : effect.parts)),
  );
  const { place } = card;
  const words = Object.values(card.say)[0]?.words ?? {};
  const places = place === null || !Object.hasOwn(words, place) ? [] : Object.keys(words[place] ?? {});
  return PARTS.filter((part) => changed.has(part)).flatMap((part) =>
    [null, ...places.filter((one) => one !== everywhere)].map((where) => ({ part, place: where })),
  );
}

/** What a board reads without a pin, and the part of the card that it is. */
export const OWN_INPUTS = { temperature: 'temperature', uptime: 'timer' } as const;
export type OwnInput = keyof typeof OWN_INPUTS;

/** Those that answers of a card ask for. */
export function ownInputsOf(card: ActionCard): readonly OwnInput[] {
  const asked = new Set(card.rules.flatMap(({ effect }) => (effect?.change === 'ask' ? effect.parts : [])));
  return (Object.keys(OWN_INPUTS) as OwnInput[]).filter((kind) => asked.has(OWN_INPUTS[kind]));
}

type Json = Readonly<Record<string, unknown>>;

/** A wiring as a person changes it: its file, with entries that nobody here understands left as they are. */
export class Draft {
  readonly #file: Json;

  /** @param text a wiring that was read before, `null` to begin with none */
  constructor(text: string | null) {
    this.#file = text === null ? { version: WIRING_VERSION } : (JSON.parse(text) as Json);
  }

  get #outputs(): readonly Json[] {
    return (this.#file['outputs'] ?? []) as readonly Json[];
  }

  get #inputs(): readonly Json[] {
    return (this.#file['inputs'] ?? []) as readonly Json[];
  }

  /** @param name free among all names */
  add(name: string, entry: Json): string {
    return this.#with({ outputs: [...this.#outputs, { name, ...entry }] });
  }

  /** Something that is read without a pin. @param name free among all names */
  addInput(name: string, entry: Json): string {
    return this.#with({ inputs: [...this.#inputs, { name, ...entry }] });
  }

  /** Another kind of output: what was set for the one before is no longer said. */
  retype(name: string, kind: ActionOutput): string {
    const outputs = this.#outputs.map((one) => {
      if (one['name'] !== name) return one;
      const { pin, part, place, does, pulse } = one;
      const kept = Object.entries({ pin, part, place, does, pulse }).filter(
        ([, value]) => value !== undefined,
      );
      return { name, kind, ...Object.fromEntries(kept) };
    });
    return this.#with({ outputs });
  }

  /** An output or input to another pin. */
  move(name: string, pin: number | 'light'): string {
    const moved = (list: readonly Json[]): readonly Json[] =>
      list.map((one) => (one['name'] === name ? { ...one, pin } : one));
    return this.#with({ outputs: moved(this.#outputs), inputs: moved(this.#inputs) });
  }

  /** Nothing hangs on the board any more. */
  clear(): string {
    return this.#with({ outputs: [], inputs: [], rules: [] });
  }

  remove(name: string): string {
    const rest = (list: readonly Json[]): readonly Json[] => list.filter((one) => one['name'] !== name);
    const rules = ((this.#file['rules'] ?? []) as readonly Json[]).filter(
      (rule) => rule['output'] !== name && rule['input'] !== name,
    );
    return this.#with({ outputs: rest(this.#outputs), inputs: rest(this.#inputs), rules });
  }

  #with(change: Json): string {
    const file = Object.entries({ ...this.#file, ...change });
    const kept = file.filter(([, value]) => !Array.isArray(value) || value.length > 0);
    return `${JSON.stringify(Object.fromEntries(kept), null, 2)}\n`;
  }
}
