/** `convert -o OUT.tflite`: its options, of those that `convert` has. */
import { CHATS } from '../plan/scheme.js';
import { DEFAULT_SCHEME } from '../plan/defaults.js';
import { UsageError } from '../shared/errors.js';
import { choice, vocabulary, whole } from './option-values.js';
import type { TfliteRequest } from './requests.js';

/** Options that mean something for a graph; the others are about boards, packages and their report. */
const TAKEN = [
  'output',
  'weights',
  'tflite-cache',
  'context',
  'calibrate',
  'vocabulary',
  'keep-text',
  'chat',
  'json',
] as const;

/** As the command line gives them. */
export type TfliteValues = {
  readonly [Name in Exclude<(typeof TAKEN)[number], 'json'>]?: string | undefined;
} & {
  readonly json?: boolean | undefined;
};

/** Whether a file of this name is to be a TensorFlow Lite graph. */
export function isTfliteName(path: string | undefined): boolean {
  return path !== undefined && /\.tflite$/i.test(path);
}

/** @throws UsageError */
export function parseTflite(values: TfliteValues, output: string, folder: string): TfliteRequest {
  const others = Object.keys(values).filter((name) => !(TAKEN as readonly string[]).includes(name));
  if (others.length > 0) {
    throw new UsageError(
      `--${others.join(', --')}: not with -o OUT.tflite, which takes --weights, --tflite-cache, --context, --calibrate, --vocabulary, --keep-text, --chat and --json.`,
    );
  }
  const weights = choice(values.weights, ['auto', 'int8', 'float32'] as const, 'weights') ?? 'auto';
  if (weights === 'float32' && values.calibrate !== undefined)
    throw new UsageError(
      '--calibrate finds the ranges of INT16 numbers: leave it out with --weights float32.',
    );
  return {
    command: 'tflite',
    folder,
    output,
    weights: weights === 'float32' ? 'float32' : 'int8',
    cache: choice(values['tflite-cache'], ['variables', 'tensors'] as const, 'tflite-cache') ?? 'variables',
    context: whole(values.context, 'context', 2),
    calibrate: values.calibrate,
    vocabulary: vocabulary(values.vocabulary, values['keep-text']),
    chat: choice(values.chat, CHATS, 'chat') ?? DEFAULT_SCHEME.chat,
    json: values.json === true,
  };
}
