/**
 * A wiring: which pin of a board is which thing of an action card, and rules besides. docs/actions.md describes the file. All
 * that is wrong with it is a FormatError that names the place.
 */
import { lightOf, whyReserved } from '../chips/pins.js';
import type { ActionCard } from '../input/action-card.js';
import { CHANGES, PARTS, type Change, type Part } from '../input/action-words.js';
import type { Board } from '../plan/boards.js';
import {
  ACTION_INPUT,
  ACTION_LIMITS,
  ACTION_OUTPUT,
  type ActionInput,
  type ActionOutput,
} from '../schema/actions.js';
import { FormatError } from '../shared/errors.js';

export const WIRING_VERSION = 1;

/** Longest wiring: a board has a few dozen pins. */
const MAX_WIRING_BYTES = 256 * 1024;

/** What the board can dim and move, and light. */
const MOST_PULSES = 8;
const MOST_LIGHTS = 4;

const FULL = 100;
const DEGREES = 180;
const WHITE = 0xffffff;
/** Servos take pulses within these, in microseconds; nearly all turn 180 degrees between the usual ones. */
const SERVO_LIMITS = [500, 2500] as const;
const SERVO_USUAL = [500, 2400] as const;
const PULSE_MILLIS = 500;

/** What becomes of an output that is switched. */
export const SWITCHES = ['on', 'off', 'toggle', 'pulse'] as const;
export type Switch = (typeof SWITCHES)[number];

/** Things of the card that a pin is. */
interface Wired {
  readonly name: string;
  readonly parts: readonly Part[];
  /** `null`: in every place. */
  readonly place: string | null;
}

export interface WiredOutput extends Wired {
  readonly kind: ActionOutput;
  readonly pin: number;
  readonly inverted: boolean;
  readonly on: number;
  readonly off: number;
  readonly shortest: number;
  readonly longest: number;
  /** What changes of the card do; one that is absent does nothing. */
  readonly does: Readonly<Partial<Record<Change, Switch>>>;
  readonly pulse: number;
}

export interface WiredInput extends Wired {
  readonly kind: ActionInput;
  readonly pin: number | null;
  readonly pull: 'none' | 'up' | 'down';
  readonly low: string | null;
  readonly high: string | null;
}

/** A rule of the wiring's own. */
export interface WiredRule {
  /** A pattern of an answer that is no JSON, or the values that keys must have. */
  readonly when: string | Readonly<Record<string, readonly string[]>>;
  /** Index of an output; or else of an input, that is read. */
  readonly output: number | null;
  readonly input: number | null;
  readonly set: Switch | 'value' | 'ask';
  /** For `value`: a number, or the key that has it. */
  readonly to: number | string | null;
}

export interface Wiring {
  readonly outputs: readonly WiredOutput[];
  readonly inputs: readonly WiredInput[];
  readonly rules: readonly WiredRule[];
  readonly colours: Readonly<Record<string, number>>;
  readonly place: string | null;
  /** The value of the place that means all of them. */
  readonly everywhere: string | null;
  readonly delay: string | null;
}

/** Colours that models are likely to name. */
const COLOURS: Readonly<Record<string, number>> = {
  red: 0xff0000,
  green: 0x00ff00,
  blue: 0x0000ff,
  yellow: 0xffb400,
  orange: 0xff5000,
  purple: 0x8000ff,
  pink: 0xff3c78,
  cyan: 0x00ffff,
  white: WHITE,
  warm: 0xffa54b,
  cool: 0xc8dcff,
};

type Json = Readonly<Record<string, unknown>>;

/**
 * Reads a wiring for a board.
 * @param card the model's action card, which names things; without one there are only the wiring's own rules
 * @throws FormatError naming the place
 */
