/** What stands between the tags of templates, made into functions that write. */
import {
  functionOf,
  parseArguments,
  parseExpression,
  parseFilter,
  parsePrimary,
  parseTuple,
} from './expressions.js';
import { textOfStatement, type Expression, type Scope, type Statement } from './scope.js';
import { Tokens } from './tokens.js';
import { isTrue, itemsOf, Namespace, str, Tuple, type Callable, type Key, type Value } from './values.js';

type Setter = (scope: Scope, value: Value) => void;

/** A whole template. @throws Error when the source is none */
export function parseTemplate(source: string): Statement {
  const tokens = new Tokens(source);
  const body = parseBody(tokens, []);
  if (!tokens.is('over')) throw new Error(`${tokens.said()} is not expected`);
  return body;
}

/** Statements up to a block that begins with one of the words; the word is left to be read. */
function parseBody(tokens: Tokens, ends: readonly string[]): Statement {
  const parts: Statement[] = [];
  for (;;) {
    if (tokens.is('data')) {
      const { text } = tokens.next();
      parts.push(writing(() => text));
    } else if (tokens.skip('print')) {
      const value = parseTuple(tokens);
      tokens.expect('end');
      parts.push(writing((scope) => str(value(scope))));
    } else if (tokens.is('over') && ends.length === 0) break;
    else {
      tokens.expect('block');
      if (ends.includes(tokens.now.text)) break;
      parts.push(tokens.deeper(() => parseBlock(tokens)));
    }
  }
  return (scope, to) => {
    for (const part of parts) {
      const flow = part(scope, to);
      if (flow !== undefined) return flow;
    }
    return undefined;
  };
}

function writing(text: (scope: Scope) => string): Statement {
  return (scope, to) => {
    const written = text(scope);
    scope.budget.text(to.text.length + written.length);
    to.text += written;
    return undefined;
  };
}

/** The body of a block, up to and with the tag that ends it. */
function parseUntil(tokens: Tokens, end: string): Statement {
  tokens.expect('end');
  const body = parseBody(tokens, [end]);
  tokens.next();
  return body;
}

const BLOCKS: Readonly<Record<string, (tokens: Tokens) => Statement>> = {
  if: parseIf,
  for: parseFor,
  set: parseSet,
  macro: parseMacro,
  call: parseCallBlock,
  filter: parseFilterBlock,
  with: parseWith,
  // What a model writes in training: marked by the library, written as it is.
  generation: (tokens) => scoped(parseUntil(tokens, 'endgeneration')),
  break: () => () => 'break',
  continue: () => () => 'continue',
};

function parseBlock(tokens: Tokens): Statement {
  const name = tokens.expect('name');
  const parse = Object.hasOwn(BLOCKS, name) ? BLOCKS[name] : undefined;
  if (parse === undefined) throw new Error(`the block ${name} is not read`);
  const block = parse(tokens);
  tokens.expect('end');
  return block;
}

function scoped(body: Statement): Statement {
  return (scope, to) => body(scope.inner(), to);
}

function parseIf(tokens: Tokens): Statement {
  const test = parseTuple(tokens, false);
  tokens.expect('end');
  const then = parseBody(tokens, ['elif', 'else', 'endif']);
  const word = tokens.next().text;
  let other: Statement | null = null;
  // The tag that ends the innermost ends all.
  if (word === 'elif') other = tokens.deeper(() => parseIf(tokens));
  else if (word === 'else') other = parseUntil(tokens, 'endif');
  return (scope, to) => (isTrue(test(scope)) ? then(scope, to) : other?.(scope, to));
}

/** What a value is given to: a name, several in a tuple, or a place in a namespace. */
function parseTarget(tokens: Tokens): Setter {
  const targets: Setter[] = [];
  let isTuple = false;
  do {
    if (targets.length > 0 && !tokens.is('name') && !tokens.is('sign', '(')) break;
    if (tokens.sign('(')) {
      targets.push(parseTarget(tokens));
      tokens.expect('sign', ')');
    } else targets.push(parseName(tokens));
    isTuple ||= tokens.is('sign', ',');
  } while (tokens.sign(','));
  const [only] = targets;
  if (!isTuple && only !== undefined) return only;
  return (scope, value) => {
    const parts = itemsOf(value);
    if (parts.length !== targets.length)
      throw new Error(`${parts.length} values are given to ${targets.length} names`);
    targets.forEach((set, index) => set(scope, parts[index]));
  };
}

function parseName(tokens: Tokens): Setter {
  const name = tokens.expect('name');
  if (!tokens.sign('.')) return (scope, value) => scope.set(name, value);
  const attribute = tokens.expect('name');
  return (scope, value) => {
    const space = scope.get(name);
    if (!(space instanceof Namespace)) throw new Error(`${name} is no namespace, and cannot be changed`);
    space.entries.set(attribute, value);
  };
}

