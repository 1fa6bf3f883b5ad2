/**
 * Chat templates run as the transformers library runs them: Jinja with trimmed blocks, `raise_exception`, the special tokens
 * by name. What a template works and writes is counted, and its time is limited, however often it is rendered.
 */
import { Budget, LimitError } from './jinja/budget.js';
import { Scope, textOfStatement, type Statement } from './jinja/scope.js';
import { parseTemplate } from './jinja/statements.js';
import {
  Float,
  isMap,
  Namespace,
  str,
  textOf,
  whole,
  wholeOf,
  type Callable,
  type Value,
} from './jinja/values.js';

/** One message of a conversation. */
export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

/** Runs work and ends it when it takes longer, by an error: where nothing can, the work is run as it is. */
export type Deadline = <T>(work: () => T, milliseconds: number) => T;

/** A template refuses a conversation, in its own words. */
export class TemplateRefusal extends Error {
  override readonly name = 'TemplateRefusal';
}

/** The date that is written where a template asks for today's: the one to which published templates fall back. */
export const TEMPLATE_DATE = '26 Jul 2024';

/** The parts of that date by strftime's letters. */
const DATE: Readonly<Record<string, string>> = {
  ...{ a: 'Fri', A: 'Friday', b: 'Jul', h: 'Jul', B: 'July', Y: '2024', y: '24', '-y': '24', C: '20' },
  ...{ m: '07', '-m': '7', d: '26', '-d': '26', e: '26', j: '208', '-j': '208', u: '5', w: '5' },
  ...{
    H: '00',
    '-H': '0',
    I: '12',
    '-I': '12',
    M: '00',
    '-M': '0',
    S: '00',
    '-S': '0',
    p: 'AM',
    f: '000000',
  },
  ...{ F: '2024-07-26', D: '07/26/24', x: '07/26/24', T: '00:00:00', X: '00:00:00', R: '00:00' },
  ...{ c: 'Fri Jul 26 00:00:00 2024', z: '', Z: '', '%': '%' },
};

/** Milliseconds that all renderings of a template may take together; real ones take some ten. */
const MAX_MILLISECONDS = 2000;

/** Numbers that `range` may give: more is not needed for the few messages that we render. */
const MAX_RANGE = 10_000;

/** Length of a template; the longest published ones have about 20,000 characters. */
const MAX_TEMPLATE = 1 << 18;

/** A parsed chat template with the values that stay the same. */
export class ChatTemplate {
  readonly #program: Statement;
  readonly #constants: Readonly<Record<string, unknown>>;
  readonly #deadline: Deadline;
  readonly #budget = new Budget();
  readonly #rendered = new Map<string, string>();
  #milliseconds = 0;
  #asksDate = false;

  /**
   * @param constants what the template can name besides the messages: `bos_token` and others
   * @throws Error when the template is not Jinja; LimitError when it is longer than we read
   */
  constructor(
    source: string,
    constants: Readonly<Record<string, unknown>>,
    deadline: Deadline = (work) => work(),
  ) {
    this.#deadline = deadline;
    this.#constants = constants;
    if (source.length > MAX_TEMPLATE) throw new LimitError(`it has more than ${MAX_TEMPLATE} characters`);
    this.#program = this.#timed(() => parseTemplate(source));
  }

  /** Whether the template has asked for today's date. */
  get asksDate(): boolean {
    return this.#asksDate;
  }

  /**
   * The text of a conversation, by default up to the point where the assistant begins.
   * @throws TemplateRefusal with the template's own message; LimitError when it works or writes too much; Error
   */
  render(messages: readonly ChatMessage[], addGenerationPrompt = true): string {
    const key = JSON.stringify([messages, addGenerationPrompt]);
    const known = this.#rendered.get(key);
    if (known !== undefined) return known;
    const scope = new Scope(this.#budget, null);
    const globals: Record<string, unknown> = {
      ...{ range: limitedRange, dict, namespace },
      raise_exception: ([message]: readonly Value[]) => {
        throw new TemplateRefusal(str(message));
      },
      strftime_now: ([format]: readonly Value[]) => {
        this.#asksDate = true;
        return textOf(format).replace(/%(-?[\s\S])/g, (all, part: string) => DATE[part] ?? all);
      },
      messages,
      add_generation_prompt: addGenerationPrompt,
      tools: null,
      documents: null,
      ...this.#constants,
    };
    for (const [name, value] of Object.entries(globals)) scope.set(name, valueOf(value));
    this.#budget.end = performance.now() + MAX_MILLISECONDS - this.#milliseconds;
    const result = this.#timed(() => textOfStatement(this.#program, scope));
    this.#rendered.set(key, result);
    return result;
  }

  #timed<T>(work: () => T): T {
    const begun = performance.now();
    try {
      return this.#deadline(work, Math.max(1, Math.ceil(MAX_MILLISECONDS - this.#milliseconds)));
    } catch (error) {
      if (this.#milliseconds + performance.now() - begun < MAX_MILLISECONDS) throw error;
      throw new LimitError('it works too long');
    } finally {
      this.#milliseconds += performance.now() - begun;
    }
  }
}

const limitedRange: Callable = (given) => {
  const [first = 0, end, step = 1] = given.map(wholeOf);
  const [begin, stop] = end === undefined ? [0, first] : [first, end];
  if (step === 0) throw new Error('a step is zero');
  const count = Math.max(0, Math.ceil((stop - begin) / step));
  if (!(count <= MAX_RANGE)) throw new LimitError('it counts too far');
  return Array.from({ length: count }, (_, index) => begin + index * step);
};

const dict: Callable = ([first], named) => {
  if (first !== undefined && !isMap(first)) throw new Error('a mapping is made of what is none');
  return new Map([...(first ?? []), ...named]);
};

const namespace: Callable = (given, named) => {
  const space = new Namespace();
  for (const [name, value] of dict(given, named) as ReadonlyMap<string, Value>)
    space.entries.set(name, value);
  return space;
};

/** A value of JavaScript as one of templates; functions are theirs already. */
function valueOf(value: unknown): Value {
  if (typeof value === 'number') return Number.isInteger(value) ? whole(value) : new Float(value);
  if (Array.isArray(value)) return value.map(valueOf);
  if (typeof value !== 'object' || value === null) return value as Value;
  return new Map(Object.entries(value).map(([name, part]) => [name, valueOf(part)]));
}
