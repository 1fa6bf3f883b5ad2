/** `tojson`, as the transformers library has it: Python's `json.dumps`, by default without escapes of what is not ASCII. */
import type { Budget } from './budget.js';
import { argument } from './methods.js';
import { compare, Float, floatText, isList, isMap, isTrue, kindOf, textOf, type Value } from './values.js';

/** @throws Error when the value has no JSON; LimitError */
export function toJson(
  value: Value,
  budget: Budget,
  given: readonly Value[],
  named: ReadonlyMap<string, Value>,
): string {
  const option = (place: number, name: string): Value => argument(given, named, place, name, null);
  const [ascii, sorted] = [isTrue(option(0, 'ensure_ascii')), isTrue(option(3, 'sort_keys'))];
  const width = option(1, 'indent');
  if (typeof width === 'number') budget.text(width);
  const step =
    width === null ? null : typeof width === 'number' ? ' '.repeat(Math.max(0, width)) : textOf(width);
  const separators = option(2, 'separators');
  const [comma, colon] = isList(separators) ? separators.map(textOf) : [step === null ? ', ' : ',', ': '];

  const quoted = (text: string): string => {
    const json = JSON.stringify(text);
    return ascii ? json.replace(/[\x7f-\uffff]/g, unicode) : json;
  };
  const plain = (item: Value): string => {
    if (typeof item === 'string') return quoted(item);
    if (item instanceof Float) return floatText(item.value).replace('nan', 'NaN').replace('inf', 'Infinity');
    if (item === null || typeof item === 'boolean' || typeof item === 'number') return String(item);
    throw new Error(`${kindOf(item)} has no JSON`);
  };
  const within = (parts: readonly string[], around: string, indent: string): string => {
    if (parts.length === 0 || step === null)
      return around[0] + budget.join(parts, comma as string) + around[1];
    const inner = indent + step;
    return `${around[0]}${inner}${budget.join(parts, comma + inner)}${indent}${around[1]}`;
  };
  const write = (item: Value, indent: string): string => {
    const inner = indent + (step ?? '');
    budget.spend(1 + inner.length);
    if (isList(item))
      return within(
        item.map((part) => write(part, inner)),
        '[]',
        indent,
      );
    if (!isMap(item)) return plain(item);
    const entries = [...item];
    if (sorted) entries.sort(([a], [b]) => compare(a, b));
    const parts = entries.map(([key, part]) => {
      const name = typeof key === 'string' ? quoted(key) : `"${plain(key)}"`;
      return name + colon + write(part, inner);
    });
    return within(parts, '{}', indent);
  };
  return write(value, '\n');
}

function unicode(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
