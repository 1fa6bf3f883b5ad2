/** The wiring that comes with a model, for a board that its author did not know. */
import { headerOf, lightOf, whyReserved } from '../chips/pins.js';
import type { Board } from '../plan/boards.js';

type Json = Readonly<Record<string, unknown>>;

/**
 * What of a wiring a board has room for: pins that its header has and nothing else needs, and its light. Where it is not known
 * what a board's pins are led to, nothing is driven that nobody has asked for.
 * @param text a wiring; one that is none is left as it is, for its reader to refuse
 * @returns `null` where nothing is left of it
 */
export function wiringFor(text: string, board: Board): string | null {
  let file: unknown;
  try {
    file = JSON.parse(text);
  } catch {
    return text;
  }
  if (typeof file !== 'object' || file === null) return text;
  const { outputs, inputs, rules, ...others } = file as Json;
  const header = headerOf(board);
  const led = new Set(header === null ? [] : [...header.left, ...header.right]);
  const taken = new Set<number>();
  /** The first of two that come to the same pin has it. */
  const isThere = (entry: unknown): boolean => {
    const { pin: named } = Object(entry) as Json;
    if (named === undefined) return header !== null;
    const pin = named === 'light' ? lightOf(board)?.pin : named;
    if (typeof pin !== 'number') return named !== 'light';
    const isFree = named === 'light' || (led.has(pin) && whyReserved(pin, board) === null);
    if (!isFree || taken.has(pin)) return false;
    taken.add(pin);
    return true;
  };
  const kept = (list: unknown): unknown => (Array.isArray(list) ? list.filter(isThere) : list);
  const [left, right] = [kept(outputs), kept(inputs)];
  const names = new Set([left, right].flat().map((entry) => (Object(entry) as Json)['name']));
  const isMeant = (rule: unknown): boolean => {
    const { output, input } = Object(rule) as Json;
    return [output, input].every((name) => name === undefined || names.has(name));
  };
  const isEmpty = Array.isArray(left) && left.length === 0 && (right === undefined || isNone(right));
  if (isEmpty) return null;
  return JSON.stringify({
    ...others,
    ...(outputs === undefined ? {} : { outputs: left }),
    ...(inputs === undefined ? {} : { inputs: right }),
    ...(Array.isArray(rules) ? { rules: rules.filter(isMeant) } : rules === undefined ? {} : { rules }),
  });
}

function isNone(list: unknown): boolean {
  return Array.isArray(list) && list.length === 0;
}
