/** Command lines to typed requests. Everything wrong with them is a UsageError that says what would be right. */
import { parseArgs, type ParseArgsConfig } from 'node:util';
import type { FlashMode } from '../image/flash-settings.js';
import { MAX_STOP_BYTES, MAX_STOP_STRINGS } from '../device/twin-exports.js';
import { DEFAULT_BOARD_ID } from '../plan/boards.js';
import {
  DEFAULT_SCHEME,
  NO_FUSIONS,
  parseGranularity,
  type Fusions,
  type WantedScheme,
} from '../plan/scheme.js';
import { UsageError } from '../shared/errors.js';

/** The engine's least temperature above 0 (`device-runtime/engine/sampler.c`). */
const LEAST_TEMPERATURE = 0.001;

export interface ConvertRequest {
  readonly command: 'convert';
  readonly folder: string;
  /** File to write: a merged image when it ends in `.bin`, else a package. `undefined` when only parts are wanted. */
  readonly output: string | undefined;
  /** Folder for the separate parts of the image and their manifest. */
  readonly parts: string | undefined;
  /** Somebody's own firmware instead of this project's. */
  readonly firmware: string | undefined;
  readonly flash: FlashRequest;
  /** Convert although the model does not fit the board. */
  readonly force: boolean;
  readonly board: string;
  readonly scheme: WantedScheme;
  readonly fusions: Fusions | undefined;
  readonly context: number | undefined;
  readonly calibrate: string | undefined;
  readonly evaluate: string | undefined;
  readonly prompts: readonly string[] | undefined;
  readonly report: boolean;
  /** File for the report as a page. */
  readonly html: string | undefined;
  readonly json: boolean;
}

/** What the image's header says about the flash, and the capacity that is planned for; default the board's. */
export interface FlashRequest {
  readonly bytes: number | undefined;
  readonly mode: FlashMode | undefined;
  readonly megahertz: number | undefined;
}

export type EngineName = 'twin' | 'host' | 'float' | 'emulator';

export interface RunRequest {
  readonly command: 'run';
  readonly model: string;
  readonly prompt: string | undefined;
  readonly ids: readonly number[] | undefined;
  /** The prompt is continued as it is, not put into the chat template. */
  readonly raw: boolean;
  readonly tokens: number | undefined;
  readonly temperature: number | undefined;
  readonly topK: number | undefined;
  readonly topP: number | undefined;
  readonly minP: number | undefined;
  readonly repetitionPenalty: number | undefined;
  readonly seed: number;
  readonly stop: readonly string[];
  readonly slide: boolean;
  readonly engine: EngineName;
  /** The emulator counts cycles by the timing model, and the speed of the board is printed. */
  readonly timing: boolean;
  /** The board to emulate; `undefined`: as the image says. */
  readonly board: string | undefined;
  readonly logits: boolean;
  readonly json: boolean;
}

export interface InspectRequest {
  readonly command: 'inspect';
  readonly target: string;
  readonly json: boolean;
}

export interface KitCommandRequest {
  readonly command: 'kit';
  readonly folder: string;
  /** Folder that is made. */
  readonly output: string;
  readonly board: string;
  /** As the element's attribute `scheme`. */
  readonly scheme: string;
  readonly context: number | undefined;
  readonly prompt: string | undefined;
  /** BCP 47. */
  readonly language: string;
  /** Somebody's own firmware instead of this project's. */
  readonly firmware: string | undefined;
  /** What the class calls the model; default the folder's name. */
  readonly name: string | undefined;
}

export interface HelpRequest {
  readonly command: 'help' | 'version';
}

export type Request = ConvertRequest | RunRequest | InspectRequest | KitCommandRequest | HelpRequest;

