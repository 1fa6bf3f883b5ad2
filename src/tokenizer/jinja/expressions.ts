/** Expressions of templates, by Jinja's grammar, made into functions that give their values. */
import { filterOf, isTest } from './builtins.js';
import { binary, power, unary } from './operators.js';
import type { Expression, Scope } from './scope.js';
import { attributeOf, itemOf, sliceOf } from './members.js';
import type { Tokens } from './tokens.js';
import {
  compare,
  Float,
  isEqual,
  isIn,
  isList,
  isMap,
  isTrue,
  keyOf,
  kindOf,
  str,
  textOf,
  Tuple,
  whole,
  wholeOf,
  type Callable,
  type Key,
  type Value,
} from './values.js';

/** What is given to a call. */
export type Arguments = (scope: Scope) => [readonly Value[], ReadonlyMap<string, Value>];

type Operator = (a: Value, b: Value) => boolean;

const COMPARISONS: Readonly<Record<string, Operator>> = {
  '==': isEqual,
  '!=': (a, b) => !isEqual(a, b),
  '<': (a, b) => compare(a, b) < 0,
  '<=': (a, b) => compare(a, b) <= 0,
  '>': (a, b) => compare(a, b) > 0,
  '>=': (a, b) => compare(a, b) >= 0,
};

const CONSTANTS: Readonly<Record<string, Value>> = {
  ...{ true: true, True: true, false: false, False: false, none: null, None: null },
};

/** What a value costs is counted when it is there. */
const counted =
  (expression: Expression): Expression =>
  (scope) =>
    scope.budget.weigh(expression(scope));

/** One or more expressions: with a comma they are a tuple. */
export function parseTuple(tokens: Tokens, conditions = true): Expression {
  const parse = (): Expression => (conditions ? parseExpression(tokens) : parseOr(tokens));
  const first = parse();
  if (!tokens.is('sign', ',')) return first;
  const parts = [first];
  while (tokens.sign(',') && !isClosed(tokens)) parts.push(parse());
  return counted((scope) => Tuple.from(parts.map((part) => part(scope))));
}

function isClosed(tokens: Tokens): boolean {
  return tokens.is('end') || tokens.is('sign', ')') || tokens.is('sign', '=');
}

/** @throws Error when there is none */
export function parseExpression(tokens: Tokens): Expression {
  return tokens.deeper(() => {
    let value = parseOr(tokens);
    while (tokens.word('if')) {
      const [then, test] = [value, parseOr(tokens)];
      const other = tokens.word('else') ? parseExpression(tokens) : null;
      value = (scope) => (isTrue(test(scope)) ? then(scope) : other?.(scope));
    }
    return value;
  });
}

export function parseOr(tokens: Tokens): Expression {
  return chain(
    tokens,
    'or',
    () =>
      chain(
        tokens,
        'and',
        () => parseNot(tokens),
        (left) => !isTrue(left),
      ),
    isTrue,
  );
}

/** Operands with a word between them, of which the first counts that decides. */
function chain(
  tokens: Tokens,
  word: string,
  parse: () => Expression,
  decides: (left: Value) => boolean,
): Expression {
  let value = parse();
  while (tokens.word(word)) {
    const [left, right] = [value, parse()];
    value = (scope) => {
      const first = left(scope);
      return decides(first) ? first : right(scope);
    };
  }
  return value;
}

function parseNot(tokens: Tokens): Expression {
  if (!tokens.word('not')) return parseComparison(tokens);
  const value = tokens.deeper(() => parseNot(tokens));
  return (scope) => !isTrue(value(scope));
}

function parseComparison(tokens: Tokens): Expression {
  const first = parseSum(tokens);
  const others: (readonly [Operator, Expression])[] = [];
  for (;;) {
    const operator = comparison(tokens);
    if (operator === null) break;
    others.push([operator, parseSum(tokens)]);
  }
  if (others.length === 0) return first;
  return (scope) => {
    let left = first(scope);
    for (const [operator, right] of others) {
      const value = right(scope);
      if (!operator(left, value)) return false;
      left = value;
    }
    return true;
  };
}

function comparison(tokens: Tokens): Operator | null {
  if (tokens.word('in')) return isIn;
  if (tokens.is('name', 'not') && tokens.is('name', 'in', 1)) {
    tokens.next();
    tokens.next();
    return (a, b) => !isIn(a, b);
  }
  const operator = tokens.is('sign') && Object.hasOwn(COMPARISONS, tokens.now.text);
  return operator ? (COMPARISONS[tokens.next().text] as Operator) : null;
}

