/**
 * The template interpreter, counting what it does. It cannot be interrupted, so a value costs as many steps as what may be
 * done with it next: going through all that it holds, copying its text.
 */
import { Interpreter } from '@huggingface/jinja';
import type { Environment } from '@huggingface/jinja';
import { braceFormat, percentFormat, type TemplateValue } from './python-format.js';

/** A template wants more than this converter gives it. */
export class LimitError extends Error {
  override readonly name = 'LimitError';
}

/** Steps of all renderings of a template; a long real one (tools, several roles) takes some thousand each. */
const MAX_STEPS = 1_000_000;

/** Text that costs as much as one step of the interpreter. */
const CHARACTERS_PER_STEP = 16;

/** Characters of a rendering and of each text on the way; real ones have some thousand. */
const MAX_TEXT = 1 << 17;

/** Characters that a builtin may write at once, at worst. */
const MAX_WRITTEN = 1 << 22;

/** Builtins that write more than they are given: the lengths of what they are given multiply. */
const MULTIPLYING = new Set(['tojson', 'indent', 'replace', 'join']);

/** Those of them to which a number says how much. */
const REPEATING = new Set(['tojson', 'indent']);

type Statement = Parameters<Interpreter['evaluate']>[0];
type Value = ReturnType<Interpreter['evaluate']>;

/** A node of the program, as far as one is looked at here. */
interface Node {
  readonly type: string;
  readonly value?: unknown;
  readonly operator?: { readonly value: string };
  readonly left?: Node;
  readonly right?: Node;
  readonly operand?: Node;
  readonly filter?: Node;
  readonly callee?: Node;
  readonly object?: Node;
  readonly property?: Node;
  readonly computed?: boolean;
  readonly key?: Node;
  readonly args?: readonly Node[];
  readonly body?: readonly Node[];
}

/** What is being evaluated. */
interface Frame {
  readonly node: Node;
  /** Name of the builtin that is about to be called, where it multiplies. */
  readonly builtin: string | null;
  /** What the lengths of the values so far multiply to. */
  product: number;
}

export class CountingInterpreter extends Interpreter {
  readonly #spent: { steps: number };
  readonly #end: number;
  #frame: Frame | null = null;

  /**
   * @param spent steps so far; they go on being counted
   * @param end when it must have ended, as `performance.now()` tells it
   */
  constructor(environment: Environment, spent: { steps: number }, end: number) {
    super(environment);
    this.#spent = spent;
    this.#end = end;
  }

  override evaluate(statement: Statement, environment: Environment): Value {
    if (statement === undefined) return super.evaluate(statement, environment);
    if (performance.now() > this.#end) throw new LimitError('it works too long');
    const node = statement as Node;
    const outer = this.#frame;
    const frame: Frame = { node, builtin: multiplying(node), product: 1 };
    this.#frame = frame;
    try {
      const result = this.#formatted(node, environment) ?? super.evaluate(statement, environment);
      const size = this.#weigh(result);
      if (outer !== null)
        multiply(outer, node, result.type === 'FunctionValue' ? frame.product : size, result);
      return result;
    } finally {
      this.#frame = outer;
    }
  }

  /** What the interpreter does not know, or does not show while it is done. */
  #formatted(node: Node, environment: Environment): Value | null {
    const text = (value: string): Value =>
      super.evaluate({ type: 'StringLiteral', value } as Statement, environment);
    const evaluate = (part: Node | undefined): Value => this.evaluate(part, environment);
    const { type, left, callee, filter } = node;
    if (type === 'FilterStatement') {
      const operand = { type: 'StringLiteral', value: evaluate({ type: 'Program', ...bodyOf(node) }).value };
      return evaluate({ type: 'FilterExpression', operand, ...(filter === undefined ? {} : { filter }) });
    }
    if (type === 'BinaryExpression' && node.operator?.value === '%') {
      const value = evaluate(left);
      if (value.type === 'StringValue')
        return text(percentFormat(value.value as string, evaluate(node.right)));
      if (value.type !== 'IntegerValue' && value.type !== 'FloatValue') return null;
      const literal = { type: value.type.replace('Value', 'Literal'), value: value.value };
      return super.evaluate({ ...node, left: literal } as Statement, environment);
    }
    if (type === 'FilterExpression' && filter?.callee?.value === 'format') {
      const [pattern, ...values] = [node.operand, ...(filter.args ?? [])].map(evaluate);
      if (pattern?.type !== 'StringValue') throw new Error('format is for texts');
      return text(percentFormat(pattern.value as string, { type: 'TupleValue', value: values }));
    }
    if (type !== 'CallExpression' || callee?.computed !== false || callee.property?.value !== 'format')
      return null;
    const pattern = evaluate(callee.object);
    if (pattern.type !== 'StringValue') return null;
    const values: TemplateValue[] = [];
    const named = new Map<string, TemplateValue>();
    for (const argument of node.args ?? []) {
      if (argument.type === 'KeywordArgumentExpression')
        named.set(String(argument.key?.value), evaluate(argument.value as Node));
      else values.push(evaluate(argument));
    }
    return text(braceFormat(pattern.value as string, values, named));
  }

