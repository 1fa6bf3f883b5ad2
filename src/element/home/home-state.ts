/** The home as a conversation has made it: what each part of each place is, by the answers so far. */
import type { ActionCard } from '../../input/action-card.js';
import type { Part } from '../../input/action-words.js';
import { effectOf, measure, type Answer } from './answer.js';

export interface PartState {
  readonly on: boolean;
  /** Percent, from 0 to 100. */
  readonly level: number;
  /** What else it was set to: degrees, a colour, a channel. */
  readonly value: string | null;
  readonly locked: boolean;
}

export interface HomeState {
  /** The place that the last answer named, `null` for none. */
  readonly place: string | null;
  /** The parts of that place that are not as they were at first. */
  readonly parts: ReadonlyMap<Part, PartState>;
  /** The parts that the last answer is about, and whether they are only asked, or later. */
  readonly touched: readonly Part[];
  readonly manner: 'now' | 'asked' | 'later';
}

/** As everything is before the first answer: nothing runs, all is closed; the blinds are up. */
const AT_FIRST: PartState = { on: false, level: 0, value: null, locked: false };

/** A lamp that is switched on, or dimmed from what nobody knows, begins with this. */
const FULL = 100;

/** Follows the answers in their order; those that are no actions change nothing. */
export function homeAfter(card: ActionCard, answers: readonly (Answer | null)[]): HomeState | null {
  const places = new Map<string | null, Map<Part, PartState>>();
  let state: HomeState | null = null;
  for (const answer of answers) {
    const effect = answer && effectOf(card, answer);
    if (answer === null || effect === null) continue;
    const place = card.place === null ? null : (answer.get(card.place) ?? null);
    const isLater = card.delay !== null && answer.has(card.delay);
    const manner = effect.change === 'ask' ? 'asked' : isLater ? 'later' : 'now';
    const parts = new Map(places.get(place));
    if (manner === 'now') {
      for (const part of effect.parts)
        parts.set(part, changed(parts.get(part) ?? AT_FIRST, effect.change, answer.get(effect.from ?? '')));
      places.set(place, parts);
    }
    state = { place, parts, touched: effect.parts, manner };
  }
  return state;
}

function changed(before: PartState, change: string, value: string | undefined): PartState {
  switch (change) {
    case 'on':
      return { ...before, on: true, level: before.level || FULL };
    case 'off':
      return { ...before, on: false, level: 0 };
    case 'open':
      return { ...before, on: true, level: FULL, locked: false };
    case 'closed':
      return { ...before, on: false, level: 0 };
    case 'locked':
      return { ...before, on: false, level: 0, locked: true };
    case 'unlocked':
      return { ...before, locked: false };
    case 'value':
      return value === undefined ? before : withValue(before, value);
    default:
      return { ...before, on: true, level: before.level || FULL };
  }
}

function withValue(before: PartState, value: string): PartState {
  const found = measure(value);
  if (found?.unit !== '%') return { ...before, on: true, level: before.level || FULL, value };
  const { sign, number } = found;
  const from = before.on ? before.level : sign === '-' ? FULL : 0;
  const level = sign === '' ? number : from + (sign === '-' ? -number : number);
  const kept = Math.min(Math.max(level, 0), FULL);
  return { ...before, on: kept > 0, level: kept };
}
