/** Command lines to typed requests. Everything wrong with them is a UsageError that says what would be right. */
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { DEFAULT_BOARD_ID } from '../plan/boards.js';
import { DEFAULT_SCHEME } from '../plan/defaults.js';
import {
  CHATS,
  NO_FUSIONS,
  WANTED_ACTIVATIONS,
  WANTED_CACHES,
  WEIGHT_KINDS,
  parseGranularity,
} from '../plan/scheme.js';
import { DEFAULT_EFFORT, EFFORTS } from '../quantize/effort.js';
import type { Target } from '../pipeline/frontier.js';
import { UsageError } from '../shared/errors.js';
import {
  byteCount,
  choice,
  flashMegahertz,
  flashSize,
  parseIds,
  real,
  stopTexts,
  temperature,
  topP,
  vocabulary,
  whole,
} from './option-values.js';
import type { HelpTopic } from './help/render.js';
import { TOPICS, type Topic } from './help/topics.js';
import type {
  ConvertRequest,
  FlashRequest,
  KitCommandRequest,
  Request,
  RunRequest,
  SelftestRequest,
  TfliteRequest,
} from './requests.js';
import { isTfliteName, parseTflite } from './tflite-arguments.js';

const CONVERT_OPTIONS = {
  output: { type: 'string', short: 'o' },
  parts: { type: 'string' },
  component: { type: 'string' },
  firmware: { type: 'string' },
  'flash-size': { type: 'string' },
  'flash-mode': { type: 'string' },
  'flash-freq': { type: 'string' },
  frontier: { type: 'boolean' },
  'most-bytes': { type: 'string' },
  'least-speed': { type: 'string' },
  force: { type: 'boolean' },
  vocabulary: { type: 'string' },
  'keep-text': { type: 'string' },
  board: { type: 'string' },
  weights: { type: 'string' },
  granularity: { type: 'string' },
  activations: { type: 'string' },
  cache: { type: 'string' },
  chat: { type: 'string' },
  context: { type: 'string' },
  'tflite-cache': { type: 'string' },
  effort: { type: 'string' },
  wire: { type: 'string' },
  'no-wire': { type: 'boolean' },
  grammar: { type: 'string' },
  'no-grammar': { type: 'boolean' },
  calibrate: { type: 'string' },
  evaluate: { type: 'string' },
  prompt: { type: 'string', multiple: true },
  'no-report': { type: 'boolean' },
  'no-fusion': { type: 'boolean' },
  html: { type: 'string' },
  tensors: { type: 'boolean' },
  json: { type: 'boolean' },
} as const satisfies ParseArgsConfig['options'];

const RUN_OPTIONS = {
  prompt: { type: 'string' },
  ids: { type: 'string' },
  raw: { type: 'boolean' },
  vocabulary: { type: 'string' },
  'keep-text': { type: 'string' },
  chat: { type: 'string' },
  tokens: { type: 'string' },
  temperature: { type: 'string' },
  'top-k': { type: 'string' },
  'top-p': { type: 'string' },
  'min-p': { type: 'string' },
  'repetition-penalty': { type: 'string' },
  seed: { type: 'string' },
  stop: { type: 'string', multiple: true },
  slide: { type: 'boolean' },
  'no-drafts': { type: 'boolean' },
  engine: { type: 'string' },
  timing: { type: 'boolean' },
  board: { type: 'string' },
  'boot-log': { type: 'boolean' },
  logits: { type: 'boolean' },
  json: { type: 'boolean' },
} as const satisfies ParseArgsConfig['options'];

const KIT_OPTIONS = {
  output: { type: 'string', short: 'o' },
  firmware: { type: 'string' },
  board: { type: 'string' },
  scheme: { type: 'string' },
  context: { type: 'string' },
  prompt: { type: 'string', multiple: true },
  effort: { type: 'string' },
  view: { type: 'string' },
  url: { type: 'string' },
  texts: { type: 'string' },
  lang: { type: 'string' },
  name: { type: 'string' },
} as const satisfies ParseArgsConfig['options'];

const SELFTEST_OPTIONS = {
  output: { type: 'string', short: 'o' },
} as const satisfies ParseArgsConfig['options'];

const INSPECT_OPTIONS = {
  tensors: { type: 'boolean' },
  json: { type: 'boolean' },
} as const satisfies ParseArgsConfig['options'];

/** What each command takes; `help/topics.ts` says what it means. */
export const COMMAND_OPTIONS = {
  convert: CONVERT_OPTIONS,
  run: RUN_OPTIONS,
  inspect: INSPECT_OPTIONS,
  kit: KIT_OPTIONS,
  selftest: SELFTEST_OPTIONS,
} as const satisfies Readonly<Record<Topic, ParseArgsConfig['options']>>;