/** Operators of one rank, from left to right. */
function ranked(
  tokens: Tokens,
  signs: readonly string[],
  parse: () => Expression,
  operate: (sign: string, a: Value, b: Value, scope: Scope) => Value,
): Expression {
  let value = parse();
  while (tokens.is('sign') && signs.includes(tokens.now.text)) {
    const sign = tokens.next().text;
    const [left, right] = [value, parse()];
    value = counted((scope) => operate(sign, left(scope), right(scope), scope));
  }
  return value;
}

function parseSum(tokens: Tokens): Expression {
  const arithmetic = (sign: string, a: Value, b: Value, { budget }: Scope): Value =>
    binary(sign, a, b, budget);
  const parsePower = (): Expression =>
    ranked(
      tokens,
      ['**'],
      () => parseUnary(tokens, true),
      (_, a, b) => power(a, b),
    );
  const parseProduct = (): Expression => ranked(tokens, ['*', '/', '//', '%'], parsePower, arithmetic);
  const concatenate = (_: string, a: Value, b: Value, { budget }: Scope): Value =>
    budget.join([str(a), str(b)], '');
  return ranked(tokens, ['+', '-'], () => ranked(tokens, ['~'], parseProduct, concatenate), arithmetic);
}

function parseUnary(tokens: Tokens, filters: boolean): Expression {
  let value: Expression;
  if (tokens.is('sign', '-') || tokens.is('sign', '+')) {
    const sign = tokens.next().text;
    const operand = tokens.deeper(() => parseUnary(tokens, false));
    value = (scope) => unary(sign, operand(scope));
  } else value = parsePrimary(tokens);
  value = parsePostfix(tokens, value);
  return filters ? parseFilters(tokens, value) : value;
}

/** @throws Error when none begins here */
export function parsePrimary(tokens: Tokens): Expression {
  const { kind, text } = tokens.next();
  if (kind === 'name') {
    if (Object.hasOwn(CONSTANTS, text)) return () => CONSTANTS[text];
    return counted((scope) => scope.get(text));
  }
  if (kind === 'text') {
    let value = text;
    while (tokens.is('text')) value += tokens.next().text;
    return counted(() => value);
  }
  if (kind === 'whole') {
    const value = whole(Number(text));
    return () => value;
  }
  if (kind === 'float') {
    const value = new Float(Number(text));
    return () => value;
  }
  if (kind === 'sign' && text === '(') {
    if (tokens.sign(')')) return () => Tuple.of();
    const value = parseTuple(tokens);
    tokens.expect('sign', ')');
    return value;
  }
  if (kind === 'sign' && text === '[') {
    const parts = listed(tokens, ']', () => parseExpression(tokens));
    return counted((scope) => parts.map((part) => part(scope)));
  }
  if (kind === 'sign' && text === '{') {
    const parts = listed(tokens, '}', () => {
      const key = parseExpression(tokens);
      tokens.expect('sign', ':');
      return [key, parseExpression(tokens)] as const;
    });
    return counted(
      (scope) => new Map<Key, Value>(parts.map(([key, value]) => [keyOf(key(scope)), value(scope)])),
    );
  }
  throw new Error(`${text === '' ? `a ${kind}` : text} is not expected`);
}

/** What stands between commas, up to a sign. */
function listed<T>(tokens: Tokens, close: string, parse: () => T): T[] {
  const parts: T[] = [];
  while (!tokens.sign(close)) {
    if (parts.length > 0) {
      tokens.expect('sign', ',');
      if (tokens.sign(close)) break;
    }
    parts.push(parse());
  }
  return parts;
}

function parsePostfix(tokens: Tokens, first: Expression): Expression {
  let value = first;
  for (;;) {
    const object = value;
    if (tokens.sign('.')) {
      if (tokens.is('whole')) {
        const index = Number(tokens.next().text);
        value = counted((scope) => itemOf(object(scope), index, scope.budget));
        continue;
      }
      const name = tokens.expect('name');
      value = counted((scope) => attributeOf(object(scope), name, scope.budget));
    } else if (tokens.sign('[')) value = parseSubscript(tokens, object);
    else if (tokens.is('sign', '(')) value = parseCall(tokens, object);
    else return value;
  }
}