export function readWiring(text: string, card: ActionCard | null, board: Board): Wiring {
  if (text.length > MAX_WIRING_BYTES) throw wrong('the file', `at most ${MAX_WIRING_BYTES / 1024} KB`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw wrong('the file', `valid JSON (${(cause as Error).message})`);
  }
  const file = object(value, 'the file', [
    'version',
    'outputs',
    'inputs',
    'rules',
    'colours',
    'place',
    'everywhere',
    'delay',
  ]);
  if (file['version'] !== WIRING_VERSION) throw wrong('version', `the number ${WIRING_VERSION}`);
  const outputs = list(file['outputs'] ?? [], 'outputs', ACTION_LIMITS.outputs).map((one, index) =>
    readOutput(one, `outputs[${index}]`, card, board),
  );
  const inputs = list(file['inputs'] ?? [], 'inputs', ACTION_LIMITS.inputs).map((one, index) =>
    readInput(one, `inputs[${index}]`, card, board),
  );
  checkTogether(outputs, inputs);
  return {
    outputs,
    inputs,
    rules: list(file['rules'] ?? [], 'rules', ACTION_LIMITS.rules / 2).map((one, index) =>
      readRule(one, `rules[${index}]`, outputs, inputs),
    ),
    colours: { ...COLOURS, ...readColours(file['colours'] ?? {}) },
    place: optionalText(file['place'], 'place') ?? card?.place ?? null,
    everywhere: optionalText(file['everywhere'], 'everywhere'),
    delay: optionalText(file['delay'], 'delay') ?? card?.delay ?? null,
  };
}

function readWired(entry: Json, place: string, card: ActionCard | null): Wired {
  const given = entry['part'] ?? [];
  const parts = (Array.isArray(given) ? list(given, `${place}.part`, PARTS.length) : [given]).map((part) =>
    choice(part, `${place}.part`, PARTS),
  );
  if (parts.length > 0 && card === null)
    throw wrong(`${place}.part`, 'left out: the model has no action card that would name parts');
  return {
    name: text(entry['name'], `${place}.name`),
    parts,
    place: optionalText(entry['place'], `${place}.place`),
  };
}

function readOutput(value: unknown, place: string, card: ActionCard | null, board: Board): WiredOutput {
  const entry = object(value, place, [
    'name',
    'kind',
    'pin',
    'part',
    'place',
    'inverted',
    'on',
    'off',
    'shortest',
    'longest',
    'does',
    'pulse',
  ]);
  const isLight = entry['pin'] === 'light';
  const kind =
    entry['kind'] === undefined
      ? isLight
        ? 'light'
        : 'switch'
      : choice(entry['kind'], `${place}.kind`, keysOf(ACTION_OUTPUT));
  const most = { switch: FULL, dimmer: FULL, servo: DEGREES, light: WHITE }[kind];
  const usual = { switch: FULL, dimmer: FULL, servo: DEGREES / 2, light: WHITE }[kind];
  const level = (name: 'on' | 'off', otherwise: number): number =>
    entry[name] === undefined
      ? otherwise
      : kind === 'light'
        ? colour(entry[name], `${place}.${name}`)
        : whole(entry[name], `${place}.${name}`, 0, most);
  const shortest = whole(entry['shortest'] ?? SERVO_USUAL[0], `${place}.shortest`, ...SERVO_LIMITS);
  const longest = whole(entry['longest'] ?? SERVO_USUAL[1], `${place}.longest`, ...SERVO_LIMITS);
  if (shortest >= longest) throw wrong(`${place}.longest`, 'more than the shortest pulse');
  return {
    ...readWired(entry, place, card),
    kind,
    pin: isLight ? boardLight(place, board) : freePin(entry['pin'], place, board),
    inverted: truth(entry['inverted'] ?? false, `${place}.inverted`),
    on: level('on', usual),
    off: level('off', 0),
    shortest,
    longest,
    does: { ...USUAL, ...readDoes(entry['does'] ?? {}, `${place}.does`) },
    pulse: whole(entry['pulse'] ?? PULSE_MILLIS, `${place}.pulse`, 1, ACTION_LIMITS.pulseMillis),
  };
}