/** Options that name a file or folder. */
const FILE_OPTIONS = [
  'output',
  'parts',
  'component',
  'firmware',
  'wire',
  'grammar',
  'calibrate',
  'evaluate',
  'html',
  'keep-text',
  'texts',
];

/**
 * Reads a command line.
 * @param argv without the program's own name
 * @throws UsageError
 */
export function parseCommandLine(argv: readonly string[]): Request {
  const [command, ...rest] = argv;
  if (command === 'help') return { command, topic: helpTopic(rest) };
  if (command === undefined || argv.includes('--help') || argv.includes('-h'))
    return { command: 'help', topic: isTopic(command) ? command : null };
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
        tensors: values.tensors === true,
        json: values.json === true,
      };
    }
    case 'kit':
      return parseKit(rest);
    case 'selftest':
      return parseSelftest(rest);
    default:
      throw new UsageError(
        `Unknown command "${command}". Commands are convert, run, inspect, kit and selftest; --help says what they do.`,
      );
  }
}

/** @throws UsageError for what there is no help about */
function helpTopic([topic, ...rest]: readonly string[]): HelpTopic | null {
  if (topic === undefined) return null;
  if (rest.length > 0 || !(isTopic(topic) || topic === 'boards'))
    throw new UsageError(`There is help about ${Object.keys(TOPICS).join(', ')} and boards.`);
  return topic;
}

function isTopic(command: string | undefined): command is Topic {
  return command !== undefined && Object.hasOwn(TOPICS, command);
}

