/** What the twin's exports say about a package: its facts, and why it was refused. */
import { ACTIVATION, CACHE, wordOf } from '../schema/kinds.js';
import { MAX_METADATA_BYTES } from '../schema/limits.js';
import { FormatError } from '../shared/errors.js';
import {
  FACTS,
  NONE,
  bytesAt,
  floatAt,
  sectionKind,
  stringAt,
  wordAt,
  type TwinExports,
} from './twin-exports.js';
import type { TwinInfo } from './twin-types.js';

/** `twin_open` results from here on are a tokenizer status (TOKN), and a thousand later one of CHAT. */
const TOKENIZER_STATUS = 1000;
/** Of a grammar that does not open. */
const GRAMMAR_STATUS = 3000;

/** Facts about a model that `twin_init` has laid out. @throws FormatError when META is not an object of strings */
export function readInfo(
  exports: TwinExports,
  file: string,
  packageBytes: number,
  stateBytes: number,
): TwinInfo {
  const { memory } = exports;
  const at = exports.twin_facts();
  const word = (name: keyof typeof FACTS): number => wordAt(memory, at, FACTS[name]);
  const float = (name: keyof typeof FACTS): number => floatAt(memory, at, FACTS[name]);
  const bosId = word('bosId');
  return {
    hiddenSize: word('hiddenSize'),
    layers: word('layers'),
    vocabSize: word('vocabSize'),
    context: word('context'),
    maxBatch: word('maxBatch'),
    bosId: bosId === NONE ? null : bosId,
    stopIds: Array.from(new Uint32Array(memory.buffer, word('stopIds'), word('stopIdCount'))),
    cache: kindOf(CACHE, word('cache')),
    activations: kindOf(ACTIVATION, word('activations')),
    sampling: {
      doSample: word('doSample') === 1,
      temperature: float('temperature'),
      topK: word('topK'),
      topP: float('topP'),
      minP: float('minP'),
      repetitionPenalty: float('repetitionPenalty'),
      maxNewTokens: word('maxNewTokens'),
    },
    metadata: readMetadata(exports, file),
    packageBytes,
    stateBytes,
    cacheBytes: exports.twin_cache_bytes(),
    hasTokenizer: word('hasTokenizer') === 1,
    hasChat: word('hasChat') === 1,
    kernels: stringAt(memory, word('kernelsName')),
  };
}

/** @throws RangeError when engine and schema were not built together */
function kindOf<T extends Readonly<Record<string, number>>>(table: T, code: number): keyof T {
  const word = wordOf(table, code);
  if (word === undefined) throw new RangeError(`The engine speaks of kind ${code}, which nobody knows.`);
  return word;
}

function readMetadata(exports: TwinExports, file: string): Readonly<Record<string, string>> {
  const kind = sectionKind('META');
  const at = exports.twin_section(kind) >>> 0;
  if (at === 0) return {};
  const place = { file, field: 'META', remedy: 'Convert the model again.' };
  const length = exports.twin_section_length(kind) >>> 0;
  if (length > MAX_METADATA_BYTES)
    throw new FormatError(`the metadata has ${length} bytes, more than ${MAX_METADATA_BYTES}.`, place);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytesAt(exports.memory, at, length)));
  } catch {
    throw new FormatError('the metadata is not JSON.', place);
  }
  if (
    typeof value !== 'object' ||
    value === null ||
    Object.values(value).some((text) => typeof text !== 'string')
  ) {
    throw new FormatError('the metadata is not an object of strings.', place);
  }
  return value as Record<string, string>;
}

/** What `twin_open` answered, as an error that names the place. */
export function openingError(exports: TwinExports, file: string, status: number): FormatError {
  if (status >= TOKENIZER_STATUS) {
    if (status === GRAMMAR_STATUS)
      return new FormatError('The grammar is damaged.', {
        file,
        field: 'GRAM',
        remedy: 'Convert the model again.',
      });
    const field = status >= 2 * TOKENIZER_STATUS ? 'CHAT' : 'TOKN';
    const text = stringAt(exports.memory, exports.twin_tokenizer_text(status % TOKENIZER_STATUS));
    return new FormatError(text, { file, field, remedy: 'Convert the model again.' });
  }
  const { memory } = exports;
  const at = exports.twin_fault();
  const [section, index, offset] = [wordAt(memory, at, 1), wordAt(memory, at, 2), wordAt(memory, at, 3)];
  const kind = section === 0 ? 'header' : new TextDecoder().decode(bytesAt(memory, at + 4, 4));
  const field = stringAt(memory, wordAt(memory, at, 4));
  const number = index === NONE ? '' : ` ${index}`;
  const [problem, remedy] = sentences(stringAt(memory, exports.twin_status_text(status)));
  return new FormatError(`${problem} (At byte ${offset}.)`, {
    file,
    field: `${kind}${number} ${field}`.trim(),
    remedy,
  });
}

/** The first sentence, and the rest. */
export function sentences(text: string): [string, string] {
  const end = text.indexOf('. ');
  return end < 0 ? [text, ''] : [text.slice(0, end + 1), text.slice(end + 2)];
}
