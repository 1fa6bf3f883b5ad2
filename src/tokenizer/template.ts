/**
 * Chat templates run as the transformers library runs them: Jinja with trimmed blocks, `raise_exception`, the special tokens
 * by name. What a template works and writes is counted, and its time is limited, however often it is rendered.
 */
import { Environment, parse, tokenize } from '@huggingface/jinja';
import { CountingInterpreter, LimitError } from './counting-interpreter.js';

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

/** White space in a row: the interpreter's time grows with its square. No indentation has as much. */
const MAX_SPACE = 512;

/** A parsed chat template with the values that stay the same. */
export class ChatTemplate {
  readonly #program: ReturnType<typeof parse>;
  readonly #constants: Readonly<Record<string, unknown>>;
  readonly #deadline: Deadline;
  readonly #spent = { steps: 0 };
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
    const options = { lstrip_blocks: true, trim_blocks: true };
    this.#program = this.#timed(() => parse(tokenize(readable(source), options)));
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
    const environment = new Environment();
    const globals: Record<string, unknown> = {
      true: true,
      True: true,
      false: false,
      False: false,
      none: null,
      None: null,
      raise_exception: (message: unknown) => {
        throw new TemplateRefusal(String(message));
      },
      range: limitedRange,
      strftime_now: (format: unknown) => {
        this.#asksDate = true;
        return String(format).replace(/%(-?[\s\S])/g, (all, part: string) => DATE[part] ?? all);
      },
      messages: messages.map((message) => ({ ...message })),
      add_generation_prompt: addGenerationPrompt,
      tools: null,
      documents: null,
      ...this.#constants,
    };
    for (const [name, value] of Object.entries(globals)) environment.set(name, value);
    const end = performance.now() + MAX_MILLISECONDS - this.#milliseconds;
    const result: unknown = this.#timed(
      () => new CountingInterpreter(environment, this.#spent, end).run(this.#program).value,
    );
    if (typeof result !== 'string') throw new Error('the template does not give a text');
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

/** A source that is read in linear time, with line ends as Jinja has them; an escape in a literal stays what it is. */
function readable(source: string): string {
  return source.replace(/\r\n?/g, '\n').replace(/\s{64,}/g, (space, at: number, all: string) => {
    const end = at + space.length;
    if (/^-[%}#]\}/.test(all.slice(at - 3, at)) || /^\{[%{#]-/.test(all.slice(end, end + 3))) return '';
    if (space.length > MAX_SPACE) throw new LimitError(`it has more than ${MAX_SPACE} spaces in a row`);
    return space;
  });
}

function limitedRange(first: number, end?: number, step = 1): number[] {
  const [begin, stop] = end === undefined ? [0, first] : [first, end];
  const count = Math.max(0, Math.ceil((stop - begin) / step));
  if (!(count <= MAX_RANGE)) throw new LimitError('it counts too far');
  return Array.from({ length: count }, (_, index) => begin + index * step);
}