function parseFor(tokens: Tokens): Statement {
  const set = parseTarget(tokens);
  tokens.expect('name', 'in');
  const holder = parseTuple(tokens, false);
  const test = tokens.word('if') ? parseExpression(tokens) : null;
  if (tokens.is('name', 'recursive')) throw new Error('a loop that calls itself is not read');
  tokens.expect('end');
  const body = parseBody(tokens, ['else', 'endfor']);
  const other = tokens.next().text === 'else' ? parseUntil(tokens, 'endfor') : null;
  return (scope, to) => {
    const items = itemsOf(holder(scope)).filter((item) => {
      if (test === null) return true;
      const inner = scope.inner();
      set(inner, item);
      return isTrue(test(inner));
    });
    if (items.length === 0) return other?.(scope.inner(), to);
    let last: Value;
    const changed: Callable = (given) => {
      const now = JSON.stringify(given.map(str));
      const isChanged = now !== last;
      last = now;
      return isChanged;
    };
    for (const [index, item] of items.entries()) {
      const inner = scope.inner();
      set(inner, item);
      inner.set('loop', loopOf(items, index, changed));
      scope.budget.spend(1);
      if (body(inner, to) === 'break') break;
    }
    return undefined;
  };
}

function loopOf(items: readonly Value[], index: number, changed: Callable): ReadonlyMap<Key, Value> {
  const { length } = items;
  const facts: Readonly<Record<string, Value>> = {
    ...{ index: index + 1, index0: index, revindex: length - index, revindex0: length - index - 1 },
    ...{ first: index === 0, last: index === length - 1, length, depth: 1, depth0: 0 },
    ...{ previtem: items[index - 1], nextitem: items[index + 1] },
    cycle: (given) => given[index % given.length],
    changed,
  };
  return new Map<Key, Value>(Object.entries(facts));
}

function parseSet(tokens: Tokens): Statement {
  const set = parseTarget(tokens);
  if (tokens.sign('=')) {
    const value = parseTuple(tokens);
    return (scope) => {
      set(scope, value(scope));
      return undefined;
    };
  }
  const value = tokens.is('sign', '|') ? parseFilter(tokens, WRITTEN) : WRITTEN;
  const body = parseUntil(tokens, 'endset');
  return (scope) => {
    set(scope, value(written(body, scope)));
    return undefined;
  };
}

/** What a block has written, under a name that no template can write. */
const WRITTEN: Expression = (scope) => scope.get('');

function written(body: Statement, scope: Scope): Scope {
  const inner = scope.inner();
  inner.set('', textOfStatement(body, scope.inner()));
  return inner;
}

function parseFilterBlock(tokens: Tokens): Statement {
  const filtered = parseFilter(tokens, WRITTEN, true);
  const body = parseUntil(tokens, 'endfilter');
  return writing((scope) => str(filtered(written(body, scope))));
}

function parseWith(tokens: Tokens): Statement {
  const sets: (readonly [Setter, Expression])[] = [];
  while (!tokens.is('end')) {
    if (sets.length > 0) tokens.expect('sign', ',');
    const set = parseName(tokens);
    tokens.expect('sign', '=');
    sets.push([set, parseExpression(tokens)]);
  }
  const body = parseUntil(tokens, 'endwith');
  return (scope, to) => {
    const inner = scope.inner();
    for (const [set, value] of sets) set(inner, value(scope));
    return body(inner, to);
  };
}

interface Parameter {
  readonly name: string;
  readonly otherwise: Expression | null;
}

function parseParameters(tokens: Tokens): Parameter[] {
  const parameters: Parameter[] = [];
  if (!tokens.sign('(')) return parameters;
  while (!tokens.sign(')')) {
    if (parameters.length > 0) tokens.expect('sign', ',');
    const name = tokens.expect('name');
    parameters.push({ name, otherwise: tokens.sign('=') ? parseExpression(tokens) : null });
  }
  return parameters;
}

/** Makes a macro of a scope: its body is written with its arguments set. Those that it does not name it takes when it asks for them. */
function parseMacroBody(
  tokens: Tokens,
  parameters: readonly Parameter[],
  end: string,
): (outer: Scope) => Callable {
  const begin = tokens.place;
  const body = parseUntil(tokens, end);
  const takes = (name: string): boolean => tokens.hadName(name, begin);
  const [takesList, takesNamed, takesCaller] = [takes('varargs'), takes('kwargs'), takes('caller')];
  return (outer) => (given, named) => {
    const scope = outer.inner();
    const rest = new Map(named);
    parameters.forEach(({ name, otherwise }, index) => {
      const isGiven = index < given.length || rest.has(name);
      scope.set(name, index < given.length ? given[index] : rest.get(name));
      if (index >= given.length) rest.delete(name);
      if (!isGiven && otherwise !== null) scope.set(name, otherwise(scope));
    });
    if (takesCaller) {
      scope.set('caller', rest.get('caller'));
      rest.delete('caller');
    }
    const more = Tuple.from(given.slice(parameters.length));
    if ((more.length > 0 && !takesList) || (rest.size > 0 && !takesNamed))
      throw new Error('a macro is given more than it takes');
    scope.set('varargs', more);
    scope.set('kwargs', rest);
    return scope.budget.weigh(textOfStatement(body, scope));
  };
}

function parseMacro(tokens: Tokens): Statement {
  const name = tokens.expect('name');
  const made = parseMacroBody(tokens, parseParameters(tokens), 'endmacro');
  return (scope) => {
    scope.set(name, made(scope));
    return undefined;
  };
}

function parseCallBlock(tokens: Tokens): Statement {
  const parameters = parseParameters(tokens);
  const callee = parsePrimary(tokens);
  const given = parseArguments(tokens);
  const made = parseMacroBody(tokens, parameters, 'endcall');
  return writing((scope) => {
    const [list, named] = given(scope);
    return str(functionOf(callee(scope))(list, new Map([...named, ['caller', made(scope)]])));
  });
}
