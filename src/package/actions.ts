/** The section ACTN out of a wiring and an action card: docs/actions.md. */
import type { ActionCard, Effect } from '../input/action-card.js';
import {
  ACTIONS,
  ACTIONS_VERSION,
  ACTION_CHANGE,
  ACTION_INPUT,
  ACTION_LIMITS,
  ACTION_OUTPUT,
  NO_PIN,
  NO_TEXT,
  type ActionChange,
} from '../schema/actions.js';
import { writeLayout, type Layout, type LayoutValues } from '../schema/console.js';
import { FitError } from '../shared/errors.js';
import type { Switch, WiredOutput, WiredRule, Wiring } from './wiring.js';

const PULLS = { none: 0, up: 1, down: 2 } as const;

interface MadeEffect {
  readonly change: ActionChange;
  readonly target: number;
  readonly place: string | null;
  readonly from: string | null;
  readonly value: number;
}

/** What answers have, and what is done: a key of `null` stands for the whole answer, and its value for a pattern. */
interface MadeRule {
  readonly conditions: readonly (readonly [key: string | null, value: string])[];
  readonly effects: readonly MadeEffect[];
}

/**
 * The bytes of the section. Rules of the wiring come first, then those of the card that reach something.
 * @throws FitError when there are more rules or texts than a section holds
 */
export function actionsSection(wiring: Wiring, card: ActionCard | null): Uint8Array {
  const rules = [
    ...wiring.rules.map((rule) => ownRule(rule, wiring)),
    ...(card?.rules ?? []).map(({ when, effect }) => ({
      conditions: conditionsOf(when),
      effects: effect === null ? [] : cardEffects(effect, wiring),
    })),
  ];
  return encode(withoutIdle(rules), wiring);
}

/** Without the rules at the end that do nothing: those before others keep these from acting. */
function withoutIdle(rules: readonly MadeRule[]): readonly MadeRule[] {
  const last = rules.reduce((found, { effects }, index) => (effects.length > 0 ? index : found), -1);
  return rules.slice(0, last + 1);
}

function conditionsOf(when: Readonly<Record<string, readonly string[]>>): MadeRule['conditions'] {
  return Object.entries(when).flatMap(([key, values]) => values.map((value) => [key, value] as const));
}

function ownRule({ when, output, input, set, to }: WiredRule, { outputs }: Wiring): MadeRule {
  const conditions = typeof when === 'string' ? [[null, when] as const] : conditionsOf(when);
  if (input !== null) return { conditions, effects: [read(input, null)] };
  const target = output ?? 0;
  const wired = outputs[target] as WiredOutput;
  const base = { target, place: null, from: null, value: 0 };
  if (set === 'value')
    return {
      conditions,
      effects: [
        typeof to === 'string'
          ? { ...base, change: 'from', from: to }
          : { ...base, change: 'value', value: to ?? 0 },
      ],
    };
  return { conditions, effects: [set === 'ask' ? { ...base, change: 'ask' } : switched(set, wired, base)] };
}

function switched(set: Switch, { pulse }: WiredOutput, base: Omit<MadeEffect, 'change'>): MadeEffect {
  return { ...base, change: set, value: set === 'pulse' ? pulse : 0 };
}

function read(input: number, place: string | null): MadeEffect {
  return { change: 'read', target: input, place, from: null, value: 0 };
}

/** What an effect of the card does to what is wired. */
function cardEffects({ parts, change, from }: Effect, { outputs, inputs }: Wiring): MadeEffect[] {
  const isMeant = (wired: { readonly parts: readonly string[] }): boolean =>
    parts.some((part) => wired.parts.includes(part));
  const made = outputs.flatMap((output, target): MadeEffect[] => {
    if (!isMeant(output)) return [];
    const base = { target, place: output.place, from: null, value: 0 };
    if (change === 'ask') return [{ ...base, change: 'ask' }];
    if (change === 'value') return [{ ...base, change: 'from', from }];
    const set = output.does[change];
    return set === undefined ? [] : [switched(set, output, base)];
  });
  if (change !== 'ask') return made;
  return [...made, ...inputs.flatMap((input, index) => (isMeant(input) ? [read(index, input.place)] : []))];
}