export const HELP = `esp32-llm-converter: HuggingFace models for the ESP32-S3

  convert FOLDER -o OUT.bin    quantize a model folder, report what it cost, and write the image that a board boots;
                               -o OUT.s3lm writes the model package alone
    --parts FOLDER             also, or only, the parts of the image as files with a manifest for ESP Web Tools
    --board ID                 board to plan for (default ${DEFAULT_BOARD_ID})
    --firmware FILE            an ESP-IDF application (build/PROJECT.bin), its merged image, or a program that runs
                               from RAM (ELF), instead of the firmware of this tool
    --flash-size N[MB] --flash-mode qio|qout|dio|dout --flash-freq 80|40|26|20
    --force                    convert although the model does not fit the board
    --weights int8|float32     float32 keeps the numbers, to check everything else
    --granularity G            tensor, channel (default), group:32, group:64 or group:128
    --activations dynamic|static
    --cache auto|int8|float32  key/value cache (auto: float32 for small heads, where it fits)
    --context N                tokens that the model can hold (default: the model's, at most 512)
    --calibrate FILE           text for static activation scales
    --evaluate FILE            text for the report; stories parted by lines <|story|>
    --prompt TEXT              prompt for the texts side by side; may be repeated
    --no-report                skip the comparison; the package is streamed to the file
    --no-fusion                keep norms, projections and scales separate, to check the fusions
    --html FILE                also write the report as a page
    --json                     print plan and report as JSON

  run FILE|FOLDER              generate text
    --prompt TEXT | --ids 1,2,3
    --raw                      continue the prompt as it is, without the model's chat template
    --tokens N                 most new tokens
    --temperature T --top-k K --top-p P --min-p P --repetition-penalty R --seed S
    --stop TEXT                end before this text; may be repeated
    --slide                    go on when the context is full, forgetting the oldest half
    --engine twin|host|float   WebAssembly, compiled C (the same numbers), or the unquantized original (a folder;
                               a seed draws other tokens there)
    --engine emulator          boot the image on an emulated board and speak with it over its console
    --timing                   with the emulator: model its cycles, and print the board's tokens/s
    --board ID                 the board to emulate (default: as the image's flash size and package say)
    --logits                   with --json: the logits of the last step
    --json

  inspect FILE|FOLDER [--json] what is inside, whether it is sound, and where it fits

  kit FOLDER -o KIT            a folder for a class: page, element, model, image and help sheet, for any static server
                               or a stick; board, numbers and model are settled
    --board ID  --context N  --prompt TEXT
    --scheme "WORDS"           as the element's attribute: a granularity, dynamic or static, cache:auto|int8|float32
    --firmware FILE            as for convert; the kit carries it
    --lang TAG                 language of page and help sheet (default en)
    --name TEXT                what the class calls the model

  --help, --version
Exit codes: 0 good, 1 the model or file is at fault, 2 the command line is.
`;

const CONVERT_OPTIONS = {
  output: { type: 'string', short: 'o' },
  parts: { type: 'string' },
  firmware: { type: 'string' },
  'flash-size': { type: 'string' },
  'flash-mode': { type: 'string' },
  'flash-freq': { type: 'string' },
  force: { type: 'boolean' },
  board: { type: 'string' },
  weights: { type: 'string' },
  granularity: { type: 'string' },
  activations: { type: 'string' },
  cache: { type: 'string' },
  context: { type: 'string' },
  calibrate: { type: 'string' },
  evaluate: { type: 'string' },
  prompt: { type: 'string', multiple: true },
  'no-report': { type: 'boolean' },
  'no-fusion': { type: 'boolean' },
  html: { type: 'string' },
  json: { type: 'boolean' },
} as const satisfies ParseArgsConfig['options'];

const RUN_OPTIONS = {
  prompt: { type: 'string' },
  ids: { type: 'string' },
  raw: { type: 'boolean' },
  tokens: { type: 'string' },
  temperature: { type: 'string' },
  'top-k': { type: 'string' },
  'top-p': { type: 'string' },
  'min-p': { type: 'string' },
  'repetition-penalty': { type: 'string' },
  seed: { type: 'string' },
  stop: { type: 'string', multiple: true },
  slide: { type: 'boolean' },
  engine: { type: 'string' },
  timing: { type: 'boolean' },
  board: { type: 'string' },
  logits: { type: 'boolean' },
  json: { type: 'boolean' },
} as const satisfies ParseArgsConfig['options'];

const KIT_OPTIONS = {
  output: { type: 'string', short: 'o' },
  firmware: { type: 'string' },
  board: { type: 'string' },
  scheme: { type: 'string' },
  context: { type: 'string' },
  prompt: { type: 'string' },
  lang: { type: 'string' },
  name: { type: 'string' },
} as const satisfies ParseArgsConfig['options'];

const INSPECT_OPTIONS = { json: { type: 'boolean' } } as const satisfies ParseArgsConfig['options'];

/**
 * Reads a command line.
 * @param argv without the program's own name
 * @throws UsageError
 */
export function parseCommandLine(argv: readonly string[]): Request {
  const [command, ...rest] = argv;
  if (command === undefined || command === 'help' || argv.includes('--help') || argv.includes('-h'))
    return { command: 'help' };
  if (command === '--version' || command === 'version') return { command: 'version' };
  switch (command) {
    case 'convert':
      return parseConvert(rest);
    case 'run':
      return parseRun(rest);
    case 'inspect': {
      const { values, positionals } = parse(rest, INSPECT_OPTIONS);
      return {
        command,
        target: onlyOne(positionals, 'inspect takes one file or folder'),
        json: values.json === true,
      };
    }
    case 'kit':
      return parseKit(rest);
    default:
      throw new UsageError(
        `Unknown command "${command}". Commands are convert, run, inspect and kit; --help lists their options.`,
      );
  }
}

