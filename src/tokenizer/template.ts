/**
 * Chat templates run as the transformers library runs them: Jinja with trimmed blocks, `raise_exception`, the special tokens
 * by name. The interpreter cannot be interrupted, so it counts its steps: a template that works too long is stopped.
 */
import { Environment, Interpreter, parse, tokenize } from '@huggingface/jinja';

/** One message of a conversation. */
export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

/** Steps of one rendering; a long real template (tools, several roles) takes some thousand. */
const MAX_STEPS = 200_000;

/** Text that costs as much as one step of the interpreter. */
const CHARACTERS_PER_STEP = 64;

/** Characters of a rendering and of each text on the way; real ones have some thousand. */
const MAX_TEXT = 1 << 20;

/** Numbers that `range` may give: more is not needed for the few messages that we render. */
const MAX_RANGE = 10_000;

/** Length of a template; the longest published ones have about 20,000 characters. */
const MAX_TEMPLATE = 1 << 18;

class CountingInterpreter extends Interpreter {
  #steps = 0;

  override evaluate(...args: Parameters<Interpreter['evaluate']>): ReturnType<Interpreter['evaluate']> {
    this.#count(1);
    const result = super.evaluate(...args);
    const value: unknown = result.value;
    if (typeof value === 'string') {
      if (value.length > MAX_TEXT) throw new Error('the template writes too much');
      this.#count(value.length / CHARACTERS_PER_STEP);
    } else if (Array.isArray(value)) this.#count(value.length);
    else if (value instanceof Map) this.#count(value.size);
    return result;
  }

  /** A value costs as many steps as what may be done with it next: going through a list, copying a text. */
  #count(steps: number): void {
    this.#steps += steps;
    if (this.#steps > MAX_STEPS) throw new Error('the template works too long');
  }
}

/** A parsed chat template with the values that stay the same. */
export class ChatTemplate {
  readonly #program: ReturnType<typeof parse>;
  readonly #constants: Readonly<Record<string, unknown>>;

  /**
   * @param constants what the template can name besides the messages: `bos_token` and others
   * @throws Error when the template is not Jinja
   */
  constructor(source: string, constants: Readonly<Record<string, unknown>>) {
    if (source.length > MAX_TEMPLATE)
      throw new Error(`the template has more than ${MAX_TEMPLATE} characters`);
    // Jinja reads every line end as \n; an escape in a literal stays what it is.
    this.#program = parse(
      tokenize(source.replace(/\r\n?/g, '\n'), { lstrip_blocks: true, trim_blocks: true }),
    );
    this.#constants = constants;
  }

  /**
   * The text of a conversation, by default up to the point where the assistant begins.
   * @throws Error with the template's own message, or when it works or writes too much
   */
  render(messages: readonly ChatMessage[], addGenerationPrompt = true): string {
    const environment = new Environment();
    const globals: Record<string, unknown> = {
      true: true,
      True: true,
      false: false,
      False: false,
      none: null,
      None: null,
      raise_exception: (message: unknown) => {
        throw new Error(String(message));
      },
      range: limitedRange,
      messages: messages.map((message) => ({ ...message })),
      add_generation_prompt: addGenerationPrompt,
      tools: null,
      documents: null,
      ...this.#constants,
    };
    for (const [name, value] of Object.entries(globals)) environment.set(name, value);
    const result: unknown = new CountingInterpreter(environment).run(this.#program).value;
    if (typeof result !== 'string') throw new Error('the template does not give a text');
    return result;
  }
}

function limitedRange(first: number, end?: number, step = 1): number[] {
  const [begin, stop] = end === undefined ? [0, first] : [first, end];
  const count = Math.max(0, Math.ceil((stop - begin) / step));
  if (!(count <= MAX_RANGE)) throw new Error('the template counts too far');
  return Array.from({ length: count }, (_, index) => begin + index * step);
}
