/** What operators make of values, as Python has it. */
import { percentFormat } from '../python-format.js';
import type { Budget } from './budget.js';
import { Float, isList, kindOf, numberOf, Tuple, whole, type Value } from './values.js';

/** `a sign b` for the signs of arithmetic but `**`. @throws Error when the two have no such operation; LimitError */
export function binary(sign: string, a: Value, b: Value, budget: Budget): Value {
  if (sign === '%' && typeof a === 'string') return percentFormat(a, b, budget);
  const [left, right] = [numberOf(a), numberOf(b)];
  if (left !== null && right !== null) return arithmetic(sign, left, right, isFloat(a, b));
  if (sign === '+') {
    if (typeof a === 'string' && typeof b === 'string') return budget.join([a, b], '');
    if (isList(a) && isList(b) && a instanceof Tuple === b instanceof Tuple) return a.concat(b);
  }
  if (sign === '*') {
    if (typeof b === 'number' && typeof a !== 'number') return repeated(a, b, budget);
    if (typeof a === 'number') return repeated(b, a, budget);
  }
  throw new Error(`${sign} does not go with ${kindOf(a)} and ${kindOf(b)}`);
}

function isFloat(...values: readonly Value[]): boolean {
  return values.some((value) => value instanceof Float);
}

function arithmetic(sign: string, a: number, b: number, float: boolean): Value {
  const made = (value: number): Value => (float ? new Float(value) : whole(value));
  if (b === 0 && '//%'.includes(sign)) throw new Error('a number is divided by zero');
  switch (sign) {
    case '+':
      return made(a + b);
    case '-':
      return made(a - b);
    case '*':
      return made(a * b);
    case '/':
      return new Float(a / b);
    case '//':
      return made(Math.floor(a / b));
    default: {
      const rest = a % b;
      return made(rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest);
    }
  }
}

/** @throws Error when the values have no power, or none that is a number */
export function power(a: Value, b: Value): Value {
  const [base, exponent] = [numberOf(a), numberOf(b)];
  if (base === null || exponent === null)
    throw new Error(`** does not go with ${kindOf(a)} and ${kindOf(b)}`);
  const result = base ** exponent;
  if (!Number.isFinite(result)) throw new Error('a power is no number');
  return isFloat(a, b) || exponent < 0 ? new Float(result) : whole(result);
}

/** @throws Error when the value is no number */
export function unary(sign: string, value: Value): Value {
  const number = numberOf(value);
  if (number === null) throw new Error(`${sign} does not go with ${kindOf(value)}`);
  const result = sign === '-' ? -number : number;
  return value instanceof Float ? new Float(result) : whole(result);
}

function repeated(value: Value, times: number, budget: Budget): Value {
  const count = Math.max(0, times);
  if (typeof value === 'string') {
    budget.text(value.length * count);
    return value.repeat(count);
  }
  if (!isList(value)) throw new Error(`* does not go with ${kindOf(value)} and a number`);
  budget.spend(value.length * count);
  const parts = Array.from({ length: count }, () => value).flat();
  return value instanceof Tuple ? Tuple.from(parts) : parts;
}