  /** Counts a value with all that it holds; a text's length, else how many values there are. */
  #weigh(result: Value): number {
    if (typeof result.value === 'string') {
      this.#weighText(result.value);
      return result.value.length;
    }
    const stack: TemplateValue[] = [result];
    let count = 0;
    for (let item = stack.pop(); item !== undefined; item = stack.pop()) {
      const { value } = item;
      count++;
      this.#spend(1);
      if (typeof value === 'string') {
        this.#weighText(value);
        count += value.length;
      } else if (Array.isArray(value)) {
        this.#spend(value.length);
        for (const part of value) stack.push(part as TemplateValue);
      } else if (value instanceof Map) {
        this.#spend(value.size);
        for (const [key, part] of value as Map<string, TemplateValue>) {
          count += key.length;
          stack.push(part);
        }
      }
    }
    return count;
  }

  #weighText(text: string): void {
    if (text.length > MAX_TEXT) throw new LimitError(`it writes more than ${MAX_TEXT} characters`);
    this.#spend(1 + text.length / CHARACTERS_PER_STEP);
  }

  #spend(steps: number): void {
    this.#spent.steps += steps;
    if (this.#spent.steps > MAX_STEPS) throw new LimitError('it works too long');
  }
}

/** The program in a filter block. */
function bodyOf({ body }: Node): Pick<Node, 'body'> {
  return body === undefined ? {} : { body };
}

/** The builtin that a node calls, where it writes more than it is given. */
function multiplying({ filter, callee }: Node): string | null {
  const name = filter === undefined ? callee?.property?.value : (filter.callee ?? filter).value;
  // A name that is itself computed could be any.
  if (filter === undefined && callee?.computed === true && callee.property?.type !== 'StringLiteral')
    return 'indent';
  return typeof name === 'string' && MULTIPLYING.has(name) ? name : null;
}

/** Takes a part of what is evaluated into account, before a builtin is called with it. */
function multiply(outer: Frame, node: Node, size: number, { type, value }: Value): void {
  // Called under another name, it would not be known what it is and what it works on.
  if (type === 'FunctionValue' && node.type === 'MemberExpression') {
    if (outer.node.callee !== node && outer.node.type !== 'TestExpression')
      throw new LimitError('it keeps a function of a value in a variable');
  }
  const { builtin } = outer;
  const isNumber = typeof value === 'number';
  if (isNumber && (builtin === null || !REPEATING.has(builtin))) return;
  // Each level of what is nested is indented.
  const nested = builtin === 'tojson' && !isNumber && typeof value !== 'string';
  outer.product *= Math.max(1, isNumber ? Math.abs(value) : nested ? size * size : size);
  if (builtin !== null && outer.product > MAX_WRITTEN) throw new LimitError('it writes too much at once');
}