/** What a change does where the wiring says nothing else. */
const USUAL: WiredOutput['does'] = {
  on: 'on',
  off: 'off',
  open: 'on',
  closed: 'off',
  locked: 'on',
  unlocked: 'off',
  next: 'pulse',
};

function readDoes(value: unknown, place: string): WiredOutput['does'] {
  const names = CHANGES.filter((change) => change !== 'value' && change !== 'ask');
  const entries = Object.entries(object(value, place, names));
  return Object.fromEntries(
    entries.map(([change, does]) => [change, choice(does, `${place}.${change}`, SWITCHES)]),
  );
}

function readInput(value: unknown, place: string, card: ActionCard | null, board: Board): WiredInput {
  const entry = object(value, place, ['name', 'kind', 'pin', 'pull', 'part', 'place', 'low', 'high']);
  const kind = choice(entry['kind'] ?? 'level', `${place}.kind`, keysOf(ACTION_INPUT));
  if (kind !== 'level' && entry['pin'] !== undefined)
    throw wrong(`${place}.pin`, 'left out: only levels have one');
  return {
    ...readWired(entry, place, card),
    kind,
    pin: kind === 'level' ? freePin(entry['pin'], place, board) : null,
    pull: choice(entry['pull'] ?? 'none', `${place}.pull`, ['none', 'up', 'down'] as const),
    low: optionalText(entry['low'], `${place}.low`),
    high: optionalText(entry['high'], `${place}.high`),
  };
}

function readRule(
  value: unknown,
  place: string,
  outputs: readonly WiredOutput[],
  inputs: readonly WiredInput[],
): WiredRule {
  const rule = object(value, place, ['when', 'output', 'input', 'set', 'to', 'from']);
  const given = rule['when'];
  const when =
    typeof given === 'string'
      ? text(given, `${place}.when`)
      : Object.fromEntries(
          Object.entries(object(given, `${place}.when`, null)).map(([key, wanted]) => [
            text(key, `${place}.when`),
            (Array.isArray(wanted) ? list(wanted, `${place}.when`, FULL) : [wanted]).map((one) =>
              text(one, `${place}.when.${key}`),
            ),
          ]),
        );
  const named = (key: 'output' | 'input', all: readonly Wired[]): number | null => {
    if (rule[key] === undefined) return null;
    const index = all.findIndex(({ name }) => name === rule[key]);
    if (index < 0)
      throw wrong(`${place}.${key}`, `the name of an ${key}: ${all.map(({ name }) => name).join(', ')}`);
    return index;
  };
  const output = named('output', outputs);
  const input = named('input', inputs);
  if ((output === null) === (input === null)) throw wrong(place, 'a rule with either an output or an input');
  if (output === null) return { when, output, input, set: 'ask', to: null };
  const set = choice(rule['set'], `${place}.set`, [...SWITCHES, 'value', 'ask'] as const);
  return { when, output, input, set, to: set === 'value' ? target(rule, place, outputs[output]) : null };
}

function target(rule: Json, place: string, output: WiredOutput | undefined): number | string {
  if (rule['from'] !== undefined) return text(rule['from'], `${place}.from`);
  if (output?.kind === 'light') return colour(rule['to'], `${place}.to`);
  return whole(rule['to'], `${place}.to`, 0, output?.kind === 'servo' ? DEGREES : FULL);
}

function readColours(value: unknown): Record<string, number> {
  const entries = Object.entries(object(value, 'colours', null));
  if (entries.length > ACTION_LIMITS.colours - Object.keys(COLOURS).length)
    throw wrong('colours', `at most ${ACTION_LIMITS.colours - Object.keys(COLOURS).length} names`);
  return Object.fromEntries(
    entries.map(([name, one]) => [text(name, 'colours'), colour(one, `colours.${name}`)]),
  );
}