function parseConvert(argv: string[]): ConvertRequest {
  const { values, positionals } = parse(argv, CONVERT_OPTIONS);
  const { output, parts, firmware } = values;
  if (output === undefined && parts === undefined) {
    throw new UsageError(
      'convert needs a file to write: -o OUT.bin for a board, or -o OUT.s3lm for the package.',
    );
  }
  if (output !== undefined && /\.(elf|uf2)$/i.test(output)) {
    throw new UsageError(
      `convert writes images (.bin) and packages (.s3lm); give ${output.replace(/\.\w+$/, '.bin')} as the file's name.`,
    );
  }
  const flash: FlashRequest = {
    bytes: flashSize(values['flash-size']),
    mode: choice(values['flash-mode'], ['qio', 'qout', 'dio', 'dout'] as const, 'flash-mode'),
    megahertz: flashMegahertz(values['flash-freq']),
  };
  const makesImage = parts !== undefined || isImageName(output);
  if (!makesImage && (firmware !== undefined || flash.mode !== undefined || flash.megahertz !== undefined)) {
    throw new UsageError(
      '--firmware, --flash-mode and --flash-freq are about the image: add -o OUT.bin or --parts FOLDER.',
    );
  }
  if (values['no-report'] === true && (values.evaluate !== undefined || values.html !== undefined)) {
    throw new UsageError('--no-report leaves nothing for --evaluate or --html to do.');
  }
  const activations =
    choice(values.activations, ['dynamic', 'static'] as const, 'activations') ?? DEFAULT_SCHEME.activations;
  if (values.calibrate !== undefined && activations !== 'static') {
    throw new UsageError('--calibrate is for static activations: add --activations static.');
  }
  return {
    command: 'convert',
    folder: onlyOne(positionals, 'convert takes one model folder'),
    output,
    parts,
    firmware,
    flash,
    force: values.force === true,
    board: values.board ?? DEFAULT_BOARD_ID,
    scheme: {
      weights: choice(values.weights, ['int8', 'float32'] as const, 'weights') ?? DEFAULT_SCHEME.weights,
      granularity:
        values.granularity === undefined ? DEFAULT_SCHEME.granularity : parseGranularity(values.granularity),
      activations,
      cache: choice(values.cache, ['auto', 'int8', 'float32'] as const, 'cache') ?? DEFAULT_SCHEME.cache,
    },
    fusions: values['no-fusion'] === true ? NO_FUSIONS : undefined,
    context: whole(values.context, 'context', 1),
    calibrate: values.calibrate,
    evaluate: values.evaluate,
    prompts: values.prompt,
    report: values['no-report'] !== true,
    html: values.html,
    json: values.json === true,
  };
}

function parseRun(argv: string[]): RunRequest {
  const { values, positionals } = parse(argv, RUN_OPTIONS);
  const { prompt, ids } = values;
  if ((prompt === undefined) === (ids === undefined))
    throw new UsageError('run needs either --prompt TEXT or --ids 1,2,3.');
  const engine = choice(values.engine, ['twin', 'host', 'float', 'emulator'] as const, 'engine') ?? 'twin';
  if (engine !== 'emulator' && (values.timing === true || values.board !== undefined))
    throw new UsageError('--timing and --board are about the emulated board: add --engine emulator.');
  if (values.logits === true && values.json !== true) throw new UsageError('--logits goes with --json.');
  return {
    command: 'run',
    model: onlyOne(positionals, 'run takes one package or model folder'),
    prompt,
    ids: ids === undefined ? undefined : parseIds(ids),
    raw: values.raw === true,
    tokens: whole(values.tokens, 'tokens', 1),
    temperature: temperature(values.temperature),
    topK: whole(values['top-k'], 'top-k', 0),
    topP: topP(values['top-p']),
    minP: real(values['min-p'], 'min-p', 0, 1),
    repetitionPenalty: real(values['repetition-penalty'], 'repetition-penalty', 0.01, 100),
    seed: whole(values.seed, 'seed', 0) ?? 0,
    stop: stopTexts(values.stop ?? []),
    slide: values.slide === true,
    engine,
    timing: values.timing === true,
    board: values.board,
    logits: values.logits === true,
    json: values.json === true,
  };
}