function parseConvert(argv: string[]): ConvertRequest | TfliteRequest {
  const { values, positionals } = parse(argv, CONVERT_OPTIONS);
  const { output, parts, component, firmware } = values;
  if (output !== undefined && isTfliteName(output))
    return parseTflite(values, output, onlyOne(positionals, 'convert takes one model folder'));
  if (values['tflite-cache'] !== undefined)
    throw new UsageError('--tflite-cache is about a TensorFlow Lite graph: add -o OUT.tflite.');
  const frontier = values.frontier === true;
  const target = parseTarget(values['most-bytes'], values['least-speed']);
  if (frontier && [output, parts, component, target].some((wanted) => wanted !== undefined)) {
    throw new UsageError(
      '--frontier only shows what there is. To convert a point of it, give --most-bytes or --least-speed instead.',
    );
  }
  if (!frontier && [output, parts, component].every((wanted) => wanted === undefined)) {
    throw new UsageError(
      'convert needs a file to write: -o OUT.bin for a board, or -o OUT.s3lm for the package.',
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
  if (target !== undefined && (values.weights !== undefined || values.granularity !== undefined))
    throw new UsageError('--most-bytes and --least-speed choose weights and granularity: leave those out.');
  if (values['no-report'] === true && (values.evaluate !== undefined || values.html !== undefined)) {
    throw new UsageError('--no-report leaves nothing for --evaluate or --html to do.');
  }
  // What was called dynamic is chosen now.
  const asked = values.activations === 'dynamic' ? 'auto' : values.activations;
  const activations = choice(asked, WANTED_ACTIVATIONS, 'activations') ?? DEFAULT_SCHEME.activations;
  const effort = choice(values.effort, EFFORTS, 'effort') ?? DEFAULT_EFFORT;
  const isLookedAt = activations === 'static' || effort !== 'quick' || values.weights === 'int4';
  if (values.calibrate !== undefined && !isLookedAt) {
    throw new UsageError(
      '--calibrate is for static activations, INT4 weights and --effort good and best: add --activations static, --weights int4 or --effort good.',
    );
  }
  return {
    command: 'convert',
    folder: onlyOne(positionals, 'convert takes one model folder'),
    output,
    parts,
    component,
    firmware,
    flash,
    frontier,
    target,
    force: values.force === true,
    vocabulary: vocabulary(values.vocabulary, values['keep-text']),
    board: values.board ?? DEFAULT_BOARD_ID,
    scheme: {
      weights:
        choice(values.weights, ['auto', ...WEIGHT_KINDS] as const, 'weights') ?? DEFAULT_SCHEME.weights,
      granularity:
        values.granularity === undefined ? DEFAULT_SCHEME.granularity : parseGranularity(values.granularity),
      activations,
      cache: choice(values.cache, WANTED_CACHES, 'cache') ?? DEFAULT_SCHEME.cache,
      chat: choice(values.chat, CHATS, 'chat') ?? DEFAULT_SCHEME.chat,
    },
    fusions: values['no-fusion'] === true ? NO_FUSIONS : undefined,
    context: whole(values.context, 'context', 2),
    effort,
    wire: fileOrNone(values.wire, values['no-wire'], 'wire'),
    grammar: fileOrNone(values.grammar, values['no-grammar'], 'grammar'),
    calibrate: values.calibrate,
    evaluate: values.evaluate,
    prompts: values.prompt,
    report: values['no-report'] !== true,
    html: values.html,
    tensors: values.tensors === true,
    json: values.json === true,
  };
}

/** A file that takes the place of the model's own, `null` for none at all. */
function fileOrNone(
  file: string | undefined,
  none: boolean | undefined,
  name: string,
): string | null | undefined {
  if (none !== true) return file;
  if (file !== undefined) throw new UsageError(`Give --${name} or --no-${name}, not both.`);
  return null;
}

/** At most one of the two. */
function parseTarget(bytes: string | undefined, speed: string | undefined): Target | undefined {
  if (bytes !== undefined && speed !== undefined)
    throw new UsageError('Give --most-bytes or --least-speed, not both.');
  if (bytes !== undefined) return { bytes: byteCount(bytes, 'most-bytes') };
  const tokensPerSecond = real(speed, 'least-speed', 0.001, 1e6);
  return tokensPerSecond === undefined ? undefined : { tokensPerSecond };
}

function parseRun(argv: string[]): RunRequest {
  const { values, positionals } = parse(argv, RUN_OPTIONS);
  const { prompt, ids } = values;
  if ((prompt === undefined) === (ids === undefined))
    throw new UsageError('run needs either --prompt TEXT or --ids 1,2,3.');
  const engine = choice(values.engine, ['twin', 'host', 'float', 'emulator'] as const, 'engine') ?? 'twin';
  const asksBoard = values.timing === true || values['boot-log'] === true || values.board !== undefined;
  if (engine !== 'emulator' && asksBoard) {
    throw new UsageError(
      '--timing, --boot-log and --board are about the emulated board: add --engine emulator.',
    );
  }
  if (values.logits === true && values.json !== true) throw new UsageError('--logits goes with --json.');
  return {
    command: 'run',
    model: onlyOne(positionals, 'run takes one package or model folder'),
    prompt,
    ids: ids === undefined ? undefined : parseIds(ids),
    raw: values.raw === true,
    vocabulary: vocabulary(values.vocabulary, values['keep-text']),
    chat: choice(values.chat, CHATS, 'chat'),
    tokens: whole(values.tokens, 'tokens', 1),
    temperature: temperature(values.temperature),
    topK: whole(values['top-k'], 'top-k', 0),
    topP: topP(values['top-p']),
    minP: real(values['min-p'], 'min-p', 0, 1),
    repetitionPenalty: real(values['repetition-penalty'], 'repetition-penalty', 0.01, 100),
    seed: whole(values.seed, 'seed', 0) ?? 0,
    stop: stopTexts(values.stop ?? []),
    slide: values.slide === true,
    drafts: values['no-drafts'] !== true,
    engine,
    timing: values.timing === true,
    board: values.board,
    bootLog: values['boot-log'] === true,
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
    effort: choice(values.effort, EFFORTS, 'effort') ?? DEFAULT_EFFORT,
    context: whole(values.context, 'context', 2),
    prompts: values.prompt ?? [],
    view: choice(values.view, ['full', 'student'] as const, 'view') ?? 'full',
    url: values.url,
    texts: values.texts,
    language: values.lang ?? 'en',
    firmware: values.firmware,
    name: values.name,
  };
}

function parseSelftest(argv: string[]): SelftestRequest {
  const {
    values: { output },
    positionals,
  } = parse(argv, SELFTEST_OPTIONS);
  if (positionals.length > 0) throw new UsageError(`selftest takes no file or folder, only -o OUT.bin.`);
  if (output === undefined || !isImageName(output))
    throw new UsageError('selftest needs an image to write: -o OUT.bin.');
  return { command: 'selftest', output };
}

function parse<T extends ParseArgsConfig['options']>(argv: string[], options: T) {
  try {
    const found = parseArgs({ args: argv, options, allowPositionals: true, strict: true });
    const empty = FILE_OPTIONS.find((name) => (found.values as Record<string, unknown>)[name] === '');
    if (empty !== undefined) throw new Error(`--${empty} has an empty name; give one`);
    if (found.positionals.includes('')) throw new Error('The name of a file or folder is empty; give one');
    return found;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${reason.replace(/\.$/, '')}. --help after the command lists its options.`);
  }
}

function onlyOne(positionals: readonly string[], message: string): string {
  const [first, ...others] = positionals;
  if (first === undefined || others.length > 0) {
    throw new UsageError(`${message}${others.length > 0 ? `, not also ${others.join(' ')}` : ''}.`);
  }
  return first;
}

/** Whether a file of this name is to be an image for a board. */
export function isImageName(path: string | undefined): boolean {
  return path !== undefined && /\.(bin|img)$/i.test(path);
}