/** @throws FormatError for what only shows when all of it is known */
function checkTogether(outputs: readonly WiredOutput[], inputs: readonly WiredInput[]): void {
  const taken = new Map<number, string>();
  for (const { name, pin } of [...outputs, ...inputs]) {
    const other = pin === null ? undefined : taken.get(pin);
    if (other !== undefined) throw wrong(`the pin of ${name}`, `a free one: GPIO ${pin} is ${other}`);
    if (pin !== null) taken.set(pin, name);
  }
  const names = [...outputs, ...inputs].map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw wrong('outputs', `names that are all different: "${twice}" is there twice`);
  const count = (...kinds: ActionOutput[]): number =>
    outputs.filter(({ kind }) => kinds.includes(kind)).length;
  if (count('dimmer', 'servo') > MOST_PULSES)
    throw wrong('outputs', `at most ${MOST_PULSES} dimmers and servos`);
  if (count('light') > MOST_LIGHTS) throw wrong('outputs', `at most ${MOST_LIGHTS} lights`);
}

function freePin(value: unknown, place: string, board: Board): number {
  if (typeof value !== 'number') throw wrong(`${place}.pin`, 'the number of a pin');
  const reason = whyReserved(value, board);
  if (reason !== null) throw wrong(`${place}.pin`, `free on ${board.name}: GPIO ${value} ${reason}`);
  return value;
}

function boardLight(place: string, board: Board): number {
  const light = lightOf(board);
  if (light === null)
    throw wrong(`${place}.pin`, `a number: no light of ${board.name} is known to sit on a pin of its own`);
  return light.pin;
}

// ---- Values ----

function keysOf<T extends string>(table: Readonly<Record<T, number>>): readonly T[] {
  return Object.keys(table) as T[];
}

function object(value: unknown, place: string, known: readonly string[] | null): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(place, 'an object');
  const other = Object.keys(value).find((key) => known !== null && !known.includes(key));
  if (other !== undefined)
    throw wrong(`${place}.${other.slice(0, FULL)}`, `known: there are ${known?.join(', ') ?? ''}`);
  return value as Json;
}

function list(value: unknown, place: string, most: number): readonly unknown[] {
  if (!Array.isArray(value) || value.length > most) throw wrong(place, `a list of at most ${most} entries`);
  return value as readonly unknown[];
}

function text(value: unknown, place: string): string {
  const isText = typeof value === 'string' && value !== '' && !/[\u0000-\u001f\u007f]/u.test(value);
  if (isText && new TextEncoder().encode(value).length <= ACTION_LIMITS.text) return value;
  throw wrong(place, `a text on one line of at most ${ACTION_LIMITS.text} bytes`);
}

function optionalText(value: unknown, place: string): string | null {
  return value === undefined ? null : text(value, place);
}

function whole(value: unknown, place: string, low: number, high: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= low && value <= high) return value;
  throw wrong(place, `a whole number from ${low} to ${high}`);
}

function truth(value: unknown, place: string): boolean {
  if (typeof value === 'boolean') return value;
  throw wrong(place, 'true or false');
}

function colour(value: unknown, place: string): number {
  const found = typeof value === 'string' ? /^#([0-9a-f]{6})$/iu.exec(value)?.[1] : undefined;
  if (found === undefined) throw wrong(place, 'a colour as "#RRGGBB"');
  return Number.parseInt(found, 16);
}

function choice<T extends string>(value: unknown, place: string, choices: readonly T[]): T {
  const found = choices.find((one) => one === value);
  if (found === undefined) throw wrong(place, `one of ${choices.join(', ')}`);
  return found;
}

function wrong(place: string, wanted: string): FormatError {
  return new FormatError(`${place} is not ${wanted}.`, {
    file: 'the wiring',
    remedy: 'Correct it as docs/actions.md describes.',
    code: 'broken-file',
  });
}