function parseKit(argv: string[]): KitCommandRequest {
  const { values, positionals } = parse(argv, KIT_OPTIONS);
  const folder = onlyOne(positionals, 'kit takes one model folder');
  if (values.output === undefined) throw new UsageError('kit needs a folder to make: -o KIT.');
  return {
    command: 'kit',
    folder,
    output: values.output,
    board: values.board ?? DEFAULT_BOARD_ID,
    scheme: values.scheme ?? '',
    context: whole(values.context, 'context', 2),
    prompt: values.prompt,
    language: values.lang ?? 'en',
    firmware: values.firmware,
    name: values.name,
  };
}

function parse<T extends ParseArgsConfig['options']>(argv: string[], options: T) {
  try {
    return parseArgs({ args: argv, options, allowPositionals: true, strict: true });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${reason.replace(/\.$/, '')}. --help lists all options.`);
  }
}

function onlyOne(positionals: readonly string[], message: string): string {
  const [first, ...others] = positionals;
  if (first === undefined || others.length > 0) {
    throw new UsageError(`${message}${others.length > 0 ? `, not also ${others.join(' ')}` : ''}.`);
  }
  return first;
}

function choice<T extends string>(
  value: string | undefined,
  choices: readonly T[],
  name: string,
): T | undefined {
  if (value === undefined) return undefined;
  const found = choices.find((entry) => entry === value);
  if (found === undefined) throw new UsageError(`--${name} is one of ${choices.join(', ')}, not "${value}".`);
  return found;
}

/** Whether a file of this name is to be an image for a board. */
export function isImageName(path: string | undefined): boolean {
  return path !== undefined && /\.(bin|img)$/i.test(path);
}

/** `16`, `16MB`, `16M` or `16MiB` as bytes. */
function flashSize(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const size = Number(/^(\d{1,3})(m|mb|mib)?$/i.exec(value)?.[1] ?? NaN);
  if (![2, 4, 8, 16, 32].includes(size))
    throw new UsageError(`--flash-size is 2MB, 4MB, 8MB, 16MB or 32MB, not "${value}".`);
  return size * 1024 * 1024;
}

/** `80`, `80m` or `80MHz`. */
function flashMegahertz(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const found = choice(value.replace(/m(hz)?$/i, ''), ['80', '40', '26', '20'] as const, 'flash-freq');
  return found === undefined ? undefined : Number(found);
}

function whole(value: string | undefined, name: string, least: number): number | undefined {
  if (value === undefined) return undefined;
  const number = /^\d+$/.test(value) ? Number(value) : NaN;
  if (!Number.isSafeInteger(number) || number < least)
    throw new UsageError(`--${name} is a whole number from ${least}, not "${value}".`);
  return number;
}

function real(value: string | undefined, name: string, least: number, most: number): number | undefined {
  if (value === undefined) return undefined;
  const number = value.trim() === '' ? NaN : Number(value);
  if (!(number >= least && number <= most))
    throw new UsageError(`--${name} is a number from ${least} to ${most}, not "${value}".`);
  return number;
}

/** 0 is greedy; between it and the least, logits over the temperature would overflow in the engine. */
function temperature(value: string | undefined): number | undefined {
  const number = real(value, 'temperature', 0, 100);
  if (number !== undefined && number !== 0 && number < LEAST_TEMPERATURE) {
    throw new UsageError(
      `--temperature is 0 (the likeliest token) or from ${LEAST_TEMPERATURE} to 100, not "${value}".`,
    );
  }
  return number;
}

function topP(value: string | undefined): number | undefined {
  const number = value === undefined || value.trim() === '' ? NaN : Number(value);
  if (value !== undefined && !(number > 0 && number <= 1))
    throw new UsageError(`--top-p is a number from above 0 to 1, not "${value}".`);
  return value === undefined ? undefined : number;
}

function stopTexts(texts: readonly string[]): readonly string[] {
  if (texts.length > MAX_STOP_STRINGS)
    throw new UsageError(`--stop can be given ${MAX_STOP_STRINGS} times, not ${texts.length}.`);
  const wrong = texts.find((text) => text === '' || Buffer.byteLength(text) > MAX_STOP_BYTES);
  if (wrong !== undefined)
    throw new UsageError(`--stop is a text of 1 to ${MAX_STOP_BYTES} bytes, not "${wrong}".`);
  return texts;
}

function parseIds(text: string): number[] {
  return text.split(',').map((part) => {
    const id = whole(part.trim(), 'ids', 0);
    if (id === undefined) throw new UsageError('--ids needs numbers.');
    return id;
  });
}