/** Texts behind each other, each once. */
class Texts {
  readonly #bytes: number[] = [];
  readonly #places = new Map<string, number>();

  at(text: string | null): number {
    if (text === null) return NO_TEXT;
    const known = this.#places.get(text);
    if (known !== undefined) return known;
    const bytes = new TextEncoder().encode(text);
    const place = this.#bytes.length;
    this.#bytes.push(bytes.length, ...bytes);
    if (this.#bytes.length > ACTION_LIMITS.textBytes) throw tooMuch(`texts of ${this.#bytes.length} bytes`);
    this.#places.set(text, place);
    return place;
  }

  get bytes(): Uint8Array {
    return Uint8Array.from(this.#bytes);
  }
}

function encode(rules: readonly MadeRule[], wiring: Wiring): Uint8Array {
  const texts = new Texts();
  const parts: Uint8Array[] = [];
  const put = <L extends Layout>(layout: L, values: LayoutValues<L>): void => {
    parts.push(writeLayout(layout, values));
  };
  const outputs = wiring.outputs.map(({ kind, pin, inverted, name, on, off, shortest, longest }) => ({
    kind: ACTION_OUTPUT[kind],
    pin,
    inverted: Number(inverted),
    zero: 0,
    name: texts.at(name),
    zeros: 0,
    on,
    off,
    shortest,
    longest,
  }));
  const inputs = wiring.inputs.map(({ kind, pin, pull, name, low, high }) => ({
    kind: ACTION_INPUT[kind],
    pin: pin ?? NO_PIN,
    pull: PULLS[pull],
    zero: 0,
    name: texts.at(name),
    low: texts.at(low),
    high: texts.at(high),
    zeros: 0,
  }));
  const conditions = rules.flatMap((rule) => rule.conditions);
  const effects = rules.flatMap((rule) => rule.effects);
  const colours = Object.entries(wiring.colours);
  check('rules', rules.length);
  check('conditions', conditions.length);
  check('effects', effects.length);
  const [place, everywhere, delay] = [wiring.place, wiring.everywhere, wiring.delay].map((text) =>
    texts.at(text),
  );
  outputs.forEach((output) => {
    put(ACTIONS.output, output);
  });
  inputs.forEach((input) => {
    put(ACTIONS.input, input);
  });
  let [firstCondition, firstEffect] = [0, 0];
  for (const rule of rules) {
    const counts = { conditions: rule.conditions.length, effects: rule.effects.length };
    put(ACTIONS.rule, { firstCondition, firstEffect, ...counts });
    firstCondition += counts.conditions;
    firstEffect += counts.effects;
  }
  for (const [key, value] of conditions)
    put(ACTIONS.condition, { key: texts.at(key), value: texts.at(value) });
  for (const effect of effects)
    put(ACTIONS.effect, {
      change: ACTION_CHANGE[effect.change],
      target: effect.target,
      place: texts.at(effect.place),
      from: texts.at(effect.from),
      zeros: 0,
      value: effect.value,
    });
  for (const [name, value] of colours) put(ACTIONS.colour, { name: texts.at(name), zeros: 0, value });
  const header = writeLayout(ACTIONS.header, {
    version: ACTIONS_VERSION,
    outputs: outputs.length,
    inputs: inputs.length,
    rules: rules.length,
    conditions: conditions.length,
    effects: effects.length,
    colours: colours.length,
    place: place ?? NO_TEXT,
    everywhere: everywhere ?? NO_TEXT,
    delay: delay ?? NO_TEXT,
    textBytes: texts.bytes.length,
    zero: 0,
    zeros: 0,
  });
  return joined([header, ...parts, texts.bytes]);
}

function check(name: 'rules' | 'conditions' | 'effects', count: number): void {
  if (count > ACTION_LIMITS[name]) throw tooMuch(`${count} ${name}`);
}

function tooMuch(what: string): FitError {
  return new FitError(
    `The wiring and the action card make ${what}, more than a package holds. Wire fewer pins.`,
  );
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