function parseSubscript(tokens: Tokens, object: Expression): Expression {
  const bounds: (Expression | null)[] = [];
  let isSlice = false;
  do {
    const isEmpty = tokens.is('sign', ':') || tokens.is('sign', ']');
    bounds.push(isEmpty ? null : parseTuple(tokens));
    isSlice ||= tokens.is('sign', ':');
  } while (bounds.length < 3 && tokens.sign(':'));
  tokens.expect('sign', ']');
  const [index] = bounds;
  if (!isSlice) {
    if (index === null || index === undefined) throw new Error('an index is expected in place of ]');
    return counted((scope) => itemOf(object(scope), index(scope), scope.budget));
  }
  return counted((scope) => {
    const [start = null, stop = null, step = null] = bounds.map((bound) => {
      const value = bound?.(scope) ?? null;
      return value === null ? null : wholeOf(value);
    });
    return sliceOf(object(scope), start, stop, step);
  });
}

function parseCall(tokens: Tokens, callee: Expression): Expression {
  const given = parseArguments(tokens);
  return counted((scope) => {
    const called = callee(scope);
    return functionOf(called)(...given(scope));
  });
}

/** @throws Error when the value is no function */
export function functionOf(value: Value): Callable {
  if (typeof value !== 'function') throw new Error(`${kindOf(value)} is called`);
  return value;
}

/** What stands in the parentheses of a call. @throws Error when they are not here, or out of order */
export function parseArguments(tokens: Tokens): Arguments {
  tokens.expect('sign', '(');
  const parts = listed(tokens, ')', () => {
    if (tokens.sign('*')) return { kind: '*', value: parseExpression(tokens) };
    if (tokens.sign('**')) return { kind: '**', value: parseExpression(tokens) };
    const isNamed = tokens.is('name') && tokens.is('sign', '=', 1);
    const kind = isNamed ? tokens.next().text : '';
    if (isNamed) tokens.next();
    return { kind, value: parseExpression(tokens) };
  });
  const named = parts.findIndex(({ kind }) => kind !== '' && kind !== '*');
  if (named >= 0 && parts.slice(named).some(({ kind }) => kind === ''))
    throw new Error('an argument stands behind those with names');
  return (scope) => {
    const list: Value[] = [];
    const byName = new Map<string, Value>();
    for (const { kind, value } of parts) {
      const given = value(scope);
      if (kind === '') list.push(given);
      else if (kind === '*') {
        if (!isList(given)) throw new Error(`${kindOf(given)} is no list of arguments`);
        list.push(...given);
      } else if (kind === '**') {
        if (!isMap(given)) throw new Error(`${kindOf(given)} has no names of arguments`);
        for (const [name, part] of given) byName.set(textOf(name), part);
      } else byName.set(kind, given);
    }
    return [list, byName];
  };
}

const NO_ARGUMENTS: Arguments = () => [[], new Map()];

function parseFilters(tokens: Tokens, first: Expression): Expression {
  let value = first;
  for (;;) {
    if (tokens.is('sign', '|')) value = parseFilter(tokens, value);
    else if (tokens.word('is')) value = parseTest(tokens, value);
    else if (tokens.is('sign', '(')) value = parseCall(tokens, value);
    else return value;
  }
}

/** `| name(…)`, as many as there are; of a block, the first stands without its sign. */
export function parseFilter(tokens: Tokens, first: Expression, ofBlock = false): Expression {
  let value = first;
  while ((ofBlock && value === first) || tokens.sign('|')) {
    const [operand, name] = [value, tokens.expect('name')];
    const given = tokens.is('sign', '(') ? parseArguments(tokens) : NO_ARGUMENTS;
    value = counted((scope) => filterOf(name)(operand(scope), scope.budget, ...given(scope)));
  }
  return value;
}

/** What ends a test that has no argument. */
const NO_OPERANDS = ['else', 'or', 'and', 'is', 'if', 'not', 'in'];

function parseTest(tokens: Tokens, value: Expression): Expression {
  const isNot = tokens.word('not');
  const name = tokens.is('sign') ? tokens.next().text : tokens.expect('name');
  let given = NO_ARGUMENTS;
  if (tokens.is('sign', '(')) given = parseArguments(tokens);
  else {
    const { kind, text } = tokens.now;
    const begins =
      kind === 'name' ? !NO_OPERANDS.includes(text) : /text|whole|float/.test(kind) || /^[[{]$/.test(text);
    if (begins) {
      const operand = parsePostfix(tokens, parsePrimary(tokens));
      given = (scope) => [[operand(scope)], new Map()];
    }
  }
  return (scope) => isTest(name, value(scope), given(scope)[0]) !== isNot;
}
